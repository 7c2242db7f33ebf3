"""An analysis in which a stranger has written every value he can reach."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from analyzer.engine import Analysis
from analyzer.findings import Finding
from analyzer.runbook import Step
from analyzer.texts import Text
from tests.analyzer.report.example import example


def with_every_value(value: str) -> Analysis:
    """The example, each free text of it replaced."""
    written = example()
    verdict = replace(
        written.verdict,
        findings=tuple(_finding(finding, value) for finding in written.verdict.findings),
        inconclusive=_filled(written.verdict.inconclusive, value),
        cleared=_filled(written.verdict.cleared, value),
    )
    runbooks = tuple(
        replace(runbook, host=value + runbook.host, boot_id=value, steps=tuple(_step(s, value) for s in runbook.steps))
        for runbook in written.runbooks
    )
    return replace(
        written,
        bundle=replace(written.bundle, name=value, started=value),
        nodes=_filled(written.nodes, value),
        verdict=verdict,
        runbooks=runbooks,
    )


def _finding(finding: Finding, value: str) -> Finding:
    steps = tuple(_step(step, value) for step in finding.steps)
    return replace(_filled(replace(finding, steps=()), value), explains=(), steps=steps)


def _step(step: Step, value: str) -> Step:
    text = _text(value)
    return replace(step, host=value + step.host, does=text, expect=text, if_fails=text)


def _text(value: str) -> Text:
    return Text(en="{v}", zh="{v}").fill(v=value)


def _filled(thing: Any, value: str) -> Any:
    if isinstance(thing, Text):
        return _text(value)
    if isinstance(thing, Enum) or thing is None:
        return thing
    if isinstance(thing, str):
        return value + thing
    if isinstance(thing, tuple):
        return tuple(_filled(one, value) for one in thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{f.name: _filled(getattr(thing, f.name), value) for f in fields(thing)})
    return thing
