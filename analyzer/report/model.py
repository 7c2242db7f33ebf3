"""The engine's analysis -> what the report says of it in one language.

Input    an analysis and a language.  Output  frozen values of printable strings, in the order they are shown.
No clock, no environment: the same analysis gives the same report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from analyzer.engine import Analysis
from analyzer.findings import Affected, Evidence, Finding, Severity
from analyzer.pictures.parts import What
from analyzer.report.commands import command_line, script_name
from analyzer.report.coverage import cleared_views, outcome_views, unchecked_views
from analyzer.report.history import history_view
from analyzer.report.links import Index, Link, titled
from analyzer.report.picture.views import more_pictures, picture_views
from analyzer.report.printable import printable
from analyzer.report.verdict import causes, verdict_view
from analyzer.report.views import (
    BundleView,
    Fact,
    FindingView,
    HostView,
    QuoteView,
    Report,
    StepView,
)
from analyzer.report.words import Words
from analyzer.rules import rule_titles
from analyzer.runbook import ADMIN, Effect, Runbook, Step
from analyzer.texts import Lang, Text
from bundle.capture import Outcome

QUOTED_LINES = 40  # of one piece of evidence; report.json has them all


def shortened(report: Report, *, hosts: int, findings: int) -> Report:
    """The same report with the steps of the first hosts and the first findings only; it says what is left out."""
    words = Words(report.lang)
    rest = [host.script for host in report.hosts[hosts:]]
    left = len(report.findings) - findings
    shown = {anchor for finding in report.findings[:findings] for anchor in _anchors(finding)}
    return replace(
        report,
        hosts=report.hosts[:hosts],
        findings=report.findings[:findings],
        without_command=report.without_command[:findings],
        more_hosts=words.say("do.more_hosts", n=len(rest), names=words.listed(rest, 8)) if rest else "",
        more_findings=words.say("proof.more", n=left) if left > 0 else "",
        pictures=tuple(picture for picture in report.pictures if shown & set(picture.findings)),
    )


def _anchors(finding: FindingView) -> list[str]:
    return [finding.anchor, *(anchor for symptom in finding.symptoms for anchor in _anchors(symptom))]


def build(analysis: Analysis, lang: Lang) -> Report:
    verdict, words = analysis.verdict, Words(lang)
    nodes = sorted(target.node for target in analysis.nodes)
    titles = rule_titles()
    index = Index.of(verdict, analysis.runbooks, titles, words)
    return Report(
        lang=lang,
        bundle=_bundle_view(analysis, words),
        verdict=verdict_view(verdict, nodes, titles, words, _pods(analysis, words)),
        hosts=tuple(_host_view(runbook, index, words) for runbook in index.runbooks),
        without_command=tuple(index.link(finding) for finding in causes(verdict.findings) if not finding.steps),
        findings=_stories(verdict.findings, index, words),
        cleared=cleared_views(verdict.cleared, nodes, titles, words),
        unchecked=unchecked_views(verdict.inconclusive, nodes, titles, words),
        outcomes=outcome_views(
            [(target.node, target.outcome, target.reason) for target in analysis.nodes],
            Counter(node for finding in verdict.findings for node in finding.nodes),
            words,
        ),
        history=history_view(analysis.timeline, words),
        pictures=picture_views(analysis.pictures, index),
        more_pictures=more_pictures(analysis.not_pictured, words),
    )


def _pods(analysis: Analysis, words: Words) -> dict[str, str]:
    """How it stands with the pods of the pictured volumes: ` (Running on worker-2)`."""
    told = {}
    for pod in (pod for picture in analysis.pictures for pod in picture.pods if pod.part.name):
        phase = next((one.value for one in pod.part.remarks if one.what is What.PHASE), "")
        if phase:
            key = "verdict.pod_on" if pod.node else "verdict.pod"
            told[pod.part.name] = words.say(key, phase=printable(phase), node=printable(pod.node))
    return told


def _bundle_view(analysis: Analysis, words: Words) -> BundleView:
    outcomes = Counter(target.outcome.value for target in analysis.nodes)
    severities = Counter(finding.severity.value for finding in analysis.verdict.findings)
    return BundleView(
        name=printable(analysis.bundle.name),
        format=analysis.bundle.format,
        started=printable(analysis.bundle.started),
        complete=analysis.bundle.complete,
        findings=len(analysis.verdict.findings),
        facts=(
            Fact(words.say("page.bundle"), printable(analysis.bundle.name)),
            Fact(words.say("page.collected"), printable(analysis.bundle.started)),
            Fact(words.say("page.nodes"), _counted(outcomes, [o.value for o in Outcome], "outcome", words)),
            *_left_out(analysis.bundle.left_out, words),
            Fact(words.say("page.findings"), _counted(severities, [s.value for s in Severity], "severity", words)),
        ),
        tool_version=printable(analysis.bundle.tool_version),
        checksum=printable(analysis.bundle.sha256),
    )


def _left_out(names: Sequence[str], words: Words) -> tuple[Fact, ...]:
    if not names:
        return ()
    return (Fact(words.say("page.left_out"), words.listed([printable(name) for name in names], 4)),)


def _counted(counts: Counter[str], order: Sequence[str], section: str, words: Words) -> str:
    """`5: 3 collected, 2 partial`."""
    parts = [words.say("list.part", n=counts[k], name=words.say(f"{section}.{k}")) for k in order if counts[k]]
    if not parts:
        return words.say("page.none")
    if len(parts) == 1:
        return parts[0]
    return words.say("list.breakdown", n=counts.total(), parts=words.say("list.comma").join(parts))


def _host_view(runbook: Runbook, index: Index, words: Words) -> HostView:
    findings = {link.anchor: link for step in runbook.steps for link in index.wanted_by.get(step.id, ())}
    return HostView(
        anchor=index.hosts[runbook.host].anchor,
        name=printable(runbook.host),
        host=words.say("do.admin") if runbook.host == ADMIN else printable(runbook.host),
        script=printable(script_name(runbook.host)),
        boot_id=printable(runbook.boot_id),
        findings=tuple(findings.values()),
        steps=tuple(_step_view(number, step, index, words) for number, step in enumerate(runbook.steps, 1)),
    )


def _step_view(number: int, step: Step, index: Index, words: Words) -> StepView:
    def read(text: Text) -> str:
        return printable(text.in_language(words.lang))

    return StepView(
        number=number,
        does=read(step.does),
        effect=step.effect.value,
        effect_word=words.say(f"effect.{step.effect}"),
        command=command_line(step.command) if step.command else "",
        guards=tuple(read(guard.says) for guard in step.guards),
        expect=read(step.expect),
        if_fails=read(step.if_fails),
        risk="" if step.effect is Effect.READS else words.say(f"risk.{step.phase}"),
        findings=index.wanted_by.get(step.id, ()),
    )


def _stories(findings: Sequence[Finding], index: Index, words: Words) -> tuple[FindingView, ...]:
    """Causes in their order, each symptom once, under the first cause that explains it."""
    by_id = {finding.id: finding for finding in findings}
    told: set[str] = set()

    def tell(finding: Finding) -> FindingView:
        told.add(finding.id)
        explained = [by_id[symptom] for symptom in finding.explains if symptom in by_id]
        also = tuple(index.link(symptom) for symptom in explained if symptom.id in told)
        symptoms = tuple(tell(symptom) for symptom in explained if symptom.id not in told)
        return _finding_view(finding, symptoms, also, index, words)

    first = tuple(tell(finding) for finding in causes(findings))
    return first + tuple(tell(finding) for finding in findings if finding.id not in told)


def _finding_view(
    finding: Finding, symptoms: tuple[FindingView, ...], also: tuple[Link, ...], index: Index, words: Words
) -> FindingView:
    hosts = sorted({step.host for step in finding.steps} & set(index.hosts), key=lambda host: (host != ADMIN, host))
    return FindingView(
        anchor=index.link(finding).anchor,
        id=printable(finding.id),
        rule=printable(finding.rule),
        kind=printable((finding.kind or index.titles.get(finding.rule, finding.title)).in_language(words.lang)),
        severity=finding.severity.value,
        severity_word=words.say(f"severity.{finding.severity}"),
        certainty=finding.certainty.value,
        certainty_word=words.say(f"certainty.{finding.certainty}"),
        title=titled(finding, words),
        nodes=words.listed([printable(node) for node in finding.nodes], 8),
        node_names=tuple(printable(node) for node in finding.nodes),
        subject=printable(finding.subject),
        cause=tuple(printable(line) for line in finding.cause.in_language(words.lang).split("\n") if line.strip()),
        affects=tuple(_affected_view(victim) for victim in sorted(finding.affects)),
        quotes=tuple(_quote_view(quote) for quote in finding.evidence),
        symptoms=symptoms,
        also_explains=also,
        mended_by=tuple(index.hosts[host] for host in hosts),
    )


def _affected_view(victim: Affected) -> Affected:
    return Affected(*(printable(word) for word in (victim.namespace, victim.pod, victim.pvc, victim.pv)))


def _quote_view(quote: Evidence) -> QuoteView:
    lines = str(quote.first_line) if quote.first_line == quote.last_line else f"{quote.first_line}-{quote.last_line}"
    return QuoteView(
        place=printable(f"{quote.node} {quote.source}:{lines}".strip()),
        lines=tuple(printable(line) for line in quote.text[:QUOTED_LINES]),
        numbers=quote.numbers[:QUOTED_LINES],
        left_out=max(0, len(quote.text) - QUOTED_LINES),
    )
