"""What a command prints against what a page shows: equal but for times, sizes, digests and who was faster.

A page may stop early with a last line `…`.  `as_shown` cuts what came to what the page shows of it.
"""

from __future__ import annotations

import re
from itertools import groupby

from tests.docs.pages import MORE

VARYING = (
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})"), "TIME"),
    (re.compile(r"\d{8}T\d{6}Z"), "TIME"),
    (re.compile(r"\b[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}\b"), "TIME"),  # as ls prints it
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b\d+(\.\d+)? s\b"), "SECONDS"),
    (re.compile(r" +\d+\.\d$"), " SECONDS"),  # the last column of the collector's table
    (re.compile(r"\b\d+ bytes\b"), "SIZE"),
    (re.compile(r"^\[\d+/"), "[n/"),
    (re.compile(r"\d+/\d+(?= SECONDS)"), "ANSWERS"),
)


def normal(lines: tuple[str, ...]) -> list[str]:
    """Lines of progress come in any order."""
    plain = [_normal(line) for line in lines]
    return [
        line
        for progress, group in groupby(plain, lambda line: line.startswith("[n/"))
        for line in (sorted(group) if progress else group)
    ]


def _normal(line: str) -> str:
    for pattern, word in VARYING:
        line = pattern.sub(word, line)
    return line


def as_shown(printed: str, shown: tuple[str, ...]) -> tuple[str, ...]:
    """As many of the printed lines as the page shows."""
    lines = tuple(line.rstrip() for line in printed.rstrip("\n").splitlines())
    return (*lines[: len(shown) - 1], MORE) if shown[-1:] == (MORE,) else lines
