"""SCSI disks and the maps over them, as parts of a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from analyzer.facts.multipath import MultipathMap, Path
from analyzer.facts.storage import Disk, DiskState, StorageMap
from analyzer.pictures.parts import DevicePart, Kind, Part, PathPart, Remark, State, What

WORKING = ("ready", "ghost")


def map_part(storage_map: StorageMap, portals: Mapping[str, str]) -> DevicePart:
    paths = tuple(path_part(disk, portals) for disk in storage_map.disks)
    unseen = tuple(PathPart(Part(name, State.UNKNOWN, (Remark(What.NOT_SEEN),))) for name in storage_map.unseen)
    state, remarks = _of_map(storage_map, (*paths, *unseen))
    if storage_map.queues:
        remarks = (*remarks, Remark(What.QUEUES))
    if storage_map.device.dm_suspended or (storage_map.dm is not None and storage_map.dm.suspended):
        state, remarks = State.DEAD if state is State.DEAD else State.WRONG, (*remarks, Remark(What.SUSPENDED))
    part = Part(storage_map.name, state, remarks)
    return DevicePart(Kind.MAP, part, storage_map.wwid, storage_map.device.name, (*paths, *unseen))


def bare(disks: Iterable[Disk]) -> Iterator[tuple[str, tuple[Disk, ...]]]:
    """Disks that no map holds, by their WWID."""
    found: dict[str, list[Disk]] = {}
    for disk in disks:
        if disk.wwid:
            found.setdefault(disk.wwid, []).append(disk)
    return ((wwid, tuple(its)) for wwid, its in found.items())


def bare_part(wwid: str, disks: Sequence[Disk], portals: Mapping[str, str]) -> DevicePart:
    paths = tuple(path_part(disk, portals) for disk in disks)
    state, remarks = _of_paths(paths, disks)
    return DevicePart(Kind.DISK, Part("", state, (Remark(What.NO_MAP), *remarks)), wwid, "", paths)


def printed_part(printed: MultipathMap) -> DevicePart:
    """A map that only `multipath -ll` shows, with the states that it prints."""
    paths = tuple(_printed_path(path) for path in printed.paths)
    state, remarks = _of_paths(paths, ())
    queues = (Remark(What.QUEUES),) if printed.queues else ()
    part = Part(printed.name, state, (*remarks, *queues))
    return DevicePart(Kind.MAP, part, printed.wwid, printed.dm or "", paths)


def path_part(disk: Disk, portals: Mapping[str, str]) -> PathPart:
    array = disk.target or ""
    target = portals.get(disk.device.session or "") or array
    return PathPart(_of_disk(disk), disk.device.hctl or "", target, array, disk.transport)


def answers(disks: Iterable[Disk]) -> tuple[str, ...]:
    """The LUNs that answer through disks that remember another."""
    return tuple(sorted({disk.live.wwid for disk in disks if _is_other(disk) and disk.live and disk.live.wwid}))


def _is_other(disk: Disk) -> bool:
    return disk.state is DiskState.OTHER_LUN


def _of_disk(disk: Disk) -> Part:
    failed = _failed(disk)
    match disk.state:
        case DiskState.ALIVE:
            return Part(disk.name, State.WRONG if failed else State.ALIVE, failed)
        case DiskState.OTHER_LUN:
            wwid = disk.live.wwid if disk.live and disk.live.wwid else ""
            return Part(disk.name, State.WRONG, (Remark(What.READS_OTHER, wwid),))
        case DiskState.GONE:
            return Part(disk.name, State.DEAD, (Remark(What.TAKEN_AWAY), *failed))
        case DiskState.UNREACHABLE:
            return Part(disk.name, State.DEAD, (Remark(What.OUT_OF_REACH), *failed))
    if failed:
        return Part(disk.name, State.DEAD, failed)
    works = disk.path is not None and disk.path.checker_state in WORKING and disk.kernel_state != "F"
    return Part(disk.name, State.ALIVE if works else State.UNKNOWN)


def _failed(disk: Disk) -> tuple[Remark, ...]:
    """As multipath prints it; the kernel may know of it alone."""
    if disk.path is not None and not _works(disk.path):
        return (Remark(What.FAILED, _states(disk.path)),)
    return (Remark(What.FAILED, "dmsetup: F"),) if disk.kernel_state == "F" else ()


def _printed_path(path: Path) -> PathPart:
    name = path.device or path.dev_t or "?"
    states = (path.dm_state, path.checker_state)
    if _works(path):
        return PathPart(Part(name, State.ALIVE if path.checker_state in WORKING else State.UNKNOWN), path.hctl or "")
    state = State.UNKNOWN if set(states) <= {"undef"} else State.DEAD
    return PathPart(Part(name, state, (Remark(What.FAILED, _states(path)),)), path.hctl or "")


def _works(path: Path) -> bool:
    return path.dm_state in ("active", "undef") and path.checker_state in (*WORKING, "undef")


def _states(path: Path) -> str:
    return f"{path.dm_state} {path.checker_state} {path.device_state}"


def _of_map(storage_map: StorageMap, paths: Sequence[PathPart]) -> tuple[State, tuple[Remark, ...]]:
    if not paths:
        return State.DEAD, (Remark(What.NO_PATHS),)
    return _of_paths(paths, storage_map.disks)


def _of_paths(paths: Sequence[PathPart], disks: Sequence[Disk]) -> tuple[State, tuple[Remark, ...]]:
    """Of a device by all its paths: another LUN goes before everything, one working path before none."""
    if others := answers(disks):
        return State.WRONG, tuple(Remark(What.READS_OTHER, wwid) for wwid in others)
    working = sum(path.part.state is State.ALIVE for path in paths)
    if working:
        state = State.ALIVE if working == len(paths) else State.WRONG
        return state, () if state is State.ALIVE else (Remark(What.DEGRADED, f"{working}/{len(paths)}"),)
    if any(path.part.state in (State.UNKNOWN, State.WRONG) for path in paths):
        return _unsure(paths)
    states = {disk.state for disk in disks}
    reason = What.TAKEN_AWAY if states == {DiskState.GONE} else What.NO_USABLE_PATH
    reason = What.OUT_OF_REACH if states == {DiskState.UNREACHABLE} else reason
    return State.DEAD, (Remark(reason),)


def _unsure(paths: Sequence[PathPart]) -> tuple[State, tuple[Remark, ...]]:
    """No path is known to work: those that answer, and that multipath has failed, may take I/O again in a moment."""
    if any(path.part.state is State.WRONG for path in paths):
        return State.WRONG, (Remark(What.NO_USABLE_PATH),)
    return State.UNKNOWN, ()
