"""A node with one NFS volume whose mount failed, for the rules about NFS: what differs is said by each test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzer.facts import Span, Unknown, failures
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings, bind
from analyzer.facts.claims import StorageClasses
from analyzer.facts.cluster import (
    ClusterNodes,
    Event,
    Events,
    PersistentVolume,
    PersistentVolumes,
    Pod,
    Pods,
    StorageBackend,
    StorageBackends,
    VolumeAttachments,
)
from analyzer.facts.driver import Driver
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import (
    NfsMountTest,
    NfsMountTests,
    NrOpen,
    OsRelease,
    PortalCheck,
    PortalChecks,
    ProcessLimit,
    ProcessLimits,
    UnitLimit,
    UnitLimits,
)
from analyzer.facts.logs import SignalHit, Signals
from analyzer.facts.services import Services
from analyzer.facts.taken import NodeTaken
from analyzer.facts.tools import Tool, Tools
from analyzer.findings import Finding, Inconclusive
from analyzer.judging import judge_cluster, judge_node
from analyzer.rules import Rule, Scope
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.TIMEOUT, "why")
PORTAL, SHARE = "192.0.2.155", "192.0.2.155:/pvc_1"
V4_OFF = "mount.nfs: Protocol not supported"
V3_OFF = "mount.nfs: requested NFS version or transport protocol is not supported"
HUGE, SANE = 1073741816, 1048576
ALL_ON = (("SupportNFS3", True), ("SupportNFS4", True), ("SupportNFS41", True), ("SupportNFS42", True))


def volume(*options: str, name: str = "pvc-1", array_name: str = "pvc_1") -> PersistentVolumes:
    item = PersistentVolume(
        name, "csi.huawei.com", f"nfs-155.{array_name}", "", "Filesystem", options, "shop", "data", "Bound", SPAN
    )
    return PersistentVolumes((item,))


def backend(protocol: str = "nfs", capabilities: tuple[tuple[str, bool], ...] = ALL_ON) -> StorageBackends:
    item = StorageBackend(
        "nfs-155", protocol, "oceanstor-nas", True, (PORTAL,), SPAN, "huawei-csi", capabilities=capabilities
    )
    return StorageBackends((item,))


def hit(signal: str, **fields: str) -> SignalHit:
    return SignalHit(signal, tuple(fields.items()), 3, "2026-11-22 15:20:00", "2026-11-22 15:36:00", (SPAN,))


def logged(says: str = "timeout", output: str = "", *, old: bool = False, options: str | None = None) -> Signals:
    """The driver's log of a mount that failed; `old` as up to V4.0.0, which tells no exit status."""
    words = {"old_output": output, "error": "", "output": ""} if old else {"output": output, "error": says}
    hits = [
        hit("driver-stage-failed", volume="pvc_1", says=says),
        hit("driver-mount-failed", share=SHARE, target="/globalmount", **words),
    ]
    if options is not None:
        hits.append(hit("driver-mount-command-failed", share=SHARE, options=options, output=output, error=says))
    return Signals(tuple(hits), ("driver_logs",))


def event(says: str, code: str = "Internal", node: str = "n1") -> Events:
    message = f'MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = {code} desc = {says}'
    return Events((Event("shop", "Pod", "app-0", node, "FailedMount", message, 1, "", "", SPAN),))


def portal(ping: bool | None = True, tcp: bool | None = True, **measured: Any) -> PortalChecks:
    return PortalChecks((PortalCheck(PORTAL, 2049, ping, tcp, SPAN, **measured),))


def timed(**by_version: tuple[int | None, float, str] | float) -> NfsMountTests:
    """`v3=0.1` was done in 0.1 s; `v41=(32, 0.7, "words")` was refused; `(None, 40.0, "")` did not end."""
    names = {"v3": "3", "v40": "4.0", "v41": "4.1", "v42": "4.2"}
    given = {names[key]: (0, told, "") if isinstance(told, float) else told for key, told in by_version.items()}
    return NfsMountTests(
        tuple(NfsMountTest(SHARE, key, code, took, says, SPAN) for key, (code, took, says) in given.items())
    )


ALL_DONE = timed(v3=0.1, v40=0.1, v41=0.1, v42=0.1)
HUNG = (None, 40.0, "")


def processes(driver: int | None = SANE, runtime: int | None = SANE, *, without_driver: bool = False) -> ProcessLimits:
    containerd = ProcessLimit(270, "containerd", runtime, runtime, SPAN)
    own = () if without_driver else (ProcessLimit(28417, "huawei-csi", driver, driver, SPAN),)
    return ProcessLimits((containerd, *own))


def unit(limit: int | None = None, *, reload: bool = False) -> UnitLimits:
    item = UnitLimit("containerd.service", 270, limit, "active", "/lib/x.service", (), reload, SPAN)
    absent = UnitLimit("docker.service", 0, SANE, "inactive", "", (), False, SPAN)
    return UnitLimits((item, absent))


def pod(node: str = "n1", phase: str = "Pending", name: str = "app-0") -> Pod:
    return Pod("shop", name, "uid", node, phase, ("data",), False, (), SPAN)


def facts_of_node(**different: object) -> dict[type, object]:
    """Everything known and nothing failed, but for what `different` says."""
    given: dict[type, object] = {
        Signals: Signals((), ("driver_logs",)),
        Events: Events(()),
        PersistentVolumes: volume("nfsvers=3"),
        StorageBackends: backend(),
        VolumeAttachments: UNKNOWN,
        Pods: Pods((pod(),)),
        PortalChecks: portal(),
        NfsMountTests: ALL_DONE,
        ProcessLimits: processes(),
        UnitLimits: unit(),
        NrOpen: NrOpen(SANE, SPAN),
        ClusterNodes: UNKNOWN,
        OsRelease: UNKNOWN,
        StorageClasses: UNKNOWN,
        Services: UNKNOWN,
        Tools: Tools((Tool("mount.nfs", "/sbin/mount.nfs", SPAN),)),
        Driver: UNKNOWN,
        NodeTaken: NodeTaken(str(different.pop("node", "n1")), ""),
    }
    kinds = {kind.__name__: kind for kind in given}
    given |= {kinds[name]: fact for name, fact in different.items()}
    volumes, pods = given[PersistentVolumes], given[Pods]
    if isinstance(volumes, PersistentVolumes) and isinstance(pods, Pods):
        given[Bindings] = bind((), volumes.items, pods.items, ())
    else:
        given[Bindings] = UNKNOWN
    return given | {VolumeFailures: failures.assemble(given)}


def judged(rule: Rule, *nodes: dict[type, object]) -> list[Finding | Inconclusive]:
    """A rule of nodes on the first, or a rule of the cluster on all, whose names are n1, n2, …"""
    if rule.scope is Scope.NODE:
        said = judge_node("n1", nodes[0], [rule])
    else:
        names = [f"n{number}" for number in range(1, len(nodes) + 1)]
        side = {
            need.fact: Across(dict(zip(names, (facts[need.fact] for facts in nodes), strict=True)))
            for need in rule.needs
            if need.across
        }
        said = judge_cluster({**nodes[0], **side}, [rule])
    return [*said.findings, *said.inconclusive]


def found(rule: Rule, *nodes: dict[type, object]) -> Finding:
    (finding,) = judged(rule, *nodes)
    assert isinstance(finding, Finding)
    return finding


def commands(finding: Finding) -> list[str]:
    return [" ".join(step.command.argv) for step in finding.steps if step.command is not None]


def told(findings: Iterable[Finding | Inconclusive]) -> list[str]:
    return [one.subject for one in findings if isinstance(one, Finding)]
