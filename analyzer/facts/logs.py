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
class Signals:
    """The hits in all logs of a node, and which captures were scanned: no hit in a log not scanned says nothing."""

    hits: tuple[SignalHit, ...]
    scanned: tuple[str, ...]

    def of(self, signal: str) -> Iterator[SignalHit]:
        return (hit for hit in self.hits if hit.signal == signal)
