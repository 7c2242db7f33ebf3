"""Kubernetes never asked for a volume to be attached: its pod waits, and neither driver nor storage know of it.

How we know
    A pod was scheduled more than two minutes ago and is still being created; its claim is bound to a PV of the driver,
    the driver needs attachment, and there is no VolumeAttachment for this PV and node: kube-controller-manager makes
    them. The driver's log on the node covers the time and has no `Start to stage volume`, its controller's no
    `Run controller publish volume`. The lease of kube-controller-manager was not renewed, or changed its holder after
    the pod was scheduled: then it is confirmed. With a healthy or unknown lease it is likely. Without the log the
    absence is not proved, and the certainty is one lower: likely with the lease, else possible.
    Also told, as a warning, once it is over: the VolumeAttachment came more than ten minutes after the pod was
    scheduled, just after a change of leader.
Not reported here
    A VolumeAttachment that exists and is not attached (csi-attacher-not-running, attach-failed); a volume that is
    attached to another node (volume-still-attached-elsewhere); a node on which the driver is not registered
    (csi-node-plugin-not-running); a driver with attachRequired false, where no VolumeAttachment is normal; a pending
    claim.
False alarms
    A pod scheduled a moment ago: only after two minutes does it count. Attaching that was tried in the last five
    minutes, by the events of the pod, shows that kube-controller-manager is at work: nothing is reported. Clocks: a
    lease is called stale by comparing it with the other leases of the same list; when all are old, it is not concluded.
Remedy
    Look at kube-controller-manager: lease, pods, log; let the container platform's engineer restart it. The
    VolumeAttachment then appears within a minute and the pod starts. Nothing is to be changed on the storage.
Source
    Huawei CSI FAQ, case 3. kubernetes, pkg/controller/volume/attachdetach; client-go, tools/leaderelection.
    eSDK_K8S_Plugin, csi/driver/node.go and controller.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import (
    ClusterNode,
    ClusterNodes,
    Events,
    PersistentVolume,
    PersistentVolumes,
    Pods,
    VolumeAttachments,
)
from analyzer.facts.driver import Driver, driver_names
from analyzer.facts.host import Clock
from analyzer.facts.logs import ClusterSignals, Signals
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.workloads import CsiDrivers, CsiNodes, Leases
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.rules import cluster_rule
from analyzer.rules.attach import came_late, controller_manager, steps
from analyzer.rules.attach.asked import Logs
from analyzer.rules.attach.controller_manager import ControllerManager, Life
from analyzer.rules.attach.waiting import Wait, affected_by, attach_events, is_exclusive, older, waits
from analyzer.texts import Text, lines

RULE = "attach-never-requested"
TRYING = timedelta(minutes=5)  # Kubernetes tries again every two minutes at the latest
TOLD = 5  # volumes of one story

TITLE = Text(en="Attaching was never requested", zh="从未发起卷的 attach 请求")
CAUSE = Text(
    en="Kubernetes itself never asked for {volumes} to be attached: kube-controller-manager made no VolumeAttachment.",
    zh="Kubernetes 从未请求 attach {volumes}：kube-controller-manager 没有创建 VolumeAttachment。",
)
STOPPED = Text(
    en="kube-controller-manager has stopped, so that Kubernetes never asked for {volumes} to be attached.",
    zh="kube-controller-manager 已停止工作，因此 Kubernetes 从未请求 attach {volumes}。",
)
SEEMS = Text(
    en="There is no VolumeAttachment for {volumes}: it seems that Kubernetes itself, namely kube-controller-manager, "
    "never asked for attaching.",
    zh="没有 {volumes} 的 VolumeAttachment：看来 Kubernetes（kube-controller-manager）从未请求 attach。",
)
UNINVOLVED = Text(en="The driver and the storage were not involved.", zh="驱动和存储均未参与。")
WAITS = Text(
    en="Pod {pod} was scheduled to {node} at {since}; {minutes} minutes later {pv} had no VolumeAttachment there.",
    zh="Pod {pod} 于 {since} 调度到 {node}；{minutes} 分钟后仍没有 {pv} 在该节点上的 VolumeAttachment。",
)
MORE = Text(en="The same of {n} more volumes.", zh="另有 {n} 个卷情况相同。")
IN_USE = Text(
    en="The kubelet of {node} announced in status.volumesInUse that it waits for the volume; status.volumesAttached "
    "does not have it.",
    zh="{node} 的 kubelet 已在 status.volumesInUse 中声明等待该卷，而 status.volumesAttached 中没有该卷。",
)
BELIEVED = Text(
    en="status.volumesAttached of {node} has {pv}: kube-controller-manager believes it attached. Then someone deleted "
    "the VolumeAttachment.",
    zh="{node} 的 status.volumesAttached 中已有 {pv}：kube-controller-manager 认为该卷已 attach，"
    "可能有人删除了 VolumeAttachment。",
)


@dataclass(frozen=True, slots=True)
class _Missing:
    """A wait without a VolumeAttachment; `proved` when the driver's log covers the time."""

    wait: Wait
    proved: bool
    heard: tuple[Text, ...]
    node: ClusterNode | None

    @property
    def unique_name(self) -> str:
        return f"kubernetes.io/csi/{self.wait.volume.driver}^{self.wait.volume.volume_handle}"

    @property
    def is_believed(self) -> bool:
        return self.node is not None and self.unique_name in self.node.volumes_attached

    @property
    def is_awaited(self) -> bool:
        return self.node is not None and self.unique_name in self.node.volumes_in_use and not self.is_believed


@cluster_rule(RULE, Severity.ERROR, TITLE)
def attach_never_requested(
    pods: Pods,
    volumes: PersistentVolumes,
    attachments: VolumeAttachments,
    driver: Driver,
    taken: ClusterTaken,
    claims: PersistentVolumeClaims | Unknown,
    drivers: CsiDrivers | Unknown,
    csi_nodes: CsiNodes | Unknown,
    leases: Leases | Unknown,
    nodes: ClusterNodes | Unknown,
    events: Events | Unknown,
    controller: ClusterSignals | Unknown,
    logs: Across[Signals],
    clocks: Across[Clock],
) -> Iterator[Finding | Inconclusive]:
    if driver.attach_required is False:
        return
    said = Logs(logs, clocks, controller, driver, nodes)
    waiting = [wait for wait in waits(pods, volumes, claims, driver, taken) if _has_no_attachment(wait, attachments)]
    waiting = [one for one in waiting if not _is_tried(one, events, taken) and _is_registered(one, csi_nodes)]
    waiting = [one for one in waiting if not said.were_asked(one)]
    manager = controller_manager.look(leases, pods, taken)
    if waiting and isinstance(drivers, Unknown) and not _was_ever_attached(attachments, driver):
        yield Inconclusive(RULE, "", (drivers,))
        return
    yield from _findings([_missing(one, said, nodes) for one in waiting], manager, taken)
    if not waiting:
        yield from came_late.findings(pods, volumes, attachments, manager)


def _has_no_attachment(wait: Wait, attachments: VolumeAttachments) -> bool:
    """None here; and none elsewhere if the volume may be attached once only."""
    return not any(
        one.pv == wait.volume.name and (one.node == wait.pod.node or is_exclusive(wait.volume))
        for one in attachments.items
    )


def _is_tried(wait: Wait, events: Events | Unknown, taken: ClusterTaken) -> bool:
    """An event says that attaching failed, and lately: then somebody asks for it."""
    return any(not older(event.last, TRYING, taken) for event in attach_events(events, wait.pod))


def _is_registered(wait: Wait, nodes: CsiNodes | Unknown) -> bool:
    """Kubernetes attaches nothing to a node that does not know the driver."""
    found = None if isinstance(nodes, Unknown) else nodes.of(wait.pod.node)
    return found is None or found.has(wait.volume.driver)


def _was_ever_attached(attachments: VolumeAttachments, driver: Driver) -> bool:
    return any(one.driver in driver_names(driver) for one in attachments.items)


def _missing(wait: Wait, said: Logs, nodes: ClusterNodes | Unknown) -> _Missing:
    proved, of_node = said.node_covers(wait)
    items = () if isinstance(nodes, Unknown) else nodes.items
    node = next((one for one in items if one.name == wait.pod.node), None)
    return _Missing(wait, proved, (of_node, said.controller_says(wait)), node)


def _findings(missing: Sequence[_Missing], manager: ControllerManager, taken: ClusterTaken) -> Iterator[Finding]:
    """One story when kube-controller-manager is known to have failed, else one a volume."""
    of_manager = [one for one in missing if manager.failed_since(one.wait.since) and not one.is_believed]
    if of_manager:
        proved = all(one.proved for one in of_manager)
        certainty = Certainty.CONFIRMED if proved else Certainty.LIKELY
        yield _finding(f"lease:{controller_manager.NAME}", of_manager, certainty, manager, taken)
    for volume in dict.fromkeys(one.wait.volume for one in missing if one not in of_manager):
        own = [one for one in missing if one.wait.volume == volume and one not in of_manager]
        likely = all(one.proved and not one.is_believed for one in own)
        certainty = Certainty.LIKELY if likely else Certainty.POSSIBLE
        yield _finding(f"pv:{volume.name}", own, certainty, manager, taken)


def _finding(
    subject: str, missing: Sequence[_Missing], certainty: Certainty, manager: ControllerManager, taken: ClusterTaken
) -> Finding:
    waiting = [one.wait for one in missing]
    users = affected_by(waiting)
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=certainty,
        nodes=tuple(sorted({one.pod.node for one in waiting})),
        subject=subject,
        title=TITLE,
        cause=lines(*_cause(missing, certainty, manager, taken)),
        evidence=tuple(Evidence.of("", span) for span in _spans(missing, manager)),
        affects=users,
        steps=(
            *steps.look_at_controller_manager(),
            steps.restart_controller_manager(),
            steps.see_attachments(),
            *steps.see_pods(users),
        ),
    )


def _cause(
    missing: Sequence[_Missing], certainty: Certainty, manager: ControllerManager, taken: ClusterTaken
) -> Iterator[Text]:
    stopped = manager.life is Life.STALE and certainty is Certainty.CONFIRMED
    says = STOPPED if stopped else SEEMS if certainty is Certainty.POSSIBLE else CAUSE
    yield says.fill(volumes=_named([one.wait.volume for one in missing]))
    if all(one.proved for one in missing):
        yield UNINVOLVED
    yield from manager.says(min(one.wait.since for one in missing))
    for one in missing[:TOLD]:
        yield _waits(one.wait, taken)
        if one.is_believed:
            yield BELIEVED.fill(node=one.wait.pod.node, pv=one.wait.volume.name)
        elif one.is_awaited:
            yield IN_USE.fill(node=one.wait.pod.node)
        yield from one.heard
    if len(missing) > TOLD:
        yield MORE.fill(n=len(missing) - TOLD)


def _waits(wait: Wait, taken: ClusterTaken) -> Text:
    return WAITS.fill(
        pod=wait.pod.full_name,
        node=wait.pod.node,
        since=wait.pod.scheduled_at or wait.pod.started or wait.pod.created,
        minutes=wait.minutes(taken),
        pv=wait.volume.name,
    )


def _named(volumes: Sequence[PersistentVolume]) -> str:
    names = list(dict.fromkeys(volume.name for volume in volumes))
    return ", ".join(names[:TOLD]) + (", …" if len(names) > TOLD else "")


def _spans(missing: Sequence[_Missing], manager: ControllerManager) -> tuple[Span, ...]:
    pods = (one.wait.pod.span for one in missing[:TOLD])
    return tuple(dict.fromkeys((*pods, *manager.spans)))
