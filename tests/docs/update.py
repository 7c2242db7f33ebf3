"""`python -m tests.docs.update`: put into every page what its commands print now.

Only what differs by more than times and sizes is written.  Read the difference before it is committed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.docs.known import commands_to_run
from tests.docs.outputs import as_shown, normal
from tests.docs.pages import ROOT, Command, text_of
from tests.docs.place import Place
from tests.docs.tutorial import Copy, steps


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="docs-") as folder, Place(Path(folder)).opened() as place:
        told = [(command, place.run(command.text, command.node)[1]) for command in commands_to_run()]
        copy = Copy(Path(folder) / "copy")
        told += [(command, copy.run(command.text)[1]) for command in steps(copy)]
    for command, printed in reversed(told):  # from the end of each page, so that the lines before keep their numbers
        if command.shown is not None:
            update(command, command.shown, as_shown(printed, command.shown))


def update(command: Command, shown: tuple[str, ...], printed: tuple[str, ...]) -> None:
    if normal(shown) == normal(printed):
        return
    print(command)
    lines = text_of(command.page).splitlines()
    lines[command.first : command.first + len(shown)] = printed
    (ROOT / command.page).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
