"""`scsi_id -g -u -d DISK` for each disk, with its exit code -> LiveIdentities.

Input    `/dev/sdb WWID`, then ` rc=0` on its own line; or `/dev/sdb  rc=1` when the disk gave no answer.  Words between
         the name and another exit code are an error message.  ` rc=124` and ` rc=137`: still waiting at the limit.
Output   every disk in the order asked; the WWID verbatim, only with exit code 0; exit code None at the limit.
Errors   ParseError on a line of another form, and when the last disk has no exit code: the answer was cut off.
Source   scsi_id(8), timeout(1).
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.block import LiveIdentities, LiveIdentity
from analyzer.parsers import Parser
from analyzer.parsers.lines import lines_from, split_lines

_PROBE = "scsi_id"
_AT_LIMIT = (124, 137)  # timeout(1): by TERM, by KILL
_START = re.compile(r"/dev/([A-Za-z0-9_!-]+) (.*)")
_END = re.compile(r"(.*?) ?rc=([0-9]{1,3})")


def parse(text: str) -> LiveIdentities:
    lines = split_lines(_PROBE, text)
    identities: list[LiveIdentity] = []
    first = 1
    while first <= len(lines):
        start = _START.fullmatch(lines[first - 1])
        if start is None:
            raise ParseError(_PROBE, first, f"not the beginning of a disk's answer: {lines[first - 1]!r}")
        last, answer, code = _rest(lines, first, start[2])
        exit_code = None if code in _AT_LIMIT else code
        wwid = _only_line(first, answer) if code == 0 else None
        identities.append(LiveIdentity(start[1], wwid, exit_code, lines_from(_PROBE, lines, first, last)))
        first = last + 1
    return LiveIdentities(tuple(identities))


def _rest(lines: list[str], first: int, opening: str) -> tuple[int, list[str], int]:
    """The answer that begins with `opening`: its last line's number, its lines, and the exit code."""
    answer: list[str] = []
    for number, line in enumerate((opening, *lines[first:]), start=first):
        if number > first and _START.fullmatch(line):
            break
        end = _END.fullmatch(line)
        if end is not None:
            return number, [*answer, end[1]], int(end[2])
        answer.append(line)
    raise ParseError(_PROBE, first, "a disk without its exit code: cut off")


def _only_line(number: int, answer: list[str]) -> str | None:
    written = [line for line in answer if line.strip()]
    if len(written) > 1:
        raise ParseError(_PROBE, number, f"more than a WWID: {written!r}")
    return written[0] if written else None


PARSER = Parser(_PROBE, LiveIdentities, parse)
