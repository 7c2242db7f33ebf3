"""A command of the driver that hangs: told with pid, age and what it waits for; nothing is killed."""

import pytest

from analyzer.facts.bindings import Bindings
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import Processes
from analyzer.findings import Certainty, Finding, Inconclusive, Severity
from analyzer.rules.host.driver_command_hung import driver_command_hung as rule
from analyzer.runbook import Effect
from tests.analyzer.rules import host_facts as facts
from tests.analyzer.rules.host_facts import NONE_FAILED, NSENTER, UNKNOWN, bound, failed, processes

WWN = "6" * 32
LOCK = (
    f"get [iSCSI] connect sync lock for LUN [{WWN}] failed, error: get lock timeout, lock file path: "
    f"[/csi/lock/hw-pvc-lock-{WWN}]"
)
SHELL = (1000, 900, "S", "do_wait", 300, NSENTER)
DD = (1001, 1000, "D", "folio_wait_bit_common", 300, "dd if=/dev/dm-1 bs=1024 count=512 status=none")


def judged(**more: object) -> list[Finding | Inconclusive]:
    given: dict[type, object] = {Processes: processes(), VolumeFailures: NONE_FAILED, Bindings: bound()}
    return facts.judged(rule, given, more)


def found(**more: object) -> Finding:
    return facts.the_finding(judged(**more))


def test_a_node_where_nothing_hangs_is_left_alone():
    assert judged() == []


def test_a_command_in_uninterruptible_sleep_is_confirmed_with_pid_age_and_wchan():
    finding = found(Processes=processes(SHELL, DD))
    assert (finding.certainty, finding.severity) == (Certainty.CONFIRMED, Severity.ERROR)
    for word in ("pid 1001", "folio_wait_bit_common", "5 min", "kill -9"):
        assert word in finding.cause.en


def test_the_first_sentence_names_the_oldest_command_with_its_state_and_age():
    login = (1002, 1000, "D", "iscsi_if_rx", 797, "iscsiadm -m node -T iqn.x -p 192.0.2.1:3260 --login")
    finding = found(Processes=processes(SHELL, DD, login))
    assert finding.title.en == "2 commands of the driver hang: dd, iscsiadm"
    first, second, *_ = finding.cause.en.split("\n")
    assert "192.0.2.1:3260 --login` (pid 1002)" in first
    assert "state D, for 13 min" in first
    assert second.startswith("- `dd ")


def test_one_command_is_told_as_one():
    assert found(Processes=processes(SHELL, DD)).title.en == "A command of the driver hangs: dd"


@pytest.mark.parametrize(
    "command",
    [
        "iscsiadm -m node -T iqn.x -p 192.0.2.1:3260 --login",
        "multipath -f mpathb",
        "multipathd show maps",
        "umount /var/lib/kubelet/plugins/kubernetes.io/csi/x/globalmount",
        "/sbin/mount.nfs 192.0.2.155:/pvc_1 /x -o rw",
        "blkid -o udev /dev/dm-1",
        "/lib/udev/scsi_id --page 0x83 --whitelisted /dev/sdb",
        "nvme list-subsys -o json",
    ],
)
def test_every_command_that_the_driver_runs_counts(command: str):
    assert found(Processes=processes(SHELL, (1001, 1000, "D", "x", 31, command))).certainty is Certainty.CONFIRMED


def test_a_command_that_runs_for_long_hangs_too():
    assert "iscsiadm" in found(Processes=processes(SHELL, (1001, 1000, "S", "x", 121, "iscsiadm -m session"))).title.en


@pytest.mark.parametrize(
    "line",
    [
        (
            1001,
            1000,
            "D",
            "x",
            3,
            "dd if=/dev/dm-1 bs=1024 count=512 status=none",
        ),  # every reader sleeps so for a moment
        (1001, 1000, "S", "x", 60, "iscsiadm -m session"),
        (1001, 1000, "D", "x", 4000, "mkfs.ext4 -F /dev/dm-1"),
        (1001, 1000, "S", "x", 4000, "xfs_growfs /x"),
        (1001, 700, "D", "x", 4000, "dd if=/dev/dm-1 of=/dev/null"),
        (1001, 1, "Ssl", "x", 90000, "/sbin/multipathd -d -s"),
        (1001, 1, "D", "x", 4000, "mount /data"),
    ],
)
def test_what_is_no_hanging_command_of_the_driver_is_left_alone(line: facts.Line):
    assert judged(Processes=processes(SHELL, line)) == []


def test_a_command_that_outlived_its_driver_is_known_by_its_form():
    orphan = (1001, 1, "D", "x", 4000, "dd if=/dev/dm-1 bs=1024 count=512 status=none")
    assert found(Processes=processes(orphan, driver=False)).certainty is Certainty.CONFIRMED


def test_a_shell_that_writes_to_sysfs_can_hang_itself():
    assert found(Processes=processes((1001, 900, "D", "x", 90, "/bin/sh -c echo 1 > /sys/block/sdc/device/delete")))


@pytest.mark.parametrize(
    "says", [LOCK, "acquire [connect] semaphore timeout", "acquire [disConnect] semaphore timeout"]
)
def test_a_lock_that_is_held_without_a_hanging_command_is_possible(says: str):
    finding = found(VolumeFailures=failed(says))
    assert (finding.certainty, finding.severity) == (Certainty.POSSIBLE, Severity.WARNING)
    assert "connectorThreads" in finding.cause.en


def test_a_lock_and_a_hanging_command_are_one_story():
    finding = found(Processes=processes(SHELL, DD), VolumeFailures=failed(LOCK))
    assert finding.certainty is Certainty.CONFIRMED
    assert [user.pv for user in finding.affects] == ["pvc-1"]
    assert [one.source for one in finding.evidence] == ["ps", "files/var/log/huawei/huawei-csi-node"]


def test_without_the_processes_the_causes_of_a_held_lock_are_listed():
    finding = found(Processes=UNKNOWN, VolumeFailures=failed(LOCK))
    assert finding.certainty is Certainty.POSSIBLE
    assert "not known" in finding.cause.en


def test_without_processes_and_failures_nothing_is_known():
    assert isinstance(judged(Processes=UNKNOWN)[0], Inconclusive)


def test_another_failure_is_no_lock():
    assert judged(VolumeFailures=failed("timeout")) == []


def test_nothing_is_ended_and_no_lock_file_removed():
    finding = found(Processes=processes(SHELL, DD), VolumeFailures=failed(LOCK))
    assert all(step.command is None or step.effect is Effect.READS for step in finding.steps)
