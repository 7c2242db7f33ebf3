"""The first sentence of a comparison, and its colour: how much is resolved, left, new, and where it cannot be told."""

from __future__ import annotations

from collections import Counter

from analyzer.diff.comparing import LEFT, Comparison, Fate
from analyzer.judging import SEVERITIES
from analyzer.report.verdict import some_nodes
from analyzer.report.words import Words


def level(comparison: Comparison) -> str:
    """The worst severity of what is there now; `unsure` where that cannot be told, `clear` when all is over."""
    there = [finding.severity for change in comparison.changes if change.is_there for finding in change.after]
    if there:
        return min(there, key=SEVERITIES.index).value
    return "clear" if comparison.is_over else "unsure"


def headline(comparison: Comparison, words: Words) -> str:
    counts = Counter(dict.fromkeys(Fate, 0))
    for change in comparison.changes:
        counts[change.fate] += len(change.before or change.after)
    said = [*_told(counts, words), *([words.say("diff.nothing_new")] if comparison.is_over else [])]
    told = words.say("diff.comma").join(said)
    unsure = _where(comparison, words)
    if not unsure:
        return words.say("diff.sentence", told=told)
    if not counts[Fate.CANNOT_TELL]:
        return words.say("diff.but_new", told=told, nodes=unsure)
    key = "diff.but" if counts[Fate.CANNOT_TELL] == 1 else "diff.but_of_some"
    return words.say(key, told=told, nodes=unsure, n=counts[Fate.CANNOT_TELL])


def _told(counts: Counter[Fate], words: Words) -> list[str]:
    there_were = counts.total() - counts[Fate.NEW]
    fates: tuple[Fate, ...] = (*LEFT, Fate.NEW)
    parts = []
    if not there_were:
        parts.append(words.say("diff.nothing_before"))
    elif there_were == 1 and not counts[Fate.RESOLVED]:
        only = next(fate for fate in Fate if fate is not Fate.NEW and counts[fate])
        parts.append(words.say(f"diff.only_{only}"))
        fates = (Fate.NEW,)
    elif counts[Fate.RESOLVED] == there_were:
        parts.append(words.say("diff.all_resolved", n=there_were))
    elif counts[Fate.RESOLVED]:
        parts.append(words.say("diff.some_resolved", n=counts[Fate.RESOLVED], all=there_were))
    else:
        parts.append(words.say("diff.none_resolved", n=there_were))
    return parts + [words.say(f"diff.{fate}", n=counts[fate]) for fate in fates if counts[fate]]


def _where(comparison: Comparison, words: Words) -> str:
    """Where it cannot be told what became of a finding; where there is none such, whether anything is new."""
    of_findings = {doubt.node for change in comparison.changes for doubt in change.doubts}
    places = of_findings or {doubt.node for doubt in comparison.unjudged}
    everyone = sorted({*comparison.before.bundle.nodes, *comparison.after.bundle.nodes})
    cluster = [words.say("verdict.cluster")] if "" in places else []
    nodes = sorted(places - {""})
    return words.listed([*cluster, some_nodes(nodes, everyone, words)] if nodes else cluster)
