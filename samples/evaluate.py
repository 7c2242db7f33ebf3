"""`python -m samples.evaluate [--only WORD]`: every scenario judged against its truth, as a table.

Exit code 0 when all come out as told, 1 when a finding is missed or wrong, a step is forbidden, or anything else
differs, 2 when a scenario cannot be read.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.rules import Scope, all_rules
from samples.scenario.loading import Scenario, load, names
from samples.scenario.outcome import Outcome, analyse, compare
from samples.scenario.telling import Class, ScenarioError

WIDTH = 80


@dataclass(frozen=True, slots=True)
class Evaluation:
    outcomes: tuple[Outcome, ...]
    seconds: float  # of the analysis alone
    judged: int  # rules applied: each rule of a node once a node, each of the cluster once


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m samples.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="WORD", help="scenarios whose name contains this")
    only = parser.parse_args(arguments).only
    chosen = [name for name in names() if only in name]
    if not chosen:
        print(f"no scenario has {only!r} in its name; they are the folders of samples/scenarios", file=sys.stderr)
        return 2
    readable, mistakes = read(chosen)
    evaluation = evaluate(readable)
    print("\n".join(table(evaluation)))
    print("".join(f"\n{mistake}\n" for mistake in mistakes), file=sys.stderr, end="")
    if mistakes:
        return 2
    return 1 if any(outcome.problems for outcome in evaluation.outcomes) else 0


def read(chosen: Iterable[str]) -> tuple[tuple[Scenario, ...], tuple[ScenarioError, ...]]:
    """The scenarios, and what is wrong with those that cannot be read."""
    readable: list[Scenario] = []
    mistakes: list[ScenarioError] = []
    for name in chosen:
        try:
            readable.append(load(name))
        except ScenarioError as mistake:
            mistakes.append(mistake)
    return tuple(readable), tuple(mistakes)


def evaluate(scenarios: Iterable[Scenario]) -> Evaluation:
    outcomes: list[Outcome] = []
    seconds, judged = 0.0, 0
    for scenario in scenarios:
        begun = time.perf_counter()
        analysis = analyse(scenario)
        seconds += time.perf_counter() - begun
        judged += sum(len(scenario.nodes) if rule.scope is Scope.NODE else 1 for rule in all_rules())
        outcomes.append(compare(scenario, analysis))
    return Evaluation(tuple(outcomes), seconds, judged)


def table(evaluation: Evaluation) -> Iterator[str]:
    yield from _by_rule(evaluation.outcomes)
    yield ""
    yield from _by_class(evaluation.outcomes)
    yield ""
    yield from _totals(evaluation)
    yield from _differences(evaluation.outcomes)


def _by_rule(outcomes: Sequence[Outcome]) -> Iterator[str]:
    kinds = ("expected", "found", "missed", "wrong")
    counts = {
        kind: Counter(identity[0] for outcome in outcomes for identity in getattr(outcome, kind)) for kind in kinds
    }
    yield _row("rule", *kinds)
    yield "-" * WIDTH
    for rule in all_rules():
        yield _row(rule.id, *(counts[kind][rule.id] for kind in kinds))
    yield "-" * WIDTH
    yield _row("all rules", *(counts[kind].total() for kind in kinds))


def _by_class(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield _row("class", "scenarios", "right", "wrong")
    yield "-" * WIDTH
    for kind in Class:
        of_kind = [outcome for outcome in outcomes if outcome.scenario.told.about is kind]
        wrong = sum(bool(outcome.problems) for outcome in of_kind)
        if of_kind:
            yield _row(kind.value, len(of_kind), len(of_kind) - wrong, wrong)


def _totals(evaluation: Evaluation) -> Iterator[str]:
    outcomes = evaluation.outcomes
    proposed = sum(len(outcome.proposed) for outcome in outcomes)
    allowed = sum(len(outcome.scenario.told.allowed) for outcome in outcomes)
    forbidden = sum(len(outcome.forbidden) for outcome in outcomes)
    yield f"destroying steps: {proposed} proposed, {allowed} allowed, {forbidden} forbidden"
    speed = evaluation.judged / evaluation.seconds if evaluation.seconds else 0
    yield f"{len(outcomes)} scenarios in {evaluation.seconds:.1f} s: {speed:,.0f} rules judged a second"


def _differences(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.problems:
            yield f"\n{outcome.scenario.name}"
            yield from (f"  {problem}" for problem in outcome.problems)


def _row(first: object, *cells: object) -> str:
    return f"{first!s:<36}" + "".join(f"{cell!s:>11}" for cell in cells)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
