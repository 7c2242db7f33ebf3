"""An analysis of any number of nodes, the same each time: the findings of recorded nodes, told of made-up ones.

`analysis_of(nodes=5000, sick=500)` judges a few samples once, and gives each sick node the findings, gaps and steps of
one of them under its own name, WWIDs and volumes.  Of the others most are healthy; some could not be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.engine import Analysis, BundleInfo, NodeSummary, analyse
from analyzer.facts import Unknown
from analyzer.findings import Finding, Inconclusive
from analyzer.host_runbooks import runbooks
from analyzer.judging import Judgement, verdict_of
from analyzer.rules import all_rules
from bundle.capture import Outcome, Status

SAMPLES = Path(__file__).parents[1] / "samples"
# of ten sick nodes; one has work for the admin host too
SICK = ("stale_fail",) * 5 + ("no_multipath", "no_multipath", "lun_reused", "path_down", "fc_device_not_found")
PARTIAL_EVERY, UNREACHABLE_EVERY = 20, 50  # of those that are not sick
NAME = "csi-bundle-many-nodes"


def analysis_of(*, nodes: int, sick: int) -> Analysis:
    judged = list(_judged(nodes, sick))
    summaries = tuple(summary for summary, _ in judged)
    verdict = verdict_of([judgement for _, judgement in judged], all_rules())
    info = BundleInfo(
        NAME, 1, "2026-11-22T15:43:13Z", tuple(one.node for one in summaries), True, "0.1.0", sha256="5a" * 32
    )
    return Analysis(
        info, verdict, summaries, runbooks(verdict.findings, {one.node: one.host for one in summaries}, NAME)
    )


def _judged(nodes: int, sick: int) -> Iterator[tuple[NodeSummary, Judgement]]:
    every = max(1, nodes // sick) if sick else nodes + 1
    healthy = tuple(sorted({entry.rule for entry in _sample("healthy").verdict.cleared}))
    for number in range(nodes):
        node = f"node-{number:04d}"
        if number % every == 0 and number // every < sick:
            yield _sick(node, number, _sample(SICK[number // every % len(SICK)]))
        elif number % UNREACHABLE_EVERY == 1:
            why = Unknown("", Status.UNREACHABLE, f"no route to host 192.0.2.{number % 250 + 1}")
            gaps = tuple(Inconclusive(rule, node, (why,)) for rule in healthy)
            yield NodeSummary(node, Outcome.UNREACHABLE, why.reason), Judgement(node, inconclusive=gaps)
        elif number % PARTIAL_EVERY == 1:
            hung = Unknown("lvm_pvs", Status.TIMEOUT, f"still running after 20 s, in D state, pid {4000 + number}")
            gap = Inconclusive("residual-multipath-map", node, (hung,))
            cleared = tuple(rule for rule in healthy if rule != gap.rule)
            summary = NodeSummary(node, Outcome.PARTIAL, "1 probe without an answer: 1 timeout")
            yield summary, Judgement(node, inconclusive=(gap,), cleared=cleared)
        else:
            yield NodeSummary(node, Outcome.COLLECTED, ""), Judgement(node, cleared=healthy)


def _sick(node: str, number: int, sample: Analysis) -> tuple[NodeSummary, Judgement]:
    told = _told_of(node, number)
    findings: tuple[Finding, ...] = told(tuple(sample.verdict.findings))
    gaps: tuple[Inconclusive, ...] = told(sample.verdict.inconclusive)
    host = told(sample.nodes[0].host)
    judgement = Judgement(node, findings, gaps, tuple(entry.rule for entry in sample.verdict.cleared))
    return NodeSummary(node, Outcome.COLLECTED, "", host), judgement


def _told_of(node: str, number: int) -> Callable[[Any], Any]:
    """The same value with the names of this node: its WWIDs, volumes and pods are its own."""
    swaps = (
        (re.compile(r"\bworker-[0-9]+\b"), node),
        (re.compile(r"618cf24100f8f4"), f"618cf241{number:06x}"),
        (re.compile(r"-aaaa-"), f"-{number:04x}-"),
        (re.compile(r"\bapp-(?=[0-9])"), f"app-{number}-"),
    )

    def told(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(told(one) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            return type(value)(**{field.name: told(getattr(value, field.name)) for field in fields(value)})
        if not isinstance(value, str) or isinstance(value, Enum):
            return value
        text = str(value)
        for old, new in swaps:
            text = old.sub(new, text)
        return type(value)(text)

    return told


@cache
def _sample(name: str) -> Analysis:
    return analyse(SAMPLES / name, workers=1)
