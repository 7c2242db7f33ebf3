"""What log signatures were found in a node's logs: hits only, never whole logs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class SignalHit:
    """All occurrences of one signal with the same named fields in one log source of one node.

    `first` and `last` are the times as the log prints them ("" when it prints none); `spans` keeps the first and the
    last few occurrences verbatim, continuation lines joined.
    """

    signal: str
    fields: tuple[tuple[str, str], ...]  # named groups of the signature, in its order
    total: int
    first: str
    last: str
    spans: tuple[Span, ...]

    def field(self, name: str) -> str | None:
        return dict(self.fields).get(name)


@dataclass(frozen=True, slots=True)
class LogReach:
    """From when to when a log tells: the times of its first and its last dated line, "" where it has none."""

    probe: str
    source: str  # as a `Span` names it
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Signals:
    """The hits in all logs of a node, and which captures were scanned: no hit in a log not scanned says nothing."""

    hits: tuple[SignalHit, ...]
    scanned: tuple[str, ...]
    reaches: tuple[LogReach, ...] = ()

    def of(self, *signals: str) -> Iterator[SignalHit]:
        return (hit for hit in self.hits if hit.signal in signals)

    def reach(self, name: str) -> LogReach | None:
        """Of the log whose source ends in this name, its rotations included: from the oldest line to the newest."""
        found = [one for one in self.reaches if name in one.source.rpartition("/")[2] or name == one.probe]
        dated = [one for one in found if one.first]
        if not dated:
            return None
        return LogReach(dated[0].probe, name, min(one.first for one in dated), max(one.last for one in dated))


@dataclass(frozen=True, slots=True)
class PodLogs:
    """What kubectl gave of the logs of the driver's pods on one node.

    `scanned` has the probe whose log is here instead of in a file: the driver's, where it writes to the console.
    """

    hits: tuple[SignalHit, ...] = ()
    scanned: tuple[str, ...] = ()
    reaches: tuple[LogReach, ...] = ()  # `probe` is `<pod>/<container>`

    def __add__(self, other: PodLogs) -> PodLogs:
        scanned = tuple(dict.fromkeys((*self.scanned, *other.scanned)))
        return PodLogs((*self.hits, *other.hits), scanned, (*self.reaches, *other.reaches))


@dataclass(frozen=True, slots=True)
class ClusterSignals:
    """The hits in the logs that kubectl gave: of the driver's controller and its sidecars."""

    hits: tuple[SignalHit, ...]
    scanned: tuple[str, ...]  # `<pod>/<container>`
    reaches: tuple[LogReach, ...] = ()

    def of(self, *signals: str) -> Iterator[SignalHit]:
        return (hit for hit in self.hits if hit.signal in signals)
