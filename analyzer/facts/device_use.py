"""What uses a block device, from everything that tells of it: mounts, swap, what stands on top, open files.

Input    sysfs; and the mount table of PID 1, lsblk, swap areas, open files, LVM, udev's links: each may be missing.
Output   by device; None where the capture that would tell is missing, or cannot tell.
A disk is used where one of its partitions is.  A pod's volume in Block mode is a bind mount of the device node itself:
its file system is that of /dev, and its root the node's name.
Source   proc_pid_mountinfo(5); Documentation/admin-guide/devices.txt (sd: 16 minors a disk).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.facts import Span
from analyzer.facts.block import (
    BlockDevice,
    BlockDevices,
    LinksById,
    LsblkDevices,
    Opener,
    Openers,
    PhysicalVolumes,
    SwapAreas,
)
from analyzer.facts.host import Mount, Mounts

LVM_LINK = "lvm-pv-uuid-"
DEV_FILE_SYSTEMS = ("devtmpfs", "tmpfs")
SD_MAJORS = frozenset({8, *range(65, 72), *range(128, 136)})
SD_MINORS = 16  # a disk and its partitions

_NAMED = re.compile(r"/dev/(?!disk/)")
_NUMBERS = re.compile(r"([0-9]+):([0-9]+)")


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """The captures; None where one was not learned."""

    blocks: BlockDevices
    lsblk: LsblkDevices | None
    mounts: Mounts | None
    swaps: SwapAreas | None
    openers: Openers | None
    physical: PhysicalVolumes | None = None
    links: LinksById | None = None

    def volume_groups_of(self, device: BlockDevice) -> tuple[Span, ...]:
        """What shows that LVM has the device, active or not: pvs, and udev's name of a physical volume."""
        found = [one.span for one in (self.physical.volumes if self.physical else ()) if _is_node(one.device, device)]
        links = (one for one in (self.links.links if self.links else ()) if one.name.startswith(LVM_LINK))
        return (*found, *(link.span for link in links if _is_node(f"/dev/{link.target}", device)))

    def mounts_of(self, device: BlockDevice) -> tuple[Mount, ...] | None:
        if self.mounts is None:
            return None
        found = tuple(mount for mount in self.mounts.mounts if _is_mount_of(mount, device))
        riddles = [self._mounted(mount) for mount in self.mounts.mounts if _is_riddle(mount)]
        found += tuple(mount for mount, owners in riddles if device.name in owners)
        return None if not found and any(not owners for _, owners in riddles) else found

    def _mounted(self, mount: Mount) -> tuple[Mount, frozenset[str]]:
        """The disks and maps that lsblk shows at this mount point: the file system's, or that of their partition."""
        devices = self.lsblk.devices if self.lsblk else ()
        owners = {one for one in devices if mount.mount_point in one.mount_points}
        return mount, frozenset(name for one in owners for name in (one.kname, one.parent or one.kname))

    def is_swap(self, device: BlockDevice) -> bool | None:
        return None if self.swaps is None else any(_is_node(area.device, device) for area in self.swaps.areas)

    def holders_of(self, device: BlockDevice) -> tuple[str, ...]:
        """What stands on the device, and on its partitions: those have no holders of their own in sysfs."""
        above = (
            one.name
            for one in self.blocks.devices
            if any(_is_partition(slave, device.name) for slave in one.slaves) and one.name not in device.holders
        )
        return (*device.holders, *above)

    def openers_of(self, device: BlockDevice) -> tuple[Opener, ...] | None:
        if self.openers is None:
            return None
        # udev may have made the node anew since: "/dev/dm-1 (deleted)" is the same device
        return tuple(one for one in self.openers.openers if _is_node(one.device.removesuffix(" (deleted)"), device))


def _is_mount_of(mount: Mount, device: BlockDevice) -> bool:
    if mount.fs_type in DEV_FILE_SYSTEMS:
        return mount.root != "/" and _is_node(f"/dev{mount.root}", device)
    return _is_number(mount.dev_t, device.dev_t or "") or _is_node(mount.source, device)


def _is_number(found: str, wanted: str) -> bool:
    """The same number, or that of a partition of this disk."""
    if found == wanted:
        return True
    one, other = _NUMBERS.fullmatch(found), _NUMBERS.fullmatch(wanted)
    if one is None or other is None or one[1] != other[1] or int(one[1]) not in SD_MAJORS:
        return False
    return int(other[2]) % SD_MINORS == 0 and int(one[2]) // SD_MINORS == int(other[2]) // SD_MINORS


def _is_node(path: str, device: BlockDevice) -> bool:
    """`/dev/sdb`, `/dev/sdb1`, `/dev/dm-3`, `/dev/mapper/mpathb`."""
    name = path.removeprefix("/dev/")
    if name == path:
        return False
    return name in (device.name, f"mapper/{device.dm_name}") or _is_partition(name, device.name)


def _is_partition(name: str, disk: str) -> bool:
    rest = name.removeprefix(disk)
    return rest != name and rest.isdigit() and disk.startswith("sd")


def _is_riddle(mount: Mount) -> bool:
    """A file system without a device number of its own (btrfs), by a link whose target is not known."""
    return mount.dev_t.startswith("0:") and mount.source.startswith("/dev/") and not _NAMED.match(mount.source)
