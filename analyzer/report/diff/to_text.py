"""Difference -> lines of a terminal, or of a file: 80 columns wide and without colour where there is no terminal.

All strings of a Difference are printable already: nothing from a bundle can steer the terminal.
"""

from __future__ import annotations

from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from analyzer.report.coverage import UncheckedView
from analyzer.report.diff.model import ChangeView, Difference
from analyzer.report.words import Words

WIDTH = 80
WIDEST = 100
NAMES = 12  # of nodes in one line
TONES = {
    "critical": "bold red",
    "error": "red",
    "warning": "yellow",
    "info": "blue",
    "unsure": "yellow",
    "clear": "green",
    "worse": "bold red",
    "new": "red",
    "still-there": "red",
    "better": "yellow",
    "cannot-tell": "yellow",
    "resolved": "green",
}


def show(difference: Difference, out: TextIO) -> None:
    """Write all of it to `out`."""
    _Page(difference, out).show()


class _Page:
    def __init__(self, difference: Difference, out: TextIO) -> None:
        self.difference, self.words = difference, Words(difference.lang)
        console = Console(file=out, highlight=False, markup=False, emoji=False)
        console.width = min(console.width, WIDEST) if console.is_terminal else WIDTH
        self.console = console

    def show(self) -> None:
        self.say((self.difference.headline, f"bold {TONES[self.difference.level]}"))
        for notice in self.difference.notices:
            self.say((notice, "yellow"))
        self.console.print()
        wide = max(cell_len(side.name) for side in self.difference.sides) + 2
        for side in self.difference.sides:
            self.say(side.value, first=(side.name, "dim"), indent=wide)
        for group in self.difference.fates:
            self.heading(group.word, TONES[group.fate])
            for number, change in enumerate(group.changes):
                if number and group.fate != "resolved":
                    self.console.print()
                self.change(change, is_short=group.fate == "resolved")
        self.unjudged()

    def say(self, *parts: str | tuple[str, str], first: str | tuple[str, str] = "", indent: int = 0) -> None:
        """Wrapped, each line indented; `first` stands before the first line, inside the indent."""
        label = Text.assemble(first)
        for line in Text.assemble(*parts).wrap(self.console, self.console.width - indent):
            line.rstrip()
            label.append(" " * (indent - label.cell_len))
            self.console.print(label + line, soft_wrap=True)
            label = Text()

    def heading(self, word: str, tone: str) -> None:
        self.console.print()
        self.say((word, f"bold underline {tone}"))

    def change(self, change: ChangeView, *, is_short: bool) -> None:
        marks = "" if is_short else f"[{change.severity_word}, {change.certainty_word}] "
        where = f"{change.nodes}: " if change.nodes else ""
        self.say((marks, TONES[change.severity]), (f"{where}{change.title}", "bold"), first="  -", indent=4)
        if not is_short:
            self.say((f"{change.rule}  {change.subject}", "dim"), indent=4)
        for sentence in (*change.notes, change.cause):
            if sentence:
                self.say(sentence, indent=4)
        for group in change.missing:
            self.gap(self.words.say("diff.cannot_tell", nodes=group.where), group, indent=4)

    def gap(self, head: str, group: UncheckedView, indent: int) -> None:
        names = f"  {self.words.listed(group.names, NAMES)}" if group.names else ""
        self.say(head, names, indent=indent)
        for missing in group.missing:
            reason = f": {missing.reason}" if missing.reason else ""
            self.say(f"{missing.probe} ", (missing.status_word, "yellow"), reason, indent=indent + 2)
            self.say(missing.repair, indent=indent + 4)

    def unjudged(self) -> None:
        if not self.difference.has_unjudged:
            return
        self.heading(self.words.say("diff_unjudged.heading"), TONES["unsure"])
        self.say(self.words.say("diff_unjudged.intro"))
        for sentence in self.difference.unjudged_notes:
            self.say(sentence, indent=2)
        for group in self.difference.unjudged:
            self.gap(group.where, group, indent=2)
