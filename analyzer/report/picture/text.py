"""Text that must fit a box: how wide it is, where it is broken, and what is left out of its middle.

Widths are in em: names stand in a fixed width, sentences in a proportional face, and are measured by their usual
letters; a Chinese character is as wide as it is high.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

NAME, SENTENCE, CHINESE = 0.602, 0.54, 1.0
ELLIPSIS = "…"
BETWEEN = " · "
_PIECES = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+|.", re.DOTALL)


def width(text: str, latin: float = NAME) -> float:
    return sum(CHINESE if unicodedata.east_asian_width(char) in "WF" else latin for char in text)


def middle_cut(text: str, room: float) -> str:
    """The first and the last characters of a name that is too wide: both ends of an identity tell."""
    if width(text) <= room:
        return text
    first, last = [""], [""]
    budget = room - width(ELLIPSIS)
    for step in range(len(text)):
        side, char = (first, text[step // 2]) if step % 2 == 0 else (last, text[-1 - step // 2])
        budget -= width(char)
        if budget < 0:
            break
        side.append(char)
    return "".join(first) + ELLIPSIS + "".join(reversed(last))


def shortened(value: str) -> str:
    """An identity within a sentence."""
    return value if len(value) <= 16 else f"{value[:6]}{ELLIPSIS}{value[-6:]}"


def packed(pieces: Sequence[str], room: float, most: int) -> tuple[str, ...]:
    """Lines of several sayings: as many of them on a line as fit, one that fits on none is broken.

    What does not fit into `most` lines is left out at the end, and the ellipsis says so.
    """
    lines = list(_packed(pieces, room))
    if len(lines) <= most:
        return tuple(lines)
    last = lines[most - 1]
    while last and width(last + ELLIPSIS, SENTENCE) > room:
        last = last[:-1]
    return (*lines[: most - 1], last.rstrip() + ELLIPSIS)


def _packed(pieces: Sequence[str], room: float) -> Iterator[str]:
    line = ""
    for piece in pieces:
        joined = f"{line}{BETWEEN}{piece}" if line else piece
        if width(joined, SENTENCE) <= room:
            line = joined
            continue
        if line:
            yield line
        *full, line = _lines(piece, room) if piece.strip() else [""]
        yield from full
    if line:
        yield line


def _lines(text: str, room: float) -> Iterator[str]:
    line = ""
    for piece in (part for found in _PIECES.findall(text) for part in _broken(found, room)):
        if line.strip() and width(line + piece.rstrip(), SENTENCE) > room:
            yield line.strip()
            line = ""
        line += piece
    if line.strip():
        yield line.strip()


def _broken(piece: str, room: float) -> Iterator[str]:
    """A word wider than a line, in parts that fit."""
    size = max(1, int(room))
    if width(piece.rstrip(), SENTENCE) <= room:
        yield piece
        return
    yield from (piece[start : start + size] for start in range(0, len(piece), size))
