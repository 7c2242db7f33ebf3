"""Fixtures: the node of our own, under each shell that a runbook may meet."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from tests.analyzer.report.fake_node import FakeNode, unshare, works

SHELLS = (("dash",), ("bash",), ("busybox", "sh"))


def stand_up(root: Path, shell: tuple[str, ...]) -> FakeNode:
    if unshare() is None:
        pytest.skip("needs root or user namespaces to stand a node up")
    if not works((*shell, "-c", "true")):
        pytest.skip(f"{shell[0]} is not installed")
    return FakeNode(root, shell)


@pytest.fixture(params=(SHELLS[0], pytest.param(SHELLS[1], marks=pytest.mark.slow), SHELLS[2]), ids=" ".join)
def node(request: pytest.FixtureRequest, tmp_path: Path) -> FakeNode:
    return stand_up(tmp_path / "node", request.param)


@pytest.fixture
def guarded(request: pytest.FixtureRequest, tmp_path: Path) -> FakeNode:
    """For the many questions of the guards: each under one shell, drawn by the test's name."""
    return stand_up(tmp_path / "node", SHELLS[zlib.crc32(request.node.name.encode()) % len(SHELLS)])
