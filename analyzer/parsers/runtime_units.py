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

from analyzer.facts import ParseError
from analyzer.facts.host import UnitLimit, UnitLimits
from analyzer.parsers import Parser
from analyzer.parsers.systemctl_show import Block, blocks

_PROBE = "runtime_units"
_INFINITE = ("infinity", str(2**64 - 1))
_NEEDED = ("LimitNOFILE", "ActiveState", "FragmentPath", "NeedDaemonReload")
_NUMBER = re.compile(r"[0-9]{1,20}")


def parse(text: str) -> UnitLimits:
    return UnitLimits(tuple(_unit(block) for block in blocks(_PROBE, text)))


def _unit(block: Block) -> UnitLimit:
    block.need(*_NEEDED)
    values, first = block.values, block.span.first_line
    limit = values["LimitNOFILE"]
    return UnitLimit(
        unit=values.get("Id") or values["FragmentPath"].rpartition("/")[2],
        main_pid=_number(first, values.get("MainPID", "0")),
        limit_nofile=None if limit in _INFINITE else _number(first, limit),
        active_state=values["ActiveState"],
        fragment_path=values["FragmentPath"],
        drop_in_paths=tuple(values.get("DropInPaths", "").split()),
        need_daemon_reload=values["NeedDaemonReload"] == "yes",
        span=block.span,
    )


def _number(line: int, value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise ParseError(_PROBE, line, f"not a number: {value!r}")
    return int(value)


PARSER = Parser(_PROBE, UnitLimits, parse)
