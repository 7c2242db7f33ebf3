"""A taken mount point: freed where nobody uses it, never under a running pod, nor when it holds what it should."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import ClusterNode, ClusterNodes, Container, PersistentVolume, PersistentVolumes, Pod, Pods
from analyzer.facts.device_mapper import DmDevice, DmDevices
from analyzer.facts.driver import Driver
from analyzer.facts.failures import Call, Failure, VolumeFailures
from analyzer.facts.host import Mounts
from analyzer.facts.logs import SignalHit, Signals
from analyzer.findings import Certainty, Finding, Severity
from analyzer.guards import MountIs, PodHasNoProcess
from analyzer.judging import Judgement, judge_node
from analyzer.parsers.mountinfo import parse
from analyzer.rules.mounts.mount_point_occupied import mount_point_occupied as rule
from analyzer.runbook import ADMIN, Effect, Phase, Step, ordered
from analyzer.signals.driver_publish import SIGNALS
from bundle.capture import Status

SPAN = Span("driver_logs", 1, 1, ("line",))
UNKNOWN = Unknown("mountinfo", Status.DENIED, "permission denied")
UID = "5a1f0000-0000-4000-8000-000000000002"
POINT = f"/var/lib/kubelet/pods/{UID}/volumes/kubernetes.io~csi/pvc-2/mount"
OTHER = "/var/lib/kubelet/pods/5a1f0000-0000-4000-8000-000000000001/volumes/kubernetes.io~csi/pvc-1/mount"
FOLDER = "/var/lib/kubelet/plugins/kubernetes.io/csi"
STAGED = f"{FOLDER}/csi.huawei.com/{sha256(b'san.pvc-2').hexdigest()}/globalmount"
OLD_STAGED = f"{FOLDER}/pv/pvc-2/globalmount"
WWN = "618cf24100f8f457015a764c000001f7"

STAGING = f"232 27 253:1 / {STAGED} rw,relatime shared:121 - ext4 /dev/mapper/mpathb rw\n"
WRONG = f"239 27 253:2 / {POINT} rw,relatime shared:63 - ext4 /dev/mapper/mpathc rw\n"
WRONG_AGAIN = f"248 239 253:2 / {POINT} rw,relatime shared:63 - ext4 /dev/mapper/mpathc rw\n"
PEER = f"223 27 253:2 / {OTHER} rw,relatime shared:63 - ext4 /dev/mapper/mpathc rw\n"
RIGHT = f"250 27 253:1 / {POINT} rw,relatime shared:121 - ext4 /dev/mapper/mpathb rw\n"

OF_4_5 = f"The mount {POINT} is already exist, but the source path is not {STAGED}, instead of /dev/mapper/mpathc"
OF_4_6 = OF_4_5.replace("The", "the", 1)
OF_2_2 = f"The mount {POINT} is already exist, but the source path is not {STAGED}"
OF_NFS_PLUS = f"The mount {POINT} is already exist, source: 192.0.2.5:/pvc_2 realSource: 192.0.2.5:/pvc_1"


def mounts(*lines: str) -> Mounts:
    return parse("".join(lines))


def pod(phase: str = "Pending", **changes: object) -> Pod:
    given = Pod("shop", "orders-0", UID, "n1", phase, ("data",), False, (), SPAN, owner_kind="StatefulSet")
    return replace(given, owner_name="orders", **changes)  # type: ignore[arg-type]


def failed(says: str, pv: str = "pvc-2") -> VolumeFailures:
    failure = Failure(pv, "", Call.PUBLISH, "Internal", says, 3, "", "", (SPAN,), ())
    return VolumeFailures((failure,), ("driver_logs",))


def driver(version: str) -> Driver:
    container = Container("huawei-csi-driver", f"repo/csi:{version}", (), True, 0, "", "", "")
    node = Pod("huawei-csi", "huawei-csi-node-x", "u", "n1", "Running", (), False, (), SPAN, containers=(container,))
    return Driver("csi.huawei.com", "huawei-csi", True, (node,), (), ())


def volume(**changes: object) -> PersistentVolume:
    given = PersistentVolume(
        "pvc-2", "csi.huawei.com", "san.pvc-2", "", "Filesystem", (), "shop", "data", "Bound", SPAN
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def dm(name: str, minor: int, wwn: str) -> DmDevice:
    return DmDevice(name, f"mpath-3{wwn}", 253, minor, 1, 1, "L--w", False, f"dm-{minor}", (), (), SPAN)


def kubernetes(version: str) -> ClusterNodes:
    return ClusterNodes((ClusterNode("n1", "", (), "True", "", version, SPAN),))


def judged(says: str = OF_4_6, **facts: object) -> Judgement:
    """The rule on a node whose waiting pod's place holds another volume, but for what `facts` says."""
    given: dict[type, object] = {
        VolumeFailures: failed(says),
        Signals: Signals((), ("driver_logs",)),
        Mounts: mounts(STAGING, WRONG),
        DmDevices: UNKNOWN,
        PersistentVolumes: PersistentVolumes((volume(),)),
        Pods: Pods((pod(),)),
        Driver: driver("4.12.0"),
        ClusterNodes: kubernetes("v1.29.4"),
        Bindings: UNKNOWN,
    }
    kinds = {kind.__name__: kind for kind in given}
    return judge_node("n1", given | {kinds[name]: fact for name, fact in facts.items()}, [rule])


def found(says: str = OF_4_6, **facts: object) -> Finding:
    (finding,) = judged(says, **facts).findings
    return finding


def commands(steps: tuple[Step, ...]) -> list[str]:
    return [" ".join(step.command.argv) if step.command else "by hand" for step in ordered(steps)]


def unmounts(finding: Finding) -> list[Step]:
    return [step for step in finding.steps if step.phase is Phase.UNMOUNT and step.command]


# --- another volume --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("says", [OF_2_2, OF_4_5, OF_4_6, f"Mount share x to y error: {OF_4_6}"])
def test_another_volume_in_the_place_of_a_pod_that_does_not_run_is_unmounted(says: str):
    finding = found(says)
    assert (finding.certainty, finding.severity) == (Certainty.CONFIRMED, Severity.ERROR)
    assert finding.subject == f"mount:{POINT}"
    assert commands(tuple(unmounts(finding))) == [f"umount {POINT}"]
    assert "waits for this place" in finding.cause.en


def test_unmounting_is_guarded_by_the_device_and_by_the_pods_processes():
    (step,) = unmounts(found())
    assert step.effect is Effect.DESTROYS
    assert step.guards == (MountIs(POINT, "253:2", "/"), PodHasNoProcess(UID))  # type: ignore[arg-type]


def test_the_place_of_a_pod_that_is_gone_is_unmounted_too():
    finding = found(Pods=Pods(()))
    assert len(unmounts(finding)) == 1
    assert "left behind" in finding.cause.en


def test_each_layer_is_unmounted_and_where_the_kernel_repeats_it_is_told():
    finding = found(Mounts=mounts(STAGING, PEER, WRONG, WRONG_AGAIN))
    assert [step.target for step in unmounts(finding)] == [f"{POINT}#1", f"{POINT}#2"]
    assert "2 mounts lie on each other" in finding.cause.en
    assert OTHER in finding.cause.en


def test_only_what_lies_above_the_right_mount_is_taken_away():
    above = WRONG.replace("239 27", "260 250")
    assert len(unmounts(found(Mounts=mounts(STAGING, RIGHT, above)))) == 1


def test_nothing_is_unmounted_under_a_running_pod_which_writes_into_the_wrong_volume():
    finding = found(Pods=Pods((pod("Running"),)), Mounts=mounts(STAGING, PEER, WRONG))
    assert finding.severity is Severity.CRITICAL
    assert not any(step.phase is Phase.UNMOUNT for step in finding.steps)
    assert "kubectl delete pod orders-0 -n shop --timeout=5m" in commands(finding.steps)
    assert finding.cause.en.startswith(
        "Pod shop/orders-0 runs, and reads and writes the wrong volume (pvc-1): not pvc-2"
    )
    assert "copy what it has written" in ordered(finding.steps)[0].does.en


def test_without_the_pods_nothing_is_unmounted():
    finding = found(Pods=UNKNOWN)
    assert finding.certainty is Certainty.CONFIRMED
    assert not any(step.effect is Effect.DESTROYS for step in finding.steps)


def test_the_lun_that_the_pv_names_decides_over_a_staging_path_that_was_covered_as_well():
    covered = STAGING + f"247 232 253:2 / {STAGED} rw shared:63 - ext4 /dev/mapper/mpathc rw\n"
    lun = {"PersistentVolumes": PersistentVolumes((volume(lun_wwn=WWN),)), "DmDevices": DmDevices((dm("b", 1, WWN),))}
    assert len(unmounts(found(Mounts=mounts(covered, WRONG), **lun))) == 1
    assert found(Mounts=mounts(covered, WRONG)).certainty is Certainty.POSSIBLE


def test_another_share_is_told_by_its_source():
    line = f"239 27 0:52 / {POINT} rw - nfs4 192.0.2.5:/pvc_1 rw\n"
    assert len(unmounts(found(OF_NFS_PLUS, Mounts=mounts(line)))) == 1
    assert (
        judged(OF_NFS_PLUS, Mounts=mounts(line.replace("/pvc_1 ", "/pvc_2 ")))
        .findings[0]
        .title.en.startswith("The driver takes the right mount")
    )


def test_a_raw_volume_is_told_by_the_node_of_dev_that_is_bound():
    point = f"{FOLDER}/volumeDevices/publish/pvc-2/{UID}"
    says = f"bind mount already exist on: {point},and it is not the expected device: /dev/dm-3"
    line = f"239 27 0:5 /dm-4 {point} rw - devtmpfs udev rw\n"
    assert commands(tuple(unmounts(found(says, Mounts=mounts(line))))) == [f"umount {point}"]
    assert found(says, Mounts=mounts(line.replace("/dm-4", "/dm-3"))).severity is Severity.WARNING


@pytest.mark.parametrize("table", [mounts(STAGING), UNKNOWN])
def test_a_device_node_at_the_place_of_a_raw_volume_is_looked_at_and_removed_by_a_human(table: Mounts | Unknown):
    point = f"{FOLDER}/volumeDevices/publish/pvc-2/{UID}"
    staged = f"{FOLDER}/volumeDevices/staging/pvc-2/san.pvc-2"
    says = f"bind mount already exist on: {point},and it is not the expected device: {staged}"
    finding = found(says, Mounts=table)
    assert (finding.certainty, finding.subject) == (Certainty.LIKELY, f"mount:{point}")
    assert "a device node lies there" in finding.cause.en
    assert commands(finding.steps) == [f"ls -l {point}", "by hand"]
    assert f"`rm {point}`" in finding.steps[-1].does.en


def test_a_wrong_device_at_the_staging_path_is_never_unmounted_but_its_pods_leave_it():
    says = "The source path is /dev/mapper/mpathb, the real path is /dev/mapper/mpathc"
    devices = DmDevices((dm("mpathb", 1, WWN), dm("mpathc", 2, "6" * 32)))
    finding = found(says, Mounts=mounts(STAGING.replace("253:1", "253:2")), DmDevices=devices)
    assert finding.subject == f"mount:{STAGED}"
    assert not unmounts(finding)
    assert "kubectl delete pod orders-0 -n shop --timeout=5m" in commands(finding.steps)


def test_a_path_that_no_command_is_built_from_is_left_to_a_human():
    says = OF_4_6.replace(POINT, "/var/lib/k$(reboot)" + POINT.removeprefix("/var/lib/kubelet"))
    line = WRONG.replace(POINT, "/var/lib/k$(reboot)" + POINT.removeprefix("/var/lib/kubelet"))
    finding = found(says, Mounts=mounts(STAGING, line))
    assert not unmounts(finding)
    assert any(step.command is None for step in finding.steps)


# --- the right volume ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["4.0.0", "3.2.2", "2.2.15"])
def test_an_old_driver_on_new_kubernetes_takes_the_right_mount_for_a_wrong_one(version: str):
    finding = found(OF_4_5, Mounts=mounts(STAGING, RIGHT), Driver=driver(version), Pods=Pods((pod("Running"),)))
    assert (finding.severity, finding.certainty) == (Severity.WARNING, Certainty.CONFIRMED)
    assert not any(step.phase is Phase.UNMOUNT for step in finding.steps)
    assert "Upgrade the driver to V4.1.0" in "".join(step.does.en for step in finding.steps)
    assert finding.kind == finding.title


def test_a_pod_that_runs_on_its_right_volume_is_left_alone():
    right = {"Mounts": mounts(STAGING, RIGHT), "Driver": driver("4.0.0")}
    finding = found(OF_4_5, Pods=Pods((pod("Running"),)), **right)
    assert not any(step.effect is Effect.DESTROYS for step in finding.steps)
    assert "Leave pod shop/orders-0 alone" in finding.steps[-1].does.en
    assert "kubectl delete pod orders-0 -n shop --timeout=5m" in commands(found(OF_4_5, **right).steps)


@pytest.mark.parametrize(("version", "kubelet"), [("3.2.3", "v1.29.4"), ("4.1.0", "v1.29.4"), ("4.0.0", "v1.23.9")])
def test_elsewhere_the_mistake_is_not_explained_by_the_version(version: str, kubelet: str):
    finding = found(OF_4_5, Mounts=mounts(STAGING, RIGHT), Driver=driver(version), ClusterNodes=kubernetes(kubelet))
    assert finding.certainty is Certainty.LIKELY
    assert not any("Upgrade" in step.does.en for step in finding.steps)


def test_a_right_mount_whose_pod_is_gone_is_over():
    assert judged(Mounts=mounts(STAGING, RIGHT), Pods=Pods(())).findings == ()


# --- not known -------------------------------------------------------------------------------------------------------


def test_without_the_mount_table_both_causes_are_left_and_only_reading_commands_are_given():
    finding = found(Mounts=UNKNOWN)
    assert finding.certainty is Certainty.POSSIBLE
    assert "two causes are left" in finding.cause.en
    assert {step.effect for step in finding.steps} == {Effect.READS}


def test_without_a_staging_mount_what_is_wanted_is_not_guessed():
    finding = found(Mounts=mounts(WRONG))
    assert finding.certainty is Certainty.POSSIBLE
    assert not any(step.effect is Effect.DESTROYS for step in finding.steps)


def test_a_place_that_is_free_by_now_is_over_unless_its_pod_still_waits():
    assert judged(Mounts=mounts(STAGING), Pods=Pods((pod("Running"),))).findings == ()
    finding = found(Mounts=mounts(STAGING))
    assert "only the driver's own container still sees that mount" in finding.cause.en


def test_of_an_old_line_without_the_pods_or_the_mounts_nothing_is_concluded():
    assert judged(Mounts=mounts(STAGING), Pods=UNKNOWN).inconclusive[0].missing == (UNKNOWN,)
    assert judged(Mounts=UNKNOWN, Pods=Pods(())).inconclusive[0].missing == (UNKNOWN,)


def test_where_neither_log_was_read_it_cannot_know():
    assert judged(VolumeFailures=VolumeFailures((), ("events",))).inconclusive != ()
    assert judged(VolumeFailures=VolumeFailures((), ("driver_logs",))) == Judgement("n1", cleared=(rule.id,))


# --- old drivers -----------------------------------------------------------------------------------------------------


def hit(last: str) -> SignalHit:
    (signal,) = [one for one in SIGNALS if one.id == "driver-mount-point-occupied"]
    match = signal.decode.search(f"2026-07-03 10:15:12.914022 28417 [ERROR]: {OF_4_5}")
    assert match is not None
    fields = tuple((name, text) for name, text in match.groupdict().items() if text is not None)
    return SignalHit(signal.id, fields, 2, "a", last, (SPAN,))


def test_what_was_published_since_is_over():
    published = SignalHit("driver-volume-published", (("handle", "san.pvc-2"),), 1, "a", "10:20", (SPAN,))
    quiet = VolumeFailures((), ("driver_logs",))
    for last, findings in (("10:15", 0), ("10:25", 1)):
        signals = Signals((hit(last), published), ("driver_logs",))
        assert len(judged(VolumeFailures=quiet, Signals=signals).findings) == findings


def test_a_driver_before_4_1_tells_it_in_a_line_of_its_own():
    signals = Signals((hit("b"),), ("driver_logs",))
    finding = found(VolumeFailures=VolumeFailures((), ("driver_logs",)), Signals=signals)
    assert finding.subject == f"mount:{POINT}"


@pytest.mark.parametrize(
    "line", [f"Mount {STAGED} to {POINT} is already exist", f"{STAGED} is already mount to {POINT}"]
)
def test_a_mount_that_is_right_is_no_failure(line: str):
    assert judged(line).findings == ()


def test_every_command_on_the_admin_host_is_kubectl():
    for step in found(Pods=Pods((pod("Running"),))).steps:
        assert step.host != ADMIN or step.command is None or step.command.argv[0] == "kubectl"
