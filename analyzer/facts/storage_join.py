"""The join behind `NodeStorage`: a node's facts in, its disks and maps out.

Input    facts by type; each may be `Unknown`.
Output   `NodeStorage`, or the `Unknown` of `sysfs_block`, on which all stands.  Every other fact is one more witness,
         and its absence leaves that witness out.
Source   the truth of the real captures in samples/: every state told apart here was seen on a real kernel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from analyzer.facts import Span, Unknown
from analyzer.facts.block import (
    BlockDevice,
    BlockDevices,
    DirectReads,
    LinksById,
    LiveIdentities,
    LiveIdentity,
    LsblkDevices,
    LunReports,
    Opener,
    Openers,
    PhysicalVolumes,
    ReportedLuns,
    SwapAreas,
    UnitState,
    UnitStates,
)
from analyzer.facts.device_mapper import DmDevices, DmStatus, DmStatuses, DmTables
from analyzer.facts.device_use import DeviceUse
from analyzer.facts.host import Clock, Mounts, Processes
from analyzer.facts.logs import Signals
from analyzer.facts.multipath import DaemonMaps, MultipathMap, MultipathMaps
from analyzer.facts.storage import Disk, DiskState, NodeStorage, StorageMap, Transport
from analyzer.facts.transport import AdmSessions, FcPort, FcPorts, IscsiSessions
from analyzer.facts.way_up import WayUp
from bundle.capture import Status

T = TypeVar("T")

# access_state of a LUN that is there but not served on this path (SPC-4, asymmetric access states)
NOT_SERVED = ("unavailable", "standby", "transitioning", "offline")
# ASC/ASCQ 25/00: for this initiator there is no such LUN
LUN_NOT_SUPPORTED = "logical unit not supported"
_DEV_T = re.compile(r"[0-9]+:[0-9]+")

NO_IDENTITY = 1  # scsi_id: the disk was asked and gave none; any other code but 0 is a failure of its own


def assemble(facts: Mapping[type, object]) -> NodeStorage | Unknown:
    blocks = facts.get(BlockDevices)
    if isinstance(blocks, Unknown):
        return blocks
    if not isinstance(blocks, BlockDevices):
        return Unknown("sysfs_block", Status.ABSENT, "the bundle has no such capture")
    witnesses = _Witnesses(facts, blocks)
    found = [witnesses.disk(device) for device in blocks.devices if device.name.startswith("sd")]
    shown = WayUp(found, witnesses.signals, known_fact(facts, Clock))
    disks = {disk.name: replace(disk, way_was_up=shown.for_disk(disk)) for disk in found}
    maps = tuple(witnesses.map(device, disks) for device in blocks.devices if _is_scsi_map(device))
    held = {disk.name for storage_map in maps for disk in storage_map.disks}
    return NodeStorage(maps, tuple(disk for disk in disks.values() if disk.name not in held))


def _is_scsi_map(device: BlockDevice) -> bool:
    """A multipath map over SCSI disks, or over none any more; one over NVMe is not judged here."""
    return (device.dm_uuid or "").startswith("mpath-") and all(name.startswith("sd") for name in device.slaves)


def known_fact(facts: Mapping[type, object], kind: type[T]) -> T | None:
    value = facts.get(kind)
    return value if isinstance(value, kind) else None


class _Witnesses:
    """What every capture says of a device, by the name it had at that moment."""

    def __init__(self, facts: Mapping[type, object], blocks: BlockDevices) -> None:
        def known(kind: type[T]) -> T | None:
            return known_fact(facts, kind)

        live, units = known(LiveIdentities), known(UnitStates)
        self.live: dict[str, LiveIdentity] = {one.device: one for one in live.identities} if live else {}
        self.units: dict[str, UnitState] = {one.device: one for one in units.units} if units else {}
        self.sessions, self.adm, self.fc = known(IscsiSessions), known(AdmSessions), known(FcPorts)
        self.use = DeviceUse(
            blocks,
            known(LsblkDevices),
            known(Mounts),
            known(SwapAreas),
            known(Openers),
            known(PhysicalVolumes),
            known(LinksById),
        )
        reads = known(DirectReads)
        self.alive = {one.device for one in reads.reads if one.read_bytes} if reads else set()
        self.signals, self.processes, self.reports = known(Signals), known(Processes), known(LunReports)
        self.hctls = {device.name: device.hctl or "" for device in blocks.devices}
        printed, daemon = known(MultipathMaps), known(DaemonMaps)
        self.printed: dict[str, MultipathMap] = {one.wwid: one for one in printed.maps} if printed else {}
        self.daemon = {one.wwid: one for one in daemon.maps} if daemon else {}
        dm, tables, statuses = known(DmDevices), known(DmTables), known(DmStatuses)
        self.dm = {one.wwid: one for one in dm.devices if one.wwid} if dm else {}
        self.tables = {one.name: one for one in tables.tables} if tables else {}
        self.statuses: dict[str, DmStatus] = {one.name: one for one in statuses.statuses} if statuses else {}
        self.kernel_states = {
            dev_t: (state, status.span) for status in self.statuses.values() for dev_t, state in status.path_states
        }
        self.paths = {
            path.device: path for one in self.printed.values() for path in one.paths if path.device is not None
        }

    def disk(self, device: BlockDevice) -> Disk:
        transport, spans = self._transport(device)
        live, unit = self.live.get(device.name), self.units.get(device.name)
        kernel_state, kernel_span = self.kernel_states.get(device.dev_t or "", (None, None))
        return Disk(
            device=replace(device, holders=self.use.holders_of(device)),
            state=self._state(device, transport, live, unit),
            transport=transport,
            transport_spans=spans,
            target=self._target(device),
            live=live,
            unit=unit,
            refusals=tuple(self._refusals(device)),
            kernel_state=kernel_state,
            kernel_span=kernel_span,
            path=self.paths.get(device.name),
            mounts=self.use.mounts_of(device),
            is_swap=self.use.is_swap(device),
            openers=self.use.openers_of(device),
            volume_groups=self.use.volume_groups_of(device),
        )

    def _state(
        self, device: BlockDevice, transport: Transport, live: LiveIdentity | None, unit: UnitState | None
    ) -> DiskState:
        """Gone only if nothing contradicts: no block was read, and the target's own list of LUNs has it not."""
        state = _state(device, transport, live, unit)
        if state is DiskState.GONE and (f"/dev/{device.name}" in self.alive or self._is_reported(device)):
            return DiskState.UNKNOWN
        return state

    def map(self, device: BlockDevice, disks: Mapping[str, Disk]) -> StorageMap:
        wwid = (device.dm_uuid or "").removeprefix("mpath-")
        queues, queue_spans = self._queueing(wwid, device)
        openers = self.use.openers_of(device)
        own = tuple(disks[name] for name in device.slaves if name in disks)
        if f"/dev/mapper/{device.dm_name}" in self.alive:
            own = tuple(_doubted(disk) for disk in own)
        return StorageMap(
            wwid=wwid,
            device=device,
            dm=self.dm.get(wwid),
            printed=self.printed.get(wwid),
            daemon=self.daemon.get(wwid),
            disks=own,
            queues=queues,
            queue_spans=queue_spans,
            mounts=self.use.mounts_of(device),
            openers=openers,
            stuck_openers=self._stuck(openers or ()),
            is_swap=self.use.is_swap(device),
            unseen=tuple(dict.fromkeys(self._unseen(wwid, device, own))),
            volume_groups=self.use.volume_groups_of(device),
        )

    def _unseen(self, wwid: str, device: BlockDevice, own: tuple[Disk, ...]) -> Iterator[str]:
        """Paths that any witness shows, and whose disks sysfs does not: they may have come, or gone, meanwhile."""
        known = {name for disk in own for name in (disk.name, disk.device.dev_t)}
        printed, dm = self.printed.get(wwid), self.dm.get(wwid)
        status, table = self.statuses.get(device.dm_name or ""), self.tables.get(device.dm_name or "")
        shown = [
            *device.slaves,
            *(path.device for path in (printed.paths if printed else ())),
            *(dm.uses if dm else ()),
            *(dev_t for dev_t, _ in (status.path_states if status else ())),
            *(word for word in (table.arguments if table else ()) if _DEV_T.fullmatch(word)),
        ]
        yield from (name for name in shown if name is not None and name not in known)

    def _transport(self, device: BlockDevice) -> tuple[Transport, tuple[Span, ...]]:
        if device.session is not None:
            return self._iscsi(device)
        return self._fibre_channel(device)

    def _iscsi(self, device: BlockDevice) -> tuple[Transport, tuple[Span, ...]]:
        seen = [
            (session.state == "LOGGED_IN", session.span)
            for session in (self.sessions.sessions if self.sessions else ())
            if session.name == device.session
        ] + [
            (session.session_state == "LOGGED_IN" and session.connection_state == "LOGGED IN", session.span)
            for session in (self.adm.sessions if self.adm else ())
            if f"session{session.sid}" == device.session
        ]
        return _verdict(seen)

    def _target(self, device: BlockDevice) -> str | None:
        for session in self.sessions.sessions if self.sessions else ():
            if session.name == device.session:
                return session.target
        for port in self._remote_ports(device):
            return (port.port_name or "").removeprefix("0x").lower() or None
        return None

    def _remote_ports(self, device: BlockDevice) -> tuple[FcPort, ...]:
        if device.hctl is None or device.session is not None or self.fc is None:
            return ()
        host, _, target, _ = device.hctl.split(":")
        return tuple(
            port for port in self.fc.remote_ports if (str(port.host), str(port.scsi_target_id)) == (host, target)
        )

    def _fibre_channel(self, device: BlockDevice) -> tuple[Transport, tuple[Span, ...]]:
        if device.hctl is None or self.fc is None:
            return Transport.UNKNOWN, ()
        hosts = [port for port in self.fc.hosts if str(port.host) == device.hctl.split(":")[0]]
        remotes = self._remote_ports(device)
        if not hosts:
            return Transport.UNKNOWN, ()
        if not remotes:
            return Transport.DOWN, tuple(port.span for port in hosts)
        return _verdict([(port.port_state == "Online", port.span) for port in (*hosts, *remotes)])

    def _refusals(self, device: BlockDevice) -> Iterable[Span]:
        unit = self.units.get(device.name)
        if unit is not None and _denies(unit):
            yield unit.span
        for hit in self.signals.of("kernel-lun-not-supported") if self.signals else ():
            if hit.field("hctl") == device.hctl and hit.field("device") == device.name:
                yield hit.spans[-1]
        yield from self._unreported(device)

    def _unreported(self, device: BlockDevice) -> Iterable[Span]:
        """REPORT LUNS through another disk of the same target does not list this LUN."""
        return (report.span for report, is_listed in self._listings(device) if not is_listed)

    def _is_reported(self, device: BlockDevice) -> bool:
        return any(is_listed for _, is_listed in self._listings(device))

    def _listings(self, device: BlockDevice) -> Iterator[tuple[ReportedLuns, bool]]:
        """What each list of the same target says of this LUN."""
        target, _, lun = (device.hctl or "").rpartition(":")
        if self.reports is None or not lun:
            return
        spellings = {int(lun), int(lun) & 0x3FFF}  # the kernel keeps the addressing bits of a flat LUN number
        for report in self.reports.reports:
            if report.luns is not None and self.hctls.get(report.device, "").rpartition(":")[0] == target:
                yield report, bool(spellings.intersection(report.luns))

    def _queueing(self, wwid: str, device: BlockDevice) -> tuple[bool | None, tuple[Span, ...]]:
        table = self.tables.get(device.dm_name or "")
        printed = self.printed.get(wwid)
        seen = [(one.queues, one.span) for one in (table, printed) if one is not None]
        return (any(queues for queues, _ in seen) if seen else None, tuple(span for _, span in seen))

    def _stuck(self, openers: Iterable[Opener]) -> tuple[Opener, ...]:
        stuck = {one.pid for one in (self.processes.processes if self.processes else ()) if one.is_uninterruptible}
        return tuple(opener for opener in openers if opener.pid in stuck)


def _state(device: BlockDevice, transport: Transport, live: LiveIdentity | None, unit: UnitState | None) -> DiskState:
    if live is not None and live.wwid is not None:
        remembered = (device.wwid or "").removeprefix("naa.")
        if not (device.wwid or "").startswith("naa."):
            return DiskState.ALIVE  # another designator type: it answers, and the two cannot be compared
        return DiskState.ALIVE if live.wwid == f"3{remembered}" else DiskState.OTHER_LUN
    if transport is Transport.DOWN or device.state in ("blocked", "transport-offline", "offline", "created-blocked"):
        return DiskState.UNREACHABLE
    refused = live is not None and live.exit_code == NO_IDENTITY and (unit is None or _denies(unit))
    if refused and transport is Transport.UP and device.state == "running" and device.access_state not in NOT_SERVED:
        return DiskState.GONE
    return DiskState.UNKNOWN


def _doubted(disk: Disk) -> Disk:
    return replace(disk, state=DiskState.UNKNOWN) if disk.state is DiskState.GONE else disk


def _denies(unit: UnitState) -> bool:
    """To TEST UNIT READY the array answers that there is no such LUN: anything else contradicts that it is gone."""
    return (unit.additional_sense or "").lower() == LUN_NOT_SUPPORTED


def _verdict(seen: list[tuple[bool, Span]]) -> tuple[Transport, tuple[Span, ...]]:
    """All witnesses must agree that the transport is up."""
    if not seen:
        return Transport.UNKNOWN, ()
    return (Transport.UP if all(up for up, _ in seen) else Transport.DOWN), tuple(span for _, span in seen)
