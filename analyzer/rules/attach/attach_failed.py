"""Attaching a volume fails with an error that no other rule knows: the array, or the driver, refused it.

How we know
    A VolumeAttachment is not attached and has an error, or an event of a pod that still waits says
    `AttachVolume.Attach failed for volume`; where VolumeAttachments are not known, also the log of the driver's
    controller: `controller publish volume … error:`, with no success after it.  The error is quoted.  Or a
    VolumeAttachment is older than two minutes without success or error, and the controller's log has
    `Run controller publish volume` of it with no answer: the driver hangs.
Not reported here
    Multi-Attach errors (volume-still-attached-elsewhere).  What was attached after the error.
False alarms
    An error that Kubernetes is just trying again after: the VolumeAttachment keeps its last error until it succeeds.
    The error alone does not tell its cause: it is possible only, and is told as a symptom where a rule found the cause
    for the same volume: an initiator that is missing, in use or not unique, a backend offline, a controller or node
    plugin that does not run.
Remedy
    None is offered: read the driver's controller log around the error, and look the array's error code up.
Source
    eSDK_K8S_Plugin, csi/driver/controller.go; kubernetes-csi/external-attacher; kubernetes, attachdetach controller.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import FILE_PROTOCOLS, Bindings
from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import (
    Events,
    PersistentVolume,
    PersistentVolumes,
    Pods,
    StorageBackends,
    VolumeAttachments,
)
from analyzer.facts.driver import Driver, driver_names
from analyzer.facts.logs import ClusterSignals, Signals
from analyzer.facts.taken import ClusterTaken
from analyzer.findings import Affected, Certainty, Evidence, Finding, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import Cause, Through, cluster_rule
from analyzer.rules.attach.calls import Calls
from analyzer.rules.attach.driver_pod import shortened
from analyzer.rules.attach.refusal import Refusal
from analyzer.rules.attach.waiting import Wait, attach_events, is_pending, waits
from analyzer.texts import Text, lines

RULE = "attach-failed"
_FAILED = re.compile(r"AttachVolume\.Attach failed for volume \"(?P<pv>[^\"]+)\" : (?P<says>.*)", re.S)
_RPC = re.compile(r"rpc error: code = \w+ desc = (?P<says>.*)", re.S)

HANGS = "no answer since {time}, by the controller's log"

TITLE = Text(en="Attaching a volume fails", zh="卷 attach 失败")
TITLE_OF = Text(en="Attaching {volume} to {node} fails", zh="卷 {volume} attach 到 {node} 失败")
CAUSES = (
    "initiator-missing",
    "initiator-in-use",
    "duplicate-initiator",
    "backend-offline",
    "csi-controller-not-running",
    "csi-attacher-not-running",
    "csi-node-plugin-not-running",
    "volume-still-attached-elsewhere",
)


@dataclass(frozen=True, slots=True)
class _Failure:
    """What failed; `users` as the events told, when the cluster's bindings are not known."""

    pv: str
    node: str
    says: str
    spans: tuple[tuple[str, Span], ...]  # with the node whose log it is, "" of the cluster
    users: tuple[Affected, ...] = ()


@cluster_rule(RULE, Severity.ERROR, TITLE, explained_by=tuple(Cause(cause, through=Through.VOLUME) for cause in CAUSES))
def attach_failed(
    pods: Pods,
    volumes: PersistentVolumes,
    driver: Driver,
    taken: ClusterTaken,
    attachments: VolumeAttachments | Unknown,
    claims: PersistentVolumeClaims | Unknown,
    events: Events | Unknown,
    bindings: Bindings | Unknown,
    controller: ClusterSignals | Unknown,
    logs: Across[Signals],
    backends: StorageBackends | Unknown,
) -> Iterator[Finding]:
    waiting = list(waits(pods, volumes, claims, driver, taken))
    calls = Calls(logs, controller, driver)
    if isinstance(attachments, Unknown):
        logged = _of_logs(waiting, pods, calls)
    else:
        logged = _unanswered(volumes, driver, taken, attachments, calls)
    by_volume: dict[tuple[str, str], _Failure] = {}
    for one in (*logged, *_of_events(waiting, attachments, events), *_refused(driver, attachments)):
        before = by_volume.get((one.pv, one.node))
        spans = (*one.spans, *before.spans) if before else one.spans
        users = before.users if before else ()
        by_volume[one.pv, one.node] = _Failure(one.pv, one.node, one.says, spans, users or one.users)
    by_name = {one.name: one for one in volumes.items}
    for failure in by_volume.values():
        volume = by_name.get(failure.pv)
        refusal = Refusal(
            pv=failure.pv,
            volume=volume.array_name if volume else failure.pv,
            node=failure.node,
            error=shortened(failure.says),
            is_file_system=_is_file_system(volume, backends),
            was_called=calls.were_made(volume) if volume else None,
        )
        yield _finding(failure, refusal, driver, users_of_volumes(bindings, {failure.pv}) or failure.users)


def _is_file_system(volume: PersistentVolume | None, backends: StorageBackends | Unknown) -> bool:
    items = () if isinstance(backends, Unknown) or volume is None else backends.items
    return any(one.protocol in FILE_PROTOCOLS for one in items if volume and one.name == volume.backend)


def _refused(driver: Driver, attachments: VolumeAttachments | Unknown) -> Iterator[_Failure]:
    for one in () if isinstance(attachments, Unknown) else attachments.items:
        if one.attach_error and not one.attached and not one.deleting and one.driver in driver_names(driver):
            yield _Failure(one.pv, one.node, _unwrapped(one.attach_error), (("", one.span),))


def _of_logs(waiting: Sequence[Wait], pods: Pods, calls: Calls) -> Iterator[_Failure]:
    """What the controller's log said last of a volume that a pod waits for."""
    for wait in waiting:
        others = {pod.node for pod in pods.items} - {wait.pod.node}
        for node, hit in calls.failed(wait.volume):
            if hit.field("host") not in others:
                says, spans = hit.field("says") or "", ((node, hit.spans[-1]),)
                yield _Failure(wait.volume.name, wait.pod.node, _unwrapped(says), spans, (wait.affected,))


def _unanswered(
    volumes: PersistentVolumes, driver: Driver, taken: ClusterTaken, attachments: VolumeAttachments, calls: Calls
) -> Iterator[_Failure]:
    """What csi-attacher passed on long ago, and the driver has not answered: it waits for hours."""
    by_name = {one.name: one for one in volumes.items}
    own = [one for one in attachments.items if one.driver in driver_names(driver) and one.pv in by_name]
    for one in own:
        call = calls.unanswered(by_name[one.pv]) if is_pending(one, taken) else None
        if call is not None:
            node, hit = call
            spans = (("", one.span), (node, hit.spans[-1]))
            yield _Failure(one.pv, one.node, HANGS.format(time=hit.last), spans)


def _of_events(
    waiting: Sequence[Wait], attachments: VolumeAttachments | Unknown, events: Events | Unknown
) -> Iterator[_Failure]:
    """Of pods that still wait, unless the volume was attached since."""
    items = () if isinstance(attachments, Unknown) else attachments.items
    attached = {(one.pv, one.node) for one in items if one.attached}
    for wait in waiting:
        for event in sorted(attach_events(events, wait.pod), key=lambda one: one.last):
            match = _FAILED.search(event.message)
            if match and match["pv"] == wait.volume.name and (wait.volume.name, wait.pod.node) not in attached:
                says = _unwrapped(match["says"])
                yield _Failure(wait.volume.name, wait.pod.node, says, (("", event.span),), (wait.affected,))


def _unwrapped(says: str) -> str:
    match = _RPC.search(says)
    return (match["says"] if match else says).strip()


def _finding(failure: _Failure, refusal: Refusal, driver: Driver, users: tuple[Affected, ...]) -> Finding:
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=Certainty.POSSIBLE,
        nodes=(failure.node,),
        subject=f"pv:{failure.pv}",
        title=TITLE_OF.fill(volume=failure.pv, node=failure.node),
        cause=lines(*refusal.says()),
        evidence=tuple(Evidence.of(node, span) for node, span in dict.fromkeys(failure.spans)),
        affects=users,
        steps=tuple(refusal.look(driver, users)),
    )
