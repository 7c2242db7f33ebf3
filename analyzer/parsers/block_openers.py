"""Open file descriptors on block devices, from /proc/<pid>/fd -> Openers.

Input    `<pid> <link target> <command>` a line; the target may end in ` (deleted)`; the command is `?` when the process
         ended meanwhile.
Output   every descriptor in the order printed, so a process may appear several times; the target verbatim.
Errors   ParseError on a line of another form and on a last line without its end.
Source   proc_pid_fd(5), proc_pid_comm(5).
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.block import Opener, Openers
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "block_openers"
_LINE = re.compile(r"([0-9]{1,10}) (/dev/[^ ]+(?: \(deleted\))?) (.*)")


def parse(text: str) -> Openers:
    return Openers(tuple(_opener(number, line) for number, line in numbered(_PROBE, text)))


def _opener(number: int, line: str) -> Opener:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not a descriptor on a block device: {line!r}")
    return Opener(int(match[1]), match[2], match[3], one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, Openers, parse)
