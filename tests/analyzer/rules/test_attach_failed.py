"""An error of attaching that no other rule knows: quoted, and not explained beyond what it says."""

from __future__ import annotations

import pytest

from analyzer.facts.cluster import PersistentVolumes, Pods, StorageBackend, StorageBackends, VolumeAttachments
from analyzer.facts.logs import LogReach, SignalHit, Signals
from analyzer.findings import Affected, Certainty, Finding
from analyzer.rules import Through
from analyzer.rules.attach.attach_failed import attach_failed as rule
from analyzer.runbook import Effect
from tests.analyzer.rules.attaching import (
    HANDLE,
    SPAN,
    UNKNOWN,
    attachment,
    container,
    controller,
    event,
    found,
    hit,
    judged,
    log,
    logs,
    node_pod,
    pod,
    volume,
)

REFUSED = attachment(attached=False, attach_error="rpc error: code = Internal desc = create mapping error: 1077949066")
FAILED = 'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = Internal desc = '


def silent(**facts: object) -> bool:
    said = judged(rule, **facts)
    return not said.findings and not said.inconclusive


def test_the_error_of_the_attachment_is_quoted_without_its_wrapping():
    finding = found(rule, VolumeAttachments=REFUSED)
    assert (finding.certainty, finding.subject, finding.nodes) == (Certainty.POSSIBLE, "pv:pvc-1", ("n1",))
    assert "create mapping error: 1077949066" in finding.cause.en
    assert "rpc error" not in finding.cause.en


def test_the_event_is_enough_when_the_attachments_are_not_known():
    finding = found(rule, VolumeAttachments=UNKNOWN, Events=event(FAILED + "get lun error: 1077936859"))
    assert "1077936859" in finding.cause.en
    assert finding.affects == (Affected("shop", "db-0", "data", "pvc-1"),)


def test_the_attachment_and_its_event_are_one_failure_with_both_lines():
    finding = found(rule, VolumeAttachments=REFUSED, Events=event(FAILED + "older words"))
    assert "1077949066" in finding.cause.en
    assert finding.affects


LOGGED = {"volume": "pvc-1", "host": "n1", "says": "create mapping error: 1077949066"}
WORKED = hit("driver-attached", "2026-07-03 10:05:00.000000", handle=HANDLE, host="n1")


def of_controller(*hits: SignalHit) -> dict[str, object]:
    own = log("2026-07-03 09:00:00.000000", "2026-07-03 10:19:00.000000", *hits)
    return {"VolumeAttachments": UNKNOWN, "Signals": logs(n2=own)}


def test_the_controllers_log_tells_where_the_attachments_are_not_known():
    finding = found(rule, **of_controller(hit("driver-attach-failed", "2026-07-03 10:10:00.000000", **LOGGED), WORKED))
    assert "1077949066" in finding.cause.en
    (evidence,) = finding.evidence
    assert evidence.text == SPAN.text


STARTED = hit("driver-attach-started", "2026-07-03 10:10:00.000000", handle=HANDLE, host="n1")


def test_a_request_that_the_driver_got_and_never_answered_is_a_hang():
    waiting = {**of_controller(WORKED, STARTED), "VolumeAttachments": attachment(attached=False)}
    cause = found(rule, **waiting).cause.en
    assert "it hangs" in cause
    assert "10:10:00" in cause


def test_a_driver_before_4_does_not_say_how_a_request_ended():
    old = Pods((pod(), node_pod(), controller(container("huawei-csi-driver", version="3.2.1"))))
    assert silent(**{**of_controller(STARTED), "VolumeAttachments": attachment(attached=False), "Pods": old})


def test_a_request_that_was_answered_is_no_hang():
    failed = hit("driver-attach-failed", "2026-07-03 10:11:00.000000", **LOGGED)
    assert silent(**{**of_controller(STARTED, failed), "VolumeAttachments": attachment(attached=False)})


@pytest.mark.parametrize(
    "logged",
    [
        hit("driver-attach-failed", "2026-07-03 10:01:00.000000", **LOGGED),  # before it worked
        hit("driver-attach-failed", "2026-07-03 10:10:00.000000", **{**LOGGED, "host": "n2"}),
        hit("driver-attach-failed", "2026-07-03 10:10:00.000000", **{**LOGGED, "volume": "pvc-2"}),
    ],
)
def test_a_line_of_the_log_about_something_else_is_not_taken(logged: SignalHit):
    assert silent(**of_controller(logged, WORKED))


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("Post x: context deadline exceeded (Client.Timeout exceeded while awaiting headers)", "management address"),
        ("timed out waiting for external-attacher of csi.huawei.com CSI driver to attach volume x", "in time"),
        ("CSINode n1 does not contain driver csi.huawei.com", "node plugin"),
        ("lun pvc-1 does not exist", "is gone"),
    ],
)
def test_words_that_are_known_are_explained(says: str, words: str):
    refused = attachment(attached=False, attach_error=says)
    assert words in found(rule, VolumeAttachments=refused).cause.en


def refused(says: str, **facts: object) -> Finding:
    return found(rule, VolumeAttachments=attachment(attached=False, attach_error=says), **facts)


def looks_into_the_log(finding: Finding) -> list[str]:
    return [step.does.en for step in finding.steps if "controller publish volume" in step.does.en]


NOT_REGISTERED = "CSINode n1 does not contain driver csi.huawei.com"
TIMED_OUT = "timed out waiting for external-attacher of csi.huawei.com CSI driver to attach volume x"


@pytest.mark.parametrize("says", [NOT_REGISTERED, TIMED_OUT])
def test_what_kubernetes_says_without_the_driver_is_not_said_of_array_or_driver(says: str):
    cause = refused(says).cause.en
    assert cause.startswith("Kubernetes does not get pvc-1 attached to n1")
    assert "initiators" not in cause


def test_nobody_is_sent_to_a_log_for_a_call_that_was_never_made():
    assert not looks_into_the_log(refused(NOT_REGISTERED))
    assert looks_into_the_log(refused(TIMED_OUT))  # the controller's log was not read
    silent_controller = LogReach("driver_logs", "files/var/log/huawei/huawei-csi-controller", "a", "b")
    heard = logs(n2=Signals((), ("driver_logs",), (silent_controller,)))
    assert not looks_into_the_log(refused(TIMED_OUT, Signals=heard))
    assert looks_into_the_log(refused(TIMED_OUT, Signals=logs(n2=log("a", "b", STARTED))))


def test_a_volume_is_looked_for_by_the_name_that_the_log_has():
    nas = PersistentVolumes((volume(volume_handle="nas-1.pvc_1"),))
    (says,) = looks_into_the_log(refused("create share error: 1", PersistentVolumes=nas))
    assert "with pvc_1 and" in says


def test_a_file_system_has_no_initiators():
    nas = StorageBackends((StorageBackend("san-1", "nfs", "oceanstor-nas", True, (), SPAN),))
    cause = refused("x error: 1", StorageBackends=nas).cause.en
    assert "the file system on the array" in cause
    assert "initiators" not in cause


@pytest.mark.parametrize(
    "facts",
    [
        {"VolumeAttachments": attachment(attach_error="an old error")},
        {"VolumeAttachments": attachment(), "Events": event(FAILED + "before it was attached")},
        {"VolumeAttachments": attachment(attached=False, attach_error="x", driver="rbd.csi.ceph.com")},
        {"VolumeAttachments": attachment(attached=False, attach_error="x", deleting=True)},
        {"Events": event(FAILED + "x", last="2026-07-03T09:00:00Z")},  # of an earlier pod of this name
        {"Events": event('Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) x')},
        {"VolumeAttachments": VolumeAttachments(())},
    ],
)
def test_what_is_over_or_told_elsewhere_is_not_reported(facts: dict[str, object]):
    assert silent(**facts)


def test_a_cause_of_the_same_volume_explains_it():
    assert {cause.through for cause in rule.explained_by} == {Through.VOLUME}
    assert "initiator-missing" in {cause.rule for cause in rule.explained_by}


def test_nothing_is_changed():
    steps = found(rule, VolumeAttachments=REFUSED).steps
    assert all(step.effect is Effect.READS for step in steps if step.command)
