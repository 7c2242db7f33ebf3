"""The driver's note of a staged volume was left behind: the volume is neither attached here nor is a device of it left.

How we know
    A file `plugins/<driver>/disks/*.wwn` of the kubelet's folder names a WWN that no VolumeAttachment of this node and
    no pod on it wants, and no disk, map, NVMe namespace or UltraPath row of this node has.  The driver writes the file
    when it has staged a volume and deletes it when it has unstaged it: it never came to unstage this one.
Not reported here
    A note whose device is still there (residual-multipath-map, residual-scsi-disk, residual-ultrapath-disk).
False alarms
    A volume that is being detached just now.
Remedy
    None needed: the file does no harm.  If it is to go, it is deleted by hand.
Source
    eSDK_K8S_Plugin, utils/wwn_helper.go, V4.0.0 to v4.12.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.block import BlockDevices
from analyzer.facts.cluster import PersistentVolumes, VolumeAttachments
from analyzer.facts.host import DriverWwnFile, DriverWwnFiles, Host
from analyzer.facts.ultrapath import VirtualLuns
from analyzer.findings import Certainty, Evidence, Finding, Severity
from analyzer.rules import node_rule
from analyzer.texts import Text

NAME_LENGTH = 64  # of the volume handle the driver takes the last 64 characters

TITLE = Text(en="Note of a volume that is not here any more: {volume}", zh="已不在本节点的卷留下了记录：{volume}")
CAUSE = Text(
    en="The driver still has its note of {volume} (WWN {wwn}) on this node, but the volume is not attached here, and "
    "no device of it is left: it was never unstaged, most likely since the node failed. The device went with a reboot "
    "or a cleaning. The note does no harm; {path} may be deleted by hand.",
    zh="驱动在该节点上仍保留 {volume}（WWN {wwn}）的记录，但该卷并未挂载到本节点，也没有遗留设备："
    "驱动从未对其执行 unstage，多半是因为节点曾经故障，设备随后因重启或清理而消失。"
    "该记录没有危害；如需清理，可手工删除 {path}。",
)


@node_rule("wwn-file-leftover", Severity.INFO, Text(en="Note of a volume left behind", zh="残留的卷记录"))
def wwn_file_leftover(
    node: str,
    notes: DriverWwnFiles,
    blocks: BlockDevices,
    host: Host,
    bindings: Bindings,
    attachments: VolumeAttachments,
    volumes: PersistentVolumes,
    virtual: VirtualLuns | Unknown,
) -> Iterator[Finding]:
    if bindings.node(node, host.boot_id) is None or bindings.doubts_on(node):
        return
    rows = () if isinstance(virtual, Unknown) else virtual.luns
    present = {wwid for one in blocks.devices for wwid in (one.wwid, one.dm_uuid) if wwid} | {row.wwn for row in rows}
    wanted = _wanted(node, bindings, attachments, volumes)
    for note in notes.files:
        wwn = note.wwn.lower()
        if not any(wwn in one.lower() for one in present) and not {wwn, note.volume[-NAME_LENGTH:]} & wanted:
            yield _finding(node, note)


def _wanted(
    node: str, bindings: Bindings, attachments: VolumeAttachments, volumes: PersistentVolumes
) -> frozenset[str]:
    """WWNs, and ends of volume handles."""
    here = [one for one in attachments.items if one.node == node]
    infos = [one.publish_info for one in here if one.publish_info is not None]
    pvs = {one.pv for one in here} | {one.pv for one in bindings.bound if one.node == node}
    handles = {one.volume_handle[-NAME_LENGTH:] for one in volumes.items if one.name in pvs}
    wwns = {one.wwn for one in bindings.bound if one.node == node}
    return frozenset(handles | wwns | {one.lun_wwn for one in infos} | {one.lun_guid for one in infos})


def _finding(node: str, note: DriverWwnFile) -> Finding:
    return Finding(
        rule="wwn-file-leftover",
        severity=Severity.INFO,
        certainty=Certainty.CONFIRMED,
        nodes=(node,),
        subject=f"wwn:{note.wwn}",
        title=TITLE.fill(volume=note.volume),
        cause=CAUSE.fill(volume=note.volume, wwn=note.wwn, path=note.path),
        evidence=(Evidence.of(node, note.span),),
    )
