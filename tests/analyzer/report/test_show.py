"""The pages of `show`: a screen that answers, and in full what was asked for."""

from __future__ import annotations

import io
import re
import shlex
from dataclasses import replace

import pytest
from rich.cells import cell_len

from analyzer.engine import Analysis
from analyzer.findings import Verdict
from analyzer.report.following import Given, after_details, after_overview, report_folder
from analyzer.report.model import build
from analyzer.report.part import of_finding, of_node
from analyzer.report.terminal import details, overview
from analyzer.report.words import catalogue
from analyzer.texts import Lang
from tests.analyzer.report.example import FC, analysis, example
from tests.analyzer.report.hostile import with_every_value
from tests.analyzer.report.test_terminal import Tty

HOSTILE = "\x1b]0;owned\x07\x9b2J\r\u202e[red]x[/red]"
BUNDLE = "case 4711.tar.gz"


def screen(given: Analysis | None = None, lang: Lang = "en", out: io.StringIO | None = None) -> str:
    given, out = given or example(), out or io.StringIO()
    report = build(given, lang)
    following = after_overview(given, report, Given(BUNDLE), by_rule=overview.by_rule(report))
    overview.show(report, tuple(following), out)
    return out.getvalue()


def everything(given: Analysis | None = None, lang: Lang = "en", out: io.StringIO | None = None) -> str:
    report, out = build(given or example(), lang), out or io.StringIO()
    details.show_all(report, tuple(after_details(report, Given(BUNDLE))), out)
    return out.getvalue()


def about(wanted: str, given: Analysis | None = None, lang: Lang = "en") -> str:
    given, out = given or example(), io.StringIO()
    report = build(given, lang)
    part = of_finding(given, report, wanted) or of_node(given, report, wanted)
    assert part is not None
    details.show_part(part, tuple(after_details(part.report, Given(BUNDLE))), out)
    return out.getvalue()


def many(count: int) -> Analysis:
    first, *rest = example().verdict.findings
    findings = tuple(replace(first, nodes=(f"node-{n}",), explains=(), steps=()) for n in range(count))
    return analysis(Verdict((*findings, *rest)), example().nodes)


def prose(page: str) -> list[str]:
    """Without what stands there to be copied or as it came, at its own indent."""
    return [line for line in page.splitlines() if not line.startswith("    ")]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", [screen, everything], ids=["screen", "everything"])
def test_sentences_fit_into_80_columns(page, lang: Lang) -> None:
    lines = page(lang=lang).splitlines()
    assert max(cell_len(line) for line in prose("\n".join(lines))) <= 80
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_the_screen_survives_any_terminal(lang: Lang, columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen(lang=lang, out=Tty())).splitlines()
    assert max(cell_len(line) for line in prose("\n".join(lines))) <= int(columns)
    told_in = "" if lang == "en" else " --lang zh"
    assert f"    csi-analyzer show 'case 4711.tar.gz' --finding 1{told_in}" in lines


def test_the_root_cause_comes_first_then_who_suffers_and_what_else() -> None:
    first, second, *_ = screen().split("\n\n")
    assert first == "critical: LUN id reused on worker-d"
    assert second.splitlines()[0].startswith("  Its LUN id was given to volume ")
    assert "Pods concerned: billing/ledger-0, billing/ledger-1 and shop/orders-0." in second
    assert "Also found  Residual multipath map on worker-a (2)" in second


def test_it_is_one_screen() -> None:
    assert 24 <= len(screen().splitlines()) <= 55
    assert len(screen(many(500)).splitlines()) <= 55


def test_a_symptom_stands_below_its_cause_under_its_own_number() -> None:
    rows = [line.split()[:5] for line in screen().splitlines() if re.match(r"  \d  ", line)]
    assert [row[0] for row in rows] == ["1", "2", "6", "3", "4", "5"]
    assert re.search(r"6  error +likely +worker-a +└ Fibre Channel device", screen())


def test_hundreds_of_findings_are_counted_by_rule() -> None:
    page = screen(many(500))
    assert re.search(r"500 +critical +confirmed +500 nodes +LUN id reused\n +lun-id-reused\n", page)
    assert "csi-analyzer show 'case 4711.tar.gz' --finding lun-id-reused" in page


def test_a_host_tells_how_many_of_its_steps_destroy() -> None:
    assert re.search(r"worker-a +8 steps, 6 of them destroy +runbook/worker-a.sh", screen())
    assert re.search(r"worker-d +1 step, by hand +runbook/worker-d.sh", screen())


def test_what_could_not_be_checked_is_counted_and_the_worst_comes_first() -> None:
    _, _, gaps = screen().partition("What could not be checked: 4 answers missing\n")
    assert gaps.splitlines()[1].split()[:4] == ["worker-e", "every", "probe", "unreachable"]


def test_the_next_commands_read_as_one_word_what_the_user_gave() -> None:
    report = build(example(), "en")
    for bundle in (BUNDLE, "it's; rm -rf x", "$(x).tgz", "-x.tar.gz", "a\nb"):
        for one in after_overview(example(), report, Given(bundle), by_rule=False):
            assert "\n" not in one.command
            assert shlex.split(one.command)[2].lstrip("./") == bundle.replace("\n", "\\n")


def test_a_missing_answer_is_named_with_the_command_that_shows_why() -> None:
    assert "    csi-analyzer cat 'case 4711.tar.gz' worker-c dmsetup_table --err" in screen().splitlines()


@pytest.mark.parametrize(
    ("bundle", "folder"),
    [
        ("case-4711.tar.gz", "case-4711"),
        ("/tmp/x/case.tgz", "case"),
        ("samples/demo/", "demo-report"),
        (".tar.gz", "tar.gz-report"),
        ("..", "bundle-report"),
    ],
)
def test_the_report_goes_where_the_bundle_is_not(bundle: str, folder: str) -> None:
    assert report_folder(bundle) == folder


def test_a_healthy_bundle_has_no_table_and_says_what_was_ruled_out() -> None:
    page = screen(analysis(Verdict((), (), example().verdict.cleared), example().nodes[:3]))
    assert page.startswith("Nothing wrong was found on all 3 nodes.\n")
    assert "3 rules had all they need somewhere, and found nothing there." in page
    assert "What to do" not in page


def test_a_finding_is_told_with_its_lines_its_guards_and_its_commands() -> None:
    page = about("2")
    assert page.startswith("Finding 2  [error, confirmed] Map mpathb was left behind")
    assert "    worker-a multipath_ll:6-10\n      mpathb (3618cf24100f8f457015a764c000001f7) dm-1 HUAWEI,XSG1\n" in page
    assert re.search(r"Only if +map 3618\w+ still has only the\s+dead\s+paths sdb sde", page)
    assert "        multipath -f 3618cf24100f8f457015a764c000001f7\n" in page
    assert re.search(r"worker-a +Map queues for ever; Paths lost", page)
    assert "3618cf24100f8f457016a764c000001f8" not in page  # of the other map


def test_the_steps_of_a_finding_have_the_numbers_of_the_script() -> None:
    report = build(example(), "en")
    (host,) = of_finding(example(), report, "3").report.hosts  # type: ignore[union-attr]
    (whole,) = (one for one in report.hosts if one.script == host.script)
    assert [step.number for step in host.steps] == [2, 5, 6, 8]
    assert [whole.steps[step.number - 1] for step in host.steps] == list(host.steps)


def test_a_symptom_alone_names_its_causes() -> None:
    page = about(FC.id)
    assert page.startswith("Explained by  Finding 2: Map mpathb was left behind")
    assert page.count("\nFinding ") == 1


def test_a_rule_gives_all_its_findings() -> None:
    assert re.findall(r"^Finding (\d)", about("residual-multipath-map"), re.M) == ["2", "3", "4", "5"]


def test_a_node_gives_its_findings_steps_and_gaps_and_no_others() -> None:
    page = about("worker-c")
    assert re.findall(r"^Finding (\d)", page, re.M) == ["5"]
    assert "dmsetup_table denied" in page
    assert "worker-e" not in page
    assert "worker-a" not in page


def test_a_node_without_findings_that_was_not_read_is_not_called_healthy() -> None:
    assert "Nothing wrong was found here, but not everything could be checked." in about("worker-e")


def test_nothing_is_called_by_an_unknown_name() -> None:
    report = build(example(), "en")
    assert of_finding(example(), report, "7") is None
    assert of_finding(example(), report, "no-such-rule") is None
    assert of_node(example(), report, "worker-z") is None


def test_everything_has_every_step_every_line_and_every_gap() -> None:
    page, report = everything(), build(example(), "en")
    commands = {step.command for host in report.hosts for step in host.steps if step.command}
    quoted = {line for finding in example().verdict.findings for quote in finding.evidence for line in quote.text}
    assert {line for line in (*commands, *quoted) if f"  {line}\n" not in page} == set()
    assert page.count("Not judged") == 4


@pytest.mark.parametrize("page", [screen, everything], ids=["screen", "everything"])
def test_on_a_terminal_only_our_own_colours_are_sent(page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = page(with_every_value(HOSTILE), out=Tty())
    assert "\x1b[" in shown
    rest = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", rest)
    assert "[red]x[/red]" in rest


def test_every_word_of_the_pages_is_used() -> None:
    from importlib.resources import files
    from pathlib import Path

    import analyzer

    source = "".join(path.read_text() for path in Path(analyzer.__file__).parent.rglob("*.py"))
    names = re.findall(r"^(\w+) = ", files("report_templates").joinpath("words/terminal.toml").read_text(), re.M)
    sections = ("overview", "next", "details")
    keys = [key for key in catalogue() if key.split(".")[0] in sections and not key.endswith(".one")]
    assert len(keys) == len(names)
    assert [key for key in keys if f'"{key}"' not in source and f"'{key}'" not in source] == []
