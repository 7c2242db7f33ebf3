"""`dmsetup status` -> DmStatuses.

Input    `name: start length target status…` a segment; `name: ` for a device without a table; or only
         `No devices found`.  The status of a multipath target counts its own words: feature words, hardware handler
         words, groups, and in each group its selector's words, paths, and words a path.
Output   every segment in the order printed; of a multipath target each path's device number and "A" (active) or "F"
         (failed), group by group; no path states for other targets.
Errors   ParseError on a line of another form, a multipath status with fewer or more words than it announces, and a last
         line without its end.
Source   dmsetup(8); kernel, drivers/md/dm-mpath.c, multipath_status().
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import ParseError
from analyzer.facts.device_mapper import DmStatus, DmStatuses
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "dmsetup_status"
_NONE = "No devices found"
_LINE = re.compile(r"(\S+):(?: +[0-9]+ [0-9]+ ([A-Za-z0-9_.-]+)(?: (.*))?| *)")
_COUNT = re.compile(r"[0-9]{1,6}")
_DEVICE = re.compile(r"[0-9]+:[0-9]+")


def parse(text: str) -> DmStatuses:
    found = list(numbered(_PROBE, text))
    if all(line == _NONE for _, line in found):
        return DmStatuses(())
    return DmStatuses(tuple(_status(number, line) for number, line in found))


def _status(number: int, line: str) -> DmStatus:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not a line of dmsetup status: {line!r}")
    name, target, words = match.groups()
    states = tuple(_path_states(number, (words or "").split())) if target == "multipath" else ()
    return DmStatus(name, target or "", states, one_line(_PROBE, number, line))


def _path_states(number: int, words: list[str]) -> Iterator[tuple[str, str]]:
    rest = iter(words)
    for _ in range(_count(number, rest)):  # queueing and path group initialisation
        _word(number, rest)
    for _ in range(_count(number, rest)):
        _word(number, rest)
    groups = _count(number, rest)
    _count(number, rest)  # the group to use next
    for _ in range(groups):
        yield from _group(number, rest)
    if (extra := next(rest, None)) is not None:
        raise ParseError(_PROBE, number, f"more words than the status announces, from {extra!r}")


def _group(number: int, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    if (state := _word(number, rest)) not in ("A", "E", "D"):
        raise ParseError(_PROBE, number, f"not the state of a path group: {state!r}")
    for _ in range(_count(number, rest)):
        _word(number, rest)
    paths, words_a_path = _count(number, rest), _count(number, rest)
    for _ in range(paths):
        yield _path(number, rest)
        for _ in range(words_a_path):
            _word(number, rest)


def _path(number: int, rest: Iterator[str]) -> tuple[str, str]:
    device, state, fail_count = _word(number, rest), _word(number, rest), _word(number, rest)
    if not (_DEVICE.fullmatch(device) and state in ("A", "F") and fail_count.isdecimal()):
        raise ParseError(_PROBE, number, f"not a path's state: {device} {state} {fail_count}")
    return device, state


def _count(number: int, rest: Iterator[str]) -> int:
    word = _word(number, rest)
    if not _COUNT.fullmatch(word):
        raise ParseError(_PROBE, number, f"not a count: {word!r}")
    return int(word)


def _word(number: int, rest: Iterator[str]) -> str:
    word = next(rest, None)
    if word is None:
        raise ParseError(_PROBE, number, "the multipath status is cut off")
    return word


PARSER = Parser(_PROBE, DmStatuses, parse)
