"""The single steps of making a pod anew, and of keeping its node free meanwhile; each on the admin host."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts.cluster import Pod
from analyzer.facts.identifiers import FileName, KubernetesName, PodUid, UnsafeValueError
from analyzer.guards import PodIs, PodIsPlacedAnew
from analyzer.remedies.manual import step_by_hand
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

COLLECT = Text(en="Collect again after the change, and compare the bundles.", zh="修改后重新采集，并比较两次的诊断包。")


@dataclass(frozen=True, slots=True)
class KnownPod:
    """A pod whose names may reach a command."""

    pod: Pod
    namespace: KubernetesName
    name: KubernetesName
    uid: PodUid

    @classmethod
    def of(cls, pod: Pod) -> KnownPod:
        return cls(pod, KubernetesName(pod.namespace), KubernetesName(pod.name), PodUid(pod.uid))

    @property
    def target(self) -> str:
        return f"pod-{self.namespace}-{self.name}"

    @property
    def is_bare(self) -> bool:
        return not self.pod.owner_kind

    @property
    def keeps_its_name(self) -> bool:
        return self.is_bare or self.pod.owner_kind == "StatefulSet"

    @property
    def guard(self) -> PodIs:
        return PodIs(self.namespace, self.name, self.uid)

    @property
    def is_placed_anew(self) -> PodIsPlacedAnew:
        return PodIsPlacedAnew(self.namespace, self.name, self.uid)

    @property
    def manifest(self) -> FileName:
        return FileName(f"pod-{self.namespace}-{self.name}-{self.uid[:8]}.yaml")


STOPS = Text(
    en="It stops for a moment: if it is the only replica, the service is interrupted.",
    zh="期间该 Pod 会中断；若为单副本，业务将中断。",
)
NOT_STARTED = Text(en="It has not started yet, so no service is interrupted.", zh="该 Pod 尚未启动，不会中断业务。")
REPLACED = Text(en="{kind} {owner} makes a new pod under another name.", zh="{kind} {owner} 会以新的名称创建 Pod。")
BY_WORKLOAD = {
    "ReplicaSet": REPLACED,
    "ReplicationController": REPLACED,
    "StatefulSet": Text(
        en="{kind} {owner} makes the pod anew under the same name, with the same claims and data.",
        zh="{kind} {owner} 会以相同名称重建该 Pod，PVC 和数据保持不变。",
    ),
    "DaemonSet": Text(
        en="{kind} {owner} makes a new pod on the same node.", zh="{kind} {owner} 会在同一节点上创建新的 Pod。"
    ),
    "Job": Text(
        en="{kind} {owner} starts a new pod, which does the work from its beginning; this may count as one failed try "
        "(backoffLimit).",
        zh="{kind} {owner} 会启动新的 Pod，任务从头执行；可能计为一次失败重试（backoffLimit）。",
    ),
}
BARE = Text(
    en="Nothing makes it anew by itself (it has no workload), so the manifest saved by the step before must be there.",
    zh="该 Pod 没有所属的工作负载，不会自动重建，因此必须先确认上一步已保存其清单。",
)


def delete(one: KnownPod, what_follows: Text) -> Step:
    follows = what_follows
    if not one.is_bare:
        follows = what_follows.fill(kind=one.pod.owner_kind, owner=one.pod.owner_name)
    return Step(
        host=ADMIN,
        phase=Phase.RECREATE,
        target=one.target,
        effect=Effect.DESTROYS,
        does=Text(
            en="Delete pod {pod}, so that its volumes are attached and mounted anew. {follows} {stops}",
            zh="删除 Pod {pod}，使其卷重新映射并挂载。{follows}{stops}",
        ).fill(pod=one.pod.full_name, follows=follows, stops=NOT_STARTED if one.pod.phase == "Pending" else STOPS),
        command=Command(("kubectl", "delete", "pod", one.name, "-n", one.namespace, "--timeout=5m")),
        expect=Text(en='pod "{name}" deleted', zh='输出 pod "{name}" deleted').fill(name=one.name),
        if_fails=Text(
            en="If it is still Terminating after five minutes, the node cannot release it. Do not delete it by force: "
            "its volume may still be in use there. Collect again.",
            zh="若五分钟后仍为 Terminating，说明节点无法释放它。不要强制删除：其卷可能仍在该节点上使用。请重新采集。",
        ),
        guards=(one.guard,),
    )


def save(one: KnownPod) -> Step:
    return Step(
        host=ADMIN,
        phase=Phase.RECREATE,
        target=f"{one.target}-manifest",
        effect=Effect.READS,
        does=Text(
            en="Save the manifest of pod {pod}, which no workload would make anew, as {file} in the current folder",
            zh="将 Pod {pod} 的清单保存到当前目录的 {file}：它没有所属的工作负载，不会自动重建",
        ).fill(pod=one.pod.full_name, file=one.manifest),
        command=Command(("kubectl", "get", "pod", one.name, "-n", one.namespace, "-o", "yaml"), save_as=one.manifest),
        expect=Text(
            en="The file holds the whole pod; keep it. The file that the pod was made from, if you have it, is better.",
            zh="文件中是完整的 Pod 清单，请妥善保存；如有创建该 Pod 时的原始文件，优先使用原始文件。",
        ),
        if_fails=Text(en="Do not delete the pod.", zh="不要删除该 Pod。"),
        guards=(one.guard,),
    )


def apply_by_hand(one: KnownPod) -> Step:
    does = Text(
        en="In {file} remove `status`, `spec.nodeName`, and of `metadata` all but name, namespace, labels and "
        "annotations; then run `kubectl create -f {file}`",
        zh="在 {file} 中删除 `status`、`spec.nodeName`，`metadata` 只保留 name、namespace、labels 和 annotations；"
        "然后执行 `kubectl create -f {file}`",
    )
    return step_by_hand(ADMIN, f"{one.target}-again", does.fill(file=one.manifest), Phase.RECREATE)


def see_anew(one: KnownPod, which: tuple[str, ...]) -> Step:
    return see(
        one.target,
        Text(en="See whether the new pod in place of {pod} runs", zh="查看替代 {pod} 的新 Pod 是否已运行").fill(
            pod=one.pod.full_name
        ),
        ("kubectl", "get", "pod", *which, "-n", one.namespace, "-o", "wide"),
    )


LABELS = ("pod-template-hash", "controller-revision-hash", "batch.kubernetes.io/job-name", "job-name")


def selector(pod: Pod) -> tuple[str, ...]:
    """What lists the pods of the same workload; all of the namespace where no label tells them."""
    for label in LABELS:
        if value := pod.label(label):
            return ("-l", f"{label}={KubernetesName(value)}")
    return ()


def see(target: str, does: Text, argv: tuple[str, ...]) -> Step:
    return Step(
        host=ADMIN,
        phase=Phase.CONFIRM,
        target=target,
        effect=Effect.READS,
        does=does,
        command=Command(argv),
        expect=Text(
            en="Running, within two minutes: the kubelet tries again by itself",
            zh="两分钟内变为 Running：kubelet 会自动重试",
        ),
        if_fails=COLLECT,
    )


def cordon(node: KubernetesName) -> Step:
    return Step(
        host=ADMIN,
        phase=Phase.CORDON,
        target=f"node-{node}",
        effect=Effect.CHANGES,
        does=Text(
            en="Let no new pod start on node {node} for now, so that those made anew go to another one",
            zh="暂时禁止在节点 {node} 上调度新的 Pod，使重建的 Pod 运行到其他节点",
        ).fill(node=node),
        command=Command(("kubectl", "cordon", node)),
        expect=Text(
            en="node/{node} cordoned; the pods on it go on", zh="node/{node} cordoned；其上已有的 Pod 不受影响"
        ).fill(node=node),
        if_fails=Text(
            en="If no other node can take these pods, leave this out: they are then made anew on the same node.",
            zh="若没有其他节点可以运行这些 Pod，可不执行此步，Pod 将在原节点重建。",
        ),
    )


def uncordon(node: KubernetesName, guards: tuple[PodIsPlacedAnew, ...]) -> Step:
    return Step(
        host=ADMIN,
        phase=Phase.UNCORDON,
        target=f"node-{node}",
        effect=Effect.CHANGES,
        does=Text(en="Let pods start on node {node} again", zh="恢复节点 {node} 的调度").fill(node=node),
        command=Command(("kubectl", "uncordon", node)),
        expect=Text(en="node/{node} uncordoned", zh="输出 node/{node} uncordoned").fill(node=node),
        if_fails=Text(
            en="Run it as soon as the new pods have got a node: until then node {node} takes no pod. A new pod that "
            "stays Pending can run nowhere else: then run it at once.",
            zh="新的 Pod 调度完成后请尽快执行，否则节点 {node} 无法运行新的 Pod。若新的 Pod 一直 Pending，"
            "说明没有其他节点可用，请立即执行。",
        ).fill(node=node),
        guards=guards,
    )


def only_by_hand(pod: Pod) -> Step | None:
    if pod.deleting:
        return _told(pod, DELETING)
    if pod.owner_kind == "Node":
        return _told(pod, STATIC.fill(node=pod.node or "?"))
    if pod.owner_kind and pod.owner_kind not in BY_WORKLOAD:
        return _told(pod, FOREIGN.fill(kind=pod.owner_kind, owner=pod.owner_name))
    return None


DELETING = Text(
    en="It is being deleted already; do not delete it by force. `kubectl describe pod` shows what it waits for",
    zh="它已处于删除中；不要强制删除。用 `kubectl describe pod` 查看它在等待什么",
)
STATIC = Text(
    en="It is a static pod: deleting it in the cluster does nothing. On node {node}, move its file out of the "
    "kubelet's manifest folder (usually /etc/kubernetes/manifests), wait until the pod is gone, and move it back",
    zh="它是静态 Pod，在集群中删除不起作用。请在节点 {node} 上将其文件移出 kubelet 的清单目录"
    "（通常为 /etc/kubernetes/manifests），待 Pod 消失后再移回",
)
FOREIGN = Text(
    en="It belongs to {kind} {owner}: whether that makes a deleted pod anew, its documentation tells; restart it there",
    zh="它属于 {kind} {owner}，删除后是否自动重建请查阅其文档，并通过它来重启",
)


def _told(pod: Pod, why: Text) -> Step:
    does = Text(en="Have pod {pod} made anew. {why}", zh="重建 Pod {pod}。{why}")
    return step_by_hand(ADMIN, f"pod-{pod.full_name}", does.fill(pod=pod.full_name, why=why), Phase.RECREATE)


def unsafe_name(pod: Pod, unsafe: UnsafeValueError) -> Step:
    why = Text(
        en="A name has a form that no command is built from ({problem})",
        zh="某个名称的形式不允许用于生成命令（{problem}）",
    )
    return _told(pod, why.fill(problem=str(unsafe)))
