"""Pods are made anew by what owns them; a pod that nothing owns is saved first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.facts import Span
from analyzer.facts.cluster import Pod
from analyzer.findings import Affected
from analyzer.guards import PodIs, PodIsPlacedAnew
from analyzer.remedies.pods import recreate, see_whether_they_run
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step, ordered

UID = "0c87fa8a-c3d6-4623-acb8-71d6206d030d"


def pod(kind: str = "StatefulSet", **changes: object) -> Pod:
    given = Pod(
        *("shop", "orders-0", UID, "worker-1", "Pending", ("orders-data",), False),
        labels=(("pod-template-hash", "5d9c7"), ("job-name", "load")),
        span=Span("cluster/pods.json", 1, 1, ("",)),
        owner_kind=kind,
        owner_name="orders",
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def lines(steps: tuple[Step, ...]) -> list[str]:
    return [" ".join(step.command.argv) if step.command else "by hand" for step in ordered(steps)]


def said(steps: tuple[Step, ...]) -> str:
    return "\n".join(step.does.en for step in steps)


def test_a_pod_of_a_stateful_set_is_deleted_and_keeps_name_and_claims() -> None:
    steps = recreate([pod()])
    assert lines(steps) == [
        "kubectl delete pod orders-0 -n shop --timeout=5m",
        "kubectl get pod orders-0 -n shop -o wide",
    ]
    assert "under the same name, with the same claims and data" in said(steps)


def test_what_the_deletion_stops_is_told_of_a_pod_that_runs_only() -> None:
    assert "if it is the only replica, the service is interrupted" in said(recreate([pod(phase="Running")]))
    assert "It has not started yet, so no service is interrupted" in said(recreate([pod()]))


@pytest.mark.parametrize("kind", ["ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController", ""])
def test_every_deletion_reads_the_uid_again_and_is_none_by_force(kind: str) -> None:
    deletions = [step for step in recreate([pod(kind)]) if step.effect is Effect.DESTROYS]
    assert [step.guards for step in deletions] == [(PodIs("shop", "orders-0", UID),)]  # type: ignore[arg-type]
    assert "--force" not in "".join(lines(tuple(deletions)))


def test_the_new_pod_of_a_replica_set_is_looked_for_by_its_label() -> None:
    assert lines(recreate([pod("ReplicaSet")]))[-1] == "kubectl get pod -l pod-template-hash=5d9c7 -n shop -o wide"
    assert lines(recreate([pod("ReplicaSet", labels=())]))[-1] == "kubectl get pod -n shop -o wide"


def test_the_old_node_takes_no_pod_until_the_new_ones_are_placed() -> None:
    steps = recreate([pod()], away_from="worker-1")
    assert lines(steps)[:3] == [
        "kubectl cordon worker-1",
        "kubectl delete pod orders-0 -n shop --timeout=5m",
        "kubectl uncordon worker-1",
    ]
    (uncordon,) = [step for step in steps if step.phase is Phase.UNCORDON]
    assert uncordon.guards == (PodIsPlacedAnew("shop", "orders-0", UID),)  # type: ignore[arg-type]


def test_several_pods_of_a_node_share_one_cordon() -> None:
    other = pod(name="orders-1", uid=UID.replace("0c", "1c"))
    steps = lines(recreate([pod(), other], away_from="worker-1"))
    assert [steps.count(f"kubectl {verb} worker-1") for verb in ("cordon", "uncordon")] == [1, 1]


def test_a_pod_of_a_daemon_set_stays_on_its_node_so_no_node_is_cordoned() -> None:
    assert "cordon" not in " ".join(lines(recreate([pod("DaemonSet")], away_from="worker-1")))


def test_a_bare_pod_is_saved_before_it_is_deleted_and_applied_by_hand() -> None:
    steps = recreate([pod("")], away_from="worker-1")
    assert lines(steps) == [
        "kubectl cordon worker-1",
        "kubectl get pod orders-0 -n shop -o yaml",
        "kubectl delete pod orders-0 -n shop --timeout=5m",
        "by hand",
        "kubectl uncordon worker-1",
        "kubectl get pod orders-0 -n shop -o wide",
    ]
    (saved,) = [step.command for step in steps if step.command and step.command.save_as]
    assert saved.save_as == "pod-shop-orders-0-0c87fa8a.yaml"
    assert "no workload" in said(steps)
    assert "`kubectl create -f pod-shop-orders-0-0c87fa8a.yaml`" in said(steps)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (pod(deleting=True), "being deleted already"),
        (pod("Node"), "static pod"),
        (pod("CloneSet"), "belongs to CloneSet orders"),
        (pod(uid="$(touch canary)"), "no command is built from"),
        (pod(name="a" * 300), "no command is built from"),
        (pod("", name="a" * 180), "no command is built from"),  # too long for a file's name
    ],
)
def test_what_cannot_be_made_anew_by_deleting_it_is_told_by_hand(given: Pod, words: str) -> None:
    (step,) = recreate([given], away_from="worker-1")
    assert (step.command, step.host) == (None, ADMIN)
    assert words in step.does.en


def test_one_pod_by_hand_does_not_keep_another_from_being_made_anew() -> None:
    steps = lines(recreate([pod(uid="?"), pod(name="orders-1")]))
    assert "kubectl delete pod orders-1 -n shop --timeout=5m" in steps


def test_a_finished_pod_needs_nothing() -> None:
    assert recreate([pod("Job", phase="Succeeded"), pod("", phase="Failed")]) == ()


def test_a_node_with_an_odd_name_is_not_cordoned() -> None:
    assert "cordon" not in " ".join(lines(recreate([pod()], away_from="-f")))


def test_each_user_of_a_volume_is_looked_at_once_it_should_run() -> None:
    users = [Affected("shop", "orders-0", "orders-data", "pvc-1"), Affected("", "", "", "pvc-1")]
    (step,) = see_whether_they_run(users)
    assert step.command == Command(("kubectl", "get", "pod", "orders-0", "-n", "shop", "-o", "wide"))
    assert (step.effect, step.phase) == (Effect.READS, Phase.CONFIRM)
