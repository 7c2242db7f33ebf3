"""A node's SCSI disks and multipath maps, joined from all that was asked about them.

Names (`sdX`, `dm-N`, aliases) join captures of one moment only; what is said later is said of WWIDs.  A witness that is
not known stays None: the join never fills a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analyzer.facts import Span
from analyzer.facts.block import BlockDevice, LiveIdentity, Opener, UnitState
from analyzer.facts.device_mapper import DmDevice
from analyzer.facts.host import Mount
from analyzer.facts.multipath import DaemonMap, MultipathMap, Path


class Transport(StrEnum):
    """Whether the way to the array works: the iSCSI session, or the Fibre Channel port and its remote port."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"  # no such transport known for this disk, or not learned


class DiskState(StrEnum):
    """What a disk is, judged by its transport and its own live answer, never by the path state alone."""

    ALIVE = "alive"  # answers INQUIRY with the identity sysfs remembers
    OTHER_LUN = "other-lun"  # answers with another identity: the LUN id was given to another volume
    GONE = "gone"  # transport up, device running, and the array refuses INQUIRY: the LUN was taken away
    UNREACHABLE = "unreachable"  # transport down, or the device blocked or offline
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Disk:
    """A SCSI disk.  `refusals` are lines by which the array itself denies the LUN: sense 25/00, or REPORT LUNS.

    Captures are taken within seconds, not at once: a disk that was silent in an outage, whose session was back when it
    was asked, looks like one whose LUN is gone.  `way_was_up` rules that out.
    """

    device: BlockDevice
    state: DiskState
    transport: Transport
    transport_spans: tuple[Span, ...]
    target: str | None  # the array's port: IQN of the session, or WWPN without 0x
    live: LiveIdentity | None
    unit: UnitState | None
    refusals: tuple[Span, ...]
    kernel_state: str | None  # "A" or "F" in `dmsetup status`
    kernel_span: Span | None
    path: Path | None  # as `multipath -ll` prints it
    mounts: tuple[Mount, ...] | None  # None: the mount table is unknown
    is_swap: bool | None
    openers: tuple[Opener, ...] | None = ()  # None: not known
    way_was_up: tuple[Span, ...] = ()  # what shows that the way to the array worked when the disk gave no answer
    volume_groups: tuple[Span, ...] = ()  # what shows that LVM has it

    @property
    def name(self) -> str:
        return self.device.name

    @property
    def wwid(self) -> str | None:
        """The remembered identity in multipath's spelling, `3…` for an NAA WWID, else verbatim."""
        wwid = self.device.wwid
        return f"3{wwid.removeprefix('naa.')}" if wwid is not None and wwid.startswith("naa.") else wwid

    @property
    def is_usable(self) -> bool:
        """A path I/O can take now: the kernel has not failed it, its checker is content, its transport not down."""
        checker_content = self.path is None or self.path.checker_state in ("ready", "ghost", "undef")
        return self.kernel_state != "F" and checker_content and self.state in (DiskState.ALIVE, DiskState.UNKNOWN)

    @property
    def has_failed_twice(self) -> bool:
        """Failed for the path checker (`multipath -ll`) and for the kernel (`dmsetup status`): two witnesses."""
        return (
            self.kernel_state == "F"
            and self.path is not None
            and self.path.dm_state == "failed"
            and self.path.checker_state in ("faulty", "down")
        )


@dataclass(frozen=True, slots=True)
class StorageMap:
    """A multipath map of this node, known by its WWID.  None where a witness is missing."""

    wwid: str
    device: BlockDevice  # the dm device in sysfs
    dm: DmDevice | None  # dmsetup info
    printed: MultipathMap | None  # multipath -ll
    daemon: DaemonMap | None  # multipathd
    disks: tuple[Disk, ...]  # its slaves in sysfs
    queues: bool | None
    queue_spans: tuple[Span, ...]
    mounts: tuple[Mount, ...] | None  # None: the mount table is unknown
    openers: tuple[Opener, ...] | None
    stuck_openers: tuple[Opener, ...]  # those in uninterruptible sleep
    is_swap: bool | None
    unseen: tuple[str, ...] = ()  # paths that some witness shows, and whose disks sysfs does not
    volume_groups: tuple[Span, ...] = ()  # what shows that LVM has it

    @property
    def other_names(self) -> tuple[str, ...]:
        """What other witnesses call the map with this WWID: names move from map to map."""
        named = (one.name for one in (self.printed, self.dm) if one is not None)
        return tuple(dict.fromkeys(name for name in named if name not in (self.name, self.wwid)))

    @property
    def strange_disks(self) -> tuple[Disk, ...]:
        """Paths that remember another WWID than the map's."""
        return tuple(disk for disk in self.disks if disk.wwid != self.wwid)

    @property
    def name(self) -> str:
        return self.device.dm_name or self.device.name

    @property
    def is_usable(self) -> bool:
        return any(disk.is_usable for disk in self.disks) or any(
            map(self._works, self.printed.paths if self.printed else ())
        )

    def _works(self, path: Path) -> bool:
        """A path printed as working whose disk sysfs does not show: it came meanwhile."""
        return path.device in self.unseen and path.dm_state == "active" and path.checker_state in ("ready", "ghost")

    @property
    def subject(self) -> str:
        return f"wwid:{self.wwid}"


@dataclass(frozen=True, slots=True)
class NodeStorage:
    """All multipath maps over SCSI disks, and the disks that no map holds, in the order sysfs lists them."""

    maps: tuple[StorageMap, ...]
    bare_disks: tuple[Disk, ...]

    @property
    def disks(self) -> tuple[Disk, ...]:
        """Every disk once."""
        return (*(disk for storage_map in self.maps for disk in storage_map.disks), *self.bare_disks)
