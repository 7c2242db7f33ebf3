"""Why nothing is removed: each unproven clause as a sentence, and the reading command that would settle it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.bindings import Binding
from analyzer.facts.identifiers import DiskName, UnsafeValueError
from analyzer.facts.storage import Disk, DiskState
from analyzer.runbook import Command
from analyzer.texts import Text


@dataclass(frozen=True, slots=True)
class Obstacle:
    """`settle` only reads; None where no command can help."""

    says: Text
    settle: Command | None = None


ATTACHMENTS = Command(("kubectl", "get", "volumeattachments.storage.k8s.io", "-o", "wide"))

_NOT_GONE = {
    DiskState.ALIVE: Text(
        en="{disk} answers INQUIRY with its own WWID: the LUN is still there",
        zh="{disk} 能以自身 WWID 应答 INQUIRY：LUN 仍然存在",
    ),
    DiskState.OTHER_LUN: Text(
        en="{disk} answers INQUIRY with the WWID of another LUN", zh="{disk} 应答 INQUIRY 时返回的是另一个 LUN 的 WWID"
    ),
    DiskState.UNREACHABLE: Text(
        en="{disk} is out of reach (state {state}, transport {transport}): the LUN may still be there",
        zh="{disk} 不可达（状态 {state}，传输 {transport}）：LUN 可能仍然存在",
    ),
    DiskState.UNKNOWN: Text(
        en="whether the LUN of {disk} was taken away is not known (state {state}, transport {transport})",
        zh="无法确定 {disk} 的 LUN 是否已被取消映射（状态 {state}，传输 {transport}）",
    ),
}


def not_gone(disk: Disk) -> Obstacle:
    says = _NOT_GONE[disk.state].fill(disk=disk.name, state=disk.device.state or "?", transport=disk.transport)
    return Obstacle(
        says, Command(("iscsiadm", "-m", "session", "-P", "3")) if disk.state is DiskState.UNREACHABLE else None
    )


def not_failed_twice(disk: Disk) -> Obstacle:
    return Obstacle(
        Text(
            en="`multipath -ll` and `dmsetup status` do not both call {disk} failed; idle paths are checked every 20 s",
            zh="`multipath -ll` 与 `dmsetup status` 未同时显示 {disk} 失效；空闲路径每 20 秒才检查一次",
        ).fill(disk=disk.name),
        Command(("dmsetup", "status", "--target", "multipath")),
    )


def may_have_healed(disk: Disk) -> Obstacle:
    return Obstacle(
        Text(
            en="{disk} gave no answer, but nothing shows that its way to the array worked at that moment: no denial by "
            "the array, no other LUN that answers on the same way, no kernel log without an outage",
            zh="{disk} 没有应答，但没有证据表明当时到阵列的链路正常：没有阵列的拒绝、"
            "同一链路上没有其他 LUN 应答、也没有显示无中断的内核日志",
        ).fill(disk=disk.name),
        asking(disk.name, "sg_turs", "-vv"),
    )


def strange_path(disk: Disk, wwid: str) -> Obstacle:
    return Obstacle(
        Text(
            en="{disk} is a path of map {wwid}, but remembers another volume, {other}",
            zh="{disk} 是多路径设备 {wwid} 的路径，但其记录的是另一个卷 {other}",
        ).fill(disk=disk.name, wwid=wwid, other=disk.wwid or "?"),
        Command(("multipath", "-ll")),
    )


def other_name(wwid: str, names: Iterable[str]) -> Obstacle:
    return Obstacle(
        Text(
            en="map {wwid} has more than one name ({names}): it was renamed while it was asked, and a command by name "
            "could hit another map",
            zh="多路径设备 {wwid} 有多个名称（{names}）：采集期间名称发生变化，按名称执行的命令可能作用于其他设备",
        ).fill(wwid=wwid, names=", ".join(names)),
        Command(("dmsetup", "info", "-c", "-o", "name,uuid")),
    )


def paths_unseen(name: str, unseen: Iterable[str]) -> Obstacle:
    return Obstacle(
        Text(
            en="{name} has paths that sysfs does not show ({paths}): they came or went while it was asked",
            zh="{name} 有 sysfs 中未显示的路径（{paths}）：可能在采集期间出现或消失",
        ).fill(name=name, paths=", ".join(unseen)),
        Command(("multipath", "-ll")),
    )


def no_path_seen(wwid: str) -> Obstacle:
    return Obstacle(
        Text(
            en="sysfs shows no path under map {wwid}, but `multipath -ll` does not confirm it",
            zh="sysfs 中多路径设备 {wwid} 没有路径，但 `multipath -ll` 未能证实",
        ).fill(wwid=wwid),
        Command(("multipath", "-ll")),
    )


def no_refusal(disk: Disk) -> Obstacle:
    return Obstacle(
        Text(
            en="{disk} gives no identity, but there is no second witness that the array refuses it "
            "(sense 25/00 by sg_turs or in the kernel log, or REPORT LUNS)",
            zh="{disk} 不返回标识，但没有第二个证据表明阵列拒绝该 LUN（sg_turs 或内核日志中的 25/00，或 REPORT LUNS）",
        ).fill(disk=disk.name),
        asking(disk.name, "sg_turs", "-vv"),
    )


def asking(name: str, *words: str) -> Command | None:
    """A command about a disk, if its name is one that a command may hold."""
    try:
        return Command((*words, f"/dev/{DiskName(name)}"))
    except UnsafeValueError:
        return None


def unknown(missing: Unknown) -> Obstacle:
    return Obstacle(
        Text(en="probe {probe} gave no answer ({reason})", zh="探针 {probe} 没有结果（{reason}）").fill(
            probe=missing.probe, reason=missing.reason or missing.status
        )
    )


def cluster_unknown(missing: Unknown) -> Obstacle:
    return Obstacle(
        Text(
            en="whether the cluster still wants it here is not known: {kind} were not collected ({reason})",
            zh="无法确定集群是否仍需要该卷：未采集到 {kind}（{reason}）",
        ).fill(kind=missing.probe, reason=missing.reason or missing.status),
        ATTACHMENTS,
    )


def not_a_cluster_node(node: str) -> Obstacle:
    return Obstacle(
        Text(
            en="the cluster knows no node {node} in this boot, so that its VolumeAttachments say nothing about it",
            zh="集群中没有处于本次启动的节点 {node}，因此 VolumeAttachment 不能说明它的情况",
        ).fill(node=node),
        Command(("kubectl", "get", "nodes", "-o", "wide")),
    )


def wanted(binding: Binding) -> Obstacle:
    return Obstacle(
        Text(
            en="the cluster still wants it on this node: {name} (PV {pv})",
            zh="集群仍要求它在该节点上：{name}（PV {pv}）",
        ).fill(name=binding.name, pv=binding.pv or "?"),
        ATTACHMENTS,
    )


def may_be_wanted(binding: Binding) -> Obstacle:
    return Obstacle(
        Text(
            en="{name} (PV {pv}) of this node does not say which LUN it means",
            zh="该节点的 {name}（PV {pv}）没有说明对应哪个 LUN",
        ).fill(name=binding.name, pv=binding.pv or "?"),
        ATTACHMENTS,
    )


def foreign_vendor(vendors: Iterable[str]) -> Obstacle:
    shown = ", ".join(sorted(vendor or "?" for vendor in vendors))
    return Obstacle(
        Text(en="its vendor is {vendors}, not the array's", zh="其厂商为 {vendors}，不是该阵列").fill(vendors=shown)
    )


def not_the_drivers(wwid: str) -> Obstacle:
    return Obstacle(
        Text(
            en="nothing shows that {wwid} is the driver's: no PV, no VolumeAttachment, no note of it",
            zh="没有证据表明 {wwid} 属于该驱动：没有对应的 PV、VolumeAttachment，该节点上也没有驱动的记录",
        ).fill(wwid=wwid),
        Command(("kubectl", "get", "persistentvolumes", "-o", "wide")),
    )


def unsafe(problem: str) -> Obstacle:
    return Obstacle(
        Text(
            en="a name has a form that no command is built from ({problem}); do this by hand, with support",
            zh="某个名称的形式不允许用于生成命令（{problem}）；请在技术支持协助下手工处理",
        ).fill(problem=problem)
    )
