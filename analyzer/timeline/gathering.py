"""What a node tells, gathered in the worker that read it.

Input    the node's facts (the cluster's are among them), and what its rules found.
Output   `NodeTold`: at most `limit` moments, those first that its findings quote, then the weightiest, then the latest.
         A node without findings hands over a few bad moments only, for a rule of the cluster may yet find it at fault,
         and what the driver's controller, if it runs there, did for other nodes.
The driver of V2 to V4.2 writes UTC, later ones the node's local time; where its version is not known that is assumed.
A node that did not tell its time is read by the time of asking, and its zone is that which its journal prints; without
one, what prints no zone is left out: it may be wrong by hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from analyzer.facts.driver import Driver
from analyzer.facts.host import Clock
from analyzer.facts.logs import LogReach, SignalHit, Signals
from analyzer.facts.taken import ClusterTaken, NodeTaken
from analyzer.facts.times import moment, offset_of
from analyzer.findings import Evidence, Finding
from analyzer.sparing import spared
from analyzer.timeline.dates import Zone, zone_of
from analyzer.timeline.hits import Log, VolumeNames, told
from analyzer.timeline.mattering import RESIDUAL
from analyzer.timeline.moments import Kind, Told, Tone
from analyzer.timeline.nearness import nearest, quoted_by
from analyzer.timeline.sayings import SAYINGS
from analyzer.timeline.sayings.saying import TELLING

MOST_OF_A_NODE = 200
MOST_OF_ALL = 25_000  # of all nodes together, so that a fleet of any size stays in memory
WITHOUT_FINDINGS = 4
STAGED, UNSTAGED = "driver-volume-staged", "driver-volume-unstaged"
DRIVERS_LOGS = ("files/var/log/huawei", "cluster/logs")
IN_UTC = ("2.0", "4.2")  # the containers of these versions saw no /etc/localtime

Facts = Mapping[type, object]


@dataclass(frozen=True, slots=True)
class NodeTold:
    """`left_out` moments of a node with findings were too many; `failed` says why there are none at all."""

    told: tuple[Told, ...] = ()
    left_out: int = 0
    failed: str = ""


NO_TELLING = NodeTold()


def limit_of(nodes: int) -> int:
    """How many moments each of so many nodes may hand over."""
    return max(WITHOUT_FINDINGS, min(MOST_OF_A_NODE, MOST_OF_ALL // max(1, nodes)))


def gather(node: str, facts: Facts, findings: tuple[Finding, ...], volumes: VolumeNames, limit: int) -> NodeTold:
    """A stranger's log that is too strange to be told does not take the judgement down."""
    return spared(
        lambda: _gathered(node, facts, findings, volumes, limit),
        lambda error: NodeTold(failed=f"{node}: {type(error).__name__}: {error}"),
    )


def _gathered(node: str, facts: Facts, findings: tuple[Finding, ...], volumes: VolumeNames, limit: int) -> NodeTold:
    zone = zone_on(facts)
    if zone is None:
        return NO_TELLING
    log = Log(node, node, zones(zone, node, facts.get(Driver)), volumes)
    if findings:
        every = [*_boot(node, zone, facts), *told(_hits(facts), log)]
        if not RESIDUAL.isdisjoint(finding.rule for finding in findings):
            every = [*_with_kept(every)]
        kept = nearest(every, quoted_by(findings), limit)
        return NodeTold(kept, len(every) - len(kept))
    bad = nearest([*told(filter(_is_telling, _hits(facts)), log)], frozenset(), WITHOUT_FINDINGS)
    of_controller = nearest([*told(filter(_is_of_controller, _hits(facts)), log)], frozenset(), limit)
    return NodeTold(tuple(dict.fromkeys((*bad, *of_controller))))


def _with_kept(every: Sequence[Told]) -> Iterator[Told]:
    """Where something was left behind: the volumes that the driver's log never unstages after their last stage."""
    gone = {name: one.until or one.at for one in every if one.saying == UNSTAGED for name in one.names}
    last = {name: one for one in every if one.saying == STAGED for name in one.names}
    for one in every:
        is_kept = one.saying == STAGED and one.more == 0 and all(_is_kept(name, one, last, gone) for name in one.names)
        yield replace(one, saying="driver-volume-kept") if is_kept else one


def _is_kept(name: str, staged: Told, last: Mapping[str, Told], gone: Mapping[str, datetime]) -> bool:
    unstaged = gone.get(name)
    return last.get(name) is staged and (unstaged is None or unstaged < staged.at)


def _hits(facts: Facts) -> tuple[SignalHit, ...]:
    signals = facts.get(Signals)
    return signals.hits if isinstance(signals, Signals) else ()


def _is_telling(hit: SignalHit) -> bool:
    saying = SAYINGS.get(hit.signal)
    return saying is not None and saying.tone is Tone.BAD and saying.weight >= TELLING


def _is_of_controller(hit: SignalHit) -> bool:
    saying = SAYINGS.get(hit.signal)
    return saying is not None and saying.kind is Kind.ATTACHMENT


def _boot(node: str, zone: Zone, facts: Facts) -> Iterator[Told]:
    clock = facts.get(Clock)
    if zone.boot is not None and isinstance(clock, Clock):
        yield Told(zone.boot.replace(microsecond=0), node, "node-booted", node, Evidence.of(node, clock.span))


def zone_on(facts: Facts) -> Zone | None:
    """None when nothing tells when the node was asked."""
    clock = facts.get(Clock)
    zone = zone_of(clock) if isinstance(clock, Clock) else None
    return zone or _zone_without_clock(facts)


def _zone_without_clock(facts: Facts) -> Zone | None:
    taken, cluster, signals = facts.get(NodeTaken), facts.get(ClusterTaken), facts.get(Signals)
    times = (one.at for one in (taken, cluster) if isinstance(one, NodeTaken | ClusterTaken))
    now = next((at for text in times if (at := moment(text)) is not None), None)
    if now is None:
        return None
    reaches = signals.reaches if isinstance(signals, Signals) else ()
    return Zone(now.astimezone(UTC), _printed_offset(reaches))


def _printed_offset(reaches: tuple[LogReach, ...]) -> int | None:
    """The zone of the newest time that the journal prints."""
    journals = (one.last for one in reaches if one.probe.startswith("journal_"))
    offsets = (offset_of(last) for last in sorted(journals, reverse=True))
    return next((offset for offset in offsets if offset is not None), None)


def zones(zone: Zone, node: str, driver: object) -> Callable[[str], Zone]:
    """How each source of a node is to be read."""
    version = driver.version_on(node) if isinstance(driver, Driver) else None
    if version is None:
        drivers = replace(zone, is_told=zone.is_told and zone.utc_offset_s == 0)
    else:
        drivers = replace(zone, utc_offset_s=0) if version.is_between(*IN_UTC) else zone
    return lambda source: drivers if source.startswith(DRIVERS_LOGS) else zone
