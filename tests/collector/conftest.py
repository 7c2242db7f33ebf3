"""A node to log in to, a made-up one to run loops on, and `csi-collector` as a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from samples import loopback as sshd
from tests.collector import api, made_up_host, pods
from tests.collector.api import Api
from tests.collector.made_up import Node

Run = Callable[..., subprocess.CompletedProcess[str]]
COLLECTOR = (sys.executable, "-c", "from collector.cli import main; main()")


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sshd.Sshd]:
    with sshd.start(tmp_path_factory.mktemp("node")) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home without keys, so that nobody's own SSH settings take part."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("SSH_AUTH_SOCK", "KUBECONFIG")}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.fixture
def collector(tmp_path: Path, environment: dict[str, str]) -> Run:
    def run(*words: object, **changed: str) -> subprocess.CompletedProcess[str]:
        command = [*COLLECTOR, *map(str, words)]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={**environment, **changed},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[made_up_host.Host]:
    if not made_up_host.possible() or shutil.which("kubectl") is None:
        pytest.skip("needs kubectl, and root with namespaces for a host of its own")
    with made_up_host.running(tmp_path_factory.mktemp("host"), "worker-1") as running:
        yield running


@pytest.fixture
def server(host: made_up_host.Host, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A cluster with the node worker-1 and the driver's pod on it; kubectl notes what it finds out in a home."""
    monkeypatch.setenv("HOME", str(home))
    with api.serving(tmp_path, pods.DISCOVERY) as serving:
        serving.pods = pods.Pods({"worker-1": host}, serving.objects)
        serving.pods.add(pods.node("worker-1"), pods.driver_pod("worker-1"))
        yield serving
    host.clean()


@pytest.fixture
def made_up(tmp_path: Path) -> Node:
    return Node(tmp_path)
