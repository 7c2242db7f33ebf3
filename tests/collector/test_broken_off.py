"""The program ended from outside at any moment: no folder and no process is left on the node."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from collector.node_program.program import render
from collector.probes import Keep, Probe
from samples import loopback as sshd
from tests.collector.asking import each_shell_in_time, shell_probe
from tests.collector.conftest import COLLECTOR
from tests.collector.hung import relatives, until

MARK = "CSI_TRIAGE_MARK"
# Short and long, with children, and with a pipe of their own.
PROBES = [
    *(shell_probe(f"sleep 0.0{number % 7}; echo ok", name=f"short_{number}") for number in range(10)),
    *(shell_probe("sleep 300 & sleep 300", name=f"long_{number}", limit_s=60) for number in range(3)),
    Probe("log", ("sh", "-c", "seq 1 1000; sleep 300"), reads="a test", keep=Keep.LAST),
]


def nothing_is_left(folder: Path, mark: str) -> bool:
    return until(lambda: not list(folder.glob("csi-triage.*")) and not relatives(f"{MARK}={mark}"))


def ended_by(
    end: Callable[[subprocess.Popen[bytes]], None], shell: Sequence[str], folder: Path, moment_s: float
) -> bool:
    """Whether nothing is left of a program in a process group of its own that is ended at some moment."""
    file, mark = folder / "collect.sh", str(folder)
    file.write_text(render(PROBES, folders=(mark,)))
    given = {**os.environ, MARK: mark}
    with subprocess.Popen([*shell, file], stdout=subprocess.PIPE, env=given, start_new_session=True) as process:
        time.sleep(moment_s)
        end(process)
        assert process.stdout is not None
        process.stdout.close()
    return nothing_is_left(folder, mark)


def kill_it(process: subprocess.Popen[bytes]) -> None:
    process.kill()


def kill_its_group(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)


@each_shell_in_time
@pytest.mark.parametrize("end", [kill_it, kill_its_group])
def test_killed_while_it_works_it_leaves_nothing(
    end: Callable[[subprocess.Popen[bytes]], None], shell: Sequence[str], tmp_path: Path
) -> None:
    assert ended_by(end, shell, tmp_path, 0.5)


@pytest.mark.slow
@each_shell_in_time
def test_killed_at_any_moment_it_leaves_nothing(shell: Sequence[str], tmp_path: Path) -> None:
    chosen = random.Random(4711)
    for number in range(20):
        (tmp_path / str(number)).mkdir()
        end = chosen.choice([kill_it, kill_its_group])
        assert ended_by(end, shell, tmp_path / str(number), chosen.uniform(0, 0.6))


@each_shell_in_time
def test_a_reader_that_wants_only_the_beginning_ends_it(shell: Sequence[str], tmp_path: Path) -> None:
    (tmp_path / "collect.sh").write_text(render(PROBES, folders=(str(tmp_path),)))
    command = ["sh", "-c", '"$@" | head -c 1000 >/dev/null', "sh", *shell, str(tmp_path / "collect.sh")]
    subprocess.run(command, env={**os.environ, MARK: str(tmp_path)}, timeout=200, check=True)
    assert nothing_is_left(tmp_path, str(tmp_path))


def collecting(words: Sequence[object], folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [*COLLECTOR, "collect", "--no-active", *map(str, words), "-o", str(folder / "b.tar.gz")]
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def folder_at_work(mark: str) -> Path:
    """The private folder of the program that carries the mark, once it works there; its guard knows it."""
    found: list[Path] = []

    def look() -> bool:
        for pid in relatives(mark):
            with contextlib.suppress(OSError):
                told = dict(line.partition("=")[::2] for line in Path(f"/proc/{pid}/environ").read_text().split("\0"))
                if Path(told.get("temporary", "/no"), "messages").exists():
                    found.append(Path(told["temporary"]))
        return bool(found)

    assert until(look)
    return found[0]


def test_a_collector_that_is_killed_leaves_nothing_on_this_machine(tmp_path: Path, environment: dict[str, str]) -> None:
    environment[MARK] = str(tmp_path)
    with collecting(["--local"], tmp_path, environment) as process:
        private = folder_at_work(f"{MARK}={tmp_path}")
        process.kill()
    assert until(lambda: relatives(f"{MARK}={tmp_path}") == {} and not list(private.parent.glob(f"{private.name}*")))


@pytest.mark.parametrize("killed", ["the collector", "the session of the node's sshd"])
def test_a_connection_that_breaks_leaves_nothing_on_the_node(
    killed: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    with sshd.start(tmp_path / "sshd", settings=[f"SetEnv {MARK}={tmp_path}"]) as server:
        (tmp_path / "nodes").write_text(f"worker-1 127.0.0.1:{server.port}\n")
        with collecting(["--nodes", "nodes", *server.options], tmp_path, environment) as process:
            private = folder_at_work(f"{MARK}={tmp_path}")
            sessions = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
            for pid in [process.pid] if killed == "the collector" else map(int, sessions):
                os.kill(pid, signal.SIGKILL)
        gone = until(lambda: not list(private.parent.glob(f"{private.name}*")))
        assert gone
        assert until(lambda: relatives(f"{MARK}={tmp_path}") == {})
