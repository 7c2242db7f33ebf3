"""A pod that waits for its image: no fault of its volumes."""

from __future__ import annotations

import pytest

from analyzer.facts.cluster import Events, Pod
from analyzer.findings import Certainty, Severity
from analyzer.rules.attach.image_not_pulled import image_not_pulled as rule
from tests.analyzer.rules.attaching import UNKNOWN, container, event, found, judged, pod, pods


def waiting(reason: str, message: str = "", **more: object) -> Pod:
    own = container("db", ready=False, waiting=reason, message=message)
    return pod(**{"containers": (own,), **more})


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName"])
def test_every_failure_to_pull_is_told_as_no_fault_of_the_storage(reason: str):
    finding = found(rule, Pods=pods(waiting(reason, "why")))
    assert (finding.certainty, finding.severity) == (Certainty.CONFIRMED, Severity.WARNING)
    assert "Ruled out: its volumes pvc-1" in finding.cause.en


def test_an_init_container_without_its_image_is_told_by_its_image():
    seed = container("seed", ready=False, waiting="ImagePullBackOff")
    main = container("db", ready=False, waiting="PodInitializing")
    finding = found(rule, Pods=pods(pod(init_containers=(seed,), containers=(main,))))
    assert finding.certainty is Certainty.CONFIRMED
    assert "the image r/seed:4.12.0" in finding.cause.en


def test_where_no_state_tells_the_last_event_names_the_image():
    said = event('Failed to pull image "r/seed:latst": not found', "Failed")
    finding = found(rule, Events=said)
    assert finding.certainty is Certainty.LIKELY
    assert "the image r/seed:latst cannot be pulled" in finding.cause.en


def test_an_image_that_was_pulled_after_the_event_is_there():
    failed = event('Failed to pull image "r/seed:latst": not found', "Failed", last="2026-07-03T10:05:00Z")
    pulled = event('Successfully pulled image "r/seed:latst"', "Pulled")
    assert not judged(rule, Events=Events((*failed.items, *pulled.items))).findings


def test_the_event_says_more_than_the_state():
    finding = found(rule, Pods=pods(waiting("ImagePullBackOff")), Events=event("Failed to pull image: 403", "Failed"))
    assert "403" in finding.cause.en


def test_the_event_of_an_earlier_pod_of_this_name_is_not_quoted():
    old = event("Failed to pull image: 403", "Failed", last="2026-07-03T09:00:00Z")
    assert "403" not in found(rule, Pods=pods(waiting("ImagePullBackOff")), Events=old).cause.en


@pytest.mark.parametrize(
    "one",
    [
        waiting("ContainerCreating"),
        waiting("CrashLoopBackOff"),
        waiting("ImagePullBackOff", claims=()),
        waiting("ImagePullBackOff", deleting=True),
    ],
)
def test_other_pods_are_left_alone(one: Pod):
    said = judged(rule, Pods=pods(one))
    assert not said.findings
    assert not said.inconclusive


def test_without_the_volumes_it_cannot_know():
    assert judged(rule, PersistentVolumes=UNKNOWN).inconclusive
