"""What a node may spend on being asked, kept for real under every shell."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from bundle.capture import Capture, Status
from collector.node_program.limits import Limits
from collector.probes import FileProbe, Keep, Probe, catalogue
from collector.probes.probe import KIB, MIB
from tests.collector.asking import SHELLS, ask, ask_one, each_shell_in_time, shell_probe

DASH = SHELLS["dash"]
SPIN = "while :; do seq 1 200000 >/dev/null; done"  # each of its processes is short-lived


def filler(name: str, kib: int, *, keep: Keep = Keep.FIRST, wait: str = "") -> Probe:
    """Numbered lines of 16 bytes."""
    script = f"{wait} seq -f '%015.0f' {kib * 64}"
    return Probe(name, ("sh", "-c", script), reads="a test", limit_bytes=16 * MIB, keep=keep)


@each_shell_in_time
def test_all_that_is_run_has_the_lowest_priority(shell: Sequence[str], tmp_path: Path) -> None:
    answer = ask_one(
        shell, shell_probe("read -r line </proc/self/stat; set -- ${line##*) }; echo ${17}; ionice"), tmp_path
    )
    assert answer.out == b"19\nidle\n"


@each_shell_in_time
def test_no_more_probes_than_allowed_run_at_once(shell: Sequence[str], tmp_path: Path) -> None:
    count = f"mkdir {tmp_path}/at/$$; ls {tmp_path}/at | wc -l; sleep 0.2; rmdir {tmp_path}/at/$$"
    (tmp_path / "at").mkdir()
    probes = [shell_probe(count, name=f"probe_{number}") for number in range(9)]
    answers = ask(shell, probes, tmp_path / "private", limits=Limits(at_once=3))
    assert max(int(answer.out) for answer in answers.values()) <= 3


@each_shell_in_time
def test_processor_time_used_up_ends_the_asking_and_every_probe_says_so(shell: Sequence[str], tmp_path: Path) -> None:
    probes = [shell_probe("echo ok", name="before"), shell_probe(f"echo early; {SPIN}", limit_s=60)]
    probes += [shell_probe("sleep 300", name="second", limit_s=60), shell_probe("echo late", name="after")]
    limits = Limits(at_once=2, cpu_s=1)
    used_up = "the 1 s of processor time that this node may spend were used up"
    answers = ask(shell, probes, tmp_path, limits=limits)
    assert [answers[probe.name].status for probe in probes] == [Status.COLLECTED, *[Status.FAILED] * 3]
    assert {answers[name].reason for name in ("asked", "second", "after")} == {used_up}
    assert answers["asked"].out == b"early\n"


@each_shell_in_time
def test_a_process_that_spins_is_ended_by_the_kernel(shell: Sequence[str], tmp_path: Path) -> None:
    probe = Probe("asked", ("sh", "-c", "exec sh -c 'while :; do :; done'"), reads="a test")
    answers = ask(shell, [probe], tmp_path, limits=Limits(process_cpu_s=1))
    assert answers["asked"].status is Status.FAILED
    assert answers["asked"].reason == "ended by the kernel, since it used more processor time than one process may"


@each_shell_in_time
def test_a_process_gets_no_more_memory_than_allowed(shell: Sequence[str], tmp_path: Path) -> None:
    limits = Limits(process_memory_bytes=16 * MIB)
    probe = Probe("asked", ("dd", "if=/dev/zero", "of=/dev/null", "bs=32M", "count=1"), reads="a test")
    answer = ask(shell, [probe], tmp_path, limits=limits)["asked"]
    assert (answer.status, b"exhausted" in answer.err) == (Status.FAILED, True)


@each_shell_in_time
def test_of_probes_that_hold_too_much_memory_the_largest_is_ended(shell: Sequence[str], tmp_path: Path) -> None:
    hold = "exec python3 -c 'import time; kept = b\"x\" * {0} * 2**20; print(len(kept), flush=True); time.sleep({1})'"
    probes = [shell_probe(hold.format(20, 2), name="small", limit_s=60)]
    probes += [shell_probe(hold.format(60, 50), name="large", limit_s=60)]
    limits = Limits(memory_bytes=70 * MIB)
    answers = ask(shell, probes, tmp_path, limits=limits)
    assert answers["small"].status is Status.COLLECTED
    assert answers["large"].status is Status.FAILED
    assert "held more than 70 MiB of memory" in answers["large"].reason


@each_shell_in_time
def test_of_probes_that_write_too_much_the_largest_is_ended(shell: Sequence[str], tmp_path: Path) -> None:
    write = 'cd "$CSI_TRIAGE_TMP"; for n in {}; do head -c 1000000 /dev/zero >$n; done; sleep {}'
    probes = [shell_probe(write.format("1 2", 2), name="small", limit_s=60)]
    probes += [shell_probe(write.format("1 2 3 4 5 6 7 8", 50), name="large", limit_s=60)]
    limits = Limits(folder_bytes=6 * MIB)
    answers = ask(shell, probes, tmp_path, limits=limits)
    assert answers["small"].status is Status.EMPTY
    assert answers["large"].status is Status.FAILED
    assert "the temporary folder grew beyond 6 MiB" in answers["large"].reason


def shares(shell: Sequence[str], folder: Path, *probes: Probe | FileProbe) -> dict[str, Capture]:
    return ask(shell, probes, folder / "private", limits=Limits(sent_bytes=MIB))


@each_shell_in_time
def test_when_a_node_says_too_much_the_oldest_lines_of_logs_are_left_out(shell: Sequence[str], tmp_path: Path) -> None:
    answers = shares(shell, tmp_path, filler("question", 300, wait="sleep 1;"), filler("log", 900, keep=Keep.LAST))
    assert (answers["question"].truncated, answers["log"].truncated) == (False, True)
    assert answers["log"].status is Status.COLLECTED
    assert answers["log"].out.endswith(b"\n%015d\n" % (900 * 64))
    assert sum(len(answer.out) for answer in answers.values()) < MIB


@each_shell_in_time
def test_a_log_for_which_nothing_is_left_is_not_empty(shell: Sequence[str], tmp_path: Path) -> None:
    answers = shares(shell, tmp_path, filler("question", 1000), filler("log", 900, keep=Keep.LAST))
    assert (answers["log"].status, answers["log"].out) == (Status.FAILED, b"")
    assert answers["log"].reason == "not sent: the other answers filled the 1 MiB that this node may send"


@each_shell_in_time
def test_of_log_files_the_newest_ends_are_sent(shell: Sequence[str], tmp_path: Path) -> None:
    for age in range(3):
        (tmp_path / f"{age}.log").write_text("".join(f"{number:015}\n" for number in range(400 * 64)))
        os.utime(tmp_path / f"{age}.log", (time.time() - age,) * 2)
    files = FileProbe("log", (f"{tmp_path}/*.log",), reads="a test", newest_first=True, log=True)
    answer = shares(shell, tmp_path, filler("question", 300), files)["log"]
    assert [(Path(file.path).name, file.truncated) for file in answer.files] == [("0.log", False), ("1.log", True)]
    assert all(file.content.endswith(b"%015d\n" % (400 * 64 - 1)) for file in answer.files)
    assert (answer.truncated, b"2.log: skipped, the limit" in answer.err) == (True, True)


@each_shell_in_time
def test_log_files_for_which_nothing_is_left_are_not_none(shell: Sequence[str], tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("line\n" * 120_000)
    files = FileProbe("log", (f"{tmp_path}/*.log",), reads="a test", log=True)
    answer = shares(shell, tmp_path, filler("question", 1000), files)["log"]
    assert (answer.status, answer.files) == (Status.FAILED, ())
    assert "not sent" in answer.reason


@each_shell_in_time
def test_a_node_without_room_is_not_asked(shell: Sequence[str], tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="nothing was asked"):
        ask(shell, [shell_probe("echo asked")], tmp_path, limits=Limits(folder_bytes=1 << 60, least_free_bytes=1 << 60))


def test_half_of_what_is_free_is_left_to_others(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    enter = f'mount -t tmpfs -o size=80m none {tmp_path}/small && exec dash "$@"'
    shell = ("unshare", "--mount", "sh", "-c", enter, "sh")
    if subprocess.run([*shell, "-c", ":"], capture_output=True, check=False).returncode:
        pytest.skip("a file system of its own size needs root")
    write = shell_probe('head -c 50000000 /dev/zero >"$CSI_TRIAGE_TMP/x"; sleep 50', limit_s=60, limit_bytes=64 * MIB)
    answer = ask_one(shell, write, tmp_path / "small")
    assert "the temporary folder grew beyond 40 MiB" in answer.reason


def test_every_log_keeps_its_newest_end() -> None:
    logs = [probe for probe in catalogue() if probe.name.startswith(("journal_", "kernel_log"))]
    assert len(logs) == 5
    assert all(isinstance(probe, Probe) and probe.keep is Keep.LAST for probe in logs)
    files = [probe for probe in catalogue() if "/var/log/" in " ".join(getattr(probe, "globs", ()))]
    assert [(probe.name, getattr(probe, "log", False)) for probe in files] == [("driver_logs", True), ("syslog", True)]


@pytest.mark.parametrize("values", [{"cpu_s": 0}, {"sent_bytes": 512 * KIB}, {"at_once": -1}])
def test_a_limit_that_would_allow_nothing_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a limit is"):
        Limits(**values)
