"""`/proc/<pid>/limits` of each container runtime process -> ProcessLimits.

Input    `== 3512 containerd`, then the table of limits.
Output   `Max open files` of every process in the order printed; `unlimited` as None.
Skipped  the other limits; a process without a table, which ended before it was read.
Errors   ParseError on a table without `Max open files`, a last process without a table (cut off), lines outside a
         process, and a last line without its end.
Source   proc_pid_limits(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import ParseError
from analyzer.facts.host import ProcessLimit, ProcessLimits
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, scattered

_PROBE = "runtime_limits"
_START = re.compile(r"== ([0-9]{1,10}) (\S.*)")
_LIMIT = re.compile(r"Max open files +(unlimited|[0-9]{1,20}) +(unlimited|[0-9]{1,20}) +files *")
_OTHER = re.compile(r"Limit +Soft Limit +Hard Limit +Units *|Max [a-z]+(?: [a-z]+)* +(?:unlimited|[0-9]+) .*")

_Lines = list[tuple[int, str]]


def parse(text: str) -> ProcessLimits:
    return ProcessLimits(tuple(_limit(process) for process in _processes(list(numbered(_PROBE, text)))))


def _processes(found: _Lines) -> Iterator[_Lines]:
    """The lines of each process that has a table."""
    process: _Lines = []
    for number, line in found:
        if _START.fullmatch(line):
            if len(process) > 1:
                yield process
            process = [(number, line)]
        elif process and (_LIMIT.fullmatch(line) or _OTHER.fullmatch(line)):
            process.append((number, line))
        else:
            raise ParseError(_PROBE, number, f"not a line of a process's limits: {line!r}")
    if len(process) == 1:
        raise ParseError(_PROBE, process[0][0], "a process without its limits: cut off")
    if process:
        yield process


def _limit(process: _Lines) -> ProcessLimit:
    (first, head), *table = process
    start = _START.fullmatch(head)
    limits = [(number, line, match) for number, line in table if (match := _LIMIT.fullmatch(line))]
    if start is None or len(limits) != 1:
        raise ParseError(_PROBE, process[-1][0], "a process without its Max open files: cut off")
    number, line, match = limits[0]
    span = scattered(_PROBE, ((first, head), (number, line)))
    return ProcessLimit(int(start[1]), start[2], _count(match[1]), _count(match[2]), span)


def _count(value: str) -> int | None:
    return None if value == "unlimited" else int(value)


PARSER = Parser(_PROBE, ProcessLimits, parse)
