"""The tutorial's files and commands, and a copy of the repository in which both may do their work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import ROOT, TUTORIAL, Block, Command, blocks, commands_of
from tests.docs.place import Ended, typed

COPIED = ("analyzer", "bundle", "collector", "docs", "report_templates", "samples", "scripts", "tests")
FILES = ("pyproject.toml", "Makefile")
FILE = " file="


class Copy:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, symlinks=True)
        for name in FILES:
            shutil.copy(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(ROOT / ".venv")

    def write(self, block: Block) -> None:
        path = self.folder / block.info.partition(FILE)[2]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(block.lines) + "\n", encoding="utf-8")

    def run(self, command: str) -> Ended:
        """In the copy, whose packages come before the installed ones."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "COLUMNS": "80"}
        environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}
        return typed(command, self.folder, environment)


def steps(copy: Copy) -> Iterator[Command]:
    """The commands in order; before each, the files that the page has shown by then are written."""
    for block in blocks(TUTORIAL):
        if FILE in block.info:
            copy.write(block)
        yield from (command for command in commands_of(block) if not command.text.startswith("make "))
