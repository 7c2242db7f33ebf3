"""Where each finding and each host stands on the page.

Anchors are numbers, never text of a bundle: `f1` is the first finding, `h1` the first host.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.findings import Finding, Verdict
from analyzer.report.printable import printable
from analyzer.report.words import Words
from analyzer.runbook import ADMIN, Runbook
from analyzer.texts import Text


@dataclass(frozen=True, slots=True)
class Link:
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Index:
    """Anchors of findings by id, of hosts by name, the findings that want a step, and the titles of rules.

    `runbooks` are in the order of the findings, the admin host's first.
    """

    findings: Mapping[str, Link]
    hosts: Mapping[str, Link]
    wanted_by: Mapping[str, tuple[Link, ...]]
    runbooks: tuple[Runbook, ...]
    titles: Mapping[str, Text]

    @classmethod
    def of(cls, verdict: Verdict, runbooks: Sequence[Runbook], titles: Mapping[str, Text], words: Words) -> Index:
        findings = {
            finding.id: Link(f"f{number}", titled(finding, words)) for number, finding in enumerate(verdict.findings, 1)
        }
        worst: dict[str, int] = {}
        for number, finding in enumerate(verdict.findings):
            for step in finding.steps:
                worst.setdefault(step.host, number)
        placed = tuple(sorted((r for r in runbooks if r.steps), key=lambda r: (r.host != ADMIN, worst[r.host], r.host)))
        hosts = {runbook.host: Link(f"h{number}", printable(runbook.host)) for number, runbook in enumerate(placed, 1)}
        wanted: dict[str, dict[str, Link]] = {}
        for finding in verdict.findings:
            for step in finding.steps:
                wanted.setdefault(step.id, {})[finding.id] = findings[finding.id]
        wanted_by = {step: tuple(links.values()) for step, links in wanted.items()}
        return cls(findings, hosts, wanted_by, placed, titles)

    def link(self, finding: Finding) -> Link:
        return self.findings[finding.id]


def titled(finding: Finding, words: Words) -> str:
    return printable(finding.title.in_language(words.lang))
