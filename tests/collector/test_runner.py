"""Many simulated nodes through the real runner: none of them can harm another, and the order does not matter."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from analyzer.engine import analyse
from benchmarks.fleet import SMALLEST_KIB, Fleet, answer
from bundle.bounds import LIMITS
from bundle.capture import NodeSnapshot, Outcome, Status
from bundle.reader import BundleReader
from collector.budget import NO_LIMIT, Budget
from collector.collecting import Collected, Run
from collector.errors import UserError
from collector.resuming import NOTHING
from collector.runner import Job
from collector.transports import Transport
from collector.wishes import Wishes

NODES = 60
SICK = (24, 49)
HANGS, HANGS_HALF_WAY, MISTAKE = 31, 47, 89


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    answer("warm", SMALLEST_KIB)


def collected(bundle: Path, jobs: Sequence[Job], *, budget: Budget = NO_LIMIT, at_once: int = 8) -> Collected:
    wishes = Wishes(bundle, "test", jobs=at_once, node_timeout_s=20)
    return Run(wishes, Console(file=io.StringIO()), NOTHING, None, threading.Event(), budget).write(list(jobs))


def fleet(seed: int = 1, pace: float = 0.002) -> Fleet:
    return Fleet(seed=seed, pace=pace, largest_kib=SMALLEST_KIB)


def answers(bundle: Path) -> dict[str, NodeSnapshot]:
    """Without when they were given."""
    return {one.node: replace(one, started="", seconds=0) for one in BundleReader(bundle).snapshots()}


def failing(error: Exception) -> Job:
    def open_way() -> Transport:
        raise error

    return Job("failing", "192.0.2.9", open_way, str)


def in_two_orders(folder: Path, numbers: Sequence[int]) -> tuple[Path, Path]:
    for seed in (1, 2):
        collected(folder / str(seed), [fleet(seed, 0.02).job(number) for number in numbers], at_once=16)
    return folder / "1", folder / "2"


def test_the_order_in_which_nodes_arrive_changes_none_of_them(tmp_path: Path) -> None:
    numbers = [number for number in range(NODES) if not fleet().trouble_of(number).startswith("hangs")]
    one, other = in_two_orders(tmp_path, numbers)
    assert BundleReader(one).nodes() != BundleReader(other).nodes()
    assert answers(one) == answers(other)


def test_the_order_in_which_nodes_arrive_changes_no_finding(tmp_path: Path) -> None:
    one, other = in_two_orders(tmp_path, (0, 1, 3, *SICK))
    found = analyse(one, workers=1).verdict
    assert {finding.nodes for finding in found.findings} >= {("node-0024",), ("node-0049",)}
    assert analyse(other, workers=1).verdict == found


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (UserError("no key is left"), "no key is left"),
        (OSError(24, "Too many open files"), "this should not happen (OSError: [Errno 24] Too many open files)"),
        (ValueError("a \x1b[31mmistake"), "this should not happen (ValueError: a ?[31mmistake)"),
    ],
)
def test_whatever_goes_wrong_with_a_node_costs_that_node_alone(tmp_path: Path, error: Exception, says: str) -> None:
    jobs = [fleet().job(0), failing(error), fleet().job(1), fleet().job(MISTAKE)]
    done = collected(tmp_path / "b.tar.gz", jobs, at_once=1)
    assert {result.node: result.whole for result in done.results} == {
        "failing": False,
        "node-0000": True,
        "node-0001": True,
        "node-0089": False,
    }
    failed = answers(tmp_path / "b.tar.gz")["failing"]
    assert says in failed.reason
    assert {capture.status for capture in failed.captures} == {Status.FAILED}


def test_a_node_that_gave_more_than_a_bundle_may_hold_costs_that_node_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bundle.writer.LIMITS", replace(LIMITS, file_bytes=50 * 1024))
    collected(tmp_path / "b.tar.gz", [fleet().job(0)])
    [result] = answers(tmp_path / "b.tar.gz").values()
    assert "more than a bundle may hold of one node" in result.reason
    assert result.outcome is Outcome.PARTIAL


def test_when_the_time_of_the_run_is_over_what_arrived_is_kept_and_the_rest_is_told(tmp_path: Path) -> None:
    jobs = [fleet().job(number) for number in (HANGS, HANGS_HALF_WAY, 0, 1)]
    done = collected(tmp_path / "b.tar.gz", jobs, budget=Budget.of("4s"), at_once=2)
    cut = answers(tmp_path / "b.tar.gz")["node-0047"]
    assert "the time budget of 4s was over" in cut.reason
    assert (cut.outcome, cut.captures[0].status, cut.captures[-1].status) == (
        Outcome.PARTIAL,
        Status.COLLECTED,
        Status.TIMEOUT,
    )
    told = BundleReader(tmp_path / "b.tar.gz").targets()
    assert told["node-0001"].reason == "not collected: the time budget of 4s was over"
    assert (done.left_out, done.whole) == (("node-0000", "node-0001", "node-0031"), False)
