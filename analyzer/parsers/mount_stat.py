r"""`stat` of each CSI volume's mount point -> MountStats.

Input    `<mount point> rc=<exit code> <stat's own words>` a line; the mount point as mountinfo writes it, with `\040`
         and the like; rc 124: no answer within the limit.
Output   every mount point in the order asked, its escapes undone; exit code None at the limit.
Errors   ParseError on a line of another form and on a last line without its end.
Source   stat(1) of coreutils and busybox.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.file_systems import MountStat, MountStats
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line, unescape_octal

_PROBE = "mount_stat"
_AT_LIMIT = 124
_LINE = re.compile(r"(/[^ ]*) rc=([0-9]{1,3})(?: (.*))?")


def parse(text: str) -> MountStats:
    return MountStats(tuple(_stat(number, line) for number, line in numbered(_PROBE, text)))


def _stat(number: int, line: str) -> MountStat:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not the stat of a mount point: {line!r}")
    point, code, message = match.groups()
    exit_code = None if int(code) == _AT_LIMIT else int(code)
    return MountStat(unescape_octal(point), exit_code, (message or "").strip(), one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, MountStats, parse)
