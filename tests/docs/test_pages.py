"""The pages hold together: links lead somewhere, every page is found, and both READMEs are one."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from tests.docs.pages import ROOT, blocks, commands, pages, prose, text_of

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OTHER_LANGUAGE = {
    "README.zh.md": "README.md",
    "docs/rules.zh.md": "docs/rules.md",
    "docs/what-it-runs.zh.md": "docs/what-it-runs.md",
}


def links(page: str) -> list[str]:
    return LINK.findall(prose(page))


def headings(page: str) -> list[str]:
    return re.findall(r"^#{1,6} .*$", prose(page), re.MULTILINE)


def anchors(page: str) -> set[str]:
    """As GitHub makes them: lower case, without punctuation, dashes for spaces."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lstrip("# ").lower()) for heading in headings(page))
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", pages())
def test_every_link_leads_somewhere(page: str) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.resolve().relative_to(ROOT).as_posix()), link


def test_the_index_leads_to_every_page() -> None:
    linked = {PurePosixPath("docs") / link for link in links("docs/README.md")}
    assert {page for page in pages() if page.startswith("docs/")} - {str(path) for path in linked} == {"docs/README.md"}


def shape(page: str) -> dict[str, object]:
    """All that two pages share which say the same in two languages."""
    marks = [re.match("#+", heading) for heading in headings(page)]
    return {
        "headings": [mark and mark[0] for mark in marks],
        "blocks": [block.info for block in blocks(page)],
        "commands": [re.sub(r" --lang zh\b", "", command.text) for command in commands(page)],
        "tables": [line.count("|") for line in prose(page).splitlines() if line.startswith("|")],
        "links": [OTHER_LANGUAGE.get(link, link) for link in links(page) if not link.startswith("README")],
        "items": len(re.findall(r"^- ", prose(page), re.MULTILINE)),
        "bold": len(re.findall(r"^\*\*", prose(page), re.MULTILINE)),
    }


def test_both_readmes_are_one() -> None:
    assert shape("README.zh.md") == shape("README.md")


def test_what_it_runs_is_one_page_in_two_languages() -> None:
    assert shape("docs/what-it-runs.zh.md") == shape("docs/what-it-runs.md")


def test_the_readmes_lead_to_each_other() -> None:
    assert "README.zh.md" in links("README.md")
    assert "README.md" in links("README.zh.md")


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_report_is_seen_before_anything_else_is_said(page: str) -> None:
    before, _, _ = text_of(page).partition("![")
    assert before.count("\n") <= 6
    assert (ROOT / "docs/images/report.png").stat().st_size < 250_000
