"""Where a verdict judged a rule, and where not, and for want of what.

Input    a verdict with the nodes that it is about, and the rules of this program.
Output   `Judged.doubt(rule, node)`: None where the rule was judged, so that its silence says that nothing is there.
A verdict may come from another version of this program: a rule that it does not name was not judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from analyzer.facts import Unknown
from analyzer.findings import Verdict
from analyzer.rules import Rule, Scope
from bundle.capture import Status

CLUSTER = ""  # where a node's name stands


class Why(StrEnum):
    """Why a rule was not judged on a node."""

    MISSING = "missing"  # an answer that it needs
    NO_NODE = "no-node"  # the node is not there
    NO_RULE = "no-rule"  # the verdict does not name the rule


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule that was not judged on a node ("" for the cluster); `missing` are the answers, if that is why."""

    rule: str
    node: str
    why: Why
    missing: tuple[Unknown, ...] = ()


class Judged:
    def __init__(self, verdict: Verdict, nodes: Iterable[str], rules: Iterable[Rule]) -> None:
        self._nodes = frozenset(nodes)
        self._gaps = {(gap.rule, gap.node): gap.missing for gap in verdict.inconclusive}
        self._cut_off = {  # nodes that did not answer, or not to the end
            gap.node: (one,) for gap in verdict.inconclusive for one in gap.missing if one.status is Status.UNREACHABLE
        }
        of_cluster = {rule.id: rule for rule in rules if rule.scope is Scope.CLUSTER}
        self._judged = {(entry.rule, node) for entry in verdict.cleared for node in entry.nodes or (CLUSTER,)}
        for one in verdict.findings:
            self._judged |= {(one.rule, node) for node in one.nodes or (CLUSTER,)}
        # a rule of the cluster was called if it said anything; a fallback also if its findings are told by others
        said = {one.rule for one in verdict.findings} | {gap.rule for gap in verdict.inconclusive}
        self._judged |= {(rule.id, CLUSTER) for rule in of_cluster.values() if rule.id in said or rule.is_fallback}
        self._comparing_nodes = {rule.id for rule in of_cluster.values() if any(need.across for need in rule.needs)}

    def doubt(self, rule: str, node: str) -> Doubt | None:
        for place in (node, CLUSTER):
            if (rule, place) in self._gaps:
                return Doubt(rule, place, Why.MISSING, self._gaps[rule, place])
        if (rule, CLUSTER) in self._judged:
            return self._doubt_of_node(rule, node) if rule in self._comparing_nodes and node != CLUSTER else None
        if (rule, node) in self._judged:
            return None
        return Doubt(rule, node, Why.NO_RULE if node in self._nodes or node == CLUSTER else Why.NO_NODE)

    def _doubt_of_node(self, rule: str, node: str) -> Doubt | None:
        """A rule that sets the nodes side by side leaves out in silence those of which nothing is known."""
        if node not in self._nodes:
            return Doubt(rule, node, Why.NO_NODE)
        return Doubt(rule, node, Why.MISSING, self._cut_off[node]) if node in self._cut_off else None
