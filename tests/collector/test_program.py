"""The node program, run under every shell it promises to run under."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bundle.capture import Status
from collector.node_program.program import render
from collector.probes import Keep, Probe, catalogue
from collector.probes.probe import LOOP_EXIT_CODES
from collector.probes.side_by_side import DISKS
from tests.collector.asking import (
    NOBODY,
    SHELLS,
    ask,
    ask_one,
    each_shell,
    each_shell_in_time,
    in_every_shell,
    run,
    shell_probe,
)

DASH = SHELLS["dash"]


def _runs(pid: object) -> bool:
    """Whether a process still does something; a dead one may wait for its parent to notice."""
    try:
        return Path(f"/proc/{int(str(pid))}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@each_shell_in_time
def test_every_probe_gives_exactly_one_capture(shell: Sequence[str], tmp_path: Path) -> None:
    captures = ask(shell, catalogue(), tmp_path / "private", portals=["127.0.0.1:1"])
    assert sorted(captures) == sorted(probe.name for probe in catalogue())
    assert captures["host"].out.count(b"\n") == 2
    assert captures["portals"].out.startswith(b"127.0.0.1 1 ping=")


@each_shell
def test_nothing_is_left_behind(shell: Sequence[str], tmp_path: Path) -> None:
    ask(shell, [shell_probe("echo x; sleep 300 & echo $! >&2")], tmp_path / "private")
    assert list((tmp_path / "private").iterdir()) == []


@each_shell
def test_output_errors_and_exit_code_stay_apart(shell: Sequence[str], tmp_path: Path) -> None:
    answer = ask_one(shell, shell_probe("echo out; echo err >&2; exit 3"), tmp_path)
    assert (answer.out, answer.err, answer.exit_code, answer.status) == (b"out\n", b"err\n", 3, Status.FAILED)
    assert answer.reason == "exit code 3: err"


def test_a_command_that_hangs_is_cut_at_its_limit_and_what_it_said_is_kept(tmp_path: Path) -> None:
    probe = shell_probe("echo early; sleep 300", limit_s=1)
    for answer in in_every_shell(lambda shell: ask_one(shell, probe, tmp_path)):
        assert (answer.status, answer.out, answer.reason) == (Status.TIMEOUT, b"early\n", "timed out after 1 s")


def test_a_family_that_ignores_every_signal_it_can_is_ended(tmp_path: Path) -> None:
    script = "trap '' TERM HUP INT PIPE; (while :; do sleep 100; done) & echo $!; while :; do sleep 100; done"
    for answer in in_every_shell(lambda shell: ask_one(shell, shell_probe(script, limit_s=1), tmp_path)):
        assert answer.status is Status.TIMEOUT
        assert not _runs(answer.out.decode())


@each_shell
def test_children_that_a_command_leaves_running_are_ended(shell: Sequence[str], tmp_path: Path) -> None:
    answer = ask_one(shell, shell_probe("sleep 300 >/dev/null 2>&1 & echo $!"), tmp_path)
    assert answer.status is Status.COLLECTED
    assert not _runs(answer.out.decode())


@each_shell
def test_an_endless_answer_keeps_its_first_bytes(shell: Sequence[str], tmp_path: Path) -> None:
    answer = ask_one(shell, shell_probe("seq 1 999999999", limit_bytes=4096), tmp_path)
    assert (answer.status, answer.truncated, len(answer.out)) == (Status.COLLECTED, True, 4096)
    assert answer.out.startswith(b"1\n2\n3\n")


@each_shell
def test_a_long_log_keeps_its_last_whole_lines(shell: Sequence[str], tmp_path: Path) -> None:
    probe = Probe("log", ("seq", "1", "200000"), reads="a test", limit_bytes=4096, keep=Keep.LAST)
    answer = ask_one(shell, probe, tmp_path)
    lines = answer.out.splitlines()
    assert (answer.truncated, lines[-1]) == (True, b"200000")
    assert lines == [b"%d" % number for number in range(int(lines[0]), 200001)]


@each_shell
def test_a_missing_command_is_absent(shell: Sequence[str], tmp_path: Path) -> None:
    answer = ask_one(shell, Probe("gone", ("no-such-command", "-l"), reads="a test"), tmp_path)
    assert (answer.status, answer.reason) == (Status.ABSENT, "no-such-command is not installed on this node")


@each_shell
def test_a_command_that_reads_its_input_finds_none(shell: Sequence[str], tmp_path: Path) -> None:
    assert ask_one(shell, Probe("reader", ("cat",), reads="a test"), tmp_path).status is Status.EMPTY


@each_shell
def test_words_reach_the_command_as_they_are(shell: Sequence[str], tmp_path: Path) -> None:
    words = ("printf", "%s|", "it's", 'a "b"', "$HOME", "`id`", "a\\b", "*", "", "ü\n;")
    answer = ask_one(shell, Probe("words", words, reads="a test"), tmp_path)
    assert answer.out.decode() == "|".join(words[2:]) + "|"


@each_shell
def test_more_probes_than_places_are_all_asked(shell: Sequence[str], tmp_path: Path) -> None:
    probes = [shell_probe("sleep 0.1; echo ok", name=f"probe_{number}") for number in range(30)]
    assert {answer.out for answer in ask(shell, probes, tmp_path).values()} == {b"ok\n"}


def test_the_private_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    script = 'cd "$CSI_TRIAGE_TMP" && find ../.. -exec stat -c "%a %F" {} +'
    modes = ask_one(DASH, shell_probe(script), tmp_path).out.decode().splitlines()
    assert len(modes) > 5
    assert all(mode.split()[0] in ("700", "600") for mode in modes)


def test_the_folder_is_made_in_the_first_place_that_can_be_written(tmp_path: Path) -> None:
    program = render([shell_probe('echo "$CSI_TRIAGE_TMP"')], folders=("/no/such/folder", str(tmp_path)))
    done = subprocess.run([*DASH, "-s"], input=program.encode(), capture_output=True, timeout=60, check=True)
    assert f"{tmp_path}/csi-triage.".encode() in done.stdout


def test_without_any_folder_nothing_is_asked() -> None:
    program = render([shell_probe("echo asked")], folders=("/no/such/folder",))
    done = subprocess.run([*DASH, "-s"], input=program.encode(), capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (73, b"")
    assert b"no folder of this node can be written" in done.stderr


@each_shell
def test_a_program_cut_off_in_transfer_does_nothing(shell: Sequence[str], tmp_path: Path) -> None:
    program = render([shell_probe(f"touch {tmp_path}/asked")], folders=(str(tmp_path),)).encode()
    for length in (len(program) - 1, len(program) - 10, len(program) // 2):
        done = subprocess.run([*shell, "-s"], input=program[:length], capture_output=True, timeout=60, check=False)
        if length == len(program) - 1:
            continue  # only the last newline is missing: the program is whole
        assert done.stdout == b""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["asked"]


def _started(shell: Sequence[str], folder: Path, script: str) -> subprocess.Popen[bytes]:
    program = render([shell_probe(script, limit_s=60)], folders=(str(folder),))
    process = subprocess.Popen([*shell, "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(program.encode())
    process.stdin.close()
    while not any(pid.read_text() for pid in folder.glob("*/asked/pid")):
        time.sleep(0.02)
    return process


def _until(condition: Callable[[], bool]) -> bool:
    for _ in range(600):
        if condition():
            return True
        time.sleep(0.05)
    return False


def _until_empty(folder: Path) -> bool:
    return _until(lambda: not list(folder.iterdir()))


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_the_commands_and_removes_the_folder(number: int, tmp_path: Path) -> None:
    def all_is_gone(shell: Sequence[str]) -> bool:
        folder = tmp_path / shell[0]
        folder.mkdir()
        with _started(shell, folder, "sleep 300") as process:
            leader = next(folder.glob("*/asked/pid")).read_text()
            process.send_signal(number)
            return _until_empty(folder) and process.wait(30) != 0 and _until(lambda: not _runs(leader))

    assert in_every_shell(all_is_gone) == [True, True, True]


def test_a_reader_that_goes_away_ends_the_program(tmp_path: Path) -> None:
    def all_is_gone(shell: Sequence[str]) -> bool:
        folder = tmp_path / shell[0]
        folder.mkdir()
        with _started(shell, folder, "sleep 300") as process:
            assert process.stdout is not None
            process.stdout.close()
            return _until_empty(folder)

    assert in_every_shell(all_is_gone) == [True, True, True]


def test_a_program_past_its_deadline_ends_itself(tmp_path: Path) -> None:
    program = render([shell_probe("sleep 300", limit_s=300)], folders=(str(tmp_path),), deadline_s=2)
    done = subprocess.run([*DASH, "-s"], input=program.encode(), capture_output=True, timeout=60, check=False)
    assert done.returncode != 0
    assert _until_empty(tmp_path)


@pytest.fixture
def freezer() -> Iterator[Path]:
    """A control group of the first version: a process frozen in it sleeps in D state and SIGKILL does not end it."""
    parent = Path("/sys/fs/cgroup/freezer")
    if os.geteuid() != 0 or not (parent / "cgroup.procs").exists():
        pytest.skip("a process that SIGKILL does not end needs root and the freezer of cgroup version 1")
    group = parent / f"csi-triage-{os.getpid()}"
    group.mkdir()
    yield group
    (group / "freezer.state").write_text("THAWED")
    while (group / "cgroup.procs").read_text():
        time.sleep(0.05)
    group.rmdir()


def test_a_process_that_sigkill_does_not_end_is_recorded_and_left(freezer: Path, tmp_path: Path) -> None:
    script = f"echo early; echo $$ >{freezer}/cgroup.procs; echo FROZEN >{freezer}/freezer.state; echo late"
    probes = [shell_probe(script, limit_s=1), shell_probe("echo ok", name="other")]
    for answers in in_every_shell(lambda shell: ask(shell, probes, tmp_path / "private")):
        assert answers["asked"].status is Status.TIMEOUT
        assert answers["asked"].reason.startswith("timed out after 1 s, still in D state, pid ")
        assert (answers["asked"].out, answers["other"].out) == (b"early\n", b"ok\n")
    assert list((tmp_path / "private").iterdir()) == []


def test_a_process_that_may_not_be_killed_is_recorded_and_left(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("a process of another user is started by root")
    become_root = tmp_path / "setpriv"
    shutil.copy(shutil.which("setpriv") or "setpriv", become_root)
    become_root.chmod(0o4755)
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    private = tmp_path / "private"
    private.mkdir(mode=0o777)
    private.chmod(0o777)
    argv = (str(become_root), "--reuid=0", "--regid=0", "--clear-groups", "sleep", "8")
    answer = ask_one(NOBODY, Probe("asked", argv, reads="a test", limit_s=1), private)
    assert answer.status is Status.TIMEOUT
    assert "still there in state S, pid " in answer.reason


def test_without_root_a_disk_that_may_not_be_opened_is_not_taken_for_a_dead_one(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to become another user")
    (tmp_path / "sda").write_text("")
    (tmp_path / "sda").chmod(0o600)
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    (tmp_path / "private").mkdir()
    (tmp_path / "private").chmod(0o777)
    loop = (DISKS + "echo asked").replace("/dev/sd", f"{tmp_path}/sd")
    probe = Probe("disks", ("sh", "-c", loop), reads="a test", exit_codes=LOOP_EXIT_CODES)
    answer = ask_one(NOBODY, probe, tmp_path / "private")
    assert (answer.status, answer.out) == (Status.DENIED, b"")


def test_active_probes_are_absent_when_switched_off(tmp_path: Path) -> None:
    probe = Probe("asked", ("touch", f"{tmp_path}/touched"), reads="a test", active=True)
    answer = ask(DASH, [probe], tmp_path / "private", active=False)["asked"]
    assert (answer.status, answer.reason) == (Status.ABSENT, "switched off with --no-active")
    assert not (tmp_path / "touched").exists()


@each_shell
def test_a_stream_is_plain_concatenated_tar(shell: Sequence[str], tmp_path: Path) -> None:
    stream = run(shell, [shell_probe("echo out")], tmp_path / "private")
    listed = subprocess.run(["tar", "-tif", "-"], input=stream, capture_output=True, check=True)
    assert listed.stdout == b"asked/out\nasked/meta\n"
