"""What a probe is: one read-only question put to a node, as data.

Input    nothing.  Output  `Probe` (a command) and `FileProbe` (files by glob), both validated when built.
Errors   ValueError, one sentence, for a probe that could not be rendered or explained.
Units    limits in seconds and bytes; `limit_bytes` of a file probe counts for each file, `total_bytes` for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bundle.capture import Status

KIB = 1024
MIB = 1024 * KIB

# Exit codes of our own loops; commands of the node keep theirs.
NONE_HERE = 21  # the same number with which iscsiadm says "no objects found"
NO_FOLDER = 69  # EX_UNAVAILABLE, sysexits.h
NO_PERMISSION = 77  # EX_NOPERM, sysexits.h
SKIPPED = 75  # EX_TEMPFAIL, sysexits.h: asking would not have been safe now

LOOP_EXIT_CODES: Mapping[int, Status] = {0: Status.COLLECTED, NONE_HERE: Status.EMPTY, NO_PERMISSION: Status.DENIED}

_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
_GLOB = re.compile(r"/[A-Za-z0-9._/*?\[\]-]+")


class Keep(StrEnum):
    """Which end of an answer is kept when it is longer than its limit."""

    FIRST = "first"
    LAST = "last"  # logs: the newest lines are at the end


@dataclass(frozen=True, slots=True)
class Probe:
    """One command.  `needs` are the commands without which the probe is absent; by default the first word of `argv`."""

    name: str
    argv: tuple[str, ...]
    reads: str  # its purpose in plain words, one line
    exit_codes: Mapping[int, Status] = field(default_factory=lambda: {0: Status.COLLECTED})
    limit_s: int = 60
    limit_bytes: int = 4 * MIB
    active: bool = False  # does more than look: opens a connection, mounts, reads a block
    keep: Keep = Keep.FIRST
    needs: tuple[str, ...] | None = None
    empty_needs_root: bool = False  # to others than root an empty answer says nothing
    root: str = ""  # why others than root get no answer, or not the whole

    def __post_init__(self) -> None:
        _check(self.name, self.reads, self.limit_s, self.limit_bytes)
        if not self.argv or any("\0" in word for word in self.argv):
            raise ValueError(f"{self.name}: a probe needs a command without NUL characters.")

    @property
    def commands(self) -> tuple[str, ...]:
        """What must be installed on the node."""
        if self.needs is not None:
            return self.needs
        return () if self.argv[0] == "sh" else self.argv[:1]


@dataclass(frozen=True, slots=True)
class FileProbe:
    """Files by glob; of each the last `limit_bytes`, of all together at most `total_bytes`."""

    name: str
    globs: tuple[str, ...]
    reads: str
    limit_s: int = 60
    limit_bytes: int = 1 * MIB
    total_bytes: int = 8 * MIB
    newest_first: bool = False  # when the total does not allow all of them
    follow_links: bool = True  # False where others than root may write: a link could name any file of the node
    root: str = ""  # why others than root get no answer, or not the whole
    log: bool = False  # only what was written to within the period counts, and it gives way when a node says too much

    def __post_init__(self) -> None:
        _check(self.name, self.reads, self.limit_s, self.limit_bytes)
        for glob in self.globs:
            if not _GLOB.fullmatch(glob) or "/../" in glob:
                raise ValueError(f"{self.name}: {glob!r} is not an absolute glob of plain characters.")
        if not self.globs or self.total_bytes < self.limit_bytes:
            raise ValueError(f"{self.name}: a file probe needs a glob, and a total not below the limit of one file.")

    @property
    def active(self) -> bool:
        return False


AnyProbe = Probe | FileProbe


def _check(name: str, reads: str, limit_s: int, limit_bytes: int) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be a probe's name: use small letters, digits and _.")
    if not reads or "\n" in reads:
        raise ValueError(f"{name}: say in one line what the probe reads.")
    if not 1 <= limit_s <= 600 or limit_bytes < KIB or limit_bytes % KIB:
        raise ValueError(f"{name}: a limit is 1 to 600 seconds and a whole number of KiB.")
