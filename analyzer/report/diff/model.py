"""A comparison, in one language, ready for any dress: Comparison -> Difference.

Input    a comparison and a language.  Output  frozen values of printable strings, in the order they are shown.
No clock, no environment: the same comparison gives the same view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.diff.comparing import Change, Comparison, Fate, Side
from analyzer.diff.doubts import Doubt, Why
from analyzer.findings import Finding, Inconclusive
from analyzer.report.coverage import UncheckedView, unchecked_views
from analyzer.report.diff.headline import headline, level
from analyzer.report.diff.notes import notes
from analyzer.report.printable import printable
from analyzer.report.verdict import some_nodes
from analyzer.report.views import Fact
from analyzer.report.words import Words
from analyzer.rules import rule_titles
from analyzer.texts import Lang, Text

RULES = 8  # named where they were not judged


@dataclass(frozen=True, slots=True)
class ChangeView:
    """`notes` are sentences on what is different; `cause` is the cause as it is now, "" of what is not there."""

    severity: str
    severity_word: str
    certainty_word: str
    nodes: str
    title: str
    rule: str
    subject: str
    cause: str
    notes: tuple[str, ...]
    missing: tuple[UncheckedView, ...]


@dataclass(frozen=True, slots=True)
class FateView:
    fate: str
    word: str
    changes: tuple[ChangeView, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """`level` is a severity, `unsure` or `clear`; `unjudged` is what was checked before and not afterwards."""

    lang: Lang
    level: str
    headline: str
    notices: tuple[str, ...]
    sides: tuple[Fact, ...]
    fates: tuple[FateView, ...]
    unjudged: tuple[UncheckedView, ...]
    unjudged_notes: tuple[str, ...]
    made_by: str

    @property
    def has_unjudged(self) -> bool:
        return bool(self.unjudged or self.unjudged_notes)


def build(comparison: Comparison, lang: Lang) -> Difference:
    words = Words(lang)
    titles = rule_titles()
    nodes = sorted({*comparison.before.bundle.nodes, *comparison.after.bundle.nodes})
    gaps, said = _doubts(comparison.unjudged, nodes, titles, words)
    return Difference(
        lang=lang,
        level=level(comparison),
        headline=headline(comparison, words),
        notices=tuple(_notices(comparison, words)),
        sides=tuple(
            Fact(words.say(f"diff.{name}"), _side(side, words))
            for name, side in (("before", comparison.before), ("after", comparison.after))
        ),
        fates=tuple(
            FateView(fate.value, words.say(f"fate.{fate}"), changes)
            for fate in Fate
            if (changes := _changes(fate, comparison, nodes, titles, words))
        ),
        unjudged=gaps,
        unjudged_notes=said,
        made_by=words.say(
            "diff.made_by",
            before=printable(comparison.before.bundle.name),
            after=printable(comparison.after.bundle.name),
        ),
    )


def _side(side: Side, words: Words) -> str:
    findings = len(side.verdict.findings)
    parts = (
        words.say("diff.collected", name=printable(side.bundle.name), started=printable(side.bundle.started)),
        words.say("count.nodes", n=len(side.bundle.nodes)),
        words.say("count.findings", n=findings) if findings else words.say("diff.no_findings"),
    )
    return words.say("diff.comma").join(parts)


def _notices(comparison: Comparison, words: Words) -> list[str]:
    before, after = comparison.before.bundle, comparison.after.bundle
    said = {
        "diff.swapped": comparison.is_swapped,
        "diff.same": comparison.is_same,
        "diff.cut_off_before": not before.complete,
        "diff.cut_off_after": not after.complete,
    }
    named = {
        "diff.restarted": comparison.restarted,
        "diff.only_after": sorted({*after.nodes} - {*before.nodes}),
    }
    return [words.say(key) for key, is_so in said.items() if is_so] + [
        words.say(key, nodes=words.listed([printable(node) for node in nodes], RULES))
        for key, nodes in named.items()
        if nodes
    ]


def _changes(
    fate: Fate, comparison: Comparison, nodes: list[str], titles: Mapping[str, Text], words: Words
) -> tuple[ChangeView, ...]:
    return tuple(
        _change(change, comparison, nodes, titles, words) for change in comparison.changes if change.fate is fate
    )


def _change(
    change: Change, comparison: Comparison, nodes: list[str], titles: Mapping[str, Text], words: Words
) -> ChangeView:
    gaps, said = _doubts(change.doubts, nodes, titles, words)
    now = change.after if change.is_there else change.before
    told = change.before[0] if change.is_told_by_another_rule else now[0]
    places = sorted({node for finding in now for node in finding.nodes})
    return ChangeView(
        severity=now[0].severity.value,
        severity_word=words.say(f"severity.{now[0].severity}"),
        certainty_word=words.say(f"certainty.{now[0].certainty}"),
        nodes=words.listed([printable(node) for node in places], RULES),
        title=printable(told.title.in_language(words.lang)),
        rule=printable(told.rule),
        subject=printable(told.subject),
        cause=_cause(change.after[0], words) if change.is_there else "",
        notes=(*notes(change, comparison, words), *said),
        missing=gaps,
    )


def _cause(finding: Finding, words: Words) -> str:
    return printable(finding.cause.in_language(words.lang).partition("\n")[0])


def _doubts(
    doubts: tuple[Doubt, ...], nodes: list[str], titles: Mapping[str, Text], words: Words
) -> tuple[tuple[UncheckedView, ...], tuple[str, ...]]:
    """What is missing, grouped with its repair; and sentences where no answer is, but a node or a rule."""
    gaps = [Inconclusive(doubt.rule, doubt.node, doubt.missing) for doubt in doubts if doubt.why is Why.MISSING]
    absent = sorted({doubt.node for doubt in doubts if doubt.why is Why.NO_NODE})
    unknown = sorted({doubt.rule for doubt in doubts if doubt.why is Why.NO_RULE})
    said = []
    if absent:
        said.append(words.say("diff.no_node", nodes=some_nodes(absent, nodes, words)))
    if unknown:
        rules = words.listed([printable(rule) for rule in unknown], RULES)
        said.append(words.say("diff.no_rule", n=len(unknown), rules=rules))
    return unchecked_views(gaps, nodes, titles, words), tuple(said)
