"""`plan`: one model, and pages that all say the whole of it."""

from __future__ import annotations

import hashlib
import json
import shlex
from html import unescape

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from collector.cluster.asking import KINDS
from collector.planning.model import Plan, plan_of
from collector.planning.to_json import to_json
from collector.planning.to_markdown import code, to_markdown, words
from collector.planning.to_text import to_text
from collector.probes import FileProbe, catalogue
from tests.collector.conftest import Run

PLAN = plan_of(catalogue(), version="1.2.3", active=True)
QUIET = plan_of(catalogue(), version="1.2.3", active=False)
READER = MarkdownIt("commonmark").enable("table")
PAGES = {
    "text": lambda plan: "\n".join(to_text(plan)),
    "markdown": lambda plan: "\n".join(to_markdown(plan)),
    "json": to_json,
}


def read(page: str) -> list[Token]:
    return [inner for token in READER.parse(page) for inner in (token, *(token.children or ()))]


def rows(page: str) -> list[list[str]]:
    """The cells of each row of each table, as a reader sees them."""
    found: list[list[str]] = []
    within = False
    for token in READER.parse(page):
        within = token.type == "tr_open" or (within and token.type != "tr_close")
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline" and within:
            found[-1].append("".join(inner.content for inner in token.children or ()))
    return found


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_command_file_and_path_stands_on_every_page(page) -> None:
    said = unescape(page(PLAN)).replace(r"\|", "|")
    for probe in catalogue():
        named = probe.globs if isinstance(probe, FileProbe) else (probe.name,)
        assert all(name in said for name in (*named, *(read.path for read in PLAN.cluster)))


def test_the_page_for_the_board_reads_back_what_would_be_typed() -> None:
    page = PAGES["markdown"](PLAN)
    spans = {token.content for token in read(page) if token.type == "code_inline"}
    fences = {token.content.rstrip("\n") for token in read(page) if token.type == "fence"}
    commands = {shlex.join(question.command) for question in PLAN.questions if question.command}
    assert commands <= spans | fences
    assert {text for question in PLAN.questions for text in question.loop} <= fences


def test_a_table_of_the_page_is_a_table_to_its_end() -> None:
    page = PAGES["markdown"](PLAN)
    begun = sum(line.startswith("|") for line in page.splitlines())
    ruled = sum(line.startswith("|---") for line in page.splitlines())
    assert len(rows(page)) == begun - ruled


def test_every_probe_has_a_row_with_its_purpose() -> None:
    purposes = {row[0]: row[1].partition("<br>")[0] for row in rows(PAGES["markdown"](PLAN)) if len(row) == 4}
    assert {probe.name: probe.reads for probe in catalogue()}.items() <= purposes.items()


@pytest.mark.parametrize("text", ["a|b", "`a`", "a`b``c", "``", "|`|", "\\|", "a  b"])
def test_whatever_is_typed_survives_a_cell_of_a_table(text: str) -> None:
    page = f"| x |\n|---|\n| {code(text)} |\n"
    assert [token.content for token in read(page) if token.type == "code_inline"] == [text]


@pytest.mark.parametrize("text", ["a|b", "**a**", "_a_ <b> [c](d)", "~/.ssh/config", "a\\b", "# a"])
def test_whatever_is_said_is_no_markup(text: str) -> None:
    assert rows(f"| x |\n|---|\n| {words(text)} |\n")[1] == [text]


def test_the_page_is_the_same_each_time(collector: Run) -> None:
    assert collector("plan", "--format", "markdown").stdout == collector("plan", "--format", "markdown").stdout


def test_the_digest_is_that_of_the_printed_program(collector: Run) -> None:
    for plan, options in ((PLAN, ()), (QUIET, ("--no-active",))):
        printed = collector("script", "--no-salt", *options).stdout
        assert plan.program_sha256 == hashlib.sha256(printed.encode()).hexdigest()


def test_a_salt_changes_one_line_of_the_program(collector: Run) -> None:
    pairs = zip(
        collector("script").stdout.splitlines(), collector("script", "--no-salt").stdout.splitlines(), strict=True
    )
    different = [one for one, other in pairs if one != other]
    assert len(different) == 1
    assert "CSI_TRIAGE_SALT" in different[0]


def test_without_active_tests_they_are_named_as_left_out() -> None:
    assert set(QUIET.left_out) == {probe.name for probe in catalogue() if probe.active}
    assert not any(question.active for question in QUIET.questions)
    for page in (PAGES["text"](QUIET), PAGES["markdown"](QUIET)):
        assert all(name in page for name in QUIET.left_out)


def test_the_text_fits_a_terminal_but_for_what_is_typed() -> None:
    typed = ("      command  ", "        | ", "  kubectl get --raw ", "  /usr/", "      file     ")
    assert [line for line in to_text(PLAN) if len(line) > 80 and not line.startswith(typed)] == []


def test_every_list_of_the_cluster_names_the_fields_it_keeps() -> None:
    listed = {read.resource: read.kept for read in PLAN.cluster if read.verb == "list"}
    assert set(listed) == {kind.name for kind in KINDS}
    assert all(listed.values())


def test_json_gives_the_plan_to_programs(collector: Run) -> None:
    said = json.loads(collector("plan", "--format", "json").stdout)
    assert said["schema"] == 1
    assert Plan.__dataclass_fields__.keys() <= said.keys()


def test_what_needs_root_says_why() -> None:

    named = {question.name for question in PLAN.questions if question.root}
    assert {probe.name for probe in catalogue() if getattr(probe, "empty_needs_root", False)} <= named
    assert {"multipath_ll", "dmsetup_table", "scsi_id", "nfs_mount", "kernel_log"} <= named
    assert not named & {"host", "lsmod", "mountinfo", "sysfs_block"}
