"""Markdown for a ticket: read back by a Markdown library, all of a bundle comes out as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from analyzer.report import to_markdown
from analyzer.report.markdown_text import cell, fenced, inline, summary
from analyzer.report.model import build
from analyzer.report.part import of_finding
from analyzer.texts import Lang
from tests.analyzer.report.example import example
from tests.analyzer.report.hostile import with_every_value

LIVE = ("@all", "#12", "!3", "owner/repo#4", "https://evil.example/x", "www.evil.example", ":tada:", "/close", "~bug")
NASTY = (
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "![x](https://evil.example/x.png)",
    "[click](javascript:x)",
    "`a`@x`<b>y",
    "``` ````",
    "</details><h1>x",
    "a | b | c",
    "a\\|b @c\\|d",
    "# x",
    "- x",
    "1. x",
    "---",
    "> x",
    "| - |",
    "*x* **y** _z_ ~~s~~ $x$",
    "&lt;b&gt; &#64;all",
    "<https://evil.example>",
    "x\n\n# y\n```\nz",
    "\\",
)
INLINE_TEXT = {"text", "code_inline", "softbreak", "inline", "paragraph_open", "paragraph_close"}


def parsed(markdown: str) -> list[Token]:
    return MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)


def leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from leaves(token.children) if token.children else (token,)


def text_of(markdown: str) -> str:
    return "".join(token.content for token in leaves(parsed(markdown)))


def kinds(markdown: str) -> set[str]:
    tokens = parsed(markdown)
    return {token.type for token in tokens} | {token.type for token in leaves(tokens)}


def without_ticks(text: str) -> str:
    return "".join(text.replace("`", "").split())


@pytest.mark.parametrize("text", NASTY)
def test_what_is_nasty_stays_text(text: str) -> None:
    assert kinds(inline(text)) <= INLINE_TEXT
    assert without_ticks(text_of(inline(text))) == without_ticks(text)


@given(st.text("`\\|*_[]()<>#+-.!&;~$@:/=^{}\"' 1ax中\n", max_size=40))
def test_whatever_is_written_stays_text(text: str) -> None:
    assert kinds(inline(text)) <= INLINE_TEXT
    assert without_ticks(text_of(inline(text))) == without_ticks(text)


@given(st.text("`\\|*<>@:/ ax中\n", max_size=30), st.text("`\\|*<>@:/ ax\n", max_size=30))
def test_a_cell_holds_one_cell(first: str, second: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {cell(first)} | {cell(second)} |"
    cells = [token for token in parsed(table) if token.type == "inline"][2:]
    shown = ["".join(child.content for child in token.children or ()) for token in cells]
    assert [*map(without_ticks, shown)] == [without_ticks(first), without_ticks(second)]


@given(st.lists(st.text("`~ ax<>\n", max_size=12), max_size=5))
def test_a_fence_ends_where_we_end_it(lines: list[str]) -> None:
    (block,) = parsed(fenced(lines))
    assert (block.type, block.content) == ("fence", "".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("word", LIVE)
@pytest.mark.parametrize("around", ["{}", "see {}.", "({})", "中文{} 中文", "`a`{}"])
def test_a_word_that_a_forge_acts_upon_becomes_code(word: str, around: str) -> None:
    if word == "/close" and not around.startswith("{"):
        return  # acts at the start of a line only
    plain = [token.content for token in leaves(parsed(inline(around.format(word)))) if token.type == "text"]
    assert word not in "".join(plain)
    assert word in text_of(inline(around.format(word)))


def test_a_sentence_stays_readable() -> None:
    assert inline("Install it on 192.0.2.1 (see `multipath -ll`), 100% & done!") == (
        "Install it on 192.0.2.1 (see `multipath -ll`), 100% \\& done!"
    )


def test_a_summary_holds_no_html() -> None:
    assert summary("a</summary>\n\n<b>@x") == "<code>a&lt;/summary&gt; &lt;b&gt;@x</code>"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_ticket_has_the_verdict_the_table_the_commands_and_the_evidence(lang: Lang) -> None:
    report = build(example(), lang)
    tokens = parsed(to_markdown.render(report))
    assert tokens[0].tag == "h2"
    assert report.verdict.headline in tokens[1].content
    fences = [token.content for token in tokens if token.type == "fence"]
    commands = [f"{step.command}\n" for host in report.hosts for step in host.steps if step.command]
    assert [text for text in fences if text in commands] == commands
    assert any("failed faulty running" in text for text in fences)
    assert sum(token.type == "table_open" for token in tokens) == 2


def test_nothing_of_a_bundle_becomes_markup() -> None:
    """Not a tag, link or image more than in the ticket of a harmless bundle, and no mention."""
    hostile = "x</details>\n\n<img src=x>[a](http://e.example)|@all /close\n```\n# y"
    for render in (whole, of_the_first):
        tokens, plain = parsed(render(hostile)), parsed(render("x"))
        tags = re.compile(r"</?\w+>")
        html = [found for token in tokens if token.type.startswith("html") for found in tags.findall(token.content)]
        assert set(html) <= {"<details>", "<summary>", "<code>", "</code>", "</summary>", "</details>"}
        assert kinds(render(hostile)) - INLINE_TEXT == kinds(render("x")) - INLINE_TEXT
        told = "".join(token.content for token in leaves(tokens) if token.type == "text")
        assert "@all" not in told
        assert sum(token.type == "heading_open" for token in tokens) == sum(t.type == "heading_open" for t in plain)


def whole(value: str) -> str:
    return to_markdown.render(build(with_every_value(value), "en"))


def of_the_first(value: str) -> str:
    analysis = with_every_value(value)
    part = of_finding(analysis, build(analysis, "en"), "1")
    assert part is not None
    return to_markdown.render_part(part)
