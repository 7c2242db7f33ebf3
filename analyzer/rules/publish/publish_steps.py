"""What brings publishInfo back: a new attachment, or a driver that is attached at all."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.cluster import ClusterNodes, Pod
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.remedies.manual import step_by_hand
from analyzer.remedies.pods import recreate
from analyzer.rules.publish.attachments import DTree
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

COLUMNS = (
    "custom-columns=NAME:.metadata.name,PV:.spec.source.persistentVolumeName,NODE:.spec.nodeName,"
    "ATTACHED:.status.attached,PUBLISHINFO:.status.attachmentMetadata.publishInfo"
)
COLLECT = Text(en="Collect again, and compare the bundles.", zh="请重新采集，并比较两次的诊断包。")


def attach_anew(
    pv: str, node: str, attachment: str, users: tuple[Pod, ...], nodes: ClusterNodes | Unknown
) -> list[Step]:
    """All pods on the node that use the volume leave it, so that the attachment goes, and comes back whole."""
    movable = [pod for pod in users if pod.owner_kind != "DaemonSet"]
    steps = [_kept_off(pod, node, attachment) for pod in users if pod.owner_kind == "DaemonSet"]
    steps += recreate(movable, away_from=None if _is_cordoned(node, nodes) else node)
    if any(pod.owner_kind for pod in movable):
        steps.append(_stays(pv, node, attachment))
    if not users:
        steps.append(_users_unknown(pv, node))
    return [*steps, look(pv)]


def _is_cordoned(node: str, nodes: ClusterNodes | Unknown) -> bool:
    items = () if isinstance(nodes, Unknown) else nodes.items
    return any(one.name == node and one.unschedulable for one in items)


def look(pv: str) -> Step:
    return Step(
        host=ADMIN,
        phase=Phase.CONFIRM,
        target="publish-info",
        effect=Effect.READS,
        does=Text(
            en="See whether each attachment has its publishInfo again",
            zh="查看各 VolumeAttachment 是否已有 publishInfo",
        ),
        command=Command(("kubectl", "get", "volumeattachments", "-o", COLUMNS)),
        expect=Text(
            en="The line of {pv} has publishInfo, not <none>. For NFS volumes {{}} is right.",
            zh="{pv} 一行有 publishInfo，而不是 <none>。NFS 类卷显示 {{}} 为正常。",
        ).fill(pv=pv),
        if_fails=COLLECT,
    )


def _stays(pv: str, node: str, attachment: str) -> Step:
    does = Text(
        en="Only if a new pod is placed on {node} again and fails in the same way: the attachment {name} must be gone "
        "before the pod comes back. Scale its workload to 0, wait until `kubectl get volumeattachment {name}` says "
        "NotFound, then scale it up again",
        zh="仅当新的 Pod 又调度到 {node} 且报同样错误时执行：必须先等 VolumeAttachment {name} 消失，Pod 才能重建。"
        "将其工作负载缩容为 0，等 `kubectl get volumeattachment {name}` 显示 NotFound 后，再恢复副本数",
    )
    return step_by_hand(ADMIN, f"attachment-{pv}-{node}", does.fill(node=node, name=attachment or "?"), Phase.CONFIRM)


def _kept_off(pod: Pod, node: str, attachment: str) -> Step:
    does = Text(
        en="Pod {pod} belongs to DaemonSet {owner}, which at once makes a new pod on {node} while the attachment is "
        "still there, so deleting the pod does not help. Keep the DaemonSet off {node} (nodeSelector or node affinity) "
        "until `kubectl get volumeattachment {name}` says NotFound, then let it back",
        zh="Pod {pod} 属于 DaemonSet {owner}，删除后会立即在 {node} 上重建，而 VolumeAttachment 仍在，因此删除无效。"
        "请先用 nodeSelector 或节点亲和性让该 DaemonSet 离开 {node}，等 `kubectl get volumeattachment {name}` "
        "显示 NotFound 后再恢复",
    )
    said = does.fill(pod=pod.full_name, owner=pod.owner_name, node=node, name=attachment or "?")
    return step_by_hand(ADMIN, f"daemonset-{pod.full_name}", said, Phase.RECREATE)


def _users_unknown(pv: str, node: str) -> Step:
    does = Text(
        en="Find the pods on {node} that use volume {pv}, and have each of them made anew on another node",
        zh="找出 {node} 上使用卷 {pv} 的 Pod，并让它们在其他节点上重建",
    )
    return step_by_hand(ADMIN, f"pods-of-{pv}", does.fill(node=node, pv=pv), Phase.RECREATE)


def require_attachment(driver: str, *, with_luns: bool) -> Step:
    """The CSIDriver object cannot be changed, only made anew; so this stays with a human."""
    said = REQUIRE.fill(driver=driver)
    return step_by_hand(
        ADMIN, f"attach-required-{driver}", OR_UPGRADE.fill(required=said) if with_luns else said, Phase.CONFIGURE
    )


REQUIRE = Text(
    en="In the chart's values.yaml set `CSIDriverObject.attachRequired: true`, delete the "
    "CSIDriver object (`kubectl delete csidriver {driver}`: its field cannot be changed, and running volumes go "
    "on), and install the chart again with `helm upgrade`, so that the container csi-attacher is there. "
    "Then have the waiting pods made anew",
    zh="在 values.yaml 中设置 `CSIDriverObject.attachRequired: true`，删除 CSIDriver 对象"
    "（`kubectl delete csidriver {driver}`：该字段不可修改，已运行的卷不受影响），再用 `helm upgrade` 重新安装，"
    "确保有 csi-attacher 容器。之后重建等待中的 Pod",
)
OR_UPGRADE = Text(
    en="{required}. Or, for LUNs, upgrade the driver to v4.11 or newer, where a node attaches them by itself",
    zh="{required}。或者（仅对 LUN）将驱动升级到 v4.11 及以上版本，由节点自行完成映射",
)


def name_the_parent(namespace: str, dtrees: tuple[DTree, ...]) -> Iterator[Step]:
    """Where all DTrees of a backend lie in one file system.  The node reads the backend at each mount."""
    for backend in sorted({one.backend for one in dtrees if one.backend}):
        parents = sorted({one.parent for one in dtrees if one.backend == backend})
        if len(parents) != 1:
            continue
        told = (INSTEAD if parents[0] else NEEDED).fill(backend=backend)
        does = PARENT.fill(told=told, parent=parents[0] or "FILE-SYSTEM", backend=backend, namespace=namespace)
        yield step_by_hand(ADMIN, f"parentname-{backend}", does, Phase.CONFIGURE)


INSTEAD = Text(
    en="Or, if attachment shall stay off: name the file system in the backend {backend}",
    zh="或者，若映射需保持关闭：在后端 {backend} 中指明文件系统",
)
NEEDED = Text(
    en="The PVs do not name the file system either (`dTreeParentName` is empty), so attachment alone does not help: "
    "find on the array in which file system these DTrees lie, and name it in the backend {backend}",
    zh="PV 中也没有文件系统名称（`dTreeParentName` 为空），因此仅开启映射无效："
    "请在阵列上查明这些 DTree 所在的文件系统，并在后端 {backend} 中指明",
)
PARENT = Text(
    en='{told}: add `"parentname": "{parent}"` beside `portals` in the `parameters` of its ConfigMap with '
    "`kubectl edit configmap`. `kubectl get storagebackendclaims.xuanwu.huawei.io {backend} -n {namespace} "
    "-o jsonpath={{.spec.configmapMeta}}` tells which ConfigMap (namespace/name). Only if every DTree of this backend "
    "lies in that file system. The node reads it at its next try, so no pod needs to be made anew",
    zh="{told}：用 `kubectl edit configmap` 在其 ConfigMap 的 `parameters` 中（与 `portals` 同级）加上 "
    '`"parentname": "{parent}"`。ConfigMap（命名空间/名称）可用 `kubectl get storagebackendclaims.xuanwu.huawei.io '
    "{backend} -n {namespace} -o jsonpath={{.spec.configmapMeta}}` 查询。"
    "仅当该后端的所有 DTree 都在此文件系统中时才可这样做。节点下次重试时会读取，无需重建 Pod",
)


def look_at_driver(driver: str) -> Step:
    try:
        words = ("kubectl", "get", "csidriver", KubernetesName(driver), "-o", "jsonpath={.spec.attachRequired}")
    except UnsafeValueError:
        return step_by_hand(ADMIN, "csidriver", ATTACH.fill(driver=driver), Phase.CHECK)
    return Step(
        host=ADMIN,
        phase=Phase.CHECK,
        target="csidriver",
        effect=Effect.READS,
        does=ATTACH.fill(driver=driver),
        command=Command(words),
        expect=Text(
            en="false: Kubernetes never asks this driver to attach a volume",
            zh="false：Kubernetes 从不要求该驱动映射卷",
        ),
        if_fails=Text(
            en="true: then look whether the controller pod has a container csi-attacher.",
            zh="若为 true：再查看控制器 Pod 中是否有 csi-attacher 容器。",
        ),
    )


ATTACH = Text(
    en="See whether Kubernetes attaches the volumes of {driver} at all",
    zh="查看 Kubernetes 是否会为 {driver} 执行卷的映射",
)


def look_at_backends(why: str) -> Step:
    return Step(
        host=ADMIN,
        phase=Phase.CHECK,
        target="backends",
        effect=Effect.READS,
        does=Text(
            en="See whether the backend that the volume belongs to is online ({why})",
            zh="查看该卷所属的后端是否在线（{why}）",
        ).fill(why=why[:160]),
        command=Command(("kubectl", "get", "storagebackendcontents.xuanwu.huawei.io")),
        expect=Text(
            en="ONLINE is true for each backend; an empty column means that the driver cannot reach the array",
            zh="每个后端的 ONLINE 均为 true；为空表示驱动无法连接阵列",
        ),
        if_fails=Text(
            en="Bring the backend online first; the kubelet then tries again by itself.",
            zh="请先恢复该后端，kubelet 会自动重试。",
        ),
    )


def before_it_fails(is_pressing: bool) -> Step:
    pressing = Text(
        en="Before the next restart of a node: upgrade the driver to v4.11 or newer, which mends this by itself; or, "
        "in a maintenance window, let all pods that use one of the listed volumes leave their node once (cordon, "
        "delete, uncordon), so that its attachment is made anew",
        zh="请在节点下次重启之前处理：将驱动升级到 v4.11 及以上版本（可自动恢复）；或在维护窗口内让使用所列卷的 Pod "
        "离开其节点一次（cordon、删除、uncordon），使 VolumeAttachment 重建",
    )
    later = Text(
        en="When you upgrade the driver, choose v4.11 or newer",
        zh="升级驱动时，请选择 v4.11 或更高版本",
    )
    return step_by_hand(ADMIN, "publish-info-later", pressing if is_pressing else later, Phase.CONFIGURE)
