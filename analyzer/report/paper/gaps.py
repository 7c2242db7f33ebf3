"""What could not be checked, and what became of the nodes, as a stack of paper tells it: once for all nodes alike.

Input    a report.
Output   `Gap`: one missing answer with all nodes that lack it; `OutcomeGroup`: one outcome with its nodes.
Reasons that differ in an address or a number are told as what they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.coverage import MissingView, OutcomeView
from analyzer.report.paper.likeness import in_common, pattern
from analyzer.report.verdict import some_nodes
from analyzer.report.views import Report
from analyzer.report.words import Words


@dataclass(frozen=True, slots=True)
class Gap:
    """`reason` is what the nodes' reasons have in common."""

    missing: MissingView
    reason: str
    where: str


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    outcome: str
    outcome_word: str
    reason: str
    findings: int
    names: tuple[str, ...]


def gaps(report: Report) -> tuple[Gap, ...]:
    """In the order of the report, the cluster's first."""
    groups: dict[tuple[str, ...], list[tuple[MissingView, tuple[str, ...]]]] = {}
    for view in report.unchecked:
        for missing in view.missing:
            same = (missing.probe, missing.status, pattern(missing.reason), missing.repair, *missing.rules)
            groups.setdefault(same, []).append((missing, view.nodes))
    everyone = sorted({name for outcome in report.outcomes for name in outcome.names})
    words = Words(report.lang)
    return tuple(
        Gap(
            missing=group[0][0],
            reason=in_common([missing.reason for missing, _ in group]),
            where=_where(sorted({node for _, nodes in group for node in nodes}), everyone, words),
        )
        for group in groups.values()
    )


def _where(nodes: list[str], everyone: list[str], words: Words) -> str:
    """ "" is the cluster."""
    told = [words.say("unchecked.cluster")] if "" in nodes else []
    names = [node for node in nodes if node]
    return words.listed([*told, some_nodes(names, everyone, words)] if names else told)


def outcomes(report: Report) -> tuple[OutcomeGroup, ...]:
    groups: dict[tuple[str, bool, str], list[OutcomeView]] = {}
    for view in report.outcomes:
        groups.setdefault((view.outcome, view.findings > 0, pattern(view.reason)), []).append(view)
    return tuple(
        OutcomeGroup(
            outcome=group[0].outcome,
            outcome_word=group[0].outcome_word,
            reason=in_common([view.reason for view in group]),
            findings=sum(view.findings * len(view.names) for view in group),
            names=tuple(sorted(name for view in group for name in view.names)),
        )
        for group in groups.values()
    )
