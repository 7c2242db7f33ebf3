"""Where the law of removal is known to be weaker than the truth, each with its smallest node.

`covers` tells which LUNs of a random node fall into the gap; for those nothing is asserted while it is open.  Close one
by making its test pass (it is expected to fail, strictly), and delete it here.  `guarded`: the guards, which ask the
node again just before a command acts, would refuse; where they would not, the law is all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from tests.analyzer.random_nodes.blueprint import Blueprint
from tests.analyzer.random_nodes.truth import Lun, Node, Path, Place, ScsiId, Use

Covers = Callable[[Node, Lun, Collection[str]], bool]  # and the disks that the step names


@dataclass(frozen=True, slots=True)
class Gap:
    name: str
    says: str
    guarded: bool
    bends: tuple[str, ...]  # of a node of one residual LUN
    covers: Covers


def smallest(*bends: str) -> Iterator[Blueprint]:
    """One residual LUN, so bent; a few of its kind, since a seed may give it no map, or one path only."""
    return (Blueprint(seed, (True,), tuple((bend, 0) for bend in bends)) for seed in range(20))


def open_gaps(node: Node, lun: Lun, named: Collection[str]) -> Iterator[Gap]:
    return (gap for gap in GAPS if gap.covers(node, lun, named))


def _path_not_in_sysfs(_: Node, lun: Lun, __: Collection[str]) -> bool:
    return any(path.late for path in lun.paths)


def _healed(_: Node, lun: Lun, __: Collection[str]) -> bool:
    return any(path.link.healed for path in lun.paths)


def _another_disk(_: Node, lun: Lun, named: Collection[str]) -> bool:
    """A disk of the LUN that no map holds, beside the map or beside another such disk."""
    if lun.map is not None:
        return any(not path.in_map for path in lun.paths)
    others = [path for path in lun.paths if path.disk not in named]
    return any(not _plainly_gone(path) for path in others) or (lun.paths[0] in others and bool(lun.uses))


def _plainly_gone(path: Path) -> bool:
    return path.is_gone and path.scsi_id is ScsiId.ANSWERS


def _crashed(_: Node, lun: Lun, __: Collection[str]) -> bool:
    return any(path.scsi_id is ScsiId.CRASHED for path in lun.paths)


def _published(_: Node, lun: Lun, __: Collection[str]) -> bool:
    return Use.PUBLISHED in lun.uses


def _bare_use(*uses: Use) -> Covers:
    return lambda _, lun, __: lun.map is None and bool(lun.uses.intersection(uses))


def _pod_of_unknown_lun(_: Node, lun: Lun, __: Collection[str]) -> bool:
    wanted = lun.wanted
    known = wanted.pv_listed and (wanted.pv_names_wwn or (wanted.attached is not Place.NOWHERE and wanted.publish_info))
    return wanted.pod is Place.HERE and not known


def _custom_driver(node: Node, lun: Lun, _: Collection[str]) -> bool:
    wanted = lun.wanted
    named = (wanted.pv_listed and wanted.pv_names_wwn) or wanted.publish_info
    return node.driver != "csi.huawei.com" and wanted.attached is Place.HERE and not named


def _counted_twice(_: Node, lun: Lun, __: Collection[str]) -> bool:
    return lun.stuck_twice and Use.HIDDEN in lun.uses


GAPS = (
    Gap(
        "another-disk-of-the-lun",
        "a disk is judged alone: another disk of its LUN, under no map, may be alive, out of reach, mounted or held",
        False,
        ("alive elsewhere",),
        _another_disk,
    ),
    Gap(
        "pod-of-an-unknown-lun",
        "a pod runs here with a claim whose PV, or its WWN, is not known: it may mean any LUN, and is no doubt",
        False,
        ("pod here", "pv without wwn"),
        _pod_of_unknown_lun,
    ),
    Gap(
        "other-driver-name",
        "an attachment here without publishInfo is no doubt when the driver has a name of its own and no PV a WWN",
        False,
        ("other driver name", "attached here", "no publish info", "pv without wwn", "staged"),
        _custom_driver,
    ),
    Gap(
        "stuck-reader-counted-twice",
        "descriptors are compared with openings: two of one opening hide another user; the queueing is stopped",
        False,  # the flush would be refused
        ("stuck reader with two descriptors", "hidden"),
        _counted_twice,
    ),
    Gap(
        "path-not-in-sysfs",
        "a path that multipath and dmsetup show, and whose disk sysfs did not list yet, is left out",
        True,
        ("late path",),
        _path_not_in_sysfs,
    ),
    Gap(
        "healed-while-asked",
        "for a map nothing need say that the array denies the LUN: an outage that ends meanwhile looks the same",
        True,
        ("links healed meanwhile",),
        _healed,
    ),
    Gap(
        "scsi-id-crashed",
        "any exit code of scsi_id but a late one counts as a refusal by the array; its own for that is 1",
        True,
        ("scsi_id crashed",),
        _crashed,
    ),
    Gap(
        "published-in-block-mode",
        "the bind mount of the device node itself, as a pod gets a volume in Block mode, is not seen as a mount",
        True,
        ("published in block mode",),
        _published,
    ),
    Gap(
        "mounted-by-uuid",
        "the mount of a disk by btrfs, or of its partition, whose source is no kernel name, is not seen",
        True,
        ("no map", "mounted by uuid"),
        _bare_use(Use.MOUNTED_BY_UUID, Use.PARTITION_BY_UUID),
    ),
    Gap(
        "held-partition",
        "what stands on a partition of a disk (LVM) is no holder of the disk in sysfs",
        True,
        ("no map", "lvm on a partition"),
        _bare_use(Use.PARTITION_LVM),
    ),
    Gap(
        "open-disk",
        "a process that has a disk open is not looked for",
        True,
        ("no map", "open"),
        _bare_use(Use.OPEN),
    ),
)
