"""One question put to a node or the cluster, the answer, and how it was obtained.

A probe on a node gives exactly one `Capture`, also when it was refused, missing or timed out.  stdout, stderr and
exit code stay apart, so that an error sentence is never read as data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# what was removed before it was written: file in the node's folder (or in the bundle) -> kind of secret -> how many
Redactions = Mapping[str, Mapping[str, int]]


class Status(StrEnum):
    """How a probe ended.  Only `COLLECTED` and `EMPTY` are knowledge."""

    COLLECTED = "collected"
    EMPTY = "empty"  # asked, answered, and there is none
    ABSENT = "absent"  # the command or the file's folder is not on this node
    DENIED = "denied"
    TIMEOUT = "timeout"
    FAILED = "failed"
    UNREACHABLE = "unreachable"

    @property
    def is_knowledge(self) -> bool:
        return self in (Status.COLLECTED, Status.EMPTY)


@dataclass(frozen=True, slots=True)
class CollectedFile:
    """A file as it lay on the node; `path` is absolute there; `content` keeps the last bytes when truncated."""

    path: str
    content: bytes
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Capture:
    """The answer to one probe.  `started` is UTC, ISO 8601 with a final Z; `reason` says why there is no knowledge.

    `redactions` is None when it is not known what was removed: an older collector kept no record.
    """

    probe: str
    status: Status
    argv: tuple[str, ...] = ()
    exit_code: int | None = None
    started: str = ""
    seconds: float = 0.0
    truncated: bool = False
    reason: str = ""
    out: bytes = b""
    err: bytes = b""
    files: tuple[CollectedFile, ...] = ()
    redactions: Redactions | None = None

    @property
    def is_gap(self) -> bool:
        """Neither knowledge nor absent: asked again, it might be known."""
        return not self.status.is_knowledge and self.status is not Status.ABSENT


class Outcome(StrEnum):
    """What became of a target as a whole."""

    COLLECTED = "collected"
    PARTIAL = "partial"  # reached, but at least one probe is not knowledge for another reason than absence
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class NodeSnapshot:
    """All captures of one node, in catalogue order."""

    node: str
    captures: tuple[Capture, ...]
    outcome: Outcome = Outcome.COLLECTED
    reason: str = ""  # why partial or unreachable, one sentence
    address: str = ""
    transport: str = "local"
    started: str = ""
    seconds: float = 0.0

    def by_probe(self) -> Mapping[str, Capture]:
        return {capture.probe: capture for capture in self.captures}


@dataclass(frozen=True, slots=True)
class ClusterSnapshot:
    """The cluster's objects: one capture per kind, named after the plural, lower-case kind (`volumeattachments`).

    `out` of each is a JSON object `{"apiVersion", "kind", "items": [...]}`, minimised to the fields rules use.
    `logs` maps `<pod>/<container>` to the log's bytes.
    """

    captures: tuple[Capture, ...] = ()
    logs: Mapping[str, bytes] = field(default_factory=dict)

    def by_kind(self) -> Mapping[str, Capture]:
        return {capture.probe: capture for capture in self.captures}
