"""One block read from each dead map and disk -> DirectReads.

Input    `/dev/mapper/mpathb rc=1 bytes=0` a line; rc 124 and 137: still reading at the limit.
Output   every device in the order read, by its path; exit code None at the limit.
Errors   ParseError on a line of another form and on a last line without its end.
Source   dd(1); recorded on a real kernel: a dead disk that nothing holds reads 0 bytes and ends well.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.block import DirectRead, DirectReads
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "direct_read"
_AT_LIMIT = (124, 137)  # timeout(1): by TERM, by KILL
_LINE = re.compile(r"(/dev/\S+) rc=([0-9]{1,3}) bytes=([0-9]{1,9})")


def parse(text: str) -> DirectReads:
    return DirectReads(tuple(_read(number, line) for number, line in numbered(_PROBE, text)))


def _read(number: int, line: str) -> DirectRead:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not the result of a read: {line!r}")
    code = int(match[2])
    return DirectRead(match[1], None if code in _AT_LIMIT else code, int(match[3]), one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, DirectReads, parse)
