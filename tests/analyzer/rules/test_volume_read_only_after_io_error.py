"""A file system that stopped after I/O errors: told by what the kernel said and counted, never by /proc/mounts.

The kernel's lines are those of Linux 6.1, recorded: io_error.
"""

from dataclasses import replace

import pytest

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.block import BlockDevice, BlockDevices
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes, Pod, Pods
from analyzer.facts.device_mapper import DmDevices
from analyzer.facts.driver import Driver
from analyzer.facts.file_systems import Ext4ErrorCounts, Ext4Errors, MountStat, MountStats
from analyzer.facts.host import Clock, Mount, Mounts
from analyzer.facts.logs import Signals
from analyzer.facts.storage import Disk, DiskState, NodeStorage, StorageMap, Transport
from analyzer.findings import Certainty, Finding, Inconclusive, Severity
from analyzer.judging import judge_node
from analyzer.rules.filesystem.volume_read_only_after_io_error import volume_read_only_after_io_error as rule
from analyzer.runbook import ADMIN, Effect, Phase
from analyzer.signals.scan import scan
from analyzer.signals.signal import LOGS_OF_PROBE
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.TIMEOUT, "why")
PV = "pvc-11111111-aaaa-4bbb-8ccc-000000000001"
UID = "5a1f0000-0000-4000-8000-000000000001"
OF_POD = f"/var/lib/kubelet/pods/{UID}/volumes/kubernetes.io~csi/{PV}/mount"
STAGED = f"/var/lib/kubelet/plugins/kubernetes.io/csi/pv/{PV}/globalmount"

MOUNTED = "[ 3739.654350] EXT4-fs (dm-2): mounted filesystem with ordered data mode. Quota mode: none.\n"
ABORTED = "[ 3783.874877] Aborting journal on device dm-2-8.\n"
READ_ONLY = "[ 3784.985220] EXT4-fs (dm-2): Remounting filesystem read-only\n"
AGAIN = "[ 3900.000000] EXT4-fs (dm-2): mounted filesystem with ordered data mode. Quota mode: none.\n"
XFS_MOUNTED = "[ 3753.854200] XFS (dm-2): Mounting V5 Filesystem\n"
SHUT_DOWN = "[ 3783.889017] XFS (dm-2): Filesystem has been shut down due to log error (0x2).\n"
BOOTED = 1795360000  # 2026-11-22T15:06:40Z
CLOCK = Clock("2026-11-22T16:06:40+0000", 0, 3600.0, SPAN)
HEALTHY = Ext4ErrorCounts((Ext4Errors("dm-2", 0, 0, 0, SPAN),))
NOW = Ext4ErrorCounts((Ext4Errors("dm-2", 114, BOOTED + 3785, BOOTED + 3806, SPAN),))
LONG_AGO = Ext4ErrorCounts((Ext4Errors("dm-2", 114, 1700000000, 1700000100, SPAN),))


def log(text: str, probe: str = "kernel_log") -> Signals:
    return Signals(scan(probe, LOGS_OF_PROBE[probe], text.encode()), (probe,))


def mounted(fs: str = "ext4", point: str = OF_POD, source: str = "/dev/mapper/mpathc", *flags: str) -> Mounts:
    options = flags or ("rw", "stripe=8192")
    return Mounts((Mount(1, 0, None, "253:2", "/", point, ("rw", "relatime"), fs, source, options, SPAN),))


def volume(**more: object) -> PersistentVolumes:
    kept: dict[str, object] = {"access_modes": ("ReadWriteOnce",), **more}
    driver = str(kept.pop("driver", "csi.huawei.com"))
    options = kept.pop("mount_options", ())
    one = PersistentVolume(PV, driver, f"san.{PV}", "6" * 32, "Filesystem", options, "shop", "data", "Bound", SPAN)
    return PersistentVolumes((replace(one, **kept),))


def pod(name: str = "db-0", owner: str = "StatefulSet", **more: object) -> Pod:
    kept: dict[str, object] = {"claims": ("data",), "read_only_claims": (), "node": "n1", **more}
    return Pod(
        "shop", name, UID, kept["node"], "Running", kept["claims"], False, (), SPAN,  # type: ignore[arg-type]
        owner_kind=owner, owner_name="db", read_only_claims=kept["read_only_claims"],  # type: ignore[arg-type]
    )  # fmt: skip


def device(name: str, dev_t: str) -> BlockDevice:
    return BlockDevice(
        name, dev_t, 1, False, "running", None, None, None, None, None, None, (), (), None, None, None, SPAN
    )


def storage(state: DiskState, kernel_state: str = "A") -> NodeStorage:
    disk = Disk(
        device("sdc", "8:32"), state, Transport.UP, (), None, None, None, (), kernel_state, None, None, None, None
    )
    one = StorageMap(f"3{'6' * 32}", device("dm-2", "253:2"), None, None, None, (disk,), None, (), None, None, (), None)
    return NodeStorage((one,), ())


WORKS = storage(DiskState.ALIVE)
FAILING = storage(DiskState.UNREACHABLE, "F")


def judged(**facts: object) -> list[Finding | Inconclusive]:
    """The rule on a node with a healthy ext4 volume in a pod, but for what `facts` says."""
    given: dict[type, object] = {
        Mounts: mounted(),
        PersistentVolumes: volume(),
        Driver: UNKNOWN,
        BlockDevices: BlockDevices((device("dm-2", "253:2"),)),
        DmDevices: UNKNOWN,
        NodeStorage: WORKS,
        Signals: log(MOUNTED),
        Ext4ErrorCounts: HEALTHY,
        MountStats: MountStats(()),
        Clock: CLOCK,
        Pods: Pods((pod(),)),
        Bindings: UNKNOWN,
    }
    kinds = {kind.__name__: kind for kind in given}
    said = judge_node("n1", given | {kinds[name]: fact for name, fact in facts.items()}, [rule])
    return [*said.findings, *said.inconclusive]


def found(**facts: object) -> Finding:
    (finding,) = judged(**facts)
    assert isinstance(finding, Finding)
    return finding


def argv(finding: Finding) -> list[str]:
    return [" ".join(step.command.argv) for step in finding.steps if step.command]


def eio(point: str = OF_POD) -> MountStats:
    return MountStats((MountStat(point, 1, f"stat: cannot statx '{point}': Input/output error", SPAN),))


def test_a_healthy_volume_is_left_alone():
    assert judged() == []


def test_an_aborted_journal_is_confirmed_although_the_mount_says_rw():
    finding = found(Signals=log(MOUNTED + ABORTED + READ_ONLY), Ext4ErrorCounts=NOW)
    assert (finding.certainty, finding.severity, finding.subject) == (
        Certainty.CONFIRMED,
        Severity.ERROR,
        f"pv:{PV}",
    )
    assert "/proc/mounts still says rw" in finding.cause.en


def test_an_xfs_that_was_shut_down_is_confirmed():
    finding = found(Mounts=mounted("xfs"), Signals=log(XFS_MOUNTED + SHUT_DOWN), Ext4ErrorCounts=UNKNOWN)
    assert finding.certainty is Certainty.CONFIRMED
    assert "shut down" in finding.cause.en


@pytest.mark.parametrize(
    "line",
    [
        "[ 3783.8] XFS (dm-2): Log I/O Error Detected.  Shutting down filesystem\n",
        "[ 3783.8] XFS (dm-2): I/O Error Detected. Shutting down filesystem\n",
    ],
)
def test_older_kernels_say_it_in_other_words(line: str):
    assert found(Mounts=mounted("xfs"), Signals=log(XFS_MOUNTED + line)).certainty is Certainty.CONFIRMED


def test_the_system_log_tells_as_well_as_dmesg():
    line = "Nov 22 16:05:01 n1 kernel: [ 3783.874877] Aborting journal on device dm-2-8.\n"
    assert found(Signals=log(line, "syslog"), Ext4ErrorCounts=NOW).certainty is Certainty.CONFIRMED


def test_a_volume_mounted_anew_since_works_again():
    assert judged(Signals=log(MOUNTED + ABORTED + READ_ONLY + AGAIN), Ext4ErrorCounts=NOW) == []


def test_the_name_of_a_device_that_was_unmounted_since_means_another_volume_now():
    text = ABORTED + "[ 3800.0] EXT4-fs (dm-2): unmounting filesystem.\n"
    assert judged(Signals=log(text)) == []


def test_what_the_system_log_said_before_all_that_dmesg_holds_is_over():
    old = scan("files/var/log/messages", LOGS_OF_PROBE["syslog"], f"Nov 20 10:00:00 n1 kernel: {ABORTED}".encode())
    newer = log(AGAIN)
    assert judged(Signals=Signals((*old, *newer.hits), ("syslog", "kernel_log"))) == []


def test_the_line_of_another_device_is_not_this_volume_s():
    assert judged(Signals=log(MOUNTED + ABORTED.replace("dm-2", "dm-12"))) == []


def test_errors_counted_since_the_mount_without_a_line_of_the_kernel_are_possible():
    finding = found(Signals=log(""), Ext4ErrorCounts=NOW)
    assert (finding.certainty, finding.severity) == (Certainty.POSSIBLE, Severity.WARNING)
    assert "errors=continue" in finding.cause.en


def test_errors_counted_before_the_boot_say_nothing_of_now():
    assert judged(Signals=log(""), Ext4ErrorCounts=LONG_AGO) == []


def test_errors_counted_before_the_last_mount_say_nothing_of_now():
    assert judged(Signals=log(AGAIN), Ext4ErrorCounts=NOW) == []


def test_an_aborted_journal_without_a_counted_error_is_likely():
    assert found(Signals=log(MOUNTED + ABORTED)).certainty is Certainty.LIKELY


def test_a_stat_that_gives_an_io_error_is_likely():
    finding = found(Mounts=mounted("xfs"), Signals=log(""), MountStats=eio())
    assert finding.certainty is Certainty.LIKELY


def test_a_stat_says_nothing_while_no_path_works():
    assert judged(Mounts=mounted("xfs"), Signals=log(""), MountStats=eio(), NodeStorage=FAILING) == []


@pytest.mark.parametrize("flag", ["emergency_ro", "shutdown"])
def test_newer_kernels_show_it_among_the_options(flag: str):
    mounts = mounted("ext4", OF_POD, "/dev/mapper/mpathc", "rw", flag)
    assert found(Mounts=mounts).certainty is Certainty.CONFIRMED


def test_read_only_alone_is_possible_and_names_the_other_causes():
    finding = found(Mounts=mounted("ext4", OF_POD, "/dev/mapper/mpathc", "ro"))
    assert finding.certainty is Certainty.POSSIBLE
    assert "write-protected" in finding.cause.en


def test_read_only_and_errors_together_are_likely():
    mounts = mounted("ext4", OF_POD, "/dev/mapper/mpathc", "ro")
    assert found(Mounts=mounts, Signals=log(""), Ext4ErrorCounts=NOW).certainty is Certainty.LIKELY


@pytest.mark.parametrize(
    "asked", [{"read_only": True}, {"access_modes": ("ReadOnlyMany",)}, {"mount_options": ("ro",)}]
)
def test_a_volume_asked_for_read_only_is_left_alone(asked: dict[str, object]):
    mounts = mounted("ext4", OF_POD, "/dev/mapper/mpathc", "ro")
    assert judged(Mounts=mounts, PersistentVolumes=volume(**asked)) == []


def test_pods_that_only_read_may_have_it_read_only():
    mounts = mounted("ext4", OF_POD, "/dev/mapper/mpathc", "ro")
    assert judged(Mounts=mounts, Pods=Pods((pod(read_only_claims=("data",)),))) == []


def test_nfs_is_not_judged_here():
    assert judged(Mounts=mounted("nfs4", OF_POD, "192.0.2.9:/share", "ro")) == []


def test_another_driver_s_volume_is_not_judged_here():
    assert judged(Signals=log(MOUNTED + ABORTED), PersistentVolumes=volume(driver="rbd.csi.ceph.com")) == []


def test_without_the_cluster_the_folder_it_was_staged_in_names_its_driver():
    staged = f"/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/{'e' * 64}/globalmount"
    both = Mounts((*mounted().mounts, *mounted("ext4", staged).mounts))
    facts = {"PersistentVolumes": UNKNOWN, "Pods": UNKNOWN, "Signals": log(MOUNTED + ABORTED), "Ext4ErrorCounts": NOW}
    assert found(Mounts=both, **facts).subject == f"pv:{PV}"
    assert judged(**facts) == []


def test_the_staging_folder_of_an_older_kubelet_names_the_volume():
    assert found(Mounts=mounted("ext4", STAGED), Signals=log(MOUNTED + ABORTED)).subject == f"pv:{PV}"


def test_a_lun_that_was_taken_away_is_told_elsewhere():
    gone = storage(DiskState.GONE, "F")
    assert judged(Signals=log(MOUNTED + ABORTED), Ext4ErrorCounts=NOW, NodeStorage=gone) == []


def test_without_its_counter_and_a_log_of_its_mount_nothing_is_known():
    (gap,) = judged(Signals=log(""), Ext4ErrorCounts=UNKNOWN)
    assert isinstance(gap, Inconclusive)


def test_a_log_that_saw_the_mount_is_enough():
    assert judged(Ext4ErrorCounts=UNKNOWN) == []


def test_when_the_paths_work_again_every_pod_here_is_made_anew_elsewhere():
    pods = Pods((pod(), pod("db-1"), pod("other", claims=()), pod("far", node="n2")))
    finding = found(Signals=log(MOUNTED + ABORTED), Ext4ErrorCounts=NOW, Pods=pods)
    deleted = [step.target for step in finding.steps if step.effect is Effect.DESTROYS]
    assert deleted == ["pod-shop-db-0", "pod-shop-db-1"]
    assert "kubectl cordon n1" in argv(finding)
    assert all(step.guards for step in finding.steps if step.effect is Effect.DESTROYS)


def test_nothing_is_deleted_while_the_paths_still_fail():
    finding = found(Signals=log(MOUNTED + ABORTED), Ext4ErrorCounts=NOW, NodeStorage=FAILING)
    assert "outage goes on" in finding.cause.en
    assert not [step for step in finding.steps if step.effect is Effect.DESTROYS]
    assert [step.phase for step in finding.steps if step.host == ADMIN] == [Phase.RECREATE]


@pytest.mark.parametrize(
    "facts",
    [
        {"Signals": log(""), "Ext4ErrorCounts": NOW},
        {"Signals": log(MOUNTED + ABORTED), "Ext4ErrorCounts": NOW, "NodeStorage": UNKNOWN},
        {"Signals": log(MOUNTED + ABORTED), "Ext4ErrorCounts": NOW, "Pods": UNKNOWN},
    ],
)
def test_what_is_not_certain_deletes_no_pod(facts: dict[str, object]):
    assert not [step for step in found(**facts).steps if step.effect is Effect.DESTROYS]


def test_the_paths_are_looked_at_first_where_they_are_not_known():
    finding = found(Signals=log(MOUNTED + ABORTED), Ext4ErrorCounts=NOW, NodeStorage=UNKNOWN)
    assert "multipath -ll" in finding.cause.en


def test_remounting_is_named_as_what_does_not_help():
    assert "remount,rw` returns 0" in found(Signals=log(MOUNTED + ABORTED), Ext4ErrorCounts=NOW).cause.en


def test_a_corrupted_xfs_is_told_to_need_more():
    line = "[ 3783.8] XFS (dm-2): Corruption of in-memory data detected.  Shutting down filesystem\n"
    assert "xfs_repair" in found(Mounts=mounted("xfs"), Signals=log(XFS_MOUNTED + line)).cause.en


def test_every_step_on_the_node_only_reads():
    finding = found(Mounts=mounted("xfs"), Signals=log(XFS_MOUNTED + SHUT_DOWN))
    assert {step.effect for step in finding.steps if step.host == "n1"} == {Effect.READS}
    assert f"ls -ld {OF_POD}" in argv(finding)


def test_a_mount_point_of_another_form_reaches_no_command():
    odd = f"/data/kubelet/pods/{UID}/volumes/kubernetes.io~csi/{PV}/mount"
    assert not [one for one in argv(found(Mounts=mounted("xfs", odd), Signals=log(SHUT_DOWN))) if one.startswith("ls")]
