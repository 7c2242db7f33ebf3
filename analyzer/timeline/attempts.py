"""One failed attempt at a volume, told once.

The driver says the failure of one call several times within a second, from the command that failed up to the call
itself, and the kubelet repeats it.  Of what is said of one volume, or under one request of the driver, the cause is
kept, not the call that it failed: when both began or ended within two seconds of each other.  A cause that names
nothing stands beside the call, which names the volume.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from analyzer.timeline.moments import Kind, Told, Tone
from analyzer.timeline.sayings import SAYINGS

AT_ONCE = timedelta(seconds=2)
OF_A_CALL = frozenset(
    {"driver-mount-command-failed", "driver-publish-failed", "driver-stage-failed", "kubelet-volume-failed"}
)

_REQUEST = re.compile(r"\[requestID:\d{1,20}\]", re.ASCII)


def attempts_once(in_time: Iterable[Told]) -> list[Told]:
    """In the order given."""
    told = list(in_time)
    by_node: dict[str, list[int]] = {}
    for number, one in enumerate(told):
        if _is_of_an_attempt(one):
            by_node.setdefault(one.node, []).append(number)
    for numbers in by_node.values():
        _fold(told, sorted(numbers, key=lambda number: (told[number].saying in OF_A_CALL, number)))
    return [one for one in told if one.times]


def _fold(told: list[Told], numbers: Sequence[int]) -> None:
    """Causes first; what repeats an earlier one gives it its volumes, and is left without any times."""
    kept: list[int] = []
    for number in numbers:
        first = next((other for other in kept if _repeats(told[number], told[other])), None)
        if first is None:
            kept.append(number)
            continue
        told[first] = replace(told[first], volumes=told[first].volumes or told[number].volumes)
        told[number] = replace(told[number], times=0)


def _is_of_an_attempt(one: Told) -> bool:
    saying = SAYINGS[one.saying]
    names_something = bool(one.names) or "share" in dict(one.values)
    return saying.tone is Tone.BAD and saying.kind in (Kind.DRIVER, Kind.KUBELET) and names_something


def _repeats(one: Told, cause: Told) -> bool:
    is_of_one = not set(one.volumes).isdisjoint(cause.volumes) or bool(_requests(one) & _requests(cause))
    return is_of_one and _is_within(one, cause)


def _requests(one: Told) -> frozenset[str]:
    return frozenset(_REQUEST.findall("\n".join(one.evidence.text[:1])))


def _is_within(one: Told, cause: Told) -> bool:
    """What happened often began or ended with its cause, and lasted no longer."""
    begins, ends = one.at - cause.at, _end(one) - _end(cause)
    at_once = abs(begins) <= AT_ONCE or abs(ends) <= AT_ONCE
    return at_once and begins >= -AT_ONCE and ends <= AT_ONCE


def _end(one: Told) -> datetime:
    return one.until or one.at
