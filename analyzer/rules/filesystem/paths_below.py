"""Whether I/O gets through to the LUN below a mounted volume."""

from __future__ import annotations

from enum import StrEnum

from analyzer.facts import Unknown
from analyzer.facts.storage import Disk, DiskState, NodeStorage


class Below(StrEnum):
    WORKS = "works"
    FAILING = "failing"
    NOT_THIS_LUN = "not-this-lun"  # taken away, or replaced by another: other rules tell
    UNKNOWN = "unknown"


def below(device: str | None, storage: NodeStorage | Unknown) -> Below:
    if isinstance(storage, Unknown) or device is None:
        return Below.UNKNOWN
    for storage_map in storage.maps:
        if storage_map.device.name == device:
            if not storage_map.disks:
                return Below.NOT_THIS_LUN
            return _state(storage_map.disks)
    return _state(tuple(disk for disk in storage.disks if disk.name == device))


def _state(disks: tuple[Disk, ...]) -> Below:
    states = {disk.state for disk in disks}
    if not disks:
        return Below.UNKNOWN  # over NVMe, or not listed
    if DiskState.OTHER_LUN in states or states == {DiskState.GONE}:
        return Below.NOT_THIS_LUN
    return Below.WORKS if any(disk.is_usable for disk in disks) else Below.FAILING
