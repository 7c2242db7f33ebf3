"""The demonstration's parts that need no report: real ssh into a replayed node."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from samples import sshd
from samples.pack import HERE
from samples.replay import Replay
from tests.samples import replaying

pytestmark = pytest.mark.skipif(replaying.why_not() != "", reason=replaying.why_not() or "namespaces work")


def test_ssh_enters_the_replayed_node(tmp_path: Path) -> None:
    with sshd.serve(Replay(HERE / "demo/nodes/worker-3"), tmp_path) as server:
        config, known_hosts = sshd.write_client_files((server,), tmp_path)
        command = ["ssh", "-F", str(config), "-o", f"UserKnownHostsFile={known_hosts}", "worker-3", "hostname; echo $0"]
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    assert done.stdout.split()[0] == b"worker-3", done.stderr


def test_a_server_leaves_nothing_running(tmp_path: Path) -> None:
    with sshd.serve(Replay(HERE / "demo/nodes/worker-3"), tmp_path) as server:
        port = server.port
    listening = subprocess.run(["ss", "-Htln", f"sport = :{port}"], capture_output=True, check=True)
    assert listening.stdout == b""
