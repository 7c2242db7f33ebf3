"""Text, Markdown, HTML and JSON of a comparison: all is said, nothing of a bundle becomes markup, same bytes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import pytest

from analyzer.diff.comparing import Comparison, Side
from analyzer.report.diff import to_html, to_json, to_markdown, to_text
from analyzer.report.diff.model import Difference, build
from analyzer.texts import Lang
from bundle.capture import Status
from tests.analyzer.comparisons import DISK, MAP, MODULE, OTHER_WWID, WWID, compared, found, side
from tests.analyzer.report.example import example
from tests.analyzer.report.hostile import with_every_value
from tests.analyzer.report.test_to_html import EVIL, Structure

LANGS: tuple[Lang, ...] = ("en", "zh")
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def everything() -> Comparison:
    """Each fate once, a note of most kinds, and something that is not judged any more."""
    before = side(
        found(MAP, WWID, "w1"),
        found(MAP, OTHER_WWID, "w2"),
        found("map-queues-forever", "wwid:3" + "c" * 32, "w3"),
        found(MODULE, "module:iscsi_tcp", "w4"),
    )
    gaps = {("map-queues-forever", "w3"): Status.TIMEOUT, (MODULE, "w5"): Status.DENIED}
    after = side(found(MAP, WWID, "w1", pods=1), found(DISK, OTHER_WWID, "w2"), found(DISK, WWID, "w5"), gaps=gaps)
    return compared(before, after)


def hostile(value: str) -> Comparison:
    old, new = Side.of(example()), Side.of(with_every_value(value))
    shared = Side(new.bundle, new.verdict, dict.fromkeys(new.bundle.nodes, "x"))
    return compared(Side(shared.bundle, old.verdict, {}), shared)


def text(difference: Difference) -> str:
    out = io.StringIO()
    to_text.show(difference, out)
    return out.getvalue()


DRESSES: tuple[Callable[[Difference], str], ...] = (text, to_markdown.render, to_html.render)


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("lang", LANGS)
def test_every_dress_says_all_in_both_languages(dress: Callable[[Difference], str], lang: Lang) -> None:
    difference = build(everything(), lang)
    said = " ".join(re.sub(r"[\\\s]+", " ", dress(difference)).split())
    for group in difference.fates:
        assert group.word in said
        for change in group.changes:
            assert change.title.split()[-1] in said.replace(" ", "")
    assert len(difference.fates) == 5
    assert difference.headline in said


def test_text_is_80_columns_wide_and_without_colour_where_there_is_no_terminal() -> None:
    lines = text(build(everything(), "en")).splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("value", EVIL, ids=range(len(EVIL)))
def test_no_value_becomes_an_element_of_the_page(value: str, lang: Lang) -> None:
    pages = [to_html.render(build(hostile(one), lang)) for one in (value, "x")]
    assert Structure(pages[0]).tags == Structure(pages[1]).tags


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("value", EVIL, ids=range(len(EVIL)))
def test_nothing_invisible_is_shown(dress: Callable[[Difference], str], value: str) -> None:
    assert not HIDDEN.search(dress(build(hostile(value), "en")))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1. one", "1\\. one"),
        ("- one\n# two", "\\- one \\# two"),
        ("<b>&amp;", "&lt;b\\>&amp;amp;"),
        ("[x](https://192.0.2.1) ![y](z)", "\\[x\\](https\\://192.0.2.1) \\!\\[y\\](z)"),
        ("`rm` **now** @all WWW.x", "\\`rm\\` \\*\\*now\\*\\* \\@all WWW\\.x"),
        ("worker-1: 8:16", "worker-1: 8:16"),
    ],
)
def test_no_value_becomes_a_mark_or_a_link_in_markdown(value: str, written: str) -> None:
    assert to_markdown.escaped(value) == written


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    page = to_html.render(build(everything(), "en"))
    assert "default-src 'none'" in page
    assert not re.search(r"<script|https?://|@import|url\(", page)


def test_json_holds_each_change_with_both_findings_and_what_is_missing() -> None:
    written = json.loads(to_json.render(everything()))
    assert (written["schema"], written["kind"], written["over"]) == (1, "diff", False)
    assert written["counts"] == {
        "better": 0, "cannot-tell": 1, "new": 1, "resolved": 1, "still-there": 1, "worse": 1,
    }  # fmt: skip
    by_change = {one["change"]: one for one in written["changes"]}
    assert by_change["worse"]["before"][0]["id"] == by_change["worse"]["after"][0]["id"]
    assert by_change["still-there"]["after"][0]["rule"] == DISK
    assert by_change["cannot-tell"]["doubts"][0]["missing"][0]["status"] == "timeout"
    assert [(one["rule"], one["node"]) for one in written["unjudged"]] == [(MODULE, "w5")]


@pytest.mark.parametrize("value", EVIL, ids=range(len(EVIL)))
def test_json_can_be_read_whatever_stands_in_it(value: str) -> None:
    assert json.loads(to_json.render(hostile(value)))["kind"] == "diff"


def test_the_same_comparison_gives_the_same_bytes() -> None:
    assert to_json.render(everything()) == to_json.render(everything())
    for dress in DRESSES:
        assert dress(build(everything(), "zh")) == dress(build(everything(), "zh"))
