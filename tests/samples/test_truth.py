"""Each sample ends in exactly the truth that its EXPECTED.json states."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzer.engine import Analysis, analyse
from analyzer.runbook import Step
from samples.pack import folders

FOLDERS = {folder.name: folder for folder in folders()}


@pytest.fixture(scope="module")
def analyses() -> dict[str, Analysis]:
    return {}


@pytest.fixture(params=FOLDERS)
def sample(request: pytest.FixtureRequest, analyses: dict[str, Analysis]) -> tuple[Analysis, dict[str, Any]]:
    folder = FOLDERS[request.param]
    if folder.name not in analyses:
        analyses[folder.name] = analyse(folder)
    return analyses[folder.name], json.loads((folder / "EXPECTED.json").read_text())


def test_the_findings_are_the_expected_ones(sample: tuple[Analysis, dict[str, Any]]) -> None:
    analysis, expected = sample
    found = [
        {"rule": one.rule, "nodes": list(one.nodes), "subject": one.subject, "certainty": one.certainty}
        for one in analysis.verdict.findings
    ]
    assert sorted(found, key=str) == sorted(expected["findings"], key=str)
    assert expected["exit_code"] == (1 if found else 0)


def test_what_could_not_be_judged_is_named_with_its_node(sample: tuple[Analysis, dict[str, Any]]) -> None:
    analysis, expected = sample
    found: dict[str, list[str]] = {}
    for one in analysis.verdict.inconclusive:
        found.setdefault(one.node, []).append(one.rule)
    assert set(found) == set(expected["inconclusive"])
    for node, rules in expected["inconclusive"].items():
        if rules[-1:] == ["..."]:  # and others
            assert set(rules[:-1]) <= set(found[node])
        else:
            assert sorted(found[node]) == sorted(rules)


def test_the_runbook_acts_on_what_is_residual_and_on_nothing_else(sample: tuple[Analysis, dict[str, Any]]) -> None:
    analysis, expected = sample
    runbooks = {runbook.host: runbook.steps for runbook in analysis.runbooks}
    for host, words in expected["runbooks"].items():
        told = "\n".join(step.does.en for step in runbooks[host])
        acts = "\n".join(line for step in runbooks[host] for line in lines(step))
        assert [word for word in words["must_appear"] if word not in told + acts] == []
        assert [word for word in words["must_not_appear"] if word in acts] == []


def test_every_folder_says_what_it_is_and_what_must_come_out() -> None:
    for folder in FOLDERS.values():
        assert {"README.md", "EXPECTED.json", "bundle.json", "nodes", "cluster"} <= names(folder)


def lines(step: Step) -> Iterator[str]:
    """What a step runs and asks, as a reader sees it."""
    if step.command:
        yield f"{shlex.join(step.command.argv)} <<< {step.command.stdin or ''}"
    for guard in step.guards:
        yield shlex.join(guard.call)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
