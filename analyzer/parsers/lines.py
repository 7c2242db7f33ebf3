"""Lines of an answer, numbered from 1, and the symbolic links that `ls -l` prints.

Every tool ends its last line; an answer whose last line has no end was cut off, and a value on it may be bent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.facts import ParseError, Span

# Dates: "Nov 22 15:04", "Nov 22  2025", and the long forms of --time-style and other locales.
_LINK = re.compile(
    r"l[rwxstST-]{9}[.+@]? +[0-9]+ +\S+ +\S+ +[0-9]+ +"
    r"(?:[A-Z][a-z]{2} +[0-9]{1,2} +[0-9:]{4,5}|[0-9-]{10} [0-9:]{5}(?::[0-9.]+ [+-][0-9]{4})?) "
    r"(?P<name>.+?) -> (?P<target>.+)"
)
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    target: str


def split_lines(probe: str, text: str) -> list[str]:
    """The lines without their ends; raises `ParseError` when the last one has none."""
    lines = text.split("\n")
    if lines.pop():
        raise ParseError(probe, len(lines) + 1, "the last line is cut off")
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines


def numbered(probe: str, text: str) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers."""
    return ((number, line) for number, line in enumerate(split_lines(probe, text), start=1) if line.strip())


def one_line(probe: str, number: int, line: str) -> Span:
    return Span(probe, number, number, (line,))


def lines_from(probe: str, lines: Sequence[str], first: int, last: int) -> Span:
    """The lines `first` to `last`, counted from 1."""
    return Span(probe, first, last, tuple(lines[first - 1 : last]))


def scattered(probe: str, found: Iterable[tuple[int, str]]) -> Span:
    """Lines that lie apart: the first and last number, and only these lines as text."""
    numbers, text = zip(*sorted(found), strict=True)
    return Span(probe, numbers[0], numbers[-1], text, numbers)


def link_of(line: str) -> Link | None:
    """The link that a line of `ls -l` shows; None for another line."""
    match = _LINK.fullmatch(line)
    return Link(match["name"], match["target"]) if match else None


def unescape_octal(text: str) -> str:
    r"""`\040` and the like undone, as /proc/mounts and its kin write blanks, getmntent(3)."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), text) if "\\" in text else text


@dataclass(frozen=True, slots=True)
class Columns:
    """A table whose columns begin where their headings begin; a cell may hold blanks."""

    starts: tuple[int, ...]
    names: tuple[str, ...]

    @classmethod
    def under(cls, header: str) -> Columns:
        words = tuple(re.finditer(r"\S+", header))
        return cls(tuple(word.start() for word in words), tuple(word[0] for word in words))

    def cells(self, line: str) -> dict[str, str] | None:
        """The cells by heading, without padding; None when the line does not keep to the columns."""
        if any(line[start - 1 : start].strip() for start in self.starts[1:]):
            return None
        ends = (*self.starts[1:], len(line))
        return {name: line[start:end].strip() for name, start, end in zip(self.names, self.starts, ends, strict=True)}
