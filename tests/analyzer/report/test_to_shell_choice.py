"""`--only STEP` and `--from STEP`: less is run, and nothing is guarded less."""

from __future__ import annotations

import pytest

from analyzer.report.to_shell import render
from tests.analyzer.report.fake_node import DEAD, OTHER, FakeNode
from tests.analyzer.report.removal import PATHS, by_hand, change, confirm, delete, runbook
from tests.analyzer.report.test_to_shell import SCRIPT, content
from tests.analyzer.report.test_to_shell_pods import DELETE, FILE, KUBECTL, NEW, acted, script, stand
from tests.analyzer.report.test_to_shell_result import statuses

FLUSH, SDB, SDE = "multipath -f mpathb", "tee /sys/block/sdb/device/delete", "tee /sys/block/sde/device/delete"
STOP = f"dmsetup message -u mpath-{DEAD} 0 fail_if_no_path"


def test_only_the_step_of_that_number_is_run(node: FakeNode) -> None:
    ran = node.run(SCRIPT, "--apply", "--yes", "--only", "2")
    assert (ran.code, ran.err, node.asked()) == (0, "", [FLUSH])
    assert "Only step 2 of 5." in ran.out
    assert "The chosen steps are done." in ran.out
    assert statuses(node) == ["skipped", "done", "skipped", "skipped", "skipped"]


def test_the_rest_is_run_from_a_step_on(node: FakeNode) -> None:
    node.run(SCRIPT, "--apply", "--yes", "--only", "1")
    node.run(SCRIPT, "--apply", "--yes", "--only=2")
    ran = node.run(SCRIPT, "--apply", "--yes", "--from", "3")
    assert (ran.code, node.asked()) == (0, [STOP, FLUSH, SDB, SDE])
    assert statuses(node) == ["skipped", "skipped", "done", "done", "done"]


@pytest.mark.parametrize("choice", [("--only", "2"), ("--from=1",), ("--from", "5")])
def test_a_dry_run_shows_the_chosen_steps_and_changes_nothing(guarded: FakeNode, choice: tuple[str, ...]) -> None:
    before = content(guarded.root / "sys")
    ran = guarded.run(SCRIPT, *choice)
    assert (ran.code, ran.err, guarded.asked()) == (0, "", [])
    assert ran.out.count("would run") == {"2": 1, "--from=1": 5, "5": 1}[choice[-1]]
    assert content(guarded.root / "sys") == before


@pytest.mark.parametrize(
    "words",
    [
        ("--only",),
        ("--from",),
        ("--only", ""),
        ("--only", "0"),
        ("--only", "6"),
        ("--from", "6"),
        ("--from", "02"),
        ("--only", "-1"),
        ("--only", "2x"),
        ("--only", "1,2"),
        ("--only=",),
        ("--only", "99999999999999999999"),
        ("--only", "2", "--from", "3"),
        ("--only", "2", "--only", "2"),
        ("--only", "--apply"),
        ("2",),
    ],
)
def test_a_number_that_is_none_is_refused_with_usage(guarded: FakeNode, words: tuple[str, ...]) -> None:
    ran = guarded.run(SCRIPT, "--apply", "--yes", *words)
    assert (ran.code, ran.out, guarded.asked()) == (2, "", [])
    assert "Usage: sh worker-1.sh" in ran.err
    assert list(guarded.cwd.iterdir()) == []


def test_a_path_is_not_deleted_while_its_map_was_not_flushed(node: FakeNode) -> None:
    for options in (("--only", "3"), ("--apply", "--yes", "--only", "3"), ("--apply", "--yes", "--from", "3")):
        ran = node.run(SCRIPT, *options)
        assert (ran.code, node.asked()) == (3, [])
        assert "sdb is in use: expected no holder, found dm-1" in ran.out + ran.err


def test_a_map_is_not_flushed_while_it_queues(node: FakeNode) -> None:
    node.queues("dm-1")
    for options in (("--only", "2"), ("--apply", "--yes", "--only", "2"), ("--apply", "--yes", "--from", "2")):
        ran = node.run(SCRIPT, *options)
        assert (ran.code, node.asked()) == (3, [])
        assert f"map {DEAD} still queues I/O, so the flush would hang" in ran.out + ran.err
    assert node.run(SCRIPT).code == 0  # the dry run of all steps foresees that it will not
    assert node.run(SCRIPT, "--apply", "--yes").code == 0


def test_identities_of_steps_left_out_stop_nothing(guarded: FakeNode) -> None:
    script = render(runbook(delete(PATHS[0]), delete(PATHS[1])))
    for disk in ("sdb", "sde"):
        (guarded.root / f"sys/block/{disk}/holders/dm-1").unlink()
    guarded.answers("sdb", OTHER)
    assert guarded.run(script, "--apply", "--yes", "--only", "2").code == 0
    assert guarded.asked() == [SDE]
    assert guarded.run(script, "--apply", "--yes", "--only", "1").code == 3
    assert guarded.asked() == [SDE]


def test_identities_of_the_chosen_steps_are_all_checked_first(guarded: FakeNode) -> None:
    guarded.answers("sde", OTHER)
    ran = guarded.run(SCRIPT, "--apply", "--yes", "--from", "2")
    assert (ran.code, guarded.asked()) == (3, [])


def test_another_host_is_refused_for_a_single_step_too(guarded: FakeNode) -> None:
    guarded.write("proc/sys/kernel/hostname", "worker-2")
    assert guarded.run(SCRIPT, "--apply", "--yes", "--only", "5").code == 3


def test_a_change_after_steps_left_out_asks_first(guarded: FakeNode) -> None:
    script = render(runbook(by_hand(), change(), confirm()))
    ran = guarded.run(script, "--apply", "--only", "2", answers="no\n")
    assert (ran.code, guarded.asked()) == (5, [])
    assert "Left out before this one: step 1." in ran.out
    assert guarded.run(script, "--apply", "--from", "2", answers="yes\n").code == 0
    assert guarded.asked() == ["tee made"]


def test_a_reading_after_steps_left_out_does_not_ask(guarded: FakeNode) -> None:
    assert guarded.run(SCRIPT, "--apply", "--only", "5").code == 0


# --- pods ------------------------------------------------------------------------------------------------------------


def test_a_node_closed_alone_stays_closed_and_that_is_said(node: FakeNode) -> None:
    ran = stand(node).run(script(), "--apply", "--yes", "--only", "1")
    assert (ran.code, acted(node)) == (0, ["kubectl cordon worker-1"])
    assert "Not taken back yet: run `kubectl uncordon worker-1`" in ran.out
    assert "Not taken back yet" in ran.transcript


def test_the_rest_after_a_node_was_closed_opens_it(node: FakeNode) -> None:
    stand(node).run(script(), "--apply", "--yes", "--only", "1")
    assert node.run(script(), "--apply", "--yes", "--from", "2").code == 0
    assert acted(node) == ["kubectl cordon worker-1", DELETE, "kubectl uncordon worker-1"]


def test_a_node_is_not_opened_alone_before_the_pod_is_placed_anew(guarded: FakeNode) -> None:
    for options in ((), ("--apply", "--yes")):
        ran = stand(guarded).run(script(), *options, "--only", "3")
        assert (ran.code, acted(guarded)) == (3, [])


def test_a_node_is_opened_alone_only_when_one_agrees(guarded: FakeNode) -> None:
    stand(guarded, pod=f"{NEW} worker-2")
    ran = guarded.run(script(), "--apply", "--only", "3", answers="no\n")
    assert (ran.code, acted(guarded)) == (5, [])
    assert "Left out before this one: step 1 2." in ran.out


def test_a_bare_pod_is_not_deleted_when_its_saving_was_left_out(node: FakeNode) -> None:
    text = script("")
    for options in (("--from", "3"), ("--apply", "--yes", "--only", "3"), ("--apply", "--yes", "--from", "3")):
        ran = stand(node).run(text, *options)
        assert (ran.code, acted(node)) == (3, [])
        assert "the step that saves the manifest of this pod was left out" in ran.out + ran.err
    assert node.run(f"echo saved >{FILE}\n{text}", "--apply", "--yes", "--only", "3").code == 0
    assert acted(node) == [DELETE]


def test_a_node_that_was_closed_before_is_opened_only_when_one_agrees(guarded: FakeNode) -> None:
    closed = '[ "$1" != cordon ] || { echo "node/$2 already cordoned"; exit 0; }\n'
    stand(guarded).tool("kubectl", closed + KUBECTL)
    ran = guarded.run(script(), "--apply", answers="yes\nyes\nno\n")
    assert (ran.code, acted(guarded)) == (5, [DELETE])
    assert "The node was closed before this script came." in ran.out
    assert "Not taken back yet: run `kubectl uncordon worker-1`" in ran.out
