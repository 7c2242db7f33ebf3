"""A run that is killed with SIGKILL, and the one that goes on with it, as processes and over real SSH."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.fleet import SMALLEST_KIB, answer
from bundle.capture import Outcome
from bundle.new_file import parts_of
from bundle.reader import BundleReader
from samples import loopback as sshd
from tests.collector.conftest import COLLECTOR, Run

# where multipathd is installed and does not run, it fails, and no node is whole
QUIET = "for m in /usr/sbin/multipathd /sbin/multipathd; do [ ! -e $m ] || mount --bind /bin/true $m; done"
WITHOUT_MULTIPATHD = ("unshare", "-m", "sh", "-c", f'{QUIET}; exec "$@"', "sh")

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a node a multipathd of its own")


@pytest.fixture(scope="module")
def hanging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sshd.Sshd]:
    """A node that lets everyone in, tells half of what it has to tell, and then says nothing more."""
    folder = tmp_path_factory.mktemp("hanging")
    told = answer("hanging", SMALLEST_KIB)
    (folder / "half").write_bytes(told[: len(told) // 2])
    with sshd.start(folder, settings=[f"ForceCommand cat {folder}/half; exec tail -f /dev/null --pid=$PPID"]) as server:
        yield server


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sshd.Sshd]:
    """A node that answers everything."""
    with sshd.start(tmp_path_factory.mktemp("whole"), before=WITHOUT_MULTIPATHD) as server:
        yield server


def way_in(*servers: sshd.Sshd, folder: Path) -> list[str]:
    (folder / "known").write_text("".join(server.known_hosts.read_text() for server in servers))
    lines = [f"IdentityFile {server.identity}" for server in servers]
    lines += [f"UserKnownHostsFile {folder}/known", f"User {servers[0].user}"]
    (folder / "config").write_text("\n".join(lines) + "\n")
    return ["--ssh-config", str(folder / "config"), "--no-active"]


def list_nodes(folder: Path, **servers: sshd.Sshd) -> Path:
    (folder / "nodes").write_text("".join(f"{name} 127.0.0.1:{server.port}\n" for name, server in servers.items()))
    return folder / "nodes"


def logins(server: sshd.Sshd) -> int:
    return server.identity.with_name("log").read_text().count("Accepted publickey")


def kill_when_told(command: list[str], told: str, folder: Path, environment: dict[str, str]) -> None:
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert any(told in line for line in process.stderr)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    process.stderr.close()


def test_a_killed_run_is_gone_on_with_without_asking_again_who_has_answered(
    collector: Run, node: sshd.Sshd, hanging: sshd.Sshd, tmp_path: Path, environment: dict[str, str]
) -> None:
    way, bundle = way_in(node, hanging, folder=tmp_path), tmp_path / "b.tar.gz"
    nodes = list_nodes(tmp_path, quick=node, hanging=hanging)
    kill_when_told(
        [*COLLECTOR, "collect", "--nodes", str(nodes), *way, "-o", "b.tar.gz"], "quick", tmp_path, environment
    )
    [part] = parts_of(bundle)
    arrived = BundleReader(part).packed("quick")
    assert arrived is not None
    if arrived.outcome is not Outcome.COLLECTED:
        pytest.skip(f"no node is whole on this machine: {arrived.reason}")
    before = logins(node)
    list_nodes(tmp_path, quick=node, hanging=node)  # it is well again

    done = collector("collect", "--nodes", nodes, *way, "--resume", "b.tar.gz")

    asked_again = [name for name in ("quick", "hanging") if f"{name} collected in" in done.stderr]
    assert (done.returncode, asked_again, logins(node) - before) == (0, ["hanging"], 1), done.stderr
    assert BundleReader(bundle).packed("quick") == arrived
    assert parts_of(bundle) == ()
    assert collector("verify", "b.tar.gz").stdout.endswith("verdict: sound\n")

    done = collector("collect", "--nodes", nodes, *way, "--resume", "b.tar.gz")

    assert (done.returncode, done.stderr.splitlines()[0]) == (0, "nothing is missing in b.tar.gz; it was left as it is")
    assert logins(node) - before == 1


def test_a_run_whose_time_is_over_leaves_a_whole_bundle(
    collector: Run, node: sshd.Sshd, hanging: sshd.Sshd, tmp_path: Path
) -> None:
    way, nodes = way_in(node, hanging, folder=tmp_path), list_nodes(tmp_path, hanging=hanging, next=node)
    done = collector("collect", "--nodes", nodes, *way, "--jobs", 1, "--deadline", "6s", "-o", "b.tar.gz")
    reader = BundleReader(tmp_path / "b.tar.gz")
    assert done.returncode == 1, done.stderr
    assert reader.nodes() == ("hanging",)
    assert reader.targets()["hanging"].reason.endswith("timeout; the time budget of 6s was over")
    assert reader.targets()["next"].reason == "not collected: the time budget of 6s was over"
    assert "not collected: the time budget of 6s was over: next" in " ".join(done.stderr.split())


def test_a_run_whose_time_is_over_before_anybody_told_anything_gives_no_bundle(
    collector: Run, node: sshd.Sshd, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as black_hole:
        (tmp_path / "nodes").write_text(f"silent 127.0.0.1:{black_hole.getsockname()[1]}\n")
        way = way_in(node, folder=tmp_path)
        done = collector("collect", "--nodes", "nodes", *way, "--deadline", "2s", "-o", "b.tar.gz")
    assert (done.returncode, list(tmp_path.glob("*b.tar.gz*"))) == (2, [])
    assert done.stderr.endswith("since no node was reached: the time budget of 2s was over.\n")
