"""Every command of every page is run, and prints what the page shows.

To show what is printed now: `python -m tests.docs.update` (`make docs`).
"""

from __future__ import annotations

import re

import pytest

from tests.docs.known import EXEMPT, PROGRAMS, missing, why_not_run
from tests.docs.outputs import as_shown, normal
from tests.docs.pages import ROOT, TUTORIAL, Command, blocks, commands, pages, prose
from tests.docs.place import COLLECT, Place

LANGUAGES = {"sh", "console", "text", "python", "toml"}
# the beginning of a line that somebody may mean to be typed
TYPED = re.compile(r"(\$|csi-|sh |sudo |kubectl |make |python|\.venv/|pip |apt-get |multipath|systemctl )")


@pytest.mark.parametrize("page", [page for page in pages() if page != TUTORIAL])
def test_every_command_of_the_page_runs(page: str, place: Place) -> None:
    for command in commands(page):
        if not why_not_run(command.text):
            check(command, place)


def check(command: Command, place: Place) -> None:
    code, printed = place.run(command.text, command.node)
    fine = (0, 1) if command.text.startswith(tuple(PROGRAMS)) else (0,)  # 1: findings
    assert code in fine, f"{command} ended with {code}:\n{printed}"
    if command.shown is not None:
        assert normal(as_shown(printed, command.shown)) == normal(command.shown), str(command)


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


def test_the_bundle_of_all_pages_is_the_one_of_the_readme() -> None:
    assert COLLECT in [command.text for command in commands("README.md")]


