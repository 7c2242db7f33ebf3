"""The node plugin: not there, not ready, not registered; and which of it matters to a pod."""

from __future__ import annotations

import pytest

from analyzer.facts import Unknown
from analyzer.facts.cluster import Events, Pod, Pods
from analyzer.findings import Certainty, Finding, Severity
from analyzer.rules.attach.csi_node_plugin_not_running import csi_node_plugin_not_running as rule
from tests.analyzer.rules.attaching import (
    JUST_NOW,
    UNKNOWN,
    container,
    controller,
    csi_nodes,
    event,
    found,
    hit,
    judged,
    log,
    logs,
    lost,
    node_pod,
    nodes,
    pod,
)

SAID = "MountVolume.MountDevice failed: driver name csi.huawei.com not found in the list of registered CSI drivers"


def plugin(waiting: str = "", message: str = "", node: str = "n1", **more: object) -> Pod:
    return node_pod(node, container("huawei-csi-driver", ready=False, waiting=waiting, message=message), **more)


def with_plugins(*plugins: Pod, waiting: tuple[Pod, ...] = (pod(),)) -> Pods:
    return Pods((*waiting, *plugins, controller()))


def silent(**facts: object) -> bool:
    said = judged(rule, **facts)
    return not said.findings and not said.inconclusive


def by_hand(finding: Finding) -> str:
    return " ".join(step.does.en for step in finding.steps if step.command is None)


@pytest.mark.parametrize(
    ("plugged", "events", "words"),
    [
        (plugin("CrashLoopBackOff", "back-off 5m0s"), Events(()), ("CrashLoopBackOff", "Mend what")),
        (plugin("InvalidImageName", "couldn't parse image name"), Events(()), ("InvalidImageName", "values.yaml")),
        (plugin("ImagePullBackOff"), Events(()), ("ImagePullBackOff", "pull secret")),
        (
            plugin("ContainerCreating"),
            event(
                "hostPath type check failed: /etc/localtime is not a file", "FailedMount", about="huawei-csi-node-abcn1"
            ),
            ("/etc/localtime is not a file", "type: File"),
        ),
        (
            plugin("ContainerCreating"),
            event(
                "hostPath type check failed: /var/lib/iscsi is not a directory",
                "FailedMount",
                about="huawei-csi-node-abcn1",
            ),
            ("/var/lib/iscsi is not a directory", "open-iscsi"),
        ),
    ],
)
def test_what_kubernetes_says_of_the_pod_is_quoted_and_read(plugged: Pod, events: Events, words: tuple[str, str]):
    finding = found(rule, Pods=with_plugins(plugged), Events=events)
    assert (finding.certainty, finding.severity) == (Certainty.CONFIRMED, Severity.ERROR)
    quoted, remedy = words
    assert quoted in finding.cause.en
    assert remedy in by_hand(finding)


def test_the_end_of_a_long_message_is_quoted_for_it_names_the_cause():
    said = event(f"Failed to pull image: {'x' * 400}: 401 Unauthorized", "Failed", about="huawei-csi-node-abcn1")
    finding = found(rule, Pods=with_plugins(plugin("ImagePullBackOff")), Events=said)
    assert "401 Unauthorized" in finding.cause.en


def test_a_probe_that_finds_its_port_taken_is_told():
    probe = container("liveness-probe", ready=False, waiting="CrashLoopBackOff")
    own = node_pod("n1", container("huawei-csi-driver"), probe)
    taken = logs(
        n1=log("2026-07-03 09:00:00.000000", "2026-07-03 10:00:00.000000", hit("sidecar-port-in-use", port="9800"))
    )
    finding = found(rule, Pods=with_plugins(own), Signals=taken)
    assert "port 9800 is taken" in finding.cause.en
    assert "ss -ltnp" in by_hand(finding)


def test_no_pod_on_the_node_of_a_waiting_pod_is_confirmed():
    finding = found(rule, Pods=with_plugins(node_pod("n2")))
    assert finding.certainty is Certainty.CONFIRMED
    assert "no pod of huawei-csi-node on n1" in finding.cause.en


def test_a_node_pod_without_a_node_is_quoted():
    unplaced = plugin(node="", unschedulable="1 node(s) didn't have free ports for the requested pod ports")
    assert "free ports" in found(rule, Pods=with_plugins(node_pod("n2"), unplaced)).cause.en


def test_a_kubelet_that_does_not_list_the_driver_is_confirmed():
    assert found(rule, CsiNodes=csi_nodes()).certainty is Certainty.CONFIRMED


def test_the_words_of_the_event_alone_make_it_likely():
    assert found(rule, CsiNodes=UNKNOWN, Events=event(SAID, "FailedMount")).certainty is Certainty.LIKELY


def test_the_kubelets_journal_counts_where_csinode_is_unknown():
    journal = log(
        "2026-07-03 09:00:00.000000",
        "2026-07-03 10:00:00.000000",
        hit("kubelet-driver-not-registered", driver="csi.huawei.com"),
    )
    assert found(rule, CsiNodes=UNKNOWN, Signals=logs(n1=journal)).certainty is Certainty.LIKELY
    assert silent(Signals=logs(n1=journal))


def test_an_old_event_of_a_registration_that_is_there_now_is_not_reported():
    assert silent(Events=event(SAID, "FailedMount", last="2026-07-03T10:05:00Z"))


def test_the_same_trouble_on_many_nodes_is_told_once():
    both = with_plugins(plugin("ImagePullBackOff"), plugin("ImagePullBackOff", node="n2"), waiting=())
    finding = found(rule, Pods=both)
    assert finding.nodes == ("n1", "n2")
    assert finding.severity is Severity.WARNING


def test_nodes_on_which_pods_wait_come_first():
    both = with_plugins(plugin("ImagePullBackOff"), plugin("ImagePullBackOff", node="n2"))
    found_on = {one.nodes: one.severity for one in judged(rule, Pods=both).findings}
    assert found_on == {("n1",): Severity.ERROR, ("n2",): Severity.WARNING}


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"Pods": with_plugins(plugin(created=JUST_NOW))},
        {"Pods": with_plugins(plugin("CrashLoopBackOff")), "ClusterNodes": nodes(lost("n1"))},
        {"Pods": with_plugins(node_pod("n2"), waiting=())},
        {"Pods": Pods((pod(), controller()))},  # a driver that is packed in another way
    ],
)
def test_what_only_looks_alike_is_not_reported(facts: dict[str, object]):
    assert silent(**facts)


def test_without_the_pods_it_cannot_know():
    assert isinstance(judged(rule, Pods=UNKNOWN).inconclusive[0].missing[0], Unknown)
