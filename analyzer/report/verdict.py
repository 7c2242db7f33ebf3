"""The verdict in plain sentences: what is wrong, on which nodes, who is affected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.findings import Affected, Certainty, Finding, Verdict
from analyzer.report.printable import printable
from analyzer.report.words import Words
from analyzer.texts import Text

CLAUSES = 4  # kinds of finding named in the verdict; the rest are counted
NODES = 4  # nodes named in a clause
VICTIMS = 6
REASONS = 3  # answers that are missing, named in the verdict


@dataclass(frozen=True, slots=True)
class VerdictView:
    """`level` is a severity; `clear` when nothing was found; `unsure` when, besides, not all was checked.

    `cause` is the root cause in one sentence, or, where that cannot be told, why not; `certainty` is how sure it is,
    "" when nothing was found.
    """

    level: str
    certainty: str
    headline: str
    cause: str
    also: tuple[str, ...]
    affected: str
    gaps: str


def causes(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that no other finding explains."""
    explained = {symptom for finding in findings for symptom in finding.explains}
    return tuple(finding for finding in findings if finding.id not in explained) or tuple(findings)


def verdict_view(
    verdict: Verdict, nodes: Sequence[str], titles: Mapping[str, Text], words: Words, states: Mapping[str, str]
) -> VerdictView:
    """`states` tells how it stands with a pod, where that is known."""
    unsure = _unsure({gap.node for gap in verdict.inconclusive}, nodes, words)
    if not verdict.findings:
        level = "unsure" if unsure or not nodes else "clear"
        return VerdictView(level, "", _nothing(unsure, nodes, words), _what_is_missing(verdict, words), (), "", "")
    roots = causes(verdict.findings)
    clauses = _clauses(roots, titles, words)
    return VerdictView(
        level=roots[0].severity.value,
        certainty=words.say(f"certainty.{roots[0].certainty}"),
        headline=clauses[0],
        cause=_root_cause(roots[0], words),
        also=clauses[1:],
        affected=_affected(verdict.findings, words, states),
        gaps=words.say("verdict.gaps", nodes=unsure) if unsure else "",
    )


def _root_cause(finding: Finding, words: Words) -> str:
    """The first sentence of the first finding's cause; that of a shared symptom says that it is not certain."""
    says = printable(finding.cause.in_language(words.lang).partition("\n")[0])
    return words.say("verdict.cannot_tell", says=says) if finding.certainty is Certainty.POSSIBLE else says


def _what_is_missing(verdict: Verdict, words: Words) -> str:
    """The answers without which nothing can be told, the most wanted first."""
    wanted = Counter((gap.node, one) for gap in verdict.inconclusive for one in gap.missing)
    ranked = sorted(wanted, key=lambda pair: (-wanted[pair], pair[0], pair[1].probe))[:REASONS]
    named = [
        words.say(
            "verdict.missing",
            node=printable(node) or words.say("verdict.cluster"),
            probe=printable(one.probe or one.reason),
            status=words.say(f"status.{one.status}"),
        )
        for node, one in ranked
    ]
    return words.say("verdict.because", reasons=words.say("list.semicolon").join(named)) if named else ""


def some_nodes(names: Sequence[str], everyone: Sequence[str], words: Words) -> str:
    """`all 5 nodes`, the names when they are few, or `12 of 50 nodes`."""
    if len(names) == len(everyone) and names:
        return words.say("count.all_nodes", n=len(names), name=printable(names[0]))
    if len(names) <= NODES:
        return words.listed([printable(name) for name in names])
    return words.say("count.of_nodes", n=len(names), all=len(everyone))


def _unsure(names: set[str], nodes: Sequence[str], words: Words) -> str:
    """Where something could not be checked; "" is the cluster."""
    told = [words.say("verdict.cluster")] if "" in names else []
    return words.listed([*told, some_nodes(sorted(names - {""}), nodes, words)] if names - {""} else told)


def _nothing(unsure: str, nodes: Sequence[str], words: Words) -> str:
    if not nodes:
        return words.say("verdict.no_nodes")
    if unsure:
        return words.say("verdict.nothing_but", nodes=unsure)
    return words.say("verdict.nothing", nodes=some_nodes(nodes, nodes, words))


def _clauses(findings: Sequence[Finding], titles: Mapping[str, Text], words: Words) -> tuple[str, ...]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.kind.en if finding.kind else ""), []).append(finding)
    clauses = tuple(_clause(group, titles, words) for group in groups.values())
    if len(clauses) <= CLAUSES:
        return clauses
    return (*clauses[:CLAUSES], words.say("verdict.more", n=len(clauses) - CLAUSES))


def _clause(group: Sequence[Finding], titles: Mapping[str, Text], words: Words) -> str:
    title = (group[0].kind or titles.get(group[0].rule, group[0].title)).in_language(words.lang)
    counted = Counter(node for finding in group for node in finding.nodes)
    names = [printable(node) for node in sorted(counted)]
    if max(counted.values(), default=0) > 1:
        names = [words.say("list.times", name=printable(node), n=n) for node, n in sorted(counted.items())]
        return words.say("verdict.counted", title=printable(title), nodes=words.listed(names, NODES))
    if not names:
        return words.say("verdict.in_cluster", title=printable(title))
    return words.say("verdict.clause", title=printable(title), nodes=words.listed(names, NODES))


def _affected(findings: Sequence[Finding], words: Words, states: Mapping[str, str]) -> str:
    everyone = sorted({victim for finding in findings for victim in finding.affects})
    for kind, named in (("pods", _pod), ("claims", _claim), ("volumes", _volume)):
        names = sorted({name for victim in everyone if (name := named(victim))})
        if names:
            return words.say(
                f"verdict.{kind}",
                n=len(names),
                names=words.listed([printable(n) + states.get(n, "") for n in names], VICTIMS),
            )
    return words.say("verdict.nobody")


def _pod(victim: Affected) -> str:
    return f"{victim.namespace}/{victim.pod}" if victim.pod else ""


def _claim(victim: Affected) -> str:
    return f"{victim.namespace}/{victim.pvc}" if victim.pvc else ""


def _volume(victim: Affected) -> str:
    return victim.pv
