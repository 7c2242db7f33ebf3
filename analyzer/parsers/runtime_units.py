"""`systemctl show UNIT… -p Id -p MainPID -p LimitNOFILE …` -> UnitLimits.

Input    `Key=value` lines, a block a unit, blocks apart by blank lines.  Without `Id`, as when one unit was asked for
         without it, the unit is named after its file.
Output   every unit in the order asked; a unit that does not exist has an empty fragment path (systemd still prints its
         default limit); `infinity`, and 2^64-1 of old versions, as None.
Errors   ParseError on a line without `=`, a unit without its limit, state, file or reload flag (cut off), and on a last
         line without its end.
Source   systemctl(1), systemd.exec(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import ParseError
from analyzer.facts.host import UnitLimit, UnitLimits
from analyzer.parsers import Parser
from analyzer.parsers.lines import lines_from, split_lines

_PROBE = "runtime_units"
_INFINITE = ("infinity", str(2**64 - 1))
_NEEDED = ("LimitNOFILE", "ActiveState", "FragmentPath", "NeedDaemonReload")
_NUMBER = re.compile(r"[0-9]{1,20}")


def parse(text: str) -> UnitLimits:
    lines = split_lines(_PROBE, text)
    return UnitLimits(tuple(_unit(lines, first, last) for first, last in _blocks(lines)))


def _blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """First and last line of each block, counted from 1."""
    first = 0
    for number, line in enumerate((*lines, ""), start=1):
        if line and not first:
            first = number
        elif not line and first:
            yield first, number - 1
            first = 0


def _unit(lines: list[str], first: int, last: int) -> UnitLimit:
    values: dict[str, str] = {}
    for number in range(first, last + 1):
        key, equals, value = lines[number - 1].partition("=")
        if not equals:
            raise ParseError(_PROBE, number, f"not Key=value: {key!r}")
        values[key] = value
    missing = [key for key in _NEEDED if key not in values]
    if missing:
        raise ParseError(_PROBE, last, f"a unit without {', '.join(missing)}: cut off")
    limit = values["LimitNOFILE"]
    return UnitLimit(
        unit=values.get("Id") or values["FragmentPath"].rpartition("/")[2],
        main_pid=_number(first, values.get("MainPID", "0")),
        limit_nofile=None if limit in _INFINITE else _number(first, limit),
        active_state=values["ActiveState"],
        fragment_path=values["FragmentPath"],
        drop_in_paths=tuple(values.get("DropInPaths", "").split()),
        need_daemon_reload=values["NeedDaemonReload"] == "yes",
        span=lines_from(_PROBE, lines, first, last),
    )


def _number(line: int, value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise ParseError(_PROBE, line, f"not a number: {value!r}")
    return int(value)


PARSER = Parser(_PROBE, UnitLimits, parse)
