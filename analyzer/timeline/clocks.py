"""Every node's clock against the collecting host's.

How      A node's own time, less the time at which it was asked by the collecting host's clock.  With three nodes and
         more whose clocks agree, the middle one is taken for right.
Not told A node is asked for its time some seconds after it was first called, so that less than a minute behind, and
         less than six ahead, is no proof of a wrong clock.  Parts made by hand carry no time of the asking, nor do
         bundles joined of runs hours apart: of their clocks nothing is known.
Source   `date` on the node; the collector's own notes of when it asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.host import Clock
from analyzer.facts.taken import ClusterTaken, NodeTaken
from analyzer.facts.times import moment
from analyzer.timeline.moments import THE_CLUSTER

BEHIND_S, AHEAD_S = 60, 360
ENOUGH = 3
SAME_RUN = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Readings:
    """`ahead` is by how many seconds each node's clock was ahead of the collecting host's when it was asked.

    `middle` is the offset of the clocks that agree, 0 when too few do; `agree` is how many do then.
    """

    ahead: Mapping[str, float]
    middle: float = 0.0
    agree: int = 0

    @property
    def is_sure(self) -> bool:
        """That a node which differs is wrong, and not the collecting host."""
        return self.agree > 0

    def wrong(self) -> Iterator[tuple[str, float]]:
        """The nodes whose clocks differ from the right ones, and by how much they are ahead of those."""
        for node, ahead in self.ahead.items():
            if is_off(ahead - self.middle):
                yield node, ahead - self.middle

    def correction(self, clock: str) -> tuple[timedelta, bool]:
        """What to take off a time of this clock, a node's or the cluster's; and whether that is certain.

        Nobody asks the control plane for its time: it is taken to agree with the nodes where those agree.
        """
        ahead = self.middle if clock == THE_CLUSTER else self.ahead.get(clock)
        if ahead is None:
            return timedelta(), False
        if not is_off(ahead):
            return timedelta(), ahead <= BEHIND_S
        return timedelta(seconds=round(ahead)), self.is_sure or self._host_is_right()

    def _host_is_right(self) -> bool:
        return any(not is_off(ahead) for ahead in self.ahead.values())


def is_off(seconds: float) -> bool:
    """More than a slow answer explains."""
    return seconds < -BEHIND_S or seconds > AHEAD_S


def read(clocks: Across[Clock], taken: Across[NodeTaken], cluster: ClusterTaken) -> Readings:
    ahead = dict(_ahead(clocks, taken, cluster))
    middle = sorted(ahead.values())[len(ahead) // 2] if len(ahead) >= ENOUGH else 0.0
    agree = _agreeing(ahead.values(), middle)
    if len(ahead) < ENOUGH or agree <= len(ahead) // 2:
        return Readings(ahead)
    return Readings(ahead, middle, agree)


def _agreeing(ahead: Iterable[float], middle: float) -> int:
    return sum(1 for one in ahead if abs(one - middle) <= BEHIND_S)


def _ahead(clocks: Across[Clock], taken: Across[NodeTaken], cluster: ClusterTaken) -> Iterator[tuple[str, float]]:
    begun = moment(cluster.at)
    for node, clock in clocks.known():
        asked = taken.of(node)
        at = None if asked is None or isinstance(asked, Unknown) else moment(asked.at)
        said = moment(clock.local_time)
        if at is not None and said is not None and begun is not None and abs(at - begun) < SAME_RUN:
            yield node, (said - at).total_seconds()
