"""The demonstration, and real ssh into a replayed node."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
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


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_the_demonstration_ends_in_the_truth_of_its_sample(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "samples.demo", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "out/report/report.json").read_text())
    expected = json.loads((HERE / "demo/EXPECTED.json").read_text())
    nodes = {"worker-1", "worker-2", "worker-3"}
    found = [{key: one[key] for key in ("rule", "nodes", "subject", "certainty")} for one in report["findings"]]
    assert sorted(filter(lambda one: nodes & {*one["nodes"]}, found), key=str) == sorted(expected["findings"], key=str)
    assert (tmp_path / "out/report/runbook/worker-1.sh").exists()
