"""The driver's volumes that are mounted here with a file system of their own, each with the device below it.

A device's name joins what was seen of one boot only; what is said later is said of the volume.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from analyzer.facts import Unknown
from analyzer.facts.block import BlockDevices
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes, Pod, Pods
from analyzer.facts.device_mapper import DmDevices
from analyzer.facts.driver import Driver, driver_names
from analyzer.facts.host import Mount, Mounts

EXT, XFS = ("ext2", "ext3", "ext4"), ("xfs",)

_OF_POD = re.compile(r"/pods/(?P<uid>[^/]+)/volumes/kubernetes\.io~csi/(?P<pv>[^/]+)/mount$")
_STAGED = re.compile(r"/plugins/kubernetes\.io/csi/(?P<owner>[^/]+)/(?P<name>[^/]+)/globalmount$")


@dataclass(frozen=True, slots=True)
class VolumeMount:
    """A volume and all its mounts on this node; `volume` is None while the cluster's PVs are not known."""

    pv: str
    volume: PersistentVolume | None
    mounts: tuple[Mount, ...]
    device: str | None  # the kernel's name: dm-2, sdb, nvme0n1; None: it cannot be told

    @property
    def is_xfs(self) -> bool:
        return self.mounts[0].fs_type in XFS

    @property
    def is_asked_read_only(self) -> bool:
        """The PV itself may only be read."""
        if self.volume is None:
            return False
        modes = self.volume.access_modes
        return self.volume.read_only or modes == ("ReadOnlyMany",) or "ro" in self.volume.mount_options


def volume_mounts(
    mounts: Mounts,
    volumes: PersistentVolumes | Unknown,
    driver: Driver | Unknown,
    blocks: BlockDevices | Unknown,
    dms: DmDevices | Unknown,
) -> Iterator[VolumeMount]:
    """In the order mounted."""
    names = driver_names(driver)
    known = {} if isinstance(volumes, Unknown) else {one.name: one for one in volumes.items}
    hashed = {sha256(one.volume_handle.encode()).hexdigest(): one.name for one in known.values()}
    by_pv: dict[str, list[Mount]] = {}
    for mount in mounts.mounts:
        if mount.fs_type in (*EXT, *XFS) and (pv := _pv_of(mount.mount_point, hashed)):
            by_pv.setdefault(pv, []).append(mount)
    for pv, found in by_pv.items():
        volume = known.get(pv)
        if volume.driver in names if volume else _is_staged_by(names, found[0].dev_t, mounts):
            yield VolumeMount(pv, volume, tuple(found), _device(found[0], blocks, dms))


def pods_of(mounted: VolumeMount, node: str, pods: Pods | Unknown) -> tuple[Pod, ...] | None:
    """The pods on this node that claim the volume; None while that is not known."""
    if isinstance(pods, Unknown) or mounted.volume is None:
        return None
    claim = mounted.volume.claim_namespace, mounted.volume.claim_name
    here = (pod for pod in pods.items if pod.node == node and not pod.is_finished)
    return tuple(pod for pod in here if pod.namespace == claim[0] and claim[1] in pod.claims)


def _pv_of(mount_point: str, hashed: dict[str, str]) -> str:
    if match := _OF_POD.search(mount_point):
        return match["pv"]
    if match := _STAGED.search(mount_point):
        return match["name"] if match["owner"] == "pv" else hashed.get(match["name"], "")
    return ""


def _is_staged_by(drivers: frozenset[str] | set[str], dev_t: str, mounts: Mounts) -> bool:
    """Without PVs the folder that the kubelet staged it in names its driver."""
    staged = (_STAGED.search(one.mount_point) for one in mounts.mounts if one.dev_t == dev_t)
    return any(match["owner"] in drivers for match in staged if match)


def _device(mount: Mount, blocks: BlockDevices | Unknown, dms: DmDevices | Unknown) -> str | None:
    for device in () if isinstance(blocks, Unknown) else blocks.devices:
        if device.dev_t == mount.dev_t:
            return device.name
    for dm in () if isinstance(dms, Unknown) else dms.devices:
        if dm.dev_t == mount.dev_t:
            return dm.dm
    name = mount.source.removeprefix("/dev/")
    return name if name != mount.source and "/" not in name else None
