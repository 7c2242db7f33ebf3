"""`dmsetup table` -> DmTables.

Input    `name: start length target arguments…` a segment; `name: ` for a device without a table; or only
         `No devices found`.
Output   every segment in the order printed, so a device of several segments appears several times; start and length in
         sectors of 512 bytes; a device without a table has the target "" and length 0.
Errors   ParseError on a line of another form and on a last line without its end.
Source   dmsetup(8); kernel, Documentation/admin-guide/device-mapper.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.device_mapper import DmTable, DmTables
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "dmsetup_table"
_NONE = "No devices found"
_LINE = re.compile(r"(\S+):(?: +([0-9]{1,20}) ([0-9]{1,20}) ([A-Za-z0-9_.-]+)(?: (.*))?| *)")


def parse(text: str) -> DmTables:
    found = list(numbered(_PROBE, text))
    if all(line == _NONE for _, line in found):
        return DmTables(())
    return DmTables(tuple(_table(number, line) for number, line in found))


def _table(number: int, line: str) -> DmTable:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not a line of dmsetup table: {line!r}")
    name, start, length, target, arguments = match.groups()
    return DmTable(
        name=name,
        start_sectors=int(start or 0),
        length_sectors=int(length or 0),
        target=target or "",
        arguments=tuple((arguments or "").split()),
        span=one_line(_PROBE, number, line),
    )


PARSER = Parser(_PROBE, DmTables, parse)
