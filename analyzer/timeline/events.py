"""Events of the cluster -> what happened: of nodes, pods, claims and whatever else the findings concern.

An event that a kubelet wrote is dated by its node's clock, any other by the control plane's.  Events live for one hour
by default: the older part of a story is told by the objects and the logs alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from analyzer.facts.cluster import Event, Events, Pods
from analyzer.facts.driver import Driver
from analyzer.timeline.concern import Concern
from analyzer.timeline.moments import Told
from analyzer.timeline.objects import instant, one
from analyzer.timeline.wording import in_short

Facts = Mapping[type, object]

OF_NODE = {
    "NodeNotReady": "node-not-ready",
    "NodeReady": "node-ready",
    "Rebooted": "node-rebooted",
    "Starting": "kubelet-started",
}
OF_POD = {
    "FailedScheduling": "pod-not-scheduled",
    "FailedAttachVolume": "pod-not-attached",
    "FailedMount": "pod-not-mounted",
    "FailedMapVolume": "pod-not-mounted",
    "Evicted": "pod-evicted",
    "TaintManagerEviction": "pod-evicted",
    "NodeControllerEviction": "pod-evicted",
}
BAD_OF_NODE = ("Failed", "Invalid", "System", "NodeHasDisk", "NodeHasInsufficient", "EvictionThreshold", "Unhealthy")
BAD = ("Failed", "BackOff", "Unhealthy", "Provisioning", "VolumeFailed", "Error")


def told(facts: Facts, concern: Concern) -> Iterator[Told]:
    events, driver = facts.get(Events), facts.get(Driver)
    node_of = _nodes_of_pods(facts, concern)
    drivers = driver.namespace if isinstance(driver, Driver) else ""
    for event in events.items if isinstance(events, Events) else ():
        if _concerns(event, concern, drivers):
            yield from _of(event, node_of)


def _nodes_of_pods(facts: Facts, concern: Concern) -> dict[tuple[str, str], str]:
    pods = facts.get(Pods)
    named = ((pod, (pod.namespace, pod.name)) for pod in (pods.items if isinstance(pods, Pods) else ()))
    return {name: pod.node for pod, name in named if name in concern.pods}


def _concerns(event: Event, concern: Concern, drivers: str) -> bool:
    name = (event.namespace, event.name)
    if event.kind == "Node":
        return event.name in concern.every_node
    if event.kind == "Pod":
        return name in concern.pods
    if event.kind == "PersistentVolumeClaim":
        return name in concern.claims
    if event.kind == "PersistentVolume":
        return event.name in concern.volumes
    return bool(drivers) and event.namespace == drivers and event.kind in ("DaemonSet", "Deployment", "ReplicaSet")


def _of(event: Event, node_of: Mapping[tuple[str, str], str]) -> Iterator[Told]:
    first, last = event.first or event.last, instant(event.last)
    for found in _said(event, first, node_of):
        until = last if last is not None and last > found.at else None
        yield replace(found, until=until, times=max(1, event.count))


def _said(event: Event, at: str, node_of: Mapping[tuple[str, str], str]) -> Iterator[Told]:
    message = in_short(event.message)
    reason = event.reason or "?"
    clock = event.node
    if event.kind == "Node":
        saying = OF_NODE.get(event.reason) or (
            "node-event-bad" if event.reason.startswith(BAD_OF_NODE) else "node-event"
        )
        yield from one(saying, at, event.name, event.span, clock=clock, reason=reason, message=message)
        return
    name = f"{event.namespace}/{event.name}" if event.namespace else event.name
    if event.kind == "Pod":
        node = event.node or node_of.get((event.namespace, event.name), "")
        saying = OF_POD.get(event.reason) or ("pod-event-bad" if event.reason.startswith(BAD) else "object-event")
    elif event.reason == "ProvisioningFailed":
        node, saying = "", "claim-not-provisioned"
    else:
        node, saying = event.node, "object-event-bad" if event.reason.startswith(BAD) else "object-event"
    said = {"reason": reason, "message": message, "kind": event.kind}
    yield from one(saying, at, node, event.span, clock=clock, name=name, **said)
