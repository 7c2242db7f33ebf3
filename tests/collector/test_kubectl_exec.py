"""A real kubectl that enters a pod of a made-up host, served over SPDY by a small API server."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bundle.capture import Status
from collector.cluster.kubectl import Kubectl
from collector.node_program.answer import decode
from collector.node_program.program import FOLDERS, render
from collector.transports import TransportError
from collector.transports.kubectl_exec import Container, KubectlExec
from tests.collector import pods
from tests.collector.api import Api
from tests.collector.asking import shell_probe
from tests.collector.made_up_host import Host

EXEC = f"POST {pods.path_of('huawei-csi-node-worker-1')}/exec"
LONG = shell_probe("sleep 60", limit_s=60)


def way(server: Api) -> KubectlExec:
    kubectl = Kubectl(str(shutil.which("kubectl")), server.kubeconfig)
    return KubectlExec(
        "worker-1", "192.0.2.1", kubectl, Container("huawei-csi", "huawei-csi-node-worker-1", pods.DRIVER)
    )


def said_by(server: Api, program: str, deadline_s: float = 30) -> bytes:
    with way(server).run(program, deadline_s=deadline_s) as running:
        return running.stream.read()


def refusal(server: Api, deadline_s: float = 30) -> TransportError:
    with pytest.raises(TransportError) as caught:
        said_by(server, "echo hello", deadline_s)
    return caught.value


def until(so: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not so():
        assert time.monotonic() < end
        time.sleep(0.1)


def kill_kubectl() -> None:
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has ended by now
            for child in (task / "children").read_text().split():
                if b"\0exec\0" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), signal.SIGKILL)


def killed_at_work(server: Api, host: Host, program: str, **changed: object) -> None:
    with way(server).run(program, deadline_s=60) as running:
        until(lambda: "sleep 60" in host.processes().values())
        server.objects.update(changed)
        kill_kubectl()
        with contextlib.suppress(TransportError):
            running.stream.read()


def test_the_program_runs_as_root_in_the_namespaces_of_the_node_and_not_of_the_pod(server: Api) -> None:
    assert said_by(server, "hostname; id -u") == b"worker-1\n0\n"


@pytest.mark.parametrize("web_sockets", [101, 400, 403], ids=["taken", "not known", "forbidden"])
def test_a_program_larger_than_every_buffer_arrives_whole(server: Api, web_sockets: int) -> None:
    """kubectl tries a web socket first since 1.31, and does without where it is not taken."""
    server.web_sockets = web_sockets
    line = "echo " + "x" * 1000 + "\n"
    assert len(said_by(server, line * 1500)) == 1500 * 1001


def test_what_kubectl_and_the_node_say_on_standard_error_is_no_part_of_the_answer(server: Api) -> None:
    server.warning = "this API is old"
    assert said_by(server, "echo noise >&2; echo answer") == b"answer\n"


def test_the_folder_is_on_disk_since_memory_would_be_charged_to_the_driver(server: Api) -> None:
    probe = shell_probe('echo "$CSI_TRIAGE_TMP"')
    with way(server).run(render([probe]), deadline_s=30) as running:
        (capture,) = decode(running.stream, [probe])
    assert capture.out.startswith(b"/var/tmp/csi-triage.")
    assert FOLDERS[0] == "/dev/shm"


def test_a_user_who_may_not_exec_is_denied_in_the_words_of_the_api(server: Api) -> None:
    server.objects[EXEC] = 403
    error = refusal(server)
    assert error.status is Status.DENIED
    assert "the pod huawei-csi/huawei-csi-node-worker-1 gave no shell" in error.sentence
    assert "the test says Forbidden" in error.sentence


def test_a_pod_that_is_gone_by_now_is_unreachable(server: Api) -> None:
    del server.objects[pods.path_of("huawei-csi-node-worker-1")]
    assert refusal(server).status is Status.UNREACHABLE


def test_an_exec_that_never_says_a_word_costs_its_budget_only(server: Api) -> None:
    assert server.pods
    server.pods.hangs = True
    assert refusal(server, deadline_s=2).status is Status.TIMEOUT


def test_a_program_that_hangs_ends_with_its_deadline_and_is_ended_on_the_node(server: Api, host: Host) -> None:
    with pytest.raises(TransportError) as caught:
        said_by(server, render([LONG]), deadline_s=2)
    assert caught.value.status is Status.TIMEOUT
    assert host.left_behind() == []


@pytest.mark.parametrize("holds_output", [False, True])
def test_where_kubectl_is_killed_the_program_is_ended_and_tidies_up(
    server: Api, host: Host, holds_output: bool
) -> None:
    assert server.pods
    server.pods.holds_output = holds_output
    with pytest.raises(TransportError, match="broke off"):
        killed_at_work(server, host, render([LONG]))
    assert host.left_behind() == []


@pytest.mark.parametrize(("holds_output", "deadline_s"), [(False, 600), (True, 4)])
def test_where_nobody_is_left_to_end_it_the_program_ends_by_itself(
    server: Api, host: Host, holds_output: bool, deadline_s: int
) -> None:
    """At the first byte that nobody takes, or, where a runtime goes on taking none, at its deadline."""
    assert server.pods
    server.pods.holds_output = holds_output
    with pytest.raises(TransportError, match="broke off"):
        killed_at_work(server, host, render([LONG], deadline_s=deadline_s), **{EXEC: 403})
    assert host.becomes_clean()
