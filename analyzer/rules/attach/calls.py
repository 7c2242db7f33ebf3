"""What the driver's controller did about attaching a volume: began, succeeded, failed, or has not answered yet.

Input    the logs of the controller, wherever they lie: files on nodes, or what kubectl gave.
Output   calls of one volume, each log by itself, since only lines of one log can be compared in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.cluster import PersistentVolume
from analyzer.facts.driver import CONTAINER, CONTROLLER_APP, Driver
from analyzer.facts.logs import ClusterSignals, SignalHit, Signals

STARTED, ATTACHED, FAILED = "driver-attach-started", "driver-attached", "driver-attach-failed"


@dataclass(frozen=True, slots=True)
class Calls:
    of_nodes: Across[Signals]
    of_controller: ClusterSignals | Unknown
    driver: Driver

    def failed(self, volume: PersistentVolume) -> Iterator[tuple[str, SignalHit]]:
        """The failures with no success after them, each with the node whose log it is, "" of kubectl's."""
        for node, signals in self._logs():
            done = _last(signals, ATTACHED, volume)
            yield from ((node, hit) for hit in _hits(signals, FAILED, volume) if hit.last > done)

    def unanswered(self, volume: PersistentVolume) -> tuple[str, SignalHit] | None:
        """The last call that neither succeeded nor failed, nor was followed by one that did.

        Before V4.0 the driver does not say how a call ended.
        """
        if any(version.is_between("2.0", "3.9") for version in self.driver.versions):
            return None
        for node, signals in self._logs():
            ended = max(_last(signals, ATTACHED, volume), _last(signals, FAILED, volume))
            for hit in _hits(signals, STARTED, volume):
                if hit.last > ended:
                    return node, hit
        return None

    def were_made(self, volume: PersistentVolume) -> bool | None:
        """Whether any call for this volume is told; None where no log of the controller was read."""
        logs = [signals for _, signals in self._logs()]
        if any(True for signals in logs for _ in _hits(signals, STARTED, volume)):
            return True
        reaches = [one for signals in logs for one in signals.reaches]
        read = {one.source.rpartition("/")[2] for one in reaches} | {one.probe for one in reaches}
        own = {CONTROLLER_APP, *(f"{pod.name}/{CONTAINER}" for pod in self.driver.controller_pods)}
        return False if own & read else None

    def _logs(self) -> Iterator[tuple[str, Signals | ClusterSignals]]:
        yield from self.of_nodes.known()
        if not isinstance(self.of_controller, Unknown):
            yield "", self.of_controller


def _hits(signals: Signals | ClusterSignals, signal: str, volume: PersistentVolume) -> Iterator[SignalHit]:
    """The driver names a volume by its handle, in an error by its name on the array."""
    names = (volume.volume_handle, volume.array_name)
    return (hit for hit in signals.of(signal) if (hit.field("handle") or hit.field("volume")) in names)


def _last(signals: Signals | ClusterSignals, signal: str, volume: PersistentVolume) -> str:
    return max((hit.last for hit in _hits(signals, signal, volume)), default="")
