"""A volume for one node is still attached to another one, so that the pod that moved cannot have it.

How we know
    A pod has been waiting for more than two minutes for a volume that one node may use at a time, and a
    VolumeAttachment of it names another node; or an event says `Multi-Attach error`, and the old node's status still
    has the volume.  The state of the old node and the pods on it that hold the volume are told.
Not reported here
    ReadWriteMany volumes.  A volume that was released meanwhile.
False alarms
    Moving takes a while: not before two minutes.  Kubernetes itself releases the volume of a lost node six minutes
    after its pods are gone from the API; a pod that stays Terminating on a lost node is never gone by itself.
Remedy
    Bring the old node back, or have its pod end.  A node that is really powered off may be given the taint
    node.kubernetes.io/out-of-service, by hand only: on a node that still runs, two hosts would write to one volume,
    and its data would be destroyed.
Source
    kubernetes, pkg/controller/volume/attachdetach/reconciler: maxWaitForUnmountDuration, Multi-Attach error; the
    feature NodeOutOfServiceVolumeDetach (beta in 1.26, final in 1.28).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import (
    ClusterNode,
    ClusterNodes,
    Event,
    Events,
    PersistentVolumes,
    Pod,
    Pods,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.driver import Driver
from analyzer.facts.taken import ClusterTaken
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.rules import Cause, Through, cluster_rule
from analyzer.rules.attach import attached_elsewhere
from analyzer.rules.attach.waiting import Wait, attach_events, is_exclusive, waits
from analyzer.texts import lines

RULE = "volume-still-attached-elsewhere"
MULTI_ATTACH = re.compile(r"Multi-Attach error for volume \"(?P<pv>[^\"]+)\"")


@dataclass(frozen=True, slots=True)
class _Held:
    """A wait, the node that has the volume, and what says so."""

    wait: Wait
    node: str
    attachment: VolumeAttachment | None
    event: Event | None
    holders: tuple[Pod, ...]  # pods on the other node that claim the volume
    cluster_node: ClusterNode | None

    @property
    def spans(self) -> tuple[Span, ...]:
        found = (self.attachment, self.event, self.cluster_node, *self.holders[:2])
        return (self.wait.pod.span, *(one.span for one in found if one is not None))


@cluster_rule(
    RULE,
    Severity.ERROR,
    attached_elsewhere.TITLE,
    explained_by=(
        Cause("csi-controller-not-running", through=Through.VOLUME),
        Cause("csi-attacher-not-running", through=Through.VOLUME),
    ),
)
def volume_still_attached_elsewhere(
    pods: Pods,
    volumes: PersistentVolumes,
    driver: Driver,
    taken: ClusterTaken,
    attachments: VolumeAttachments | Unknown,
    claims: PersistentVolumeClaims | Unknown,
    nodes: ClusterNodes | Unknown,
    events: Events | Unknown,
) -> Iterator[Finding | Inconclusive]:
    unseen = False
    for wait in waits(pods, volumes, claims, driver, taken):
        if not is_exclusive(wait.volume):
            continue
        event = _multi_attach(wait, events)
        held = _held(wait, event, attachments, nodes, pods)
        if held is not None:
            yield _finding(held, nodes)
        elif isinstance(attachments, Unknown) and not unseen:
            unseen = True
            yield Inconclusive(RULE, "", (attachments,))


def _multi_attach(wait: Wait, events: Events | Unknown) -> Event | None:
    for event in attach_events(events, wait.pod):
        match = MULTI_ATTACH.search(event.message)
        if match and match["pv"] == wait.volume.name:
            return event
    return None


def _held(
    wait: Wait,
    event: Event | None,
    attachments: VolumeAttachments | Unknown,
    nodes: ClusterNodes | Unknown,
    pods: Pods,
) -> _Held | None:
    items = () if isinstance(attachments, Unknown) else attachments.items
    if any(one.pv == wait.volume.name and one.node == wait.pod.node for one in items):
        return None
    attachment = next((one for one in items if one.pv == wait.volume.name), None)
    node = attachment.node if attachment else _by_status(wait, nodes) if event else ""
    if not node:
        return None
    known = () if isinstance(nodes, Unknown) else nodes.items
    return _Held(
        wait=wait,
        node=node,
        attachment=attachment,
        event=event,
        holders=tuple(pod for pod in pods.items if pod.node == node and _claims(pod, wait) and not pod.is_finished),
        cluster_node=next((one for one in known if one.name == node), None),
    )


def _by_status(wait: Wait, nodes: ClusterNodes | Unknown) -> str:
    """The other node whose status has the volume attached."""
    name = f"kubernetes.io/csi/{wait.volume.driver}^{wait.volume.volume_handle}"
    items = () if isinstance(nodes, Unknown) else nodes.items
    return next((one.name for one in items if name in one.volumes_attached and one.name != wait.pod.node), "")


def _claims(pod: Pod, wait: Wait) -> bool:
    return pod.namespace == wait.pod.namespace and wait.volume.claim_name in pod.claims


def _finding(held: _Held, nodes: ClusterNodes | Unknown) -> Finding:
    state = attached_elsewhere.state_of(held.node, held.cluster_node, nodes, held.holders, held.attachment)
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED if held.attachment else Certainty.LIKELY,
        nodes=tuple(sorted({held.wait.pod.node, held.node})),
        subject=f"pv:{held.wait.volume.name}",
        title=attached_elsewhere.TITLE_OF.fill(volume=held.wait.volume.name),
        cause=lines(*attached_elsewhere.says(held.wait, held.node, state, held.event)),
        evidence=tuple(Evidence.of("", span) for span in held.spans),
        affects=(held.wait.affected,),
        steps=attached_elsewhere.steps_for(held.wait, held.node, state, held.holders),
    )
