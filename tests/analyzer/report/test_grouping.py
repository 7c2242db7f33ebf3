"""Grouping: what is alike is told once, everything else has a row or is counted, and every link leads somewhere."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from analyzer.report.model import FindingView, Report, build
from analyzer.report.paper.grouping import (
    FINDINGS_PRINTED,
    FINDINGS_WHOLE,
    ROWS,
    STEPS_OF_HOST,
    STEPS_PRINTED,
    Paper,
    group,
)
from benchmarks.many_nodes import analysis_of
from tests.analyzer.report.example import example


@cache
def report_of(sick: int) -> Report:
    return build(analysis_of(nodes=2 * sick, sick=sick), "en")


def copies(finding: FindingView, count: int, **changes: str) -> tuple[FindingView, ...]:
    return tuple(
        replace(finding, anchor=f"f{n}", nodes=f"node-{n}", **{key: f"{value}{n}" for key, value in changes.items()})
        for n in range(count)
    )


def printed_findings(paper: Paper) -> list[str]:
    return [one.finding.rule for one in paper.findings]


def test_a_small_report_is_printed_whole() -> None:
    report = build(example(), "en")
    paper = group(report)
    assert [one.host for one in paper.hosts] == list(report.hosts)
    assert [len(one.steps) for one in paper.hosts] == [len(host.steps) for host in report.hosts]
    assert [one.finding for one in paper.findings] == list(report.findings)
    assert not any(one.rest or one.more_steps for one in paper.hosts)
    assert not paper.crowded


def test_hosts_whose_steps_differ_in_names_only_stand_under_the_first() -> None:
    paper = group(report_of(30))
    by_host = {one.host.host: [row.host.host for row in one.rest] for one in paper.hosts}
    assert by_host["node-0000"][:4] == ["node-0002", "node-0004", "node-0006", "node-0008"]
    assert "node-0010" not in by_host["node-0000"]  # has another cause


def test_each_host_is_printed_has_a_row_or_is_counted() -> None:
    report = report_of(30)
    paper = group(report)
    told = [one.host.anchor for one in paper.hosts] + [row.host.anchor for one in paper.hosts for row in one.rest]
    told += [row.host.anchor for row in paper.other_hosts]
    assert sorted(told) == sorted(host.anchor for host in report.hosts)
    assert paper.hosts_left_out == 0


def test_a_step_that_does_something_else_makes_another_kind_of_host() -> None:
    report = report_of(30)
    other = replace(report.hosts[5].steps[0], command="reboot now")
    changed = replace(report.hosts[5], steps=(other, *report.hosts[5].steps[1:]))
    paper = group(replace(report, hosts=(*report.hosts[:5], changed, *report.hosts[6:])))
    assert [one.host.anchor for one in paper.hosts if one.host.steps[0].command == "reboot now"] == [changed.anchor]


def test_a_row_names_the_scripts_subjects_and_whom_it_concerns() -> None:
    row = group(report_of(30)).hosts[1].rest[0]
    assert row.host.script == "runbook/node-0002.sh"
    assert row.subjects == ("wwid:3618cf24100000257015a764c000001f7", "wwid:3618cf24100000257016a764c000001f8")
    assert row.concerns == ("shop/app-2-2-0", "shop/app-2-3-0")


def test_of_a_host_with_very_many_steps_the_first_of_each_kind_is_printed_with_its_number() -> None:
    report = report_of(30)
    host = max(report.hosts, key=lambda host: host.destroying)
    flush, delete = host.steps[0], host.steps[2]
    alike = tuple(replace(flush, number=number) for number in range(1, STEPS_OF_HOST + 1))
    many = replace(host, steps=(*alike, replace(delete, number=STEPS_OF_HOST + 1)))
    (only,) = group(replace(report, hosts=(many, *(replace(many, anchor="h9"),) * 3))).hosts
    assert [step.number for step in only.steps] == [1, STEPS_OF_HOST + 1]
    assert [step.number for step in only.more_steps] == list(range(2, STEPS_OF_HOST + 1))


def test_hosts_that_have_nothing_in_common_are_listed_once_the_paper_is_full() -> None:
    host = report_of(30).hosts[-1]
    verbs = [f"{a}{b}" for a in "abcdefgh" for b in "abcdefgh"]
    hosts = tuple(
        replace(host, anchor=f"h{n}", host=f"x{n}", steps=(replace(host.steps[0], command=verb),) * 5)
        for n, verb in enumerate(verbs)
    )
    paper = group(replace(report_of(30), hosts=hosts))
    assert sum(len(one.steps) for one in paper.hosts) <= STEPS_PRINTED
    assert len(paper.hosts) + len(paper.other_hosts) == len(hosts)


def test_past_the_rows_hosts_and_findings_are_counted() -> None:
    report = build(example(), "en")
    hosts = tuple(replace(report.hosts[-2], anchor=f"h{n}") for n in range(ROWS + 100))
    findings = copies(report.findings[1], ROWS + 100)
    paper = group(replace(report, hosts=hosts, findings=findings))
    assert paper.hosts_left_out == 99
    assert len(paper.findings[0].rest) == ROWS
    assert paper.findings[0].count == ROWS + 99
    assert paper.findings[0].left_out == 99


def test_findings_that_say_the_same_stand_in_a_table_with_where_their_evidence_is() -> None:
    paper = group(report_of(30))
    assert paper.crowded
    first = next(one for one in paper.findings if one.finding.rule == "residual-multipath-map")
    assert first.rest[0].places[0].startswith("node-00")
    assert sum(row.count for row in first.rest) == first.count


def test_each_finding_is_printed_has_a_row_or_is_counted() -> None:
    report = report_of(30)
    paper = group(report)
    told = len(paper.findings) + sum(one.count for one in paper.findings)
    assert told + sum(row.count for row in paper.other_findings) + paper.findings_left_out == len(report.findings)


def test_another_cause_is_another_kind_of_finding() -> None:
    finding = build(example(), "en").findings[1]
    other = replace(finding, cause=("Something else took it away.",))
    paper = group(replace(report_of(30), findings=(*copies(finding, FINDINGS_WHOLE), other)))
    assert [one.finding.cause for one in paper.findings] == [finding.cause, other.cause]


def test_kinds_past_the_limit_have_a_row_each() -> None:
    finding = build(example(), "en").findings[1]
    kinds = tuple(
        replace(finding, anchor=f"f{n}", title=f"Kind {'ab'[n % 2] * (n + 1)}", nodes=str(n)) for n in range(40)
    )
    paper = group(replace(report_of(30), findings=kinds))
    assert len(paper.findings) == FINDINGS_PRINTED
    assert sum(row.count for row in paper.other_findings) == 40 - FINDINGS_PRINTED


def test_many_symptoms_of_one_cause_are_grouped_too() -> None:
    cause = build(example(), "en").findings[1]
    symptoms = copies(cause.symptoms[0], 200)
    (only,) = group(replace(report_of(30), findings=(replace(cause, symptoms=symptoms),))).findings
    assert len(only.symptoms) == 1
    assert only.symptoms[0].count == 199


def test_every_link_target_stands_on_the_paper() -> None:
    report = report_of(30)
    paper = group(report)
    assert {host.anchor for host in report.hosts} <= paper.anchors
    assert {finding.anchor for finding in report.findings} <= paper.anchors
