"""The values of the timeline: moments, the sentences of the story, and what a worker hands over of a node."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analyzer.findings import Evidence
from analyzer.texts import Text

THE_CLUSTER = ""


class Kind(StrEnum):
    """Who tells of a moment, or what it is about."""

    NODE_START = "node-start"
    CONDITION = "condition"
    EVENT = "event"
    ATTACHMENT = "attachment"
    POD = "pod"
    LEASE = "lease"
    KERNEL = "kernel"
    MULTIPATHD = "multipathd"
    ISCSI = "iscsi"
    DRIVER = "driver"
    SIDECAR = "sidecar"
    KUBELET = "kubelet"
    COLLECTED = "collected"


class Tone(StrEnum):
    BAD = "bad"
    GOOD = "good"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Told:
    """A moment before it is put into words: small, for a worker hands over many.

    `at` and `until` are UTC by the clock of `clock`: a node's name, or "" for that of the cluster's control plane.
    `names` are what the sentence lists; `more` are those beyond them.
    """

    at: datetime
    node: str  # "" for the cluster
    saying: str
    clock: str
    evidence: Evidence
    values: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    more: int = 0
    until: datetime | None = None
    times: int = 1
    volumes: tuple[str, ...] = ()  # names of PVs
    certain: bool = True
    of_collecting: bool = False  # it may be the collector's own reading that brought it about


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: UTC, on the collecting host's clock.

    `certain` is False where the time could not be set against that clock, or its zone had to be assumed.
    `of_collecting` is what reading brings about, after the node was asked: perhaps the collector's own reading.
    """

    at: datetime
    node: str  # "" for the cluster
    kind: Kind
    tone: Tone
    says: Text
    until: datetime | None
    times: int
    volumes: tuple[str, ...]
    evidence: Evidence
    certain: bool
    of_collecting: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the story, and the moments it stands for; `nodes` is () where it is about the cluster."""

    at: datetime
    until: datetime | None
    nodes: tuple[str, ...]
    tone: Tone
    says: Text
    certain: bool
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Story:
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Moments in order; `left_out` are those that concern the findings less and would make it too long.

    `set_right` names the clocks that were corrected, and by how many seconds each was ahead.  `failed` says of what
    nothing could be told, and why.
    """

    moments: tuple[Moment, ...] = ()
    left_out: int = 0
    story: Story = Story()
    set_right: tuple[tuple[str, int], ...] = ()
    failed: tuple[str, ...] = ()


NO_TIMELINE = Timeline()
