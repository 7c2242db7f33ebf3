"""Volumes that could not be attached, staged or published on a node, from all that tells of it.

Input    the node's log signals, and the cluster's objects, as far as known.
Output   `VolumeFailures`: one `Failure` per volume, call and error text; the last line of each source is quoted.
         Left out is what is over: a volume staged (or published) here after its last failure, by the driver's own
         clock; one that neither an attachment nor a pod wants on this node any more; and one that was deleted: no PV
         has it, nor does a claim or an attachment name it, while PVs, claims, pods and attachments are all known.
Source   eSDK_K8S_Plugin, csi/driver/node.go and controller.go: every error is returned as `code = Internal desc = …`;
         kubernetes, pkg/volume/util/operationexecutor: `MountVolume.MountDevice failed for volume …`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from analyzer.facts import Span, Unknown
from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import Events, PersistentVolumes, Pod, Pods, VolumeAttachments
from analyzer.facts.driver import Driver, driver_names
from analyzer.facts.logs import Signals
from analyzer.facts.taken import NodeTaken

LOGS = ("driver_logs", "journal_kubelet", "syslog")

_SAID = re.compile(
    r"(?P<step>MountVolume|MapVolume|AttachVolume)\.(?P<call>\w+) failed for volume \"(?P<pv>[^\"]+)\" : (?P<says>.*)",
    re.S,
)
_RPC = re.compile(r"rpc error: code = (?P<code>\w+) desc = (?P<says>.*)", re.S)
_CALLS = {"MountDevice": "stage", "SetUpDevice": "stage", "SetUp": "publish", "MapPodDevice": "publish"}


class Call(StrEnum):
    """Which of the driver's calls failed."""

    ATTACH = "attach"  # ControllerPublishVolume
    STAGE = "stage"  # NodeStageVolume
    PUBLISH = "publish"  # NodePublishVolume


@dataclass(frozen=True, slots=True)
class Failure:
    """`pv` is "" when no PV has this volume, `volume` (the array's name) when only Kubernetes told.

    `first` and `last` are in the driver's own clock, "" when its log does not tell.
    """

    pv: str
    volume: str
    call: Call
    code: str  # Internal, DeadlineExceeded, ...; "" when not told
    says: str  # what the driver said, without the wrapping of gRPC and Kubernetes
    times: int
    first: str
    last: str
    spans: tuple[Span, ...]
    pods: tuple[str, ...]  # namespace/name

    @property
    def subject(self) -> str:
        if self.pv:
            return f"pv:{self.pv}"
        return f"volume:{self.volume}" if self.volume else "volume:unknown"


@dataclass(frozen=True, slots=True)
class VolumeFailures:
    """`heard` are the logs that were read, and `events` when those were: what was not read says nothing."""

    items: tuple[Failure, ...]
    heard: tuple[str, ...]

    def saying(self, pattern: re.Pattern[str]) -> tuple[Failure, ...]:
        return tuple(one for one in self.items if pattern.search(one.says))


@dataclass(frozen=True, slots=True)
class _Told:
    """One source's word that a call failed."""

    pv: str
    volume: str
    call: Call
    code: str
    says: str
    times: int
    first: str
    last: str
    span: Span
    pod: str = ""


@dataclass(frozen=True, slots=True)
class _Cluster:
    """The cluster's objects as this node sees them, each perhaps unknown; looked up by name."""

    node: str
    by_volume: Mapping[str, str]  # handle or array's name -> PV
    attached: frozenset[str] | None  # PVs
    wanted: frozenset[str] | None  # PVs of pods on this node that are not finished
    waiting: frozenset[str]  # PVs of such pods that do not run yet
    foreign: frozenset[str]  # PVs of other drivers
    claimed: frozenset[str] | None  # PVs that claims name

    def is_over(self, pv: str, volume: str) -> bool:
        if self.attached is None or self.wanted is None:
            return False
        if pv:
            return pv not in self.attached and pv not in self.wanted
        return self._is_deleted(volume, self.attached)

    def _is_deleted(self, volume: str, attached: frozenset[str]) -> bool:
        """Of a volume that no PV has; the driver names its volumes like their PVs, with `_` for `-`."""
        if not volume or self.claimed is None:
            return False
        return not any(pv.replace("-", "_") == volume.replace("-", "_") for pv in attached | self.claimed)

    def runs(self, pv: str) -> bool:
        """Every pod on this node that claims the volume runs."""
        return bool(pv) and self.wanted is not None and pv in self.wanted and pv not in self.waiting


def assemble(facts: Mapping[type, object]) -> VolumeFailures | Unknown:
    """Unknown only when neither a log nor the events of the cluster were read."""
    taken, signals, events = facts.get(NodeTaken), facts.get(Signals), facts.get(Events)
    node = taken.node if isinstance(taken, NodeTaken) else ""
    cluster = _cluster(node, facts)
    told = [*_from_logs(signals, cluster), *_from_events(events, facts.get(Pods), cluster)]
    heard = tuple(log for log in LOGS if isinstance(signals, Signals) and log in signals.scanned)
    if isinstance(events, Events):
        heard = (*heard, "events")
    if not heard and not told and isinstance(signals, Unknown):
        return signals
    groups: dict[tuple[str, Call, str], list[_Told]] = {}
    for one in told:
        groups.setdefault((one.pv or f"volume:{one.volume}", one.call, one.says), []).append(one)
    joined = (_joined(group, signals, cluster) for group in groups.values())
    return VolumeFailures(tuple(one for one in joined if one is not None), heard)


def _cluster(node: str, facts: Mapping[type, object]) -> _Cluster:
    volumes, attachments, pods = facts.get(PersistentVolumes), facts.get(VolumeAttachments), facts.get(Pods)
    claims, drivers = facts.get(PersistentVolumeClaims), driver_names(facts.get(Driver))
    items = volumes.items if isinstance(volumes, PersistentVolumes) else ()
    here = [pod for pod in pods.items if pod.node == node and not pod.is_finished] if isinstance(pods, Pods) else []
    claimed = {(one.claim_namespace, one.claim_name): one.name for one in items}
    known = isinstance(pods, Pods) and isinstance(volumes, PersistentVolumes)
    attached = (
        frozenset(one.pv for one in attachments.items if one.node == node)
        if isinstance(attachments, VolumeAttachments)
        else None
    )
    return _Cluster(
        node=node,
        by_volume=volumes.by_volume if isinstance(volumes, PersistentVolumes) else {},
        attached=attached,
        wanted=frozenset(_volumes_of(here, claimed)) if known else None,
        waiting=frozenset(_volumes_of([pod for pod in here if pod.phase != "Running"], claimed)),
        foreign=frozenset(one.name for one in items if one.driver not in drivers),
        claimed=frozenset(one.volume for one in claims.items) if isinstance(claims, PersistentVolumeClaims) else None,
    )


def _volumes_of(pods: list[Pod], claimed: Mapping[tuple[str, str], str]) -> Iterator[str]:
    for pod in pods:
        for claim in pod.claims:
            if volume := claimed.get((pod.namespace, claim)):
                yield volume


def _from_logs(signals: object, cluster: _Cluster) -> Iterator[_Told]:
    if not isinstance(signals, Signals):
        return
    for signal, call in (("driver-stage-failed", Call.STAGE), ("driver-publish-failed", Call.PUBLISH)):
        for hit in signals.of(signal):
            volume, says = hit.field("volume") or "", (hit.field("says") or "").strip()
            pv = cluster.by_volume.get(volume, "")
            name = volume.partition(".")[2] or volume if call is Call.PUBLISH else volume
            yield _Told(pv, name, call, "", says, hit.total, hit.first, hit.last, hit.spans[-1])
    for hit in signals.of("kubelet-volume-failed"):
        call = _call(hit.field("call") or "")
        code, says = _unwrapped(hit.field("says") or "")
        yield _Told(hit.field("pv") or "", "", call, code, says, hit.total, "", "", hit.spans[-1])


def _from_events(events: object, pods: object, cluster: _Cluster) -> Iterator[_Told]:
    if not isinstance(events, Events):
        return
    node_of = {(pod.namespace, pod.name): pod.node for pod in pods.items} if isinstance(pods, Pods) else {}
    for event in events.items:
        match = _SAID.search(event.message) if event.kind == "Pod" else None
        if match and (event.node or node_of.get((event.namespace, event.name))) == cluster.node:
            code, says = _unwrapped(match["says"])
            pod = f"{event.namespace}/{event.name}"
            yield _Told(match["pv"], "", _call(match["call"]), code, says, event.count, "", "", event.span, pod)


def _call(name: str) -> Call:
    return Call(_CALLS.get(name, "attach"))


def _unwrapped(says: str) -> tuple[str, str]:
    match = _RPC.search(says)
    return (match["code"], match["says"].strip()) if match else ("", says.strip())


def _joined(told: list[_Told], signals: object, cluster: _Cluster) -> Failure | None:
    pv = told[0].pv
    volume = next((one.volume for one in told if one.volume), "")
    call, last = told[0].call, max(one.last for one in told)
    if (
        pv in cluster.foreign
        or cluster.is_over(pv, volume)
        or (last and _succeeded(signals, call, pv, volume, cluster) > last)
    ):
        return None
    if call is not Call.PUBLISH and cluster.runs(pv):
        return None
    return Failure(
        pv=pv,
        volume=volume,
        call=call,
        code=next((one.code for one in told if one.code), ""),
        says=told[0].says,
        times=max(one.times for one in told),
        first=min((one.first for one in told if one.first), default=""),
        last=last,
        spans=tuple(dict.fromkeys(one.span for one in told)),
        pods=tuple(sorted({one.pod for one in told if one.pod})),
    )


def _succeeded(signals: object, call: Call, pv: str, volume: str, cluster: _Cluster) -> str:
    """When the driver last did this for the volume here, by its own clock; "" if it never did."""
    signal = "driver-volume-published" if call is Call.PUBLISH else "driver-volume-staged"
    if not isinstance(signals, Signals):
        return ""
    times = (hit.last for hit in signals.of(signal) if _is_volume(hit.field("handle") or "", pv, volume, cluster))
    return max(times, default="")


def _is_volume(handle: str, pv: str, volume: str, cluster: _Cluster) -> bool:
    if pv and cluster.by_volume.get(handle) == pv:
        return True
    return bool(volume) and volume in (handle, handle.partition(".")[2])
