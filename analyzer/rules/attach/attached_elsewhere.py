"""What keeps a volume on another node, and what may be done about it; cutting a node off is told by hand only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analyzer.facts import Unknown
from analyzer.facts.cluster import ClusterNode, ClusterNodes, Event, Pod, VolumeAttachment
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.attach import steps
from analyzer.rules.attach.driver_pod import shortened
from analyzer.rules.attach.waiting import Wait
from analyzer.runbook import ADMIN, Phase, Step
from analyzer.texts import Text

TITLE = Text(en="Volume is still attached to another node", zh="卷仍 attach 在其他节点上")
TITLE_OF = Text(en="Volume {volume} is still attached to another node", zh="卷 {volume} 仍 attach 在其他节点上")
CAUSE = Text(
    en="{pv} is still attached to {old}, and only one node may have it, so that pod {pod} cannot get it on {new}.",
    zh="{pv} 仍 attach 在 {old} 上，而该卷同一时间只能由一个节点使用，因此 {new} 上的 Pod {pod} 无法使用它。",
)
LOST = Text(
    en="{old} has not been ready since {since} ({ready}): its kubelet does not answer, so nobody unmounts the volume "
    "there. Kubernetes detaches by force six minutes after the old pod is gone from the API, and not before.",
    zh="{old} 自 {since} 起未就绪（{ready}）：其 kubelet 无响应，无法在该节点卸载卷。"
    "只有旧 Pod 从 API 中消失六分钟后，Kubernetes 才会强制 detach。",
)
GONE = Text(en="The cluster has no node {old} any more.", zh="集群中已没有节点 {old}。")
TERMINATING = Text(
    en="Pod {pod} is still Terminating there: it is never gone by itself while the node does not answer.",
    zh="该节点上的 Pod {pod} 仍处于 Terminating：节点无响应时它不会自行消失。",
)
STUCK = Text(
    en="Pod {pod} is being deleted on {old} and does not end, though the node is ready: its volume cannot be unmounted "
    "there, or a process in it hangs.",
    zh="{old} 处于就绪状态，但其上的 Pod {pod} 正在删除却无法结束：可能卷无法卸载，或其中有进程挂起。",
)
USED = Text(
    en="Pod {pod} still uses it on {old}, which is ready. A Deployment with a volume for one node (ReadWriteOnce) that "
    "starts the new pod before the old one ends waits for ever: it needs strategy Recreate.",
    zh="{old} 处于就绪状态，其上的 Pod {pod} 仍在使用该卷。使用 ReadWriteOnce 卷的 Deployment 若先启动新 Pod "
    "再停止旧 Pod，会一直等待：应使用 Recreate 策略。",
)
UNUSED = Text(
    en="No pod on {old} uses it any more, and the node is ready: it is being detached, or detaching fails.",
    zh="{old} 处于就绪状态，且其上没有 Pod 使用该卷：正在 detach 或 detach 失败。",
)
REFUSED = Text(en="Detaching fails: {says}", zh="detach 失败：{says}")
UNKNOWN_STATE = Text(
    en="The nodes could not be read, so the state of {old} is not known.", zh="未能读取节点信息，{old} 的状态未知。"
)
EVENT = Text(en="Kubernetes says: {says}", zh="Kubernetes 报告：{says}")

OUT_OF_SERVICE = Text(
    en="Best: bring node {old} back; all then resolves itself. Only if it is really powered off, checked at its power "
    "switch or management board and not by ping, and stays off: `kubectl taint nodes {old} "
    "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute` (Kubernetes 1.26 and newer; final in 1.28) removes its "
    "pods and detaches its volumes at once; take the taint away with a final `-` before the node comes back. "
    "DANGER: on a node that still runs, two hosts write to one volume, and its data is destroyed",
    zh="首选：恢复节点 {old}，问题会自动消除。只有在确认其确已断电（检查电源或带外管理口，而不是 ping）且不会再上电时："
    "执行 `kubectl taint nodes {old} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`"
    "（Kubernetes 1.26 及以上，1.28 正式可用），会立即清除其上的 Pod 并 detach 卷；节点恢复前用末尾加 `-` "
    "的同一命令去除该污点。危险：如果节点仍在运行，两台主机会同时写同一个卷，数据将被破坏",
)
END_IT = Text(
    en="Decide which of the pods shall have the volume, and end the other one through its workload (scale it down, or "
    "set the Deployment's strategy to Recreate). Do not delete pods with --force",
    zh="确定由哪个 Pod 使用该卷，并通过其工作负载停止另一个（缩容，或将 Deployment 的策略改为 Recreate）。"
    "不要使用 --force 删除 Pod",
)
LOOK_THERE = Text(
    en="On node {old}, see what holds the volume (processes in state D, a mount point in use), or collect from that "
    "node too. Do not delete the VolumeAttachment by hand: the host keeps its disks, and data may be lost",
    zh="在节点 {old} 上查看占用该卷的对象（D 状态进程、被占用的挂载点），或同时采集该节点。"
    "不要手工删除 VolumeAttachment：主机上会残留盘符，并可能造成数据丢失",
)


class Holding(StrEnum):
    LOST = "lost"
    USED = "used"
    STUCK = "stuck"
    UNUSED = "unused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class State:
    holding: Holding
    says: tuple[Text, ...]


def state_of(
    name: str,
    node: ClusterNode | None,
    nodes: ClusterNodes | Unknown,
    holders: Sequence[Pod],
    attachment: VolumeAttachment | None,
) -> State:
    refused = (REFUSED.fill(says=shortened(attachment.detach_error)),) if attachment and attachment.detach_error else ()
    if isinstance(nodes, Unknown):
        return State(Holding.UNKNOWN, (UNKNOWN_STATE.fill(old=name), *refused))
    if node is None or node.ready != "True":
        left = [TERMINATING.fill(pod=pod.full_name) for pod in holders if pod.deleting]
        return State(Holding.LOST, (_lost(name, node), *left[:2], *refused))
    ending = [pod for pod in holders if pod.deleting]
    if ending:
        return State(Holding.STUCK, (STUCK.fill(pod=ending[0].full_name, old=name), *refused))
    if holders:
        return State(Holding.USED, (USED.fill(pod=holders[0].full_name, old=name), *refused))
    return State(Holding.UNUSED, (UNUSED.fill(old=name), *refused))


def _lost(name: str, node: ClusterNode | None) -> Text:
    if node is None:
        return GONE.fill(old=name)
    ready = node.condition("Ready")
    return LOST.fill(old=name, since=ready.since if ready else "?", ready=f"Ready={node.ready}")


def says(wait: Wait, old: str, state: State, event: Event | None) -> Iterator[Text]:
    yield CAUSE.fill(pv=wait.volume.name, old=old, pod=wait.pod.full_name, new=wait.pod.node)
    yield from state.says
    if event is not None:
        yield EVENT.fill(says=shortened(event.message))


def steps_for(wait: Wait, old: str, state: State, holders: Sequence[Pod]) -> tuple[Step, ...]:
    return (
        steps.object_step(
            ("get", "-o", "wide"),
            "node",
            "",
            old,
            Text(en="See the state of node {old}", zh="查看节点 {old} 的状态").fill(old=old),
            Text(en="Ready or NotReady.", zh="Ready 或 NotReady。"),
        ),
        *(steps.describe_pod(pod.namespace, pod.name) for pod in holders[:2]),
        step_by_hand(ADMIN, f"release-{wait.volume.name}", _by_hand(old, state), Phase.RELEASE),
        steps.see_attachments(),
        *steps.see_pods([wait.affected]),
    )


def _by_hand(old: str, state: State) -> Text:
    if state.holding is Holding.LOST:
        return OUT_OF_SERVICE.fill(old=_as_typed(old))
    if state.holding is Holding.USED:
        return END_IT
    return LOOK_THERE.fill(old=old)


def _as_typed(node: str) -> str:
    """What is typed into a shell: a name of another form is never offered for that."""
    try:
        return KubernetesName(node)
    except UnsafeValueError:
        return "NODE"
