"""What hides a LUN's use, or its life, only when it comes together: each on a node of one residual LUN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.analyzer.random_nodes.blueprint import Blueprint

COMBINED: Mapping[str, tuple[str, ...]] = {
    "another-disk-of-the-lun": ("alive elsewhere",),
    "pod-of-an-unknown-lun": ("pod here", "pv without wwn"),
    "other-driver-name": ("other driver name", "attached here", "no publish info", "pv without wwn", "staged"),
    "stuck-reader-counted-twice": ("stuck reader with two descriptors", "hidden"),
    "path-not-in-sysfs": ("late path",),
    "healed-while-asked": ("links healed meanwhile",),
    "scsi-id-crashed": ("scsi_id crashed",),
    "published-in-block-mode": ("published in block mode",),
    "mounted-by-uuid": ("no map", "mounted by uuid"),
    "held-partition": ("no map", "lvm on a partition"),
    "open-disk": ("no map", "open"),
}


def smallest(*bends: str) -> Iterator[Blueprint]:
    """One residual LUN, so bent; a few of its kind, since a seed may give it no map, or one path only."""
    return (Blueprint(seed, (True,), tuple((bend, 0) for bend in bends)) for seed in range(20))
