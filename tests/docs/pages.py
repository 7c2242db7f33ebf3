"""The pages of the documentation, and the commands that stand in them.

A command stands in a fenced block: `sh` holds commands, a line each; `console` holds what a terminal shows, commands
after `$ ` and what they print, where a last line `…` stands for more of it.  A second word of the fence says on which
node: "sh on=worker-1".  Without it the command is typed on the admin host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TUTORIAL = "docs/new-rule.md"  # its commands are run in a copy of the repository: test_new_rule.py
PROMPT, MORE = "$ ", "…"
COMMENT = re.compile(r" +# .*$")


@dataclass(frozen=True, slots=True)
class Block:
    """`first` is the index of the line after the opening fence."""

    page: str
    first: int
    info: str
    lines: tuple[str, ...]

    @property
    def language(self) -> str:
        return self.info.partition(" ")[0]

    @property
    def node(self) -> str:
        return self.info.partition(" on=")[2]


@dataclass(frozen=True, slots=True)
class Command:
    """`shown` is what the page says it prints, from line `first` on; None where the page shows nothing."""

    page: str
    first: int
    text: str
    node: str = ""
    shown: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.page}:{self.first}: {self.text}"


def pages() -> tuple[str, ...]:
    """Support comes before the customer, who gets what support has made."""
    own = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").glob("*.md"))]
    return tuple(dict.fromkeys(("README.md", "README.zh.md", "CONTRIBUTING.md", "docs/support.md", *own)))


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> Iterator[Block]:
    lines = text_of(page).splitlines()
    opened: int | None = None
    for number, line in enumerate(lines):
        if opened is None and line.startswith("```"):
            opened = number
        elif opened is not None and line == "```":
            yield Block(page, opened + 1, lines[opened].removeprefix("```"), tuple(lines[opened + 1 : number]))
            opened = None
    assert opened is None, f"{page}:{opened} opens a block that nothing closes"


def prose(page: str) -> str:
    """The page without its blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)


def commands(page: str) -> Iterator[Command]:
    for block in blocks(page):
        yield from commands_of(block)


def commands_of(block: Block) -> Iterator[Command]:
    if block.language == "sh":
        yield from _typed(block)
    elif block.language == "console":
        yield from _session(block)


def _typed(block: Block) -> Iterator[Command]:
    pending = ""
    for number, line in enumerate(block.lines, block.first + 1):
        pending += line
        if pending.endswith("\\"):
            pending = pending[:-1]
        elif pending and not pending.startswith("#"):
            yield Command(block.page, number, COMMENT.sub("", pending), block.node)
            pending = ""
        else:
            pending = ""


def _session(block: Block) -> Iterator[Command]:
    starts = [number for number, line in enumerate(block.lines) if line.startswith(PROMPT)]
    assert starts[:1] == [0], f"{block.page}:{block.first} is a terminal that begins without a command"
    for start, end in zip(starts, [*starts[1:], len(block.lines)], strict=True):
        text = block.lines[start].removeprefix(PROMPT)
        yield Command(block.page, block.first + start + 1, text, block.node, block.lines[start + 1 : end])
