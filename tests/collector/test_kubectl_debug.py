"""A real kubectl that makes a debug pod on a made-up host, enters it, and deletes it."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from bundle.capture import Status
from collector.cluster.kubectl import Kubectl
from collector.node_program.program import render
from collector.transports import TransportError
from collector.transports.kubectl_debug import KubectlDebug
from tests.collector.api import Api
from tests.collector.made_up_host import Host
from tests.collector.test_kubectl_exec import LONG, until

PODS = "/api/v1/namespaces/huawei-csi/pods"
IMAGE = "registry.example.com/busybox:1.36"


def says(*words: str) -> str:
    kubectl = shutil.which("kubectl")
    return subprocess.run([kubectl, *words], capture_output=True, text=True, check=False).stdout if kubectl else ""


KNOWS_SYSADMIN = "sysadmin" in says("debug", "--help")
OLD = {"major": "1", "minor": "28", "gitVersion": "v1.28.0"}
needs_sysadmin = pytest.mark.skipif(not KNOWS_SYSADMIN, reason="this kubectl has no debug --profile=sysadmin")


def way(server: Api, cancelled: threading.Event | None = None) -> KubectlDebug:
    kubectl = Kubectl(str(shutil.which("kubectl")), server.kubeconfig, None, cancelled or threading.Event())
    return KubectlDebug("worker-1", "192.0.2.1", kubectl, IMAGE, "huawei-csi")


def refusal(server: Api, deadline_s: float = 30) -> TransportError:
    with pytest.raises(TransportError) as caught, way(server).run("echo hello", deadline_s=deadline_s):
        pass
    return caught.value


def names(server: Api) -> list[str]:
    assert server.pods
    return [pod["metadata"]["name"] for pod in server.pods.created]


def deleted(server: Api) -> list[str]:
    assert server.pods
    return [Path(path).name for path in server.pods.deleted]


def interrupted_at_work(server: Api, host: Host) -> None:
    cancelled = threading.Event()
    with way(server, cancelled).run(render([LONG]), deadline_s=60) as running:
        until(lambda: "sleep 60" in host.processes().values())
        cancelled.set()
        running.stream.read()


@needs_sysadmin
def test_the_pod_is_made_of_the_image_entered_and_deleted(server: Api, host: Host) -> None:
    assert server.pods
    with way(server).run("hostname; id -u", deadline_s=30) as running:
        assert running.stream.read() == b"worker-1\n0\n"
    (pod,) = server.pods.created
    assert pod["spec"]["containers"][0]["image"] == IMAGE
    assert deleted(server) == names(server)
    assert (running.note, host.left_behind()) == ("", [])


@needs_sysadmin
def test_nothing_is_attached_so_the_answer_is_in_no_log_of_the_pod(server: Api) -> None:
    with way(server).run("echo hello", deadline_s=30) as running:
        running.stream.read()
    assert not any("/attach" in asked for asked in server.asked)


@needs_sysadmin
def test_a_pod_that_does_not_start_is_told_with_the_reason_and_deleted(server: Api) -> None:
    assert server.pods
    server.pods.waiting = "ErrImagePull"
    error = refusal(server)
    assert f"the debug pod of the image {IMAGE} does not run: ErrImagePull: the test says so" in error.sentence
    assert deleted(server) == names(server)


@needs_sysadmin
def test_a_pod_that_may_not_be_deleted_is_named_with_the_command_that_does(server: Api, host: Host) -> None:
    assert server.pods
    with way(server).run("echo hello", deadline_s=30) as running:
        (name,) = names(server)
        server.objects[f"DELETE {PODS}/{name}"] = 403
        running.stream.read()
    assert "the test says Forbidden" in running.note
    assert running.note.endswith(f"run `kubectl delete pod {name} -n huawei-csi`")
    host.kill_all()


@needs_sysadmin
def test_who_may_not_make_pods_is_denied_and_nothing_is_deleted(server: Api) -> None:
    server.objects[f"POST {PODS}"] = 403
    error = refusal(server)
    assert (error.status, deleted(server)) == (Status.DENIED, [])


@needs_sysadmin
def test_a_pod_of_the_same_name_that_another_hand_made_is_left_alone(server: Api) -> None:
    assert server.pods
    server.pods.name_is_taken = True
    assert "AlreadyExists" in refusal(server).sentence
    assert deleted(server) == []


@needs_sysadmin
def test_a_pod_whose_making_was_not_answered_in_time_is_deleted_too(server: Api) -> None:
    assert server.pods
    server.pods.slow_s = 7
    assert refusal(server, deadline_s=6).status is Status.TIMEOUT
    assert deleted(server) == names(server) != []


@needs_sysadmin
def test_the_word_of_the_user_ends_the_program_first_and_then_the_pod(server: Api, host: Host) -> None:
    with pytest.raises(TransportError, match="interrupted"):
        interrupted_at_work(server, host)
    assert deleted(server) == names(server)
    assert host.left_behind() == []


@pytest.mark.skipif(
    KNOWS_SYSADMIN and "dispatcher" not in says("version", "--client"),
    reason="this kubectl has debug --profile=sysadmin, and runs no older one for an older server",
)
def test_a_kubectl_that_is_too_old_is_told_so(server: Api) -> None:
    server.objects["/version"] = OLD
    assert "it comes with kubectl 1.30 and newer" in refusal(server).sentence
    assert deleted(server) == names(server) == []
