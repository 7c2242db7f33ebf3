"""Commands that really cannot be killed: the other answers are all there, the program ends, nothing of it is left."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bundle.capture import Capture, NodeSnapshot, Status
from bundle.reader import BundleReader
from collector.probes import AnyProbe, FileProbe, Keep, Probe, catalogue
from samples import loopback as sshd
from tests.collector.asking import ask, each_shell_in_time, shell_probe
from tests.collector.conftest import COLLECTOR
from tests.collector.hung import Mute, frozen, mute, relatives, thaw, until

STUCK = re.compile(r"timed out after \d+ s, still in D state, pid (\d+), wchan \S+")
OTHERS = [shell_probe("echo ok", name=f"other_{number}") for number in range(12)]


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Every process that is started from here on carries it; so servers are started before."""
    monkeypatch.setenv("CSI_TRIAGE_MARK", str(tmp_path))
    return f"CSI_TRIAGE_MARK={tmp_path}"


def asked_around(
    shell: Sequence[str], stuck: Sequence[AnyProbe], folder: Path, *, mark: str, let_go: Callable[[], None]
) -> dict[str, Capture]:
    """Asks the probes among others, and looks at what is left before and after the file system is let go."""
    answers = ask(shell, [*stuck, *OTHERS], folder, deadline_s=60)  # past that it would not end well
    assert {answers[other.name].out for other in OTHERS} == {b"ok\n"}
    assert list(folder.iterdir()) == []
    assert until(lambda: set(relatives(mark).values()) <= {"D"})
    assert {int(found[1]) for one in answers.values() if (found := STUCK.fullmatch(one.reason))} <= set(relatives(mark))
    let_go()
    assert until(lambda: relatives(mark) == {})
    return answers


@each_shell_in_time
def test_who_writes_to_a_frozen_file_system_is_left_and_what_it_said_is_kept(
    shell: Sequence[str], tmp_path: Path, mark: str
) -> None:
    with frozen(tmp_path) as at:
        script = ("sh", "-c", f"echo early; exec touch {at}/new")
        stuck = [Probe("asked", script, reads="a test", limit_s=1)]
        stuck += [Probe("log", script, reads="a test", limit_s=1, keep=Keep.LAST)]
        stuck += [shell_probe(f"echo early; touch {at}/child & wait", name="child", limit_s=1)]
        answers = asked_around(shell, stuck, tmp_path / "private", mark=mark, let_go=lambda: thaw(at))
    for probe in stuck:
        assert STUCK.fullmatch(answers[probe.name].reason)
        assert (answers[probe.name].status, answers[probe.name].out) == (Status.TIMEOUT, b"early\n")


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[tuple[Mute, Path]]:
    at = tmp_path / "silent"
    at.mkdir()
    with mute(at) as server:
        yield server, at


@each_shell_in_time
def test_who_asks_a_file_system_without_an_answer_is_left(
    shell: Sequence[str], tmp_path: Path, silent: tuple[Mute, Path], mark: str
) -> None:
    server, at = silent
    stuck = [
        Probe("stat_of_it", ("stat", str(at)), reads="a test", limit_s=1),
        FileProbe("files_in_it", (f"{at}/*.log",), reads="a test", limit_s=1),
        FileProbe("logs_in_it", (f"{at}/*.log",), reads="a test", limit_s=1, newest_first=True, log=True),
        Probe("df_of_all", ("df", "-Pk"), reads="a test", limit_s=1),
    ]
    answers = asked_around([*server.enter, *shell], stuck, tmp_path / "private", mark=mark, let_go=server.let_go)
    assert all(STUCK.fullmatch(answers[probe.name].reason) for probe in stuck)


def test_who_asks_a_stopped_server_is_ended_at_its_limit(tmp_path: Path, silent: tuple[Mute, Path], mark: str) -> None:
    server, at = silent
    server.stop()
    stuck = [Probe("stat_of_it", ("stat", str(at)), reads="a test", limit_s=1)]
    answers = asked_around([*server.enter, "dash"], stuck, tmp_path / "private", mark=mark, let_go=server.let_go)
    assert answers["stat_of_it"].reason == "timed out after 1 s"


@pytest.mark.slow
def test_a_node_whose_logs_do_not_answer_gives_all_the_rest(tmp_path: Path, environment: dict[str, str]) -> None:
    before = "mount -t tmpfs none /var/log && mkdir /var/log/huawei && mkdir -p /etc/iscsi"
    mark = f"CSI_TRIAGE_MARK={tmp_path}"
    environment["CSI_TRIAGE_MARK"] = str(tmp_path)
    with mute(Path("/var/log/huawei"), Path("/etc/iscsi"), before=before) as server:
        with sshd.start(tmp_path / "sshd", before=server.enter) as over_ssh:
            (tmp_path / "nodes").write_text(f"worker-1 127.0.0.1:{over_ssh.port}\n")
            by_ssh = [*COLLECTOR, "collect", "--nodes", "nodes", *over_ssh.options, "-o", "ssh.tar.gz"]
            by_hand = [*server.enter, *COLLECTOR, "collect", "--local", "-o", tmp_path / "local.tar.gz"]  # enters at /
            both = [subprocess.Popen(words, cwd=tmp_path, env=environment) for words in (by_ssh, by_hand)]
            assert [one.wait(200) for one in both] == [1, 1]
        for name in ("ssh", "local"):
            with BundleReader(tmp_path / f"{name}.tar.gz") as bundle:
                [node] = bundle.snapshots()
            the_rest_is_there(node)
        assert set(relatives(mark).values()) <= {"D"}
    assert until(lambda: relatives(mark) == {})


def the_rest_is_there(node: NodeSnapshot) -> None:
    stuck = {one.probe: one.reason for one in node.captures if one.status is Status.TIMEOUT}
    assert set(stuck) == {"driver_logs", "iscsi_conf", "initiators"}
    assert all(STUCK.fullmatch(reason) for reason in stuck.values())
    assert {one.probe for one in node.captures} == {probe.name for probe in catalogue()}
