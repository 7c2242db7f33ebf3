"""csi-attacher does not run, or not work: Kubernetes asked for volumes to be attached, and nobody told the driver.

How we know
    No controller pod has a ready container csi-attacher: it is missing from all of them, or it waits
    (CrashLoopBackOff, ImagePullBackOff).  Or a VolumeAttachment of the driver is older than two minutes, not attached,
    and without an error: csi-attacher writes one within seconds when the driver refuses.  A stale lease of its leader,
    where that was collected, or its log tell why.  Or its log says that the API server forbids it to use its lease,
    and not that it got it later: it runs and is ready, but passes nothing on.
Not reported here
    A VolumeAttachment that does not exist (attach-never-requested), or one with an error or that the
    driver got and has not answered (attach-failed).  A driver
    with attachRequired false, which has no csi-attacher.
False alarms
    A VolumeAttachment made a moment ago.  With csi-attacher ready and no other sign, the driver itself may hang in its
    answer: then it is possible only, and both are named.
Remedy
    Mend or restart the controller pod, so that csi-attacher takes its lease again; where a right is missing, give it
    back, which needs no restart.  Nothing is changed on the storage.
Source
    kubernetes-csi/external-attacher; eSDK_K8S_Plugin, helm/esdk/templates/huawei-csi-controller.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import ClusterNodes, Events, PersistentVolumes, Pod, VolumeAttachment, VolumeAttachments
from analyzer.facts.driver import ATTACHER, CONTAINER, CONTROLLER_APP, Driver, driver_names
from analyzer.facts.logs import ClusterSignals, SignalHit, Signals
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.times import moment
from analyzer.facts.workloads import Lease, Leases
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import Cause, Through, cluster_rule
from analyzer.rules.attach import controller_manager, driver_pod, pod_steps
from analyzer.rules.attach.barred import Barred, barred
from analyzer.rules.attach.calls import Calls
from analyzer.rules.attach.driver_pod import Trouble
from analyzer.rules.attach.steps import see_attachments
from analyzer.rules.attach.waiting import is_pending, now
from analyzer.texts import Text, lines

RULE = "csi-attacher-not-running"
QUOTED = 3
SAID = ("sidecar-driver-lost", "sidecar-lease-lost")

TITLE = Text(en="csi-attacher does not run", zh="csi-attacher 未运行")
NO_RIGHT = Text(en="csi-attacher may not hold its lease", zh="csi-attacher 无权持有租约")
NO_ANSWER = Text(en="csi-attacher does not answer", zh="csi-attacher 没有响应")
# of the nodes whose volumes wait, on which csi-attacher need not be
FELT = Text(en="{title}: volumes are not attached", zh="{title}，卷未能 attach")
CAUSE = Text(
    en="csi-attacher, which passes requests to attach volumes on to the driver, does not run in any controller pod.",
    zh="负责把 attach 请求转给驱动的 csi-attacher 在所有控制器 Pod 中均未运行。",
)
MISSING = Text(
    en="No controller pod has a container csi-attacher, while the driver needs volumes to be attached: the chart "
    "leaves it out when CSIDriverObject.attachRequired is false.",
    zh="控制器 Pod 中没有 csi-attacher 容器，而该驱动的卷需要 attach："
    "当 CSIDriverObject.attachRequired 为 false 时 chart 不会部署该容器。",
)
SILENT = Text(
    en="csi-attacher did nothing about volumes that Kubernetes asked to attach: neither attached nor refused.",
    zh="Kubernetes 已请求 attach 卷，但 csi-attacher 没有任何处理结果：既未成功也未报错。",
)
STALE = Text(
    en="The lease of its leader, {name}, was renewed last at {renewed}: the leader {holder} is dead.",
    zh="其 leader 租约 {name} 最后续租于 {renewed}：leader {holder} 已失效。",
)
EITHER = Text(
    en="Its container is ready. Either it has lost its lease or its queue is stuck, or the driver's controller hangs "
    "and does not answer: see the log of both containers.",
    zh="其容器处于就绪状态。可能是它失去了租约或队列卡住，也可能是驱动控制器挂起没有响应：请查看这两个容器的日志。",
)
PENDING = Text(
    en="VolumeAttachment of {pv} to {node}, made at {created}, is not attached and has no error.",
    zh="{pv} 到 {node} 的 VolumeAttachment 创建于 {created}，未 attach 且没有报错。",
)
LEAVING = Text(
    en="VolumeAttachment of {pv} to {node} is to be removed, and waits for csi-attacher to detach the volume.",
    zh="{pv} 到 {node} 的 VolumeAttachment 正在删除，等待 csi-attacher 执行 detach。",
)
NOBODY = Text(
    en="No volume waits to be attached just now; the next one will.",
    zh="目前没有卷在等待 attach，但后续 attach 会失败。",
)
SAYS = Text(en="In its log ({n} times): {line}", zh="其日志中（{n} 次）：{line}")
CONTROLLER = Text(
    en="The driver's controller does not run, and csi-attacher is a container of its pod.",
    zh="驱动控制器未运行，而 csi-attacher 是其 Pod 中的容器。",
)


@cluster_rule(
    RULE,
    Severity.ERROR,
    TITLE,
    explained_by=(Cause("csi-controller-not-running", through=Through.CLUSTER, says=CONTROLLER),),
)
def csi_attacher_not_running(
    attachments: VolumeAttachments,
    driver: Driver,
    taken: ClusterTaken,
    leases: Leases | Unknown,
    nodes: ClusterNodes | Unknown,
    events: Events | Unknown,
    bindings: Bindings | Unknown,
    logs: ClusterSignals | Unknown,
    volumes: PersistentVolumes | Unknown,
    of_nodes: Across[Signals],
) -> Iterator[Finding | Inconclusive]:
    own = [pod for pod in driver.controller_pods if not pod.is_finished]
    pending = [one for one in attachments.items if one.driver in driver_names(driver) and is_pending(one, taken)]
    calls = Calls(of_nodes, logs, driver)
    known = {} if isinstance(volumes, Unknown) else {one.name: one for one in volumes.items}
    pending = [one for one in pending if one.pv not in known or calls.unanswered(known[one.pv]) is None]
    if driver.attach_required is False or not own or all(driver_pod.is_new(pod, taken) for pod in own):
        return
    down = not driver_pod.any_works(own, ATTACHER, nodes)
    bar = None if down else barred(logs)
    if not pending and bar is None and (not down or not _is_its_own(driver, own, nodes)):
        return
    leaving = [one for one in attachments.items if one.deleting and one.driver in driver_names(driver)]
    leaving = leaving if down or bar else []
    troubles = [driver_pod.trouble_of(pod, (ATTACHER,), nodes, events) for pod in own] if down else []
    lease = _stale_lease(leases, driver, taken)
    said = [] if isinstance(logs, Unknown) else [hit for hit in logs.of(*SAID) if ATTACHER in hit.spans[-1].capture]
    yield Finding(
        rule=RULE,
        severity=Severity.ERROR if pending or leaving else Severity.WARNING,
        certainty=_certainty(down or bar is not None or lease is not None, said),
        nodes=tuple(sorted({one.node for one in pending} or {pod.node for pod in own if pod.node})),
        subject=f"workload:{CONTROLLER_APP}",
        title=_title(bar, down=down),
        cause=lines(*_cause(driver, pending, leaving, troubles, lease, said, bar)),
        evidence=tuple(Evidence.of("", span) for span in _spans(pending, troubles, lease, said, bar)),
        affects=users_of_volumes(bindings, {one.pv for one in (*pending, *leaving)}),
        steps=(*bar.steps(driver), see_attachments()) if bar else pod_steps.mend_attacher(driver, troubles),
        kind=FELT.fill(title=_title(bar, down=down)) if pending else None,
    )


def _title(bar: Barred | None, *, down: bool) -> Text:
    if bar is not None:
        return NO_RIGHT
    return TITLE if down else NO_ANSWER


def _is_its_own(driver: Driver, own: Sequence[Pod], nodes: ClusterNodes | Unknown) -> bool:
    """The driver beside it works, and needs it: else nothing is to be told of csi-attacher alone."""
    needed = driver.has_attacher or driver.attach_required is not None
    return needed and driver_pod.any_works(own, CONTAINER, nodes)


def _stale_lease(leases: Leases | Unknown, driver: Driver, taken: ClusterTaken) -> Lease | None:
    """The attacher's own lease, if it lies in kube-system and is old."""
    name = f"external-attacher-leader-{driver.name.replace('.', '-')}"
    lease = None if isinstance(leases, Unknown) else leases.of(name)
    renewed, at = (moment(lease.renewed), now(taken)) if lease else (None, None)
    return lease if renewed and at and at - renewed > controller_manager.READING else None


def _certainty(is_seen: bool, said: Sequence[SignalHit]) -> Certainty:
    if is_seen:
        return Certainty.CONFIRMED
    return Certainty.LIKELY if said else Certainty.POSSIBLE


def _cause(
    driver: Driver,
    pending: Sequence[VolumeAttachment],
    leaving: Sequence[VolumeAttachment],
    troubles: Sequence[Trouble],
    lease: Lease | None,
    said: Sequence[SignalHit],
    bar: Barred | None,
) -> Iterator[Text]:
    yield bar.says if bar else CAUSE if troubles else SILENT
    if troubles and not driver.has_attacher:
        yield MISSING
    else:
        yield from (text for one in troubles[:QUOTED] for text in one.says)
    if lease is not None:
        yield STALE.fill(name=lease.name, renewed=lease.renewed, holder=lease.holder)
    elif not troubles and bar is None:
        yield EITHER
    for hit in said[:QUOTED]:
        yield SAYS.fill(n=hit.total, line=driver_pod.shortened(" ".join(hit.spans[-1].text)))
    for one in pending[:QUOTED]:
        yield PENDING.fill(pv=one.pv, node=one.node, created=one.created)
    for one in leaving[:QUOTED]:
        yield LEAVING.fill(pv=one.pv, node=one.node)
    if not pending and not leaving:
        yield NOBODY


def _spans(
    pending: Sequence[VolumeAttachment],
    troubles: Sequence[Trouble],
    lease: Lease | None,
    said: Sequence[SignalHit],
    bar: Barred | None,
) -> tuple[Span, ...]:
    pods = (span for one in troubles[:QUOTED] for span in one.spans)
    hits = (hit.spans[-1] for hit in (*((bar.hit,) if bar else ()), *said[:QUOTED]))
    return (*(one.span for one in pending[:QUOTED]), *pods, *((lease.span,) if lease else ()), *hits)
