"""`csi-collector` as a process, from the command line to the bundle."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bundle.capture import Outcome, Status
from bundle.reader import BundleReader
from collector.cluster.asking import KINDS
from samples import loopback as sshd
from tests.collector import api
from tests.collector.conftest import COLLECTOR, Run


def listed(folder: Path, *lines: str) -> Path:
    (folder / "nodes.txt").write_text("\n".join(lines) + "\n")
    return folder / "nodes.txt"


def outcomes(path: Path) -> dict[str, Outcome]:
    return {name: record.outcome for name, record in BundleReader(path).targets().items()}


def told_in_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("csi-collector: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr


@pytest.fixture(scope="module")
def hanging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sshd.Sshd]:
    """A node that lets everyone in and then says nothing."""
    forced = "ForceCommand exec tail -f /dev/null --pid=$PPID"
    with sshd.start(tmp_path_factory.mktemp("hanging"), settings=[forced]) as server:
        yield server


@pytest.fixture
def known(node: sshd.Sshd, hanging: sshd.Sshd, tmp_path: Path) -> list[str]:
    """Words that let the collector into both nodes."""
    (tmp_path / "known").write_text(node.known_hosts.read_text() + hanging.known_hosts.read_text())
    identities = f"IdentityFile {node.identity}\nIdentityFile {hanging.identity}\n"
    (tmp_path / "config").write_text(f"{identities}UserKnownHostsFile {tmp_path}/known\nUser {node.user}\n")
    return ["--ssh-config", str(tmp_path / "config")]


def test_this_machine_is_collected_without_ssh_and_without_a_cluster(collector: Run, tmp_path: Path) -> None:
    done = collector("collect", "--local", "--no-active", "-o", "here.tar.gz")
    bundle = tmp_path / "here.tar.gz"
    assert done.returncode in (0, 1), done.stderr
    assert f"sha256  {hashlib.sha256(bundle.read_bytes()).hexdigest()}" in done.stdout
    host = BundleReader(bundle).node(socket.gethostname()).by_probe()["host"]
    assert host.out.splitlines()[0].decode() == socket.gethostname()


def test_nodes_in_every_state_make_one_bundle_with_honest_reasons(
    collector: Run, node: sshd.Sshd, hanging: sshd.Sshd, known: list[str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as black_hole:
        nodes = listed(
            tmp_path,
            f"well 127.0.0.1:{node.port}",
            f"down 127.0.0.1:{sshd.free_port()}",
            f"refusing 127.0.0.1:{node.port} user=nobody",
            f"hanging 127.0.0.1:{hanging.port}",
            f"silent 127.0.0.1:{black_hole.getsockname()[1]}",
            f"stranger localhost:{node.port}",
        )
        done = collector("collect", "--nodes", nodes, *known, "--no-active", "--node-timeout", 8, "-o", "b.tar.gz")
    assert done.returncode == 1, done.stderr
    reader = BundleReader(tmp_path / "b.tar.gz")
    found = {name: reader.node(name) for name in reader.nodes()}
    statuses = {name: found[name].by_probe()["multipath_ll"].status for name in found if name != "well"}
    assert statuses == {
        "down": Status.UNREACHABLE,
        "refusing": Status.DENIED,
        "hanging": Status.TIMEOUT,
        "silent": Status.UNREACHABLE,
        "stranger": Status.UNREACHABLE,
    }
    assert found["well"].by_probe()["host"].status is Status.COLLECTED
    assert found["hanging"].outcome is Outcome.PARTIAL
    assert "Connection refused" in found["down"].reason
    assert node.known_hosts.read_text().split()[-1] in found["stranger"].reason  # no secret, though it looks random
    assert all(f"{name} " in done.stderr for name in found)
    assert max(map(len, done.stderr.splitlines()[6:])) <= 80


def test_an_unknown_host_key_alone_gives_no_bundle_but_the_way_to_accept_it(
    collector: Run, node: sshd.Sshd, tmp_path: Path
) -> None:
    nodes = listed(tmp_path, f"n1 127.0.0.1:{node.port}")
    done = collector("collect", "--nodes", nodes, "--identity", node.identity, "-o", "b.tar.gz")
    assert done.returncode == 2
    assert f"echo '{node.known_hosts.read_text().strip()}' >> " in done.stderr.splitlines()[-1]
    assert not list(tmp_path.glob("*b.tar.gz*"))


def test_ctrl_c_leaves_a_whole_bundle_of_what_arrived(
    node: sshd.Sshd, hanging: sshd.Sshd, known: list[str], tmp_path: Path, environment: dict[str, str]
) -> None:
    nodes = listed(tmp_path, f"quick 127.0.0.1:{node.port}", f"hanging 127.0.0.1:{hanging.port}", "never 127.0.0.1:1")
    words = ["collect", "--nodes", str(nodes), *known, "--no-active", "--jobs", "2", "-o", "b.tar.gz"]
    process = subprocess.Popen([*COLLECTOR, *words], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    seen = process.stderr.readline()
    while "quick" not in seen:
        seen = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.stderr.read()
    assert process.wait(30) == 1
    assert outcomes(tmp_path / "b.tar.gz")["hanging"] is Outcome.UNREACHABLE
    assert "quick" in BundleReader(tmp_path / "b.tar.gz").nodes()


needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


@needs_kubectl
def test_the_cluster_names_the_nodes_and_its_objects_are_in_the_bundle(
    collector: Run, node: sshd.Sshd, tmp_path: Path
) -> None:
    addresses = [{"type": "InternalIP", "address": "127.0.0.1"}]
    objects = {kind.path: [] for kind in KINDS}
    worker = {"metadata": {"name": "worker-1"}, "status": {"addresses": addresses}}
    with api.serving(tmp_path, {**objects, "/api/v1/nodes": [worker]}) as server:
        way = [*node.options, "--port", node.port]
        done = collector("collect", "--kubeconfig", server.kubeconfig, *way, "--no-active", "-o", "b.tar.gz")
    assert done.returncode in (0, 1), done.stderr
    reader = BundleReader(tmp_path / "b.tar.gz")
    cluster = reader.cluster()
    assert cluster is not None
    assert json.loads(cluster.by_kind()["nodes"].out)["items"][0]["metadata"]["name"] == "worker-1"
    assert reader.node("worker-1").by_probe()["host"].status is Status.COLLECTED


@needs_kubectl
def test_a_cluster_that_is_down_and_no_list_of_nodes_is_one_sentence(collector: Run, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(api.kubeconfig_for(1))
    told_in_one_sentence(collector("collect", "--kubeconfig", "config", "-o", "b.tar.gz"), "name them with --nodes")


@needs_kubectl
def test_a_kubeconfig_that_is_none_is_one_sentence(collector: Run, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("clusters: [")
    told_in_one_sentence(collector("collect", "--kubeconfig", "config"), "does not take this kubeconfig")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "--local"),
        (["--local", "--since", "yesterday"], "72h"),
        (["--local", "--bogus"], "--bogus"),
        (["--local", "--node-timeout", "1"], "--node-timeout"),
        (["--local", "-o", "nowhere/b.tar.gz"], "nowhere is not a folder"),
        (["--local", "-o", "there.tar.gz"], "--force"),
        (["--local", "-o", "a b.tar.gz"], "a b"),
        (["--kubeconfig", "missing"], "missing: the kubeconfig cannot be read"),
        (["--nodes", "missing"], "missing: the list of nodes cannot be read"),
        (["--nodes", "there.tar.gz"], "line 1"),
        (["--local", "--ssh-config", "missing"], "missing: there is no such SSH configuration"),
        (["--local", "--sudo-password-file", "open"], "chmod 600"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    collector: Run, tmp_path: Path, words: list[str], says: str
) -> None:
    (tmp_path / "there.tar.gz").write_text("- something")
    (tmp_path / "open").write_text("x")
    (tmp_path / "open").chmod(0o644)
    told_in_one_sentence(collector("collect", *words), says)
    assert {path.name for path in tmp_path.iterdir()} == {"home", "there.tar.gz", "open"}


def test_without_kubectl_the_sentence_says_so(collector: Run, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(api.kubeconfig_for(1))
    told_in_one_sentence(collector("collect", "--kubeconfig", "config", PATH=str(tmp_path)), "no kubectl")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a full disk")
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "disk").mkdir()
    script = 'mount -t tmpfs -o size=8k none disk && "$@"; code=$?; ls -A disk; exit $code'
    words = [*COLLECTOR, "collect", "--local", "--no-active", "-o", "disk/b.tar.gz"]
    command = ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", *words]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "No space left" in done.stderr.splitlines()[-1]


def test_the_script_run_by_hand_and_joined_is_a_bundle_too(collector: Run, tmp_path: Path) -> None:
    script = collector("script", "--no-active").stdout
    part = subprocess.run(["sh", "-s"], input=script.encode(), capture_output=True, timeout=120, check=True).stdout
    (tmp_path / "whole").write_bytes(part)
    (tmp_path / "cut").write_bytes(part[: len(part) // 2])
    done = collector("join", "w1=whole", "w2=cut", "-o", "b.tar.gz")
    assert done.returncode == 1, done.stderr
    assert outcomes(tmp_path / "b.tar.gz")["w2"] is Outcome.PARTIAL
    assert BundleReader(tmp_path / "b.tar.gz").node("w1").by_probe()["host"].status is Status.COLLECTED
    assert collector("verify", "b.tar.gz").stdout.endswith("verdict: sound\n")


@pytest.mark.parametrize(
    ("word", "says"),
    [("w1", "NODE=FILE"), ("../x=part", "NODE=FILE"), ("w1=none", "cannot be read"), ("w1=part", "no answer")],
)
def test_what_is_no_part_is_told_in_one_sentence(collector: Run, tmp_path: Path, word: str, says: str) -> None:
    (tmp_path / "part").write_text("hello")
    told_in_one_sentence(collector("join", word, "-o", "b.tar.gz"), says)
    assert not (tmp_path / "b.tar.gz").exists()


def test_what_is_no_bundle_is_told_in_one_sentence(collector: Run, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("hello")
    told_in_one_sentence(collector("verify", "b.tar.gz"), "b.tar.gz")
    told_in_one_sentence(collector("verify", "missing.tar.gz"), "missing.tar.gz")


def test_plan_names_every_probe_and_touches_nothing(collector: Run, tmp_path: Path) -> None:
    done = collector("plan", PATH="/nowhere", HOME=str(tmp_path / "none"))
    assert (done.returncode, done.stderr) == (0, "")
    assert all(word in done.stdout for word in ("multipath -ll", "/api/v1/pods", "/etc/multipath.conf", "[active"))
    assert "nfs_mount  [active" not in collector("plan", "--no-active").stdout


@pytest.mark.parametrize("command", ["collect", "plan", "script", "join", "verify"])
def test_every_command_has_help_with_an_example(collector: Run, command: str) -> None:
    assert f"csi-collector {command}" in collector(command, "--help").stdout.partition("Example")[2]
