"""`compare(before, after)`: two verdicts on one cluster -> what became of each finding.

Input    two `Side`s, each of a bundle or of an earlier report; the rules of this program.
Output   `Comparison`: the same for the same sides; changes by fate, then as the verdicts rank them.
Errors   `NothingInCommonError` where no node is on both sides.
A finding is resolved on a node only where its rule was judged again and does not find it any more.  Where the rule was
not judged it cannot be told, and for want of what stands with it.  So it is with what is new: where the first side did
not judge, it may have been there already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from analyzer.diff.doubts import CLUSTER, Doubt, Judged
from analyzer.diff.matching import Match, match
from analyzer.engine import Analysis, BundleInfo
from analyzer.facts.times import moment
from analyzer.findings import Finding, Severity, Verdict
from analyzer.judging import CERTAINTIES, SEVERITIES
from analyzer.rules import Rule


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two verdicts; `boots` has the boot id of each node of which it is known."""

    bundle: BundleInfo
    verdict: Verdict
    boots: Mapping[str, str]

    @classmethod
    def of(cls, analysis: Analysis) -> Side:
        boots = {one.node: one.host.boot_id for one in analysis.nodes if one.host is not None}
        return cls(analysis.bundle, analysis.verdict, boots)


class Fate(StrEnum):
    """In the order shown."""

    WORSE = "worse"  # more severe, surer, on more nodes, or more pods concerned
    NEW = "new"
    STILL_THERE = "still-there"
    BETTER = "better"  # less severe, or less sure
    CANNOT_TELL = "cannot-tell"
    RESOLVED = "resolved"  # also when no more than a note of it is left


LEFT = (Fate.WORSE, Fate.STILL_THERE, Fate.BETTER)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a matter.

    `still_on` and `resolved_on` are nodes that it had before, and so are those of `doubts`, where it cannot be told;
    `added_on` are nodes that it has only now, `unseen_on` such where the first side had not judged it.
    """

    fate: Fate
    before: tuple[Finding, ...]
    after: tuple[Finding, ...]
    still_on: tuple[str, ...] = ()
    resolved_on: tuple[str, ...] = ()
    added_on: tuple[str, ...] = ()
    unseen_on: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_there(self) -> bool:
        return self.fate in (Fate.NEW, *LEFT)

    @property
    def is_told_by_another_rule(self) -> bool:
        return bool(self.before and self.after) and self.before[0].rule != self.after[0].rule


@dataclass(frozen=True, slots=True)
class Comparison:
    """`unjudged` is what the first side judged and cleared, and the second did not judge."""

    before: Side
    after: Side
    changes: tuple[Change, ...]
    unjudged: tuple[Doubt, ...]
    is_swapped: bool  # the first was collected after the second
    is_same: bool  # both are of one bundle
    restarted: tuple[str, ...]  # nodes

    @property
    def is_over(self) -> bool:
        """All that was there is resolved, and nothing is new."""
        return not self.unjudged and all(change.fate is Fate.RESOLVED for change in self.changes)


class NothingInCommonError(Exception):
    """The two sides share no node."""


def compare(before: Side, after: Side, rules: Sequence[Rule]) -> Comparison:
    both = sorted({*before.bundle.nodes} & {*after.bundle.nodes})
    if not both:
        raise NothingInCommonError
    first, second = (Judged(side.verdict, side.bundle.nodes, rules) for side in (before, after))
    boots = {node: (before.boots.get(node), after.boots.get(node)) for node in both}
    renamed = {node for node, (old, new) in boots.items() if old != new or old is None}
    fallbacks = {rule.id for rule in rules if rule.is_fallback}
    matches = match(before.verdict.findings, after.verdict.findings, renamed, fallbacks)
    changes = [_change(one, first, second) for one in matches]
    fates = tuple(Fate)
    return Comparison(
        before=before,
        after=after,
        changes=tuple(sorted(changes, key=lambda change: fates.index(change.fate))),
        unjudged=tuple(_unjudged(before, first, second)),
        is_swapped=_is_earlier(after.bundle.started, before.bundle.started),
        is_same=(before.bundle.name, before.bundle.started) == (after.bundle.name, after.bundle.started),
        restarted=tuple(node for node, (old, new) in boots.items() if old and new and old != new),
    )


def _unjudged(before: Side, first: Judged, second: Judged) -> Iterator[Doubt]:
    """Of the cluster's rules also the nodes that they look at."""
    for entry in before.verdict.cleared:
        places = {*entry.nodes, *before.bundle.nodes} if CLUSTER in entry.nodes else {*entry.nodes}
        known = (place for place in sorted(places) if first.doubt(entry.rule, place) is None)
        yield from dict.fromkeys(doubt for place in known if (doubt := second.doubt(entry.rule, place)))


def _is_earlier(one: str, other: str) -> bool:
    times = moment(one), moment(other)
    return times[0] is not None and times[1] is not None and times[0] < times[1]


def _change(one: Match, first: Judged, second: Judged) -> Change:
    if _is_but_a_note(one):
        return replace(_change(Match(one.before, ()), first, second), after=one.after)
    was, now = _places(one.before), _places(one.after)
    came = [node for node in now if node not in was and (node != CLUSTER or not was)]
    unseen = tuple(node for node in came if first.doubt(one.after[0].rule, node))
    added = tuple(node for node in came if node not in unseen and node != CLUSTER)
    if not one.before:
        return Change(Fate.NEW, (), one.after, added_on=added, unseen_on=unseen)
    # what names no node is told of all of them
    gone = [] if CLUSTER in now else [node for node in was if node not in now and not (one.after and node == CLUSTER)]
    doubts = {node: doubt for node in gone if (doubt := second.doubt(one.before[0].rule, node))}
    return Change(
        fate=_fate(one, added, doubts.values()),
        before=one.before,
        after=one.after,
        still_on=tuple(node for node in was if node in now and node != CLUSTER),
        resolved_on=tuple(node for node in gone if node not in doubts and node != CLUSTER),
        added_on=added,
        unseen_on=unseen,
        doubts=tuple(dict.fromkeys(doubts.values())),
    )


def _is_but_a_note(one: Match) -> bool:
    """The driver's note of a volume outlives the device, and does no harm: the device was what was found."""
    is_other = bool(one.before and one.after) and one.before[0].rule != one.after[0].rule
    return is_other and all(finding.severity is Severity.INFO for finding in one.after)


def _places(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Nodes by name, or the cluster; nothing where there is no finding."""
    places = {node for finding in findings for node in finding.nodes or (CLUSTER,)}
    return tuple(sorted(places - {CLUSTER} or places))


def _fate(one: Match, added: Sequence[str], doubts: Iterable[Doubt]) -> Fate:
    if not one.after:
        return Fate.CANNOT_TELL if any(True for _ in doubts) else Fate.RESOLVED
    was, now = weight(one.before), weight(one.after)
    spread = bool(added) and len(_places(one.after)) > len(_places(one.before))
    if now < was or spread or len(pods_of(one.after)) > len(pods_of(one.before)):
        return Fate.WORSE
    return Fate.BETTER if now > was else Fate.STILL_THERE


def weight(findings: Iterable[Finding]) -> tuple[int, int]:
    """Of the worst: the less, the more severe; of the same severity, the surer."""
    return min((SEVERITIES.index(one.severity), CERTAINTIES.index(one.certainty)) for one in findings)


def pods_of(findings: Iterable[Finding]) -> frozenset[str]:
    """Pods that are made anew have new names: only their number is compared."""
    victims = (victim for finding in findings for victim in finding.affects)
    return frozenset(f"{victim.namespace}/{victim.pod}" for victim in victims if victim.pod)
