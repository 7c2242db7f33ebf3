"""Runbook scripts, run for real by three shells on a node of our own."""

from __future__ import annotations

import os
import select
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.report.to_shell import render
from analyzer.runbook import Command, Effect, Phase
from tests.analyzer.report.fake_node import ALIVE, DEAD, OTHER, FakeNode, unshare, works
from tests.analyzer.report.removal import PATHS, confirm, delete, flush, removal, runbook, step, stop_queueing

pytestmark = pytest.mark.skipif(unshare() is None, reason="needs root or user namespaces to stand a node up")

SHELLS = (("dash",), ("bash",), ("busybox", "sh"))
SCRIPT = render(runbook())


@pytest.fixture(params=SHELLS, ids=lambda shell: shell[0])
def node(request: pytest.FixtureRequest, tmp_path: Path) -> FakeNode:
    if not works((*request.param, "-c", "true")):
        pytest.skip(f"{request.param[0]} is not installed")
    return FakeNode(tmp_path / "node", request.param)


def content(folder: Path) -> dict[str, str]:
    def lines() -> Iterator[tuple[str, str]]:
        for path in sorted(folder.rglob("*")):
            kind = stat.S_IFMT(path.lstat().st_mode)
            yield (
                str(path),
                str(path.readlink()) if path.is_symlink() else path.read_text() if path.is_file() else f"{kind}",
            )

    return dict(lines())


def refuses(node: FakeNode, *words: str, script: str = SCRIPT) -> None:
    """Shown by the dry run; and with --apply nothing is changed, and one sentence says what differs."""
    shown = node.run(script)
    assert (shown.code, shown.err) == (3, "")
    assert all(word in shown.out for word in words), shown.out
    acted = node.run(script, "--apply", "--yes")
    assert acted.code == 3
    assert all(word in acted.err for word in words), acted.err
    assert acted.err.count("\n") == 1
    assert acted.err in acted.transcript
    assert node.asked("multipath", "tee") == []


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
    (log,) = node.cwd.iterdir()
    assert log.name.startswith("runbook-worker-1-2")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    for part in ("$ multipath -f mpathb\n", "exit code 0\n", "    | dm-2\n", "csi-bundle-20260703-101501"):
        assert part in ran.transcript


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


@pytest.mark.parametrize("answers", ["", "\n", "no\n", "ye\n", "n\ny\ny\n"])
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


# --- the guards ------------------------------------------------------------------------------------------------------


def test_nothing_runs_when_the_device_letter_now_means_another_disk(node: FakeNode) -> None:
    node.write("sys/devices/platform/host8/session8/target0:0:0/3:0:0:2/wwid", f"naa.{OTHER[1:]}")
    refuses(node, f"expected WWID naa.{DEAD[1:]}, found naa.{OTHER[1:]}", "sde")
    assert node.asked() == []  # not even the queueing is stopped


def test_one_disk_that_changed_stops_all_before_the_first_step(node: FakeNode) -> None:
    script = render(runbook(delete(PATHS[0]), delete(PATHS[1])))
    for dm in ("sdb", "sde"):
        (node.root / f"sys/block/{dm}/holders/dm-1").unlink()
    node.answers("sde", OTHER)
    ran = node.run(script, "--apply", "--yes")
    assert (ran.code, node.asked()) == (3, [])
    assert "Stopped before step 2: sde is alive" in ran.err
    assert "Nothing was changed." in ran.out


def test_a_disk_at_another_address_refuses(node: FakeNode) -> None:
    node.disk("sde", "3:0:0:9", DEAD, session=8)
    refuses(node, "expected 3:0:0:2, found 3:0:0:9")


def test_a_lun_that_answers_again_refuses(node: FakeNode) -> None:
    node.answers("sde", DEAD)
    refuses(node, "sde is alive", f"found {DEAD}")


def test_a_lun_number_given_to_another_volume_refuses(node: FakeNode) -> None:
    node.answers("sdb", OTHER)
    refuses(node, "sdb is alive", f"found {OTHER}")


def test_a_path_that_device_mapper_uses_again_refuses(node: FakeNode) -> None:
    node.states("dm-1", "mpathb", {"sdb": "A", "sde": "F"})
    refuses(node, "expected state F (failed), found A")


def test_a_path_the_bundle_does_not_know_refuses(node: FakeNode) -> None:
    node.disk("sda", "4:0:0:2", DEAD, session=7)
    node.map("dm-3", "other", ALIVE, {})
    (node.root / "sys/block/dm-1/slaves/sda").symlink_to("../../sda")
    refuses(node, "another path: found sda, expected at most sdb=2:0:0:2 sde=3:0:0:2")


@pytest.mark.parametrize("state", ["transport-offline", "blocked", "offline", "quiesce"])
def test_a_disk_that_is_not_running_refuses(node: FakeNode, state: str) -> None:
    node.write("sys/devices/platform/host7/session7/target0:0:0/2:0:0:2/state", state)
    refuses(node, f"sdb: expected state running, found {state}")


def test_a_session_that_is_not_logged_in_refuses(node: FakeNode) -> None:
    node.write("sys/class/iscsi_session/session8/state", "FREE")
    refuses(node, "sde is out of reach: session8 expected LOGGED_IN, found FREE")


def test_a_disk_that_cannot_be_opened_refuses(node: FakeNode) -> None:
    (node.root / "dev/sdb").unlink()
    # opening a socket gives ENXIO, as opening the disk of an array out of reach does
    socket.socket(socket.AF_UNIX).bind(str(node.root / "dev/sdb"))
    refuses(node, "/dev/sdb cannot be opened, so the array may be out of reach")


def test_a_file_in_the_place_of_the_disk_refuses(node: FakeNode) -> None:
    (node.root / "dev/sdb").write_text("what a copy left here")
    refuses(node, "cannot be checked: /dev/sdb is not a device")


def test_a_hanging_inquiry_refuses_and_does_not_hang(node: FakeNode) -> None:
    node.tool("scsi_id", "trap '' TERM INT\nexec /bin/sleep 300\n")
    ran = node.run(render(runbook(delete(PATHS[0]))), "--apply", "--yes")
    assert ran.code == 3
    assert "`scsi_id /dev/sdb` has not ended in time" in ran.err
    assert node.asked() == []


def test_an_inquiry_tool_that_fails_otherwise_refuses(node: FakeNode) -> None:
    node.tool("scsi_id", "exit 127\n")
    refuses(node, "`scsi_id /dev/sdb` ended with exit code 127")


@pytest.mark.parametrize("device", ["pci0000:00/host7/target2:0:0/2:0:0:2", "virtual/2:0:0:2"])
def test_a_transport_that_cannot_be_judged_refuses(node: FakeNode, device: str) -> None:
    node.disk_below("sdb", device, DEAD)
    (node.root / "sys/block/sdb/holders/dm-1").symlink_to("nowhere")
    refuses(node, "cannot be checked: the transport of sdb")


FC = "pci0000:00/host5/rport-5:0-1/target5:0:1/2:0:0:2"


@pytest.mark.parametrize(
    ("rport", "host", "word"),
    [
        ("Not Present", "Online", "rport-5:0-1 expected Online, found Not Present"),
        ("Blocked", "Online", "rport-5:0-1 expected Online, found Blocked"),
        ("Online", "Linkdown", "host5 expected Online, found Linkdown"),
    ],
)
def test_a_fibre_channel_port_that_is_not_online_refuses(node: FakeNode, rport: str, host: str, word: str) -> None:
    node.disk_below("sdb", FC, DEAD)
    node.write("sys/class/fc_remote_ports/rport-5:0-1/port_state", rport)
    node.write("sys/class/fc_host/host5/port_state", host)
    refuses(node, word, script=render(runbook(delete(PATHS[0]))))


def test_a_dead_disk_behind_fibre_channel_is_deleted(node: FakeNode) -> None:
    node.disk_below("sdb", FC, DEAD)
    node.write("sys/class/fc_remote_ports/rport-5:0-1/port_state", "Online")
    node.write("sys/class/fc_host/host5/port_state", "Online")
    assert node.run(render(runbook(delete(PATHS[0]))), "--apply", "--yes").code == 0
    assert node.asked() == ["tee /sys/block/sdb/device/delete"]


def test_a_suspended_map_refuses(node: FakeNode) -> None:
    node.write("sys/block/dm-1/dm/suspended", "1")
    refuses(node, "is suspended")


def test_a_map_under_another_name_refuses(node: FakeNode) -> None:
    node.write("sys/block/dm-1/dm/name", "mpathx")
    node.states("dm-1", "mpathx", {"sdb": "F", "sde": "F"})
    refuses(node, "expected name mpathb, found mpathx")


def test_a_name_that_another_map_took_over_is_not_flushed(node: FakeNode) -> None:
    node.run(SCRIPT, "--apply", "--yes")
    node.map("dm-7", "mpathb", OTHER, {})
    assert node.run(SCRIPT, "--apply", "--yes").code == 0
    assert len(node.asked("multipath")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "300 27 253:1 / /var/lib/kubelet/globalmount rw shared:9 - ext4 /dev/mapper/mpathb rw",
        "300 27 0:77 / /mnt/with\\040space rw - btrfs /dev/mapper/mpathb rw",
        "300 27 0:77 / /mnt/by-number rw - btrfs /dev/dm-1 rw",
        "300 27 0:5 /dm-1 /var/lib/kubelet/plugins/pvc/dev/uid rw shared:2 - devtmpfs udev rw",
    ],
)
def test_a_mounted_map_is_never_flushed(node: FakeNode, line: str) -> None:
    with (node.root / "proc/1/mountinfo").open("a") as table:
        table.write(line + "\n")
    refuses(node, "dm-1 is in use: expected no mount, found " + line.split()[4])


def test_a_held_map_is_never_flushed(node: FakeNode) -> None:
    (node.root / "sys/block/dm-1/holders/dm-9").symlink_to("nowhere")
    refuses(node, "dm-1 is in use: expected no holder, found dm-9")


def test_an_open_map_is_never_flushed(node: FakeNode) -> None:
    node.write("open/dm-1", "1")
    refuses(node, "expected open count 0, found 1", script=render(runbook(flush())))


def test_a_map_used_as_swap_is_never_flushed(node: FakeNode) -> None:
    node.write("proc/swaps", "Filename Type Size Used Priority\n/dev/dm-1 partition 307196 0 -2")
    refuses(node, "dm-1 is in use as swap")


def test_a_disk_that_another_map_holds_is_never_deleted(node: FakeNode) -> None:
    refuses(node, "sdb is in use: expected no holder, found dm-1", script=render(runbook(delete(PATHS[0]))))


def bare(node: FakeNode) -> str:
    (node.root / "sys/block/sdb/holders/dm-1").unlink()
    return render(runbook(delete(PATHS[0])))


@pytest.mark.parametrize("where", ["holders", "sdb1/holders"])
def test_a_disk_with_a_volume_on_it_or_on_its_partition_is_never_deleted(node: FakeNode, where: str) -> None:
    script = bare(node)
    (node.root / "sys/block/sdb/sdb1/holders").mkdir(parents=True)
    node.write("sys/block/sdb/sdb1/dev", "8:17")
    (node.root / "sys/block/sdb" / where / "dm-9").symlink_to("nowhere")
    refuses(node, "is in use: expected no holder, found dm-9", script=script)


@pytest.mark.parametrize(
    "line",
    [
        "300 27 8:16 / /data rw - xfs /dev/disk/by-id/scsi-3618 rw",
        "300 27 8:17 / /data rw - ext4 /dev/sdb1 rw",
        "300 27 0:5 /sdb /data rw - devtmpfs udev rw",
    ],
)
def test_a_mounted_disk_or_partition_is_never_deleted(node: FakeNode, line: str) -> None:
    script = bare(node)
    (node.root / "sys/block/sdb/sdb1/holders").mkdir(parents=True)
    node.write("sys/block/sdb/sdb1/dev", "8:17")
    with (node.root / "proc/1/mountinfo").open("a") as table:
        table.write(line + "\n")
    refuses(node, "is in use: expected no mount, found /data", script=script)


@pytest.mark.parametrize(("command", "code"), [("oracle", 3), ("multipathd", 0)])
def test_a_disk_that_a_process_reads_is_never_deleted(node: FakeNode, command: str, code: int) -> None:
    script = bare(node)
    (node.root / "proc/77/fd").mkdir(parents=True)
    (node.root / "proc/77/fd/5").symlink_to("/dev/sdb")
    node.write("proc/77/comm", command)
    ran = node.run(script, "--apply", "--yes")
    assert ran.code == code
    assert (f"found {command} (process 77)" in ran.err) == (code == 3)


SDB = "sys/devices/platform/host7/session7/target0:0:0/2:0:0:2"


@pytest.mark.parametrize(
    ("file", "read_as"),
    [
        ("proc/1/mountinfo", ""),
        ("proc/swaps", ""),
        ("proc/2/comm", ""),
        ("sys/class/iscsi_session/session7/state", ""),
        ("sys/block/dm-1/dm/suspended", ""),
        ("sys/block/dm-1/dev", ""),
        (f"{SDB}/wwid", "sys/block/sdb/device/wwid"),
        (f"{SDB}/state", "sys/block/sdb/device/state"),
    ],
)
def test_what_cannot_be_read_refuses(node: FakeNode, file: str, read_as: str) -> None:
    (node.root / file).unlink()
    refuses(node, f"cannot be checked: /{read_as or file} is not readable")


def test_sysfs_that_is_not_there_is_not_taken_for_a_device_that_is_gone(node: FakeNode) -> None:
    (node.root / "sys/block").rename(node.root / "sys/elsewhere")
    refuses(node, "cannot be checked: /sys/block is not readable")


@pytest.mark.parametrize(
    "answer", ["exit 1\n", "exit 0\n", "case $1 in status) exit 0 ;; esac\necho 'mpathb|mpath-1|0'\n"]
)
def test_dmsetup_that_does_not_answer_refuses(node: FakeNode, answer: str) -> None:
    node.tool("dmsetup", answer)
    refuses(node, "cannot be checked")


def test_a_container_is_refused(node: FakeNode) -> None:
    node.write("proc/2/comm", "sh")
    refuses(node, "from inside a container")


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
    by_hand = step(Phase.RELEASE, Effect.CHANGES, None, does="Stop the pod shop/db-0")
    ran = node.run(render(runbook(by_hand, confirm())), "--apply")
    assert ran.code == 0
    assert "Stop the pod shop/db-0" in ran.out
    assert "by hand" in ran.out


def test_a_tool_that_is_not_installed_is_told(node: FakeNode) -> None:
    ran = node.run(render(runbook(step(Phase.CHECK, Effect.READS, Command(("no-such-tool", "-x"))))), "--apply")
    assert ran.code == 4
    assert "exit code 127" in ran.err


def test_it_speaks_chinese(node: FakeNode) -> None:
    node.answers("sdb", DEAD)
    ran = node.run(render(runbook(*removal()), "zh"), "--apply", "--yes")
    assert ran.code == 3
    assert "sdb 仍然存活" in ran.err
