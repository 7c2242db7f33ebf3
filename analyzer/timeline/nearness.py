"""Which moments matter most to the findings, and which may be left out when there are too many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from analyzer.findings import Evidence, Finding
from analyzer.timeline.moments import Told, Tone
from analyzer.timeline.sayings import SAYINGS

Place = tuple[str, str, int]  # node, source, line

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quoted_by(findings: Iterable[Finding]) -> frozenset[Place]:
    """The lines that findings quote as their proof."""
    return frozenset(place_of(quote) for finding in findings for quote in finding.evidence)


def place_of(quote: Evidence) -> Place:
    return quote.node, quote.source, quote.first_line


def nearest(told: Sequence[Told], quoted: frozenset[Place], limit: int) -> tuple[Told, ...]:
    """At most `limit`, in order of time."""
    chosen = (
        told if len(told) <= limit else sorted(told, key=lambda one: (*_distance(one, quoted), in_order(one)))[:limit]
    )
    return tuple(sorted(chosen, key=in_order))


def in_order(one: Told) -> tuple[datetime, Place, str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Of one second in one log, as the log has it."""
    return one.at, place_of(one.evidence), one.saying, one.names, one.values


def _distance(one: Told, quoted: frozenset[Place]) -> tuple[bool, int, bool, float]:
    """Quoted before unquoted, weighty before light, bad before good, late before early."""
    saying = SAYINGS[one.saying]
    late = ((one.until or one.at) - _EPOCH).total_seconds()
    return place_of(one.evidence) not in quoted, -saying.weight, saying.tone is not Tone.BAD, -late
