"""Periods as people type them: a number and s, min, h or d, as in 72h.

Output   seconds.  Errors  ValueError, one sentence, for a word of another form.
"""

from __future__ import annotations

import re

_PERIOD = re.compile(r"([1-9][0-9]{0,5})(s|min|h|d)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


def seconds_of(period: str) -> int:
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(f"{period!r} is not a period: write a number and s, min, h or d, as in 72h.")
    return int(match[1]) * _SECONDS[match[2]]
