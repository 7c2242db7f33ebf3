"""Which of its volumes a pod has already: what holds it up is then something else.

The node's mount table decides: a volume is mounted, or as a block device bound, at a path that has the pod's uid in it.
Where that table is not known, the driver's log does: `Volume … is node published from <that path>`.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts.across import Across
from analyzer.facts.cluster import PersistentVolume, Pod
from analyzer.facts.host import Mounts
from analyzer.facts.logs import Signals

PUBLISHED = "driver-volume-published"


@dataclass(frozen=True, slots=True)
class Published:
    """What the nodes tell of volumes in pods."""

    mounts: Across[Mounts]
    logs: Across[Signals]

    def has(self, pod: Pod, volume: PersistentVolume) -> bool:
        """False also where nothing tells."""
        mounts, logs = self.mounts.of(pod.node), self.logs.of(pod.node)
        if not pod.uid:
            return False
        if isinstance(mounts, Mounts):
            return any(_is_of(one.mount_point, pod, volume) for one in mounts.mounts)
        hits = logs.of(PUBLISHED) if isinstance(logs, Signals) else ()
        quoted = (line for hit in hits for span in hit.spans for line in span.text)
        return any(_is_of(line.rpartition(" is node published from ")[2], pod, volume) for line in quoted)


def _is_of(path: str, pod: Pod, volume: PersistentVolume) -> bool:
    return {pod.uid, volume.name} <= set(path.strip().split("/"))
