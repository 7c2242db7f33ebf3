"""The law of removal: a map or a disk is removed only if the bundle proves all of it.

0  the host is known, so that the runbook can refuse another one, and every name has its strict form
1  the LUN was taken away, not merely out of reach: two independent witnesses
2  the cluster does not want its WWID on this node
3  nothing holds it: two independent witnesses
4  it is the array's, and the driver's

Input    a map or disk of `NodeStorage`, and what else the clauses ask for.
Output   `Removal`: the guarded steps, or the obstacles, each with the reading command that would settle it.
Order    stop queueing → flush the map → delete each path → confirm.  On a real kernel a flush of a queueing map hangs,
         and `kill -9` does not end it; deleting the paths of a map in use is accepted in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.bindings import Binding, Bindings
from analyzer.facts.host import DriverWwnFiles, Host, Mount
from analyzer.facts.identifiers import BootId, DiskName, Hctl, HostName, MapName, UnsafeValueError, Wwid
from analyzer.facts.storage import Disk, DiskState, NodeStorage, StorageMap
from analyzer.guards import PathIdentity
from analyzer.remedies import in_use, steps
from analyzer.remedies import obstacles as why
from analyzer.remedies.obstacles import Obstacle
from analyzer.remedies.steps import Queueing
from analyzer.runbook import Step

ARRAY_VENDOR = "HUAWEI"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the clauses need beside the device itself."""

    node: str
    host: Host | Unknown
    bindings: Bindings | Unknown
    staged: DriverWwnFiles | Unknown  # what the driver noted as staged on this node
    storage: NodeStorage

    @property
    def names(self) -> frozenset[str]:
        """What the cluster calls this node."""
        if isinstance(self.bindings, Unknown):
            return frozenset({self.node})
        return self.bindings.names(self.node, self.host.boot_id if isinstance(self.host, Host) else None)

    def wanting(self, wwid: str) -> tuple[Binding, ...]:
        """Objects of the cluster that tie the LUN to this node, and those that may."""
        if isinstance(self.bindings, Unknown):
            return ()
        sure = (one for one in self.bindings.of(wwid.removeprefix("3")) if one.node in self.names)
        doubts = (doubt for name in sorted(self.names) for doubt in self.bindings.doubts_on(name))
        known_as = {"", *self._known_as(wwid)}
        return (*sure, *(doubt for doubt in doubts if doubt.may_be in known_as))

    def _known_as(self, wwid: str) -> Iterator[str]:
        """The LUN's numbers and device names on this node."""
        for disk in self.storage.disks:
            if disk.wwid == wwid:
                yield from (f"dev:/dev/{disk.name}", f"lun:{(disk.device.hctl or '').rpartition(':')[2]}")
        for one in self.storage.maps:
            if one.wwid == wwid:
                yield from (f"dev:/dev/{one.device.name}", f"dev:/dev/mapper/{one.name}")


@dataclass(frozen=True, slots=True)
class Removal:
    """Either steps, or the obstacles that forbid them."""

    steps: tuple[Step, ...]
    obstacles: tuple[Obstacle, ...]


def remove_map(ground: Ground, dead: StorageMap) -> Removal:
    obstacles = (
        *_host_is_known(ground),
        *_map_was_taken_away(dead),
        *_rest_was_taken_away(ground, dead.wwid, dead.disks),
        *_is_not_wanted(ground, dead.wwid),
        *_map_is_free(dead),
        *_is_the_drivers(ground, dead.wwid, dead.disks, dead.printed.vendor if dead.printed else ""),
    )
    if obstacles:
        return Removal((), obstacles)
    try:
        wwid, name = Wwid(dead.wwid), MapName(dead.name)
        paths = tuple(_identity(disk) for disk in dead.disks)
    except UnsafeValueError as unsafe:
        return Removal((), (why.unsafe(str(unsafe)),))
    return Removal(tuple(steps.remove_map(ground.node, wwid, name, paths, _queueing(dead))), ())


def _queueing(dead: StorageMap) -> Queueing:
    if not dead.queues:
        return Queueing.OFF
    return Queueing.BY_DAEMON if dead.daemon is not None else Queueing.BY_KERNEL


def remove_disk(ground: Ground, dead: Disk) -> Removal:
    wwid = dead.wwid or ""
    obstacles = (
        *_host_is_known(ground),
        *_disk_was_taken_away(dead),
        *_rest_was_taken_away(ground, wwid, (dead,)),
        *_is_not_wanted(ground, wwid),
        *_disk_is_free(dead),
        *_is_the_drivers(ground, wwid, (dead,), ""),
    )
    if obstacles:
        return Removal((), obstacles)
    try:
        path = _identity(dead)
    except UnsafeValueError as unsafe:
        return Removal((), (why.unsafe(str(unsafe)),))
    return Removal(tuple(steps.remove_disk(ground.node, path)), ())


def _identity(disk: Disk) -> PathIdentity:
    return PathIdentity(DiskName(disk.name), Hctl(disk.device.hctl or ""), Wwid(disk.wwid or ""))


def _host_is_known(ground: Ground) -> Iterator[Obstacle]:
    if isinstance(ground.host, Unknown):
        yield why.unknown(ground.host)
        return
    try:
        HostName(ground.host.hostname)
        BootId(ground.host.boot_id)
    except UnsafeValueError as unsafe:
        yield why.unsafe(str(unsafe))


def _map_was_taken_away(dead: StorageMap) -> Iterator[Obstacle]:
    for disk in dead.disks:
        if disk.state is not DiskState.GONE:
            yield why.not_gone(disk)
        elif not disk.has_failed_twice:
            yield why.not_failed_twice(disk)
        elif not disk.refusals and not disk.way_was_up:
            yield why.may_have_healed(disk)
    for disk in dead.strange_disks:
        yield why.strange_path(disk, dead.wwid)
    if dead.other_names:
        yield why.other_name(dead.wwid, (dead.name, *dead.other_names))
    if dead.unseen:
        yield why.paths_unseen(dead.name, dead.unseen)
    elif not dead.disks and (dead.printed is None or any(dead.printed.paths)):
        yield why.no_path_seen(dead.wwid)


def _disk_was_taken_away(dead: Disk) -> Iterator[Obstacle]:
    if dead.state is not DiskState.GONE:
        yield why.not_gone(dead)
    elif not dead.refusals:
        yield why.no_refusal(dead)


def _rest_was_taken_away(ground: Ground, wwid: str, judged: tuple[Disk, ...]) -> Iterator[Obstacle]:
    """A LUN is gone only when no disk of it lives, and in use as long as any of them is."""
    for disk in ground.storage.disks:
        if disk not in judged and wwid in (disk.wwid, disk.live.wwid if disk.live else None):
            if disk.state is not DiskState.GONE:
                yield why.not_gone(disk)
            yield from _disk_is_free(disk)
    for other in ground.storage.maps:
        if other.wwid == wwid and not set(other.disks) & set(judged):
            yield from _map_is_free(other)


def _is_not_wanted(ground: Ground, wwid: str) -> Iterator[Obstacle]:
    bindings = ground.bindings
    if isinstance(bindings, Unknown):
        yield why.cluster_unknown(bindings)
        return
    boot_id = ground.host.boot_id if isinstance(ground.host, Host) else None
    if bindings.node(ground.node, boot_id) is None:
        yield why.not_a_cluster_node(ground.node)
    for binding in ground.wanting(wwid):
        yield why.wanted(binding) if binding.wwn else why.may_be_wanted(binding)


def _map_is_free(dead: StorageMap) -> Iterator[Obstacle]:
    yield from _nothing_on_top(dead.device.name, dead.device.holders, dead.mounts, dead.is_swap)
    if dead.volume_groups:
        yield in_use.physical_volume(dead.name)
    if dead.device.dm_suspended or (dead.dm is not None and dead.dm.suspended):
        yield in_use.suspended(dead.name)
    if dead.dm is None:
        yield in_use.open_count_unknown(dead.wwid)
    elif (dead.dm.open_count > 0 or dead.openers) and not _only_stuck_readers(dead):
        yield in_use.open_by(dead)
    for disk in dead.disks:
        yield from _is_not_open(disk)


def _only_stuck_readers(dead: StorageMap) -> bool:
    """Whether all that holds the map open is readers hanging in its queue: they end when the queueing does."""
    if not dead.queues or dead.dm is None or dead.openers != dead.stuck_openers:
        return False
    # a process may have several descriptors of one opening: nobody else may have it open, unseen
    return len({opener.pid for opener in dead.stuck_openers}) >= dead.dm.open_count


def _disk_is_free(dead: Disk) -> Iterator[Obstacle]:
    yield from _nothing_on_top(dead.name, dead.device.holders, dead.mounts, dead.is_swap)
    if dead.volume_groups:
        yield in_use.physical_volume(dead.name)
    if dead.openers is None:
        yield in_use.openers_unknown(dead.name)
    yield from _is_not_open(dead)


def _is_not_open(disk: Disk) -> Iterator[Obstacle]:
    openers = [one for one in disk.openers or () if one.command != "multipathd"]  # it lets go when the disk does
    if openers:
        yield in_use.disk_open_by(disk.name, openers)


def _nothing_on_top(
    name: str, holders: tuple[str, ...], mounts: tuple[Mount, ...] | None, is_swap: bool | None
) -> Iterator[Obstacle]:
    if holders:
        yield in_use.held(name, holders)
    if mounts is None:
        yield in_use.mounts_unknown(name)
    elif mounts:
        yield in_use.mounted(name, mounts)
    if is_swap is None:
        yield in_use.swap_unknown(name)
    elif is_swap:
        yield in_use.swap(name)


def _is_the_drivers(ground: Ground, wwid: str, disks: tuple[Disk, ...], printed_vendor: str) -> Iterator[Obstacle]:
    vendors = {disk.device.vendor or "" for disk in disks} or {printed_vendor}
    if vendors != {ARRAY_VENDOR}:
        yield why.foreign_vendor(vendors)
    bindings = ground.bindings
    if isinstance(bindings, Unknown):
        return  # an obstacle of its own already
    wwn = wwid.removeprefix("3")
    staged = ground.staged.files if isinstance(ground.staged, DriverWwnFiles) else ()
    if wwn not in bindings.known_wwns | {one.wwn for one in staged}:
        yield why.not_the_drivers(wwid)
