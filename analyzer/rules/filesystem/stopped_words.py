"""The words in which a stopped file system is told: what happened, what follows, and what else it may be."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts.file_systems import Ext4Errors
from analyzer.findings import Certainty
from analyzer.rules.filesystem.paths_below import Below
from analyzer.rules.filesystem.signs import Kind, Sign
from analyzer.rules.filesystem.volume_mounts import VolumeMount
from analyzer.texts import Text, lines

TITLE = Text(en="File system of volume {pv} stopped after I/O errors", zh="卷 {pv} 的文件系统因 I/O 错误停止工作")
TITLE_PERHAPS = Text(
    en="File system of volume {pv} may have stopped after I/O errors", zh="卷 {pv} 的文件系统可能因 I/O 错误停止工作"
)
EXT = Text(
    en="The file system of volume {pv} ({device}, {fs}) on {node} can only be read any more: after I/O errors the "
    "kernel aborted its journal, and every write gives `Read-only file system`.",
    zh="{node} 上卷 {pv}（{device}，{fs}）的文件系统只能读取：发生 I/O 错误后内核中止了其日志（journal），"
    "所有写操作都会报 `Read-only file system`。",
)
XFS = Text(
    en="The file system of volume {pv} ({device}, {fs}) on {node} is shut down: after I/O errors the kernel stopped "
    "it, and every access gives `Input/output error`.",
    zh="{node} 上卷 {pv}（{device}，{fs}）的文件系统已关闭：发生 I/O 错误后内核停止了该文件系统，"
    "所有访问都会报 `Input/output error`。",
)
PERHAPS = Text(
    en="The file system of volume {pv} ({device}, {fs}) on {node} may have stopped writing after I/O errors; what "
    "was collected does not settle it.",
    zh="{node} 上卷 {pv}（{device}，{fs}）的文件系统可能因 I/O 错误已无法写入；现有采集结果无法确定。",
)
COUNTED = Text(
    en="- ext4 has counted {count} errors, the last since the volume was mounted or the node started, and the kernel's "
    "lines about them are no longer in the log: either its journal was aborted and it cannot be written any more, or "
    "it goes on in spite of them (errors=continue).",
    zh="- ext4 共记录了 {count} 个错误，最近一个发生在挂载或节点启动之后，但内核日志中已没有相应内容："
    "可能日志（journal）已中止而无法写入，也可能仍在继续工作（errors=continue）。",
)
READ_ONLY = Text(
    en="- it is mounted `ro` although the volume is to be writable: after an I/O error whose lines are no longer in "
    "the log, or because someone remounted it, or because the LUN is write-protected on the array (then "
    "`cat /sys/block/{device}/ro` prints 1).",
    zh="- 卷应可写，但挂载为 `ro`：可能是 I/O 错误所致（相应日志已被覆盖）、有人手工重新挂载，"
    "或阵列上该 LUN 被写保护（此时 `cat /sys/block/{device}/ro` 输出 1）。",
)
STILL_RW = Text(
    en="/proc/mounts still says rw; that does not mean that it can be written.",
    zh="/proc/mounts 仍显示 rw，但这并不代表可以写入。",
)
WORKS = Text(
    en="The paths work again and the LUN is still this volume's, but the file system does not recover by itself. A "
    "restart of the container is not enough, and `mount -o remount,rw` returns 0 and mends nothing: the volume must be "
    "unmounted on this node altogether and mounted anew, so every pod that uses it here is made anew.",
    zh="路径已恢复，LUN 仍属于该卷，但文件系统不会自动恢复。仅重启容器不够；`mount -o remount,rw` 虽返回 0 "
    "但不起作用：必须在该节点上完全卸载该卷后重新挂载，因此需要重建该节点上使用该卷的所有 Pod。",
)
FAILING = Text(
    en="Its paths still fail: the outage goes on. Restore the way to the array first; pods made anew before that would "
    "not start.",
    zh="其路径仍不可用，故障仍在持续。请先恢复到阵列的链路；在此之前重建 Pod 也无法启动。",
)
NOT_KNOWN = Text(
    en="Whether its paths work again is not known here: look at `multipath -ll` (or `nvme list-subsys`) before any pod "
    "is made anew.",
    zh="无法得知其路径是否已恢复：重建 Pod 之前请先查看 `multipath -ll`（或 `nvme list-subsys`）。",
)
FSCK = Text(
    en="The next mount replays the journal. The driver runs no fsck, and errors_count stays until e2fsck clears it: if "
    "the kernel then says `mounting fs with errors, running e2fsck is recommended`, plan an e2fsck while no pod uses "
    "the volume.",
    zh="下次挂载时会回放日志（journal）。驱动不会执行 fsck，errors_count 在执行 e2fsck 之前不会清零："
    "若挂载后内核提示 `mounting fs with errors, running e2fsck is recommended`，"
    "请安排在没有 Pod 使用该卷时执行 e2fsck。",
)
CORRUPTED = Text(
    en="The kernel stopped it because its metadata is corrupted, not only because I/O failed: it may not mount again "
    "before xfs_repair. Make sure of a copy or an array snapshot first, and ask support.",
    zh="内核停止它的原因是元数据损坏，而不仅是 I/O 失败：可能需要 xfs_repair 才能再次挂载。"
    "请先确认有备份或阵列快照，并联系技术支持。",
)


FROM_POD = Text(
    en="Seen from the pod, with its own mount path: `kubectl exec -n NAMESPACE POD -- ls -ld PATH` gives `Input/output "
    "error` on XFS; on ext4 reading still works, and only a write fails.",
    zh="从 Pod 内查看（PATH 为其挂载路径）：`kubectl exec -n NAMESPACE POD -- ls -ld PATH` 在 XFS 上返回 "
    "`Input/output error`；在 ext4 上仍可读取，只有写入会失败。",
)


def title(mounted: VolumeMount, certainty: Certainty) -> Text:
    return (TITLE_PERHAPS if certainty is Certainty.POSSIBLE else TITLE).fill(pv=mounted.pv)


def cause(
    node: str,
    mounted: VolumeMount,
    found: tuple[Sign, ...],
    paths: Below,
    certainty: Certainty,
    errors: Ext4Errors | None,
) -> Text:
    names = {"pv": mounted.pv, "device": mounted.device or "?", "fs": mounted.mounts[0].fs_type, "node": node}
    kinds = {one.kind for one in found}
    if certainty is Certainty.POSSIBLE:
        said = [PERHAPS.fill(**names), *_perhaps(kinds, names["device"], errors)]
        return lines(*said, {Below.FAILING: FAILING, Below.UNKNOWN: NOT_KNOWN}.get(paths, STILL_RW))
    said = [(XFS if mounted.is_xfs else EXT).fill(**names)]
    if Kind.READ_ONLY not in kinds:
        said.append(STILL_RW)
    said.append({Below.WORKS: WORKS, Below.FAILING: FAILING}.get(paths, NOT_KNOWN))
    if any("orruption" in line for one in found for line in one.span.text):
        said.append(CORRUPTED)
    elif not mounted.is_xfs:
        said.append(FSCK)
    return lines(*said, FROM_POD)


def _perhaps(kinds: set[Kind], device: str, errors: Ext4Errors | None) -> Iterator[Text]:
    if Kind.ERRORS in kinds and errors is not None:
        yield COUNTED.fill(count=errors.errors_count)
    if Kind.READ_ONLY in kinds:
        yield READ_ONLY.fill(device=device)
