"""A pod that waits although no rule knows why: said plainly, with what was heard and what was not."""

import pytest

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.cluster import Container, PersistentVolume, PersistentVolumes, Pod, Pods
from analyzer.facts.driver import Driver
from analyzer.facts.failures import Call, Failure, VolumeFailures
from analyzer.facts.host import Mount, Mounts
from analyzer.facts.logs import SignalHit, Signals
from analyzer.facts.taken import ClusterTaken
from analyzer.findings import Certainty, Finding
from analyzer.judging import judge_cluster
from analyzer.rules.cluster.pod_waits_for_volume import pod_waits_for_volume as rule
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.UNREACHABLE, "no route to host")
VOLUME = PersistentVolume("pvc-1", "csi.huawei.com", "b.v", "", "Filesystem", (), "shop", "data", "Bound", SPAN)
QUIET = VolumeFailures((), ("driver_logs",))
FAILURE = Failure("pvc-1", "v", Call.STAGE, "Internal", "something new", 7, "", "", (SPAN,), ())


def pod(waiting: str = "ContainerCreating", scheduled_at: str = "2026-07-03T09:50:00Z", claim: str = "data") -> Pod:
    container = Container("c", "", (), False, 0, waiting, "", "")
    return Pod(
        "shop",
        "db-0",
        "u",
        "n1",
        "Pending",
        (claim,),
        False,
        (),
        SPAN,
        scheduled_at=scheduled_at,
        containers=(container,),
    )


def mounted(at: str) -> Mounts:
    return Mounts((Mount(1, 0, None, "0:60", "/", at, (), "nfs4", "192.0.2.155:/v", (), SPAN),))


def published(at: str) -> Signals:
    line = Span("log", 1, 1, (f"[INFO]: Volume b.v is node published from {at}",))
    return Signals((SignalHit("driver-volume-published", (("handle", "b.v"),), 1, "", "", (line,)),), ("driver_logs",))


AT = "/var/lib/kubelet/pods/u/volumes/kubernetes.io~csi/pvc-1/mount"
AT_OTHERS = "/var/lib/kubelet/pods/other/volumes/kubernetes.io~csi/pvc-1/mount"
AS_BLOCK = "/var/lib/kubelet/plugins/kubernetes.io/csi/volumeDevices/publish/pvc-1/u"


def judged(
    one: Pod,
    heard: VolumeFailures | Unknown = QUIET,
    mounts: Mounts | Unknown = UNKNOWN,
    logs: Signals | Unknown = UNKNOWN,
) -> tuple[Finding, ...]:
    facts: dict[type, object] = {
        Pods: Pods((one,)),
        PersistentVolumes: PersistentVolumes((VOLUME,)),
        ClusterTaken: ClusterTaken("2026-07-03T10:00:00Z"),
        Driver: UNKNOWN,
        VolumeFailures: Across({"n1": heard}),
        Mounts: Across({"n1": mounts}),
        Signals: Across({"n1": logs}),
    }
    return judge_cluster(facts, [rule]).findings


def test_a_pod_that_waits_long_is_told_as_possible():
    (finding,) = judged(pod())
    assert (finding.subject, finding.certainty) == ("pod:shop/db-0", Certainty.POSSIBLE)


def test_what_the_driver_said_last_is_quoted():
    assert "something new (7 times)" in judged(pod(), VolumeFailures((FAILURE,), ("driver_logs",)))[0].cause.en


def test_silence_is_told_apart_from_not_having_listened():
    assert "Nothing that the driver" in judged(pod())[0].cause.en
    assert "was read" in judged(pod(), UNKNOWN)[0].cause.en
    assert "was read" in judged(pod(), VolumeFailures((), ("events",)))[0].cause.en


def test_a_pod_that_waits_for_its_image_waits_for_nothing_of_ours():
    assert judged(pod("ImagePullBackOff")) == ()


def test_a_pod_that_was_just_scheduled_is_left_alone():
    assert judged(pod(scheduled_at="2026-07-03T09:59:00Z")) == ()


def test_a_pod_without_a_volume_of_the_driver_is_left_alone():
    assert judged(pod(claim="other")) == ()


@pytest.mark.parametrize("at", [AT, AS_BLOCK])
def test_a_volume_that_is_mounted_for_this_pod_does_not_hold_it_up(at: str):
    assert judged(pod(), mounts=mounted(at)) == ()


def test_a_mount_at_its_place_does_not_outweigh_what_the_driver_says():
    assert judged(pod(), VolumeFailures((FAILURE,), ("driver_logs",)), mounts=mounted(AT)) != ()


def test_a_mount_for_another_pod_does_not_help_this_one():
    assert judged(pod(), mounts=mounted(AT_OTHERS)) != ()


def test_without_the_mount_table_the_drivers_log_tells_that_it_was_published():
    assert judged(pod(), logs=published(AT)) == ()
    assert judged(pod(), logs=published(AT_OTHERS)) != ()
    assert judged(pod(), mounts=mounted("/"), logs=published(AT)) != ()


def test_it_only_reads():
    assert {step.effect.value for step in judged(pod())[0].steps} == {"reads"}
