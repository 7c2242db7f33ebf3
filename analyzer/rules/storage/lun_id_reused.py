"""A disk looks healthy and reads another LUN: the array gave its LUN id to another volume.

How we know
    A live INQUIRY (`scsi_id`) returns another WWID than the one sysfs remembers for the disk.  Nothing else tells:
    multipath, multipathd, lsblk, by-id and the size all show the old volume, and reads succeed, with foreign data.
Not reported here
    Disks whose remembered identity is no NAA name, since the two cannot be compared.
False alarms
    None known.
Remedy
    Stop the pods that use it, by hand, and ask support before any rescan.  Nothing acts on a disk's name: after a
    rescan the same names become paths of a healthy map.
Source
    Capture of a real kernel: lun_reused.  The kernel prints "LUN assignments on this target have changed".
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.block import LiveIdentities
from analyzer.facts.storage import Disk, DiskState, NodeStorage
from analyzer.findings import Certainty, Finding, Severity
from analyzer.impact import users_of_luns
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import node_rule
from analyzer.rules.storage import proof
from analyzer.texts import Text, lines

TITLE = Text(en="{wwid} looks healthy but reads another LUN", zh="{wwid} 看似正常，实际读到的是另一个 LUN")
CAUSE = Text(
    en="The host still takes {disks} for {wwid}, but the array answers there with {live}: the LUN id was given to "
    "another volume. Whatever reads or writes {wwid} here reads or writes the other volume's data.",
    zh="主机仍把 {disks} 当作 {wwid}，但阵列在此处返回的是 {live}：该 LUN ID 已分配给另一个卷。"
    "此处对 {wwid} 的任何读写，实际读写的都是另一个卷的数据。",
)
IN_USE = Text(
    en="It is mounted at {points}: stop its pods at once; both volumes may be damaged already.",
    zh="它挂载在 {points}：请立即停止相关 Pod；两个卷的数据可能均已受损。",
)
DO = Text(
    en="Stop every pod that uses {wwid} on this node, write nothing through it, and do not rescan before support has "
    "agreed: after a rescan the same device names belong to {live}.",
    zh="停止该节点上使用 {wwid} 的所有 Pod，不要通过它写入任何数据；在技术支持确认之前不要重新扫描："
    "重新扫描后，相同的设备名将属于 {live}。",
)


@node_rule("lun-id-reused", Severity.CRITICAL, Text(en="LUN id reused", zh="LUN ID 被复用"))
def lun_id_reused(
    node: str, storage: NodeStorage, live: LiveIdentities, bindings: Bindings | Unknown
) -> Iterator[Finding]:
    luns: dict[str, list[Disk]] = {}
    for disk in storage.disks:
        if disk.state is DiskState.OTHER_LUN:
            luns.setdefault(disk.wwid or "", []).append(disk)
    for wwid, disks in luns.items():
        yield _finding(node, storage, wwid, tuple(disks), bindings)


def _finding(
    node: str, storage: NodeStorage, wwid: str, disks: tuple[Disk, ...], bindings: Bindings | Unknown
) -> Finding:
    answered = sorted({disk.live.wwid for disk in disks if disk.live and disk.live.wwid})
    names = {"wwid": wwid, "disks": ", ".join(disk.name for disk in disks), "live": ", ".join(answered)}
    maps = tuple(one for one in storage.maps if one.wwid == wwid)
    mounts = [
        mount for held in (*(one.mounts for one in maps), *(disk.mounts for disk in disks)) for mount in held or ()
    ]
    says = [CAUSE.fill(**names)]
    if mounts:
        says.append(IN_USE.fill(points=", ".join(mount.mount_point for mount in mounts)))
    spans = [one.printed.span for one in maps if one.printed is not None]
    spans += [span for disk in disks for span in (disk.device.span, *((disk.live.span,) if disk.live else ()))]
    return Finding(
        rule="lun-id-reused",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED,
        nodes=(node,),
        subject=f"wwid:{wwid}",
        title=TITLE.fill(wwid=wwid),
        cause=lines(*says),
        evidence=proof.quoted(node, spans),
        affects=users_of_luns(bindings, (wwid, *answered)),
        steps=(step_by_hand(node, f"stop-{wwid}", DO.fill(**names)),),
    )
