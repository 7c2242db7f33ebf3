"""The report's model: the verdict in words, causes before symptoms, what could not be checked, grouping."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.facts import Unknown
from analyzer.findings import Certainty, Cleared, Inconclusive, Verdict
from analyzer.pictures.parts import Part, PodPart, Remark, State, What
from analyzer.report.model import build, shortened
from analyzer.report.views import Report
from analyzer.report.words import Words, catalogue
from analyzer.texts import Lang, Text, holes
from bundle.capture import Outcome, Status
from tests.analyzer.report.example import FC, IN_USE, NodeSummary, analysis, example
from tests.analyzer.report.test_drawing import pictures


@pytest.fixture
def report() -> Report:
    return build(example(), "en")


def nodes(count: int, outcome: Outcome = Outcome.COLLECTED) -> tuple[NodeSummary, ...]:
    return tuple(NodeSummary(f"node-{number:04}", outcome, "") for number in range(count))


def test_the_verdict_says_what_is_wrong_on_which_nodes_and_who_is_affected(report: Report) -> None:
    assert report.verdict.headline == "LUN id reused on worker-d"
    assert report.verdict.also == ("Residual multipath map on worker-a (2), worker-b and worker-c",)
    assert report.verdict.affected == "Pods concerned: billing/ledger-0, billing/ledger-1 and shop/orders-0."
    assert report.verdict.gaps == "Not everything could be checked on the cluster and worker-c and worker-e."


def test_the_verdict_tells_the_root_cause_in_one_sentence(report: Report) -> None:
    assert report.verdict.cause.startswith("Its LUN id was given to volume ")


def test_a_symptom_shared_by_several_causes_is_no_root_cause() -> None:
    shared = replace(FC, certainty=Certainty.POSSIBLE)
    told = build(analysis(Verdict((shared,)), nodes(1)), "en").verdict.cause
    assert told.startswith("Cannot tell the root cause for certain: ")


def test_the_verdict_speaks_chinese() -> None:
    verdict = build(example(), "zh").verdict
    assert verdict.headline == "worker-d：LUN ID 被复用"
    assert verdict.affected == "涉及的 Pod：billing/ledger-0、billing/ledger-1、shop/orders-0。"


def test_a_symptom_stands_once_under_the_first_cause_that_explains_it(report: Report) -> None:
    first, second = report.findings[1], report.findings[2]
    assert [symptom.rule for symptom in first.symptoms] == [FC.rule]
    assert (second.symptoms, [link.text for link in second.also_explains]) == ((), [FC.title.en])
    assert FC.rule not in [finding.rule for finding in report.findings]


def test_findings_that_explain_each_other_are_all_told() -> None:
    a, b = replace(FC, subject="a"), replace(FC, subject="b")
    circle = Verdict((a.explaining(b.id), b.explaining(a.id)))
    told = build(analysis(circle, nodes(1)), "en").findings
    assert [len(finding.symptoms) for finding in told] == [1, 0] or len(told) == 2


def test_the_admin_hosts_steps_come_first_then_those_of_the_worst_finding(report: Report) -> None:
    assert [host.script for host in report.hosts] == [
        f"runbook/{host}.sh" for host in ("admin", "worker-d", "worker-a", "worker-b")
    ]


def test_the_verdict_says_how_it_stands_with_a_pod_and_how_sure_the_cause_is() -> None:
    pod = PodPart(Part("shop/orders-0", State.ALIVE, (Remark(What.PHASE, "Running"),)), "worker-2")
    pictured = replace(example(), pictures=(replace(pictures("stale_fail")[0], pods=(pod,)),))
    told = build(pictured, "en").verdict
    assert "shop/orders-0 (Running on worker-2)" in told.affected
    assert told.certainty == "confirmed"


def test_nodes_of_the_cluster_that_were_not_asked_are_named() -> None:
    partly = replace(example(), bundle=replace(example().bundle, left_out=("worker-8", "worker-9")))
    assert ("Not collected", "worker-8 and worker-9") in [(f.name, f.value) for f in build(partly, "en").bundle.facts]


def test_a_finding_without_command_is_named_under_what_to_do(report: Report) -> None:
    assert [link.text for link in report.without_command] == [IN_USE.title.en]


def test_a_step_tells_effect_guard_command_and_what_to_expect(report: Report) -> None:
    step = report.hosts[2].steps[2]
    assert (step.effect, step.command) == ("destroys", "printf '%s\\n' 1 | tee /sys/block/sdb/device/delete")
    assert step.guards[1] == "sdb is not in use: not held, not mounted, no swap"
    assert step.expect
    assert step.if_fails


def test_evidence_is_quoted_with_node_probe_and_lines(report: Report) -> None:
    assert [quote.place for quote in report.findings[1].quotes] == [
        "worker-a multipath_ll:6-10",
        "worker-a dmsetup_info:3",
        "worker-a kernel_log:811-812",
    ]


def test_what_could_not_be_checked_names_probe_status_reason_and_repair(report: Report) -> None:
    cluster, partial, gone = report.unchecked
    assert cluster.missing[0].repair == "Let the kubeconfig's user list volumeattachments, and collect again."
    assert [(gap.probe, gap.status) for gap in partial.missing] == [("dmsetup_table", "denied"), ("lvm_pvs", "timeout")]
    assert partial.missing[0].rules == ("Map queues for ever", "Residual SCSI disk")
    assert [(gap.probe, gap.reason) for gap in gone.missing] == [("every probe", "no route to host 192.0.2.15")]


def test_nodes_with_the_same_gaps_and_outcomes_share_an_entry() -> None:
    many = nodes(5000)
    gap = Unknown("multipath_ll", Status.DENIED, "need to be root")
    verdict = Verdict((), tuple(Inconclusive("path-degraded", node.node, (gap,)) for node in many))
    report = build(analysis(verdict, many), "en")
    assert len(report.unchecked) == len(report.outcomes) == 1
    assert report.unchecked[0].where == "all 5000 nodes"


def test_a_clean_bundle_is_called_clean_only_if_all_was_checked() -> None:
    clean = build(analysis(Verdict((), (), (Cleared("path-degraded", ("node-0000",)),)), nodes(1)), "en").verdict
    assert (clean.level, clean.headline) == ("clear", "Nothing wrong was found on node-0000.")
    gap = Inconclusive("path-degraded", "node-0000", (Unknown("multipath_ll", Status.TIMEOUT, ""),))
    unsure = build(analysis(Verdict((), (gap,)), nodes(1)), "en").verdict
    assert unsure.level == "unsure"
    assert "not everything could be checked" in unsure.headline
    assert unsure.cause == "Cannot tell, because these answers are missing: multipath_ll of node-0000 (timed out)."


def test_a_cluster_that_could_not_be_asked_is_no_clean_bill_of_health() -> None:
    gap = Inconclusive("attach-never-requested", "", (Unknown("pods", Status.DENIED, "forbidden"),))
    assert build(analysis(Verdict((), (gap,)), nodes(2)), "en").verdict.level == "unsure"


def test_a_bundle_without_nodes_is_not_called_clean() -> None:
    assert build(analysis(Verdict(()), ()), "en").verdict.level == "unsure"


def test_a_shortened_report_says_what_is_left_out(report: Report) -> None:
    short = shortened(report, hosts=1, findings=2)
    assert (len(short.hosts), len(short.findings)) == (1, 2)
    assert short.more_hosts.startswith("The steps of 3 more hosts are in report.html")
    assert short.more_findings.startswith("3 more findings")


def test_both_languages_of_every_heading_are_filled_with_equal_holes() -> None:
    for key, text in catalogue().items():
        assert text.en, key
        assert text.zh, key
        assert holes(text.en) == holes(text.zh), key


@pytest.mark.parametrize(("lang", "listed"), [("en", "a, b and c"), ("zh", "a、b、c")])
def test_names_are_listed_as_the_language_lists_them(lang: Lang, listed: str) -> None:
    assert Words(lang).listed(["a", "b", "c"]) == listed
    assert Words(lang).listed(["a", "b", "c"], 1) == Words(lang).say("list.and_more", names="a", n=2)


def test_a_title_with_braces_is_told_as_it_is() -> None:
    odd = replace(FC, rule="not-a-rule", title=Text(en="map {name}", zh="设备 {name}").fill(name="{x}"))
    assert build(analysis(Verdict((odd,)), nodes(1)), "en").verdict.headline == "map {x} on worker-a"


def test_what_was_switched_off_is_not_told_to_be_installed() -> None:
    off = Unknown("nfs_mount", Status.ABSENT, "switched off with --no-active")
    log = Unknown("driver_logs", Status.ABSENT, "this log was not collected")
    gaps = (Inconclusive("path-degraded", "node-0000", (off, log)),)
    view = build(analysis(Verdict((), gaps), nodes(1)), "en").unchecked[0]
    told = {missing.probe: missing.repair for missing in view.missing}
    assert told["nfs_mount"] == "Collect again without --no-active."
    assert "logs" in told["driver_logs"]


def test_a_finding_may_call_itself_something_else_in_the_verdict() -> None:
    late = replace(FC, certainty=Certainty.CONFIRMED, kind=Text(en="Something of the past", zh="已过去"))
    assert build(analysis(Verdict((late,)), nodes(1)), "en").verdict.headline.startswith("Something of the past on ")
