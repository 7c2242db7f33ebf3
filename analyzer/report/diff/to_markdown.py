"""Difference -> Markdown (CommonMark), to paste into a ticket.

Output   str.  Every value is escaped: punctuation that could begin a mark is written with a backslash, `&` and `<` as
         entities, and a line of a bundle never begins a line of the page.  No link is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.report.coverage import UncheckedView
from analyzer.report.diff.model import ChangeView, Difference
from analyzer.report.words import Words

NAMES = 12  # of nodes in one line
# what marks anywhere in a line, also what trackers make a link or a mention of; and what marks where a line begins
_MARK = re.compile(r"[\\`*_{}\[\]#!|~$@>]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_FIRST = re.compile(r"^([-+=]|\d+(?=[.)]))")


def render(difference: Difference) -> str:
    return "\n".join(_lines(difference, Words(difference.lang))) + "\n"


def escaped(text: str) -> str:
    """One line on which nothing is a mark."""
    line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    marked = _MARK.sub(r"\\\g<0>", line)
    return _FIRST.sub(lambda first: f"{first[0]}\\" if first[0].isdigit() else f"\\{first[0]}", marked)


def _lines(difference: Difference, words: Words) -> Iterator[str]:
    yield f"# {escaped(difference.headline)}"
    yield ""
    for notice in difference.notices:
        yield f"**{escaped(notice)}**"
        yield ""
    for side in difference.sides:
        yield f"- {escaped(side.name)}: {escaped(side.value)}"
    for group in difference.fates:
        yield from ("", f"## {escaped(group.word)}", "")
        for change in group.changes:
            yield from _change(change, words)
    if difference.has_unjudged:
        yield from ("", f"## {escaped(words.say('diff_unjudged.heading'))}", "")
        yield from (escaped(words.say("diff_unjudged.intro")), "")
        yield from (f"- {escaped(sentence)}" for sentence in difference.unjudged_notes)
        for gap in difference.unjudged:
            yield f"- {escaped(_where(gap.where, gap, words))}"
            yield from _missing(gap)


def _change(change: ChangeView, words: Words) -> Iterator[str]:
    where = f"{escaped(change.nodes)}: " if change.nodes else ""
    yield f"- **{where}{escaped(change.title)}** ({escaped(change.severity_word)}, {escaped(change.certainty_word)})"
    yield f"  - {escaped(change.rule)}, {escaped(change.subject)}"
    yield from (f"  - {escaped(sentence)}" for sentence in (*change.notes, change.cause) if sentence)
    for gap in change.missing:
        yield f"  - {escaped(_where(words.say('diff.cannot_tell', nodes=gap.where), gap, words))}"
        yield from (f"  {line}" for line in _missing(gap))


def _where(head: str, group: UncheckedView, words: Words) -> str:
    return f"{head}: {words.listed(group.names, NAMES)}" if group.names else head


def _missing(group: UncheckedView) -> Iterator[str]:
    for missing in group.missing:
        reason = f": {missing.reason}" if missing.reason else ""
        yield f"  - {escaped(f'{missing.probe} {missing.status_word}{reason}')} {escaped(missing.repair)}"
