"""Nodes and clusters as small as a test needs them: logs as text, clocks, and a finding about both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes
from analyzer.facts.host import Clock
from analyzer.facts.logs import LogReach, SignalHit, Signals
from analyzer.facts.taken import ClusterTaken, NodeTaken
from analyzer.findings import Affected, Certainty, Evidence, Finding, Severity
from analyzer.signals.scan import reach, scan
from analyzer.signals.signal import LOGS_OF_PROBE
from analyzer.texts import Text
from analyzer.timeline.gathering import gather
from analyzer.timeline.hits import VolumeNames
from analyzer.timeline.moments import Timeline, Told
from analyzer.timeline.telling import Given, tell
from bundle.capture import Status

AT = "2026-07-03T10:00:00Z"
PV = PersistentVolume("pvc-1", "csi.huawei.com", "fc.pvc-1", "", "", (), "shop", "data", "Bound", Span("", 1, 1, ()))
VOLUMES = PersistentVolumes((PV,))


def utc(text: str) -> datetime:
    """`10:00:01` of the day of collecting, or a whole date and time."""
    return datetime.fromisoformat(text if " " in text else f"2026-07-03 {text}").replace(tzinfo=UTC)


def clock(local_time: str, uptime_s: float = 3600.0) -> Clock:
    sign, hours = (-1 if local_time[-5] == "-" else 1), int(local_time[-4:-2])
    return Clock(local_time, sign * hours * 3600, uptime_s, Span("clock", 1, 2, (local_time, f"{uptime_s} 0")))


def finding(
    *nodes: str, rule: str = "residual-multipath-map", evidence: tuple[Evidence, ...] = (), pv: str = ""
) -> Finding:
    text = Text(en="x", zh="某")
    affects = (Affected("shop", "", "", pv),) if pv else ()
    kind = (Severity.ERROR, Certainty.CONFIRMED)
    return Finding(rule, *kind, nodes, "wwid:3x", text, text, evidence, affects)


@dataclass
class Node:
    """`logs` are texts by source; without a `clock` the node did not tell its time."""

    name: str
    logs: dict[str, str] = field(default_factory=dict)
    clock: Clock | None = field(default_factory=lambda: clock("2026-07-03T10:00:00+0000"))
    at: str = AT
    cluster: dict[type, object] = field(default_factory=dict)

    def facts(self) -> dict[type, object]:
        hits = [hit for source, text in self.logs.items() for hit in _hits(source, text)]
        reaches = tuple(LogReach(source, source, *reach(text.encode())) for source, text in self.logs.items())
        no_clock = Unknown("clock", Status.DENIED, "denied")
        known = {Clock: self.clock or no_clock, NodeTaken: NodeTaken(self.name, self.at)}
        return {**self.cluster, **known, Signals: Signals(tuple(hits), (), reaches)}

    def told(self, *findings: Finding, limit: int = 200) -> list[Told]:
        given = gather(self.name, self.facts(), findings, VolumeNames.of(VOLUMES), limit).told
        return [one for one in given if one.saying != "node-booted"]


def _hits(source: str, text: str) -> tuple[SignalHit, ...]:
    probe = "driver_logs" if "/huawei/" in source else "syslog" if source.startswith("files/") else source
    return scan(source, LOGS_OF_PROBE[probe], text.encode())


def timeline(*nodes: Node, findings: tuple[Finding, ...] | None = None, **cluster: object) -> Timeline:
    """`cluster` are more facts of the cluster, by any name; by default every node has a finding."""
    found = (finding(*(node.name for node in nodes)),) if findings is None else findings
    facts: dict[type, object] = {ClusterTaken: ClusterTaken(AT), PersistentVolumes: VOLUMES}
    facts |= {type(fact): fact for fact in cluster.values()}
    told = tuple(
        gather(node.name, {**facts, **node.facts()}, _of(node, found), VolumeNames.of(VOLUMES), 200) for node in nodes
    )
    clocks = {node.name: node.facts()[Clock] for node in nodes}
    taken = {node.name: NodeTaken(node.name, node.at) for node in nodes}
    side_by_side: dict[type, object] = {Clock: Across(clocks), NodeTaken: Across(taken)}
    return tell(Given(told, {**facts, **side_by_side}, VolumeNames.of(VOLUMES), found))


def _of(node: Node, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if node.name in one.nodes)


def said(timeline: Timeline) -> list[str]:
    """What happened, without boots and the collecting."""
    return [one.says.in_language("en") for one in timeline.moments if one.kind not in ("node-start", "collected")]
