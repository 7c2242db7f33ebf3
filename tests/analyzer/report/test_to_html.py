"""The page: nothing of a bundle becomes markup or runs, nothing is fetched, same bytes, both languages."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from analyzer.engine import Analysis
from analyzer.findings import Evidence, Verdict
from analyzer.report import to_html
from analyzer.report.model import build
from analyzer.report.templates import code_in_ticks
from analyzer.report.words import catalogue
from analyzer.texts import LANGS, Lang
from tests.analyzer.report.example import FC, WWID_A, analysis, confirm, example
from tests.analyzer.report.hostile import with_every_value

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</pre></details></style><style>@import 'http://192.0.2.1/x'</style>",
    "<!-- ]]> {{ 7 * 7 }} {% raw %} ${7*7}",
    "\u202e\u2066txt.exe\u2069 \x1b[2J\x1b]0;owned\x07 \x00 \x9b31m \ufeff \ud800",
    "x" * 20_000,
)


class Structure(HTMLParser):
    """Elements and attributes of a page in order, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append(("<!--", ()))

    def handle_decl(self, decl: str) -> None:
        self.tags.append(("<!", ()))

    def handle_pi(self, data: str) -> None:
        self.tags.append(("<?", ()))


def page(analysis: Analysis, lang: Lang = "en") -> str:
    return to_html.render({one: build(analysis, one) for one in LANGS}, lang)


def shape(written: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    """Elements with their attributes; what filters compare with stays text inside its own attribute."""
    return [
        (tag, [(name, None if name.startswith("data-") else value) for name, value in attributes])
        for tag, attributes in Structure(written).tags
    ]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("value", EVIL, ids=range(len(EVIL)))
def test_no_value_of_a_bundle_becomes_an_element_or_attribute(value: str, lang: Lang) -> None:
    assert shape(page(with_every_value(value), lang)) == shape(page(with_every_value("x"), lang))


def test_a_command_in_ticks_is_escaped_before_it_is_marked() -> None:
    assert code_in_ticks('run `<b> & "x"`') == "run <code>&lt;b&gt; &amp; &#34;x&#34;</code>"


@pytest.mark.parametrize("value", EVIL, ids=range(len(EVIL)))
def test_nothing_invisible_reaches_the_page(value: str) -> None:
    written = page(with_every_value(value))
    written.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", written)


def test_the_page_stands_alone() -> None:
    written = page(example())
    tags = Structure(written).tags
    assert not {"link", "iframe", "object", "embed", "base", "img"} & {tag for tag, _ in tags}
    attributes = [(name, value or "") for _, attrs in tags for name, value in attrs]
    assert all(value.startswith("#") for name, value in attributes if name in ("href", "src", "srcset", "action"))
    assert not [name for name, _ in attributes if name.startswith("on") or name == "style"]
    assert "url(" not in written
    assert "@import" not in written


def test_nothing_runs_but_our_own_script_known_by_its_digest() -> None:
    scripts = re.findall(r"<script>(.*?)</script>", page(with_every_value("<script>alert(1)</script>")), re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; "
    policies = [
        dict(attrs)["content"] for tag, attrs in Structure(page(example())).tags if ("http-equiv") in dict(attrs)
    ]
    assert policies == [policy + "form-action 'none'"]


def test_every_link_leads_to_an_element() -> None:
    tags = Structure(page(example())).tags
    ids = [dict(attrs)["id"] for _, attrs in tags if "id" in dict(attrs)]
    links = {dict(attrs)["href"] for tag, attrs in tags if tag == "a"}
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links if link} <= set(ids)


def test_the_order_is_verdict_then_what_to_do_then_proof_then_the_rest() -> None:
    written = page(example())
    places = [written.index(f'<section id="{part}"') for part in ("do", "proof", "unchecked", "cleared", "nodes")]
    assert [written.index("<h1>"), *places] == sorted([written.index("<h1>"), *places])


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_opens_in_its_language_and_holds_the_other_one_too(lang: Lang) -> None:
    structure = Structure(page(example(), lang))
    text = "".join(structure.text)
    told = ("do.heading", "proof.heading", "unchecked.heading", "cleared.heading", "outcomes.heading", "do.legend")
    assert all(catalogue()[key].in_language(one) in text for key in told for one in LANGS)
    assert dict(dict(structure.tags)["html"])["lang"] == ("en" if lang == "en" else "zh-CN")


def test_a_word_that_is_the_same_in_both_languages_stands_once() -> None:
    assert page(example()).count("runbook/worker-a.sh") == 1


def test_each_sentence_stands_in_both_languages_side_by_side() -> None:
    en, zh = (catalogue()["do.expect"].in_language(lang) for lang in LANGS)
    assert f'<span lang="en">{en}</span><span lang="zh-CN">{zh}</span>' in page(example(), "en")
    assert f'<span lang="zh-CN">{zh}</span><span lang="en">{en}</span>' in page(example(), "zh")


def test_each_quoted_line_has_its_number_and_lines_that_lie_apart_have_theirs() -> None:
    apart = replace(FC, evidence=(Evidence("worker-a", "sysfs_block", 2, 9, ("sdb", "state running"), (2, 9)),))
    lines = re.findall(r'<span data-n="(\d+)">(.*?)\n</span>', page(analysis(Verdict((apart,)), ())))
    assert lines == [("2", "sdb"), ("9", "state running")]


def test_each_command_stands_alone_and_each_destroying_one_with_its_guard() -> None:
    written = page(example())
    commands = re.findall(r'<pre class="command" tabindex="0"><code>(.*?)</code></pre>', written)
    assert "multipath -f 3618cf24100f8f457015a764c000001f7" in commands
    assert all("\n" not in command for command in commands)
    steps = re.findall(r'<li class="destroys">.*?</li>', written, re.DOTALL)
    assert len(steps) == 9
    assert all('class="guard"' in step and catalogue()["do.risk"].en in step for step in steps)


def test_of_very_many_hosts_and_findings_the_later_ones_are_told_in_short() -> None:
    many = [
        replace(FC, subject=f"pv:{n}", evidence=FC.evidence * 2, steps=(confirm(f"n{n}", WWID_A),)) for n in range(70)
    ]
    written = page(analysis(Verdict(tuple(many)), ()))
    assert written.count('<dl class="outcome">') == to_html.LIMITS.full_hosts
    assert written.count('<details class="evidence">') == to_html.LIMITS.full_findings
    assert written.count('<pre class="command"') == written.count('class="card finding') == 70


def test_the_same_analysis_gives_the_same_bytes_in_every_process() -> None:
    program = (
        "import hashlib; from tests.analyzer.report.example import example; from analyzer.report import to_html;"
        "from analyzer.report.model import build; from analyzer.report import to_json;"
        "from analyzer.texts import LANGS;"
        "both = {one: build(example(), one) for one in LANGS};"
        "written = to_html.render(both, 'zh').encode() + to_json.render(example());"
        "print(hashlib.sha256(written).hexdigest())"
    )
    seeds = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2")]
    runs = [subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True) for env in seeds]
    assert runs[0].stdout == runs[1].stdout
