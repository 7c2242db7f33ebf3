"""Which fields of the cluster's objects are kept: those that the parsers read, and no others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from analyzer.parsers.objects import pods
from collector.cluster.asking import kept
from collector.cluster.objects import minimised

OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5f", "uid": "u9", "controller": True}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]}}
POD: dict[str, Any] = {
    "metadata": {"name": "web-5f-x", "namespace": "shop", "uid": "u1", "ownerReferences": [OWNER]},
    "spec": {
        "nodeName": "worker-1",
        "tolerations": [{"operator": "Exists"}],
        "initContainers": [{"name": "first", "image": "i", "env": [{"name": "A"}]}],
        "containers": [{"name": "web", "image": "registry.example/web:1", "args": ["-v"], "env": [{"name": "A"}]}],
        "volumes": [
            {"name": "scratch", "ephemeral": {"volumeClaimTemplate": TEMPLATE}},
            {"name": "bare", "ephemeral": {}},
            {"name": "data", "persistentVolumeClaim": {"claimName": "data", "readOnly": True}},
            {"name": "config", "configMap": {"name": "web"}},
        ],
    },
    "status": {"phase": "Running"},
}


def test_a_generic_ephemeral_volume_is_seen_as_the_claim_that_it_makes() -> None:
    (pod,) = pods.parse(json.dumps({"items": [minimised("pods", POD)]})).items
    assert pod.claims == ("web-5f-x-scratch", "web-5f-x-bare", "data")


def test_of_a_volume_only_the_claim_is_kept() -> None:
    assert minimised("pods", POD)["spec"]["volumes"] == [
        {"name": "scratch", "ephemeral": {"volumeClaimTemplate": {"spec": {"storageClassName": "fast"}}}},
        {"name": "bare", "ephemeral": {}},
        {"name": "data", "persistentVolumeClaim": {"claimName": "data", "readOnly": True}},
        {"name": "config"},
    ]


def test_every_pod_keeps_its_images_and_its_owner() -> None:
    pod = minimised("pods", POD)
    assert pod["spec"]["containers"] == [{"name": "web", "image": "registry.example/web:1"}]
    assert pod["spec"]["initContainers"] == [{"name": "first", "image": "i"}]
    assert pod["metadata"]["ownerReferences"] == [{"kind": "ReplicaSet", "name": "web-5f", "controller": True}]


def test_what_no_rule_reads_is_left_in_the_cluster() -> None:
    assert set(minimised("pods", POD)["spec"]) == {"nodeName", "initContainers", "containers", "volumes"}


@pytest.mark.parametrize(
    ("kind", "count"),
    [("StorageBackendClaim", 1), ("VolumeAttachment", 1), ("ReplicaSet", 1), ("StatefulSet", 1), ("Secret", 0)],
)
def test_events_are_kept_of_what_takes_part_in_a_volume_s_life(kind: str, count: int) -> None:
    event = {"metadata": {"name": "e"}, "involvedObject": {"kind": kind, "name": "n"}, "reason": "FailedCreate"}
    assert len(list(kept("events", [event]))) == count
