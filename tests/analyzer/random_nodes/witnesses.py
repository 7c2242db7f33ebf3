"""Which probes must have answered, and freshly, before the law of removal may be content with a LUN's removal.

Independent of the analyzer: from the truth and the losses alone.  `missing` gives what was not given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tests.analyzer.random_nodes.snapshot import Loss, Losses
from tests.analyzer.random_nodes.told_by_block import open_count
from tests.analyzer.random_nodes.told_by_scsi import logs_a_denial
from tests.analyzer.random_nodes.truth import Lun, Map, Node, Path, PathState, ScsiId

# always: who the host is, that nothing holds the device, what the cluster wants
ALWAYS = ("host", "sysfs_block", "mountinfo", "swaps", "nodes", "pods", "persistentvolumes", "volumeattachments")


def missing(node: Node, lun: Lun, losses: Losses, named: Collection[str] | None = None) -> set[str]:
    """`named`: the disks that a step is about, when it is about some of them only."""
    paths = [path for path in lun.paths if named is None or path.disk in named]
    return {*(probe for probe in ALWAYS if probe in losses), *_others(node, lun, paths, losses)}


def _others(node: Node, lun: Lun, paths: list[Path], losses: Losses) -> Iterator[str]:
    for path in paths:
        if "scsi_id" in losses or path.scsi_id is not ScsiId.ANSWERS:
            yield f"scsi_id of {path.disk}"
        if _all_lost(losses, ("sysfs_fc",) if path.link.is_fc else ("sysfs_iscsi", "iscsiadm_session")):
            yield f"transport of {path.disk}"
        if not _is_denied(node, path, losses) and (lun.map is None or not _has_working_neighbour(node, path, losses)):
            yield f"denial of {path.disk}"
    if lun.map is not None:
        yield from _of_map(lun, lun.map, losses)
    if not _shown_to_be_the_drivers(node, lun, losses):
        yield "that it is the driver's"


def _of_map(lun: Lun, over: Map, losses: Losses) -> Iterator[str]:
    if "multipath_ll" in losses or over.lags_in_multipath:
        yield "multipath_ll"
    if lun.paths and ("dmsetup_status" in losses or over.lags_in_kernel):
        yield "dmsetup_status"
    if "dmsetup_info" in losses:
        yield "dmsetup_info"
    if open_count(lun) and ("block_openers" in losses or "ps" in losses):
        yield "block_openers and ps"


def _is_denied(node: Node, path: Path, losses: Losses) -> bool:
    by_turs = node.has_sg_tools and "sg_turs" not in losses
    # a line that a log cut off does hold was printed
    by_log = losses.get("kernel_log") is not Loss.MISSING and logs_a_denial(node, path)
    neighbours = (other for lun in node.luns for other in lun.paths if other.link is path.link)
    by_report = (
        node.has_sg_tools and "sg_luns" not in losses and any(other.state is not PathState.GONE for other in neighbours)
    )
    return by_turs or by_log or by_report


def _has_working_neighbour(node: Node, path: Path, losses: Losses) -> bool:
    """Another LUN's path over the same link, seen to work by each witness: the link was up when it was asked."""
    if losses.keys() & {"scsi_id", "multipath_ll", "dmsetup_status"} or path.link.healed:
        return False
    others = (other for lun in node.luns if lun.map is not None for other in lun.paths if other.link is path.link)
    return any(
        other.in_map and not other.late and other.state is PathState.ALIVE and other.scsi_id is ScsiId.ANSWERS
        for other in others
    )


def _shown_to_be_the_drivers(_: Node, lun: Lun, losses: Losses) -> bool:
    by_object = lun.wanted.is_csi and (_listed_with_wwn(lun) or _published(lun))
    return by_object or (lun.wanted.staged and "driver_wwn_files" not in losses)


def _listed_with_wwn(lun: Lun) -> bool:
    return lun.wanted.pv_listed and lun.wanted.pv_names_wwn


def _published(lun: Lun) -> bool:
    return lun.wanted.attached.value != "nowhere" and lun.wanted.publish_info


def _all_lost(losses: Losses, probes: Collection[str]) -> bool:
    return all(probe in losses for probe in probes)
