"""Findings' steps -> runbooks, each bound to its host.

Input    findings, by node the host's identity, None where it is unknown, and the boots of the cluster's nodes.
Output   one runbook a host, the admin host's first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from analyzer.facts import Unknown
from analyzer.facts.host import Host
from analyzer.findings import Finding, Inconclusive
from analyzer.judging import Judgement
from analyzer.runbook import ADMIN, Effect, Runbook, Step, ordered

BOOTS = 64  # of as many nodes one must still be up for a script to know its cluster


def bound_to_host(judgement: Judgement, host: object) -> Judgement:
    """Without the host's identity nothing that changes it is offered: its runbook could not refuse another host."""
    if not isinstance(host, Unknown):
        return judgement
    findings = tuple(replace(one, steps=tuple(filter(_needs_no_host, one.steps))) for one in judgement.findings)
    withheld = [old.rule for old, new in zip(judgement.findings, findings, strict=True) if old.steps != new.steps]
    gaps = tuple(Inconclusive(rule, judgement.node, (host,)) for rule in dict.fromkeys(withheld))
    return replace(judgement, findings=findings, inconclusive=(*judgement.inconclusive, *gaps))


def _needs_no_host(step: Step) -> bool:
    return step.host == ADMIN or step.effect is Effect.READS


def runbooks(
    findings: Iterable[Finding], hosts: Mapping[str, Host | None], bundle: str, boot_ids: Sequence[str] = ()
) -> tuple[Runbook, ...]:
    """Host by host, the steps in the order of execution; `boot_ids` are those of the cluster's nodes."""
    steps: dict[str, list[Step]] = {}
    for finding in findings:
        for step in finding.steps:
            steps.setdefault(step.host, []).append(step)
    in_order = sorted(steps, key=lambda name: (name != ADMIN, name))
    cluster = tuple(sorted(filter(None, boot_ids))[:BOOTS])
    return tuple(_runbook(host, hosts.get(host), bundle, steps[host], cluster) for host in in_order)


def _runbook(name: str, host: Host | None, bundle: str, steps: Iterable[Step], cluster: tuple[str, ...]) -> Runbook:
    return Runbook(
        host=name,
        hostname=host.hostname if host else "",
        boot_id=host.boot_id if host else "",
        bundle=bundle,
        steps=ordered(steps),
        boot_ids=cluster if name == ADMIN else (),
    )
