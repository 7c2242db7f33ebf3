"""Gaps and outcomes: each missing answer once, with all nodes that lack it."""

from __future__ import annotations

from functools import cache

from analyzer.report.model import Report, build
from analyzer.report.paper.gaps import gaps, outcomes
from benchmarks.many_nodes import analysis_of
from tests.analyzer.report.example import example


@cache
def many() -> Report:
    return build(analysis_of(nodes=400, sick=4), "en")


def test_a_missing_answer_stands_once_with_its_nodes() -> None:
    told = {gap.missing.probe: gap.where for gap in gaps(build(example(), "en"))}
    assert told == {
        "volumeattachments": "Cluster",
        "dmsetup_table": "worker-c",
        "lvm_pvs": "worker-c",
        "every probe": "worker-e",
    }


def test_reasons_that_differ_in_an_address_are_told_as_one() -> None:
    (unreachable,) = (gap for gap in gaps(many()) if gap.missing.status == "unreachable")
    assert unreachable.reason == "no route to host …"
    assert unreachable.where == "8 of 400 nodes"


def test_every_node_has_its_fate() -> None:
    told = outcomes(many())
    assert sorted(name for fate in told for name in fate.names) == [f"node-{n:04d}" for n in range(400)]
    assert sum(fate.findings for fate in told) == sum(view.findings * len(view.names) for view in many().outcomes)


def test_the_sick_stand_apart_from_the_healthy() -> None:
    assert [(one.outcome, one.findings > 0) for one in outcomes(many())] == [
        ("unreachable", False),
        ("partial", False),
        ("collected", True),
        ("collected", False),
    ]
