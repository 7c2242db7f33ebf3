"""A loop over disks: `== /dev/sdb`, what the tool said on both streams, `rc=N`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import ParseError, Span
from analyzer.parsers.lines import lines_from, split_lines

_AT_LIMIT = (124, 137)  # timeout(1): by TERM, by KILL
_START = re.compile(r"== /dev/(\S+)")
_END = re.compile(r"rc=([0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class DiskAnswer:
    """`exit_code` is None when the tool was still waiting at its limit."""

    device: str
    words: tuple[str, ...]
    exit_code: int | None
    span: Span


def disk_answers(probe: str, text: str) -> Iterator[DiskAnswer]:
    lines = split_lines(probe, text)
    start: re.Match[str] | None = None
    first = 0
    for number, line in enumerate(lines, start=1):
        begins, ends = _START.fullmatch(line), _END.fullmatch(line)
        if begins is not None and start is None:
            start, first = begins, number
        elif begins is not None:
            raise ParseError(probe, number, "another disk before the exit code of the last: cut off")
        elif ends is not None and start is not None:
            code = int(ends[1])
            words = tuple(lines[first : number - 1])
            span = lines_from(probe, lines, first, number)
            yield DiskAnswer(start[1], words, None if code in _AT_LIMIT else code, span)
            start = None
        elif start is None and line.strip():
            raise ParseError(probe, number, f"words outside a disk's answer: {line!r}")
    if start is not None:
        raise ParseError(probe, len(lines), "a disk without its exit code: cut off")
