"""A command as lines of paper: whole at a smaller size, or continued where a shell reads on.

Input    a line as `command_line` writes it: words quoted by shlex, joined by single blanks; a quoted word may have
several lines.
Output   `Typeset`: a size in points, how much the letters are narrowed, and the lines.  What is copied from them is
the command.  A line that ends in a backslash goes on in the next: they part only at a blank outside quotes, where
backslash and line feed are nothing to a shell.  No lines where that does not fit, or would not survive copying.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

ADVANCE = 0.605  # of a letter of DejaVu Sans Mono, in its size: 0.602 and a little air
CONTINUED = " \\"
INDENT = "  "
# a tab is printed as blanks; of several blanks a reader copies one, and none at the end of a line
_LOST = re.compile(r"\t|  |^ | $|^$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Setting:
    """`size` and `width` of the line in points; `narrowed` to this part of the letters' width."""

    size: float
    narrowed: float
    width: float

    @property
    def columns(self) -> int:
        return int(self.width / (self.size * self.narrowed * ADVANCE))


INDENTED, FULL = 464.0, 490.0  # of .command and .command.full in paper.css
# below 6 points nobody can read
SETTINGS = (
    Setting(9, 1, INDENTED),
    Setting(8, 1, INDENTED),
    Setting(7, 1, INDENTED),
    Setting(7, 0.8, FULL),
    Setting(6, 0.8, FULL),
)


@dataclass(frozen=True, slots=True)
class Typeset:
    size: float
    narrowed: float
    full: bool  # over the whole width of the page
    lines: tuple[str, ...]
    continued: bool = False


def typeset(command: str) -> Typeset:
    if _LOST.search(command):
        return _typeset(SETTINGS[0], "")
    for setting in SETTINGS:
        if columns(command) <= setting.columns:
            return _typeset(setting, command)
    setting = SETTINGS[-1]
    continued = "\n".join(_continued(words(command), setting.columns))
    if columns(continued) > setting.columns:
        return _typeset(setting, "")
    return replace(_typeset(setting, continued), continued=True)


def _typeset(setting: Setting, text: str) -> Typeset:
    return Typeset(setting.size, setting.narrowed, setting.width == FULL, tuple(text.split("\n")) if text else ())


def columns(text: str) -> int:
    """Of the longest line.  What is not ASCII may come from a wider font."""
    return max(map(_width, text.split("\n")))


def _width(line: str) -> int:
    return sum(1 if char.isascii() else 2 for char in line if not unicodedata.combining(char))


def words(line: str) -> list[str]:
    """The line cut at each blank outside quotes; joined by blanks they are the line."""
    found, quote, start = [], "", 0
    for at, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == " ":
            found.append(line[start:at])
            start = at + 1
    return [*found, line[start:]]


def _continued(parts: list[str], limit: int) -> Iterator[str]:
    line = parts[0]
    for word in parts[1:]:
        if columns(f"{line} {word}{CONTINUED}") > limit:
            yield line + CONTINUED
            line = INDENT + word
        else:
            line = f"{line} {word}"
    yield line
