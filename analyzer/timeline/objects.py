"""What the cluster's objects date: nodes, pods, attachments and leases; events are in `events`.

Input    the cluster's facts, and what the findings concern.  Output  `Told`, of what is concerned only.
Whose clock: what an object's creation says is the API server's, a condition's change is of who reported it (the
kubelet; for status Unknown the control plane), a pod's start is its kubelet's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from analyzer.facts import Span
from analyzer.facts.cluster import (
    ClusterNode,
    ClusterNodes,
    Condition,
    PersistentVolumes,
    Pod,
    Pods,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.times import moment
from analyzer.facts.workloads import Lease, Leases
from analyzer.findings import Evidence
from analyzer.timeline.concern import Concern
from analyzer.timeline.moments import THE_CLUSTER, Told
from analyzer.timeline.wording import in_short, shortened

Facts = Mapping[type, object]

PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
RENEWING = timedelta(minutes=1)  # a leader renews every few seconds
RECENT = timedelta(days=1)
SOON = timedelta(seconds=10)


def instant(text: str) -> datetime | None:
    """Of the API: always with a zone; what has none, and the year 1, is no time."""
    at = moment(text)
    return at.astimezone(UTC) if at is not None and at.year > 1 else None


def one(
    saying: str,
    at: str,
    node: str,
    span: Span,
    *,
    clock: str = THE_CLUSTER,
    name: str = "",
    pv: str = "",
    **values: str,
) -> Iterator[Told]:
    """Nothing when the time cannot be read."""
    when = instant(at)
    if when is None:
        return
    filled = tuple(sorted((key, shortened(" ".join(value.split()))) for key, value in values.items()))
    names, volumes = (shortened(name),) if name else (), (pv,) if pv else ()
    yield Told(when, node, saying, clock, Evidence.of("", span), filled, names, volumes=volumes)


def told(facts: Facts, concern: Concern) -> Iterator[Told]:
    nodes, pods, attachments = facts.get(ClusterNodes), facts.get(Pods), facts.get(VolumeAttachments)
    for node in nodes.items if isinstance(nodes, ClusterNodes) else ():
        if node.name in concern.every_node:
            yield from _of_node(node)
    claimed = _claimed(facts, concern)
    for pod in pods.items if isinstance(pods, Pods) else ():
        if (pod.namespace, pod.name) in concern.pods:
            yield from _of_pod(pod, claimed)
    for attachment in attachments.items if isinstance(attachments, VolumeAttachments) else ():
        if attachment.pv in concern.volumes:
            yield from _of_attachment(attachment, concern)
    yield from _of_leases(facts)


def _claimed(facts: Facts, concern: Concern) -> dict[tuple[str, str], str]:
    volumes = facts.get(PersistentVolumes)
    items = volumes.items if isinstance(volumes, PersistentVolumes) else ()
    return {(pv.claim_namespace, pv.claim_name): pv.name for pv in items if pv.name in concern.volumes}


def _of_node(node: ClusterNode) -> Iterator[Told]:
    for condition in node.conditions:
        if condition.type == "Ready":
            yield from _of_ready(node, condition)
        elif condition.type in PRESSURES and condition.status == "True":
            said = {"condition": condition.type, "reason": condition.reason or "?"}
            yield from one("node-pressure", condition.since, node.name, node.span, clock=node.name, **said)


def _of_ready(node: ClusterNode, ready: Condition) -> Iterator[Told]:
    if ready.status == "True":
        yield from one("node-ready", ready.since, node.name, node.span, clock=node.name)
    elif ready.status == "False":
        yield from one("node-not-ready", ready.since, node.name, node.span, clock=node.name)
    else:
        yield from one("node-lost", ready.since, node.name, node.span, reason=ready.reason or "Unknown")
        yield from one("node-last-heard", ready.heard, node.name, node.span, clock=node.name)


def _of_pod(pod: Pod, claimed: Mapping[tuple[str, str], str]) -> Iterator[Told]:
    """Its creation and its scheduling only where they are not one with its start."""
    pvs = sorted(pv for claim in pod.claims if (pv := claimed.get((pod.namespace, claim))))
    first = pvs[0] if pvs else ""
    scheduled = pod.scheduled_at if pod.scheduled and pod.node else ""
    if not _is_soon(pod.created, scheduled or pod.started):
        yield from one("pod-created", pod.created, pod.node, pod.span, name=pod.full_name, pv=first)
    if not _is_soon(scheduled, pod.started):
        yield from one("pod-scheduled", scheduled, pod.node, pod.span, name=pod.full_name, pv=first)
    saying = "pod-started" if pod.claims else "driver-pod-started"
    yield from one(saying, pod.started, pod.node, pod.span, clock=pod.node, name=pod.full_name, pv=first)
    yield from one("pod-deleted", pod.deleted, pod.node, pod.span, name=pod.full_name, pv=first)


def _is_soon(first: str, then: str) -> bool:
    before, after = instant(first), instant(then)
    return before is not None and after is not None and after - before < SOON


def _of_attachment(attachment: VolumeAttachment, concern: Concern) -> Iterator[Told]:
    node, pv, span = attachment.node, attachment.pv, attachment.span
    made = "attachment-made" if node in concern.nodes or not concern.nodes else "attachment-elsewhere"
    yield from one(made, attachment.created, node, span, name=pv, pv=pv)
    yield from one("attachment-deleted", attachment.deleted, node, span, name=pv, pv=pv)
    for saying, at, says in (
        ("attach-error", attachment.attach_error_at, attachment.attach_error),
        ("detach-error", attachment.detach_error_at, attachment.detach_error),
    ):
        yield from one(saying, at, node, span, name=pv, pv=pv, says=in_short(says))


def _of_leases(facts: Facts) -> Iterator[Told]:
    leases, taken = facts.get(Leases), facts.get(ClusterTaken)
    asked = instant(taken.at) if isinstance(taken, ClusterTaken) else None
    items = leases.items if isinstance(leases, Leases) else ()
    newest = max((at for lease in items if (at := instant(lease.renewed))), default=None)
    for lease in items:
        yield from _of_lease(lease, newest, asked)


def _of_lease(lease: Lease, newest: datetime | None, asked: datetime | None) -> Iterator[Told]:
    """Stale is what was renewed well before the others of the same list."""
    renewed, acquired = instant(lease.renewed), instant(lease.acquired)
    if renewed is not None and newest is not None and newest - renewed > RENEWING:
        yield from one("lease-stale", lease.renewed, THE_CLUSTER, lease.span, name=lease.name)
    if acquired is not None and asked is not None and lease.transitions and asked - acquired < RECENT:
        holder = lease.holder.partition("_")[0] or "?"
        yield from one("lease-taken", lease.acquired, THE_CLUSTER, lease.span, name=lease.name, holder=holder)
