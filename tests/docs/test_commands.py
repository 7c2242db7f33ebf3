"""Every command of every page is run, and prints what the page shows.

To show what is printed now: `python -m tests.docs.update` (`make docs`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.known import EXEMPT, PROGRAMS, commands_to_run, missing
from tests.docs.outputs import as_shown, normal
from tests.docs.pages import ROOT, Command, blocks, commands, pages, prose
from tests.docs.place import Place
from tests.samples import replaying

LANGUAGES = {"sh", "console", "text", "python", "toml"}
# the beginning of a line that somebody may mean to be typed
TYPED = re.compile(r"(\$|csi-|sh |sudo |kubectl |make |python|\.venv/|pip |apt-get |multipath|systemctl )")


@pytest.mark.slow
@pytest.mark.skipif(replaying.why_not() != "", reason=replaying.why_not() or "namespaces work")
@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_every_command_runs_and_prints_what_its_page_shows(tmp_path: Path) -> None:
    """One after the other, as a reader goes through the pages: each counts on what the README has made."""
    with Place(tmp_path).opened() as place:
        wrong = [said for command in commands_to_run() for said in complaints(command, place)]
    assert wrong == []


def complaints(command: Command, place: Place) -> Iterator[str]:
    code, printed = place.run(command.text, command.node)
    fine = (0, 1) if command.text.startswith(tuple(PROGRAMS)) else (0,)  # 1: findings
    if code not in fine:
        yield f"{command} ended with {code}: {printed}"
    elif command.shown is not None and normal(as_shown(printed, command.shown)) != normal(command.shown):
        yield f"{command} printed {as_shown(printed, command.shown)}"


@pytest.mark.parametrize("page", pages())
def test_every_block_says_what_it_holds(page: str) -> None:
    assert {block.language for block in blocks(page)} <= LANGUAGES


@pytest.mark.parametrize("page", pages())
def test_no_command_hides_outside_the_blocks_of_commands(page: str) -> None:
    hidden = [line for block in blocks(page) if block.language == "text" for line in block.lines if TYPED.match(line)]
    indented = re.findall(r"\n\n((?: {4}|\t)[^\n]*)", prose(page))
    assert hidden + indented == []


@pytest.mark.parametrize("page", pages())
def test_every_command_of_ours_in_a_sentence_exists(page: str) -> None:
    spans = [" ".join(span.split()) for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", prose(page))]
    said = {span: missing(span) for span in spans if span.split(" ")[0] in PROGRAMS}
    assert {span: words for span, words in said.items() if words} == {}


def test_every_exception_is_needed() -> None:
    typed = [command.text for page in pages() for command in commands(page)]
    assert [start for start in EXEMPT if not any(text.startswith(start) for text in typed)] == []


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    typed = [command.text.split() for page in pages() for command in commands(page) if command.text.startswith("make ")]
    said = [span.split() for page in pages() for span in re.findall(r"`(make [a-z ]+)`", prose(page))]
    assert {target for _, *named in typed + said for target in named} <= targets
