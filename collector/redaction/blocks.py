"""Values on the lines below their name -> where they are: YAML blocks, folded YAML and JSON, also inside a log.

Input    a name that ends its line (`password: |`, `"password":`).
Output   a span for each line of the value: all lines further in than the name, for a block; else the next line, if it
         holds a single value.  Each line of a log has a prefix, mostly as wide as that of the line before: what counts
         is the column of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MOST_LINES = 200
_LONGEST_NAME = 160
_NAME_BEGINS = re.compile(rb"[\w.\"'-]*\Z")
_IS_BLOCK = re.compile(rb"[|>][-+0-9]{0,2}[ \t]*\r?\Z")
_ALONE = re.compile(
    rb"(?!(?:null|nil|\[redacted\])\b)(?:\"[^\"\n]+\"|'[^'\n]+'|(?![-\w./]+[:=](?:\s|\Z))[^\s\"'\[\]{}-][^\s{]{3,}),?\s*"
)


def values_below(data: bytes, name: int, line_start: int, line_end: int) -> Iterator[tuple[int, int]]:
    """`name` is where a part of the name stands that may not be its beginning."""
    begins = _NAME_BEGINS.search(data, max(line_start, name - _LONGEST_NAME), name)
    column = (begins.start() if begins else name) - line_start
    if _IS_BLOCK.search(data, max(line_start, line_end - 12), line_end):
        yield from _further_in(data, column, line_end, _MOST_LINES)
        return
    for start, end in _further_in(data, column, line_end, 1):
        if _ALONE.fullmatch(data, start, end):
            comma = data.endswith(b",", start, end)
            yield start, end - comma


def _further_in(data: bytes, column: int, line_end: int, most: int) -> Iterator[tuple[int, int]]:
    for _ in range(most):
        start = line_end + 1
        if start >= len(data):
            return
        newline = data.find(b"\n", start)
        line_end = len(data) if newline < 0 else newline
        line = data[start:line_end]
        inside = line[column:]
        text = inside.strip()
        if not text:
            continue  # a blank line within a block
        if inside[:1] not in (b" ", b"\t"):
            return
        first = start + column + len(inside) - len(inside.lstrip())
        yield first, first + len(text)
