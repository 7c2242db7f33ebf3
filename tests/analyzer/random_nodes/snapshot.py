"""A truth as the captures of one collection, each probe with its own gap.

A probe that is lost may still have left words behind: a part of the truth, under a status that is no knowledge, or cut
off and marked so.  An empty answer under `collected` or `empty` is never told where there is something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from bundle.capture import Capture, ClusterSnapshot, NodeSnapshot, Status
from tests.analyzer.random_nodes import (
    told_by_block,
    told_by_cluster,
    told_by_host,
    told_by_multipath,
    told_by_scsi,
    told_by_transport,
)
from tests.analyzer.random_nodes.truth import Node

TELLERS: Mapping[str, Callable[[Node], str]] = {
    "host": told_by_host.host,
    "ps": told_by_host.ps,
    "block_openers": told_by_host.block_openers,
    "mountinfo": told_by_host.mountinfo,
    "swaps": told_by_host.swaps,
    "multipath_ll": told_by_multipath.multipath_ll,
    "multipathd_show_maps": told_by_multipath.show_maps,
    "multipathd_show_paths": told_by_multipath.show_paths,
    "dmsetup_info": told_by_block.dmsetup_info,
    "dmsetup_table": told_by_block.dmsetup_table,
    "dmsetup_status": told_by_block.dmsetup_status,
    "sysfs_block": told_by_block.sysfs_block,
    "disk_by_id": told_by_block.disk_by_id,
    "lsblk": told_by_block.lsblk,
    "lvm_pvs": told_by_block.lvm_pvs,
    "scsi_id": told_by_scsi.scsi_id,
    "sg_turs": told_by_scsi.sg_turs,
    "sg_luns": told_by_scsi.sg_luns,
    "sysfs_iscsi": told_by_transport.sysfs_iscsi,
    "iscsiadm_session": told_by_transport.iscsiadm_session,
    "sysfs_fc": told_by_transport.sysfs_fc,
    "driver_wwn_files": told_by_host.driver_wwn_files,
    "kernel_log": told_by_scsi.kernel_log,
}
SG_TOOLS = ("sg_turs", "sg_luns")
KINDS = ("nodes", "pods", "persistentvolumes", "persistentvolumeclaims", "volumeattachments")


class Loss(StrEnum):
    ABSENT = "absent"
    DENIED = "denied"
    TIMEOUT = "timeout"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    MISSING = "missing"  # not in the bundle at all
    CUT_OFF = "cut off"  # collected, and marked as truncated


Losses = Mapping[str, Loss]  # by probe or kind


def node_snapshot(node: Node, losses: Losses) -> NodeSnapshot:
    if not node.has_sg_tools:
        losses = {**losses, **dict.fromkeys(SG_TOOLS, Loss.ABSENT)}
    captures = [_capture(probe, tell(node), losses.get(probe)) for probe, tell in TELLERS.items()]
    return NodeSnapshot(node.name, tuple(one for one in captures if one is not None), address="192.0.2.11")


def cluster_snapshot(node: Node, losses: Losses) -> ClusterSnapshot:
    captures = [_capture(kind, text, losses.get(kind)) for kind, text in told_by_cluster.objects(node).items()]
    return ClusterSnapshot(tuple(one for one in captures if one is not None))


def _capture(probe: str, text: str, loss: Loss | None) -> Capture | None:
    if loss is Loss.MISSING:
        return None
    data = text.encode()
    if loss is None:
        return Capture(probe, Status.COLLECTED if data else Status.EMPTY, exit_code=0, out=data)
    part = b"".join(data.splitlines(keepends=True)[: text.count("\n") // 2])
    if loss is Loss.CUT_OFF:
        return Capture(probe, Status.COLLECTED, exit_code=0, truncated=True, out=part)
    return Capture(probe, Status(loss.value), exit_code=1, reason=f"{probe} was {loss}", out=part)
