"""Volumes for which the driver looked on a node for a Fibre Channel device and found none, from all that tells of it.

Input    a node's log signals, and the cluster's objects where they are known.
Output   one `Failure` a volume, by PV; the last line of each source is quoted.  Left out: a volume staged here after
         its last failure, by the driver's own clock, and one no longer attached to this node.
Source   eSDK_K8S_Plugin: `waitDeviceDiscovery` exists in connector/fibrechannel only, from V2.2.13.1 on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import Events, PersistentVolumes, Pods, PublishInfo, VolumeAttachments
from analyzer.facts.logs import Signals

STEP = "waitDeviceDiscovery"
_EVENT = re.compile(
    r"failed for volume \"(?P<pv>[^\"]+)\".*waitDeviceDiscovery\. [Vv]olume ?[Dd]evice ?[Nn]ot ?[Ff]ound", re.S
)


@dataclass(frozen=True, slots=True)
class Failure:
    """`pv` is "" when no PV has this volume; `last` is in the driver's clock, "" when its log does not tell."""

    pv: str
    volume: str  # the array's name of it, "" when only Kubernetes told
    times: int
    last: str
    spans: tuple[Span, ...]
    publish_info: PublishInfo | None

    @property
    def subject(self) -> str:
        if self.pv:
            return f"pv:{self.pv}"
        return f"volume:{self.volume}" if self.volume else "volume:unknown"


@dataclass(frozen=True, slots=True)
class _Told:
    """One source's word that a volume failed."""

    pv: str
    volume: str
    times: int
    last: str
    span: Span


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster's objects, each perhaps unknown."""

    volumes: PersistentVolumes | Unknown
    attachments: VolumeAttachments | Unknown
    pods: Pods | Unknown
    events: Events | Unknown

    def pv_of(self, volume: str) -> str:
        """The PV whose handle is `<backend>.<volume>`, or `<volume>` alone."""
        if isinstance(self.volumes, Unknown):
            return ""
        names = (
            one.name for one in self.volumes.items if volume in (one.volume_handle, _array_name(one.volume_handle))
        )
        return next(names, "")

    def attachment(self, node: str, pv: str) -> PublishInfo | None:
        if isinstance(self.attachments, Unknown):
            return None
        found = (one.publish_info for one in self.attachments.items if one.node == node and one.pv == pv)
        return next(found, None)

    def has_left(self, node: str, pv: str) -> bool:
        """The PV is known, and known not to be attached to this node any more."""
        if isinstance(self.attachments, Unknown) or not pv:
            return False
        return all((one.node, one.pv) != (node, pv) for one in self.attachments.items)


def failures(node: str, signals: Signals | Unknown, cluster: Cluster) -> tuple[Failure, ...]:
    told: dict[str, list[_Told]] = {}
    for one in (*_from_logs(node, signals, cluster), *_from_events(node, cluster)):
        told.setdefault(one.pv or f"volume:{one.volume}", []).append(one)
    if not told:
        told = {"": list(_without_a_volume(signals))}
    found = (_joined(node, of_volume, signals, cluster) for of_volume in told.values() if of_volume)
    return tuple(failure for failure in found if failure is not None)


def _from_logs(node: str, signals: Signals | Unknown, cluster: Cluster) -> Iterator[_Told]:
    if isinstance(signals, Unknown):
        return
    for hit in signals.of("driver-stage-device-not-found"):
        volume = hit.field("volume") or ""
        pv = cluster.pv_of(volume)
        info = cluster.attachment(node, pv)
        if STEP in (hit.field("step") or "") or (info is not None and info.wwpns):
            yield _Told(pv, volume, hit.total, hit.last, hit.spans[-1])
    for hit in signals.of("kubelet-device-not-found"):
        if STEP in (hit.field("step") or ""):
            yield _Told(hit.field("pv") or "", "", 0, "", hit.spans[-1])


def _from_events(node: str, cluster: Cluster) -> Iterator[_Told]:
    if isinstance(cluster.events, Unknown):
        return
    pods = () if isinstance(cluster.pods, Unknown) else cluster.pods.items
    node_of = {(pod.namespace, pod.name): pod.node for pod in pods}
    for event in cluster.events.items:
        match = _EVENT.search(event.message)
        if match and (event.node or node_of.get((event.namespace, event.name))) == node:
            yield _Told(match["pv"], "", 0, "", event.span)


def _without_a_volume(signals: Signals | Unknown) -> Iterator[_Told]:
    """The driver's message as such, when the line that names the volume is not in the log."""
    if not isinstance(signals, Unknown):
        for hit in signals.of("driver-fc-device-not-found"):
            yield _Told("", "", hit.total, hit.last, hit.spans[-1])


def _joined(node: str, told: list[_Told], signals: Signals | Unknown, cluster: Cluster) -> Failure | None:
    pv, volume = told[0].pv, next((one.volume for one in told if one.volume), "")
    last = max(one.last for one in told)
    if cluster.has_left(node, pv) or (last and _staged(signals, volume) > last):
        return None
    spans = tuple(dict.fromkeys(one.span for one in told))
    return Failure(pv, volume, sum(one.times for one in told), last, spans, cluster.attachment(node, pv))


def _staged(signals: Signals | Unknown, volume: str) -> str:
    """When the driver last staged this volume here; "" if it never did; any volume when `volume` is ""."""
    if isinstance(signals, Unknown):
        return ""
    staged = signals.of("driver-volume-staged")
    times = (hit.last for hit in staged if not volume or volume in _names(hit.field("handle") or ""))
    return max(times, default="")


def _names(handle: str) -> tuple[str, str]:
    return handle, _array_name(handle)


def _array_name(handle: str) -> str:
    return handle.partition(".")[2]
