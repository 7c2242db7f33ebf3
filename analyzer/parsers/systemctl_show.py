"""`systemctl show UNIT… -p KEY…` -> blocks of `Key=value` lines, a block a unit, apart by blank lines.

Errors   ParseError on a line without `=`, and on a last line without its end.
Source   systemctl(1).  systemd before 230 leaves out a property without a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.facts import ParseError, Span
from analyzer.parsers.lines import lines_from, split_lines


@dataclass(frozen=True, slots=True)
class Block:
    values: Mapping[str, str]
    span: Span

    def need(self, *keys: str) -> None:
        """Raises `ParseError` unless all are there."""
        missing = [key for key in keys if key not in self.values]
        if missing:
            raise ParseError(self.span.capture, self.span.last_line, f"a unit without {', '.join(missing)}: cut off")


def blocks(probe: str, text: str) -> Iterator[Block]:
    lines = split_lines(probe, text)
    for first, last in _bounds(lines):
        values = dict(_pair(probe, number, lines[number - 1]) for number in range(first, last + 1))
        yield Block(values, lines_from(probe, lines, first, last))


def _bounds(lines: list[str]) -> Iterator[tuple[int, int]]:
    """First and last line of each block, counted from 1."""
    first = 0
    for number, line in enumerate((*lines, ""), start=1):
        if line and not first:
            first = number
        elif not line and first:
            yield first, number - 1
            first = 0


def _pair(probe: str, number: int, line: str) -> tuple[str, str]:
    key, equals, value = line.partition("=")
    if not equals:
        raise ParseError(probe, number, f"not Key=value: {key!r}")
    return key, value
