"""report.json, schema 1 -> the side of a comparison that an earlier report stands for.

Input    bytes of a stranger's file.  Output  `Side`, without evidence, steps and boot ids: a comparison needs no
         evidence, and the file holds no boot id.
Errors   `ReportJsonError`, a sentence with the place in the file: no JSON, another schema, a key that is missing, a
         value of another type or outside its words, an id that does not fit its finding.
Keys that this version does not know are passed over; they may be added without a new schema.
"""

from __future__ import annotations

import json

import msgspec

from analyzer.diff.comparing import Side
from analyzer.engine import BundleInfo
from analyzer.facts import Unknown
from analyzer.findings import Affected, Certainty, Cleared, Finding, Inconclusive, Severity, Verdict
from analyzer.report.to_json import SCHEMA
from analyzer.texts import Text
from bundle.capture import Status


class ReportJsonError(Exception):
    """Why the file is no report.json; the sentence follows the file's name."""


class _Schema(msgspec.Struct, frozen=True):
    schema: int


class _Words(msgspec.Struct, frozen=True):
    en: str
    zh: str


class _Bundle(msgspec.Struct, frozen=True):
    name: str
    format: int
    started: str
    nodes: tuple[str, ...]
    complete: bool


class _Affected(msgspec.Struct, frozen=True):
    namespace: str
    pod: str
    pvc: str
    pv: str


class _Finding(msgspec.Struct, frozen=True):
    id: str
    rule: str
    severity: Severity
    certainty: Certainty
    nodes: tuple[str, ...]
    subject: str
    title: _Words
    cause: _Words
    affects: tuple[_Affected, ...]
    explains: tuple[str, ...]


class _Missing(msgspec.Struct, frozen=True):
    probe: str
    status: Status
    reason: str


class _Inconclusive(msgspec.Struct, frozen=True):
    rule: str
    node: str
    missing: tuple[_Missing, ...]


class _Cleared(msgspec.Struct, frozen=True):
    rule: str
    nodes: tuple[str, ...]


class _Report(msgspec.Struct, frozen=True):
    bundle: _Bundle
    findings: tuple[_Finding, ...]
    inconclusive: tuple[_Inconclusive, ...]
    cleared: tuple[_Cleared, ...]


def read(content: bytes) -> Side:
    try:
        # the standard library's, since it knows the lone surrogates that `to_json` may write
        value = json.loads(content)
        schema = msgspec.convert(value, _Schema).schema
        if schema != SCHEMA:
            raise ReportJsonError(f"has schema {schema}, and this version reads schema {SCHEMA}")
        report = msgspec.convert(value, _Report)
    except msgspec.ValidationError as error:
        raise ReportJsonError(f"is no report.json of schema {SCHEMA}: {error}") from None
    except RecursionError:
        raise ReportJsonError("is no report.json: it is nested too deep") from None
    except ValueError as error:
        raise ReportJsonError(f"is no JSON: {error}") from None
    return Side(_bundle(report.bundle), _verdict(report), boots={})


def _bundle(said: _Bundle) -> BundleInfo:
    return BundleInfo(said.name, said.format, said.started, said.nodes, said.complete)


def _verdict(report: _Report) -> Verdict:
    return Verdict(
        findings=tuple(_finding(number, one) for number, one in enumerate(report.findings)),
        inconclusive=tuple(
            Inconclusive(gap.rule, gap.node, tuple(Unknown(one.probe, one.status, one.reason) for one in gap.missing))
            for gap in report.inconclusive
        ),
        cleared=tuple(Cleared(one.rule, one.nodes) for one in report.cleared),
    )


def _finding(number: int, said: _Finding) -> Finding:
    finding = Finding(
        rule=said.rule,
        severity=said.severity,
        certainty=said.certainty,
        nodes=said.nodes,
        subject=said.subject,
        title=_text(said.title),
        cause=_text(said.cause),
        evidence=(),
        affects=tuple(Affected(one.namespace, one.pod, one.pvc, one.pv) for one in said.affects),
        explains=said.explains,
    )
    if finding.id != said.id:
        raise ReportJsonError(
            f"is no report.json of schema {SCHEMA}: the id does not name its rule, nodes and subject - "
            f"at `$.findings[{number}].id`"
        )
    return finding


def _text(said: _Words) -> Text:
    """The file holds finished sentences: a brace in them is a brace."""
    return Text(en=_whole(said.en), zh=_whole(said.zh))


def _whole(sentence: str) -> str:
    return sentence.replace("{", "{{").replace("}", "}}")
