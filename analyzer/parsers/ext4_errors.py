"""`/sys/fs/ext4/*/errors_count`, `first_error_time`, `last_error_time` -> Ext4ErrorCounts.

Input    `/sys/fs/ext4/dm-2/errors_count:114`, a file and its content a line (grep -sH ''), in any order; other
         attributes of ext4 may stand between them.
Output   every file system that the kernel's ext4 has mounted, in the order of its first line; times in seconds since
         1970, 0 for never.
Errors   ParseError on a line of another form, an attribute twice, a file system without one of the three (cut off), and
         on a last line without its end.
Source   kernel, fs/ext4/sysfs.c; Documentation/ABI/testing/sysfs-fs-ext4.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.file_systems import Ext4ErrorCounts, Ext4Errors
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, scattered

_PROBE = "ext4_errors"
_LINE = re.compile(r"/sys/fs/ext4/([^/:]+)/([a-z0-9_]+):(.*)")
_COUNTS = ("errors_count", "first_error_time", "last_error_time")
_NUMBER = re.compile(r"[0-9]{1,20}")

_Lines = dict[str, tuple[int, str, int]]  # by attribute: line number, line, value


def parse(text: str) -> Ext4ErrorCounts:
    devices: dict[str, _Lines] = {}
    last = 1
    for last, line in numbered(_PROBE, text):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ParseError(_PROBE, last, f"not an attribute of an ext4 file system: {line!r}")
        device, attribute, value = match.groups()
        if attribute not in _COUNTS:
            continue
        seen = devices.setdefault(device, {})
        if attribute in seen or not _NUMBER.fullmatch(value):
            raise ParseError(_PROBE, last, f"not one number: {line!r}")
        seen[attribute] = (last, line, int(value))
    return Ext4ErrorCounts(tuple(_errors(device, seen, last) for device, seen in devices.items()))


def _errors(device: str, seen: _Lines, last: int) -> Ext4Errors:
    missing = [attribute for attribute in _COUNTS if attribute not in seen]
    if missing:
        raise ParseError(_PROBE, last, f"{device} without {', '.join(missing)}: cut off")
    count, first_time, last_time = (seen[attribute][2] for attribute in _COUNTS)
    span = scattered(_PROBE, ((number, line) for number, line, _ in seen.values()))
    return Ext4Errors(device, count, first_time, last_time, span)


PARSER = Parser(_PROBE, Ext4ErrorCounts, parse)
