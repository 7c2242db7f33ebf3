"""`python -m tests.docs.update`: put into every page what its commands print now.

Only what differs by more than times and sizes is written.  Read the difference before it is committed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.known import why_not_run
from tests.docs.outputs import as_shown, normal
from tests.docs.pages import ROOT, TUTORIAL, Command, commands, pages, text_of
from tests.docs.place import COLLECT, Place


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="docs-") as folder, Place(Path(folder)).opened() as place:
        place.run(COLLECT)
        for page in pages():
            if page != TUTORIAL:
                update(page, place)


def update(page: str, place: Place) -> None:
    lines = text_of(page).splitlines()
    told = [(command, place.run(command.text, command.node)[1]) for command in commands(page) if runs(command)]
    for command, printed in reversed(told):
        if command.shown is None:
            continue
        now = as_shown(printed, command.shown)
        if normal(now) != normal(command.shown):
            print(command, file=sys.stderr)
            lines[command.first : command.first + len(command.shown)] = now
    (ROOT / page).write_text("\n".join(lines) + "\n", encoding="utf-8")


def runs(command: Command) -> bool:
    return not why_not_run(command.text)


if __name__ == "__main__":
    main()
