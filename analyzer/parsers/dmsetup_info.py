"""`dmsetup info -c --noheadings --separator "|" -o name,uuid,major,minor,open,…` -> DmDevices.

Input    eleven fields a line: name, uuid, major, minor, open, segments, attr, suspended, blkdevname, blkdevs_used,
         names_using_dev; or only `No devices found`, which may stand there twice.
Output   every device in the order printed; name and uuid verbatim; `uses` are kernel names, `used_by` are dm names.
Errors   ParseError on a line with another number of fields, on a number that is none, on attributes that contradict
         the state, and on a last line without its end.
Source   dmsetup(8), "-o field"; LVM2, libdm/dm-tools/dmsetup.c.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.device_mapper import DmDevice, DmDevices
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "dmsetup_info"
_NONE = "No devices found"
_LINE = re.compile(
    r"([^|]+)\|([^|]*)\|([0-9]{1,10})\|([0-9]{1,10})\|([0-9]{1,10})\|([0-9]{1,10})"
    r"\|([LI-]{2}[s-][rw-])\|(Active|Suspended)\|(dm-[0-9]+)\|([^|]*)\|([^|]*)"
)


def parse(text: str) -> DmDevices:
    found = list(numbered(_PROBE, text))
    if all(line == _NONE for _, line in found):
        return DmDevices(())
    return DmDevices(tuple(_device(number, line) for number, line in found))


def _device(number: int, line: str) -> DmDevice:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not a line of dmsetup info: {line!r}")
    name, uuid, major, minor, open_count, segments, attr, state, dm, uses, used_by = match.groups()
    suspended = state == "Suspended"
    if suspended != (attr[2] == "s"):
        raise ParseError(_PROBE, number, f"attributes {attr} and state {state} contradict each other")
    return DmDevice(
        name=name,
        uuid=uuid,
        major=int(major),
        minor=int(minor),
        open_count=int(open_count),
        segments=int(segments),
        attr=attr,
        suspended=suspended,
        dm=dm,
        uses=_names(uses),
        used_by=_names(used_by),
        span=one_line(_PROBE, number, line),
    )


def _names(field: str) -> tuple[str, ...]:
    return tuple(field.split(",")) if field else ()


PARSER = Parser(_PROBE, DmDevices, parse)
