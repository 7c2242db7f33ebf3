"""What an analysis that says too much or too little is called, and the table of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from analyzer.engine import analyse as analyse_bundle
from analyzer.findings import Certainty
from samples import evaluate
from samples.scenario import __main__ as packing
from samples.scenario.loading import Scenario, load
from samples.scenario.outcome import analyse, compare

NAME = "residual/moved-volumes"
FLUSH = "worker-1/flush-map/3618cf24100f8f457015a764c000001f7"


def told_otherwise(**changed: object) -> Scenario:
    scenario = load(NAME)
    return replace(scenario, told=msgspec.structs.replace(scenario.told, **changed))


def problems(**changed: object) -> Sequence[str]:
    scenario = told_otherwise(**changed)
    return compare(scenario, analyse(scenario)).problems


def test_nothing_is_to_say_of_a_scenario_that_comes_out_as_told() -> None:
    assert problems() == ()


def test_a_finding_that_was_not_told_is_wrong() -> None:
    first, *_ = load(NAME).told.finding
    outcome = compare(scenario := told_otherwise(finding=(first,)), analyse(scenario))
    assert [identity[2] for identity in outcome.wrong] == ["wwid:3618cf24100f8f457016a764c000001f8"]
    assert any(problem.startswith("not expected: residual-multipath-map on worker-1") for problem in outcome.problems)


def test_another_certainty_is_missed_and_wrong() -> None:
    first, second = load(NAME).told.finding
    other = msgspec.structs.replace(first, certainty=Certainty.POSSIBLE)
    outcome = compare(scenario := told_otherwise(finding=(other, second)), analyse(scenario))
    assert (len(outcome.found), len(outcome.missed), len(outcome.wrong)) == (1, 1, 1)


def test_a_destroying_step_that_was_not_allowed_is_forbidden() -> None:
    allowed = tuple(step for step in load(NAME).told.allowed if step != FLUSH)
    assert problems(allowed=allowed) == (f"forbidden: {FLUSH} destroys and is not allowed",)


def test_a_destroying_step_that_is_not_proposed_is_missed() -> None:
    assert problems(allowed=(*load(NAME).told.allowed, "x")) == ("allowed: x is not proposed",)


def test_a_command_with_a_forbidden_word_is_quoted() -> None:
    assert "must_not: 'mpathb' stands in `multipath -f mpathb`" in problems(must_not=("mpathb",))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"verdict": "Nothing"}, "verdict: does not say 'Nothing'"),
        ({"inconclusive": {"worker-1": ("path-degraded",)}}, "inconclusive.worker-1: was judged after all"),
    ],
)
def test_another_difference_is_a_sentence(changed: dict[str, object], says: str) -> None:
    assert any(problem.startswith(says) for problem in problems(**changed))


def test_words_and_causes_of_a_finding_are_compared() -> None:
    first, second = load(NAME).told.finding
    said = problems(finding=(msgspec.structs.replace(first, says=("moon",), explained_by="path-degraded"), second))
    assert ["moon" in said[0], "explained by none, not by path-degraded" in said[1]] == [True, True]


def test_what_may_be_inconclusive_beside_the_named_ends_in_dots() -> None:
    scenario = load("residual/multipath-ll-hangs")
    strict = msgspec.structs.replace(scenario.told, inconclusive={"worker-1": ("residual-multipath-map",)})
    outcome = compare(replace(scenario, told=strict), analyse(scenario))
    assert any("could not be judged either" in problem for problem in outcome.problems)


def test_the_table_is_80_columns_wide_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(["--only", NAME]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.split() == ["residual-multipath-map", "2", "2", "0", "0"] for line in lines)
    assert "destroying steps: 6 proposed, 6 allowed, 0 forbidden" in lines


def test_a_word_that_fits_no_scenario_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(["--only", "nosuch"]) == 2
    assert "nosuch" in capsys.readouterr().err


def test_a_packed_scenario_is_a_bundle_with_the_same_verdict(tmp_path: Path) -> None:
    path = tmp_path / "bundle.tar.gz"
    assert packing.main([NAME, "-o", str(path)]) == 0
    packed = analyse_bundle(path).verdict.findings
    assert packed == analyse(load(NAME)).verdict.findings
