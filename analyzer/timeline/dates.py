"""Times as logs print them -> UTC by the clock of the host that wrote them.

Input    seconds since boot (`dmesg`), ISO 8601 with a zone or without (the journal; the driver), `Fri Jul  3 10:15:01
         2026` (`dmesg -T`), `Jul  3 10:15:01` (syslog), `I0703 10:15:01.204511` (klog).
Output   the moment, and whether its zone and year were told or assumed; None for what is no time, for seconds without
         a known boot, and for a time that cannot be: more than a year before the clock was read (a clock not set yet
         at boot says 1970), or well after it.
The kernel counts its seconds by a clock that is not steered: over weeks it may run seconds off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analyzer.facts.host import Clock
from analyzer.facts.times import moment

Dated = tuple[datetime, bool]

YEARS = range(10, 9990)  # with room to reckon; a clock that was never set says 1970, and is corrected
OLDEST = timedelta(days=366)
AFTERWARDS = timedelta(minutes=10)  # logs are read after the clock; a slow node takes its time
EASTERNMOST = timedelta(hours=14)  # how far a time whose zone is assumed may seem to be ahead

_SECONDS = re.compile(r"\d{1,12}\.\d{1,9}", re.ASCII)
_CTIME = re.compile(r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<time>\S{8}) (?P<year>\d{4})")
_SYSLOG = re.compile(r"(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<time>\S{8})")
_KLOG = re.compile(r"[IWEF](?P<month>\d\d)(?P<day>\d\d) (?P<time>\d\d:\d\d:\d\d)\.\d{6} ", re.ASCII)
_HAS_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Zone:
    """How a log's times are to be read: `now` is UTC by the writer's clock when it was asked, `boot` when it booted.

    `utc_offset_s` is of times that print none; None when nothing tells, and then they are not read.  `is_told` is False
    where it is assumed.
    """

    now: datetime
    utc_offset_s: int | None
    is_told: bool = True
    boot: datetime | None = None


def zone_of(clock: Clock) -> Zone | None:
    """Of a node that told its time."""
    now = _iso(clock.local_time, clock.utc_offset_s)
    if now is None or now.year not in YEARS:
        return None
    return Zone(now, clock.utc_offset_s, boot=_later(now, -clock.uptime_s) if clock.uptime_s > 0 else None)


def _later(at: datetime, seconds: float) -> datetime | None:
    try:
        return at + timedelta(seconds=seconds)
    except (OverflowError, ValueError):  # past the end of all calendars; no number
        return None


def dated(text: str, zone: Zone) -> Dated | None:
    read = _read(text, zone)
    if read is None:
        return None
    at, is_told = read
    latest = zone.now + (AFTERWARDS if is_told else EASTERNMOST)
    return (at, is_told) if zone.now - OLDEST <= at <= latest else None


def _read(text: str, zone: Zone) -> Dated | None:
    if _SECONDS.fullmatch(text):
        at = _later(zone.boot, float(text)) if zone.boot is not None else None
        return None if at is None else (at, True)
    if _HAS_ZONE.search(text) and (at := _iso(text, 0)) is not None:
        return at, True
    if (found := _KLOG.match(text)) and 1 <= int(found["month"]) <= 12:
        at = _last(_MONTHS[int(found["month"]) - 1], found["day"], found["time"], zone.now, 0)
        return None if at is None else (at, False)  # a container's zone is UTC, unless somebody changed it
    at = _local(text, zone.now, zone.utc_offset_s) if zone.utc_offset_s is not None else None
    return None if at is None else (at, zone.is_told)


def _local(text: str, now: datetime, utc_offset_s: int) -> datetime | None:
    if found := _CTIME.fullmatch(text):
        return _on(found["year"], found["month"], found["day"], found["time"], utc_offset_s)
    if found := _SYSLOG.fullmatch(text):
        return _last(found["month"], found["day"], found["time"], now, utc_offset_s)
    return _iso(text, utc_offset_s)


def _iso(text: str, utc_offset_s: int) -> datetime | None:
    at = moment(text, utc_offset_s=utc_offset_s)
    try:
        return at.astimezone(UTC) if at is not None else None
    except OverflowError:  # the year 1 in a zone east of UTC
        return None


def _last(month: str, day: str, time: str, now: datetime, utc_offset_s: int) -> datetime | None:
    """Without a year it is the last such day."""
    latest = now + AFTERWARDS
    years = (_on(str(year), month, day, time, utc_offset_s) for year in (latest.year + 1, latest.year, latest.year - 1))
    return next((at for at in years if at is not None and at <= latest), None)


def _on(year: str, month: str, day: str, time: str, utc_offset_s: int) -> datetime | None:
    if month not in _MONTHS:
        return None
    return _iso(f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{time}", utc_offset_s)
