"""The result for programs beside the transcript: what each step came to, in JSON that is never half a file."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest

from analyzer.report.to_shell import render
from analyzer.runbook import Command, Effect, Phase
from tests.analyzer.report.conftest import SHELLS
from tests.analyzer.report.fake_node import BOOT_ID, DEAD, FakeNode
from tests.analyzer.report.removal import PATHS, by_hand, confirm, delete, runbook, step
from tests.analyzer.report.test_to_shell import SCRIPT, UTC, wait_for
from tests.analyzer.report.test_to_shell_text import template


def statuses(node: FakeNode) -> list[str]:
    return [one["status"] for one in node.result()["steps"]]


def test_the_result_says_what_was_run_where_and_when(node: FakeNode) -> None:
    node.run(SCRIPT, "--apply", "--yes")
    result = node.result()
    assert (result["schema"], result["bundle"], result["host"]) == (1, "csi-bundle-20260703-101501", "worker-1")
    assert (result["boot_id"], result["script"]) == (BOOT_ID, "worker-1.sh")
    assert (result["outcome"], result["exit_code"], result["reason"]) == ("done", 0, None)
    assert re.fullmatch(UTC, result["started"])
    assert result["started"] <= result["ended"]
    assert (node.cwd / result["transcript"]).is_file()
    assert subprocess.run(["sha256sum", node.root / "run-1.sh"], capture_output=True, check=True).stdout.startswith(
        result["script_sha256"].encode()
    )


def test_the_result_tells_each_step(node: FakeNode) -> None:
    node.run(SCRIPT, "--apply", "--yes")
    steps = node.result()["steps"]
    assert [(one["number"], one["effect"], one["status"], one["exit_code"]) for one in steps] == [
        (1, "changes", "done", 0),
        (2, "destroys", "done", 0),
        (3, "destroys", "done", 0),
        (4, "destroys", "done", 0),
        (5, "reads", "done", 0),
    ]
    assert [one.id for one in runbook().steps] == [one["id"] for one in steps]
    assert all(re.fullmatch(UTC, one["started"]) and one["seconds"] >= 0 for one in steps)


def test_a_dry_run_leaves_no_result(guarded: FakeNode) -> None:
    guarded.run(SCRIPT)
    assert list(guarded.cwd.iterdir()) == []


def test_a_step_that_is_refused_has_its_reason_and_those_after_it_were_not_run(node: FakeNode) -> None:
    node.write("open/dm-1", "1")
    ran = node.run(SCRIPT.replace("take guards_1 dmsetup", "take guards_1 true"), "--apply", "--yes")
    result = node.result()
    assert (result["outcome"], result["exit_code"], result["reason"]) == ("refused", 3, ran.err.strip())
    assert statuses(node) == ["done", "refused", "not-run", "not-run", "not-run"]
    assert result["steps"][1]["reason"] == ran.err.strip()


def test_an_identity_that_differs_is_told_at_its_step_though_nothing_was_run(guarded: FakeNode) -> None:
    guarded.answers("sde", DEAD)
    guarded.run(render(runbook(delete(PATHS[0]), delete(PATHS[1]))), "--apply", "--yes")
    assert statuses(guarded) == ["not-run", "refused"]


def test_another_host_is_told_for_the_whole(guarded: FakeNode) -> None:
    guarded.write("proc/sys/kernel/hostname", 'w"\\-2')
    guarded.run(SCRIPT, "--apply", "--yes")
    assert guarded.result()["reason"] == 'this runbook is for another host: expected worker-1, found w"\\-2'
    assert set(statuses(guarded)) == {"not-run"}


def test_a_command_that_fails_has_its_exit_code(guarded: FakeNode) -> None:
    guarded.tool("multipath", "exit 7\n")
    guarded.run(SCRIPT, "--apply", "--yes")
    assert guarded.result()["outcome"] == "failed"
    assert (guarded.result()["steps"][1]["status"], guarded.result()["steps"][1]["exit_code"]) == ("failed", 7)


def test_what_is_declined_done_by_hand_or_done_already_is_told(guarded: FakeNode) -> None:
    script = render(runbook(by_hand(), delete(PATHS[0]), delete(PATHS[1]), confirm()))
    for file in ("sys/block/sdb/holders/dm-1", "sys/block/sde/holders/dm-1", "sys/block/sdb"):
        (guarded.root / file).unlink()
    guarded.run(script, "--apply", answers="no\n")
    assert (guarded.result()["outcome"], guarded.result()["exit_code"]) == ("declined", 5)
    assert statuses(guarded) == ["by-hand", "already-done", "declined", "not-run"]


def test_a_reading_that_fails_is_done_and_has_its_exit_code(guarded: FakeNode) -> None:
    guarded.run(render(runbook(step(Phase.CHECK, Effect.READS, Command(("false",))))), "--apply")
    (one,) = guarded.result()["steps"]
    assert (one["status"], one["exit_code"]) == ("done", 1)
    assert one["reason"].startswith("it ended with exit code 1")
    assert (guarded.result()["outcome"], guarded.result()["exit_code"]) == ("unfinished", 6)
    assert guarded.result()["reason"].endswith(
        "Readings that did not end as they should: step 1. Look at what they printed."
    )


def test_what_is_left_by_hand_is_told_for_the_whole(guarded: FakeNode) -> None:
    guarded.run(render(runbook(by_hand())), "--apply", "--yes")
    assert statuses(guarded) == ["by-hand"]
    assert (guarded.result()["outcome"], guarded.result()["exit_code"]) == ("unfinished", 6)
    assert "nobody confirmed as done: step 1." in guarded.result()["reason"]


def test_the_result_is_whole_at_every_moment(node: FakeNode) -> None:
    process = node.start(SCRIPT, "--apply")
    wait_for(process, "Run step 2?")
    assert (node.result()["outcome"], node.result()["exit_code"], node.result()["ended"]) == ("running", None, None)
    assert statuses(node) == ["done", "not-run", "not-run", "not-run", "not-run"]
    process.communicate("no\n", timeout=30)
    assert statuses(node)[1] == "declined"


def test_nothing_runs_where_the_result_would_be_written_over(node: FakeNode) -> None:
    node.tool("date", "echo now\n")
    ran = node.run(f"ln -s /nowhere runbook-worker-1-now.json\n{SCRIPT}", "--apply", "--yes")
    assert (ran.code, node.asked()) == (2, [])


def test_without_a_clock_times_are_unknown_and_the_steps_run(guarded: FakeNode) -> None:
    guarded.tool("date", "exit 1\n")
    assert guarded.run(SCRIPT, "--apply", "--yes").code == 0
    (log,) = guarded.cwd.glob("*.json")
    assert {(one["started"], one["seconds"]) for one in json.loads(log.read_text())["steps"]} == {(None, None)}


def test_a_result_that_cannot_be_written_is_said_once_and_the_steps_run(guarded: FakeNode) -> None:
    guarded.tool("mv", "exit 1\n")
    ran = guarded.run(SCRIPT, "--apply", "--yes")
    assert (ran.code, ran.err.count("cannot write the result")) == (0, 1)
    assert len(guarded.asked("tee")) == 2


TEXTS = {
    b"plain": "plain",
    b'"quoted" \\ back': '"quoted" \\ back',
    bytes(range(1, 32)) + b"\x7f": "".join(map(chr, range(1, 32))) + "\x7f",
    b"two\nlines\n\n": "two\nlines\n\n",
    "主机 \u202e é \U0001f4be".encode(): "主机 \u202e é \U0001f4be",
    b"cut \xe4\xb8": "cut \ufffd",
    b"\xff\xfe \x80": "\ufffd\ufffd \ufffd",
    b"\xc0\xaf overlong \xe0\x80\xaf": "\ufffd overlong \ufffd",
    b"\xed\xa0\x80 surrogate \xf5\x80\x80\x80 beyond": "\ufffd surrogate \ufffd beyond",
    b"\xe4A": "\ufffdA",
    b"100%s %d $(id) `id`": "100%s %d $(id) `id`",
    b"": "",
}


@pytest.mark.parametrize("tool", ["mawk", "gawk", "busybox awk"])
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_any_bytes_become_a_string_of_json(shell: tuple[str, ...], tool: str) -> None:
    if subprocess.run(["sh", "-c", f"command -v {tool}"], capture_output=True, check=False).returncode:
        pytest.skip(f"{tool} is not installed")
    program = f'{template("result.sh")}\nawk() {{ {tool} "$@"; }}\nfor text in "$@"; do json "$text"; echo; done'
    environment = {**os.environ, "LC_ALL": "C"}
    ran = subprocess.run([*shell, "-c", program, "sh", *TEXTS], capture_output=True, check=True, env=environment)
    assert [json.loads(line) for line in ran.stdout.splitlines()] == list(TEXTS.values())
    assert ran.stdout.isascii()
