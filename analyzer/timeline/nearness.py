"""Which moments matter most to the findings, and which may be left out when there are too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from analyzer.findings import Evidence, Finding
from analyzer.timeline.moments import Told, Tone
from analyzer.timeline.sayings import SAYINGS

Place = tuple[str, str, int]  # node, source, line

AT_A_TIME = 25  # moments of one kind, before the next of other kinds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quoted_by(findings: Iterable[Finding]) -> frozenset[Place]:
    """The lines that findings quote as their proof."""
    return frozenset(place_of(quote) for finding in findings for quote in finding.evidence)


def place_of(quote: Evidence) -> Place:
    return quote.node, quote.source, quote.first_line


def nearest(told: Sequence[Told], quoted: frozenset[Place], limit: int) -> tuple[Told, ...]:
    """At most `limit`, in order of time; of no kind so many that there is no room for others."""
    if len(told) <= limit:
        return tuple(sorted(told, key=in_order))
    taken: Counter[str] = Counter()
    rounds: list[tuple[int, int, Told]] = []
    for number, one in enumerate(sorted(told, key=lambda one: (*_distance(one, quoted), in_order(one)))):
        rounds.append((taken[one.saying] // AT_A_TIME, number, one))
        taken[one.saying] += 1
    return tuple(sorted((one for _, _, one in sorted(rounds)[:limit]), key=in_order))


def in_order(one: Told) -> tuple[datetime, Place, str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Of one second in one log, as the log has it."""
    return one.at, place_of(one.evidence), one.saying, one.names, one.values


def _distance(one: Told, quoted: frozenset[Place]) -> tuple[bool, int, bool, float]:
    """Quoted before unquoted, weighty before light, bad before good, late before early."""
    saying = SAYINGS[one.saying]
    late = ((one.until or one.at) - _EPOCH).total_seconds()
    return place_of(one.evidence) not in quoted, -saying.weight, saying.tone is not Tone.BAD, -late
