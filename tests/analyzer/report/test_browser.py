"""The page in a real browser, offline: every control, both languages and themes, a telephone, no script at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzer.engine import Analysis
from analyzer.report import to_html
from analyzer.report.model import build
from analyzer.texts import LANGS, Lang
from tests.analyzer.report.browsing import TELEPHONE, Page, browser, needs_browser
from tests.analyzer.report.example import example
from tests.analyzer.report.hostile import with_every_value

pytestmark = needs_browser
__all__ = ["browser"]
HOSTILE = '"><img src=x onerror=alert(1)>' + "x" * 3000


def written(tmp_path: Path, analysis: Analysis, lang: Lang = "en") -> Path:
    file = tmp_path / "report.html"
    file.write_text(to_html.render({one: build(analysis, one) for one in LANGS}, lang), encoding="utf-8")
    return file


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Page:
    return Page(browser, written(tmp_path, example()))


def findings(page: Page) -> list[str]:
    return [card.get_attribute("id") for card in page.shown("#proof > .finding")]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["example", "hostile"])
def test_a_telephone_shows_the_page_whole_and_without_complaint(
    browser: Any, tmp_path: Path, name: str, lang: Lang
) -> None:
    analysis = example() if name == "example" else with_every_value(HOSTILE)
    page = Page(browser, written(tmp_path, analysis, lang), TELEPHONE)
    assert page.run("return document.documentElement.scrollWidth") == 360
    assert page.complaints() == []
    assert page.run("return performance.getEntriesByType('resource').length") == 0
    assert page.run("return document.images.length") == 0


@pytest.mark.parametrize(("lang", "theme"), [("en", "light"), ("zh", "dark")])
def test_axe_finds_nothing_serious(browser: Any, tmp_path: Path, lang: Lang, theme: str) -> None:
    from axe_core_python.selenium import Axe

    page = Page(browser, written(tmp_path, example(), lang))
    page.run("document.documentElement.setAttribute('data-theme', arguments[0])", theme)
    page.click("#to-narrow")
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(browser)["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_without_a_script_every_word_of_the_first_language_is_there_and_no_dead_control(
    browser: Any, tmp_path: Path
) -> None:
    page = Page(browser, written(tmp_path, example(), "zh"), scripted=False)
    try:
        assert [one.text for one in page.shown("#do > h2")] == ["处理步骤"]
        assert page.shown("button, input, select") == []
    finally:
        Page(browser, page.file)


def test_the_other_language_is_one_click_away_and_is_remembered(page: Page) -> None:
    assert page.one("#do > h2").text == "What to do"
    page.click("#to-language")
    assert page.one("#do > h2").text == "处理步骤"
    assert page.run("return [document.documentElement.lang, document.title]")[0] == "zh-CN"
    assert "多路径" in page.run("return document.title") or "LUN" in page.run("return document.title")
    page.go("")
    assert page.one("#do > h2").text == "处理步骤"
    page.click("#to-language")
    assert page.one("#do > h2").text == "What to do"


def test_the_theme_follows_the_system_until_it_is_chosen(page: Page) -> None:
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    page.go("")
    ground = "return getComputedStyle(document.body).backgroundColor"
    assert page.run(ground) == "rgb(18, 23, 30)"
    page.click("#to-theme")
    assert page.run(ground) == "rgb(245, 246, 248)"
    page.go("")
    assert page.run(ground) == "rgb(245, 246, 248)"
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_each_command_is_copied_alone_and_exactly(page: Page) -> None:
    permission = {"permission": {"name": "clipboard-read"}, "setting": "granted"}
    page.browser.execute_cdp_cmd("Browser.setPermission", permission)
    box = next(one for one in page.shown(".copyable") if "tee" in one.text)
    box.find_element("css selector", "button").click()
    read = "navigator.clipboard.readText().then(arguments[0])"
    assert page.browser.execute_async_script(read) == box.find_element("css selector", "code").text
    assert box.find_element("css selector", "button").text == "Copied"
    assert page.complaints() == []


def test_what_is_narrowed_to_a_node_shows_its_findings_and_steps_only(page: Page) -> None:
    page.click("#to-narrow")
    page.one("#by-node").send_keys("worker-b")
    assert findings(page) == ["f4"]
    assert [host.get_attribute("data-node") for host in page.shown(".host")] == ["worker-b"]
    assert page.one("#narrowed").text == "Findings shown: 1 / 6"
    assert page.run("return location.hash") == "#node=worker-b"
    page.click("#narrow [type=reset]")
    assert len(findings(page)) == 5  # the sixth is a symptom, and stands within its cause


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("rule", "lun-id-reused", ["f1"]),
        ("severity", "critical", ["f1"]),
        ("namespace", "billing", ["f1", "f5"]),
        ("text", "lab-holder", ["f5"]),
        ("text", "nobody says this", []),
    ],
)
def test_an_address_narrows_the_page(page: Page, field: str, value: str, shown: list[str]) -> None:
    page.go(f"#{field}={value}")
    assert findings(page) == shown


def test_a_symptom_is_found_within_its_cause(page: Page) -> None:
    page.go("#rule=fc-device-not-found")
    assert findings(page) == ["f2"]


def test_a_link_opens_what_it_leads_to_though_it_is_folded_and_filtered_away(page: Page) -> None:
    page.go("#node=worker-b")
    page.press("x", "x")
    page.run("location.hash = '#f6'")
    page.browser.execute_async_script("setTimeout(arguments[0], 50)")
    assert page.one("#f6").is_displayed()
    assert page.one("#f6 .cause").is_displayed()


def test_all_is_unfolded_and_folded_again(page: Page) -> None:
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = false; })")
    page.click("#to-fold")
    assert page.run("return document.querySelectorAll('details.card:not([open])').length") == 0
    page.click("#to-fold")
    assert page.run("return document.querySelectorAll('details.card[open]').length") == 0


def test_the_keys_do_what_the_list_of_keys_says(page: Page) -> None:
    page.press("j", "j")
    first = page.run("return document.activeElement.closest('.card').id")
    page.press("k")
    assert page.run("return document.activeElement.closest('.card').id") != first
    page.press("t", "l")
    assert page.one("#do > h2").text == "处理步骤"
    page.press("?")
    assert len(page.shown("#keys .keys > div")) == 8
    page.press("\ue00c")  # Escape
    page.press("/")
    page.press("lab-holder")
    assert findings(page) == ["f5"]


def test_the_keys_can_be_switched_off(page: Page) -> None:
    page.click("#to-keys")
    page.click("#with-keys")
    page.click("#keys button")
    page.press("l")
    assert page.one("#do > h2").text == "What to do"


def test_paper_shows_what_is_folded_away(page: Page) -> None:
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert page.run("return document.querySelectorAll('details:not([open])').length") == 0
    page.run("dispatchEvent(new Event('afterprint'))")
    assert page.run("return document.querySelectorAll('.evidence[open]').length") == 0


@pytest.mark.parametrize(("lang", "words"), [("en", ["all", "critical", "error"]), ("zh", ["全部", "紧急", "严重"])])
def test_the_filter_speaks_the_pages_language(browser: Any, tmp_path: Path, lang: Lang, words: list[str]) -> None:
    page = Page(browser, written(tmp_path, example(), lang))
    options = "return Array.from(document.querySelectorAll('#by-severity option'), (one) => one.textContent)"
    assert page.run(options) == words
    page.click("#to-language")
    page.click("#to-language")
    assert page.run(options) == words
