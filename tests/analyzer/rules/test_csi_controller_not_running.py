"""The driver's controller: down, scaled away, lost with its node; and what only looks like it."""

from __future__ import annotations

import pytest

from analyzer.facts.cluster import Condition, Pods
from analyzer.facts.workloads import Deployments
from analyzer.findings import Affected, Certainty, Finding
from analyzer.rules.attach.csi_controller_not_running import csi_controller_not_running as rule
from analyzer.runbook import Effect
from tests.analyzer.rules.attaching import (
    JUST_NOW,
    UNKNOWN,
    PersistentVolumeClaims,
    claim,
    cluster_node,
    container,
    controller,
    deployment,
    event,
    found,
    judged,
    lost,
    node_pod,
    nodes,
)

NODE = node_pod("n1")


def driver(**more: object):
    return controller(container("huawei-csi-driver", ready=False, **more))


CRASHING = driver(waiting="CrashLoopBackOff", message="back-off 5m0s restarting", restarts=9, ended="OOMKilled")


def silent(**facts: object) -> bool:
    said = judged(rule, **facts)
    return not said.findings and not said.inconclusive


def commands(*pods: object, **facts: object) -> list[str]:
    steps = found(rule, Pods=Pods(pods), **facts).steps  # type: ignore[arg-type]
    return [" ".join(step.command.argv) for step in steps if step.command]


def by_hand(finding: Finding) -> str:
    return " ".join(step.does.en for step in finding.steps if step.command is None)


def test_a_crash_is_confirmed_with_its_reason_and_its_remedy():
    finding = found(rule, Pods=Pods((NODE, CRASHING)), Deployments=deployment(ready=0))
    assert finding.certainty is Certainty.CONFIRMED
    assert "OOMKilled" in finding.cause.en
    assert "memory limit" in by_hand(finding)
    assert "memory limit" not in finding.cause.en


def test_the_log_of_what_ended_is_read():
    ended = "kubectl -n huawei-csi logs huawei-csi-controller-abcn2 -c huawei-csi-driver --previous --tail=50"
    assert ended in commands(NODE, CRASHING)


def test_a_deployment_without_a_pod_is_confirmed():
    finding = found(rule, Pods=Pods((NODE,)), Deployments=deployment(ready=0))
    assert finding.certainty is Certainty.CONFIRMED
    assert "no pod" in finding.cause.en


def test_a_deployment_scaled_to_0_is_scaled_up_again():
    finding = found(rule, Pods=Pods((NODE,)), Deployments=deployment(0, 0))
    assert "scaled to 0" in finding.cause.en
    scale = "kubectl -n huawei-csi scale deployment huawei-csi-controller --replicas=1"
    assert scale in commands(NODE, Deployments=deployment(0, 0))


def test_a_driver_without_its_deployment_is_told():
    assert "installed in part" in found(rule, Pods=Pods((NODE,)), Deployments=Deployments(())).cause.en


def test_a_pod_on_a_lost_node_does_not_run_however_well_it_looks():
    finding = found(rule, Pods=Pods((NODE, controller())), ClusterNodes=nodes(lost("n2")))
    assert "has not been ready since 2026-07-03T09:55:00Z" in finding.cause.en
    assert "five minutes" in by_hand(finding)


def test_a_pod_without_a_node_quotes_the_scheduler():
    unplaced = controller(
        container("huawei-csi-driver", ready=False), node="", phase="Pending", unschedulable="0/2 nodes are available"
    )
    assert "0/2 nodes are available" in found(rule, Pods=Pods((NODE, unplaced))).cause.en


def test_events_of_the_pod_are_quoted():
    refused = event("Failed to pull image", "Failed", about="huawei-csi-controller-abcn2")
    waiting = driver(waiting="ImagePullBackOff")
    finding = found(rule, Pods=Pods((NODE, waiting)), Events=refused)
    assert "Failed to pull image" in finding.cause.en
    assert "pull secret" in by_hand(finding)


def test_a_container_that_runs_but_is_not_ready_is_only_likely():
    finding = found(rule, Pods=Pods((NODE, driver(runs=True))))
    assert finding.certainty is Certainty.LIKELY
    assert "its probe fails" in finding.cause.en


EVICTED = controller(
    name="huawei-csi-controller-old",
    phase="Failed",
    reason="Evicted",
    message="The node was low on resource: ephemeral-storage. ",
    containers=(),
)
UNPLACED = controller(
    container("huawei-csi-driver", ready=False),
    node="",
    phase="Pending",
    unschedulable="0/2 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.",
)


def test_an_eviction_is_told_with_the_nodes_that_lack_disk_space():
    full = Condition("DiskPressure", "True", "KubeletHasDiskPressure", "", "2026-07-03T09:50:00Z", "")
    finding = found(
        rule, Pods=Pods((NODE, EVICTED, UNPLACED)), ClusterNodes=nodes(cluster_node("n2", conditions=(full,)))
    )
    assert "was evicted from n2: The node was low on resource: ephemeral-storage." in finding.cause.en
    assert "Node n2 has had DiskPressure since 2026-07-03T09:50:00Z" in finding.cause.en
    assert "Free disk space" in by_hand(finding)


def test_of_a_pod_without_a_node_no_container_is_said_to_run():
    assert "Container" not in found(rule, Pods=Pods((NODE, UNPLACED))).cause.en


def test_a_container_of_which_kubernetes_tells_no_state_is_not_said_to_run():
    assert "does not say why" in found(rule, Pods=Pods((NODE, driver()))).cause.en


def test_a_pending_claim_suffers():
    waiting = PersistentVolumeClaims((claim(phase="Pending", volume=""),))
    finding = found(rule, Pods=Pods((NODE, CRASHING)), PersistentVolumeClaims=waiting)
    assert Affected("shop", "", "data", "") in finding.affects


@pytest.mark.parametrize(
    "pods",
    [
        (NODE, controller()),
        (NODE, CRASHING, controller(node="n1")),
        (NODE, controller(container("huawei-csi-driver", ready=False), created=JUST_NOW)),
    ],
)
def test_a_controller_that_works_or_just_starts_is_not_reported(pods: tuple[object, ...]):
    assert silent(Pods=Pods(pods))  # type: ignore[arg-type]


def test_a_cluster_without_the_driver_is_left_alone():
    assert silent(Pods=Pods(()), Deployments=Deployments(()))


def test_without_the_pods_it_cannot_know():
    assert judged(rule, Pods=UNKNOWN).inconclusive


def test_nothing_is_destroyed():
    steps = found(rule, Pods=Pods((NODE, CRASHING))).steps
    assert Effect.DESTROYS not in {step.effect for step in steps}
