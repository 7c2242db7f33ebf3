"""`show --finding`, `--node`, `--all`: findings in full, in a terminal.

Each with its cause, who is concerned, and the lines it stands on; the steps with their guards; what was ruled out, what
could not be checked, and what became of the nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.cells import cell_len

from analyzer.findings import Affected
from analyzer.report.coverage import MissingView, UncheckedView
from analyzer.report.following import Following
from analyzer.report.links import Link
from analyzer.report.part import Part
from analyzer.report.terminal.overview import commands, verdict
from analyzer.report.terminal.page import TONES, Page
from analyzer.report.terminal.wrapping import GAP
from analyzer.report.views import FindingView, HostView, QuoteView, Report, StepView

NAMES = 12  # of nodes in one line


def show_all(report: Report, following: Sequence[Following], out: TextIO) -> None:
    """Everything: the verdict, what to do, the proof, and how far it reaches."""
    page = Page(out, report.lang)
    verdict(page, report)
    _what_to_do(page, report)
    page.heading(page.words.say("proof.heading"))
    if not report.findings:
        page.say(page.words.say("proof.nothing"), indent=2)
    _findings(page, report.findings)
    _coverage(page, report)
    page.heading(page.words.say("outcomes.heading"))
    _outcomes(page, report)
    commands(page, following)


def show_part(part: Part, following: Sequence[Following], out: TextIO) -> None:
    """What was asked for: its findings first, then what to do about them."""
    page, report = Page(out, part.report.lang), part.report
    page.labelled(page.words.say("details.caused_by"), *(_see(page, cause) for cause in part.caused_by))
    _outcomes(page, report)
    _findings(page, report.findings)
    if report.findings:
        _what_to_do(page, report)
    else:
        page.blank()
        page.say(page.words.say("details.not_all_known" if report.unchecked else "details.nothing"))
    _coverage(page, report)
    commands(page, following)


def _see(page: Page, link: Link) -> str:
    return page.words.say("details.see", n=link.anchor.removeprefix("f"), title=link.text)


def _findings(page: Page, findings: Iterable[FindingView]) -> None:
    for finding in findings:
        page.blank()
        _finding(page, finding, indent=0)


def _finding(page: Page, finding: FindingView, indent: int) -> None:
    say = page.words.say
    mark = f"{finding.severity_word}, {finding.certainty_word}"
    label = f"{' ' * indent}{say('details.finding', n=str(finding.number))}  "
    marks = (f"[{mark}] ", TONES[finding.severity])
    page.say(marks, (finding.title, "bold"), first=(label, "bold"), indent=cell_len(label))
    rows = [
        (say("details.on"), (finding.nodes,)),
        (say("proof.subject"), (finding.subject,)),
        (say("overview.cause"), finding.cause),
        (say("proof.affects"), tuple(_victim(victim) for victim in finding.affects)),
        (say("proof.rule"), (finding.rule,)),
        (say("proof.also_explains"), tuple(_see(page, link) for link in finding.also_explains)),
    ]
    wide = max(cell_len(label) for label, bodies in rows if any(bodies)) + GAP
    for label, bodies in rows:
        if any(bodies):
            page.labelled(label, *bodies, indent=indent + 2, wide=wide)
    _quotes(page, finding.quotes, indent + 2)
    for symptom in finding.symptoms:
        page.blank()
        page.say((f"{say('proof.explains')}:", "dim"), indent=indent + 2)
        _finding(page, symptom, indent + 4)


def _victim(victim: Affected) -> str:
    """`pod shop/app-0, PVC shop/data, PV pvc-1`."""
    named = (
        ("Pod", f"{victim.namespace}/{victim.pod}" if victim.pod else ""),
        ("PVC", f"{victim.namespace}/{victim.pvc}" if victim.pvc else ""),
        ("PV", victim.pv),
    )
    return ", ".join(f"{kind} {name}" for kind, name in named if name)


def _quotes(page: Page, quotes: Iterable[QuoteView], indent: int) -> None:
    """Each piece of evidence: where it stands, and its lines as they are."""
    for number, quote in enumerate(quotes):
        if not number:
            page.say((page.words.say("proof.evidence"), "dim"), indent=indent)
        page.say((quote.place, "bold"), indent=indent + 2)
        for line in quote.lines:
            page.exactly(line, indent=indent + 4)
        if quote.left_out:
            page.say((f"… {page.words.say('proof.lines_left_out', n=quote.left_out)}", "dim"), indent=indent + 4)


def _what_to_do(page: Page, report: Report) -> None:
    say = page.words.say
    page.heading(say("do.heading"))
    if not report.hosts:
        page.say(say("overview.no_command" if report.findings else "do.nothing"), indent=2)
    for number, host in enumerate(report.hosts):
        if number:
            page.blank()
        _host(page, host)


def _host(page: Page, host: HostView) -> None:
    page.say((host.host, "bold"), f"  {host.script}", indent=2)
    for step in host.steps:
        _step(page, step)


def _step(page: Page, step: StepView) -> None:
    say = page.words.say
    by_hand = "" if step.command else f", {say('do.by_hand')}"
    mark = (f"[{step.effect_word}{by_hand}] ", TONES[step.effect])
    page.say(mark, step.does, first=f"{step.number:4}.", indent=6)
    after = ((say("do.expect"), step.expect), (say("do.if_fails"), step.if_fails))
    wide = max(cell_len(label) for label in (say("do.guard"), *(label for label, _ in after))) + GAP
    page.labelled(say("do.guard"), *step.guards, indent=6, wide=wide)
    if step.command:
        page.exactly(step.command, indent=8, tone="bold")
    for label, body in after:
        if body:
            page.labelled(label, body, indent=6, wide=wide)


def _coverage(page: Page, report: Report) -> None:
    """What was ruled out, what could not be checked, what became of the nodes."""
    if report.cleared:
        page.heading(page.words.say("cleared.heading"))
    for where, titles in _by_place(report).items():
        page.labelled(where, page.words.say("list.semicolon").join(titles), indent=2)
    if report.unchecked:
        page.heading(page.words.say("unchecked.heading"))
    for group in report.unchecked:
        _gaps(page, group)


def _by_place(report: Report) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for entry in report.cleared:
        places.setdefault(entry.where, []).append(entry.title)
    return places


def _gaps(page: Page, group: UncheckedView) -> None:
    names = f"  {page.words.listed(group.names, NAMES)}" if group.names else ""
    page.say((group.where, "bold"), names, indent=2)
    for missing in group.missing:
        _gap(page, missing)


def _gap(page: Page, missing: MissingView) -> None:
    say = page.words.say
    reason = f": {missing.reason}" if missing.reason else ""
    page.say(f"{missing.probe} ", (missing.status_word, "yellow"), reason, indent=4)
    rows = (
        (say("unchecked.repair"), missing.repair),
        (say("unchecked.rules"), say("list.semicolon").join(missing.rules)),
    )
    wide = max(cell_len(label) for label, _ in rows) + GAP
    for label, body in rows:
        page.labelled(label, body, indent=6, wide=wide)


def _outcomes(page: Page, report: Report) -> None:
    say = page.words.say
    wide = max((cell_len(group.outcome_word) for group in report.outcomes), default=0) + 2 + GAP
    for group in report.outcomes:
        told = page.words.listed(group.names, NAMES) + (f": {group.reason}" if group.reason else "")
        if group.findings:
            told += f"  [{say('count.findings', n=group.findings)}]"
        page.say(told, first=(f"  {group.outcome_word}", TONES[group.outcome]), indent=wide)
