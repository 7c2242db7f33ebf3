"""What rules say: findings with evidence, and what they could not know."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from analyzer.facts import Span, Unknown
from analyzer.runbook import Step
from analyzer.texts import Text


class Severity(StrEnum):
    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Certainty(StrEnum):
    CONFIRMED = "confirmed"  # the cause itself was observed
    LIKELY = "likely"  # its effect, and nothing that contradicts
    POSSIBLE = "possible"  # a symptom shared by several causes; the cause text lists them


@dataclass(frozen=True, slots=True)
class Evidence:
    """Lines of a capture on a node (`node` is "" for cluster objects), quoted; `numbers` has that of each."""

    node: str
    source: str
    first_line: int
    last_line: int
    text: tuple[str, ...]
    apart: tuple[int, ...] = ()  # the number of each line, where they do not follow one another

    @classmethod
    def of(cls, node: str, span: Span) -> Evidence:
        where = "" if span.capture.startswith("cluster/") else node
        return cls(where, span.capture, span.first_line, span.last_line, span.text, span.numbers)

    @property
    def numbers(self) -> tuple[int, ...]:
        return self.apart or tuple(range(self.first_line, self.first_line + len(self.text)))


@dataclass(frozen=True, slots=True, order=True)
class Affected:
    """Who suffers: a pod, its claim and its volume; "" where there is none."""

    namespace: str
    pod: str
    pvc: str
    pv: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's statement about one subject (`wwid:3618c…`, `disk:sdb`, `module:iscsi_tcp`) on one or more nodes.

    `cause` may have several lines: the cause, then why nothing is removed or what else it may be.
    `explains` names the findings (by id) that this one is the cause of.  `kind` is what the verdict calls it where the
    rule's own title does not fit.
    """

    rule: str
    severity: Severity
    certainty: Certainty
    nodes: tuple[str, ...]
    subject: str
    title: Text
    cause: Text
    evidence: tuple[Evidence, ...]
    affects: tuple[Affected, ...] = ()
    explains: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    kind: Text | None = None

    @property
    def id(self) -> str:
        return f"{self.rule}/{'+'.join(self.nodes)}/{self.subject}"

    def explaining(self, *ids: str) -> Finding:
        return replace(self, explains=tuple(sorted({*self.explains, *ids})))


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """A rule that could not know on this node ("" for the cluster), and which captures were missing."""

    rule: str
    node: str
    missing: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class Cleared:
    """A rule that was judged on these nodes and found nothing."""

    rule: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that the rules say of a bundle, ranked: causes before symptoms, worst first."""

    findings: tuple[Finding, ...]
    inconclusive: tuple[Inconclusive, ...] = field(default=())
    cleared: tuple[Cleared, ...] = field(default=())
