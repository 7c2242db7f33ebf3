"""A part of a report: what concerns one finding, all findings of a rule, or one node.

Input    an analysis and its report, and what was asked for.
Output   `Part`, a report with fewer findings, steps, gaps and nodes, numbered as in the whole; None when nothing in the
bundle is called so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from analyzer.engine import Analysis
from analyzer.findings import Cleared, Inconclusive
from analyzer.report.coverage import cleared_views, outcome_views, unchecked_views
from analyzer.report.links import Link
from analyzer.report.printable import printable
from analyzer.report.views import FindingView, HostView, Report, flat
from analyzer.report.words import Words
from analyzer.rules import all_rules, rule_titles


@dataclass(frozen=True, slots=True)
class Part:
    """`caused_by` are findings that explain what was asked for."""

    report: Report
    caused_by: tuple[Link, ...]


def of_finding(analysis: Analysis, report: Report, wanted: str) -> Part | None:
    """`wanted` is a finding's number, its id, or a rule: then all findings of it."""
    chosen = _outermost(report.findings, lambda one: wanted in (str(one.number), one.id, one.rule))
    if not chosen:
        return None
    nodes = {node for one in chosen for node in analysis.verdict.findings[one.number - 1].nodes}
    return _part(analysis, report, chosen, nodes or {""}, _kin({one.rule for one in chosen}))


def of_node(analysis: Analysis, report: Report, wanted: str) -> Part | None:
    """Its findings, the steps that mend them on whatever host, what was ruled out and not checked on it."""
    nodes = {target.node for target in analysis.nodes if wanted in (target.node, printable(target.node))}
    if not nodes:
        return None
    shown = {printable(node) for node in nodes}
    chosen = _outermost(report.findings, lambda one: not shown.isdisjoint(one.node_names))
    part = _part(analysis, report, chosen, nodes, {rule.id for rule in all_rules()})
    there = [(one.node, one.outcome, one.reason) for one in analysis.nodes if one.node in nodes]
    counts = Counter(node for finding in analysis.verdict.findings for node in finding.nodes)
    return replace(part, report=replace(part.report, outcomes=outcome_views(there, counts, Words(report.lang))))


def _outermost(findings: Iterable[FindingView], wanted: Callable[[FindingView], bool]) -> tuple[FindingView, ...]:
    """What is wanted, with its symptoms; a symptom alone only where its cause is not wanted."""
    chosen: list[FindingView] = []
    for finding in findings:
        chosen += (finding,) if wanted(finding) else _outermost(finding.symptoms, wanted)
    return tuple(chosen)


def _kin(rules: AbstractSet[str]) -> set[str]:
    """What might have been the trouble in place of these: their neighbours, and what may cause them."""
    ours = [rule for rule in all_rules() if rule.id in rules]
    families = {rule.family for rule in ours}
    causes = {cause.rule for rule in ours for cause in rule.explained_by}
    return {rule.id for rule in all_rules() if rule.family in families} | causes


def _part(
    analysis: Analysis,
    report: Report,
    chosen: tuple[FindingView, ...],
    nodes: AbstractSet[str],
    rules: AbstractSet[str],
) -> Part:
    anchors = {one.anchor for one, _ in flat(chosen)}
    titles, words = rule_titles(), Words(report.lang)
    told = sorted(nodes - {""})
    narrowed = replace(
        report,
        hosts=tuple(_hosts(report.hosts, anchors)),
        without_command=tuple(link for link in report.without_command if link.anchor in anchors),
        findings=chosen,
        cleared=cleared_views(_cleared(analysis.verdict.cleared, nodes, rules), told, titles, words),
        unchecked=unchecked_views(_gaps(analysis.verdict.inconclusive, nodes, rules), told, titles, words),
        outcomes=(),
    )
    return Part(narrowed, tuple(_caused_by(report.findings, {one.anchor for one in chosen})))


def _hosts(hosts: Iterable[HostView], anchors: AbstractSet[str]) -> Iterator[HostView]:
    """With the steps that these findings want, numbered as in the script."""
    for host in hosts:
        steps = tuple(step for step in host.steps if any(link.anchor in anchors for link in step.findings))
        if steps:
            yield replace(host, steps=steps)


def _cleared(cleared: Iterable[Cleared], nodes: AbstractSet[str], rules: AbstractSet[str]) -> Iterator[Cleared]:
    for entry in cleared:
        there = tuple(node for node in entry.nodes if node in {*nodes, ""})
        if entry.rule in rules and there:
            yield Cleared(entry.rule, there)


def _gaps(gaps: Iterable[Inconclusive], nodes: AbstractSet[str], rules: AbstractSet[str]) -> Sequence[Inconclusive]:
    return [gap for gap in gaps if gap.rule in rules and gap.node in {*nodes, ""}]


def _caused_by(findings: Iterable[FindingView], anchors: AbstractSet[str]) -> Iterator[Link]:
    for finding, _ in flat(findings):
        explained = {one.anchor for one in finding.symptoms} | {one.anchor for one in finding.also_explains}
        if explained & anchors:
            yield Link(finding.anchor, finding.title)
