"""A pod without a node: the scheduler's words, and no word about the storage."""

from __future__ import annotations

import pytest

from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import Pod
from analyzer.facts.workloads import CsiNode, CsiNodes
from analyzer.findings import Affected, Certainty
from analyzer.rules.attach.pod_not_schedulable import pod_not_schedulable as rule
from tests.analyzer.rules.attaching import JUST_NOW, SPAN, UNKNOWN, claim, found, judged, pod, pods


def refused(says: str = "0/2 nodes are available: 2 Insufficient cpu.", **more: object) -> Pod:
    return pod(**{"node": "", "scheduled": False, "unschedulable": says, **more})


def silent(**facts: object) -> bool:
    said = judged(rule, **facts)
    return not said.findings and not said.inconclusive


def by_hand(says: str) -> str:
    return " ".join(step.does.en for step in found(rule, Pods=pods(refused(says))).steps if step.command is None)


def test_the_schedulers_message_is_quoted_and_confirmed():
    finding = found(rule, Pods=pods(refused()))
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, "pod:shop/db-0")
    assert "2 Insufficient cpu" in finding.cause.en
    assert "no part" in finding.cause.en


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("0/3 nodes are available: 3 node(s) had volume node affinity conflict.", "node affinity"),
        ("0/3 nodes are available: 3 node(s) exceed max volume count.", "maxVolumesPerNode"),
        ("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.", "describe pvc"),
        ("0/3 nodes are available: 3 node(s) had untolerated taint {a: b}.", "tolerate"),
        ("0/3 nodes are available: 3 Insufficient memory.", "request"),
        ('persistentvolumeclaim "data" not found', "does not exist"),
        ("0/3 nodes are available: 3 something new.", "kubectl describe node"),
    ],
)
def test_a_message_that_is_known_is_explained(says: str, words: str):
    assert words in by_hand(says)


def test_the_limit_of_the_nodes_is_told():
    full = CsiNodes((CsiNode("n1", (("csi.huawei.com", "{}"),), (("csi.huawei.com", 16),), SPAN),))
    says = "0/1 nodes are available: 1 node(s) exceed max volume count."
    assert "allows 16 volumes" in found(rule, Pods=pods(refused(says)), CsiNodes=full).cause.en


def test_a_claim_without_a_volume_ties_it_to_the_claim():
    unbound = PersistentVolumeClaims((claim(phase="Pending", volume=""),))
    finding = found(rule, Pods=pods(refused()), PersistentVolumeClaims=unbound)
    assert finding.affects == (Affected("shop", "db-0", "data", ""),)
    assert "no part" not in finding.cause.en


def test_what_mends_a_claim_without_a_volume_is_told_with_the_claim():
    unbound = PersistentVolumeClaims((claim(phase="Pending", volume=""),))
    waits = refused("0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.")
    finding = found(rule, Pods=pods(waits), PersistentVolumeClaims=unbound)
    assert not [step for step in finding.steps if step.command is None]


@pytest.mark.parametrize(
    "one",
    [
        pod(),
        refused(scheduled_at=JUST_NOW),
        refused(deleting=True),
        refused(claims=()),
        refused(claims=("other",)),
    ],
)
def test_other_pods_are_left_alone(one: Pod):
    assert silent(Pods=pods(one))


def test_without_the_pods_it_cannot_know():
    assert judged(rule, Pods=UNKNOWN).inconclusive
