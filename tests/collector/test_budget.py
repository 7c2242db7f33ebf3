"""The time that a whole run may take."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bundle.capture import Status
from collector.budget import NO_LIMIT, Budget
from collector.cluster.kubectl import Kubectl
from collector.periods import seconds_of

OVER = Budget("20min", ends_at=0)


@pytest.mark.parametrize(("period", "seconds"), [("90s", 90), ("20min", 1200), ("2h", 7200), ("1d", 86400)])
def test_a_period_is_so_many_seconds(period: str, seconds: int) -> None:
    assert seconds_of(period) == seconds


def test_what_is_left_is_never_negative_and_never_more_than_is_asked_for() -> None:
    assert (NO_LIMIT.over, NO_LIMIT.left(300)) == (False, 300)
    assert (OVER.over, OVER.left(300)) == (True, 0)
    assert Budget.of("20min").left(300) == 300


def test_when_it_is_over_the_cluster_is_not_asked_any_more() -> None:
    client = Kubectl("/nowhere/kubectl", Path("config"), None, threading.Event(), OVER)
    reply = client.get("/api/v1/nodes")
    assert (reply.status, reply.reason) == (Status.TIMEOUT, "the time budget of 20min was over")
