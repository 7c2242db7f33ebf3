"""What tells that a mounted file system has stopped working: /proc/mounts goes on saying rw."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class Ext4Errors:
    """`/sys/fs/ext4/<device>`; the counters live in the super block, so they outlast a mount until e2fsck."""

    device: str  # "dm-2"
    errors_count: int
    first_error_time: int  # seconds since 1970 of the node's clock; 0: never
    last_error_time: int
    span: Span


@dataclass(frozen=True, slots=True)
class Ext4ErrorCounts:
    file_systems: tuple[Ext4Errors, ...]

    def of(self, device: str) -> Ext4Errors | None:
        return next((one for one in self.file_systems if one.device == device), None)


@dataclass(frozen=True, slots=True)
class MountStat:
    """`stat` of a volume's mount point: on an xfs that was shut down it fails with `Input/output error`."""

    mount_point: str
    exit_code: int | None  # None: no answer within the limit
    message: str  # stat's own words; "" when it succeeded
    span: Span


@dataclass(frozen=True, slots=True)
class MountStats:
    """Only mounts that could be asked: of one whose map queues or is suspended, or whose disk is blocked, none."""

    stats: tuple[MountStat, ...]

    def of(self, mount_point: str) -> MountStat | None:
        return next((one for one in self.stats if one.mount_point == mount_point), None)
