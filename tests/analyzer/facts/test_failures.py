"""Failures of the driver's calls, joined from log, kubelet and events; what is over is left out."""

import re
from dataclasses import replace

from analyzer.facts import Span, Unknown, failures
from analyzer.facts.claims import PersistentVolumeClaim, PersistentVolumeClaims
from analyzer.facts.cluster import (
    Event,
    Events,
    PersistentVolume,
    PersistentVolumes,
    Pod,
    Pods,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.failures import Call, Failure, VolumeFailures
from analyzer.facts.logs import SignalHit, Signals
from analyzer.facts.taken import NodeTaken
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("driver_logs", Status.UNREACHABLE, "no route to host")
VOLUME = PersistentVolume(
    "pvc-1", "csi.huawei.com", "nfs-155.pvc_1", "", "Filesystem", (), "shop", "data", "Bound", SPAN
)
ATTACHED = VolumeAttachment("csi-1", "csi.huawei.com", "n1", "pvc-1", True, False, None, "", "", SPAN)
PENDING = Pod("shop", "db-0", "u", "n1", "Pending", ("data",), False, (), SPAN)
RUNNING = Pod("shop", "db-0", "u", "n1", "Running", ("data",), False, (), SPAN)
CLAIM = PersistentVolumeClaim("shop", "data", "Bound", "", "pvc-1", "Filesystem", "10Gi", "10Gi", "", False, SPAN)


def hit(signal: str, last: str = "2026-07-03 10:15:12.9", **fields: str) -> SignalHit:
    return SignalHit(signal, tuple(fields.items()), 2, "2026-07-03 10:00:00.0", last, (SPAN,))


STAGE = hit("driver-stage-failed", volume="pvc_1", says="exit status 32\n")
PUBLISH = hit("driver-publish-failed", volume="nfs-155.pvc_1", says="the mount x is already exist")


def event(says: str, call: str = "MountVolume.MountDevice", node: str = "n1") -> Event:
    message = f'{call} failed for volume "pvc-1" : rpc error: code = Internal desc = {says}'
    return Event(
        "shop", "Pod", "db-0", node, "FailedMount", message, 5, "", "", Span("cluster/events.json", 7, 7, ("e",))
    )


def joined(*hits: SignalHit, pod: Pod = PENDING, attached: bool = True, events: tuple[Event, ...] = (), **more: object):
    facts: dict[type, object] = {
        NodeTaken: NodeTaken("n1", ""),
        Signals: Signals(hits, ("driver_logs",)),
        PersistentVolumes: PersistentVolumes((VOLUME,)),
        VolumeAttachments: VolumeAttachments((ATTACHED,) if attached else ()),
        Pods: Pods((pod,)),
        Events: Events(events),
        PersistentVolumeClaims: PersistentVolumeClaims((CLAIM,)),
    }
    kinds = {kind.__name__: kind for kind in facts}
    return failures.assemble(facts | {kinds[name]: fact for name, fact in more.items()})


def only(found: VolumeFailures | Unknown) -> Failure:
    assert isinstance(found, VolumeFailures)
    (failure,) = found.items
    return failure


def test_the_arrays_name_in_the_drivers_log_is_the_pvs():
    failure = only(joined(STAGE))
    assert (failure.pv, failure.call, failure.says) == ("pvc-1", Call.STAGE, "exit status 32")


def test_log_and_event_of_one_error_are_one_failure():
    failure = only(joined(STAGE, events=(event("exit status 32"),)))
    assert (failure.times, len(failure.spans), failure.pods, failure.code) == (5, 2, ("shop/db-0",), "Internal")


def test_an_event_alone_is_enough():
    assert only(joined(events=(event("timeout"),))).says == "timeout"


def test_staging_and_publishing_are_told_apart():
    assert only(joined(PUBLISH)).call is Call.PUBLISH
    assert only(joined(events=(event("x", "MountVolume.SetUp"),))).call is Call.PUBLISH
    assert only(joined(events=(event("x", "AttachVolume.Attach"),))).call is Call.ATTACH


def test_a_volume_staged_after_its_last_failure_has_none():
    staged = hit("driver-volume-staged", last="2026-07-03 11:00:00.0", handle="nfs-155.pvc_1")
    assert joined(STAGE, staged) == VolumeFailures((), ("driver_logs", "events"))


def test_a_volume_staged_before_its_last_failure_has_one():
    staged = hit("driver-volume-staged", last="2026-07-03 09:00:00.0", handle="nfs-155.pvc_1")
    assert only(joined(STAGE, staged)).pv == "pvc-1"


def test_a_volume_whose_pods_all_run_was_staged_whatever_the_log_has_lost():
    assert joined(STAGE, pod=RUNNING).items == ()


def test_a_failed_publish_concerns_running_pods_too():
    assert only(joined(PUBLISH, pod=RUNNING)).pv == "pvc-1"


def test_a_volume_that_nobody_wants_here_any_more_has_none():
    elsewhere = Pod("shop", "db-0", "u", "n2", "Running", ("data",), False, (), SPAN)
    assert joined(STAGE, pod=elsewhere, attached=False).items == ()


DELETED = hit("driver-stage-failed", volume="pvc_9", says="exit status 32\n")


def test_a_volume_that_was_deleted_has_none():
    assert joined(DELETED).items == ()


def test_a_volume_is_not_called_deleted_while_one_of_the_lists_is_unknown():
    for kind in ("PersistentVolumes", "PersistentVolumeClaims", "Pods", "VolumeAttachments"):
        assert only(joined(DELETED, **{kind: UNKNOWN})).volume == "pvc_9", kind


def test_a_volume_whose_pv_is_lost_but_still_claimed_or_attached_was_not_deleted():
    lost = PersistentVolumeClaims((replace(CLAIM, volume="pvc-9"),))
    assert only(joined(DELETED, PersistentVolumeClaims=lost)).volume == "pvc_9"
    attached = VolumeAttachments((replace(ATTACHED, pv="pvc-9"),))
    assert only(joined(DELETED, VolumeAttachments=attached)).volume == "pvc_9"


def test_while_the_attachments_are_unknown_nothing_is_called_over():
    elsewhere = Pod("shop", "db-0", "u", "n2", "Running", ("data",), False, (), SPAN)
    assert only(joined(STAGE, pod=elsewhere, VolumeAttachments=UNKNOWN)).pv == "pvc-1"


def test_a_volume_of_another_driver_is_none_of_ours():
    other = PersistentVolume("pvc-1", "ebs.csi.aws.com", "vol-1", "", "Filesystem", (), "shop", "data", "Bound", SPAN)
    assert joined(events=(event("timeout"),), PersistentVolumes=PersistentVolumes((other,))).items == ()


def test_an_event_of_another_node_does_not_matter():
    assert joined(events=(event("timeout", node="n2"),)).items == ()


def test_what_was_heard_is_told():
    assert joined(Events=UNKNOWN).heard == ("driver_logs",)
    assert joined(Signals=UNKNOWN, Events=UNKNOWN) == UNKNOWN


def test_failures_are_found_by_what_they_say():
    assert len(joined(STAGE, PUBLISH).saying(re.compile("exit status"))) == 1
