"""The closing table, for a handful of nodes and for thousands."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console

from bundle.capture import Outcome
from collector.progress import MOST_ROWS, closing_table
from collector.results import NodeResult

REASON = "7 of 55 probes without an answer: 7 timeout; " * 9


def result(number: int, outcome: Outcome = Outcome.COLLECTED, reason: str = "") -> NodeResult:
    return NodeResult(f"node-{number:04d}", outcome, reason, 50, 55, 2.5, ())


def printed(results: Sequence[NodeResult], left_out: Sequence[str] = (), **more: object) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=80, color_system=None).print(closing_table(results, left_out, **more))  # type: ignore[arg-type]
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_of_few_nodes_each_has_its_line_and_its_whole_reason() -> None:
    shown = " ".join(printed([result(1), result(2, Outcome.PARTIAL, REASON)]))
    assert "node-0001" in shown
    assert shown.count("timeout") == REASON.count("timeout")


def test_of_thousands_those_that_are_not_whole_are_told_on_a_few_screens() -> None:
    troubled = [result(number, Outcome.PARTIAL, REASON) for number in range(0, 5000, 50)]
    lines = printed([*map(result, range(4900)), *troubled])
    assert sum(line.startswith("node-") for line in lines) == MOST_ROWS
    assert len(lines) <= 2 + 2 * MOST_ROWS + 2
    assert max(map(len, lines)) <= 80
    assert lines[-2:] == [
        "4900 collected, 100 partial, 0 unreachable",
        "60 more that are not whole have no line here; the bundle tells why",
    ]


def test_what_was_collected_before_and_what_was_left_out_is_counted() -> None:
    lines = printed([result(1)], [f"n{number}" for number in range(9)], why="not collected: time was over", before=197)
    assert lines[-2:] == [
        "1 collected, 0 partial, 0 unreachable, 197 collected before, 9 not collected",
        "not collected: time was over: n0, n1, n2, n3, n4, n5 and 3 more",
    ]
