"""Runbook scripts, run for real by three shells on a node of our own."""

from __future__ import annotations

import os
import re
import select
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.report.to_shell import render
from analyzer.runbook import Command, Effect, Phase, Step
from tests.analyzer.report.fake_node import DEAD, FakeNode
from tests.analyzer.report.removal import (
    PATHS,
    by_hand,
    change,
    confirm,
    delete,
    flush,
    removal,
    runbook,
    step,
    stop_queueing,
)

SCRIPT = render(runbook())
UTC = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def content(folder: Path) -> dict[str, str]:
    def lines() -> Iterator[tuple[str, str]]:
        for path in sorted(folder.rglob("*")):
            kind = stat.S_IFMT(path.lstat().st_mode)
            yield (
                str(path),
                str(path.readlink()) if path.is_symlink() else path.read_text() if path.is_file() else f"{kind}",
            )

    return dict(lines())


def test_nothing_changes_by_default(node: FakeNode) -> None:
    before = content(node.root / "sys")
    ran = node.run(SCRIPT)
    assert (ran.code, ran.err, ran.transcript) == (0, "", "")
    assert content(node.root / "sys") == before
    assert node.asked() == []
    assert list(node.cwd.iterdir()) == []
    assert ran.out.count("would run") == 5
    assert "multipath -f mpathb" in ran.out
    assert "printf '%s\\n' 1 | tee /sys/block/sdb/device/delete" in ran.out


def test_the_steps_run_in_the_only_safe_order(node: FakeNode) -> None:
    node.write("open/dm-1", "2")  # readers stuck in the queue
    ran = node.run(SCRIPT, "--apply", "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert node.asked() == [
        f"dmsetup message -u mpath-{DEAD} 0 fail_if_no_path",
        "multipath -f mpathb",
        "tee /sys/block/sdb/device/delete",
        "tee /sys/block/sde/device/delete",
    ]
    assert node.asked("stdin") == ["stdin 1", "stdin 1"]
    assert sorted(path.name for path in (node.root / "sys/block").iterdir()) == ["dm-2", "sdc", "sdf"]


def test_it_can_be_run_again(node: FakeNode) -> None:
    node.run(SCRIPT, "--apply", "--yes")
    asked = node.asked()
    again = node.run(SCRIPT, "--apply", "--yes")
    assert (again.code, again.out.count("already done")) == (0, 4)
    assert node.asked() == asked


def test_what_was_begun_can_be_finished(node: FakeNode) -> None:
    node.run(render(runbook(stop_queueing(), flush(), delete(PATHS[0]))), "--apply", "--yes")
    ran = node.run(SCRIPT, "--apply", "--yes")
    assert (ran.code, ran.out.count("already done")) == (0, 3)
    assert node.asked("tee")[-1] == "tee /sys/block/sde/device/delete"


def test_the_transcript_is_private_and_tells_all(node: FakeNode) -> None:
    ran = node.run(SCRIPT, "--apply", "--yes")
    result, log = sorted(node.cwd.iterdir())
    assert re.fullmatch(r"runbook-worker-1-\d{8}T\d{6}Z\.log", log.name)
    assert result.name == f"{log.stem}.json"
    assert {stat.S_IMODE(file.stat().st_mode) for file in (log, result)} == {0o600}
    for part in (f"{UTC} $ multipath -f mpathb\n", "exit code 0 after \\d+ s\n", "    \\| dm-2\n", "csi-bundle-2026"):
        assert re.search(part.replace("$", "\\$"), ran.transcript)
    assert len(re.findall(rf"^{UTC}\n\d/5  ", ran.transcript, re.MULTILINE)) == 5


def test_nothing_runs_without_a_transcript(node: FakeNode) -> None:
    node.tool("date", "echo now\n")
    victim = node.root / "victim"
    script = f"ln -s {victim} runbook-worker-1-now.log\n{SCRIPT}"
    ran = node.run(script, "--apply", "--yes")
    assert ran.code == 2
    assert "runbook-worker-1-now.log" in ran.err
    assert not victim.exists()
    assert node.asked() == []


# --- who and where ---------------------------------------------------------------------------------------------------


def test_another_host_is_refused(node: FakeNode) -> None:
    node.write("proc/sys/kernel/hostname", "worker-2")
    for options in ((), ("--apply", "--yes")):
        ran = node.run(SCRIPT, *options)
        assert (ran.code, ran.err) == (3, "this runbook is for another host: expected worker-1, found worker-2\n")
    assert node.asked() == []


def test_another_boot_is_refused(node: FakeNode) -> None:
    node.write("proc/sys/kernel/random/boot_id", "00000000-0d1e-4c57-9a63-0f8e2b7d9c11")
    ran = node.run(SCRIPT, "--apply", "--yes")
    assert ran.code == 3
    assert "found 00000000-0d1e" in ran.err
    assert node.asked() == []


@pytest.mark.parametrize("unknown", [{"hostname": ""}, {"boot_id": ""}])
def test_a_runbook_that_does_not_know_its_host_is_refused(node: FakeNode, unknown: dict[str, str]) -> None:
    ran = node.run(render(runbook(**unknown)), "--apply", "--yes")
    assert ran.code == 3
    assert "collect again" in ran.err


def test_only_root_acts(node: FakeNode) -> None:
    node.tool("id", "echo 1000\n")
    ran = node.run(SCRIPT, "--apply", "--yes")
    assert (ran.code, ran.err) == (3, "only root can run it with --apply\n")
    assert node.asked() == []


@pytest.mark.parametrize("options", [("--aply",), ("--apply", "now"), ("--yes",), ("",)])
def test_a_wrong_option_is_told(node: FakeNode, options: tuple[str, ...]) -> None:
    ran = node.run(SCRIPT, *options)
    assert (ran.code, ran.out) == (2, "")
    assert node.asked() == []


def test_help_is_given(node: FakeNode) -> None:
    ran = node.run(SCRIPT, "--help", "--apply")
    assert ran.code == 0
    assert "sh worker-1.sh --apply" in ran.out
    assert node.asked() == []


# --- questions and signals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", ["", "\n", "n\ny\n"])
def test_a_question_not_answered_with_yes_stops(node: FakeNode, answers: str) -> None:
    ran = node.run(SCRIPT, "--apply", answers=answers)
    assert (ran.code, ran.err) == (5, "Stopped at step 2: not answered with yes.\n")
    assert node.asked("multipath", "tee") == []
    assert "Done before that: step 1." in ran.out


def test_each_destroying_step_is_asked_for(node: FakeNode) -> None:
    ran = node.run(SCRIPT, "--apply", answers="yes\ny\n\n")
    assert ran.code == 5
    assert node.asked("multipath", "tee") == ["multipath -f mpathb", "tee /sys/block/sdb/device/delete"]
    assert "Run step 3? Type yes to run it: y\n" in ran.transcript


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    seen = b""
    while words.encode() not in seen:
        assert select.select([process.stdout], [], [], 30)[0], seen
        part = os.read(process.stdout.fileno(), 4096)
        assert part, seen
        seen += part
    return seen.decode()


def test_the_guards_are_asked_again_after_a_question(node: FakeNode) -> None:
    process = node.start(SCRIPT, "--apply")
    wait_for(process, "Run step 2?")
    node.answers("sdb", DEAD)  # the LUN is mapped again while the question waits
    _, err = process.communicate("yes\n", timeout=30)
    assert process.returncode == 3
    assert "sdb is alive" in err
    assert node.asked("multipath", "tee") == []


def test_what_is_mounted_while_a_question_waits_is_not_flushed(node: FakeNode) -> None:
    process = node.start(SCRIPT, "--apply")
    wait_for(process, "Run step 2?")
    with (node.root / "proc/1/mountinfo").open("a") as table:
        table.write("300 27 253:1 / /data rw - ext4 /dev/mapper/mpathb rw\n")
    _, err = process.communicate("yes\n", timeout=30)
    assert (process.returncode, node.asked("multipath", "tee")) == (3, [])
    assert "dm-1 is in use: expected no mount, found /data" in err


def test_what_was_mounted_after_the_dry_run_is_not_flushed(node: FakeNode) -> None:
    assert node.run(SCRIPT).code == 0
    with (node.root / "proc/1/mountinfo").open("a") as table:
        table.write("300 27 253:1 / /data rw - ext4 /dev/mapper/mpathb rw\n")
    ran = node.run(SCRIPT, "--apply", "--yes")
    assert (ran.code, node.asked("multipath", "tee")) == (3, [])


def test_ctrl_c_ends_with_what_was_done(node: FakeNode) -> None:
    process = node.start(SCRIPT, "--apply")
    wait_for(process, "Run step 2?")
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert err == "Interrupted.\n"
    assert "Done before that: step 1. No other step was run." in out
    assert process.returncode == 130
    assert node.asked("multipath", "tee") == []


def test_ctrl_c_does_not_cut_a_command_in_two(node: FakeNode) -> None:
    node.tool(
        "multipath",
        'echo begun >>"$NODE/asked"; while [ ! -e "$NODE/go" ]; do /bin/sleep 0.05; done; echo ended >>"$NODE/asked"\n',
    )
    process = node.start(SCRIPT, "--apply", "--yes")
    while "begun" not in node.asked("begun"):
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "The command of step 2 was already running" in out
    assert node.asked("tee") == []


# --- commands --------------------------------------------------------------------------------------------------------


def test_a_command_that_fails_stops_with_what_to_do(node: FakeNode) -> None:
    node.tool("multipath", "echo '1402.873250 | mpathb: map in use' >&2\nexit 1\n")
    ran = node.run(SCRIPT, "--apply", "--yes")
    assert (ran.code, ran.err) == (4, "Step 2 failed with exit code 1. Stop here and collect again.\n")
    assert "mpathb: map in use" in ran.transcript
    assert node.asked("tee") == []


def test_a_command_that_says_it_worked_is_not_believed(node: FakeNode) -> None:
    node.tool("multipath", "exit 0\n")
    ran = node.run(SCRIPT, "--apply", "--yes")
    assert ran.code == 4
    assert "Step 2 ran, but what it removes is still there." in ran.err
    assert node.asked("tee") == []


def test_a_step_by_hand_is_told_and_not_run(node: FakeNode) -> None:
    ran = node.run(render(runbook(by_hand(), confirm())), "--apply", answers="yes\n")
    assert (ran.code, "All steps are done." in ran.out) == (0, True)
    assert "Stop the pod shop/db-0" in ran.out
    assert "by hand" in ran.out


def test_a_reading_that_fails_is_an_answer_and_the_script_goes_on(node: FakeNode) -> None:
    node.tool("ping", "echo '3 packets transmitted, 0 received'\nexit 1\n")
    ping = step(Phase.CHECK, Effect.READS, Command(("ping", "192.0.2.155")))
    ran = node.run(render(runbook(ping, confirm())), "--apply")
    assert (ran.code, ran.err) == (6, "")
    assert "    | 3 packets transmitted, 0 received\n    it ended with exit code 1, which is an answer too" in ran.out
    assert "exit code 1 after " in ran.transcript
    assert "    | dm-2\n" in ran.out
    assert "is left.\nReadings that did not end as they should: step 1." in ran.out
    assert "All steps are done." not in ran.out


def test_a_reading_by_a_tool_that_is_not_installed_is_told(node: FakeNode) -> None:
    ran = node.run(render(runbook(step(Phase.CHECK, Effect.READS, Command(("no-such-tool", "-x"))))), "--apply")
    assert ran.code == 6
    assert "exit code 127" in ran.out


def test_a_reading_that_hangs_is_left_to_itself(guarded: FakeNode) -> None:
    guarded.tool("showmount", "exec /bin/sleep 5\n")
    showmount = step(Phase.CHECK, Effect.READS, Command(("showmount", "-e", "192.0.2.155")))
    script = render(runbook(showmount, confirm())).replace("timed 120 ", "timed 1 ")
    ran = guarded.run(script, "--apply")
    assert ran.code == 6
    assert "it has not ended within 2 minutes" in ran.out


FAILING = step(Phase.CHECK, Effect.READS, Command(("false",)))


@pytest.mark.parametrize(("before", "at_its_end"), [(FAILING, 6), (by_hand(), 0)])
def test_a_change_after_a_failed_reading_or_a_step_by_hand_asks_first(
    guarded: FakeNode, before: Step, at_its_end: int
) -> None:
    script = render(runbook(before, change()))
    ran = guarded.run(script, "--apply", answers="no\n")
    assert (ran.code, ran.err, guarded.asked("tee")) == (5, "Stopped at step 2: not answered with yes.\n", [])
    assert "step 1" in ran.out.partition("Run step 2?")[0].splitlines()[-2]
    assert guarded.run(script, "--apply", answers="yes\n").code == at_its_end
    assert guarded.run(script, "--apply", "--yes").code == 6
    assert len(guarded.asked("tee")) == 2


def test_a_reading_after_a_step_by_hand_asks_whether_that_is_done(guarded: FakeNode) -> None:
    ran = guarded.run(render(runbook(by_hand(), confirm())), "--apply", answers="no\n")
    assert (ran.code, ran.err, "    | dm-2\n" in ran.out) == (5, "Stopped at step 2: not answered with yes.\n", False)
    assert "To be done by hand before this one: step 1." in ran.out


def test_it_asks_only_once_for_a_step_by_hand(guarded: FakeNode) -> None:
    ran = guarded.run(render(runbook(by_hand(), change(), confirm())), "--apply", answers="yes\n")
    assert (ran.code, ran.out.count("Type yes")) == (0, 1)


@pytest.mark.parametrize(("answer", "code"), [("yes\n", 0), ("no\n", 6), ("", 6)])
def test_a_step_by_hand_that_nothing_follows_is_asked_for_at_the_end(guarded: FakeNode, answer: str, code: int) -> None:
    ran = guarded.run(render(runbook(by_hand())), "--apply", answers=answer)
    assert (ran.code, "Steps by hand: step 1. Type yes if that is done:" in ran.out) == (code, True)
    assert ("All steps are done." in ran.out, "nobody confirmed as done: step 1." in ran.out) == (not code, bool(code))


def test_without_questions_a_step_by_hand_is_left(guarded: FakeNode) -> None:
    ran = guarded.run(render(runbook(by_hand(), confirm())), "--apply", "--yes")
    assert (ran.code, "Type yes" in ran.out, "All steps" in ran.out) == (6, False, False)
    assert "    | dm-2\n" in ran.out
    assert "is left.\nSteps by hand that nobody confirmed as done: step 1.\n" in ran.transcript


def test_a_step_by_hand_that_was_not_chosen_is_not_asked_for(guarded: FakeNode) -> None:
    ran = guarded.run(render(runbook(by_hand(), confirm())), "--apply", "--from", "2")
    assert (ran.code, "The chosen steps are done." in ran.out) == (0, True)


def test_a_dry_run_asks_nothing_of_steps_by_hand(guarded: FakeNode) -> None:
    ran = guarded.run(render(runbook(by_hand(), confirm())))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("Nothing was changed. Run with --apply to act.\n")


def test_a_change_by_itself_does_not_ask(guarded: FakeNode) -> None:
    assert guarded.run(render(runbook(change())), "--apply").code == 0
    assert len(guarded.asked("tee")) == 1


def test_it_speaks_chinese(node: FakeNode) -> None:
    node.answers("sdb", DEAD)
    ran = node.run(render(runbook(*removal()), "zh"), "--apply", "--yes")
    assert ran.code == 3
    assert "sdb 仍然存活" in ran.err
