"""A SAN volume on node n1, its objects, and logs that are read and quiet; tests bend one thing at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.facts import Span, Unknown, failures
from analyzer.facts.bindings import Bindings, bind
from analyzer.facts.cluster import (
    ClusterNode,
    ClusterNodes,
    Events,
    PersistentVolume,
    PersistentVolumes,
    Pod,
    Pods,
    PublishInfo,
    StorageBackend,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import Host, PortalCheck, PortalChecks
from analyzer.facts.logs import SignalHit, Signals
from analyzer.facts.taken import NodeTaken
from analyzer.findings import Finding, Inconclusive
from analyzer.judging import judge_node
from analyzer.rules import Rule
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.TIMEOUT, "why")
WWN = "618cf24100f8f457014a764c000001f6"
GUID = "71007999008c2f3000f43a1500000012"
IQN = "iqn.2006-08.com.huawei:oceanstor:2100::20001:192.0.2.10"
BOOT = "6f1d2c3b-4a59-4687-9788-aabbccddeeff"
HOST = Host("n1", BOOT, SPAN)
ISCSI = PublishInfo(WWN, "", (IQN,), ("192.0.2.10:3260",), (), ("1",))
NVME = PublishInfo("", GUID, (), ("192.0.2.10",), (), ())
VOLUME = PersistentVolume("pvc-1", "csi.huawei.com", "san.vol-1", WWN, "Filesystem", (), "shop", "data", "Bound", SPAN)
POD = Pod("shop", "db-0", "uid", "n1", "Pending", ("data",), False, (), SPAN)
NODE = ClusterNode("n1", "n1", (), "True", BOOT, "v1.29.4", SPAN)


def attached(info: PublishInfo | None = ISCSI, node: str = "n1", error: str = "") -> VolumeAttachment:
    return VolumeAttachment("csi-1", "csi.huawei.com", node, "pvc-1", not error, False, info, error, "", SPAN)


def bound(*attachments: VolumeAttachment, nodes: Sequence[ClusterNode] = (NODE,)) -> Bindings:
    return bind(attachments, (VOLUME,), (), tuple(nodes))


def backend(protocol: str, *portals: str) -> StorageBackends:
    return StorageBackends((StorageBackend("san", protocol, "oceanstor-san", True, portals, SPAN),))


def hit(signal: str, *text: str, last: str = "2026-07-03 10:15:12.9", **fields: str) -> SignalHit:
    span = replace(SPAN, text=text) if text else SPAN
    return SignalHit(signal, tuple(fields.items()), 2, "2026-07-03 10:00:00.0", last, (span,))


def logs(*hits: SignalHit) -> Signals:
    return Signals(hits, ("driver_logs",))


def stage_failed(says: str) -> Signals:
    return logs(hit("driver-stage-failed", volume="vol-1", says=says))


def portal(ping: bool | None = True, tcp: bool | None = True) -> PortalChecks:
    return PortalChecks((PortalCheck("192.0.2.10", 3260, ping, tcp, SPAN),))


def judged(rule: Rule, *facts: object) -> list[Finding | Inconclusive]:
    """The rule on n1; what is not given and not below is unknown."""
    quiet: tuple[object, ...] = (
        logs(),
        PersistentVolumes((VOLUME,)),
        VolumeAttachments((attached(),)),
        Pods((POD,)),
        Events(()),
        ClusterNodes((NODE,)),
        HOST,
        bind((attached(),), (VOLUME,), (POD,), (NODE,)),
        backend("iscsi"),
    )
    given: dict[type, object] = {need.fact: UNKNOWN for need in rule.needs}
    given |= {type(fact): fact for fact in (*quiet, *facts)} | {NodeTaken: NodeTaken("n1", "")}
    given.setdefault(VolumeFailures, UNKNOWN)
    if not any(isinstance(fact, VolumeFailures) for fact in facts):
        given[VolumeFailures] = failures.assemble(given)
    said = judge_node("n1", given, [rule])
    return [*said.findings, *said.inconclusive]


def found(rule: Rule, *facts: object) -> Finding:
    (finding,) = judged(rule, *facts)
    assert isinstance(finding, Finding), finding
    return finding
