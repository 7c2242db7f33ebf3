"""What each guard refuses, asked of a node of our own."""

from __future__ import annotations

import socket

import pytest

from analyzer.report.to_shell import render
from tests.analyzer.report.fake_node import ALIVE, DEAD, OTHER, FakeNode
from tests.analyzer.report.removal import PATHS, delete, flush, runbook

SCRIPT = render(runbook())


def refuses(node: FakeNode, *words: str, script: str = SCRIPT) -> None:
    """Nothing is removed, and one sentence says what differs."""
    ran = node.run(script, "--apply", "--yes")
    assert ran.code == 3
    assert all(word in ran.err for word in words), ran.err
    assert ran.err.count("\n") == 1
    assert ran.err in ran.transcript
    assert node.asked("multipath", "tee") == []


def test_the_dry_run_tells_what_would_refuse(guarded: FakeNode) -> None:
    guarded.write("sys/class/iscsi_session/session8/state", "FREE")
    ran = guarded.run(SCRIPT)
    assert (ran.code, ran.err) == (3, "")
    assert "would refuse: sde is out of reach: session8 expected LOGGED_IN, found FREE" in ran.out
    assert "Nothing was changed. Steps that would refuse: 4" in ran.out


def test_the_dry_run_tells_that_a_map_would_still_be_open(guarded: FakeNode) -> None:
    guarded.write("open/dm-1", "1")
    ran = guarded.run(render(runbook(flush())))
    assert (ran.code, ran.err) == (3, "")
    assert "expected open count 0, found 1" in ran.out


def test_nothing_runs_when_the_device_letter_now_means_another_disk(guarded: FakeNode) -> None:
    guarded.write("sys/devices/platform/host8/session8/target0:0:0/3:0:0:2/wwid", f"naa.{OTHER[1:]}")
    refuses(guarded, f"expected WWID naa.{DEAD[1:]}, found naa.{OTHER[1:]}", "sde")
    assert guarded.asked() == []  # not even the queueing is stopped


def test_one_disk_that_changed_stops_all_before_the_first_step(guarded: FakeNode) -> None:
    script = render(runbook(delete(PATHS[0]), delete(PATHS[1])))
    for dm in ("sdb", "sde"):
        (guarded.root / f"sys/block/{dm}/holders/dm-1").unlink()
    guarded.answers("sde", OTHER)
    ran = guarded.run(script, "--apply", "--yes")
    assert (ran.code, guarded.asked()) == (3, [])
    assert "Stopped before step 2: sde is alive" in ran.err
    assert "Nothing was changed." in ran.out


def test_a_disk_at_another_address_refuses(guarded: FakeNode) -> None:
    guarded.disk("sde", "3:0:0:9", DEAD, session=8)
    refuses(guarded, "expected 3:0:0:2, found 3:0:0:9")


def test_a_lun_that_answers_again_refuses(guarded: FakeNode) -> None:
    guarded.answers("sde", DEAD)
    refuses(guarded, "sde is alive", f"found {DEAD}")


def test_a_lun_number_given_to_another_volume_refuses(guarded: FakeNode) -> None:
    guarded.answers("sdb", OTHER)
    refuses(guarded, "sdb is alive", f"found {OTHER}")


def test_a_path_that_device_mapper_uses_again_refuses(guarded: FakeNode) -> None:
    guarded.states("dm-1", "mpathb", {"sdb": "A", "sde": "F"})
    refuses(guarded, "expected state F (failed), found A")


def test_a_path_the_bundle_does_not_know_refuses(guarded: FakeNode) -> None:
    guarded.disk("sda", "4:0:0:2", DEAD, session=7)
    guarded.map("dm-3", "other", ALIVE, {})
    (guarded.root / "sys/block/dm-1/slaves/sda").symlink_to("../../sda")
    refuses(guarded, "another path: found sda, expected at most sdb=2:0:0:2 sde=3:0:0:2")


@pytest.mark.parametrize("state", ["transport-offline", "blocked", "offline", "quiesce"])
def test_a_disk_that_is_not_running_refuses(guarded: FakeNode, state: str) -> None:
    guarded.write("sys/devices/platform/host7/session7/target0:0:0/2:0:0:2/state", state)
    refuses(guarded, f"sdb: expected state running, found {state}")


def test_a_session_that_is_not_logged_in_refuses(guarded: FakeNode) -> None:
    guarded.write("sys/class/iscsi_session/session8/state", "FREE")
    refuses(guarded, "sde is out of reach: session8 expected LOGGED_IN, found FREE")


def test_a_disk_that_cannot_be_opened_refuses(guarded: FakeNode) -> None:
    (guarded.root / "dev/sdb").unlink()
    # opening a socket gives ENXIO, as opening the disk of an array out of reach does
    socket.socket(socket.AF_UNIX).bind(str(guarded.root / "dev/sdb"))
    refuses(guarded, "/dev/sdb cannot be opened, so the array may be out of reach")


def test_a_file_in_the_place_of_the_disk_refuses(guarded: FakeNode) -> None:
    (guarded.root / "dev/sdb").write_text("what a copy left here")
    refuses(guarded, "cannot be checked: /dev/sdb is not a device")


def test_a_hanging_inquiry_refuses_and_does_not_hang(guarded: FakeNode) -> None:
    guarded.tool("scsi_id", "trap '' TERM INT\nexec /bin/sleep 300\n")
    ran = guarded.run(render(runbook(delete(PATHS[0]))), "--apply", "--yes")
    assert ran.code == 3
    assert "`scsi_id /dev/sdb` has not ended in time" in ran.err
    assert guarded.asked() == []


def test_an_inquiry_tool_that_fails_otherwise_refuses(guarded: FakeNode) -> None:
    guarded.tool("scsi_id", "exit 127\n")
    refuses(guarded, "`scsi_id /dev/sdb` ended with exit code 127")


@pytest.mark.parametrize("device", ["pci0000:00/host7/target2:0:0/2:0:0:2", "virtual/2:0:0:2"])
def test_a_transport_that_cannot_be_judged_refuses(guarded: FakeNode, device: str) -> None:
    guarded.disk_below("sdb", device, DEAD)
    (guarded.root / "sys/block/sdb/holders/dm-1").symlink_to("nowhere")
    refuses(guarded, "cannot be checked: the transport of sdb")


FC = "pci0000:00/host5/rport-5:0-1/target5:0:1/2:0:0:2"


@pytest.mark.parametrize(
    ("rport", "host", "word"),
    [
        ("Not Present", "Online", "rport-5:0-1 expected Online, found Not Present"),
        ("Blocked", "Online", "rport-5:0-1 expected Online, found Blocked"),
        ("Online", "Linkdown", "host5 expected Online, found Linkdown"),
    ],
)
def test_a_fibre_channel_port_that_is_not_online_refuses(guarded: FakeNode, rport: str, host: str, word: str) -> None:
    guarded.disk_below("sdb", FC, DEAD)
    guarded.write("sys/class/fc_remote_ports/rport-5:0-1/port_state", rport)
    guarded.write("sys/class/fc_host/host5/port_state", host)
    refuses(guarded, word, script=render(runbook(delete(PATHS[0]))))


def test_a_dead_disk_behind_fibre_channel_is_deleted(guarded: FakeNode) -> None:
    guarded.disk_below("sdb", FC, DEAD)
    guarded.write("sys/class/fc_remote_ports/rport-5:0-1/port_state", "Online")
    guarded.write("sys/class/fc_host/host5/port_state", "Online")
    assert guarded.run(render(runbook(delete(PATHS[0]))), "--apply", "--yes").code == 0
    assert guarded.asked() == ["tee /sys/block/sdb/device/delete"]


def test_a_suspended_map_refuses(guarded: FakeNode) -> None:
    guarded.write("sys/block/dm-1/dm/suspended", "1")
    refuses(guarded, "is suspended")


def test_a_map_under_another_name_refuses(guarded: FakeNode) -> None:
    guarded.write("sys/block/dm-1/dm/name", "mpathx")
    guarded.states("dm-1", "mpathx", {"sdb": "F", "sde": "F"})
    refuses(guarded, "expected name mpathb, found mpathx")


def test_a_name_that_another_map_took_over_is_not_flushed(guarded: FakeNode) -> None:
    guarded.run(SCRIPT, "--apply", "--yes")
    guarded.map("dm-7", "mpathb", OTHER, {})
    assert guarded.run(SCRIPT, "--apply", "--yes").code == 0
    assert len(guarded.asked("multipath")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "300 27 253:1 / /var/lib/kubelet/globalmount rw shared:9 - ext4 /dev/mapper/mpathb rw",
        "300 27 0:77 / /mnt/with\\040space rw - btrfs /dev/mapper/mpathb rw",
        "300 27 0:77 / /mnt/by-number rw - btrfs /dev/dm-1 rw",
        "300 27 0:5 /dm-1 /var/lib/kubelet/plugins/pvc/dev/uid rw shared:2 - devtmpfs udev rw",
    ],
)
def test_a_mounted_map_is_never_flushed(guarded: FakeNode, line: str) -> None:
    with (guarded.root / "proc/1/mountinfo").open("a") as table:
        table.write(line + "\n")
    refuses(guarded, "dm-1 is in use: expected no mount, found " + line.split()[4])


def test_a_held_map_is_never_flushed(guarded: FakeNode) -> None:
    (guarded.root / "sys/block/dm-1/holders/dm-9").symlink_to("nowhere")
    refuses(guarded, "dm-1 is in use: expected no holder, found dm-9")


def test_an_open_map_is_never_flushed(guarded: FakeNode) -> None:
    guarded.write("open/dm-1", "1")
    refuses(guarded, "expected open count 0, found 1", script=render(runbook(flush())))


def test_a_map_used_as_swap_is_never_flushed(guarded: FakeNode) -> None:
    guarded.write("proc/swaps", "Filename Type Size Used Priority\n/dev/dm-1 partition 307196 0 -2")
    refuses(guarded, "dm-1 is in use as swap")


def test_a_disk_that_another_map_holds_is_never_deleted(guarded: FakeNode) -> None:
    refuses(guarded, "sdb is in use: expected no holder, found dm-1", script=render(runbook(delete(PATHS[0]))))


def bare(guarded: FakeNode) -> str:
    (guarded.root / "sys/block/sdb/holders/dm-1").unlink()
    return render(runbook(delete(PATHS[0])))


@pytest.mark.parametrize("where", ["holders", "sdb1/holders"])
def test_a_disk_with_a_volume_on_it_or_on_its_partition_is_never_deleted(guarded: FakeNode, where: str) -> None:
    script = bare(guarded)
    (guarded.root / "sys/block/sdb/sdb1/holders").mkdir(parents=True)
    guarded.write("sys/block/sdb/sdb1/dev", "8:17")
    (guarded.root / "sys/block/sdb" / where / "dm-9").symlink_to("nowhere")
    refuses(guarded, "is in use: expected no holder, found dm-9", script=script)


@pytest.mark.parametrize(
    "line",
    [
        "300 27 8:16 / /data rw - xfs /dev/disk/by-id/scsi-3618 rw",
        "300 27 8:17 / /data rw - ext4 /dev/sdb1 rw",
        "300 27 0:5 /sdb /data rw - devtmpfs udev rw",
    ],
)
def test_a_mounted_disk_or_partition_is_never_deleted(guarded: FakeNode, line: str) -> None:
    script = bare(guarded)
    (guarded.root / "sys/block/sdb/sdb1/holders").mkdir(parents=True)
    guarded.write("sys/block/sdb/sdb1/dev", "8:17")
    with (guarded.root / "proc/1/mountinfo").open("a") as table:
        table.write(line + "\n")
    refuses(guarded, "is in use: expected no mount, found /data", script=script)


@pytest.mark.parametrize(("command", "code"), [("oracle", 3), ("multipathd", 0)])
def test_a_disk_that_a_process_reads_is_never_deleted(guarded: FakeNode, command: str, code: int) -> None:
    script = bare(guarded)
    (guarded.root / "proc/77/fd").mkdir(parents=True)
    (guarded.root / "proc/77/fd/5").symlink_to("/dev/sdb")
    guarded.write("proc/77/comm", command)
    ran = guarded.run(script, "--apply", "--yes")
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
def test_what_cannot_be_read_refuses(guarded: FakeNode, file: str, read_as: str) -> None:
    (guarded.root / file).unlink()
    refuses(guarded, f"cannot be checked: /{read_as or file} is not readable")


def test_sysfs_that_is_not_there_is_not_taken_for_a_device_that_is_gone(guarded: FakeNode) -> None:
    (guarded.root / "sys/block").rename(guarded.root / "sys/elsewhere")
    refuses(guarded, "cannot be checked: /sys/block is not readable")


@pytest.mark.parametrize(
    "answer", ["exit 1\n", "exit 0\n", "case $1 in status) exit 0 ;; esac\necho 'mpathb|mpath-1|0'\n"]
)
def test_dmsetup_that_does_not_answer_refuses(guarded: FakeNode, answer: str) -> None:
    guarded.tool("dmsetup", answer)
    refuses(guarded, "cannot be checked")


def test_a_container_is_refused(guarded: FakeNode) -> None:
    guarded.write("proc/2/comm", "sh")
    refuses(guarded, "from inside a container")
