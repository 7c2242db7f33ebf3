"""An error of attaching that no other rule knows: quoted, and not explained beyond what it says."""

from __future__ import annotations

import pytest

from analyzer.facts.cluster import VolumeAttachments
from analyzer.findings import Affected, Certainty
from analyzer.rules import Through
from analyzer.rules.attach.attach_failed import attach_failed as rule
from analyzer.runbook import Effect
from tests.analyzer.rules.attaching import UNKNOWN, attachment, event, found, judged

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
