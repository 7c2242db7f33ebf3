"""A pod that waits although no rule knows why: said plainly, with what was heard and what was not."""

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.cluster import Container, PersistentVolume, PersistentVolumes, Pod, Pods
from analyzer.facts.driver import Driver
from analyzer.facts.failures import Call, Failure, VolumeFailures
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


def judged(one: Pod, heard: VolumeFailures | Unknown = QUIET) -> tuple[Finding, ...]:
    facts: dict[type, object] = {
        Pods: Pods((one,)),
        PersistentVolumes: PersistentVolumes((VOLUME,)),
        ClusterTaken: ClusterTaken("2026-07-03T10:00:00Z"),
        Driver: UNKNOWN,
        VolumeFailures: Across({"n1": heard}),
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


def test_it_only_reads():
    assert {step.effect.value for step in judged(pod())[0].steps} == {"reads"}
