"""Which ways are gone to a node, in which order, and what is told of them: from the command line to the bundle."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import threading
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from bundle.capture import Capture, ClusterSnapshot, Outcome, Status
from bundle.reader import BundleReader
from collector.cli import cli
from collector.cluster.asking import kept
from collector.cluster.kubectl import Kubectl
from collector.inventory import Node
from collector.transports import Installed, Sudo, TransportError
from collector.transports.driver_pods import DriverPods, driver_pods
from collector.transports.kubectl_exec import KubectlExec
from collector.transports.local import LocalTransport
from collector.ways import WAYS, Ways
from collector.wishes import Via, Wishes
from samples import loopback as sshd
from tests.collector import pods
from tests.collector.api import Api
from tests.collector.conftest import COLLECTOR, Run
from tests.collector.made_up_host import Host
from tests.collector.test_kubectl_debug import needs_sysadmin
from tests.collector.test_kubectl_exec import until

ALL = "ssh, kubectl exec, kubectl debug"
POD_FIRST = "kubectl exec, ssh, kubectl debug"


def kind_of(*, kubeconfig: bool = True, **asked: Any) -> str:
    wishes = Wishes(Path("b.tar.gz"), "1", **asked)
    client = Kubectl("kubectl", Path("kubeconfig")) if kubeconfig else None
    found = driver_pods(cluster(pods.driver_pod("n1")), "csi.huawei.com")
    return (
        Ways(wishes, lambda node: LocalTransport(node.name, kind="ssh"), client, found, threading.Event())
        .to(Node("n1"))
        .kind
    )


def cluster(*listed: dict[str, Any], status: Status = Status.COLLECTED) -> ClusterSnapshot:
    """As the collector keeps it."""
    out = json.dumps({"items": list(kept("pods", listed))}).encode()
    return ClusterSnapshot((Capture("pods", status, out=out, reason="the test says so"),), {})


def refusal(found: DriverPods, node: str = "w1") -> str:
    with pytest.raises(TransportError) as caught:
        found.of(node)
    return caught.value.sentence


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ({}, POD_FIRST),
        ({"user": "admin"}, ALL),
        ({"nodes_file": Path("nodes.txt")}, ALL),
        ({"sudo": Sudo()}, ALL),
        ({"via": Via.SSH}, "ssh"),
        ({"sudo": Installed("/usr/local/sbin/csi-triage-collect")}, "ssh"),
        ({"via": Via.KUBECTL, "user": "admin"}, "kubectl exec, kubectl debug"),
        ({"via": Via.DEBUG, "debug_image": "busybox"}, "kubectl debug"),
        ({"kubeconfig": False}, "ssh"),
    ],
)
def test_ssh_comes_first_where_it_was_spoken_of(asked: dict[str, Any], kinds: str) -> None:
    assert kind_of(**asked) == kinds


def test_the_driver_s_pod_that_runs_on_a_node_leads_there() -> None:
    found = driver_pods(cluster(pods.driver_pod("w1"), pods.driver_pod("w2", waiting="x")), "csi.huawei.com")
    assert str(found.of("w1")) == "huawei-csi/huawei-csi-node-w1"


@pytest.mark.parametrize(
    ("pod", "says"),
    [
        (pods.driver_pod("w1", waiting="CrashLoopBackOff"), "huawei-csi-node-w1 does not run (CrashLoopBackOff)"),
        (pods.driver_pod("w1", host_pid=False), "does not see the node's processes (hostPID)"),
        (pods.driver_pod("w2"), "no pod of the driver's DaemonSet is on this node"),
        ({**pods.driver_pod("w1"), "status": {"phase": "Failed", "reason": "Evicted"}}, "does not run (Evicted)"),
    ],
)
def test_a_pod_that_does_not_lead_to_the_node_says_why(pod: dict[str, Any], says: str) -> None:
    assert says in refusal(driver_pods(cluster(pod), "csi.huawei.com"))


def test_pods_that_are_not_known_are_not_taken_for_none() -> None:
    assert "does not tell its pods (denied" in refusal(driver_pods(cluster(status=Status.DENIED), "csi.huawei.com"))


def test_nodes_are_collected_over_the_way_that_leads_there_and_the_table_says_which(
    collector: Run, server: Api, host: Host, node: sshd.Sshd, tmp_path: Path
) -> None:
    assert server.pods
    server.pods.hosts = {"worker-1": host, "worker-2": host, "worker-3": host}
    server.pods.add(pods.node("worker-2"), pods.driver_pod("worker-2", waiting="CrashLoopBackOff"))
    server.pods.add(pods.node("worker-3"), pods.driver_pod("worker-3"))
    server.objects[f"POST {pods.path_of('huawei-csi-node-worker-3')}/exec"] = 403
    nobody = ("--known-hosts", tmp_path / "none", "--port", node.port, "--identity", node.identity)
    done = collector("collect", "--kubeconfig", server.kubeconfig, *nobody, "--no-active", "-o", "b.tar.gz")
    assert done.returncode == 1, done.stderr
    reader = BundleReader(tmp_path / "b.tar.gz")
    found = {name: reader.node(name) for name in reader.nodes()}
    assert {name: one.transport for name, one in found.items()} == {
        "worker-1": "kubectl exec",
        "worker-2": ALL,
        "worker-3": ALL,
    }
    assert found["worker-1"].by_probe()["host"].out.splitlines()[0] == b"worker-1"
    assert "ssh: " in found["worker-1"].reason
    assert "the host key of" in found["worker-1"].reason
    assert found["worker-2"].outcome is Outcome.UNREACHABLE
    assert all(
        words in found["worker-2"].reason
        for words in ("does not run (CrashLoopBackOff)", "--debug-image names no image", "`csi-collector script`")
    )
    assert {one.status for one in found["worker-3"].captures} == {Status.DENIED}
    rows = re.findall(r"^(worker-\d) +(\S+)", done.stderr, re.MULTILINE)
    assert dict(rows) == {"worker-1": "exec", "worker-2": "-", "worker-3": "-"}
    assert max(map(len, done.stderr.rpartition("answers")[2].splitlines())) <= 80
    assert host.left_behind() == []


@needs_sysadmin
def test_ctrl_c_ends_the_program_and_deletes_the_debug_pod_before_the_collector_ends(
    server: Api, host: Host, environment: dict[str, str], tmp_path: Path
) -> None:
    assert server.pods
    where = ("--kubeconfig", str(server.kubeconfig), "--via", "debug", "--debug-image", "busybox")
    command = [*COLLECTOR, "collect", *where, "-o", "b.tar.gz"]
    with host.hanging("multipath"), Popen(command, cwd=tmp_path, env=environment, stderr=PIPE, stdout=PIPE) as run:
        until(lambda: "sleep 60" in host.processes().values())
        server.slow_s = 1  # longer than the rest of the collector takes to end
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
        assert host.left_behind() == []
    (pod,) = server.pods.created
    assert [Path(path).name for path in server.pods.deleted] == [pod["metadata"]["name"]]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--local", "--via", "kubectl"], "--kubeconfig"),
        (["--kubeconfig", "config", "--via", "debug"], "--debug-image"),
    ],
)
def test_a_way_that_lacks_something_is_told_before_anything_is_done(words: list[str], says: str) -> None:
    done = CliRunner().invoke(cli, ["collect", *words])
    assert (done.exit_code, says in done.output) == (2, True)


def test_plan_shows_what_each_way_runs_and_must_be_allowed() -> None:
    shown = CliRunner().invoke(cli, ["plan", "--no-active"]).stdout
    for way in WAYS:
        assert all(command in shown for command in way.commands)
        assert all(f"{verb} {resource}" in shown for verb, resource in way.allowed)


def test_what_is_run_is_what_plan_shows(server: Api) -> None:
    """A way's commands, with the names of this run in place of those in capitals."""
    assert server.pods
    client = Kubectl(str(shutil.which("kubectl")), server.kubeconfig)
    found = driver_pods(cluster(pods.driver_pod("worker-1")), "csi.huawei.com")
    with KubectlExec("worker-1", "192.0.2.1", client, found.of("worker-1")).run("echo a", deadline_s=30) as running:
        running.stream.read()
    (asked,) = (one for one in server.asked if one.startswith("POST"))
    ran = shlex.join(parse_qs(urlsplit(asked).query)["command"])
    (shown, _) = next(way for way in WAYS if way.kind == "kubectl exec").commands
    assert shown.endswith(f" -- {re.sub('csi-triage-[0-9a-f]+', 'MARK', ran)}")
