"""The loops that ask mounted file systems: errors are counted, and nothing is asked where a reader would hang."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from analyzer.parsers.mount_stat import parse
from tests.collector.asking import SHELLS, each_shell
from tests.collector.made_up import ALIVE, DEAD, FAILS, QUEUES, Node

DASH = SHELLS["dash"]
STAGED = "/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/9a1f/globalmount"
IN_POD = "/var/lib/kubelet/pods/7c1e/volumes/kubernetes.io~csi/pvc-0b7d/mount"


def mounted(node: Node, *lines: str) -> None:
    """Each as "POINT FSTYPE SOURCE" on device 253:0, which is `mpatha` over `sdb`."""
    mounts = [line.split(" ") for line in lines]
    text = "".join(f"31 23 253:0 / {point} rw shared:9 - {fs} {source} rw\n" for point, fs, source in mounts)
    node.file("/proc/1/mountinfo", f"23 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n{text}")
    node.file("/sys/dev/block/253:0/dm/name", "mpatha\n")
    node.file("/sys/dev/block/253:0/slaves/sdb/device/state", "running\n")
    node.tool("stat", "echo \"stat: cannot statx '$1': Input/output error\" >&2; exit 1")


@each_shell
def test_each_csi_mount_is_asked_and_no_other(shell: Sequence[str], made_up: Node) -> None:
    made_up.maps(table=FAILS, status=ALIVE)
    mounted(
        made_up,
        f"{STAGED} xfs /dev/mapper/mpatha",
        "/var/lib/docker ext4 /dev/mapper/mpatha",
        f"{IN_POD} ext4 /dev/dm-0",
        f"{STAGED}2 nfs4 192.0.2.9:/share",
        f"{STAGED}3 tmpfs tmpfs",
    )
    answer = made_up.ask("mount_stat", shell)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert [(stat.mount_point, stat.exit_code, stat.message) for stat in parse(answer.stdout).stats] == [
        (point, 1, f"stat: cannot statx '{point}': Input/output error") for point in (STAGED, IN_POD)
    ]


@each_shell
def test_a_mount_that_answers_prints_only_its_exit_code(shell: Sequence[str], made_up: Node) -> None:
    made_up.maps(table=FAILS, status=ALIVE)
    mounted(made_up, f"{STAGED} ext4 /dev/mapper/mpatha")
    made_up.tool("stat", "echo '  File: /'")
    assert made_up.ask("mount_stat", shell).stdout == f"{STAGED} rc=0\n"


@each_shell
def test_escapes_are_undone_for_stat_and_kept_in_the_answer(shell: Sequence[str], made_up: Node) -> None:
    made_up.maps(table=FAILS, status=ALIVE)
    mounted(made_up, rf"{STAGED}\040a\134b ext4 /dev/mapper/mpatha")
    (made_up.folder / "asked").touch()
    made_up.tool("stat", f"printf '%s' \"$1\" >{made_up.folder}/asked")
    assert made_up.ask("mount_stat", shell).stdout == rf"{STAGED}\040a\134b rc=0" + "\n"
    assert (made_up.folder / "asked").read_text() == rf"{STAGED} a\b"


@each_shell
def test_a_mount_that_may_not_be_asked_is_not_one_that_fails(shell: Sequence[str], made_up: Node) -> None:
    made_up.maps(table=FAILS, status=ALIVE)
    mounted(made_up, f"{STAGED} ext4 /dev/mapper/mpatha")
    made_up.tool("stat", "echo \"stat: cannot statx '$1': Permission denied\" >&2; exit 1")
    answer = made_up.ask("mount_stat", shell)
    assert (answer.returncode, answer.stdout, answer.stderr) == (77, "", f"{STAGED}: permission denied\n")


@each_shell
@pytest.mark.parametrize(
    ("table", "status", "suspended"), [(QUEUES, DEAD, "Active"), (FAILS, ALIVE, "Suspended")], ids=["queues", "stands"]
)
def test_a_mount_on_a_map_that_would_hold_a_reader_is_not_asked(
    shell: Sequence[str], made_up: Node, table: str, status: str, suspended: str
) -> None:
    made_up.maps(table=table, status=status, suspended=suspended)
    mounted(made_up, f"{STAGED} ext4 /dev/mapper/mpatha")
    answer = made_up.ask("mount_stat", shell)
    assert (answer.returncode, answer.stdout) == (75, "")
    assert answer.stderr == f"skipped: {STAGED}: map mpatha is suspended, or queues without a usable path\n"


@each_shell
def test_a_mount_on_lvm_on_such_a_map_is_not_asked(shell: Sequence[str], made_up: Node) -> None:
    made_up.maps(table=QUEUES, status=DEAD)
    mounted(made_up, f"{STAGED} xfs /dev/mapper/vg-lv")
    made_up.file("/sys/dev/block/253:0/dm/name", "vg-lv\n")
    made_up.file("/sys/dev/block/253:0/slaves/dm-1/dm/name", "mpatha\n")
    assert made_up.ask("mount_stat", shell).returncode == 75


@pytest.mark.parametrize("state", ["blocked", "created-blocked"])
def test_a_mount_on_a_blocked_disk_is_not_asked(made_up: Node, state: str) -> None:
    made_up.maps(table=FAILS, status=ALIVE)
    mounted(made_up, f"{STAGED} ext4 /dev/mapper/mpatha")
    made_up.file("/sys/dev/block/253:0/slaves/sdb/device/state", f"{state}\n")
    assert f"a disk below it is {state}" in made_up.ask("mount_stat", DASH).stderr


def test_a_mount_on_nvme_without_a_live_controller_is_not_asked(made_up: Node) -> None:
    made_up.maps(table=FAILS, status=ALIVE)
    mounted(made_up, f"{STAGED} ext4 /dev/nvme0n1")
    made_up.file("/sys/dev/block/253:0/dm/name", "\n")
    made_up.file("/sys/dev/block/253:0/device/nvme0/state", "connecting\n")
    assert made_up.ask("mount_stat", DASH).returncode == 75
    made_up.file("/sys/dev/block/253:0/device/nvme1/state", "live\n")
    assert made_up.ask("mount_stat", DASH).returncode == 0


def test_of_stacked_mounts_only_the_one_on_top_is_asked(made_up: Node) -> None:
    made_up.maps(table=FAILS, status=ALIVE)
    mounted(made_up, f"{IN_POD} ext4 /dev/mapper/mpatha", f"{IN_POD} nfs4 192.0.2.9:/share")
    assert made_up.ask("mount_stat", DASH).returncode == 21


def test_without_a_csi_mount_there_is_none(made_up: Node) -> None:
    made_up.maps(table=FAILS, status=ALIVE)
    mounted(made_up)
    assert made_up.ask("mount_stat", DASH).returncode == 21


@each_shell
def test_errors_are_counted_by_file_system(shell: Sequence[str], made_up: Node) -> None:
    for name, count in (("dm-2", 114), ("vda1", 0)):
        for attribute in ("errors_count", "first_error_time", "last_error_time", "warning_count"):
            made_up.file(f"/sys/fs/ext4/{name}/{attribute}", f"{count}\n")
    made_up.file("/sys/fs/ext4/features/lazy_itable_init", "supported\n")
    answer = made_up.ask("ext4_errors", shell)
    assert answer.returncode == 0
    assert [line.replace(str(made_up.folder), "") for line in answer.stdout.splitlines()] == [
        f"/sys/fs/ext4/{name}/{attribute}:{count}"
        for name, count in (("dm-2", 114), ("vda1", 0))
        for attribute in ("errors_count", "first_error_time", "last_error_time")
    ]


def test_a_kernel_without_ext4_has_none_and_one_without_counters_is_not_taken_for_healthy(made_up: Node) -> None:
    assert made_up.ask("ext4_errors", DASH).returncode == 21
    made_up.file("/sys/fs/ext4/dm-2/session_write_kbytes", "1\n")
    answer = made_up.ask("ext4_errors", DASH)
    assert (answer.returncode, answer.stderr) == (75, "skipped: this kernel counts no errors\n")
