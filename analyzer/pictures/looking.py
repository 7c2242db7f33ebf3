"""A node's facts -> `Sight`: the devices of all LUNs on it, with paths and mounts, and the mounts of shares.

Input    the facts of one node; each may be `Unknown`, and is then a gap.
Output   the volumes in the order of their identities.
How      a path's state is that of its disk: what answered when it was asked goes before what multipath prints.  An
         NVMe namespace is known by its EUI or NGUID; its paths are the controllers of the subsystem it is named after.
Source   drivers/nvme/host/multipath.c, nvme_mpath_set_disk_name: `nvme<subsystem>n<namespace>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from analyzer.facts import Unknown
from analyzer.facts.block import BlockDevice, BlockDevices, LinksById, LiveIdentities, LsblkDevices, PhysicalVolumes
from analyzer.facts.device_use import DeviceUse
from analyzer.facts.host import Host, Mount, Mounts, PortalChecks
from analyzer.facts.multipath import MultipathMap, MultipathMaps
from analyzer.facts.storage import NodeStorage
from analyzer.facts.transport import AdmSessions, NvmeControllers
from analyzer.facts.ultrapath import VirtualLuns
from analyzer.pictures import scsi
from analyzer.pictures.parts import (
    Aspect,
    DevicePart,
    Gap,
    Kind,
    MountPart,
    Part,
    PathPart,
    Remark,
    State,
    Use,
    What,
)
from analyzer.pictures.sight import SeenVolume, Sight
from analyzer.sparing import spared
from bundle.capture import Status

T = TypeVar("T")
Facts = Mapping[type, object]

NFS = ("nfs", "nfs4")
LIVE = "live"  # of an NVMe controller: it works
_NAMESPACE = re.compile(r"nvme([0-9]+)n[0-9]+")
_PV = re.compile(r"/(?:volumes/kubernetes\.io~csi|csi/pv|volumeDevices/publish)/([^/]+)")
_STAGED = re.compile(r"/plugins/kubernetes\.io/csi/")
_PUBLISHED = re.compile(r"/volumes/kubernetes\.io~csi/|/volumeDevices/")
# what tells of an aspect
_TOLD_BY = ((Aspect.DEVICES, NodeStorage), (Aspect.MAPS, MultipathMaps), (Aspect.MOUNTS, Mounts))


def sight_of(facts: Facts) -> bytes:
    """Packed.  What cannot be told or packed (half a surrogate pair in a name) is a gap: a stranger's file may not
    take the verdict down."""
    nothing = Sight("", (), (), (Gap(Aspect.NODE, "", Status.FAILED),))
    return spared(lambda: look(facts).pack(), lambda _: nothing.pack())


def look(facts: Facts) -> Sight:
    host = known(facts, Host)
    volumes = sorted((*_block(facts), *_shares(facts)), key=lambda one: (one.wwns, one.names, one.share))
    return Sight(host.boot_id if host else "", tuple(volumes), tuple(_portals(facts)), tuple(_gaps(facts)))


def known(facts: Facts, kind: type[T]) -> T | None:
    value = facts.get(kind)
    return value if isinstance(value, kind) else None


def _block(facts: Facts) -> Iterator[SeenVolume]:
    virtual, storage, printed = known(facts, VirtualLuns), known(facts, NodeStorage), known(facts, MultipathMaps)
    if virtual is not None:
        yield from _ultrapath(virtual, storage)
    own = {lun.disk for lun in virtual.luns} if virtual is not None else set()
    if storage is not None:
        sessions = known(facts, AdmSessions)
        portals = {f"session{one.sid}": one.portal.partition(",")[0] for one in sessions.sessions} if sessions else {}
        for storage_map in storage.maps:
            yield _seen(scsi.map_part(storage_map, portals), storage_map.mounts or (), scsi.answers(storage_map.disks))
        for wwid, disks in scsi.bare(disk for disk in storage.bare_disks if disk.name not in own):
            mounts = tuple(mount for disk in disks for mount in disk.mounts or ())
            yield _seen(scsi.bare_part(wwid, disks, portals), mounts, scsi.answers(disks))
    yield from _namespaces(facts)
    for one in _elsewhere(printed, storage):
        yield _seen(scsi.printed_part(one), _mounts_of_map(one, facts), ())


def _elsewhere(printed: MultipathMaps | None, storage: NodeStorage | None) -> Iterator[MultipathMap]:
    """Maps that only `multipath -ll` shows: over NVMe, or where sysfs is not known."""
    joined = {one.wwid for one in storage.maps} if storage is not None else set()
    return (one for one in (printed.maps if printed else ()) if one.wwid not in joined)


def _mounts_of_map(printed: MultipathMap, facts: Facts) -> tuple[Mount, ...]:
    blocks = known(facts, BlockDevices)
    if blocks is None:
        return ()
    use, uuid = _device_use(facts, blocks), f"mpath-{printed.wwid}"
    return tuple(mount for one in blocks.devices if one.dm_uuid == uuid for mount in use.mounts_of(one) or ())


def _seen(device: DevicePart, mounts: Iterable[Mount], answering: Iterable[str]) -> SeenVolume:
    parts = tuple(mount_part(mount, device.part) for mount in mounts)
    wwns = dict.fromkeys(map(plain, (device.wwid, *answering)))
    return SeenVolume(tuple(wwns), tuple(_names(parts)), device, parts)


def plain(wwid: str) -> str:
    """A WWID as the driver spells it: without multipath's 3, and without the type of an NVMe identifier."""
    if wwid.startswith("eui."):
        return wwid.removeprefix("eui.")
    return wwid[1:] if wwid.startswith("3") and len(wwid) in (17, 33) else wwid


def mount_part(mount: Mount, device: Part | None = None) -> MountPart:
    """From a device that is not alive, what is mounted is not either."""
    remarks: list[Remark] = []
    state = State.ALIVE
    if "ro" in (*mount.options, *mount.super_options):
        state, remarks = State.WRONG, [Remark(What.READ_ONLY)]
    if device is not None and device.state is State.DEAD:
        state, remarks = State.DEAD, [Remark(What.ON_DEAD), *remarks]
    return MountPart(_use(mount.mount_point), Part(mount.mount_point, state, tuple(remarks)))


def _use(mount_point: str) -> Use:
    if _PUBLISHED.search(mount_point):
        return Use.PUBLISH
    return Use.STAGE if _STAGED.search(mount_point) else Use.OTHER


def _names(mounts: Iterable[MountPart]) -> Iterator[str]:
    found = (_PV.search(mount.part.name) for mount in mounts)
    return iter(sorted({match[1] for match in found if match}))


def _ultrapath(virtual: VirtualLuns, storage: NodeStorage | None) -> Iterator[SeenVolume]:
    """UltraPath's own list; what is mounted is told by the disk it shows."""
    disks = {disk.name: disk for disk in storage.disks} if storage is not None else {}
    for lun in virtual.luns:
        state = State.DEAD if lun.is_deleted or lun.has_failed else State.ALIVE
        state = State.WRONG if state is State.ALIVE and lun.status != "Normal" else state
        remarks = [Remark(What.STATE, lun.status)] if lun.status != "Normal" else []
        remarks += [Remark(What.DELETED)] if lun.is_deleted else []
        part = Part(lun.disk, state, (*remarks, Remark(What.PATHS, lun.paths)))
        device = DevicePart(Kind.ULTRAPATH, part, lun.wwn, lun.name)
        disk = disks.get(lun.disk)
        yield _seen(device, disk.mounts or () if disk else (), ())


def _namespaces(facts: Facts) -> Iterator[SeenVolume]:
    """NVMe namespaces that no map holds: the kernel joins their paths itself."""
    blocks, controllers = known(facts, BlockDevices), known(facts, NvmeControllers)
    named = [(one, _NAMESPACE.fullmatch(one.name)) for one in (blocks.devices if blocks else ())]
    use = _device_use(facts, blocks) if any(match for _, match in named) and blocks else None
    for device, match in named:
        if match is None or use is None or not device.wwid or device.holders:
            continue
        paths = tuple(_controllers(controllers, f"nvme-subsys{match[1]}"))
        part = DevicePart(Kind.NVME, _of_namespace(device, paths), device.wwid, "", paths)
        yield _seen(part, use.mounts_of(device) or (), ())


def _of_namespace(device: BlockDevice, paths: tuple[PathPart, ...]) -> Part:
    dead = [path for path in paths if path.part.state is State.DEAD]
    if not paths:
        return Part(device.name, State.UNKNOWN)
    if len(dead) == len(paths):
        return Part(device.name, State.DEAD, (Remark(What.NO_USABLE_PATH),))
    if dead:
        return Part(device.name, State.WRONG, (Remark(What.DEGRADED, f"{len(paths) - len(dead)}/{len(paths)}"),))
    return Part(device.name, State.ALIVE)


def _controllers(found: NvmeControllers | None, subsystem: str) -> Iterator[PathPart]:
    for one in found.controllers if found else ():
        if one.subsystem == subsystem:
            state = State.ALIVE if one.state == LIVE else State.DEAD if one.state else State.UNKNOWN
            remarks = (Remark(What.STATE, one.state),) if one.state not in ("", LIVE) else ()
            yield PathPart(Part(one.name, state, remarks), target=f"{one.transport} {one.address}".strip())


def _device_use(facts: Facts, blocks: BlockDevices) -> DeviceUse:
    lsblk, mounts, physical = known(facts, LsblkDevices), known(facts, Mounts), known(facts, PhysicalVolumes)
    return DeviceUse(blocks, lsblk, mounts, None, None, physical, known(facts, LinksById))


def _shares(facts: Facts) -> Iterator[SeenVolume]:
    mounts = known(facts, Mounts)
    found: dict[str, list[Mount]] = {}
    for mount in mounts.mounts if mounts else ():
        if mount.fs_type in NFS:
            found.setdefault(mount.source, []).append(mount)
    for share, its in found.items():
        parts = tuple(mount_part(mount) for mount in its)
        names = sorted({*_names(parts), share.rpartition("/")[2]} - {""})
        yield SeenVolume((), tuple(names), None, parts, share)


def _portals(facts: Facts) -> Iterator[Part]:
    checks = known(facts, PortalChecks)
    for check in checks.checks if checks else ():
        state = State.UNKNOWN if check.tcp is None else State.ALIVE if check.tcp else State.DEAD
        remarks = (Remark(What.NO_ANSWER),) if state is State.DEAD else ()
        yield Part(f"{check.address}:{check.port}", state, remarks)


def _gaps(facts: Facts) -> Iterator[Gap]:
    gaps = [Gap(aspect, why.probe, why.status) for aspect, why in _unknown(facts)]
    if len(gaps) == len(_TOLD_BY) and all(gap.status is Status.UNREACHABLE for gap in gaps):
        yield Gap(Aspect.NODE, "", Status.UNREACHABLE)
        return
    yield from gaps
    yield from _gaps_of_tools(facts)


def _unknown(facts: Facts) -> Iterator[tuple[Aspect, Unknown]]:
    for aspect, kind in _TOLD_BY:
        if isinstance(why := facts.get(kind), Unknown):
            yield aspect, why


def _gaps_of_tools(facts: Facts) -> Iterator[Gap]:
    """What is told by a tool that need not be there: where it is absent, there is nothing that it would tell."""
    for aspect, kind in ((Aspect.IDENTITIES, LiveIdentities), (Aspect.ULTRAPATH, VirtualLuns)):
        why = facts.get(kind)
        if isinstance(why, Unknown) and (aspect is Aspect.IDENTITIES or why.status is not Status.ABSENT):
            yield Gap(aspect, why.probe, why.status)
