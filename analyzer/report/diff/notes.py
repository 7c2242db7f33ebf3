"""Sentences on what is different about one matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from analyzer.diff.comparing import LEFT, Change, Comparison, Fate, pods_of, weight
from analyzer.diff.matching import device_of
from analyzer.findings import Finding
from analyzer.judging import CERTAINTIES, SEVERITIES, volumes_of
from analyzer.report.printable import printable
from analyzer.report.words import Words

NAMES = 8


def notes(change: Change, comparison: Comparison, words: Words) -> Iterator[str]:
    if change.fate is Fate.NEW:
        yield from _of_new(change, comparison, words)
        return
    if change.fate in LEFT:
        yield from _told_by(change, words)
        yield from _measures(change, words)
        yield from _causes(change, comparison, words)
    elif change.after:
        yield words.say("diff.note_left", title=_title(change.after[0], words))
    is_parted = change.resolved_on and (change.still_on or change.doubts or change.added_on or change.unseen_on)
    if is_parted and change.still_on:
        yield _nodes("diff.on", change.still_on, words)
    if is_parted:
        yield _nodes("diff.gone", change.resolved_on, words)
    if change.added_on:
        yield _nodes("diff.added", change.added_on, words)
    if change.unseen_on:
        yield _nodes("diff.unseen", change.unseen_on, words)


def _nodes(key: str, nodes: Sequence[str], words: Words) -> str:
    names = [printable(node) or words.say("verdict.cluster") for node in nodes]
    return words.say(key, nodes=words.listed(names, NAMES))


def _told_by(change: Change, words: Words) -> Iterator[str]:
    old, new = change.before[0], change.after[0]
    if change.is_told_by_another_rule:
        is_device = bool(device_of(old.subject)) and device_of(old.subject) == device_of(new.subject)
        key = "told_by" if not is_device else "left" if weight(change.after) >= weight(change.before) else "become"
        yield words.say(f"diff.{key}", title=_title(new, words))
    elif old.subject != new.subject and not {old.subject.partition(":")[0], new.subject.partition(":")[0]} & {"node"}:
        yield words.say("diff.renamed", before=printable(old.subject), after=printable(new.subject))


def _measures(change: Change, words: Words) -> Iterator[str]:
    was, now = weight(change.before), weight(change.after)
    for place, order, section, more, less in (
        (0, SEVERITIES, "severity", "more_severe", "less_severe"),
        (1, CERTAINTIES, "certainty", "surer", "less_sure"),
    ):
        if was[place] != now[place]:
            key = more if now[place] < was[place] else less
            old, new = (words.say(f"{section}.{order[weighed[place]]}") for weighed in (was, now))
            yield words.say(f"diff.{key}", before=old, after=new)
    pods = len(pods_of(change.before)), len(pods_of(change.after))
    if pods[0] != pods[1]:
        yield words.say("diff.pods", before=pods[0], after=pods[1])


def _causes(change: Change, comparison: Comparison, words: Words) -> Iterator[str]:
    """Of a symptom: the causes it is folded under now, and those it no longer is, where they differ."""
    was = _explaining(change.before, comparison.before.verdict.findings)
    now = _explaining(change.after, comparison.after.verdict.findings)
    for key, these, others in (("symptom", now, was), ("no_symptom", was, now)):
        rules = {one.rule for one in others}
        titles = dict.fromkeys(_title(one, words) for one in these if one.rule not in rules)
        if titles and not change.is_told_by_another_rule:
            yield words.say(f"diff.{key}", causes=words.say("list.semicolon").join(titles))


def _explaining(symptoms: Iterable[Finding], findings: Iterable[Finding]) -> list[Finding]:
    ids = {finding.id for finding in symptoms}
    return [finding for finding in findings if ids & {*finding.explains}]


def _of_new(change: Change, comparison: Comparison, words: Words) -> Iterator[str]:
    if change.unseen_on:
        yield _nodes("diff.unseen_new", change.unseen_on, words)
    volumes = {volume for finding in change.after for volume in volumes_of(finding)}
    resolved = (one for other in comparison.changes if other.fate is Fate.RESOLVED for one in other.before)
    titles = dict.fromkeys(_title(one, words) for one in resolved if volumes & volumes_of(one))
    if titles:
        yield words.say("diff.volume_before", titles=words.say("list.semicolon").join(list(titles)[:3]))


def _title(finding: Finding, words: Words) -> str:
    return printable(finding.title.in_language(words.lang))
