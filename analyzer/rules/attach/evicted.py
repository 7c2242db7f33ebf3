"""Pods of the driver that the kubelet evicted, and the nodes that lack what they were evicted for.

Source   kubernetes, pkg/kubelet/eviction: reason `Evicted`, message `The node was low on resource: …`; a node with
         DiskPressure, MemoryPressure or PIDPressure has a taint of that name, and takes no new pods.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import ClusterNodes, Pod
from analyzer.texts import Text

PRESSURES = ("DiskPressure", "MemoryPressure", "PIDPressure")
TAINT = "pressure"
QUOTED = 3

EVICTED = Text(en="Pod {pod} was evicted from {node}: {says}", zh="Pod {pod} 被 {node} 驱逐：{says}")
PRESSED = Text(
    en="Node {node} has had {kind} since {since}, and takes no new pods until that is over.",
    zh="节点 {node} 自 {since} 起处于 {kind}，恢复之前不接受新的 Pod。",
)


def told(pods: Sequence[Pod], nodes: ClusterNodes | Unknown) -> Iterator[tuple[Text, Span]]:
    """Of one workload's pods: those that were evicted, and what keeps the new ones away."""
    evicted = [pod for pod in pods if pod.is_finished and pod.reason == "Evicted"]
    for pod in sorted(evicted, key=lambda one: one.created)[-QUOTED:]:
        says = " ".join(pod.message.split()) or pod.reason
        yield EVICTED.fill(pod=pod.full_name, node=pod.node or "?", says=says), pod.span
    if evicted or any(TAINT in pod.unschedulable for pod in pods):
        yield from _pressed(nodes)


def _pressed(nodes: ClusterNodes | Unknown) -> Iterator[tuple[Text, Span]]:
    for node in () if isinstance(nodes, Unknown) else nodes.items:
        for kind in PRESSURES:
            condition = node.condition(kind)
            if condition is not None and condition.status == "True":
                yield PRESSED.fill(node=node.name, kind=kind, since=condition.since), node.span
