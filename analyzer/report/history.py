"""What happened, as the report says it: the story and the timeline, in one language, ready for any dress.

Output   printable strings in order of time; `day` is `2026-11-22`, `time` `15:43:04`, with `~` before it where it could
         not be set against the collecting host's clock.  A line of the story names the anchors of its moments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from analyzer.findings import Evidence
from analyzer.report.printable import printable
from analyzer.report.words import Words
from analyzer.texts import Text
from analyzer.timeline.moments import Moment, Sentence, Timeline


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One sentence; `moments` are anchors, without those that were left out."""

    day: str
    time: str
    says: str
    tone: str
    tone_word: str
    nodes: tuple[str, ...]
    certain: bool
    moments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MomentView:
    """`repeats` is "" for what happened once; `place` is `node probe:line`, and `quote` that line."""

    anchor: str
    day: str
    time: str
    node: str
    kind: str
    kind_word: str
    tone: str
    tone_word: str
    says: str
    repeats: str
    certain: bool
    place: str
    quote: str
    volumes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HistoryView:
    """`notes` are sentences about the clocks, and about what could not be told; `left_out` is "" when nothing was."""

    story: tuple[StoryLine, ...] = ()
    moments: tuple[MomentView, ...] = ()
    days: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()  # whose moments there are, as `MomentView.node` has them
    kinds: tuple[tuple[str, str], ...] = ()  # of the moments there are, and their words
    left_out: str = ""
    notes: tuple[str, ...] = ()


NODES = 8  # named in a note
NO_HISTORY = HistoryView()


def history_view(timeline: Timeline, words: Words) -> HistoryView:
    anchors = {moment: f"moment-{number}" for number, moment in enumerate(timeline.moments, start=1)}
    moments = tuple(_moment(moment, anchors[moment], words) for moment in timeline.moments)
    return HistoryView(
        story=tuple(_line(sentence, anchors, words) for sentence in timeline.story.sentences),
        moments=moments,
        days=tuple(sorted({moment.day for moment in moments})),
        nodes=tuple(sorted({moment.node for moment in moments})),
        kinds=tuple(sorted({(moment.kind, moment.kind_word) for moment in moments})),
        left_out=words.say("history.left_out", n=timeline.left_out) if timeline.left_out else "",
        notes=tuple(_notes(timeline, words)),
    )


def _line(sentence: Sentence, anchors: dict[Moment, str], words: Words) -> StoryLine:
    return StoryLine(
        day=_day(sentence.at),
        time=_time(sentence.at, sentence.certain),
        says=_read(sentence.says, words),
        tone=sentence.tone.value,
        tone_word=words.say(f"moment_tone.{sentence.tone}"),
        nodes=tuple(printable(node) for node in sentence.nodes),
        certain=sentence.certain,
        moments=tuple(anchors[moment] for moment in sentence.moments if moment in anchors),
    )


def _moment(moment: Moment, anchor: str, words: Words) -> MomentView:
    return MomentView(
        anchor=anchor,
        day=_day(moment.at),
        time=_time(moment.at, moment.certain),
        node=printable(moment.node) or words.say("history.cluster"),
        kind=moment.kind.value,
        kind_word=words.say(f"moment_kind.{moment.kind}"),
        tone=moment.tone.value,
        tone_word=words.say(f"moment_tone.{moment.tone}"),
        says=_read(moment.says, words),
        repeats=_repeats(moment, words),
        certain=moment.certain,
        place=_place(moment.evidence),
        quote=printable(moment.evidence.text[0]) if moment.evidence.text else "",
        volumes=tuple(printable(volume) for volume in moment.volumes),
    )


def _repeats(moment: Moment, words: Words) -> str:
    if moment.until is None:
        return words.say("history.times", n=moment.times) if moment.times > 1 else ""
    same_day = moment.until.date() == moment.at.date()
    until = f"{moment.until:%H:%M:%S}" if same_day else f"{moment.until:%Y-%m-%d %H:%M:%S}"
    return words.say("history.times_until", n=moment.times, until=until)


def _notes(timeline: Timeline, words: Words) -> Iterable[str]:
    for why in timeline.failed:
        yield words.say("history.failed", why=printable(why))
    if timeline.moments:
        yield words.say("history.clock")
    alike: dict[str, list[str]] = {}
    for node, ahead in timeline.set_right:
        way = words.say("history.ahead" if ahead > 0 else "history.behind")
        alike.setdefault(words.say("history.off", off=_how_much(abs(ahead), words), way=way), []).append(
            printable(node)
        )
    for off, nodes in alike.items():
        yield words.say("history.set_right", nodes=words.listed(nodes, NODES), off=off)
    if any(moment.of_collecting for moment in timeline.moments):
        yield words.say("history.of_collecting")
    if not all(moment.certain for moment in timeline.moments):
        yield words.say("history.uncertain")


def _how_much(seconds: int, words: Words) -> str:
    if seconds < 120:
        return words.say("history.seconds", n=seconds)
    if seconds < 7200:
        return words.say("history.minutes", n=round(seconds / 60))
    return words.say("history.hours", n=round(seconds / 3600))


def _read(text: Text, words: Words) -> str:
    """One line."""
    return " ".join(printable(text.in_language(words.lang)).split())


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _time(at: datetime, certain: bool) -> str:
    return f"{at:%H:%M:%S}" if certain else f"~{at:%H:%M:%S}"


def _place(quote: Evidence) -> str:
    return printable(f"{quote.node} {quote.source}:{quote.first_line}".strip())
