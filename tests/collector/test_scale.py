"""Two hundred real SSH logins in one run, which is killed with SIGKILL in the middle and gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bundle.capture import Outcome
from bundle.new_file import parts_of
from bundle.reader import BundleReader
from samples import loopback as sshd
from tests.collector.conftest import COLLECTOR
from tests.collector.test_killed import QUIET, logins, way_in

NODES = 200
KILLED_AFTER = 60
OWN_ROOMS = "for room in /dev/shm /run /tmp; do mount -t tmpfs none $room; done"
PATIENCE_S = 60  # of a node that notices that nobody reads its answer any more

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can give the nodes temporary folders of their own"),
]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[sshd.Sshd]:
    """One sshd for all nodes; its temporary folders are its own, so that what is left in them is the program's."""
    folder = Path.home() / f".{tmp_path.name}"  # not in /tmp, which it does not see
    before = ("unshare", "-m", "sh", "-c", f'{QUIET}; {OWN_ROOMS}; mkdir -p /run/sshd; exec "$@"', "sh")
    try:
        with sshd.start(folder, before=before) as server:
            yield server
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def left_on_the_nodes(node: sshd.Sshd) -> list[str]:
    """Processes in the nodes' namespace but sshd's own listener, and folders of the program."""
    own = Path(f"/proc/{node.process.pid}/ns/mnt").readlink()
    processes = [
        f"{process.name} {(process / 'comm').read_text().strip()}"
        for process in Path("/proc").iterdir()
        if process.name.isdigit() and process.name != str(node.process.pid) and is_in(process, own)
    ]
    rooms = [Path(f"/proc/{node.process.pid}/root{room}") for room in ("/dev/shm", "/run", "/tmp")]
    return [*processes, *(str(found) for room in rooms for found in room.glob("csi-triage.*"))]


def is_in(process: Path, namespace: Path) -> bool:
    try:
        return (process / "ns/mnt").readlink() == namespace
    except OSError:
        return False


def test_two_hundred_nodes_killed_in_the_middle_and_gone_on_with(
    node: sshd.Sshd, tmp_path: Path, environment: dict[str, str]
) -> None:
    names = [f"node-{number:03d}" for number in range(NODES)]
    (tmp_path / "nodes").write_text("".join(f"{name} 127.0.0.1:{node.port}\n" for name in names))
    bundle = tmp_path / "b.tar.gz"
    words = [*COLLECTOR, "collect", "--nodes", str(tmp_path / "nodes"), *way_in(node, folder=tmp_path)]
    run = {"cwd": tmp_path, "env": environment, "stderr": subprocess.PIPE, "text": True}

    first = subprocess.Popen([*words, "-o", str(bundle)], start_new_session=True, **run)
    assert first.stderr is not None
    assert any(f"[{KILLED_AFTER}/{NODES}]" in line for line in first.stderr)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    [part] = parts_of(bundle)
    assert not bundle.exists()
    reader = BundleReader(part)
    arrived = {name: reader.packed(name) for name in reader.nodes()}
    assert KILLED_AFTER <= len(arrived) < NODES
    if any(one is None or one.outcome is not Outcome.COLLECTED for one in arrived.values()):
        pytest.skip(f"no node is whole on this machine: {reader.node(names[0]).reason}")
    wait_until_nothing_is_left(node)
    before = logins(node)

    second = subprocess.run([*words, "--resume", str(bundle)], check=False, stdout=subprocess.PIPE, **run)

    assert second.returncode == 0, second.stderr
    assert logins(node) - before == NODES - len(arrived)
    whole = BundleReader(bundle)
    assert sorted(whole.nodes()) == names
    assert {name: whole.packed(name) for name in arrived} == arrived
    assert whole.problems() == ()
    verified = subprocess.run([*COLLECTOR, "verify", str(bundle)], check=False, stdout=subprocess.PIPE, **run)
    assert f"{NODES} of {NODES} nodes are whole in it\n" in verified.stdout
    assert verified.stdout.endswith("verdict: sound\n")
    assert parts_of(bundle) == ()
    wait_until_nothing_is_left(node)


def wait_until_nothing_is_left(node: sshd.Sshd) -> None:
    end = time.monotonic() + PATIENCE_S
    while left := left_on_the_nodes(node):
        assert time.monotonic() < end, left
        time.sleep(0.5)
