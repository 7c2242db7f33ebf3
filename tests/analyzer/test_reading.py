"""Captures become facts, or `Unknown`."""

import pytest

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import StorageBackends, VolumeAttachments
from analyzer.facts.host import Host, KernelModules, ModuleLoading
from analyzer.facts.logs import Signals
from analyzer.facts.taken import ClusterTaken
from analyzer.reading import cluster_facts, node_facts, not_learned, pod_logs_by_node
from bundle.capture import Capture, ClusterSnapshot, CollectedFile, NodeSnapshot, Status

LSMOD = b"Module                  Size  Used by\niscsi_tcp 28672 0\n"
FC = b"2026-07-03 10:15:12.914022 28417 [ERROR]: Fibre Channel volume device not found.\n"


def node(*captures: Capture) -> NodeSnapshot:
    return NodeSnapshot("n1", captures)


def collected(probe: str, out: bytes = b"", **more: object) -> Capture:
    return Capture(probe, Status.COLLECTED, out=out, **more)  # type: ignore[arg-type]


def test_an_answer_becomes_its_fact():
    facts = node_facts(node(collected("lsmod", LSMOD)))
    assert isinstance(facts[KernelModules], KernelModules)


@pytest.mark.parametrize("status", [status for status in Status if not status.is_knowledge])
def test_a_status_that_is_no_knowledge_is_unknown_with_its_reason(status: Status):
    facts = node_facts(node(Capture("lsmod", status, reason="why", out=LSMOD)))
    assert facts[KernelModules] == Unknown("lsmod", status, "why")


def test_a_probe_that_is_not_in_the_bundle_is_unknown():
    unknown = node_facts(node())[KernelModules]
    assert isinstance(unknown, Unknown)
    assert unknown.status is Status.ABSENT


def test_an_answer_cut_off_at_its_limit_is_unknown_although_it_parses():
    facts = node_facts(node(collected("lsmod", LSMOD, truncated=True)))
    assert isinstance(facts[KernelModules], Unknown)


def test_an_answer_of_another_form_is_unknown_with_its_line():
    unknown = node_facts(node(collected("lsmod", b"Module Size Used by\nrubbish\n")))[KernelModules]
    assert isinstance(unknown, Unknown)
    assert "line 2" in unknown.reason


def test_a_tool_that_answers_on_stderr_is_read_there():
    err = b"modprobe: FATAL: Module iscsi_tcp not found in directory /lib/modules/6.1\n"
    loading = node_facts(node(collected("modprobe_iscsi_tcp", err=err)))[ModuleLoading]
    assert isinstance(loading, ModuleLoading)
    assert not loading.exists


def test_logs_are_scanned_in_files_and_in_answers():
    driver = collected("driver_logs", files=(CollectedFile("/var/log/huawei/huawei-csi-node", FC),))
    signals = node_facts(node(driver, collected("kernel_log")))[Signals]
    assert isinstance(signals, Signals)
    assert [hit.spans[0].capture for hit in signals.hits] == ["files/var/log/huawei/huawei-csi-node"]
    assert signals.scanned == ("driver_logs", "kernel_log")


def test_a_log_cut_off_at_its_limit_is_scanned_all_the_same():
    signals = node_facts(node(collected("kernel_log", b"x\n", truncated=True)))[Signals]
    assert isinstance(signals, Signals)
    assert signals.scanned == ("kernel_log",)


def test_without_any_log_signals_are_unknown():
    signals = node_facts(node(Capture("driver_logs", Status.DENIED, reason="why")))[Signals]
    assert signals == Unknown("driver_logs", Status.DENIED, "why")


def test_what_was_not_learned_is_listed_once_a_probe():
    snapshot = node(
        Capture("lsmod", Status.TIMEOUT, reason="why"), collected("host", b"broken"), collected("runtime_unit_files")
    )
    missing = not_learned(snapshot, node_facts(snapshot))
    assert [(one.probe, one.status) for one in missing] == [("lsmod", Status.TIMEOUT), ("host", Status.FAILED)]


def test_a_bundle_without_cluster_objects_says_so_for_every_kind():
    facts = cluster_facts(None)
    assert {kind for kind, fact in facts.items() if not isinstance(fact, Unknown)} == {ClusterTaken}
    assert Bindings in facts


def test_a_kind_that_was_refused_is_unknown_and_the_others_are_known():
    cluster = ClusterSnapshot((collected("volumeattachments", b"{}"), Capture("pods", Status.DENIED, reason="no")))
    facts = cluster_facts(cluster)
    assert facts[VolumeAttachments] == VolumeAttachments(())
    assert isinstance(facts[Bindings], Unknown)


def test_backends_are_known_without_their_contents():
    claims = collected("storagebackendclaims", b'{"items": [{"metadata": {"name": "b"}}]}')
    backends = cluster_facts(ClusterSnapshot((claims,)))[StorageBackends]
    assert isinstance(backends, StorageBackends)
    assert backends.items[0].online is None


def test_what_a_driver_pod_printed_belongs_to_the_node_it_runs_on():
    pods = collected("pods", b'{"items": [{"metadata": {"name": "csi-x"}, "spec": {"nodeName": "n1"}}]}')
    logs = {"csi-x/huawei-csi-driver": FC, "csi-x/liveness-probe": FC, "other/huawei-csi-driver": FC}
    cluster = ClusterSnapshot((pods,), logs)
    logs_of = pod_logs_by_node(cluster, cluster_facts(cluster))
    assert [hit.spans[0].capture for hit in logs_of["n1"].hits] == ["cluster/logs/csi-x/huawei-csi-driver.log"]
    assert list(logs_of) == ["n1"]


def test_a_host_without_a_final_newline_is_not_guessed():
    assert isinstance(node_facts(node(collected("host", b"n1\n5b0a7000")))[Host], Unknown)
