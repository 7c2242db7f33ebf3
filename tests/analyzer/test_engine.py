"""From a bundle to its verdict: the samples' nodes, packed and as folders."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.engine import Analysis, analyse, analyse_folder
from analyzer.findings import Finding
from analyzer.rules import Scope, all_rules
from analyzer.runbook import ADMIN, Effect
from bundle.capture import ClusterSnapshot, NodeSnapshot, Outcome, Status
from bundle.folder import node_folders, read_cluster_folder, read_node_folder
from bundle.layout import BundleError
from bundle.writer import BundleWriter

SAMPLES = Path(__file__).parents[2] / "samples"
EXPECTED = sorted(SAMPLES.glob("*/EXPECTED.json"))


def sample_node(sample: str, name: str = "worker-1") -> NodeSnapshot:
    nodes = (read_node_folder(folder) for folder in node_folders(SAMPLES / sample))
    return next(node for node in nodes if node.node == name)


def sample_cluster(sample: str) -> ClusterSnapshot:
    return read_cluster_folder(SAMPLES / sample / "cluster")


def packed(folder: Path, *nodes: NodeSnapshot, cluster: ClusterSnapshot | None = None, targets: tuple[str, ...] = ()):
    path = folder / "b.tar.gz"
    names = [*(node.node for node in nodes), *targets]
    with BundleWriter(
        path, name="b", started="2026-11-22T15:00:00Z", tool_version="0", options={}, targets=names
    ) as writer:
        if cluster is not None:
            writer.add_cluster(cluster)
        for node in nodes:
            writer.add_node(node)
    return path


def without(node: NodeSnapshot, probe: str, status: Status) -> NodeSnapshot:
    captures = (replace(one, status=status, out=b"") if one.probe == probe else one for one in node.captures)
    return replace(node, captures=tuple(captures))


def told(findings: tuple[Finding, ...]) -> set[tuple[str, tuple[str, ...], str, str]]:
    return {(one.rule, one.nodes, one.subject, one.certainty.value) for one in findings}


def unsure(analysis: Analysis, node: str) -> set[str]:
    return {gap.rule for gap in analysis.verdict.inconclusive if gap.node == node}


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.parent.name)
def test_a_sample_gives_just_the_findings_it_must(expected: Path):
    wanted = json.loads(expected.read_text())["findings"]
    found = analyse_folder(expected.parent).verdict.findings
    assert told(found) == {(one["rule"], tuple(one["nodes"]), one["subject"], one["certainty"]) for one in wanted}


def test_the_result_does_not_depend_on_the_number_of_workers(tmp_path: Path):
    cluster = sample_cluster("fc_device_not_found")
    first = sample_node("fc_device_not_found")
    nodes = [replace(first, node=f"worker-{number}") for number in range(7)]
    path = packed(tmp_path, *nodes, cluster=cluster)
    assert analyse(path, workers=1) == analyse(path, workers=3)


def test_a_bundle_and_its_folder_give_the_same_findings(tmp_path: Path):
    path = packed(tmp_path, sample_node("stale_fail"), cluster=sample_cluster("stale_fail"))
    assert analyse(path).verdict.findings == analyse_folder(SAMPLES / "stale_fail").verdict.findings


def test_a_folder_may_be_given_instead_of_a_file():
    assert analyse(SAMPLES / "healthy").verdict.findings == ()


def test_a_healthy_sample_clears_every_rule_for_its_node():
    verdict = analyse(SAMPLES / "healthy").verdict
    assert {one.rule for one in verdict.cleared} == {rule.id for rule in all_rules()}
    assert verdict.inconclusive == ()


def test_a_capture_that_timed_out_makes_its_rules_inconclusive_and_removes_nothing(tmp_path: Path):
    node = without(sample_node("stale_fail"), "sysfs_block", Status.TIMEOUT)
    analysis = analyse(packed(tmp_path, node, cluster=sample_cluster("stale_fail")))
    assert "residual-multipath-map" in unsure(analysis, "worker-1")
    assert not [step for book in analysis.runbooks for step in book.steps if step.effect is Effect.DESTROYS]


def test_an_answer_cut_off_in_the_middle_is_no_knowledge(tmp_path: Path):
    node = sample_node("stale_fail")
    captures = tuple(replace(one, truncated=one.probe == "sysfs_block") for one in node.captures)
    analysis = analyse(packed(tmp_path, replace(node, captures=captures), cluster=sample_cluster("stale_fail")))
    assert "residual-multipath-map" in unsure(analysis, "worker-1")


def test_without_the_cluster_nothing_is_destroyed(tmp_path: Path):
    analysis = analyse(packed(tmp_path, sample_node("stale_fail")))
    assert not [step for book in analysis.runbooks for step in book.steps if step.effect is Effect.DESTROYS]


def test_without_the_hosts_identity_nothing_that_changes_it_is_offered(tmp_path: Path):
    node = without(sample_node("iscsi_module", "worker-2"), "host", Status.FAILED)
    analysis = analyse(packed(tmp_path, node, cluster=sample_cluster("iscsi_module")))
    assert analysis.verdict.findings[0].rule == "iscsi-tcp-not-loaded"
    on_node = [step for book in analysis.runbooks for step in book.steps if step.host != ADMIN]
    assert {step.effect for step in on_node} == {Effect.READS}
    assert "iscsi-tcp-not-loaded" in unsure(analysis, "worker-2")


def test_a_node_that_was_never_reached_is_inconclusive_for_every_rule(tmp_path: Path):
    analysis = analyse(packed(tmp_path, sample_node("healthy"), targets=("worker-9",)))
    assert [(node.node, node.outcome) for node in analysis.nodes][1] == ("worker-9", Outcome.UNREACHABLE)
    assert unsure(analysis, "worker-9") >= {rule.id for rule in all_rules() if rule.scope is Scope.NODE}


def test_an_unreachable_node_is_cleared_only_of_what_the_cluster_tells(tmp_path: Path):
    node = sample_node("outage", "worker-2")
    verdict = analyse(packed(tmp_path, node, cluster=sample_cluster("outage"))).verdict
    cleared = {one.rule for one in verdict.cleared if "worker-2" in one.nodes}
    # attachments keep their errors, and the driver's pods say which multipath software they use
    assert cleared == {"initiator-in-use", "initiator-missing", "residual-ultrapath-disk"}


def test_the_runbook_is_bound_to_bundle_host_and_boot():
    (book,) = analyse(SAMPLES / "stale_fail").runbooks
    host = analyse(SAMPLES / "stale_fail").nodes[0].host
    assert host is not None
    assert (book.host, book.hostname, book.boot_id) == ("worker-1", host.hostname, host.boot_id)
    assert book.bundle == analyse(SAMPLES / "stale_fail").bundle.name


def test_the_admin_hosts_runbook_comes_first_and_every_step_is_listed_once():
    books = analyse(SAMPLES / "fc_device_not_found").runbooks
    assert books[0].host == ADMIN
    assert all(len({step.id for step in book.steps}) == len(book.steps) for book in books)


def test_every_step_of_a_finding_is_in_a_runbook():
    analysis = analyse(SAMPLES / "fc_device_not_found")
    offered = {step.id for book in analysis.runbooks for step in book.steps}
    assert {step.id for finding in analysis.verdict.findings for step in finding.steps} == offered


def test_a_missing_fc_device_is_folded_under_the_residual_maps_of_its_node():
    findings = analyse(SAMPLES / "fc_device_not_found").verdict.findings
    symptom = next(one for one in findings if one.rule == "fc-device-not-found" and one.nodes == ("worker-1",))
    causes = [one for one in findings if symptom.id in one.explains]
    assert {one.rule for one in causes} == {"residual-multipath-map"}
    assert findings.index(symptom) > max(findings.index(one) for one in causes)
    assert {step.id for step in causes[0].steps} <= {step.id for step in symptom.steps}


def test_a_queueing_map_is_folded_under_its_own_residual_map():
    findings = analyse(SAMPLES / "stale_queue").verdict.findings
    explained = {one.subject: one.explains for one in findings if one.rule == "residual-multipath-map"}
    assert explained == {subject: (f"map-queues-forever/worker-1/{subject}",) for subject in explained}


def test_a_file_that_is_no_bundle_is_refused_in_one_sentence(tmp_path: Path):
    path = tmp_path / "x.tar.gz"
    path.write_bytes(b"hello")
    with pytest.raises(BundleError):
        analyse(path)
