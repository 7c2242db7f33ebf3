"""A host's steps as a page: the script's numbers and commands, nothing fetched, nothing of a bundle becomes markup."""

from __future__ import annotations

import re

import pytest

from analyzer.engine import Analysis
from analyzer.report.model import build
from analyzer.report.to_runbook_page import render
from analyzer.report.to_shell import render as to_shell
from analyzer.texts import Lang
from tests.analyzer.report.example import example
from tests.analyzer.report.hostile import with_every_value
from tests.analyzer.report.test_to_html import EVIL, LANGS, Structure


def pages(analysis: Analysis, lang: Lang = "en", *, signed: bool = False) -> list[str]:
    report = build(analysis, lang)
    return [render(report, host, signed=signed) for host in sorted(report.hosts, key=lambda host: host.name)]


def words(page: str) -> str:
    return " ".join("".join(Structure(page).text).split())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("value", EVIL, ids=range(len(EVIL)))
def test_no_value_of_a_bundle_becomes_an_element_or_attribute(value: str, lang: Lang) -> None:
    for evil, harmless in zip(
        pages(with_every_value(value), lang, signed=True), pages(with_every_value("x"), lang, signed=True), strict=True
    ):
        assert Structure(evil).tags == Structure(harmless).tags
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", evil)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_stands_alone(lang: Lang) -> None:
    for page in pages(example(), lang, signed=True):
        tags = Structure(page).tags
        assert not {"script", "link", "img", "iframe", "form", "base", "a"} & {tag for tag, _ in tags}
        assert not [name for _, attrs in tags for name, _ in attrs if name.startswith("on") or name in ("style", "src")]
        assert "url(" not in page
        assert "@import" not in page
        assert "default-src 'none'; style-src 'unsafe-inline'" in page


@pytest.mark.parametrize("lang", LANGS)
def test_each_step_has_the_number_and_the_command_of_the_script(lang: Lang) -> None:
    for runbook, page in zip(example().runbooks, pages(example(), lang), strict=True):
        items = re.findall(r'<li class="\w+" id="step-(\d+)" value="\1">.*?</li>', page, re.DOTALL)
        assert items == [str(number) for number, _ in enumerate(runbook.steps, start=1)]
        script = to_shell(runbook, lang)
        for number, step in enumerate(runbook.steps, start=1):
            item = page.partition(f'id="step-{number}"')[2].partition("</li>")[0]
            assert f"step {number} {step.effect} " in script
            assert words(step.does.in_language(lang)).replace("`", "") in words(item)
            for guard in step.guards:
                assert guard.says.in_language(lang) in words(item)
            if step.command:
                assert step.command.argv[0] in words(item)


def test_the_page_names_the_bundle_the_host_and_its_boot() -> None:
    admin, node, *_ = pages(example())
    analysis = example()
    for fact in (analysis.bundle.name, "worker-a", "worker-a.sh", analysis.runbooks[1].boot_id):
        assert fact in words(node)
    assert "Boot" not in words(admin)
    assert "to a host where kubectl works" in words(admin)


def test_the_page_says_how_to_check_a_signature_only_where_there_is_one() -> None:
    unsigned, signed = pages(example())[1], pages(example(), signed=True)[1]
    assert "ssh-keygen" not in unsigned
    assert "csi-collector verify worker-a.sh --signer support.pub" in words(signed)
    assert "-n csi-triage-runbook -s worker-a.sh.sig <worker-a.sh" in words(signed)


def test_a_step_by_hand_is_told_as_one() -> None:
    by_hand = next(page for page in pages(example()) if "worker-d.sh" in page)
    assert "by hand The script cannot do this; a person does." in words(by_hand)


@pytest.mark.parametrize("lang", LANGS)
def test_each_step_that_changes_tells_the_risk_that_the_report_tells_and_a_reading_has_its_badge_alone(
    lang: Lang,
) -> None:
    for host in build(example(), lang).hosts:
        page = render(build(example(), lang), host)
        told = [words(risk) for risk in re.findall(r'<p class="risk">(.*?)</p>', page)]
        for risk, step in zip(told, host.steps, strict=True):
            assert risk.endswith(words(step.risk))
            assert step.risk or not step.command or risk == step.effect_word


def test_the_page_tells_every_option_and_exit_code_of_the_script() -> None:
    terms = re.findall(r"<dt><code>(.*?)</code></dt><dd>.", pages(example())[1])
    options = ("", " --apply", " --apply --yes", " --apply --only N", " --apply --from N")
    assert terms == [*(f"sh worker-a.sh{option}" for option in options), *"023456", "128+N"]


def test_a_condition_is_spoken_of_only_where_a_step_has_one() -> None:
    for runbook, page in zip(example().runbooks, pages(example()), strict=True):
        assert ("check every “only if”" in page) == any(step.guards for step in runbook.steps)
    assert {any(step.guards for step in runbook.steps) for runbook in example().runbooks} == {True, False}


def test_the_two_languages_have_the_same_parts() -> None:
    for english, chinese in zip(pages(example(), "en"), pages(example(), "zh"), strict=True):
        assert [tag for tag, _ in Structure(english).tags] == [tag for tag, _ in Structure(chinese).tags]
        assert "操作步骤" in chinese


def test_the_same_analysis_gives_the_same_bytes() -> None:
    assert pages(example()) == pages(example())
