"""publishInfo: its absence is told with what brings it back, before it hurts too, and not where none is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import (
    ClusterNode,
    ClusterNodes,
    Container,
    PersistentVolume,
    PersistentVolumes,
    Pod,
    Pods,
    StorageBackend,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.driver import Driver
from analyzer.facts.failures import Call, Failure, VolumeFailures
from analyzer.facts.workloads import CsiDriver, CsiDrivers
from analyzer.findings import Certainty, Finding, Severity
from analyzer.judging import Judgement, judge_cluster
from analyzer.rules.publish.publish_info_missing import publish_info_missing as rule
from analyzer.runbook import Effect, Step, ordered
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("volumeattachments", Status.DENIED, "forbidden")
NOT_THERE = "publishInfo doesn't exist, PublishContext:map[]"
UID = "0c87fa8a-c3d6-4623-acb8-71d6206d030d"


def attachment(**changes: object) -> VolumeAttachment:
    given = VolumeAttachment("csi-47ab", "csi.huawei.com", "worker-1", "pvc-1", True, False, None, "", "", SPAN)
    return replace(given, **{"has_publish_info": False, **changes})  # type: ignore[arg-type]


def volume(name: str = "pvc-1", wwn: str = "6" * 32, handle: str = "san-1.pvc-1") -> PersistentVolume:
    return PersistentVolume(name, "csi.huawei.com", handle, wwn, "Filesystem", (), "shop", "data", "Bound", SPAN)


def driver(version: str = "4.10.1", required: bool | None = True, attacher: bool = True) -> Driver:
    def pod(name: str, node: str, *containers: str) -> Pod:
        images = tuple(Container(one, f"repo/{one}:{version}", (), True, 0, "", "", "") for one in containers)
        return Pod("huawei-csi", name, "u", node, "Running", (), False, (), SPAN, containers=images)

    nodes = tuple(pod(f"huawei-csi-node-{n}", f"worker-{n}", "huawei-csi-driver") for n in "12")
    controller = pod(
        "huawei-csi-controller-1", "worker-2", "huawei-csi-driver", *(["csi-attacher"] if attacher else [])
    )
    return Driver("csi.huawei.com", "huawei-csi", required, nodes, (controller,), ())


def failed(says: str = NOT_THERE, pv: str = "pvc-1") -> VolumeFailures:
    failure = Failure(pv, "", Call.STAGE, "Internal", says, 3, "", "", (SPAN,), ("shop/orders-0",))
    return VolumeFailures((failure,), ("driver_logs",))


def user(kind: str = "StatefulSet", **changes: object) -> Pod:
    given = Pod("shop", "orders-0", UID, "worker-1", "Pending", ("data",), False, (), SPAN, owner_kind=kind)
    return replace(given, owner_name="orders", **changes)  # type: ignore[arg-type]


QUIET = VolumeFailures((), ("driver_logs",))


def judged(failures: VolumeFailures = QUIET, **facts: object) -> Judgement:
    """The rule on a cluster with one LUN attached without publishInfo to worker-1, but for what `facts` says."""
    given: dict[type, object] = {
        VolumeAttachments: VolumeAttachments((attachment(),)),
        PersistentVolumes: PersistentVolumes((volume(),)),
        StorageBackends: StorageBackends(()),
        Pods: Pods((user(),)),
        Driver: driver(),
        CsiDrivers: CsiDrivers((CsiDriver("csi.huawei.com", True, SPAN),)),
        ClusterNodes: UNKNOWN,
        Bindings: UNKNOWN,
        VolumeFailures: Across({"worker-1": failures}),
    }
    kinds = {kind.__name__: kind for kind in given}
    return judge_cluster(given | {kinds[name]: fact for name, fact in facts.items()}, [rule])


def found(failures: VolumeFailures = QUIET, **facts: object) -> Finding:
    (finding,) = judged(failures, **facts).findings
    return finding


def lines(steps: tuple[Step, ...]) -> list[str]:
    return [" ".join(step.command.argv) if step.command else "by hand" for step in ordered(steps)]


def attachments(**changes: object) -> VolumeAttachments:
    return VolumeAttachments((attachment(**changes),))


# --- a volume that failed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "says",
    [
        NOT_THERE,
        "publishInfo doesn’t exist, PublishContext:map[filesystemMode:]",
        "build multiPathType failed, caused by publishInfo is not exist",
        "publishInfo not fount while connect volume",
    ],
)
def test_a_failed_stage_and_an_attachment_without_publish_info_are_confirmed(says: str):
    finding = found(failed(says))
    assert (finding.certainty, finding.severity) == (Certainty.CONFIRMED, Severity.ERROR)
    assert (finding.subject, finding.nodes) == ("pv:pvc-1", ("worker-1",))
    assert "no publishInfo" in finding.cause.en


def test_the_pod_leaves_its_node_and_the_attachment_is_looked_at_again():
    steps = found(failed()).steps
    assert lines(steps)[:3] == [
        "kubectl cordon worker-1",
        "kubectl delete pod orders-0 -n shop --timeout=5m",
        "kubectl uncordon worker-1",
    ]
    assert any(line.startswith("kubectl get volumeattachments -o custom-columns=") for line in lines(steps))


def test_a_node_that_was_cordoned_before_stays_so():
    nodes = ClusterNodes((ClusterNode("worker-1", "", (), "True", "", "", SPAN, unschedulable=True),))
    assert "cordon" not in " ".join(lines(found(failed(), ClusterNodes=nodes).steps))


def test_every_pod_of_the_node_that_uses_the_volume_leaves_also_a_running_one():
    other = user(name="reader-0", phase="Running", uid=UID.replace("0c", "1c"))
    away = [user(node="worker-2", name="far"), user(phase="Succeeded", name="done"), user(claims=(), name="none")]
    steps = lines(found(failed(), Pods=Pods((user(), other, *away))).steps)
    assert [line.split()[3] for line in steps if "delete" in line] == ["orders-0", "reader-0"]


def test_a_daemon_set_is_kept_off_the_node_for_its_pod_would_be_back_before_the_attachment_goes():
    steps = found(failed(), Pods=Pods((user("DaemonSet"),))).steps
    assert not any("delete" in line or "cordon" in line for line in lines(steps))
    assert "deleting the pod does not help" in steps[0].does.en


def test_without_the_pods_they_are_looked_for_by_hand():
    steps = found(failed(), Pods=UNKNOWN).steps
    assert not any(step.effect is Effect.DESTROYS for step in steps)
    assert "Find the pods on worker-1" in steps[0].does.en


def test_an_attachment_that_has_publish_info_by_now_is_no_problem():
    assert judged(failed(), VolumeAttachments=attachments(has_publish_info=True)).findings == ()


def test_an_attachment_that_is_gone_makes_it_likely():
    finding = found(failed(), VolumeAttachments=VolumeAttachments(()))
    assert finding.certainty is Certainty.LIKELY
    assert "not there any more" in finding.cause.en


def test_without_the_attachments_both_causes_are_left_and_nothing_is_deleted():
    finding = found(failed(), VolumeAttachments=UNKNOWN, Driver=driver(required=None))
    assert finding.certainty is Certainty.POSSIBLE
    assert "two causes are left" in finding.cause.en
    assert {step.effect for step in finding.steps} == {Effect.READS}


def test_without_the_attachments_the_driver_that_is_attached_leaves_one_cause():
    finding = found(failed(), VolumeAttachments=UNKNOWN)
    assert finding.certainty is Certainty.LIKELY
    assert "an attachment that a driver before 4.0 made" in finding.cause.en


def test_a_dtree_without_its_parent_is_told_as_such():
    says = "failed to get dtree parent name, please ensure that the attachRequired parameter is enabled"
    finding = found(failed(says), VolumeAttachments=attachments(has_publish_info=True), Driver=driver("4.12.0"))
    assert finding.certainty is Certainty.LIKELY
    assert "parent file system of the dtree" in finding.cause.en


# --- attachment switched off -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [driver(required=False), driver(attacher=False)])
def test_where_nothing_is_ever_attached_making_pods_anew_does_not_help(off: Driver):
    finding = found(failed(), Driver=off, VolumeAttachments=VolumeAttachments(()))
    assert (finding.subject, finding.certainty) == ("csidriver:csi.huawei.com", Certainty.CONFIRMED)
    assert "does not help" in finding.cause.en
    assert not any(step.effect is Effect.DESTROYS for step in finding.steps)
    assert "kubectl delete csidriver csi.huawei.com" in finding.steps[-1].does.en
    assert "for LUNs, upgrade the driver to v4.11" in finding.steps[-1].does.en


def dtree_of(parent: str) -> Finding:
    says = "failed to get dtree parent name, please ensure that the attachRequired parameter is enabled"
    pv = replace(volume(wwn="", handle="dtree-1.pvc_1"), attributes=(("dTreeParentName", parent),))
    off = {"Driver": driver("4.12.0", required=False), "VolumeAttachments": VolumeAttachments(())}
    return found(failed(says), PersistentVolumes=PersistentVolumes((pv,)), **off)


def test_a_dtree_that_is_never_attached_is_helped_by_its_backend_and_not_by_an_upgrade():
    finding = dtree_of("fs_k8s")
    assert "`failed to get dtree parent name, please ensure" in finding.cause.en
    assert not any("upgrade the driver" in step.does.en for step in finding.steps)
    assert 'attachment shall stay off: name the file system in the backend dtree-1: add `"parentname": "fs_k8s"`' in (
        finding.steps[-1].does.en
    )


def test_a_dtree_whose_pv_names_no_file_system_needs_it_in_the_backend():
    assert "attachment alone does not help" in dtree_of("").steps[-1].does.en


def test_all_volumes_of_such_a_cluster_are_one_finding():
    both = VolumeFailures((*failed().items, *failed(pv="pvc-2").items), ("driver_logs",))
    finding = found(both, Driver=driver(required=False), VolumeAttachments=VolumeAttachments(()))
    assert "pvc-1 on worker-1, pvc-2 on worker-1" in finding.cause.en


def test_a_driver_that_needs_no_attaching_and_does_not_fail_is_left_alone():
    quiet = judged(Driver=driver("4.12.0", required=False), VolumeAttachments=VolumeAttachments(()))
    assert quiet.findings == ()


# --- the node that attaches by itself --------------------------------------------------------------------------------


def test_from_4_11_on_the_failed_attempt_of_the_node_itself_is_the_cause():
    says = "publish volume san-1.pvc-1 failed, err: attach volume failed cause backend offline, backend name: san-1"
    finding = found(failed(says), Driver=driver("4.11.0"))
    assert "backend offline, backend name: san-1" in finding.cause.en
    assert not any(step.effect is Effect.DESTROYS for step in finding.steps)


# --- before it fails -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["4.0.0", "4.3.0", "v4.10.1"])
def test_a_lun_without_publish_info_is_told_before_it_fails(version: str):
    finding = found(Driver=driver(version))
    assert (finding.severity, finding.certainty) == (Severity.WARNING, Certainty.CONFIRMED)
    assert (finding.subject, finding.nodes) == (f"driver:{version}", ("worker-1",))
    assert "pvc-1 on worker-1" in finding.cause.en


def test_all_of_one_version_are_one_finding_and_the_failed_one_is_told_by_itself():
    more = VolumeAttachments((attachment(), attachment(pv="pvc-2"), attachment(pv="pvc-2", node="worker-2")))
    pvs = PersistentVolumes((volume(), volume("pvc-2")))
    failing, coming = judged(failed(), VolumeAttachments=more, PersistentVolumes=pvs).findings
    assert failing.subject == "pv:pvc-1"
    assert "pvc-2 on worker-1, pvc-2 on worker-2" in coming.cause.en


@pytest.mark.parametrize("version", ["4.11.0", "4.12.0", "v4.11.1"])
def test_a_newer_driver_attaches_by_itself(version: str):
    assert judged(Driver=driver(version)).findings == ()


@pytest.mark.parametrize("version", ["3.2.3", "2.2.15"])
def test_an_older_driver_needs_none_but_an_upgrade_to_4_0_would(version: str):
    finding = found(Driver=driver(version))
    assert finding.severity is Severity.INFO
    assert "Nothing is wrong now" in finding.cause.en


@pytest.mark.parametrize("protocol", ["nfs", "nfs+", "dpc", "dtfs", "NFS"])
def test_volumes_of_file_systems_need_none(protocol: str):
    backends = StorageBackends((StorageBackend("san-1", protocol, "", True, (), SPAN),))
    assert judged(PersistentVolumes=PersistentVolumes((volume(wwn=""),)), StorageBackends=backends).findings == ()


def test_a_lun_is_known_by_its_backend_too_and_nothing_is_guessed_without():
    backends = StorageBackends((StorageBackend("san-1", "fc", "", True, (), SPAN),))
    old = PersistentVolumes((volume(wwn=""),))
    assert found(PersistentVolumes=old, StorageBackends=backends).severity is Severity.WARNING
    assert judged(PersistentVolumes=old, StorageBackends=UNKNOWN).findings == ()


@pytest.mark.parametrize("change", [{"attached": False}, {"deleting": True}, {"driver": "csi.other.com"}])
def test_an_attachment_that_is_not_one_of_ours_in_use_says_nothing(change: dict[str, object]):
    assert judged(VolumeAttachments=attachments(**change)).findings == ()


def test_a_version_that_is_not_told_makes_it_possible():
    finding = found(Driver=driver("latest"))
    assert finding.certainty is Certainty.POSSIBLE
    assert "is not told" in finding.cause.en


def test_without_the_attachments_or_the_driver_it_says_that_it_cannot_know():
    assert judged(VolumeAttachments=UNKNOWN).inconclusive[0].missing == (UNKNOWN,)
    assert judged(Driver=UNKNOWN).inconclusive[0].missing == (UNKNOWN,)
