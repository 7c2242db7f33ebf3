"""All that was gathered -> the timeline: one clock, what concerns the findings, in order; and the story.

Input    what every node told, the cluster's facts, the clocks of all nodes, and the findings.
Output   `Timeline`, at most `MOST` moments.  Without a finding nothing is concerned: then it has the bad moments that
         the nodes told, and no story.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analyzer.facts.across import Across
from analyzer.facts.cluster import ClusterNodes
from analyzer.facts.driver import Driver
from analyzer.facts.host import Clock
from analyzer.facts.logs import ClusterSignals, SignalHit
from analyzer.facts.taken import ClusterTaken, NodeTaken
from analyzer.facts.times import moment
from analyzer.findings import Evidence, Finding
from analyzer.sparing import spared
from analyzer.texts import Text
from analyzer.timeline import events, objects
from analyzer.timeline.attempts import attempts_once
from analyzer.timeline.clocks import Readings, read
from analyzer.timeline.concern import Concern, concern
from analyzer.timeline.dates import AFTERWARDS, OLDEST
from analyzer.timeline.gathering import NodeTold, zone_on, zones
from analyzer.timeline.hits import Log, VolumeNames, host_of, told
from analyzer.timeline.moments import THE_CLUSTER, Moment, Timeline, Told, Tone
from analyzer.timeline.nearness import in_order, nearest, quoted_by
from analyzer.timeline.sayings import SAYINGS
from analyzer.timeline.story import story
from analyzer.timeline.wording import listed, sentence

MOST = 400
ECHO = timedelta(minutes=2)  # a change of a condition, and the event that tells of it
NODES, EVENTS = "cluster/nodes.json", "cluster/events.json"
COLLECTOR = "\0"  # whose clock all are set to; no node is called so

COLLECTING = Text(
    en="{says} (while the data were collected; perhaps because the collector read the disk)",
    zh="{says}（发生在采集期间，可能由采集读取磁盘引起）",
)

Facts = Mapping[type, object]


@dataclass(frozen=True, slots=True)
class Given:
    """`cluster` are the cluster's facts, and every node's `Clock` and `NodeTaken` side by side."""

    nodes: tuple[NodeTold, ...]
    cluster: Facts
    volumes: VolumeNames
    findings: tuple[Finding, ...]

    @property
    def clocks(self) -> Across[Clock]:
        clocks = self.cluster.get(Clock)
        return clocks if isinstance(clocks, Across) else Across({})

    @property
    def taken(self) -> Across[NodeTaken]:
        taken = self.cluster.get(NodeTaken)
        return taken if isinstance(taken, Across) else Across({})


def tell(given: Given) -> Timeline:
    """What cannot be told takes nothing else down."""
    failed = tuple(node.failed for node in given.nodes if node.failed)
    return spared(
        lambda: replace(_timeline(given), failed=failed),
        lambda error: Timeline(failed=(f"{type(error).__name__}: {error}", *failed)),
    )


def _timeline(given: Given) -> Timeline:
    readings = _readings(given)
    about, quoted = concern(given.findings, given.cluster), quoted_by(given.findings)
    every = [one for node in given.nodes for one in node.told if not given.findings or about.is_about(one)]
    every += [*_of_cluster(given, about), *_collected(given)]
    in_time = _once(sorted(dict.fromkeys(_set_right(every, readings)), key=in_order))
    in_time = attempts_once(in_time)
    moments = {one: _moment(one) for one in nearest(in_time, quoted, MOST)}
    of_story = [one for one in in_time if _is_of_story(one, about)]
    at = max((one.until or one.at for one in in_time if one.saying == "collected"), default=None)
    return Timeline(
        moments=tuple(moments.values()),
        left_out=len(in_time) - len(moments) + sum(node.left_out for node in given.nodes),
        story=story(of_story, moments, given.findings, at) if given.findings else Timeline().story,
        set_right=tuple(_set(readings)),
    )


def _is_of_story(one: Told, about: Concern) -> bool:
    """What went well with volumes that no finding is about is none of it, nor what the collecting may have done."""
    if one.of_collecting:
        return False
    return SAYINGS[one.saying].tone is Tone.BAD or not one.volumes or not about.volumes.isdisjoint(one.volumes)


def _readings(given: Given) -> Readings:
    taken = given.cluster.get(ClusterTaken)
    return read(given.clocks, given.taken, taken) if isinstance(taken, ClusterTaken) else Readings({})


def _set(readings: Readings) -> Iterator[tuple[str, int]]:
    for node in sorted(readings.ahead):
        off, _ = readings.correction(node)
        if off:
            yield node, int(off.total_seconds())


def _of_cluster(given: Given, about: Concern) -> Iterator[Told]:
    yield from objects.told(given.cluster, about)
    yield from events.told(given.cluster, about)
    for one in _of_controller(given):
        if about.is_about(one) or not (one.node or one.volumes):
            yield one


def _of_controller(given: Given) -> Iterator[Told]:
    """What kubectl gave of the controller's logs; each line is told of the node that it names."""
    signals, nodes = given.cluster.get(ClusterSignals), given.cluster.get(ClusterNodes)
    if not isinstance(signals, ClusterSignals):
        return
    names = {one.hostname or one.name: one.name for one in (nodes.items if isinstance(nodes, ClusterNodes) else ())}
    by_place: dict[tuple[str, str], list[SignalHit]] = {}
    for hit in signals.hits:
        host = host_of(hit)
        by_place.setdefault((hit.spans[0].capture, names.get(host, host)), []).append(hit)
    for (source, node), hits in by_place.items():
        log = _log(source, node, given)
        if log is not None:
            yield from told(hits, log)


def _log(source: str, node: str, given: Given) -> Log | None:
    """`cluster/logs/<pod>/<container>.log`, by the clock of the node on which the pod runs."""
    driver = given.cluster.get(Driver)
    pods = driver.controller_pods if isinstance(driver, Driver) else ()
    runs_on = next((pod.node for pod in pods if source.startswith(f"cluster/logs/{pod.name}/")), "")
    facts = {**given.cluster, Clock: given.clocks.of(runs_on), NodeTaken: given.taken.of(runs_on)}
    zone = zone_on(facts)
    return Log(node, runs_on, zones(zone, runs_on, driver), given.volumes) if zone is not None else None


def _collected(given: Given) -> Iterator[Told]:
    taken = given.cluster.get(ClusterTaken)
    times = {one.at for _, one in given.taken.known()} | ({taken.at} if isinstance(taken, ClusterTaken) else set())
    dated = sorted((at, text) for text in times if (at := moment(text)) is not None)
    if dated:
        (first, text), (last, _) = dated[0], dated[-1]
        until = last if last > first else None
        yield Told(first, THE_CLUSTER, "collected", COLLECTOR, Evidence("", "bundle.json", 1, 1, (text,)), until=until)


def _set_right(every: Sequence[Told], readings: Readings) -> Iterator[Told]:
    """Nothing that is not between a year before the collecting and its end; a single clock needs no other."""
    alone = len({one.clock for one in every} - {COLLECTOR}) == 1 and not readings.ahead
    ends = [one.until or one.at for one in every if one.clock == COLLECTOR]
    for one in every:
        off, certain = (timedelta(), True) if one.clock == COLLECTOR else readings.correction(one.clock)
        at, until = _earlier(one.at, off), _earlier(one.until, off) if one.until else None
        if at is not None and all(end - OLDEST <= at <= end + AFTERWARDS for end in ends):
            yield replace(one, at=at, until=until, certain=one.certain and (certain or alone))


def _earlier(at: datetime, by: timedelta) -> datetime | None:
    try:
        return at - by
    except OverflowError:
        return None


def _once(in_time: Sequence[Told]) -> list[Told]:
    """Without events that only repeat what a node's condition tells, and tells better."""
    changes: dict[tuple[str, str], list[datetime]] = {}
    for one in in_time:
        if one.evidence.source == NODES:
            changes.setdefault((one.node, SAYINGS[one.saying].topic), []).append(one.at)
    return [one for one in in_time if one.evidence.source != EVENTS or not _repeats(one, changes)]


def _repeats(event: Told, changes: Mapping[tuple[str, str], Sequence[datetime]]) -> bool:
    same = changes.get((event.node, SAYINGS[event.saying].topic), ())
    return any(abs(event.at - at) <= ECHO for at in same)


def _moment(one: Told) -> Moment:
    saying = SAYINGS[one.saying]
    says = sentence(one, listed((one.node,) if one.node else ()))
    return Moment(
        at=one.at,
        node=one.node,
        kind=saying.kind,
        tone=Tone.NEUTRAL if one.of_collecting else saying.tone,
        says=COLLECTING.fill(says=says) if one.of_collecting else says,
        until=one.until,
        times=one.times,
        volumes=one.volumes,
        evidence=one.evidence,
        certain=one.certain,
        of_collecting=one.of_collecting,
    )
