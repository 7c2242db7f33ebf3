"""What the report says, in one language, ready for any dress: printable strings, in the order they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.findings import Affected
from analyzer.report.coverage import ClearedView, OutcomeView, UncheckedView
from analyzer.report.history import NO_HISTORY, HistoryView
from analyzer.report.links import Link
from analyzer.report.picture.views import PictureView
from analyzer.report.verdict import VerdictView
from analyzer.texts import Lang


@dataclass(frozen=True, slots=True)
class StepView:
    """`command` is "" for a step by hand, `risk` for one that only reads.

    `number` is its place in its script; `findings` want it.
    """

    number: int
    does: str
    effect: str
    effect_word: str
    command: str
    guards: tuple[str, ...]
    expect: str
    if_fails: str
    risk: str
    findings: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class HostView:
    """`name` is the node's own; `host` is how it is called in a heading."""

    anchor: str
    name: str
    host: str
    script: str
    boot_id: str
    findings: tuple[Link, ...]
    steps: tuple[StepView, ...]

    @property
    def destroying(self) -> int:
        """How many of its steps destroy."""
        return sum(step.effect == "destroys" for step in self.steps)


@dataclass(frozen=True, slots=True)
class QuoteView:
    """`place` is `node probe:first-last`; each line is shown with its number."""

    place: str
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class FindingView:
    """`symptoms` are folded here; `also_explains` are symptoms folded under another cause.

    `kind` is what the verdict calls it; `nodes` are some of `node_names`, in words.
    """

    anchor: str
    id: str
    rule: str
    kind: str
    severity: str
    severity_word: str
    certainty: str
    certainty_word: str
    title: str
    nodes: str
    node_names: tuple[str, ...]
    subject: str
    cause: tuple[str, ...]
    affects: tuple[Affected, ...]
    quotes: tuple[QuoteView, ...]
    symptoms: tuple[FindingView, ...]
    also_explains: tuple[Link, ...]
    mended_by: tuple[Link, ...]

    @property
    def number(self) -> int:
        """Its place in the verdict, from 1."""
        return int(self.anchor.removeprefix("f"))


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class BundleView:
    """`facts` are what the page's head tells of the bundle; `checksum` is the SHA-256 of its file, "" for a folder."""

    name: str
    format: int
    started: str
    complete: bool
    findings: int
    facts: tuple[Fact, ...]
    tool_version: str = ""
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    lang: Lang
    bundle: BundleView
    verdict: VerdictView
    hosts: tuple[HostView, ...]
    without_command: tuple[Link, ...]
    findings: tuple[FindingView, ...]
    cleared: tuple[ClearedView, ...]
    unchecked: tuple[UncheckedView, ...]
    outcomes: tuple[OutcomeView, ...]
    more_hosts: str = ""  # said where a shortened report leaves out hosts
    more_findings: str = ""
    history: HistoryView = NO_HISTORY
    pictures: tuple[PictureView, ...] = ()
    more_pictures: str = ""


def flat(findings: Iterable[FindingView], depth: int = 0) -> Iterator[tuple[FindingView, int]]:
    """Each finding, then its symptoms one deeper."""
    for finding in findings:
        yield finding, depth
        yield from flat(finding.symptoms, depth + 1)
