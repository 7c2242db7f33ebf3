"""Hits of log signatures -> what happened, told once: repeats, paths and disks of one moment folded.

Input    hits, how the writer's times are read, and which PV a volume's handle is.
Output   one `Told` for all hits of one signature and one error that lie within two minutes of each other; the listed
         names in the order of their first appearance.  A line in two logs (dmesg and syslog) counts once.
A hit keeps the first and the last few of its occurrences: where these are all, each is dated by itself, so that a word
said at boot and again today is two moments; where not, it is one from the first to the last.
What reading a disk brings about, and began after the node told its time, may be the collector's own doing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.facts import Span
from analyzer.facts.cluster import PersistentVolumes
from analyzer.facts.logs import SignalHit
from analyzer.findings import Evidence
from analyzer.signals.scan import printed_time
from analyzer.timeline.dates import Dated, Zone, dated
from analyzer.timeline.moments import Told
from analyzer.timeline.sayings import BY_READING, SAYINGS
from analyzer.timeline.sayings.saying import Saying
from analyzer.timeline.wording import in_short, shortened

TOGETHER = timedelta(minutes=2)
LISTED = 4
QUOTED_LINES, QUOTED_CHARACTERS = 2, 600  # what a driver's line says stands behind two long paths

_HOST_NAME = re.compile(r'\\?"HostName\\?":\s*\\?"([^"\\]+)')


_Key = tuple[str, tuple[tuple[str, str], ...], str]  # the signal, the values of its sentence, and the PV


@dataclass(frozen=True, slots=True)
class VolumeNames:
    """A volume's handle, its name on the array or its WWN -> the name of its PV."""

    by_name: Mapping[str, str]

    @classmethod
    def of(cls, volumes: object) -> VolumeNames:
        """Of PersistentVolumes; none where those are not known."""
        if not isinstance(volumes, PersistentVolumes):
            return cls({})
        by_wwn = {one.lun_wwn: one.name for one in volumes.items if one.lun_wwn}
        return cls({**by_wwn, **volumes.by_volume, **{one.name: one.name for one in volumes.items}})

    def pv(self, name: str) -> str:
        """ "" for a volume of which no PV tells."""
        return self.by_name.get(name, "")


@dataclass(frozen=True, slots=True)
class Log:
    """Whose log: `node` is what its lines are told of, `clock` whose clock dates them."""

    node: str
    clock: str
    zone_of: Callable[[str], Zone]  # of a source
    volumes: VolumeNames


@dataclass(frozen=True, slots=True)
class _Said:
    """An occurrence, or the first to the last of many."""

    key: _Key  # of what may be told as one
    name: str
    at: datetime
    until: datetime
    times: int
    certain: bool
    family: str  # of sources that do not repeat each other
    span: Span


def told(hits: Iterable[SignalHit], log: Log) -> Iterator[Told]:
    groups: dict[_Key, list[_Said]] = {}
    for hit in hits:
        saying = SAYINGS.get(hit.signal)
        for one in _said(hit, saying, log) if saying else ():
            groups.setdefault(one.key, []).append(one)
    for said in groups.values():
        for together in _together(sorted(said, key=lambda one: (one.at, one.name, one.span.first_line))):
            yield _told(together, log)


def _said(hit: SignalHit, saying: Saying, log: Log) -> Iterator[_Said]:
    fields = _fields(hit, log)
    values = sorted(saying.values(fields).items()) if saying.values else []
    volume = log.volumes.pv(fields["pv"])
    source = hit.spans[0].capture
    for at, until, times, certain, span in _dated(hit, log.zone_of(source)):
        yield _Said(
            key=(hit.signal, tuple((name, shortened(value)) for name, value in values), volume),
            name=shortened(saying.names(fields)) if saying.names else "",
            at=at,
            until=until,
            times=times,
            certain=certain,
            family=source.rpartition("/")[0] or source,
            span=span,
        )


def _dated(hit: SignalHit, zone: Zone) -> Iterator[tuple[datetime, datetime, int, bool, Span]]:
    if hit.total == len(hit.spans):
        for span in hit.spans:
            if (found := _time(span, zone)) is not None:
                yield found[0], found[0], 1, found[1], span
        return
    times = [(found, span) for span in hit.spans if (found := _time(span, zone)) is not None]
    if times:
        (first, certain), span = min(times, key=lambda one: one[0][0])
        yield first, max(at for (at, _), _ in times), hit.total, certain, span


def _time(span: Span, zone: Zone) -> Dated | None:
    line = span.text[0] if span.text else ""
    return dated(printed_time(line) or line[:64], zone)


def _fields(hit: SignalHit, log: Log) -> dict[str, str]:
    """The hit's own, and what sentences need beside: the PV, the host, the error in short."""
    fields = {name: " ".join(value.split()) for name, value in hit.fields}
    volume = next((fields[name] for name in ("handle", "volume", "pv", "wwn", "wanted") if fields.get(name)), "")
    volume = volume or fields.get("share", "").rpartition("/")[2]
    fields["pv"] = log.volumes.pv(volume) or volume
    fields["host"] = host_of(hit)
    said = (fields.get(name, "") for name in ("says", "output", "old_output", "error"))
    fields["says"] = in_short(next((one for one in said if one), ""))
    places = (fields.get(name, "") for name in ("target", "block_target", "stage_actual"))
    fields["place"] = next((one for one in places if one), "")
    return fields


def host_of(hit: SignalHit) -> str:
    """Whom a line of the controller concerns: the driver names a node by JSON."""
    said = " ".join((hit.field("host") or hit.field("node") or "").split())
    found = _HOST_NAME.search(said)
    return found[1] if found else said


def _together(said: Sequence[_Said]) -> Iterator[list[_Said]]:
    group: list[_Said] = []
    end = None
    for one in said:
        if end is not None and one.at - end > TOGETHER:
            yield group
            group, end = [], None
        group.append(one)
        end = one.until if end is None else max(end, one.until)
    if group:
        yield group


def _told(group: Sequence[_Said], log: Log) -> Told:
    first = group[0]
    names = tuple(dict.fromkeys(one.name for one in group if one.name))
    until = max(one.until for one in group)
    return Told(
        at=first.at,
        node=log.node,
        saying=first.key[0],
        clock=log.clock,
        evidence=_quoted(log.node, first.span),
        values=first.key[1],
        names=names[:LISTED],
        more=max(0, len(names) - LISTED),
        until=until if until - first.at >= timedelta(seconds=1) else None,
        times=_times(group),
        volumes=(first.key[2],) if first.key[2] else (),
        certain=all(one.certain for one in group),
        of_collecting=first.key[0] in BY_READING and first.at >= log.zone_of(first.span.capture).now,
    )


def _times(group: Sequence[_Said]) -> int:
    """What dmesg and the system log both have happened once."""
    by_name: dict[str, dict[str, int]] = {}
    for one in group:
        by_family = by_name.setdefault(one.name, {})
        by_family[one.family] = by_family.get(one.family, 0) + one.times
    return sum(max(by_family.values()) for by_family in by_name.values())


def _quoted(node: str, span: Span) -> Evidence:
    """A few lines only: the findings quote the rest."""
    text = tuple(line[:QUOTED_CHARACTERS] for line in span.text[:QUOTED_LINES])
    return Evidence.of(node, Span(span.capture, span.first_line, span.first_line + max(0, len(text) - 1), text))
