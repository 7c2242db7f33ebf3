"""Block devices as sysfs shows them, what each disk answers when asked, and what stands on top of them."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class BlockDevice:
    """`/sys/block/<name>`: an sd or dm device.  None where sysfs has no such attribute."""

    name: str  # "sdb", "dm-1"
    dev_t: str | None  # "8:16"
    size_bytes: int | None
    read_only: bool | None
    state: str | None  # running, offline, blocked, transport-offline, ...
    vendor: str | None  # trailing blanks removed
    model: str | None
    wwid: str | None  # verbatim: "naa.618cf…", "t10.ATA …", "eui.…"
    access_state: str | None  # active/optimized, unavailable, standby, ...
    hctl: str | None  # from the device's sysfs path
    session: str | None  # "session11", from the device's sysfs path
    holders: tuple[str, ...]
    slaves: tuple[str, ...]
    dm_name: str | None
    dm_uuid: str | None
    dm_suspended: bool | None
    span: Span  # the lines may lie apart: first and last line, and only the device's own lines as text


@dataclass(frozen=True, slots=True)
class BlockDevices:
    devices: tuple[BlockDevice, ...]


@dataclass(frozen=True, slots=True)
class LiveIdentity:
    """What `scsi_id` (INQUIRY, page 0x83) got from a disk now; `wwid` is None when it got no answer."""

    device: str  # "sdb"
    wwid: str | None  # "3618cf…", verbatim
    exit_code: int | None  # None: did not return within its limit
    span: Span


@dataclass(frozen=True, slots=True)
class LiveIdentities:
    identities: tuple[LiveIdentity, ...]


@dataclass(frozen=True, slots=True)
class UnitState:
    """The answer of one disk to TEST UNIT READY (`sg_turs -vv`)."""

    device: str
    ready: bool
    sense_key: str | None  # "Illegal Request"
    additional_sense: str | None  # "Logical unit not supported"
    error: str | None  # "No such device or address" when the device could not be opened
    exit_code: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class UnitStates:
    units: tuple[UnitState, ...]


@dataclass(frozen=True, slots=True)
class ReportedLuns:
    """REPORT LUNS asked through one disk (`sg_luns`); `luns` is None when it was refused."""

    device: str
    luns: tuple[int, ...] | None
    span: Span


@dataclass(frozen=True, slots=True)
class LunReports:
    reports: tuple[ReportedLuns, ...]


@dataclass(frozen=True, slots=True)
class DirectRead:
    """One block read past the cache from a map or disk that was thought dead."""

    device: str  # "/dev/mapper/mpathb", "/dev/sdb"
    exit_code: int | None  # None: still reading at the limit
    read_bytes: int
    span: Span


@dataclass(frozen=True, slots=True)
class DirectReads:
    reads: tuple[DirectRead, ...]


@dataclass(frozen=True, slots=True)
class DeviceLink:
    """A symbolic link of /dev/disk/by-id, /dev/disk/by-path or /dev/mapper."""

    name: str
    target: str  # "sdb", "dm-1"
    span: Span


@dataclass(frozen=True, slots=True)
class LinksById:
    links: tuple[DeviceLink, ...]


@dataclass(frozen=True, slots=True)
class LinksByPath:
    links: tuple[DeviceLink, ...]


@dataclass(frozen=True, slots=True)
class LsblkDevice:
    """One device of `lsblk -J`; a device with several parents appears once under each."""

    name: str
    kname: str
    parent: str | None  # kname
    kind: str  # disk, part, mpath, lvm, crypt, ...
    mount_points: tuple[str, ...]
    fs_type: str | None
    wwn: str | None
    state: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class LsblkDevices:
    devices: tuple[LsblkDevice, ...]


@dataclass(frozen=True, slots=True)
class PhysicalVolume:
    """An LVM physical volume and its volume group ("" when it is in none)."""

    device: str  # "/dev/mapper/mpathb"
    volume_group: str
    span: Span


@dataclass(frozen=True, slots=True)
class PhysicalVolumes:
    volumes: tuple[PhysicalVolume, ...]


@dataclass(frozen=True, slots=True)
class SwapArea:
    device: str
    span: Span


@dataclass(frozen=True, slots=True)
class SwapAreas:
    areas: tuple[SwapArea, ...]


@dataclass(frozen=True, slots=True)
class Opener:
    """A process with an open file descriptor on a block device."""

    pid: int
    device: str  # "/dev/dm-0", as the descriptor's link prints it
    command: str
    span: Span


@dataclass(frozen=True, slots=True)
class Openers:
    openers: tuple[Opener, ...]
