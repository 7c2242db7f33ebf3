"""Texts in the columns of a terminal: wrapped, shortened, and columns that share its width.

Input    text of any script; a Chinese character takes two columns.  Widths are in columns.
Output   lines that fit.  A line is broken at a blank or beside a Chinese character, never before closing punctuation; a
word that is longer than a line is cut.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_OPENING, _CLOSING = "“‘（《「(\\[", "”’）》」，。；：、！？,.;:)\\]"
_PIECE = re.compile(f"[{_OPENING}]*(?:[{_WIDE}]|[^\\s{_WIDE}]+)[{_CLOSING}]*\\s*|\\s+")
GAP = 2  # between columns


def wrapped(text: Text, width: int) -> list[Text]:
    """Its lines, without the blanks at their ends."""
    lines = []
    for line in text.split("\n", allow_blank=True):
        for part in line.divide(list(_breaks(line.plain, max(width, 2)))):
            part.rstrip()
            lines.append(part)
    return lines


def _breaks(line: str, width: int) -> Iterator[int]:
    if cell_len(line) <= width:
        return
    column = 0
    for piece in _PIECE.finditer(line):
        wide = cell_len(piece[0].rstrip())
        if column and column + wide > width:
            yield piece.start()
            column = 0
        if wide > width:
            column = yield from _cuts(piece, width)
        else:
            column += cell_len(piece[0])


def _cuts(piece: re.Match[str], width: int) -> Generator[int, None, int]:
    """Where a word that is longer than a line is cut; returns the column it ends at."""
    column = 0
    for place, char in enumerate(piece[0], piece.start()):
        if column + cell_len(char) > width and not char.isspace():
            yield place
            column = 0
        column += cell_len(char)
    return column


def paragraphs(document: str) -> Iterator[tuple[int, str]]:
    """Lines of the same indent as one text, to be wrapped anew; a blank line is an empty one."""
    indent, text = 0, ""
    for line in document.strip().splitlines():
        deeper = len(line) - len(line.lstrip())
        if text and (not line.strip() or deeper != indent):
            yield indent, text
            text = ""
        if line.strip():
            indent, text = deeper, _joined(text, line.strip())
        else:
            yield 0, ""
    yield indent, text


def _joined(text: str, line: str) -> str:
    """Chinese has no blank at the end of a line."""
    apart = text and line and not (re.match(f"[{_WIDE}]", line) and re.match(f"[{_WIDE}]", text[-1]))
    return f"{text} {line}" if apart else text + line


def in_the_middle(text: str, width: int) -> str:
    """Shortened there, since what tells two identities apart stands at their ends."""
    text = " ".join(text.split())
    if cell_len(text) <= width:
        return text
    tail = max(width - 1, 0) // 2
    last = text[-tail:] if tail else ""
    while cell_len(last) > tail:
        last = last[1:]
    return set_cell_size(text, max(width - 1 - cell_len(last), 0)).rstrip() + "…" + last


@dataclass(frozen=True, slots=True)
class Column:
    """`least` is how narrow it may become, 0 when it keeps its own width; what does not fit is wrapped or shortened."""

    title: str
    least: int = 0
    shortened: bool = False


def shared(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> tuple[int, ...] | None:
    """The widths; None when they cannot stand side by side.

    What is shortened gives first, then what is wrapped, and of these the widest.
    """
    cells = zip(*([column.title for column in columns], *rows), strict=True)
    widths = [max(cell_len(line) for text in column for line in text.split("\n")) for column in cells]
    too_much = sum(widths) + GAP * (len(widths) - 1) - room
    while too_much > 0:
        giving = [n for n, column in enumerate(columns) if column.least and widths[n] > column.least]
        if not giving:
            return None
        widths[max(giving, key=lambda n: (columns[n].shortened, widths[n]))] -= 1
        too_much -= 1
    return tuple(widths)
