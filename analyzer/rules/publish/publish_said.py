"""The sentences of publish-info-missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.facts import Unknown
from analyzer.facts.cluster import VolumeAttachment
from analyzer.rules.publish.attachments import Cluster
from analyzer.texts import Text, lines

LISTED = 20

TITLE = Text(en="A volume has no publishInfo", zh="卷的映射信息（publishInfo）缺失")
TITLE_OFF = Text(en="Kubernetes never attaches this driver's volumes", zh="Kubernetes 不会为该驱动执行卷映射")
TITLE_BY_ITSELF = Text(
    en="Volume has no publishInfo, and the node could not attach it by itself",
    zh="卷缺少 publishInfo，节点自行映射失败",
)
TITLE_SCAN = Text(en="{n} volumes will fail when they are mounted the next time", zh="{n} 个卷在下次挂载时将失败")
TITLE_UPGRADE = Text(
    en="An upgrade to driver 4.0 - 4.10 would leave volumes without publishInfo",
    zh="驱动升级到 4.0～4.10 后，部分卷将缺少 publishInfo",
)

CAUSE = Text(
    en="Volume {pv} cannot be mounted on {node}: its attachment holds no publishInfo, so the node is not told which "
    "LUN to look for.",
    zh="卷 {pv} 无法在 {node} 上挂载：其 VolumeAttachment 中没有 publishInfo，节点不知道该查找哪个 LUN。",
)
OLD = Text(
    en="The attachment {name} was made on {created} and never since, by a driver before 4.0, which wrote none; the "
    "driver {version} on {node} needs it.",
    zh="VolumeAttachment {name} 创建于 {created}，此后一直没有重建；它由 4.0 之前的驱动创建，当时不写入 publishInfo，"
    "而 {node} 上的驱动 {version} 需要它。",
)
DTREE = Text(
    en="Volume {pv} cannot be mounted on {node}: its attachment does not name the parent file system of the dtree. It "
    "was made by a driver before v4.7, or without an attach request.",
    zh="卷 {pv} 无法在 {node} 上挂载：其 VolumeAttachment 中没有 dtree 的父文件系统名称。"
    "它由 v4.7 之前的驱动创建，或未经过映射请求。",
)
GONE = Text(
    en="The attachment is not there any more; a new one, made by the driver that runs now, has publishInfo.",
    zh="该 VolumeAttachment 已不存在；由当前驱动重新创建后将带有 publishInfo。",
)
NOT_ATTACHED = Text(
    en="The attachment {name} is not attached yet, so the controller has still to do its part.",
    zh="VolumeAttachment {name} 尚未 attached，控制器还未完成映射。",
)
TWO_CAUSES = Text(
    en="The attachments could not be read, so two causes are left: an attachment made by a driver before 4.0, which "
    "has none (then the pods must leave the node once); or a cluster that never attaches this driver's volumes "
    "(attachRequired false; then making pods anew does not help). `kubectl get volumeattachments` tells.",
    zh="未能读取 VolumeAttachment，因此有两种可能：由 4.0 之前的驱动创建的 VolumeAttachment 中没有 publishInfo"
    "（需让 Pod 离开该节点一次）；或集群从不为该驱动执行映射（attachRequired 为 false，此时重建 Pod 无效）。"
    "可用 `kubectl get volumeattachments` 判断。",
)
UNREAD = Text(
    en="The attachments could not be read; but Kubernetes does attach this driver's volumes (attachRequired is true, "
    "and csi-attacher is there), so what is left is an attachment that a driver before 4.0 made, which has none. "
    "`kubectl get volumeattachments` shows it.",
    zh="未能读取 VolumeAttachment；但 Kubernetes 会为该驱动执行映射（attachRequired 为 true，且有 csi-attacher），"
    "因此只剩一种可能：它由 4.0 之前的驱动创建，没有 publishInfo。可用 `kubectl get volumeattachments` 查看。",
)
REQUIRED = Text(
    en="Ruled out: attachment switched off (attachRequired is true, and csi-attacher runs).",
    zh="已排除：映射被关闭（attachRequired 为 true，且有 csi-attacher）。",
)
EVERY_POD = Text(
    en="It stays as it is until every pod on {node} that uses the volume has left the node.",
    zh="在 {node} 上所有使用该卷的 Pod 离开之前，它不会改变。",
)

OFF = Text(
    en="The CSIDriver object {driver} says attachRequired: false, so Kubernetes never asks the driver to attach a "
    "volume, and the node gets no publishInfo.",
    zh="CSIDriver 对象 {driver} 的 attachRequired 为 false，Kubernetes 从不要求驱动映射卷，"
    "节点因此得不到 publishInfo。",
)
NO_ATTACHER = Text(
    en="The controller of {driver} runs without the container csi-attacher, so nothing asks the driver to attach a "
    "volume, and the node gets no publishInfo.",
    zh="{driver} 的控制器没有 csi-attacher 容器，没有组件要求驱动映射卷，节点因此得不到 publishInfo。",
)
OFF_DTREE = Text(
    en="A DTree is mounted by the name of the file system it lies in, which the node learns from publishInfo, or from "
    "`parentname` of the backend. Both are missing, and the driver says so: `failed to get dtree parent name, please "
    "ensure that the attachRequired parameter is enabled`. No version of the driver does without.",
    zh="DTree 需通过其所在文件系统的名称挂载，节点从 publishInfo 或后端的 `parentname` 参数得知该名称。两者均缺失，"
    "驱动报：`failed to get dtree parent name, please ensure that the attachRequired parameter is enabled`。"
    "任何版本的驱动都需要它。",
)
OFF_USELESS = Text(
    en="Making the pods anew, or moving them, does not help: the next node is not told either.",
    zh="重建或迁移 Pod 无效：其他节点同样得不到映射信息。",
)
BY_ITSELF = Text(
    en="Volume {pv} has no publishInfo, so {node} tried to attach it by itself (the driver does so from v4.11 on), and "
    "failed: {why}",
    zh="卷 {pv} 没有 publishInfo，{node} 尝试自行映射（v4.11 起的驱动行为）但失败：{why}",
)

WILL_FAIL = Text(
    en="{n} LUNs are attached without publishInfo, and the driver {version} needs it: those in use go on, but each "
    "fails with `publishInfo doesn't exist` when it is mounted the next time, such as after a restart of its node.",
    zh="{n} 个 LUN 的 VolumeAttachment 中没有 publishInfo，而驱动 {version} 需要它：目前在用的不受影响，"
    "但下次挂载（例如节点重启后）都会报 `publishInfo doesn't exist`。",
)
VERSION_UNKNOWN = Text(
    en="{n} LUNs are attached without publishInfo, and which version of the driver runs is not told ({version}): from "
    "4.0 to 4.10 each fails when it is mounted the next time; older and newer drivers do not need it.",
    zh="{n} 个 LUN 的 VolumeAttachment 中没有 publishInfo，驱动版本未知（{version}）："
    "4.0～4.10 版本在下次挂载时会失败，更旧和更新的版本不需要它。",
)
UPGRADE = Text(
    en="Nothing is wrong now: the driver {version} writes no publishInfo. After an upgrade to 4.0 - 4.10 the {n} LUNs "
    "attached here would fail when they are mounted the next time. Upgrade to v4.11 or newer.",
    zh="目前没有问题：驱动 {version} 不写入 publishInfo。若升级到 4.0～4.10，这里的 {n} 个 LUN 在下次挂载时会失败。"
    "请升级到 v4.11 或更高版本。",
)
PAIR = Text(en="{pv} on {node}", zh="{node} 上的 {pv}")
MORE = Text(en="{shown}, and {n} more", zh="{shown}等（另有 {n} 个）")


def cause(node: str, pv: str, attachment: VolumeAttachment | None, cluster: Cluster, *, is_dtree: bool) -> Text:
    first = DTREE if is_dtree else CAUSE
    return lines(first.fill(pv=pv or "?", node=node), *_why(node, attachment, cluster, is_dtree))


def _why(node: str, attachment: VolumeAttachment | None, cluster: Cluster, is_dtree: bool) -> Iterator[Text]:
    if isinstance(cluster.attachments, Unknown):
        yield UNREAD if cluster.is_surely_attached else TWO_CAUSES
        return
    if attachment is None:
        yield GONE
    elif not attachment.attached:
        yield NOT_ATTACHED.fill(name=attachment.name)
    elif not is_dtree:
        version = cluster.version_on(node)
        yield OLD.fill(
            name=attachment.name, created=attachment.created or "?", version=version.text if version else "?", node=node
        )
    if attachment is not None:
        yield EVERY_POD.fill(node=node)
    if cluster.is_surely_attached:
        yield REQUIRED


def listed(pairs: Iterable[tuple[str, str]]) -> Text:
    """`pvc-1 on worker-1, …`; pairs of node and volume."""
    ordered = sorted(pairs)
    words = [PAIR.fill(pv=pv, node=node) for node, pv in ordered[:LISTED]]
    shown = Text(en=", ".join(one.en for one in words), zh="、".join(one.zh for one in words))
    rest = len(ordered) - len(words)
    return MORE.fill(shown=shown, n=rest) if rest else shown
