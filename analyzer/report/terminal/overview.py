"""`show`: a bundle on one screen of a terminal.

What is wrong, who suffers, a table of findings, what there is to do, what could not be checked, and what to type next.
Findings that do not fit on a screen are counted by kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.cells import cell_len

from analyzer.report.following import Following
from analyzer.report.terminal.page import TONES, Cell, Page
from analyzer.report.terminal.wrapping import GAP, Column
from analyzer.report.views import FindingView, HostView, Report, flat
from analyzer.report.words import Words

ROWS = 20  # findings told one by one
HOSTS = 8
GAPS = 3
LEVELS = frozenset(("critical", "error", "warning", "info"))


def show(report: Report, following: Sequence[Following], out: TextIO) -> None:
    page = Page(out, report.lang)
    verdict(page, report)
    findings(page, report)
    what_to_do(page, report)
    unchecked(page, report)
    commands(page, following)


def by_rule(report: Report) -> bool:
    """Too many to tell one by one?"""
    return sum(1 for _ in flat(report.findings)) > ROWS


def verdict(page: Page, report: Report) -> None:
    told, say = report.verdict, page.words.say
    tone = TONES[told.level]
    page.say((headline(report, page.words), f"bold {tone.removeprefix('bold ')}"))
    page.blank()
    for sentence in (told.cause, told.affected):
        if sentence:
            page.say(sentence, indent=2)
    if told.also:
        page.labelled(say("verdict.also"), *told.also, indent=2)
    if not report.findings and report.cleared:
        page.say(say("overview.cleared", n=len(report.cleared)), indent=2)
    page.blank()
    wide = max(cell_len(fact.name) for fact in report.bundle.facts) + GAP
    for fact in report.bundle.facts:
        page.labelled(fact.name, fact.value, indent=2, wide=wide)
    if not report.bundle.complete:
        page.say((page.words.say("page.cut_off"), "yellow"), indent=2)


def headline(report: Report, words: Words) -> str:
    """`critical: LUN id reused on worker-3`."""
    told = report.verdict
    if told.level not in LEVELS:
        return told.headline
    return words.say("overview.headline", level=words.say(f"severity.{told.level}"), headline=told.headline)


def findings(page: Page, report: Report) -> None:
    if not report.findings:
        return
    page.heading(page.words.say("page.findings"))
    if by_rule(report):
        _kinds(page, report)
    else:
        _one_by_one(page, report)


def _one_by_one(page: Page, report: Report) -> None:
    say = page.words.say
    columns = (
        Column("#"),
        Column(say("overview.severity")),
        Column(say("overview.certainty")),
        Column(say("outcomes.node"), least=10, shortened=True),
        Column(say("cleared.problem"), least=16),
        Column(say("proof.subject"), least=14, shortened=True),
    )
    page.table(columns, [_row(page, finding, depth) for finding, depth in flat(report.findings)], indent=2)


def _row(page: Page, finding: FindingView, depth: int) -> tuple[Cell, ...]:
    fold = f"{'  ' * (depth - 1)}└ " if depth else ""
    return (
        str(finding.number),
        (finding.severity_word, TONES[finding.severity]),
        finding.certainty_word,
        finding.nodes or page.words.say("unchecked.cluster"),
        f"{fold}{finding.kind}",
        short(finding.subject),
    )


def short(subject: str) -> str:
    """Without its type where the name alone tells it: `wwid:3618c…`, `pv:pvc-…`."""
    kind, colon, name = subject.partition(":")
    return name if colon and kind in ("wwid", "pv", "node", "pod", "claim", "mount", "file") else subject


def _kinds(page: Page, report: Report) -> None:
    """A row for all findings of a rule that are as severe and as certain, causes before symptoms."""
    say = page.words.say
    groups: dict[tuple[bool, str, str, str], list[FindingView]] = {}
    for finding, depth in sorted(flat(report.findings), key=lambda one: one[0].number):
        groups.setdefault((depth > 0, finding.severity, finding.rule, finding.certainty), []).append(finding)
    columns = (
        Column(say("overview.how_many")),
        Column(say("overview.severity")),
        Column(say("overview.certainty")),
        Column(say("outcomes.node"), least=10),
        Column(say("list.comma").join((say("cleared.problem"), say("proof.rule"))), least=24),
    )
    rows: list[tuple[Cell, ...]] = []
    for (is_symptom, severity, rule, _), group in groups.items():
        nodes = sorted({node for finding in group for node in finding.node_names})
        where = nodes[0] if len(nodes) == 1 else say("count.nodes", n=len(nodes)) if nodes else say("unchecked.cluster")
        problem = f"{'└ ' if is_symptom else ''}{group[0].kind}\n{'  ' * is_symptom}{rule}"
        tone = TONES[severity]
        rows.append((str(len(group)), (group[0].severity_word, tone), group[0].certainty_word, where, problem))
    page.table(columns, rows, indent=2)


def what_to_do(page: Page, report: Report) -> None:
    if not report.findings:
        return
    say = page.words.say
    page.heading(say("do.heading"))
    if not report.hosts:
        page.say(say("overview.no_command"), indent=2)
    shown = report.hosts if len(report.hosts) <= HOSTS + 1 else report.hosts[:HOSTS]
    columns = (Column("", least=10), Column("", least=14), Column("", least=28, shortened=True))
    page.table(columns, [_host(page, host) for host in shown], indent=2)
    if left := len(report.hosts) - len(shown):
        page.say(say("overview.more_hosts", n=left), indent=2)
    if report.hosts and report.without_command:
        numbers = [link.anchor.removeprefix("f") for link in report.without_command]
        page.say(say("overview.without", names=page.words.listed(numbers, 8), n=len(numbers)), indent=2)


def _host(page: Page, host: HostView) -> tuple[Cell, ...]:
    say, by_hand = page.words.say, sum(not step.command for step in host.steps)
    counted = [say("count.steps", n=len(host.steps))]
    if host.destroying:
        counted.append(say("overview.destroying", n=host.destroying))
    if by_hand:
        counted.append(say("overview.all_by_hand" if by_hand == len(host.steps) else "overview.by_hand", n=by_hand))
    return (host.host, "bold"), say("list.comma").join(counted), host.script


def unchecked(page: Page, report: Report) -> None:
    """How much, and the worst: what no answer at all came from, then what most rules miss."""
    gaps = [(group, missing) for group in report.unchecked for missing in group.missing]
    if not gaps:
        return
    say = page.words.say
    page.heading(say("overview.unchecked", n=len(gaps)))
    if report.verdict.gaps:
        page.say(report.verdict.gaps, indent=2)
    gaps.sort(key=lambda gap: (gap[1].status != "unreachable", -len(gap[1].rules)))
    shown = gaps if len(gaps) <= GAPS + 1 else gaps[:GAPS]
    columns = (Column("", least=10), Column("", least=10), Column(""), Column("", least=20))
    rows = [(group.where, one.probe, (one.status_word, "yellow"), one.reason) for group, one in shown]
    page.table(columns, rows, indent=2)
    if left := len(gaps) - len(shown):
        page.say(say("overview.more_gaps", n=left), indent=2)


def commands(page: Page, following: Sequence[Following]) -> None:
    page.heading(page.words.say("next.what"))
    for one in following:
        page.say((one.why, "dim"), indent=2)
        page.exactly(one.command, indent=4)
