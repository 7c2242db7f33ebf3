"""`date +%FT%T%z; cat /proc/uptime` -> Clock.

Input    `2026-07-03T10:15:01+0800`, then `3708.45 7200.11`.  Output  the time verbatim; offset and uptime in seconds.
Errors   ParseError when a line is missing or of another form.  Source  date(1), proc_uptime(5).
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import Clock
from analyzer.parsers import Parser
from analyzer.parsers.lines import lines_from, split_lines

_PROBE = "clock"
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([+-])([0-9]{2})([0-9]{2})")
_UPTIME = re.compile(r"([0-9]{1,12}\.[0-9]{1,6}) [0-9.]+")


def parse(text: str) -> Clock:
    lines = split_lines(_PROBE, text)
    if len(lines) != 2:
        raise ParseError(_PROBE, max(1, len(lines)), "not two lines, time and uptime")
    time, uptime = _TIME.fullmatch(lines[0]), _UPTIME.fullmatch(lines[1])
    if time is None:
        raise ParseError(_PROBE, 1, f"not a time with its offset: {lines[0]!r}")
    if uptime is None:
        raise ParseError(_PROBE, 2, f"not /proc/uptime: {lines[1]!r}")
    offset_s = int(time[2]) * 3600 + int(time[3]) * 60
    return Clock(
        local_time=lines[0],
        utc_offset_s=-offset_s if time[1] == "-" else offset_s,
        uptime_s=float(uptime[1]),
        span=lines_from(_PROBE, lines, 1, 2),
    )


PARSER = Parser(_PROBE, Clock, parse)
