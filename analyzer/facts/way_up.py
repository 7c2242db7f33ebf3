"""What shows that the way to the array worked when a disk gave no answer.

Input    the node's disks, its kernel log, its clock.
Output   by disk, the lines that show it: another disk on the same session or port that answered and whose path works,
         or, for iSCSI, a kernel log that tells of no outage of the session in the ten minutes before.
A Fibre Channel port that comes back within its timeout leaves no line that all drivers share, so silence of the log
proves nothing there.
Source   drivers/scsi/scsi_transport_iscsi.c, iscsi_conn_error_event: every loss of a connection is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.facts import Span
from analyzer.facts.host import Clock
from analyzer.facts.logs import Signals
from analyzer.facts.storage import Disk, DiskState

QUIET_S = 600
LOG = "kernel_log"


class WayUp:
    def __init__(self, disks: Sequence[Disk], signals: Signals | None, clock: Clock | None) -> None:
        self._neighbours: dict[str, list[Disk]] = {}
        for disk in disks:
            if _works(disk):
                self._neighbours.setdefault(_way(disk), []).append(disk)
        self._signals, self._clock = signals, clock

    def for_disk(self, disk: Disk) -> tuple[Span, ...]:
        if disk.state is not DiskState.GONE:
            return ()
        neighbours = self._neighbours.get(_way(disk), [])
        spans = [other.live.span for other in neighbours[:1] if other.live is not None]
        return tuple(spans) or tuple(self._quiet(disk))

    def _quiet(self, disk: Disk) -> Iterator[Span]:
        """The clock's lines, that date the log, when no outage of the disk's session stands in it shortly before."""
        session, signals, clock = disk.device.session, self._signals, self._clock
        if session is None or signals is None or clock is None or not _covers(signals, clock):
            return
        number = session.removeprefix("session")
        outages = [
            *(hit for hit in signals.of("kernel-iscsi-session-timeout") if hit.field("session") == session),
            *(hit for hit in signals.of("kernel-conn-error") if hit.field("connection") == f"connection{number}:0"),
        ]
        if all(_is_old(hit.last, clock) for hit in outages):
            yield clock.span


def _works(disk: Disk) -> bool:
    """It answers as itself, the kernel uses its path, and the path checker is content."""
    answers = disk.state is DiskState.ALIVE and disk.live is not None
    return answers and disk.kernel_state == "A" and disk.path is not None and disk.path.checker_state == "ready"


def _way(disk: Disk) -> str:
    """The session, or host and target of a Fibre Channel path."""
    return disk.device.session or (disk.device.hctl or disk.name).rpartition(":")[0]


def _covers(signals: Signals, clock: Clock) -> bool:
    """The ring buffer still holds what was said ten minutes ago."""
    reach = signals.reach(LOG)
    return reach is not None and _is_old(reach.first, clock)


def _is_old(time: str, clock: Clock) -> bool:
    """By the seconds since boot that the ring buffer prints; a line dated otherwise may be new."""
    try:
        return clock.uptime_s - float(time) > QUIET_S
    except ValueError:
        return False
