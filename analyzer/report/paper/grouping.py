"""What is alike is told once: a Report -> what a stack of paper can hold.

Input    a report, with 1 sick node or 5,000.
Output   `Paper`: hosts whose steps are of the same kinds stand under one of them, whose steps are printed; so do the
findings of one kind.  All others have a row in a table, or are counted: nothing is left out in silence.
The limits are below; a report that keeps within them is printed whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from analyzer.findings import Affected
from analyzer.report.paper.likeness import names_in, pattern
from analyzer.report.views import FindingView, HostView, Report, StepView, flat

STEPS_WHOLE = 48  # of all hosts together: as many are printed host by host
STEPS_PRINTED = 80  # past that, of the hosts that stand for others
STEPS_OF_HOST = 40  # of one host; past that only the first of each kind
FINDINGS_WHOLE = 8  # as many are printed one by one
SYMPTOMS_WHOLE = 3  # of one finding
FINDINGS_PRINTED = 16  # past that, of those that stand for others
ROWS = 600  # of hosts, and of findings


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host whose steps are not printed: what they are for."""

    host: HostView
    subjects: tuple[str, ...]
    concerns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HostGroup:
    """`steps` are printed, `more_steps` of the same host told in a line each; `rest` are the hosts like it."""

    host: HostView
    steps: tuple[StepView, ...]
    more_steps: tuple[StepView, ...]
    rest: tuple[HostRow, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """The `count` findings of one kind on the same nodes; `places` is where their evidence stands."""

    count: int
    anchors: tuple[str, ...]
    title: str
    nodes: str
    subjects: tuple[str, ...]
    concerns: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """`count` are the findings like the one that is printed, `left_out` of them without a row; `folded` the symptoms
    that are not printed.
    """

    finding: FindingView
    symptoms: tuple[FindingGroup, ...]
    rest: tuple[FindingRow, ...]
    count: int
    left_out: int
    folded: int


@dataclass(frozen=True, slots=True)
class Paper:
    """`other_hosts`, `other_findings` are of kinds that are not printed; `anchors` is where a link can lead.

    `crowded`: there are so many findings that each has to be short.
    """

    hosts: tuple[HostGroup, ...]
    other_hosts: tuple[HostRow, ...]
    hosts_left_out: int
    findings: tuple[FindingGroup, ...]
    other_findings: tuple[FindingRow, ...]
    findings_left_out: int
    crowded: bool
    anchors: frozenset[str]


def group(report: Report) -> Paper:
    told = {finding.anchor: finding for finding, _ in flat(report.findings)}
    hosts, other_hosts, hosts_left_out = _hosts(report.hosts, told)
    findings, other_findings, findings_left_out = _findings(report.findings)
    return Paper(
        hosts=hosts,
        other_hosts=other_hosts,
        hosts_left_out=hosts_left_out,
        findings=findings,
        other_findings=other_findings,
        findings_left_out=findings_left_out,
        crowded=len(report.findings) > FINDINGS_WHOLE,
        anchors=frozenset((*_anchors_of_hosts(hosts, other_hosts), *_anchors_of_findings(findings, other_findings))),
    )


# hosts


def _hosts(
    hosts: Sequence[HostView], told: Mapping[str, FindingView]
) -> tuple[tuple[HostGroup, ...], tuple[HostRow, ...], int]:
    if sum(len(host.steps) for host in hosts) <= STEPS_WHOLE:
        return tuple(HostGroup(host, host.steps, (), ()) for host in hosts), (), 0
    groups: list[HostGroup] = []
    others: list[HostRow] = []
    printed, rows = 0, iter(range(ROWS))
    for alike in _by_kinds(hosts, told):
        steps, more = _first_of_each_kind(alike[0], told)
        if groups and printed + len(steps) > STEPS_PRINTED:
            others += [_host_row(host, told) for host, _ in zip(alike, rows, strict=False)]
            continue
        printed += len(steps)
        rest = tuple(_host_row(host, told) for host, _ in zip(alike[1:], rows, strict=False))
        groups.append(HostGroup(alike[0], steps, more, rest))
    shown = len(groups) + len(others) + sum(len(one.rest) for one in groups)
    return tuple(groups), tuple(others), len(hosts) - shown


def _by_kinds(hosts: Sequence[HostView], told: Mapping[str, FindingView]) -> list[list[HostView]]:
    """Hosts with the same kinds of steps; the first host of a report, which may be the admin's, stays in front."""
    groups: dict[tuple[str, ...], list[HostView]] = {}
    for host in hosts:
        groups.setdefault(tuple(dict.fromkeys(_kinds(host, told))), []).append(host)
    first, *others = groups.values()
    return [first, *sorted(others, key=lambda alike: -len(alike))]


def _kinds(host: HostView, told: Mapping[str, FindingView]) -> list[str]:
    names = names_in((host.host, *(name for finding in _of(host, told) for name in _names(finding))))
    return [f"{step.effect} {pattern(step.command or step.does, names)}" for step in host.steps]


def _names(finding: FindingView) -> Iterable[str]:
    yield from finding.subject.split(":")
    for victim in finding.affects:
        yield from (victim.namespace, victim.pod, victim.pvc, victim.pv)


def _of(host: HostView, told: Mapping[str, FindingView]) -> list[FindingView]:
    return [told[link.anchor] for link in host.findings if link.anchor in told]


def _first_of_each_kind(
    host: HostView, told: Mapping[str, FindingView]
) -> tuple[tuple[StepView, ...], tuple[StepView, ...]]:
    """The steps to print, and the others; all are printed when they are not too many."""
    if len(host.steps) <= STEPS_OF_HOST:
        return host.steps, ()
    first: dict[str, int] = {}
    for step, kind in zip(host.steps, _kinds(host, told), strict=True):
        first.setdefault(kind, step.number)
    printed = set(list(first.values())[:STEPS_OF_HOST])
    return (
        tuple(step for step in host.steps if step.number in printed),
        tuple(step for step in host.steps if step.number not in printed),
    )


def _host_row(host: HostView, told: Mapping[str, FindingView]) -> HostRow:
    wanted = _of(host, told)
    subjects = tuple(dict.fromkeys(finding.subject for finding in wanted))
    return HostRow(host, subjects, concerned(victim for finding in wanted for victim in finding.affects))


def concerned(victims: Iterable[Affected]) -> tuple[str, ...]:
    """Each victim by the name nearest to its user, once."""
    return tuple(dict.fromkeys(_nearest(victim) for victim in victims))


def _nearest(victim: Affected) -> str:
    name = victim.pod or victim.pvc
    return f"{victim.namespace}/{name}" if name else victim.pv


# findings


def _findings(findings: Sequence[FindingView]) -> tuple[tuple[FindingGroup, ...], tuple[FindingRow, ...], int]:
    groups, others = _finding_groups(findings, FINDINGS_WHOLE, iter(range(ROWS)))
    told = len(groups) + sum(one.count for one in groups)
    rows = _rows(others)
    shown = rows[: max(0, ROWS - sum(len(one.rest) for one in groups))]
    return groups, shown, len(findings) - told - sum(row.count for row in shown)


def _finding_groups(
    findings: Sequence[FindingView], whole: int, budget: Iterable[int]
) -> tuple[tuple[FindingGroup, ...], list[FindingView]]:
    """Those that are printed, each with its like, and those of further kinds."""
    if len(findings) <= whole:
        return tuple(_finding_group([finding], budget) for finding in findings), []
    alike: dict[str, list[FindingView]] = {}
    for finding in findings:
        alike.setdefault(_kind(finding), []).append(finding)
    kinds = list(alike.values())
    printed = tuple(_finding_group(kind, budget) for kind in kinds[:FINDINGS_PRINTED])
    return printed, [finding for kind in kinds[FINDINGS_PRINTED:] for finding in kind]


def _finding_group(alike: Sequence[FindingView], budget: Iterable[int]) -> FindingGroup:
    first, *rest = alike
    symptoms, others = _finding_groups(first.symptoms, SYMPTOMS_WHOLE, budget)
    rows = tuple(row for row, _ in zip(_rows(rest), budget, strict=False))
    return FindingGroup(
        finding=first,
        symptoms=symptoms,
        rest=rows,
        count=len(rest),
        left_out=len(rest) - sum(row.count for row in rows),
        folded=len(others) + sum(1 for finding in rest for _ in flat(finding.symptoms)),
    )


def _kind(finding: FindingView) -> str:
    names = names_in((finding.nodes, *_names(finding)))
    says = (finding.rule, finding.severity, finding.certainty, finding.title, *finding.cause)
    return pattern("\n".join(says), names)


def _rows(findings: Iterable[FindingView]) -> tuple[FindingRow, ...]:
    """One row for findings of a rule on the same nodes."""
    placed: dict[tuple[str, str], list[FindingView]] = {}
    for finding in findings:
        placed.setdefault((finding.rule, finding.nodes), []).append(finding)
    return tuple(_row(nodes, together) for (_, nodes), together in placed.items())


def _row(nodes: str, together: Sequence[FindingView]) -> FindingRow:
    return FindingRow(
        count=len(together),
        anchors=tuple(finding.anchor for finding, _ in flat(together)),
        title=together[0].title,
        nodes=nodes,
        subjects=tuple(dict.fromkeys(finding.subject for finding in together)),
        concerns=concerned(victim for finding in together for victim in finding.affects),
        places=tuple(dict.fromkeys(quote.place for finding in together for quote in islice(finding.quotes, 1))),
    )


def _anchors_of_hosts(groups: Iterable[HostGroup], others: Iterable[HostRow]) -> Iterable[str]:
    yield from (row.host.anchor for row in others)
    for one in groups:
        yield one.host.anchor
        yield from (row.host.anchor for row in one.rest)


def _anchors_of_findings(groups: Iterable[FindingGroup], others: Iterable[FindingRow]) -> Iterable[str]:
    for row in others:
        yield from row.anchors
    for one in groups:
        yield one.finding.anchor
        yield from _anchors_of_findings(one.symptoms, one.rest)
