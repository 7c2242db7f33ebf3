"""Times as logs and objects print them -> moments that can be compared.

Input    ISO 8601 with a zone (`2026-07-03T10:15:01Z`, `…+0800`, `….123456Z`), or without one (`2026-07-03
         10:15:01.204511`, the driver's own form), which is then the node's local time.
Output   an aware datetime; None for "" and for what is no such time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def moment(text: str, *, utc_offset_s: int = 0) -> datetime | None:
    """`utc_offset_s` is the zone of a time that names none."""
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    micros = (match["fraction"] or "").ljust(6, "0")[:6]
    try:
        naive = datetime.fromisoformat(f"{match['date']}T{match['time']}.{micros}")
        return naive.replace(tzinfo=_zone(match["zone"], utc_offset_s))
    except ValueError:  # no such day, or a zone of more than a day
        return None


def offset_of(text: str) -> int | None:
    """How many seconds the zone that a time names is ahead of UTC; None when it names none."""
    match = _ISO.fullmatch(text)
    if match is None or match["zone"] is None:
        return None
    try:
        ahead = _zone(match["zone"], 0).utcoffset(None)
    except ValueError:
        return None
    return int(ahead.total_seconds())


def _zone(text: str | None, utc_offset_s: int) -> timezone:
    if text is None:
        return timezone(timedelta(seconds=utc_offset_s))
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))
