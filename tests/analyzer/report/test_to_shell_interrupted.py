"""Scripts that are interrupted anywhere: they say how far they came, cut no command in two, and can be finished."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.analyzer.report.fake_node import FakeNode
from tests.analyzer.report.test_to_shell import SCRIPT, wait_for
from tests.analyzer.report.test_to_shell_pods import DELETE, acted, script, stand
from tests.analyzer.report.test_to_shell_result import statuses

RARER = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
SIGNALS = (signal.SIGINT, *(pytest.param(number, marks=pytest.mark.slow) for number in RARER))
STOPS_HERE = """\
if [ ! -e "$NODE/go" ]; then
    touch "$NODE/reached"
    while [ ! -e "$NODE/go" ]; do /bin/sleep 0.02; done
fi
"""
# process 1 of the node outlives the script, and so does what the script has started
OUTLIVED = """\
trap : 1 2 3 15
"$@"
code=$?
touch "$NODE/go"
while [ ! -e "$NODE/ended" ]; do /bin/sleep 0.02; done
exit "$code"
"""


def pausing(node: FakeNode, tool: str, *, before: bool, only: str = "") -> None:
    """Asked for `only`, the tool waits before it acts, or before it ends, until the file `go` is there."""
    acts = (node.root / "bin" / tool).read_text().split("\n", 2)[2]
    wait = f'case "$*" in {only}*)\n{STOPS_HERE};;\nesac\n'
    order = (wait, f"(:\n{acts})\ncode=$?\n") if before else (f"(:\n{acts})\ncode=$?\n", wait)
    node.tool(tool, f'{"".join(order)}touch "$NODE/ended"\nexit $code\n')


def wait_until(file: Path, process: subprocess.Popen[str]) -> None:
    while not file.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def kill(node: FakeNode, process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()
    (node.root / "go").touch()


def finishes(node: FakeNode, *options: str) -> None:
    ran = node.run(SCRIPT, "--apply", "--yes", *options)
    assert (ran.code, ran.err) == (0, "")
    assert sorted(path.name for path in (node.root / "sys/block").iterdir()) == ["dm-2", "sdc", "sdf"]
    assert set(statuses(node)) <= {"done", "already-done"}


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_at_a_question_ends_it_with_what_was_done(guarded: FakeNode, number: signal.Signals) -> None:
    process = guarded.start(SCRIPT, "--apply")
    wait_for(process, "Run step 2?")
    guarded.signal(process, number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (128 + number, "Interrupted.\n")
    assert "Done before that: step 1. No other step was run." in out
    assert (guarded.result()["outcome"], guarded.result()["exit_code"]) == ("interrupted", 128 + number)
    assert statuses(guarded) == ["done", "not-run", "not-run", "not-run", "not-run"]
    finishes(guarded)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_within_a_step_does_not_reach_its_command(guarded: FakeNode, number: signal.Signals) -> None:
    pausing(guarded, "multipath", before=True)
    shell, guarded.shell = guarded.shell, ("sh", "-c", f"NODE={guarded.root}\n{OUTLIVED}", "sh", *guarded.shell)
    process = guarded.start(SCRIPT, "--apply", "--yes")
    wait_until(guarded.root / "reached", process)
    guarded.signal(process, number)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "The command of step 2 was already running, and goes on." in out
    assert statuses(guarded) == ["done", "running", "not-run", "not-run", "not-run"]
    assert not (guarded.root / "sys/block/dm-1").exists()  # it went on, and did its work
    guarded.shell = shell
    finishes(guarded)


@pytest.mark.parametrize("before", [True, False], ids=["before-it-acts", "before-it-ends"])
@pytest.mark.parametrize(
    ("tool", "only"),
    [
        ("dmsetup", "message"),
        ("multipath", ""),
        ("tee", "/sys/block/sdb"),
        ("tee", "/sys/block/sde"),
        ("ls", "/sys/block/"),
    ],
)
def test_what_was_killed_anywhere_can_be_finished(guarded: FakeNode, tool: str, only: str, before: bool) -> None:
    guarded.queues("dm-1")
    guarded.tool("ls", 'exec /bin/ls "$@"\n')
    pausing(guarded, tool, before=before, only=only)
    process = guarded.start(SCRIPT, "--apply", "--yes")
    wait_until(guarded.root / "reached", process)
    assert (guarded.result()["outcome"], statuses(guarded).count("running")) == ("running", 1)
    kill(guarded, process)
    finishes(guarded)


def test_a_script_killed_at_a_question_can_be_finished(node: FakeNode) -> None:
    process = node.start(SCRIPT, "--apply")
    wait_for(process, "Run step 2?")
    kill(node, process)
    finishes(node)


def test_the_rest_of_a_killed_script_can_be_run_by_number(guarded: FakeNode) -> None:
    pausing(guarded, "tee", before=True, only="/sys/block/sde")
    process = guarded.start(SCRIPT, "--apply", "--yes")
    wait_until(guarded.root / "reached", process)
    kill(guarded, process)
    assert guarded.run(SCRIPT, "--apply", "--yes", "--only", "4").code == 0
    finishes(guarded, "--from", "1")


def test_a_reader_that_goes_away_ends_it_and_nothing_is_lost(node: FakeNode) -> None:
    process = node.start(SCRIPT, "--apply")
    wait_for(process, "Run step 2?")
    assert process.stdout
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate("yes\n", timeout=30)
    assert process.returncode == 128 + signal.SIGPIPE
    assert "Interrupted." in err
    assert (node.result()["outcome"], node.asked("multipath", "tee")) == ("interrupted", [])
    assert "Interrupted." in node.transcript()
    finishes(node)


def test_no_folder_is_left_behind_by_a_signal(node: FakeNode) -> None:
    (node.root / "tmp").mkdir()
    process = node.start(f"TMPDIR={node.root}/tmp\n{SCRIPT}", "--apply")
    wait_for(process, "Run step 2?")
    node.signal(process, signal.SIGTERM)
    process.communicate(timeout=30)
    assert list((node.root / "tmp").iterdir()) == []
    assert sorted(file.suffix for file in node.cwd.iterdir()) == [".json", ".log"]


# --- pods ------------------------------------------------------------------------------------------------------------


def test_a_signal_between_closing_and_deleting_opens_the_node_again(node: FakeNode) -> None:
    process = stand(node).start(script(), "--apply")
    wait_for(process, "Run step 1?")
    assert process.stdin
    process.stdin.write("yes\n")
    process.stdin.flush()
    wait_for(process, "Run step 2?")
    node.signal(process, signal.SIGHUP)
    process.communicate(timeout=30)
    assert acted(node) == ["kubectl cordon worker-1", "kubectl uncordon worker-1"]
    assert statuses(node) == ["done", "not-run", "done", "not-run"]


def test_a_signal_while_a_node_is_being_closed_tells_how_to_open_it(guarded: FakeNode) -> None:
    pausing(stand(guarded), "kubectl", before=False, only="cordon")
    process = guarded.start(script(), "--apply", "--yes")
    wait_until(guarded.root / "reached", process)
    guarded.signal(process, signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert "The command of step 1 was already running" in out
    assert "Not taken back yet: run `kubectl uncordon worker-1`" in out
    assert acted(guarded) == ["kubectl cordon worker-1"]


def test_a_script_killed_after_the_deletion_opens_the_node_when_run_again(node: FakeNode) -> None:
    pausing(stand(node), "kubectl", before=False, only="delete")
    process = node.start(script(), "--apply", "--yes")
    wait_until(node.root / "reached", process)
    kill(node, process)
    assert node.run(script(), "--apply", "--yes").code == 0
    assert acted(node) == ["kubectl cordon worker-1", DELETE, "kubectl cordon worker-1", "kubectl uncordon worker-1"]
