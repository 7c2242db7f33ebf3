"""A page of a terminal: what the pages of `show` and of the rules are written with.

Sentences are wrapped at the width of the terminal, 80 columns when there is none; a command is never broken.  Colours
only on a terminal, and not where NO_COLOR is set.  Whatever is written must be printable already.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from analyzer.report.terminal.wrapping import GAP, Column, in_the_middle, shared, wrapped
from analyzer.report.words import Words
from analyzer.texts import Lang

WIDTH = 80
WIDEST = 120
SENTENCE = 100  # a line that is longer is hard to read
TONES = {
    "critical": "bold red",
    "error": "red",
    "warning": "yellow",
    "unsure": "yellow",
    "info": "blue",
    "clear": "green",
    "reads": "blue",
    "changes": "yellow",
    "destroys": "red",
    "collected": "green",
    "partial": "yellow",
    "unreachable": "red",
}

Cell = str | tuple[str, str]  # a text, or a text and its tone


class Page:
    def __init__(self, out: TextIO, lang: Lang) -> None:
        self.words = Words(lang)
        console = Console(file=out, force_terminal=out.isatty(), highlight=False, markup=False, emoji=False)
        self.width = min(console.width, WIDEST) if console.is_terminal else WIDTH
        self.out, self.console = out, console
        self.begun = False

    def line(self, text: Text) -> None:
        if self.console.is_terminal:
            self.console.print(text, soft_wrap=True)
        else:
            self.out.write(f"{text.plain}\n")  # a page of thousands of findings takes a second, not a minute
        self.begun = True

    def blank(self) -> None:
        """Between two blocks: none at the top."""
        if self.begun:
            self.line(Text())

    def say(self, *parts: Cell, first: Cell = "", indent: int = 0) -> None:
        """Wrapped, each line indented; `first` stands before the first line, inside the indent."""
        label = Text.assemble(first)
        for line in wrapped(Text.assemble(*parts), min(self.width, SENTENCE) - indent):
            label.append(" " * (indent - label.cell_len))
            self.line(label + line if line.plain else Text())
            label = Text()

    def labelled(self, label: str, *bodies: str, indent: int = 0, wide: int = 0) -> None:
        """A label, and beside it each body on its own lines, `wide` columns to the right."""
        beside = indent + max(wide, cell_len(label) + GAP)
        first = " " * indent + label
        for body in bodies:
            self.say(body, first=(first, "dim"), indent=beside)
            first = ""

    def exactly(self, line: str, indent: int = 0, tone: str = "") -> None:
        """A command or a quoted line: the terminal may wrap it, we do not."""
        self.line(Text.assemble(" " * indent, (line, tone)))

    def heading(self, words: str) -> None:
        self.blank()
        self.say((words, "bold"))

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], indent: int = 0) -> None:
        """Columns side by side; one below the other where the terminal is too narrow for that."""
        texts = [[_plain(cell) for cell in row] for row in rows]
        widths = shared(columns, texts, self.width - indent)
        if widths is None:
            self._stacked(columns, rows, indent)
            return
        titles = [(column.title, "dim") for column in columns]
        for row in (titles, *rows) if any(column.title for column in columns) else rows:
            self._row(columns, row, widths, indent)

    def _row(self, columns: Sequence[Column], row: Sequence[Cell], widths: Sequence[int], indent: int) -> None:
        cells = [_lines(*each) for each in zip(columns, row, widths, strict=True)]
        for lines in zip_longest(*cells, fillvalue=Text()):
            whole = Text(" " * indent)
            for line, width in zip(lines, widths, strict=True):
                whole += line
                whole.append(" " * (width - line.cell_len + GAP))
            whole.rstrip()
            self.line(whole)

    def _stacked(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], indent: int) -> None:
        """What keeps its width on one line, the rest on a line each."""
        for row in rows:
            cells = [(column, cell) for column, cell in zip(columns, row, strict=True) if _plain(cell)]
            first = [cell for column, cell in cells if not column.least] or [cells[0][1]]
            self.say(*(part for cell in first for part in (cell, " " * GAP)), indent=indent)
            for column, cell in cells:
                if cell not in first:
                    self.say(_fitting(column, cell, self.width - indent - GAP), indent=indent + GAP)


def _plain(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _fitting(column: Column, cell: Cell, width: int) -> Cell:
    if not column.shortened:
        return cell
    short = in_the_middle(_plain(cell), width)
    return short if isinstance(cell, str) else (short, cell[1])


def _lines(column: Column, cell: Cell, width: int) -> list[Text]:
    return wrapped(Text.assemble(_fitting(column, cell, width)), width)
