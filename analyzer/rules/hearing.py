"""That something did not happen must have been seen: in a log, or an event, where it would have been told."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.logs import Signals
from analyzer.findings import Inconclusive
from bundle.capture import Status

DRIVER_AND_KUBELET = ("driver_logs", "journal_kubelet")
NOT_COLLECTED = "this log was not collected"


def unheard(rule: str, node: str, failures: VolumeFailures | Unknown) -> Iterator[Inconclusive]:
    """`Inconclusive` unless the driver's log or the kubelet's was read: events live for an hour only."""
    if isinstance(failures, Unknown):
        yield Inconclusive(rule, node, (failures,))
    elif not set(DRIVER_AND_KUBELET) & set(failures.heard):
        yield Inconclusive(rule, node, tuple(Unknown(log, Status.ABSENT, NOT_COLLECTED) for log in DRIVER_AND_KUBELET))


def unread(rule: str, node: str, signals: Signals | Unknown, *logs: str) -> Iterator[Inconclusive]:
    """`Inconclusive` unless one of these logs was read."""
    if isinstance(signals, Unknown):
        yield Inconclusive(rule, node, (signals,))
    elif not set(logs) & set(signals.scanned):
        yield Inconclusive(rule, node, tuple(Unknown(log, Status.ABSENT, NOT_COLLECTED) for log in logs))
