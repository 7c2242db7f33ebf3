"""`ps -eo pid,ppid,stat,wchan:32,etimes,args` -> Processes.

Input    a line of headings, then a process a line.  Output  every process in the order printed; the elapsed time in
         seconds; the command with its arguments, as ps shows it.
Errors   ParseError without headings, on a line of another form, and on a last line without its end.
Source   ps(1), procps 3.3 and newer.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import Process, Processes
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "ps"
_HEADINGS = ["PID", "PPID", "STAT", "WCHAN", "ELAPSED", "COMMAND"]
_LINE = re.compile(r" *([0-9]{1,10}) +([0-9]{1,10}) +(\S+) +(\S+) +([0-9]{1,15}) (.*)")


def parse(text: str) -> Processes:
    found = list(numbered(_PROBE, text))
    if not found or found[0][1].split() != _HEADINGS:
        raise ParseError(_PROBE, 1, f"not the headings {' '.join(_HEADINGS)}")
    return Processes(tuple(_process(number, line) for number, line in found[1:]))


def _process(number: int, line: str) -> Process:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not a process: {line!r}")
    pid, ppid, stat, wchan, elapsed, command = match.groups()
    return Process(int(pid), int(ppid), stat, wchan, int(elapsed), command, one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, Processes, parse)
