"""Whether a pod of the driver works, and if not, what Kubernetes says of it; with what is known to be behind the words.

A container that is `ready` on a node that is lost does not work: nobody renews its state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import ClusterNode, ClusterNodes, Container, Events, Pod
from analyzer.facts.taken import ClusterTaken
from analyzer.rules.attach.waiting import PATIENCE, is_before, older
from analyzer.texts import Text

TROUBLE_EVENTS = frozenset({"FailedMount", "Failed", "FailedCreatePodSandBox", "BackOff", "Unhealthy"})
QUOTED, TAIL = 300, 120  # characters

NO_NODE = Text(en="Pod {pod} has no node: {says}", zh="Pod {pod} 未调度：{says}")
NODE_LOST = Text(
    en="Pod {pod} is on node {node}, which has not been ready since {since}.",
    zh="Pod {pod} 所在节点 {node} 自 {since} 起未就绪。",
)
WAITS = Text(
    en="Container {container} of pod {pod} waits: {reason}{says}.",
    zh="Pod {pod} 的容器 {container} 处于等待状态：{reason}{says}。",
)
CREATING = Text(
    en="Pod {pod} was made at {since}, and its containers are still being created.",
    zh="Pod {pod} 创建于 {since}，其容器至今仍在创建中。",
)
ENDED = Text(en="Before, it ended with {ended}; it was restarted {n} times.", zh="上次以 {ended} 退出，已重启 {n} 次。")
NOT_READY = Text(
    en="Container {container} of pod {pod} runs but is not ready (restarted {n} times): its probe fails.",
    zh="Pod {pod} 的容器 {container} 在运行但未就绪（已重启 {n} 次）：其探针检查失败。",
)
NOT_STARTED = Text(
    en="Container {container} of pod {pod} is not ready (restarted {n} times), and Kubernetes does not say why.",
    zh="Pod {pod} 的容器 {container} 未就绪（已重启 {n} 次），Kubernetes 未说明原因。",
)
REPORTED = Text(en="Kubernetes reported: {says}", zh="Kubernetes 报告：{says}")

# what the vendor's guide, 8.1 and 8.5, and Kubernetes tell of a few words
KNOWN = (
    (
        re.compile(r"/etc/localtime is not a file"),
        Text(
            en="/etc/localtime is no regular file there. Remove `type: File` from the volume host-time in the chart or "
            "manifest, or make /etc/localtime a file",
            zh="该节点的 /etc/localtime 不是普通文件。请在 chart 或部署文件中删除卷 host-time 的 `type: File`，"
            "或将 /etc/localtime 改为普通文件",
        ),
    ),
    (
        re.compile(r"/var/lib/iscsi is not a directory"),
        Text(
            en="/var/lib/iscsi does not exist there. Install open-iscsi (iscsi-initiator-utils) on the node, or "
            "set the path of the volume iscsi-dir in the chart or manifest",
            zh="该节点上没有 /var/lib/iscsi。请在节点上安装 open-iscsi（iscsi-initiator-utils），"
            "或在 chart 或部署文件中修改卷 iscsi-dir 的路径",
        ),
    ),
    (
        re.compile(r"InvalidImageName|couldn't parse image|invalid reference format"),
        Text(
            en="The image's name is not valid. Correct it in values.yaml (images) or in the manifest",
            zh="镜像名称不合法。请在 values.yaml（images）或部署文件中修改",
        ),
    ),
    (
        re.compile(r"ImagePullBackOff|ErrImagePull|ErrImageNeverPull|Failed to pull image"),
        Text(
            en="The image cannot be pulled. Load it on the node, or correct its registry, tag or pull secret",
            zh="无法拉取镜像。请在该节点导入镜像，或修正镜像仓库、标签或拉取凭据",
        ),
    ),
    (
        re.compile(r"address already in use"),
        Text(
            en="Another process of the host has taken the port (9808 or 9800 for the liveness probe; on Tanzu the "
            "vSphere CSI). Find it with `ss -ltnp`, or give the driver another port in the chart (livenessProbePort)",
            zh="端口被主机上的其他进程占用（存活探针使用 9808 或 9800；Tanzu 上可能是 vSphere CSI）。"
            "请用 `ss -ltnp` 查找，或在 chart 中修改驱动的端口（livenessProbePort）",
        ),
    ),
    (
        re.compile(r"disk-pressure|low on resource: ephemeral-storage"),
        Text(
            en="Free disk space on the nodes that have DiskPressure (`df -h` there; old logs, images that nobody "
            "uses). Some minutes later the kubelet takes the taint away by itself, and the pod is placed",
            zh="在处于 DiskPressure 的节点上释放磁盘空间（用 `df -h` 查看；清理旧日志、无用镜像）。"
            "几分钟后 kubelet 会自动去除污点，Pod 随即完成调度",
        ),
    ),
    (
        re.compile(r"OOMKilled"),
        Text(
            en="It was killed for lack of memory. Raise its memory limit",
            zh="因内存不足被终止。请调大其内存限制",
        ),
    ),
)


NODE_BACK = Text(
    en="Bring the node back. Kubernetes makes the controller's pod anew on another node about five minutes after "
    "a node was lost, if another one can take it",
    zh="恢复该节点。节点失联约五分钟后，若有其他可用节点，Kubernetes 会在其上重建控制器 Pod",
)
MAKE_ROOM = Text(
    en="Have a node take the pod: read the scheduler's message, free what it names, or correct nodeSelector and "
    "tolerations in the chart",
    zh="让 Pod 能够调度：根据调度器的消息释放相应资源，或在 chart 中修正 nodeSelector 和 tolerations",
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a pod does not work: sentences, the lines that say so, and whether Kubernetes itself names a reason."""

    pod: Pod
    says: tuple[Text, ...]
    spans: tuple[Span, ...]
    is_named: bool
    is_lost: bool = False  # with its node

    @property
    def remedy(self) -> Text | None:
        """By the words of Kubernetes; else by what is missing, a node or a place on one."""
        if (known := remedy_of(self._words)) is not None:
            return known
        if self.pod.unschedulable:
            return MAKE_ROOM
        return NODE_BACK if self.is_lost else None

    @property
    def kind(self) -> str:
        """What is the same on every node with the same trouble: the reasons, without names."""
        named = [one.waiting for one in self.pod.containers if one.waiting]
        known = next((str(n) for n, (words, _) in enumerate(KNOWN) if words.search(self._words)), "")
        return known or ",".join(dict.fromkeys(named)) or "not-ready"

    @property
    def _words(self) -> str:
        return " ".join(text.en for text in self.says)


def remedies_of(troubles: Iterable[Trouble]) -> tuple[Text, ...]:
    """Each once."""
    return tuple(dict.fromkeys(text for one in troubles if (text := one.remedy) is not None))


def remedy_of(words: str) -> Text | None:
    return next((text for pattern, text in KNOWN if pattern.search(words)), None)


def works(pod: Pod, container: str, nodes: ClusterNodes | Unknown) -> bool:
    """This container of it is ready, and its node alive as far as is known."""
    ready = any(one.name == container and one.ready for one in pod.containers)
    return ready and not pod.deleting and pod.phase == "Running" and _lost(pod, nodes) is None


def any_works(pods: Iterable[Pod], container: str, nodes: ClusterNodes | Unknown) -> bool:
    return any(works(pod, container, nodes) for pod in pods)


def is_new(pod: Pod, taken: ClusterTaken) -> bool:
    """It may just be starting."""
    stuck = any(one.waiting not in ("", "ContainerCreating", "PodInitializing") for one in pod.containers)
    return not stuck and not older(pod.created, PATIENCE, taken)


def trouble_of(pod: Pod, containers: Iterable[str], nodes: ClusterNodes | Unknown, events: Events | Unknown) -> Trouble:
    """What is wrong with a pod of which one of these containers does not work."""
    wanted, lost = set(containers), _lost(pod, nodes)
    said: list[Text] = []
    spans = [pod.span]
    if pod.unschedulable:
        said.append(NO_NODE.fill(pod=pod.full_name, says=shortened(pod.unschedulable)))
    if lost is not None:
        ready = lost.condition("Ready")
        said.append(NODE_LOST.fill(pod=pod.full_name, node=pod.node, since=ready.since if ready else "?"))
        spans.append(lost.span)
    else:
        said += _of_containers(pod, wanted)
    reported = list(_reported(pod, events))
    said += [REPORTED.fill(says=shortened(message)) for message, _ in reported]
    named = bool(pod.unschedulable or lost or reported) or any(_is_stuck(one) for one in pod.containers)
    return Trouble(pod, tuple(said), (*spans, *(span for _, span in reported)), named, lost is not None)


def shortened(message: str) -> str:
    """Beginning and end: an error that was handed on and on names its cause last."""
    words = " ".join(message.split())
    return words if len(words) <= QUOTED else f"{words[: QUOTED - TAIL]}…{words[-TAIL:]}"


def _lost(pod: Pod, nodes: ClusterNodes | Unknown) -> ClusterNode | None:
    if isinstance(nodes, Unknown) or not pod.node:
        return None
    return next((one for one in nodes.items if one.name == pod.node and one.ready != "True"), None)


def _is_stuck(container: Container) -> bool:
    return container.waiting not in ("", "ContainerCreating", "PodInitializing")


def _of_containers(pod: Pod, wanted: set[str]) -> Iterator[Text]:
    """Of those that matter; all of them where Kubernetes has not come to any; of a pod without a node there is none."""
    if not pod.node:
        return
    bad = [one for one in pod.containers if not one.ready]
    if bad and all(one.waiting == "ContainerCreating" for one in bad):
        yield CREATING.fill(pod=pod.full_name, since=pod.created or "?")
        return
    for one in [one for one in bad if one.name in wanted] or bad:
        yield from _of_container(pod, one)


def _of_container(pod: Pod, container: Container) -> Iterator[Text]:
    names = {"container": container.name, "pod": pod.full_name}
    if not container.waiting:
        yield (NOT_READY if container.runs else NOT_STARTED).fill(**names, n=container.restarts)
        return
    says = f": {shortened(container.message)}" if container.message else ""
    yield WAITS.fill(**names, reason=container.waiting, says=says.rstrip("."))
    if container.ended:
        yield ENDED.fill(ended=container.ended, n=container.restarts)


def _reported(pod: Pod, events: Events | Unknown) -> Iterator[tuple[str, Span]]:
    """The last event of each reason about this pod, of those that tell why it does not start."""
    if isinstance(events, Unknown):
        return
    last = {
        event.reason: event
        for event in sorted(events.items, key=lambda one: one.last)
        if (event.kind, event.namespace, event.name) == ("Pod", pod.namespace, pod.name)
        and event.reason in TROUBLE_EVENTS
        and not is_before(event.last, pod.created)
    }
    for reason in sorted(last):
        if reason not in ("BackOff", "Unhealthy") or len(last) == 1:
            yield last[reason].message, last[reason].span
