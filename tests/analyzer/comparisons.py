"""Verdicts made by hand, to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from analyzer.diff.comparing import Change, Comparison, Side, compare
from analyzer.engine import BundleInfo
from analyzer.facts import Unknown
from analyzer.findings import Affected, Certainty, Cleared, Finding, Inconclusive, Severity, Verdict
from analyzer.rules import all_rules
from analyzer.texts import Text
from bundle.capture import Status

MAP, DISK, MODULE = "residual-multipath-map", "residual-scsi-disk", "iscsi-tcp-not-loaded"
WWID = "wwid:3618cf24100f8f457015a764c000001f7"
OTHER_WWID = "wwid:3618cf24100f8f457016a764c000001f8"
NODES = ("w1", "w2", "w3", "w4", "w5")


def found(rule: str, subject: str, *nodes: str, pods: int = 0, pv: str = "") -> Finding:
    """An error, confirmed."""
    title = Text(en="{rule} {subject}", zh="问题 {rule} {subject}").fill(rule=rule, subject=subject)
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=nodes,
        subject=subject,
        title=title,
        cause=title,
        evidence=(),
        affects=tuple(Affected("shop", f"app-{n}", "", pv) for n in range(pods)),
    )


def side(
    *findings: Finding,
    nodes: Iterable[str] = NODES,
    gaps: Mapping[tuple[str, str], Status] | None = None,
    unknown: Iterable[str] = (),
    started: str = "2026-07-03T10:00:00Z",
    boots: Mapping[str, str] | None = None,
) -> Side:
    """Every rule was judged on every node, but `gaps` (rule, node) and the rules `unknown` to that version."""
    nodes, gaps = tuple(nodes), gaps or {}
    said = {(one.rule, node) for one in findings for node in one.nodes or ("",)} | set(gaps)
    cleared = []
    for rule in all_rules():
        places = nodes if rule.scope == "node" else ("",) if rule.id not in {name for name, _ in said} else ()
        silent = tuple(node for node in places if (rule.id, node) not in said)
        if silent and rule.id not in unknown:
            cleared.append(Cleared(rule.id, silent))
    inconclusive = tuple(Inconclusive(*place, (Unknown("multipath_ll", why, ""),)) for place, why in gaps.items())
    verdict = Verdict(findings, inconclusive, tuple(cleared))
    alive = dict.fromkeys(nodes, "boot-1") if boots is None else boots
    return Side(BundleInfo(f"case-{started}", 1, started, nodes, complete=True), verdict, alive)


def changes(before: Side, after: Side) -> tuple[Change, ...]:
    return compared(before, after).changes


def compared(before: Side, after: Side) -> Comparison:
    return compare(before, after, all_rules())


def the_change(before: Side, after: Side) -> Change:
    (change,) = changes(before, after)
    return change


def as_(finding: Finding, severity: Severity, certainty: Certainty = Certainty.CONFIRMED) -> Finding:
    return replace(finding, severity=severity, certainty=certainty)
