"""What stands on the sheet of a picture, in its own units: boxes, wires, lines of text; and how they are set.

Input    parts told in words.
Output   `Sheet`, to which a `Draft` adds.  A box is as high as what is said in it; a long name loses its middle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from analyzer.pictures.parts import State
from analyzer.report.picture.text import BETWEEN, ELLIPSIS, middle_cut, packed
from analyzer.report.picture.words import Teller, Told

SIZE = 11.5  # of all type in a box
LINE = 15.0
PAD = 9.0
GAP = 9.0  # between boxes that stand one below the other
SAYS_LINES = 4
MARK = 20.0  # kept free for the mark of a state


@dataclass(frozen=True, slots=True)
class Line:
    x: float
    y: float
    text: str
    kind: str  # head, node, found, name, says
    full: str = ""  # what `text` is short for


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    w: float
    h: float
    state: State
    is_found: bool  # a finding is about it
    lines: tuple[Line, ...]

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def middle(self) -> float:
        return self.y + self.h / 2


@dataclass(frozen=True, slots=True)
class Wire:
    """`cross` is where a dead one is cut through; one without a state only leads to others."""

    d: str
    state: State | None
    cross: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """The ground of a node."""

    x: float
    y: float
    w: float
    h: float
    is_found: bool


@dataclass(slots=True)
class Sheet:
    w: float
    h: float = 0.0
    panels: list[Panel] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Draft:
    """Sets parts on a sheet."""

    sheet: Sheet
    teller: Teller

    def head(self, text: str, x: float, y: float) -> float:
        """A small heading; returns where what it heads begins."""
        self.sheet.lines.append(Line(x, y + 10, text, "head"))
        return y + 17

    def stack(self, told: Iterable[Told], x: float, y: float, w: float) -> list[Box]:
        """One below the other."""
        boxes: list[Box] = []
        for one in told:
            boxes.append(self.box(one, x, y, w))
            y = boxes[-1].bottom + GAP
        return boxes

    def box(self, told: Told, x: float, y: float, w: float) -> Box:
        state = told.part.state
        lines = tuple(
            replace(line, x=x + PAD, y=y + PAD + LINE * number + 10)
            for number, line in enumerate(_lines(told, w - 2 * PAD, 0 if state is State.ALIVE else MARK))
        )
        box = Box(x, y, w, 2 * PAD + LINE * len(lines) - 2, state, bool(told.part.findings), lines)
        self.sheet.boxes.append(box)
        return box

    def wire(
        self, points: Sequence[tuple[float, float]], state: State | None, cross: tuple[float, float] | None = None
    ) -> None:
        d = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
        self.sheet.wires.append(Wire(d, state, cross))


def _lines(told: Told, room: float, mark: float) -> Iterator[Line]:
    """The name, then what is said; the first line leaves room for the mark."""
    first = (room - mark) / SIZE
    if told.name:
        name, full = middle_cut(told.name, first), told.full or told.name
        yield Line(0, 0, name, "name", full if name != full else "")
    for text in packed(told.says, room / SIZE if told.name else first, SAYS_LINES):
        yield Line(0, 0, text, "says", BETWEEN.join(told.says) if text.endswith(ELLIPSIS) else "")
