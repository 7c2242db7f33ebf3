"""The story: a few sentences, in order, that somebody who knows nothing can read in twenty seconds.

Input    what concerns the findings, set right, in order; its moments, as far as the timeline has room for them; and the
         findings, whose quoted lines come first.
Output   at most `MOST` sentences.  One tells everything alike that happened within half an hour, on however many nodes;
         of what several witnesses tell of one topic at one time only the weightiest is told.  What is long past when
         the trouble begins is left to the timeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analyzer.findings import Finding
from analyzer.texts import Text
from analyzer.timeline.mattering import matters
from analyzer.timeline.moments import Moment, Sentence, Story, Told, Tone
from analyzer.timeline.nearness import Place, place_of, quoted_by
from analyzer.timeline.sayings import SAYINGS
from analyzer.timeline.sayings.saying import BESIDE, NEVER, TELLING, TURNING, Saying
from analyzer.timeline.wording import clause, listed, sentence

MOST = 8
AT_LEAST = 2  # sentences without trouble: one alone is no story
ALIKE = timedelta(minutes=30)
A_CHANGE = timedelta(minutes=3)  # what is no trouble that goes on, but a change: when matters
AT_ONCE = timedelta(minutes=10)
BEFORE = timedelta(hours=6)  # what led to the trouble
A_DAY = timedelta(days=1)
LASTING = timedelta(minutes=1)
STILL = timedelta(minutes=5)
LISTED = 3

ON = Text(en="On {nodes}, {says}", zh="在 {nodes} 上，{says}")
OFTEN = Text(en="{says} ({times} times, last at {last})", zh="{says}（共 {times} 次，最后一次在 {last}）")
STILL_SO = Text(
    en="{says} ({times} times, last at {last}, {how_long} before the data were collected)",
    zh="{says}（共 {times} 次，最后一次在 {last}，即采集前 {how_long}）",
)
UNTIL_NOW = Text(
    en="{says} ({times} times, last at {last}, while the data were collected)",
    zh="{says}（共 {times} 次，最后一次在 {last}，即采集期间）",
)
SECONDS, MINUTE, MINUTES = (
    Text(en="{n} s", zh="{n} 秒"),
    Text(en="a minute", zh="1 分钟"),
    Text(en="{n} minutes", zh="{n} 分钟"),
)

Moments = Mapping[Told, Moment]


@dataclass(frozen=True, slots=True)
class _Group:
    """Moments that are told as one, in order."""

    told: tuple[Told, ...]
    is_quoted: bool

    @property
    def saying(self) -> Saying:
        return SAYINGS[self.told[0].saying]

    @property
    def at(self) -> datetime:
        return self.told[0].at

    @property
    def until(self) -> datetime:
        return max(_end(one) for one in self.told)

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(sorted({one.node for one in self.told if one.node}))

    @property
    def is_bad(self) -> bool:
        return self.saying.tone is Tone.BAD

    @property
    def score(self) -> int:
        return 10 * self.saying.weight + (8 if self.is_quoted else 0) + (2 if self.is_bad else 0)

    @property
    def order(self) -> tuple[datetime, Place, str]:
        first = self.told[0]
        return first.at, place_of(first.evidence), first.saying

    @property
    def rank(self) -> tuple[int, float, str]:
        """The weightiest first; of equals that in which the trouble began, or else the latest."""
        at = self.at.timestamp()
        return -self.score, at if self.is_bad and self.saying.weight == TURNING else -at, self.told[0].saying


def story(told: Iterable[Told], moments: Moments, findings: Sequence[Finding], collected: datetime | None) -> Story:
    quoted, rules = quoted_by(findings), frozenset(finding.rule for finding in findings)
    telling = [one for one in told if matters(one.saying, rules)]
    groups = [_Group(alike, any(place_of(one.evidence) in quoted for one in alike)) for alike in _alike(telling)]
    chosen = _best(_without_echoes(_in_time(groups)))
    if len(chosen) < AT_LEAST and not any(group.is_bad for group in chosen):
        return Story()
    return Story(tuple(_sentence(group, moments, collected) for group in sorted(chosen, key=lambda group: group.order)))


def _alike(told: Iterable[Told]) -> Iterator[tuple[Told, ...]]:
    """By what is said; apart where so much time lies between that one word for both would mislead."""
    by_words: dict[tuple[str, tuple[tuple[str, str], ...], str], list[Told]] = {}
    for one in told:
        saying = SAYINGS[one.saying]
        if saying.weight > NEVER:
            node = one.node if saying.pairs_with_its_node else ""
            by_words.setdefault((one.saying, one.values, node), []).append(one)
    for said in by_words.values():
        apart = ALIKE if SAYINGS[said[0].saying].tone is Tone.BAD else A_CHANGE
        group, end = [said[0]], _end(said[0])
        for one in said[1:]:
            if one.at - end > apart:
                yield tuple(group)
                group = []
            group.append(one)
            end = max(end, _end(one))
        yield tuple(group)


def _end(one: Told) -> datetime:
    return one.until or one.at


def _in_time(groups: Sequence[_Group]) -> list[_Group]:
    """The trouble of the last day that there was any, and what led to it."""
    bad = [group for group in groups if group.is_bad and group.saying.weight >= TELLING] or groups
    last = max((group.until for group in bad), default=None)
    if last is None:
        return []
    first = min(group.at for group in bad if group.until >= last - A_DAY)
    return [
        group
        for group in groups
        if group.is_quoted or (group.until >= last - A_DAY if group.is_bad else group.at >= first - BEFORE)
    ]


def _without_echoes(groups: Sequence[_Group]) -> list[_Group]:
    """Of one topic at one time on the same nodes, the weightiest."""
    kept: list[_Group] = []
    for group in sorted(groups, key=lambda group: group.rank):
        if not any(_echoes(group, other) for other in kept):
            kept.append(group)
    return kept


def _echoes(group: _Group, other: _Group) -> bool:
    if group.saying.topic != other.saying.topic or not set(group.nodes) <= set(other.nodes):
        return False
    return group.at <= other.until + AT_ONCE and other.at <= group.until + AT_ONCE


def _best(groups: Iterable[_Group]) -> list[_Group]:
    """One after the other, the weightiest next; a topic that was told already counts less each time."""
    left, chosen = list(groups), list[_Group]()
    while left and len(chosen) < MOST:
        told = [group.saying.topic for group in chosen]
        worth = [group.score - 10 * told.count(group.saying.topic) for group in left]
        if max(worth) < 10 * BESIDE + 8:  # what stands beside, and no finding quotes
            break
        best = left[worth.index(max(worth))]
        left.remove(best)
        chosen.append(best)
    return chosen


def _sentence(group: _Group, moments: Moments, collected: datetime | None) -> Sentence:
    return Sentence(
        at=group.at,
        until=group.until if group.until > group.at else None,
        nodes=group.nodes,
        tone=group.saying.tone,
        says=_says(group, collected),
        certain=all(one.certain for one in group.told),
        moments=tuple(moments[one] for one in group.told if one in moments),
    )


def _says(group: _Group, collected: datetime | None) -> Text:
    names = tuple(dict.fromkeys(name for one in group.told for name in one.names))
    more = sum(one.more for one in group.told) + max(0, len(names) - LISTED)
    nodes = listed(group.nodes[:LISTED], max(0, len(group.nodes) - LISTED))
    told = replace(group.told[0], names=names[:LISTED], more=more)
    if group.nodes and not group.saying.names_its_node:
        says = ON.fill(nodes=nodes, says=clause(told, nodes))
    else:
        says = sentence(told, nodes)
    whole = _how_often(says, group, collected)
    return Text(en=f"{whole.en}.", zh=f"{whole.zh}。")


def _how_often(says: Text, group: _Group, collected: datetime | None) -> Text:
    times = sum(one.times for one in group.told)
    if not group.is_bad or times < 2 or group.until - group.at < LASTING:
        return says
    same_day = group.until.date() == group.at.date()
    last = f"{group.until:%H:%M:%S}" if same_day else f"{group.until:%Y-%m-%d %H:%M:%S}"
    if collected is None or group.until < collected - STILL:
        return OFTEN.fill(says=says, times=times, last=last)
    if group.until >= collected:
        return UNTIL_NOW.fill(says=says, times=times, last=last)
    return STILL_SO.fill(says=says, times=times, last=last, how_long=_how_long(collected - group.until))


def _how_long(short: timedelta) -> Text:
    seconds = round(short.total_seconds())
    if seconds < 45:
        return SECONDS.fill(n=max(1, seconds))
    return MINUTE if seconds < 90 else MINUTES.fill(n=round(seconds / 60))
