"""What shows that a mounted file system has stopped: the kernel's lines, its counters, its flags, and a `stat` of it.

The kernel names a device, and names are used again: a line counts only if the device was not mounted or unmounted
after it, in the same log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analyzer.facts import Span, Unknown
from analyzer.facts.file_systems import Ext4ErrorCounts, Ext4Errors, MountStats
from analyzer.facts.host import Clock
from analyzer.facts.logs import Signals
from analyzer.facts.times import moment
from analyzer.rules.filesystem.volume_mounts import VolumeMount

STOPPED = ("kernel-journal-aborted", "kernel-ext4-read-only", "kernel-xfs-shut-down")
ANEW = ("kernel-fs-mounted-anew", "kernel-fs-unmounted")
RING = "kernel_log"
FLAGS = {"emergency_ro", "shutdown"}
EIO = "Input/output error"


class Kind(StrEnum):
    KERNEL = "kernel"  # the kernel said that it stopped
    FLAG = "flag"  # newer kernels show it among the options
    STAT = "stat"  # a stat of the mount point fails
    ERRORS = "errors"  # ext4 counted errors since this mount, or since the boot
    READ_ONLY = "read-only"  # `ro` among the options of the file system


@dataclass(frozen=True, slots=True)
class Sign:
    kind: Kind
    span: Span


def signs(
    mounted: VolumeMount,
    signals: Signals | Unknown,
    counts: Ext4ErrorCounts | Unknown,
    stats: MountStats | Unknown,
    clock: Clock | Unknown,
) -> tuple[Sign, ...]:
    return (
        *(Sign(Kind.KERNEL, span) for span in _kernel_lines(mounted, signals)),
        *(Sign(Kind.FLAG, one.span) for one in mounted.mounts[:1] if FLAGS & {*one.options, *one.super_options}),
        *(Sign(Kind.STAT, span) for span in _refused(mounted, stats)),
        *(Sign(Kind.ERRORS, one.span) for one in _errors(mounted, signals, counts, clock)),
        *(Sign(Kind.READ_ONLY, one.span) for one in mounted.mounts[:1] if "ro" in one.super_options),
    )


def has_seen_the_mount(mounted: VolumeMount, signals: Signals | Unknown) -> bool:
    """A kernel log reaches back to when the volume was mounted: no line since then means that nothing was said."""
    return not isinstance(signals, Unknown) and any(_anew(mounted, signals))


def errors_of(mounted: VolumeMount, counts: Ext4ErrorCounts | Unknown) -> Ext4Errors | None:
    if isinstance(counts, Unknown) or mounted.device is None or mounted.is_xfs:
        return None
    return counts.of(mounted.device)


def _kernel_lines(mounted: VolumeMount, signals: Signals | Unknown) -> Iterator[Span]:
    if isinstance(signals, Unknown):
        return
    anew = [span for spans in _anew(mounted, signals) for span in spans]
    for hit in signals.of(*STOPPED):
        if hit.field("device") == mounted.device and not _is_over(hit.spans[-1], anew):
            yield hit.spans[-1]


def _anew(mounted: VolumeMount, signals: Signals) -> Iterator[tuple[Span, ...]]:
    return (hit.spans for hit in signals.of(*ANEW) if hit.field("device") == mounted.device)


def _is_over(said: Span, anew: list[Span]) -> bool:
    """What the ring buffer does not hold any more is older than all that it holds."""
    same_log = [span.first_line for span in anew if span.capture == said.capture]
    if same_log:
        return max(same_log) > said.first_line
    return said.capture != RING and any(span.capture == RING for span in anew)


def _refused(mounted: VolumeMount, stats: MountStats | Unknown) -> Iterator[Span]:
    for mount in mounted.mounts:
        stat = None if isinstance(stats, Unknown) else stats.of(mount.mount_point)
        if stat is not None and stat.exit_code and EIO in stat.message:
            yield stat.span


def _errors(
    mounted: VolumeMount, signals: Signals | Unknown, counts: Ext4ErrorCounts | Unknown, clock: Clock | Unknown
) -> Iterator[Ext4Errors]:
    errors = errors_of(mounted, counts)
    if errors is not None and errors.errors_count and errors.last_error_time >= _mounted_at(mounted, signals, clock):
        yield errors


def _mounted_at(mounted: VolumeMount, signals: Signals | Unknown, clock: Clock | Unknown) -> float:
    """In seconds since 1970, at the latest known; else when the node was started; 0 when not even that is known."""
    now = None if isinstance(clock, Unknown) else moment(clock.local_time)
    if isinstance(clock, Unknown) or now is None:
        return 0.0
    booted = now.timestamp() - clock.uptime_s
    hits = () if isinstance(signals, Unknown) else tuple(signals.of(*ANEW))
    times = (_since_1970(hit.last, booted) for hit in hits if hit.field("device") == mounted.device)
    return max((booted, *(time for time in times if time is not None)))


def _since_1970(time: str, booted: float) -> float | None:
    """The ring buffer counts from the boot; other logs have a date, with its zone or not at all."""
    try:
        return booted + float(time)
    except ValueError:
        known: datetime | None = moment(time) if time[-1:] == "Z" or time[-5:-4] in ("+", "-") else None
        return known.timestamp() if known else None
