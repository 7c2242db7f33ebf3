"""Whether a node's kubelet knows the driver: by CSINode, and by what Kubernetes says when it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.cluster import Events
from analyzer.facts.logs import Signals
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.workloads import CsiNodes
from analyzer.rules.attach.waiting import Wait, is_before, older
from analyzer.texts import Text

LATELY = timedelta(minutes=5)
SIGNAL = "kubelet-driver-not-registered"
UNREGISTERED = re.compile(r"not found in the list of registered CSI drivers|CSINode \S+ does not contain driver")

NOT_LISTED = Text(
    en="Its pod runs, but CSINode {node} does not list {driver}: the kubelet was never told of it, or forgot it. "
    "csi-node-driver-registrar does that, in the folder plugins_registry of the kubelet.",
    zh="其 Pod 在运行，但 CSINode {node} 中没有 {driver}：kubelet 未获知该驱动或已丢失注册信息。"
    "注册由 csi-node-driver-registrar 通过 kubelet 根目录下的 plugins_registry  完成。",
)
SAID = Text(
    en="Kubernetes says that the kubelet of {node} does not know {driver}, though its pod runs. The usual causes: the "
    "kubelet's root folder (--root-dir) is not the chart's kubeletConfigDir, or the kubelet was restarted and the "
    "driver not registered again.",
    zh="Kubernetes 报告 {node} 的 kubelet 中没有 {driver}，但其 Pod 在运行。常见原因：kubelet 根目录（--root-dir）"
    "与 chart 的 kubeletConfigDir 不一致，或 kubelet 重启后驱动未重新注册。",
)


@dataclass(frozen=True, slots=True)
class Missing:
    says: tuple[Text, ...]
    spans: tuple[Span, ...]
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Who tells of the driver's registration."""

    driver: str
    csi_nodes: CsiNodes | Unknown
    events: Events | Unknown
    logs: Across[Signals]
    taken: ClusterTaken

    def missing_on(self, node: str, waiting: Sequence[Wait]) -> Missing | None:
        """None when it is registered there, or nothing says that it is not."""
        said = tuple(self._said(node, waiting))
        own = None if isinstance(self.csi_nodes, Unknown) else self.csi_nodes.of(node)
        if own is not None and not own.has(self.driver):
            return Missing((NOT_LISTED.fill(node=node, driver=self.driver),), (own.span, *said), True)
        if said and waiting:
            return Missing((SAID.fill(node=node, driver=self.driver),), said, False)
        return None

    def _said(self, node: str, waiting: Sequence[Wait]) -> Iterator[Span]:
        """Of pods that wait now, lately; of the journal only where CSINode does not say the contrary."""
        names = {(one.pod.namespace, one.pod.name): one.pod for one in waiting}
        for event in () if isinstance(self.events, Unknown) else self.events.items:
            pod = names.get((event.namespace, event.name)) if event.kind == "Pod" else None
            late = older(event.last, LATELY, self.taken)
            if pod and not late and not is_before(event.last, pod.created) and UNREGISTERED.search(event.message):
                yield event.span
        signals = self.logs.of(node)
        if isinstance(signals, Signals) and isinstance(self.csi_nodes, Unknown):
            yield from (hit.spans[-1] for hit in signals.of(SIGNAL) if hit.field("driver") == self.driver)
