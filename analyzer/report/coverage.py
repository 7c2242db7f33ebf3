"""How far the report reaches: what was ruled out, what could not be checked, what became of each node.

5,000 nodes are grouped: nodes with the same gaps share one entry, nodes with the same outcome one line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.findings import Cleared, Inconclusive
from analyzer.parsers.objects import all_object_parsers
from analyzer.report.printable import printable
from analyzer.report.verdict import some_nodes
from analyzer.report.words import Words
from analyzer.signals.signal import LOGS_OF_PROBE
from analyzer.texts import Text
from bundle.capture import Outcome, Status


@dataclass(frozen=True, slots=True)
class ClearedView:
    """`names` is empty when the phrase already tells all."""

    rule: str
    title: str
    where: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MissingView:
    probe: str
    status: str
    status_word: str
    reason: str
    repair: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UncheckedView:
    """Nodes that share the same gaps; `nodes` are all of them, "" the cluster."""

    where: str
    names: tuple[str, ...]
    missing: tuple[MissingView, ...]
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """Nodes that share an outcome, its reason and their number of findings."""

    outcome: str
    outcome_word: str
    reason: str
    findings: int
    names: tuple[str, ...]


SWITCHED_OFF = "switched off with --no-active"  # the collector's words


Gap = tuple[str, Status, str, tuple[str, ...]]  # probe, status, reason, rules


def cleared_views(
    cleared: Iterable[Cleared], nodes: Sequence[str], titles: Mapping[str, Text], words: Words
) -> tuple[ClearedView, ...]:
    views = []
    for entry in sorted(cleared, key=lambda entry: entry.rule):
        title = titles[entry.rule].in_language(words.lang) if entry.rule in titles else entry.rule
        where, names = _where(entry.nodes, nodes, words)
        views.append(ClearedView(printable(entry.rule), printable(title), where, names))
    return tuple(views)


def unchecked_views(
    gaps: Iterable[Inconclusive], nodes: Sequence[str], titles: Mapping[str, Text], words: Words
) -> tuple[UncheckedView, ...]:
    by_node: dict[str, list[Inconclusive]] = {}
    for gap in gaps:
        by_node.setdefault(gap.node, []).append(gap)
    groups: dict[tuple[Gap, ...], list[str]] = {}
    for node in sorted(by_node):
        groups.setdefault(_gaps(by_node[node]), []).append(node)
    return tuple(_unchecked_view(gaps, names, nodes, titles, words) for gaps, names in groups.items())


def outcome_views(
    outcomes: Sequence[tuple[str, Outcome, str]], findings: Counter[str], words: Words
) -> tuple[OutcomeView, ...]:
    """Unreachable first, then partial, then collected; sick before healthy."""
    groups: dict[tuple[int, int, str], list[str]] = {}
    for node, outcome, reason in sorted(outcomes):
        groups.setdefault((-list(Outcome).index(outcome), -findings[node], reason), []).append(node)
    return tuple(
        OutcomeView(
            outcome=(outcome := list(Outcome)[-worst]).value,
            outcome_word=words.say(f"outcome.{outcome}"),
            reason=printable(reason),
            findings=-count,
            names=tuple(printable(name) for name in names),
        )
        for (worst, count, reason), names in sorted(groups.items())
    )


def _where(names: Sequence[str], nodes: Sequence[str], words: Words) -> tuple[str, tuple[str, ...]]:
    if tuple(names) in ((), ("",)):
        return words.say("unchecked.cluster"), ()
    phrase = some_nodes(sorted(names), nodes, words)
    told = len(names) == len(nodes) or all(printable(name) in phrase for name in names)
    return phrase, () if told else tuple(printable(name) for name in sorted(names))


def _gaps(found: Iterable[Inconclusive]) -> tuple[Gap, ...]:
    """What is missing, each once with the rules that wanted it; one entry when the node as a whole was unreachable."""
    wanted: dict[tuple[str, Status, str], set[str]] = {}
    for gap in found:
        for missing in gap.missing or (Unknown("", Status.FAILED, ""),):
            probe = "" if missing.status is Status.UNREACHABLE else missing.probe
            wanted.setdefault((probe, missing.status, missing.reason), set()).add(gap.rule)
    return tuple((*key, tuple(sorted(rules))) for key, rules in sorted(wanted.items()))


def _unchecked_view(
    gaps: Sequence[Gap], names: Sequence[str], nodes: Sequence[str], titles: Mapping[str, Text], words: Words
) -> UncheckedView:
    where, listed = _where(names, nodes, words)
    missing = tuple(
        MissingView(
            probe=printable(probe) or words.say("unchecked.every_probe"),
            status=status.value,
            status_word=words.say(f"status.{status}"),
            reason=printable(reason),
            repair=_repair(probe, status, reason, words),
            rules=tuple(printable(_title(rule, titles, words)) for rule in rules),
        )
        for probe, status, reason, rules in gaps
    )
    return UncheckedView(where, listed, missing, tuple(printable(name) for name in names))


def _repair(probe: str, status: Status, reason: str, words: Words) -> str:
    if reason == SWITCHED_OFF:
        return words.say("repair.switched_off")
    if probe in LOGS_OF_PROBE and status is Status.ABSENT:
        return words.say("repair.log_absent")
    if probe not in {parser.kind for parser in all_object_parsers()}:
        return words.say(f"repair.{status}")
    known = status in (Status.ABSENT, Status.DENIED)
    return words.say(f"repair.cluster_{status}" if known else "repair.cluster_other", probe=probe)


def _title(rule: str, titles: Mapping[str, Text], words: Words) -> str:
    return titles[rule].in_language(words.lang) if rule in titles else rule
