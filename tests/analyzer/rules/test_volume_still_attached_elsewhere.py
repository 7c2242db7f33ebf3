"""A volume that another node still has: in which state that node is, and why nothing is cut off by itself."""

from __future__ import annotations

import pytest

from analyzer.facts.cluster import ClusterNodes, PersistentVolumes, VolumeAttachments
from analyzer.findings import Certainty
from analyzer.rules.attach.volume_still_attached_elsewhere import volume_still_attached_elsewhere as rule
from analyzer.runbook import Effect
from tests.analyzer.rules.attaching import (
    JUST_NOW,
    UNIQUE,
    UNKNOWN,
    attachment,
    cluster_node,
    container,
    event,
    found,
    judged,
    lost,
    nodes,
    pod,
    pods,
    volume,
)

THERE = attachment(node="n2")
MULTI = event('Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node')
RUNNING = pod("old-0", node="n2", phase="Running", containers=(container("db"),))
ENDING = pod("old-0", node="n2", phase="Running", deleting=True, containers=(container("db"),))
NO_ATTACHMENT = VolumeAttachments(())


def silent(**facts: object) -> bool:
    said = judged(rule, **facts)
    return not said.findings and not said.inconclusive


def test_a_volume_of_a_lost_node_tells_since_when_and_the_six_minutes():
    finding = found(rule, VolumeAttachments=THERE, ClusterNodes=nodes(lost("n2")), Pods=pods(pod(), ENDING))
    assert (finding.certainty, finding.nodes) == (Certainty.CONFIRMED, ("n1", "n2"))
    assert "has not been ready since 2026-07-03T09:55:00Z" in finding.cause.en
    assert "six minutes" in finding.cause.en
    assert "Terminating" in finding.cause.en


def test_the_taint_is_told_by_hand_only_with_its_danger():
    finding = found(rule, VolumeAttachments=THERE, ClusterNodes=nodes(lost("n2")))
    (by_hand,) = [step for step in finding.steps if step.command is None]
    assert "out-of-service" in by_hand.does.en
    assert "DANGER" in by_hand.does.en
    assert all(step.effect is Effect.READS for step in finding.steps if step.command)


def test_the_taint_is_never_told_for_a_node_that_is_ready():
    finding = found(rule, VolumeAttachments=THERE, Pods=pods(pod(), RUNNING))
    assert not [step for step in finding.steps if "taint" in step.does.en]


def test_a_node_with_an_impossible_name_is_never_offered_for_typing():
    evil = "n2 x; reboot"
    finding = found(rule, VolumeAttachments=attachment(node=evil), ClusterNodes=nodes(lost(evil)))
    assert not [step for step in finding.steps if f"taint nodes {evil}" in step.does.en]
    assert not [step for step in finding.steps if step.command and evil in step.command.argv]


def test_detaching_that_waits_for_the_controller_is_told_as_its_symptom():
    assert "csi-controller-not-running" in {cause.rule for cause in rule.explained_by}


def test_a_node_that_is_gone_is_told():
    gone = ClusterNodes((cluster_node("n1"),))
    assert "no node n2 any more" in found(rule, VolumeAttachments=THERE, ClusterNodes=gone).cause.en


def test_a_pod_that_still_uses_it_is_named():
    cause = found(rule, VolumeAttachments=THERE, Pods=pods(pod(), RUNNING)).cause.en
    assert "shop/old-0" in cause
    assert "Recreate" in cause


def test_a_pod_that_does_not_end_on_a_ready_node_is_told():
    assert "does not end" in found(rule, VolumeAttachments=THERE, Pods=pods(pod(), ENDING)).cause.en


def test_an_error_of_detaching_is_quoted():
    refused = attachment(node="n2", deleting=True, detach_error="Get mapping error: 1077949001")
    assert "1077949001" in found(rule, VolumeAttachments=refused).cause.en


def test_unknown_nodes_are_told_as_unknown():
    assert "not known" in found(rule, VolumeAttachments=THERE, ClusterNodes=UNKNOWN).cause.en


def test_the_event_with_the_old_nodes_status_is_likely():
    held = nodes(cluster_node("n2", volumes_attached=(UNIQUE,)))
    assert found(rule, VolumeAttachments=UNKNOWN, Events=MULTI, ClusterNodes=held).certainty is Certainty.LIKELY


@pytest.mark.parametrize(
    "facts",
    [
        {"VolumeAttachments": attachment()},
        {"VolumeAttachments": NO_ATTACHMENT, "Events": MULTI},  # released meanwhile
        {"VolumeAttachments": THERE, "Pods": pods(pod(scheduled_at=JUST_NOW))},
        {
            "VolumeAttachments": THERE,
            "PersistentVolumes": PersistentVolumes((volume(access_modes=("ReadWriteMany",)),)),
        },
        {"VolumeAttachments": THERE, "PersistentVolumes": PersistentVolumes((volume(access_modes=()),))},
    ],
)
def test_what_only_looks_alike_is_not_reported(facts: dict[str, object]):
    assert silent(**facts)


def test_without_volumeattachments_and_events_it_cannot_know():
    said = judged(rule, VolumeAttachments=UNKNOWN)
    assert not said.findings
    assert said.inconclusive[0].missing == (UNKNOWN,)
