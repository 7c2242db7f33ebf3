"""The analysis -> report.json, schema 1.

Output   bytes, UTF-8, keys sorted, findings in the order of the verdict; both languages; lossless for what it holds:
a lone surrogate is written as its JSON escape.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from analyzer.engine import Analysis, BundleInfo
from analyzer.facts import Unknown
from analyzer.findings import Affected, Cleared, Evidence, Finding, Inconclusive
from analyzer.guards import Guard
from analyzer.runbook import ADMIN, Runbook, Step
from analyzer.texts import Text
from analyzer.timeline.moments import Moment, Sentence

SCHEMA = 1

Json = Mapping[str, object]


def render(analysis: Analysis) -> bytes:
    return dumped(_report(analysis))


def dumped(value: Json) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return (text + "\n").encode("utf-8", "backslashreplace")  # \udc80 is also how JSON writes it


def _report(analysis: Analysis) -> Json:
    verdict = analysis.verdict
    runbooks = sorted(analysis.runbooks, key=lambda runbook: (runbook.host != ADMIN, runbook.host))
    wanted_by: dict[str, list[str]] = {}
    for finding in verdict.findings:
        for step in finding.steps:
            wanted_by.setdefault(step.id, []).append(finding.id)
    numbers = {moment: number for number, moment in enumerate(analysis.timeline.moments)}
    return {
        "schema": SCHEMA,
        "bundle": bundle(analysis.bundle),
        "findings": [_finding(finding) for finding in verdict.findings],
        "inconclusive": [_inconclusive(gap) for gap in _sorted_gaps(verdict.inconclusive)],
        "cleared": [_cleared(entry) for entry in sorted(verdict.cleared, key=lambda entry: entry.rule)],
        "runbooks": [_runbook(runbook, wanted_by) for runbook in runbooks if runbook.steps],
        "story": [_sentence(one, numbers) for one in analysis.timeline.story.sentences],
        "timeline": {
            "moments": [_moment(one) for one in analysis.timeline.moments],
            "left_out": analysis.timeline.left_out,
            "failed": list(analysis.timeline.failed),
            "set_right": [{"node": node, "ahead_s": ahead} for node, ahead in analysis.timeline.set_right],
        },
    }


def _sentence(sentence: Sentence, numbers: Mapping[Moment, int]) -> Json:
    """`moments` are places in the timeline, from 0."""
    return {
        "at": _time(sentence.at),
        "until": _time(sentence.until) if sentence.until else None,
        "nodes": list(sentence.nodes),
        "tone": sentence.tone.value,
        "says": _text(sentence.says),
        "certain": sentence.certain,
        "moments": [numbers[moment] for moment in sentence.moments if moment in numbers],
    }


def _moment(moment: Moment) -> Json:
    return {
        "at": _time(moment.at),
        "until": _time(moment.until) if moment.until else None,
        "times": moment.times,
        "node": moment.node,
        "kind": moment.kind.value,
        "tone": moment.tone.value,
        "says": _text(moment.says),
        "certain": moment.certain,
        "volumes": list(moment.volumes),
        "evidence": _evidence(moment.evidence),
    }


def _time(at: datetime) -> str:
    """UTC, to the second: logs of different hosts are not compared any finer."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def bundle(info: BundleInfo) -> Json:
    return {
        "name": info.name,
        "format": info.format,
        "started": info.started,
        "nodes": sorted(info.nodes),
        "complete": info.complete,
    }


def statement(finding: Finding) -> Json:
    """What a finding says, and of whom; not why."""
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "certainty": finding.certainty.value,
        "nodes": list(finding.nodes),
        "subject": finding.subject,
        "title": _text(finding.title),
        "affects": [_affected(victim) for victim in sorted(finding.affects)],
    }


def _finding(finding: Finding) -> Json:
    return {
        **statement(finding),
        "cause": _text(finding.cause),
        "evidence": [_evidence(quote) for quote in finding.evidence],
        "explains": list(finding.explains),
        "steps": [step.id for step in finding.steps],
    }


def _affected(victim: Affected) -> Json:
    return {"namespace": victim.namespace, "pod": victim.pod, "pvc": victim.pvc, "pv": victim.pv}


def _evidence(quote: Evidence) -> Json:
    return {
        "node": quote.node,
        "source": quote.source,
        "first_line": quote.first_line,
        "last_line": quote.last_line,
        "lines": list(quote.numbers),
        "text": list(quote.text),
    }


def _sorted_gaps(gaps: Sequence[Inconclusive]) -> list[Inconclusive]:
    return sorted(gaps, key=lambda gap: (gap.rule, gap.node))


def _inconclusive(gap: Inconclusive) -> Json:
    return {"rule": gap.rule, "node": gap.node, "missing": [missing(unknown) for unknown in gap.missing]}


def missing(unknown: Unknown) -> Json:
    return {"probe": unknown.probe, "status": unknown.status.value, "reason": unknown.reason}


def _cleared(entry: Cleared) -> Json:
    return {"rule": entry.rule, "nodes": sorted(entry.nodes)}


def _runbook(runbook: Runbook, wanted_by: Mapping[str, Sequence[str]]) -> Json:
    return {"host": runbook.host, "steps": [_step(step, wanted_by.get(step.id, ())) for step in runbook.steps]}


def _step(step: Step, findings: Sequence[str]) -> Json:
    return {
        "id": step.id,
        "phase": step.phase.value,
        "effect": step.effect.value,
        "does": _text(step.does),
        "argv": list(step.command.argv) if step.command else [],
        "stdin": step.command.stdin if step.command else None,
        "save_as": step.command.save_as if step.command else None,
        "guard": [_guard(guard) for guard in step.guards] or None,
        "expect": _text(step.expect),
        "if_fails": _text(step.if_fails),
        "findings": sorted(set(findings)),
    }


def _guard(guard: Guard) -> Json:
    return {"call": list(guard.call), "says": _text(guard.says)}


def _text(text: Text) -> Json:
    return {"en": text.in_language("en"), "zh": text.in_language("zh")}
