"""A pod with a volume of the driver has no node: the scheduler refuses it, and storage was never asked.

How we know
    The pod's condition PodScheduled is False for more than two minutes, and a claim of it is the driver's: bound to a
    PV of the driver, or of a StorageClass of it.  The scheduler's own message is quoted and read: node affinity of the
    volume, too many volumes on the nodes, taints, resources, unbound claims.
Not reported here
    A pod that has a node (attach and mount rules).  Pods without a volume of the driver.
False alarms
    Few: the scheduler itself says so.  A pod that waits for a claim to be bound is told as its claim's symptom, and
    the storage is then not said to have no part in it.
Remedy
    By the message; nothing on the storage but for the limit of volumes per node.
Source
    kubernetes, pkg/scheduler/framework/plugins: volumebinding, nodevolumelimits, tainttoleration, noderesources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.claims import PersistentVolumeClaims, StorageClasses
from analyzer.facts.cluster import PersistentVolumes, Pod, Pods
from analyzer.facts.driver import Driver, driver_names
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.workloads import CsiNodes
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import Cause, Through, cluster_rule
from analyzer.rules.attach import steps
from analyzer.rules.attach.driver_pod import shortened
from analyzer.rules.attach.waiting import PATIENCE, older, volumes_of
from analyzer.runbook import ADMIN, Phase, Step
from analyzer.texts import Text, lines

RULE = "pod-not-schedulable"
QUOTED_NODES = 3

TITLE = Text(en="Pod cannot be scheduled", zh="Pod 无法调度")
TITLE_OF = Text(en="Pod {pod} cannot be scheduled", zh="Pod {pod} 无法调度")
CAUSE = Text(
    en="No node takes pod {pod}, so that its volumes were never asked for: {says}",
    zh="没有节点可以运行 Pod {pod}，因此从未请求其卷：{says}",
)
NOT_STORAGE = Text(
    en="The storage has no part in this: neither the driver nor the array was asked.",
    zh="这与存储无关：驱动和阵列均未收到请求。",
)
LIMIT = Text(
    en="CSINode {node} allows {most} volumes of {driver}.", zh="CSINode {node} 允许 {driver} 的卷数上限为 {most}。"
)

UNBOUND = "unbound immediate PersistentVolumeClaims"
READINGS = (
    (
        "volume node affinity conflict",
        Text(
            en="The volume may be used on other nodes than those that are free: its PV has a node affinity "
            "(topology of the backend). Compare `kubectl get pv NAME -o yaml` (nodeAffinity) with the labels of "
            "the nodes",
            zh="该卷只能在特定节点使用，而这些节点不可用：其 PV 带有 nodeAffinity（后端拓扑）。"
            "请对比 `kubectl get pv NAME -o yaml` 中的 nodeAffinity 与节点标签",
        ),
    ),
    (
        "exceed max volume count",
        Text(
            en="The nodes have reached the number of volumes that the driver allows (node.maxVolumesPerNode of the "
            "chart). Add nodes, move pods, or raise the limit if the array and the hosts can carry it",
            zh="节点上的卷数已达到驱动允许的上限（chart 中的 node.maxVolumesPerNode）。"
            "请增加节点、迁移 Pod，或在阵列和主机可承受时调大上限",
        ),
    ),
    (
        UNBOUND,
        Text(
            en="A claim of the pod has no volume; `kubectl describe pvc` tells why",
            zh="该 Pod 的 PVC 没有绑定卷，`kubectl describe pvc` 会说明原因",
        ),
    ),
    (
        "available persistent volumes to bind",
        Text(
            en="No free PV fits the claim on those nodes, and its class creates none. Look at the claim and its class",
            zh="这些节点上没有满足该 PVC 的空闲 PV，且其 StorageClass 不会自动创建。请检查 PVC 及其 StorageClass",
        ),
    ),
    (
        "persistentvolumeclaim",
        Text(
            en="A claim that the pod names does not exist, or is being deleted. Create it, or correct the pod",
            zh="该 Pod 引用的 PVC 不存在或正在被删除。请创建该 PVC 或修正 Pod",
        ),
    ),
    (
        "taint",
        Text(
            en="Nodes have taints that the pod does not tolerate: see `kubectl describe node`. not-ready or "
            "unreachable means that the node itself is down",
            zh="节点带有该 Pod 未容忍的污点：请查看 `kubectl describe node`。not-ready 或 unreachable 表示节点本身故障",
        ),
    ),
    (
        "Insufficient ",
        Text(
            en="The nodes lack CPU, memory or another resource that the pod requests. Free some, add a node, or lower "
            "the request",
            zh="节点缺少该 Pod 请求的 CPU、内存或其他资源。请释放资源、增加节点或降低请求量",
        ),
    ),
    (
        "node affinity/selector",
        Text(
            en="No node has the labels that the pod's nodeSelector or affinity asks for. Correct the one or the other",
            zh="没有节点满足该 Pod 的 nodeSelector 或亲和性要求。请修正标签或 Pod 配置",
        ),
    ),
    (
        "unschedulable",
        Text(
            en="Nodes are cordoned. When their maintenance is over: `kubectl uncordon`",
            zh="节点被标记为不可调度。维护结束后请执行 `kubectl uncordon`",
        ),
    ),
)
OTHERWISE = Text(
    en="Read the message together with `kubectl describe node` of each node it counts",
    zh="请结合消息中各节点的 `kubectl describe node` 输出进行分析",
)
_NO_CLAIM = re.compile(r"persistentvolumeclaim \"", re.IGNORECASE)


@cluster_rule(RULE, Severity.ERROR, TITLE, explained_by=(Cause("claim-pending", through=Through.VOLUME),))
def pod_not_schedulable(
    pods: Pods,
    volumes: PersistentVolumes,
    driver: Driver,
    taken: ClusterTaken,
    claims: PersistentVolumeClaims | Unknown,
    classes: StorageClasses | Unknown,
    csi_nodes: CsiNodes | Unknown,
) -> Iterator[Finding | Inconclusive]:
    for pod in pods.items:
        refused = pod.scheduled is False and not pod.node and not pod.deleting and not pod.is_finished
        if not refused or not older(pod.scheduled_at or pod.created, PATIENCE, taken):
            continue
        unbound = _unbound(pod, claims, classes, driver)
        users = (*_bound(pod, volumes, claims, driver), *unbound)
        if users:
            yield _finding(pod, users, driver, csi_nodes, waits_for_claim=bool(unbound))


def _bound(
    pod: Pod, volumes: PersistentVolumes, claims: PersistentVolumeClaims | Unknown, driver: Driver
) -> tuple[Affected, ...]:
    found = volumes_of(pod, volumes, claims, driver)
    return tuple(Affected(pod.namespace, pod.name, one.claim_name, one.name) for one in found)


def _unbound(
    pod: Pod, claims: PersistentVolumeClaims | Unknown, classes: StorageClasses | Unknown, driver: Driver
) -> tuple[Affected, ...]:
    """Claims of the driver's classes that have no volume yet."""
    if isinstance(claims, Unknown) or isinstance(classes, Unknown):
        return ()
    own = {one.name for one in classes.items if one.provisioner in driver_names(driver)}
    found = [claims.of(pod.namespace, name) for name in pod.claims]
    return tuple(
        Affected(pod.namespace, pod.name, one.name, "")
        for one in found
        if one is not None and one.phase != "Bound" and one.storage_class in own
    )


def _finding(
    pod: Pod, users: tuple[Affected, ...], driver: Driver, csi_nodes: CsiNodes | Unknown, *, waits_for_claim: bool
) -> Finding:
    limits = _limits(pod, driver, csi_nodes)
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=(),
        subject=f"pod:{pod.full_name}",
        title=TITLE_OF.fill(pod=pod.full_name),
        cause=lines(
            CAUSE.fill(pod=pod.full_name, says=shortened(pod.unschedulable) or "?"),
            *(text for text, _ in limits),
            *(() if waits_for_claim else (NOT_STORAGE,)),
        ),
        evidence=tuple(Evidence.of("", span) for span in (pod.span, *(span for _, span in limits))),
        affects=users,
        steps=(
            steps.describe_pod(pod.namespace, pod.name),
            *_by_hand(pod, waits_for_claim=waits_for_claim),
            *steps.see_pods(users[:1]),
        ),
    )


def _limits(pod: Pod, driver: Driver, csi_nodes: CsiNodes | Unknown) -> tuple[tuple[Text, Span], ...]:
    if isinstance(csi_nodes, Unknown) or "exceed max volume count" not in pod.unschedulable:
        return ()
    found = [(one, dict(one.most_volumes).get(driver.name)) for one in csi_nodes.items]
    told = [(one, most) for one, most in found if most is not None][:QUOTED_NODES]
    return tuple((LIMIT.fill(node=one.node, most=most, driver=driver.name), one.span) for one, most in told)


def _by_hand(pod: Pod, *, waits_for_claim: bool) -> Iterator[Step]:
    """Nothing for a claim of the driver without a volume: what mends that is told with the claim."""
    read = [(words, text) for words, text in READINGS if _has(words, pod.unschedulable)]
    said = [text for words, text in read if words != UNBOUND or not waits_for_claim]
    for number, text in enumerate(said if read else [OTHERWISE]):
        yield step_by_hand(ADMIN, f"schedule-{pod.full_name}-{number}", text, Phase.CONFIGURE)


def _has(words: str, message: str) -> bool:
    return bool(_NO_CLAIM.search(message)) if words == "persistentvolumeclaim" else words in message
