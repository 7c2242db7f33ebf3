"""Device-mapper devices as dmsetup prints them."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class DmDevice:
    """A line of `dmsetup info -c --separator "|"`; `uses` and `used_by` are device and dm names."""

    name: str
    uuid: str  # "mpath-3618c…", "LVM-…", "CRYPT-…", ""
    major: int
    minor: int
    open_count: int
    segments: int
    attr: str  # "L--w", "L-sw" when suspended
    suspended: bool
    dm: str  # "dm-3"
    uses: tuple[str, ...]  # ("sdd", "sda")
    used_by: tuple[str, ...]  # dm names on top of it
    span: Span

    @property
    def dev_t(self) -> str:
        return f"{self.major}:{self.minor}"

    @property
    def wwid(self) -> str | None:
        """The WWID of a multipath map; None for another kind of device."""
        return self.uuid.removeprefix("mpath-") if self.uuid.startswith("mpath-") else None


@dataclass(frozen=True, slots=True)
class DmDevices:
    devices: tuple[DmDevice, ...]


@dataclass(frozen=True, slots=True)
class DmTable:
    """A line of `dmsetup table`; `arguments` follow the target's name."""

    name: str
    start_sectors: int
    length_sectors: int
    target: str  # multipath, linear, crypt, ...
    arguments: tuple[str, ...]
    span: Span

    @property
    def queues(self) -> bool:
        return "queue_if_no_path" in self.arguments


@dataclass(frozen=True, slots=True)
class DmTables:
    tables: tuple[DmTable, ...]


@dataclass(frozen=True, slots=True)
class DmStatus:
    """A line of `dmsetup status`; `path_states` are (dev_t, "A" or "F") of a multipath target, else empty."""

    name: str
    target: str
    path_states: tuple[tuple[str, str], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class DmStatuses:
    statuses: tuple[DmStatus, ...]
