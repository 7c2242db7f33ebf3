"""Facts -> what the rules say of them; findings folded under their causes, and ranked.

Input    facts by type, and the rules.
Output   findings, what could not be known, what was cleared.  The order is: causes before symptoms, worst first, surest
         first, then by id; it depends on nothing else.
A rule is not called while a fact it needs is unknown.  One that fails is inconclusive there, and says so: a stranger's
file may not take the other answers down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.findings import Certainty, Cleared, Finding, Inconclusive, Severity, Verdict
from analyzer.reading import Facts
from analyzer.rules import Cause, Need, Rule, Scope, Through
from analyzer.runbook import Phase, Step, ordered
from analyzer.sparing import spared
from bundle.capture import Status

SEVERITIES = tuple(Severity)
CERTAINTIES = tuple(Certainty)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all rules of one scope say of one node, or of the cluster (`node` is "")."""

    node: str
    findings: tuple[Finding, ...] = ()
    inconclusive: tuple[Inconclusive, ...] = ()
    cleared: tuple[str, ...] = ()


def judge_node(node: str, facts: Facts, rules: Iterable[Rule]) -> Judgement:
    return _judge(node, facts, [rule for rule in rules if rule.scope is Scope.NODE])


def judge_cluster(facts: Facts, rules: Iterable[Rule]) -> Judgement:
    """`facts` holds, for every fact that a rule compares across nodes, `Across[…]` of it under its own type."""
    return _judge("", facts, [rule for rule in rules if rule.scope is Scope.CLUSTER])


def compared(rules: Iterable[Rule]) -> frozenset[type]:
    """The facts of nodes that the cluster's rules compare."""
    return frozenset(need.fact for rule in rules for need in rule.needs if need.across)


def across(facts_of: Mapping[str, Facts], kinds: Iterable[type]) -> dict[type, object]:
    """Facts by node -> one `Across` a kind."""
    return {kind: Across({node: facts_of[node][kind] for node in sorted(facts_of)}) for kind in kinds}


def _judge(node: str, facts: Facts, rules: Sequence[Rule]) -> Judgement:
    findings: list[Finding] = []
    inconclusive: list[Inconclusive] = []
    cleared: list[str] = []
    for rule in rules:
        said = list(_apply(rule, node, facts))
        findings += [one for one in said if isinstance(one, Finding)]
        gaps: dict[str, list[Unknown]] = {}
        for one in said:
            if isinstance(one, Inconclusive):
                gaps.setdefault(one.node, []).extend(one.missing)
        inconclusive += [Inconclusive(rule.id, at, tuple(dict.fromkeys(missing))) for at, missing in gaps.items()]
        if not said:
            cleared.append(rule.id)
    return Judgement(node, tuple(findings), tuple(inconclusive), tuple(cleared))


def _apply(rule: Rule, node: str, facts: Facts) -> Iterator[Finding | Inconclusive]:
    values = {need.parameter: _value(need, facts) for need in rule.needs}
    missing = [
        value for need in rule.needs if isinstance(value := values[need.parameter], Unknown) and not need.optional
    ]
    if missing:
        yield Inconclusive(rule.id, node, tuple(missing))
        return
    where = (node,) if rule.scope is Scope.NODE else ()
    said: list[Finding | Inconclusive] = spared(
        lambda: list(rule.judge(*where, **values)), lambda error: [_failed(rule, node, error)]
    )
    yield from said


def _failed(rule: Rule, node: str, error: Exception) -> Inconclusive:
    why = f"the rule failed ({type(error).__name__}: {error}); please report this with the bundle"
    return Inconclusive(rule.id, node, (Unknown(rule.id, Status.FAILED, why),))


def _value(need: Need, facts: Facts) -> object:
    if need.across:
        return facts.get(need.fact, Across({}))
    return facts.get(need.fact, Unknown(need.fact.__name__, Status.ABSENT, "no parser reads this fact"))


def verdict_of(judgements: Sequence[Judgement], rules: Sequence[Rule]) -> Verdict:
    """All judgements as one: folded and ranked."""
    findings = fold(needed([finding for one in judgements for finding in one.findings], rules), rules)
    cleared: dict[str, list[str]] = {}
    for one in judgements:
        for rule in one.cleared:
            cleared.setdefault(rule, []).append(one.node)
    gaps = [gap for one in judgements for gap in one.inconclusive]
    return Verdict(
        findings=rank(findings),
        inconclusive=tuple(sorted(gaps, key=lambda gap: (gap.rule, gap.node))),
        cleared=tuple(Cleared(rule, tuple(sorted(nodes))) for rule, nodes in sorted(cleared.items())),
    )


def needed(findings: Sequence[Finding], rules: Iterable[Rule]) -> list[Finding]:
    """Without those of fallback rules whose volumes another finding concerns."""
    fallback = {rule.id for rule in rules if rule.is_fallback}
    concerned = {volume for finding in findings if finding.rule not in fallback for volume in volumes_of(finding)}
    return [finding for finding in findings if finding.rule not in fallback or not volumes_of(finding) & concerned]


def fold(findings: Sequence[Finding], rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Each symptom told as one, and each cause naming the symptoms it explains."""
    causes_of = {rule.id: rule.explained_by for rule in rules if rule.explained_by}
    known: dict[tuple[str, Through, str], list[Finding]] = {}
    for finding in findings:
        for through in Through:
            for tie in _ties(through, finding):
                known.setdefault((finding.rule, through, tie), []).append(finding)
    explains: dict[str, list[str]] = {}
    told: list[Finding] = []
    for finding in findings:
        found = [
            (cause, other)
            for cause in causes_of.get(finding.rule, ())
            for tie in _ties(cause.through, finding)
            for other in known.get((cause.rule, cause.through, tie), ())
            if other.id != finding.id
        ]
        for _, other in found:
            explains.setdefault(other.id, []).append(finding.id)
        told.append(_as_symptom(finding, found))
    return tuple(finding.explaining(*explains.get(finding.id, ())) for finding in told)


def _ties(through: Through, finding: Finding) -> Iterable[str]:
    """What a cause and its symptom must share one of."""
    if through is Through.CLUSTER:
        return ("",)
    if through is Through.VOLUME:
        return sorted(volumes_of(finding))
    return finding.nodes if through is Through.NODE else [f"{node} {finding.subject}" for node in finding.nodes]


def volumes_of(finding: Finding) -> set[str]:
    """What it concerns: PVs, and claims that have none yet."""
    named = {one.pv or f"{one.namespace}/{one.pvc}" for one in finding.affects}
    return {*named, finding.subject.removeprefix("pv:")} if finding.subject.startswith("pv:") else named


def _as_symptom(finding: Finding, found: Sequence[tuple[Cause, Finding]]) -> Finding:
    """With a cause of its own to tell, a symptom is surer, and what mends the cause mends it."""
    says = next((cause.says for cause, _ in found if cause.says is not None), None)
    if says is None:
        return finding
    steps: list[Step] = [step for _, other in found for step in other.steps]
    steps += [step for step in finding.steps if step.phase is Phase.CONFIRM]
    sure = Certainty.LIKELY if finding.certainty is Certainty.POSSIBLE else finding.certainty
    return replace(finding, cause=says, certainty=sure, steps=ordered(steps))


def rank(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    once = {finding.id: finding for finding in findings}
    symptoms = {symptom for finding in once.values() for symptom in finding.explains}
    return tuple(
        sorted(
            once.values(),
            key=lambda finding: (
                finding.id in symptoms,
                SEVERITIES.index(finding.severity),
                CERTAINTIES.index(finding.certainty),
                finding.id,
            ),
        )
    )
