"""What the analysis says of a scenario, beside what the scenario says must come out."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.engine import Analysis, BundleInfo, analyse_snapshots
from analyzer.findings import Finding
from analyzer.report.verdict import verdict_view
from analyzer.report.words import Words
from analyzer.rules import rule_titles
from analyzer.runbook import Effect, Step
from samples.scenario.loading import Scenario
from samples.scenario.telling import AND_OTHERS, CLUSTER, ExpectedFinding, Telling

Identity = tuple[str, tuple[str, ...], str, str]  # rule, nodes, subject, certainty


@dataclass(frozen=True, slots=True)
class Outcome:
    """`found` of the expected findings were made; `problems` are sentences, none when all is as told."""

    scenario: Scenario
    expected: tuple[Identity, ...]
    found: tuple[Identity, ...]
    missed: tuple[Identity, ...]
    wrong: tuple[Identity, ...]
    proposed: tuple[str, ...]  # ids of destroying steps
    forbidden: tuple[str, ...]
    problems: tuple[str, ...]


def analyse(scenario: Scenario) -> Analysis:
    nodes = tuple(node.node for node in scenario.nodes)
    info = BundleInfo(scenario.name.replace("/", "-"), 1, scenario.started, nodes, complete=True)
    return analyse_snapshots(info, scenario.cluster, scenario.nodes)


def compare(scenario: Scenario, analysis: Analysis) -> Outcome:
    told = scenario.told
    expected = Counter((one.rule, tuple(one.nodes), one.subject, one.certainty.value) for one in told.finding)
    made = Counter(map(_identity, analysis.verdict.findings))
    steps = [step for runbook in analysis.runbooks for step in runbook.steps]
    proposed = tuple(step.id for step in steps if step.effect is Effect.DESTROYS)
    return Outcome(
        scenario=scenario,
        expected=tuple(expected.elements()),
        found=tuple((expected & made).elements()),
        missed=tuple((expected - made).elements()),
        wrong=tuple((made - expected).elements()),
        proposed=proposed,
        forbidden=tuple(step for step in proposed if step not in told.allowed),
        problems=(
            *(f"missed: {_spoken(one)}" for one in (expected - made).elements()),
            *(f"not expected: {_spoken(one)}" for one in (made - expected).elements()),
            *_about_findings(told, analysis),
            *_about_gaps(told, analysis),
            *_about_steps(told, steps, proposed),
            *_about_verdict(told, analysis),
        ),
    )


def _identity(finding: Finding) -> Identity:
    return finding.rule, finding.nodes, finding.subject, finding.certainty.value


def _spoken(identity: Identity) -> str:
    rule, nodes, subject, certainty = identity
    return f"{rule} on {', '.join(nodes) or 'no node'}, {subject}, {certainty}"


def _about_findings(told: Telling, analysis: Analysis) -> Iterator[str]:
    """The words of each finding, and what it is folded under."""
    made = {_identity(finding): finding for finding in analysis.verdict.findings}
    for expected in told.finding:
        identity = (expected.rule, tuple(expected.nodes), expected.subject, expected.certainty.value)
        if identity in made:
            yield from _about(expected, made[identity], analysis)


def _about(expected: ExpectedFinding, finding: Finding, analysis: Analysis) -> Iterator[str]:
    said = " ".join(f"{finding.title.en}\n{finding.cause.en}".split())
    for words in expected.says:
        if " ".join(words.split()) not in said:
            yield f"{finding.id}: its title and cause do not say {words!r}, but: {said}"
    causes = {one.rule for one in analysis.verdict.findings if finding.id in one.explains}
    wanted = {expected.explained_by} if expected.explained_by else set()
    if not (wanted <= causes and bool(wanted) == bool(causes)):
        yield f"{finding.id}: explained by {_listed(causes)}, not by {_listed(wanted)}"


def _about_gaps(told: Telling, analysis: Analysis) -> Iterator[str]:
    gaps: dict[str, set[str]] = {}
    for gap in analysis.verdict.inconclusive:
        gaps.setdefault(gap.node or CLUSTER, set()).add(gap.rule)
        failed = [why.reason for why in gap.missing if why.probe == gap.rule]  # of a rule that raised
        yield from (f"{gap.rule} on {gap.node or CLUSTER}: {reason}" for reason in failed)
    for node in sorted({*gaps, *told.inconclusive}):
        named = told.inconclusive.get(node, ())
        missing = {*named} - {AND_OTHERS} - gaps.get(node, set())
        others = set() if AND_OTHERS in named else gaps.get(node, set()) - {*named}
        if missing:
            yield f"inconclusive.{node}: was judged after all: {_listed(missing)}"
        if others:
            yield f"inconclusive.{node}: could not be judged either: {_listed(others)}"


def _about_steps(told: Telling, steps: list[Step], proposed: tuple[str, ...]) -> Iterator[str]:
    yield from (f"allowed: {step} is not proposed" for step in told.allowed if step not in proposed)
    yield from (f"forbidden: {step} destroys and is not allowed" for step in proposed if step not in told.allowed)
    for step in steps:
        line = " ".join((shlex.join(step.command.argv), step.command.stdin or "")) if step.command else ""
        yield from (f"must_not: {word!r} stands in `{line.strip()}`" for word in told.must_not if word in line)


def _about_verdict(told: Telling, analysis: Analysis) -> Iterator[str]:
    if told.verdict and told.verdict not in (headline := first_sentence(analysis)):
        yield f"verdict: does not say {told.verdict!r}, but: {headline}"


def first_sentence(analysis: Analysis) -> str:
    """What the report begins with, in English."""
    titles = rule_titles()
    return verdict_view(analysis.verdict, [node.node for node in analysis.nodes], titles, Words("en"), {}).headline


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words)) or "none"
