"""Whether the driver was ever asked for a volume on a node since a moment, by its own logs.

Silence counts only where the log covers the time: it begins before, and goes on after, or it is the live file of a
driver that runs and had nothing to say.  The driver prints its local time without a zone; that is UTC up to V4.2, and
the host's since V4.3, which mounts /etc/localtime.  Where the zone is not certain, the log must cover the time in every
zone that it may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.cluster import ClusterNodes, Pod
from analyzer.facts.driver import CONTAINER, CONTROLLER_APP, NODE_APP, Driver
from analyzer.facts.host import Clock
from analyzer.facts.logs import ClusterSignals, LogReach, SignalHit, Signals
from analyzer.facts.times import moment
from analyzer.rules.attach.driver_pod import works
from analyzer.rules.attach.waiting import Wait
from analyzer.texts import Text

EVERY_ZONE_S = (-12 * 3600, 14 * 3600)
STAGED, ATTACHED = "driver-stage-started", "driver-attach-started"

SILENT = Text(
    en="Ruled out: a failure of the driver on {node}. Its log there begins at {first}, was written last at "
    "{last} (its local time), and has no `Start to stage volume {handle}` since: nobody asked it.",
    zh="已排除：驱动在 {node} 上处理失败。该节点的驱动日志始于 {first}，最后写入于 {last}"
    "（日志本地时间），此后没有 `Start to stage volume {handle}`，即没有任何组件请求过驱动。",
)
NO_LOG = Text(
    en="Not proved: that the driver on {node} was not asked. Its log huawei-csi-node was not read there{why}.",
    zh="未能证实：驱动在 {node} 上未收到请求。未读取到该节点的 huawei-csi-node 日志{why}。",
)
SHORT = Text(
    en="Not proved: that the driver on {node} was not asked. Its log there tells only from {first} to {last} (its "
    "local time), which does not cover the time since {since}.",
    zh="未能证实：驱动在 {node} 上未收到请求。该节点的驱动日志仅覆盖 {first} 至 {last}（日志本地时间），"
    "不包含 {since} 之后的全部时段。",
)
CONTROLLER_SILENT = Text(
    en="Ruled out: a failure of the driver's controller. Its log covers the time and has no "
    "`Run controller publish volume {handle}`.",
    zh="已排除：驱动控制器处理失败。其日志覆盖该时段，其中没有 `Run controller publish volume {handle}`。",
)
CONTROLLER_UNREAD = Text(
    en="The log of the driver's controller does not cover the time in this bundle; the missing VolumeAttachment alone "
    "says that it was not asked.",
    zh="诊断包中驱动控制器的日志未覆盖该时段；仅凭没有 VolumeAttachment 可知其未收到请求。",
)


@dataclass(frozen=True, slots=True)
class Logs:
    """All logs in which the driver may have said that it was asked."""

    of_nodes: Across[Signals]
    clocks: Across[Clock]
    of_controller: ClusterSignals | Unknown
    driver: Driver
    nodes: ClusterNodes | Unknown

    def were_asked(self, wait: Wait) -> bool:
        """The node's driver, or the controller, began to work on this volume for this node since then."""
        here = self.of_nodes.of(wait.pod.node)
        staged = here.of(STAGED) if isinstance(here, Signals) else ()
        if any(self._is_since(hit, wait, wait.pod.node) for hit in staged):
            return True
        return any(self._is_since(hit, wait, node) for hit, node in self._attached() if self._is_for(hit, wait))

    def node_covers(self, wait: Wait) -> tuple[bool, Text]:
        """Whether the driver's log on the pod's node covers the time since then, and the sentence about it."""
        node, here = wait.pod.node, self.of_nodes.of(wait.pod.node)
        reach = self._reach(here, node) if isinstance(here, Signals) else None
        if reach is None:
            reason = here.reason or here.status.value if isinstance(here, Unknown) else ""
            return False, NO_LOG.fill(node=node, why=f" ({reason})" if reason else "")
        alive = isinstance(here, Signals) and self._is_quiet(here, NODE_APP, self.driver.node_pod(node))
        if not self._covers(reach, wait, node, alive):
            since = wait.since.isoformat()
            return False, SHORT.fill(node=node, first=reach.first, last=reach.last, since=since)
        return True, SILENT.fill(node=node, first=reach.first, last=reach.last, handle=wait.volume.volume_handle)

    def controller_says(self, wait: Wait) -> Text:
        own = self.driver.controller_pods
        covered = bool(own) and all(self._controller_covers(wait, pod) for pod in own)
        return CONTROLLER_SILENT.fill(handle=wait.volume.volume_handle) if covered else CONTROLLER_UNREAD

    def _controller_covers(self, wait: Wait, pod: Pod) -> bool:
        here = self.of_nodes.of(pod.node)
        reach = here.reach(CONTROLLER_APP) if isinstance(here, Signals) else None
        alive = isinstance(here, Signals) and self._is_quiet(here, CONTROLLER_APP, pod)
        if reach is not None and self._covers(reach, wait, pod.node, alive):
            return True
        console = () if isinstance(self.of_controller, Unknown) else self.of_controller.reaches
        return any(self._covers(one, wait, pod.node) for one in console if one.probe == f"{pod.name}/{CONTAINER}")

    def _attached(self) -> Iterator[tuple[SignalHit, str]]:
        """Every request to attach, with the node on which it was logged."""
        for node, signals in self.of_nodes.known():
            yield from ((hit, node) for hit in signals.of(ATTACHED))
        if not isinstance(self.of_controller, Unknown):
            yield from ((hit, "") for hit in self.of_controller.of(ATTACHED))

    def _is_for(self, hit: SignalHit, wait: Wait) -> bool:
        """The driver names a node by its host name; an unknown name may be this node's."""
        if isinstance(self.nodes, Unknown):
            return True
        others = {name for one in self.nodes.items if one.name != wait.pod.node for name in (one.name, one.hostname)}
        return hit.field("host") not in others

    def _is_since(self, hit: SignalHit, wait: Wait, node: str) -> bool:
        if hit.field("handle") != wait.volume.volume_handle:
            return False
        times = [moment(hit.last, utc_offset_s=offset) for offset in self._offsets(node)]
        return any(time is None or time >= wait.since for time in times)

    def _covers(self, reach: LogReach, wait: Wait, node: str, is_live: bool = False) -> bool:
        return all(_is_around(reach, wait.since, offset, is_live) for offset in self._offsets(node))

    def _is_quiet(self, here: Signals, app: str, pod: Pod | None) -> bool:
        """The file that the driver writes now was read, and its container works: what it did it would have written."""
        is_read = any(one.source.endswith(f"/{app}") for one in here.reaches)
        return is_read and pod is not None and not _to_console(self.driver, pod) and works(pod, CONTAINER, self.nodes)

    def _reach(self, here: Signals, node: str) -> LogReach | None:
        """Of what the driver prints, where it prints: kubectl gave that; else of the file that it writes."""
        pod = self.driver.node_pod(node)
        if pod is not None and _to_console(self.driver, pod):
            return here.reach(f"{pod.name}/{CONTAINER}")
        return here.reach(NODE_APP)

    def _offsets(self, node: str) -> tuple[int, ...]:
        version, clock = self.driver.version_on(node), self.clocks.of(node)
        if version is not None and version.is_between("2.0", "4.2"):
            return (0,)
        if not isinstance(clock, Clock):
            return EVERY_ZONE_S
        return (clock.utc_offset_s,) if version is not None else (0, clock.utc_offset_s)


def _to_console(driver: Driver, pod: Pod) -> bool:
    return driver.argument("logging-module", (pod,)) == "console"


def _is_around(reach: LogReach, time: datetime, offset: int, is_live: bool) -> bool:
    first, last = moment(reach.first, utc_offset_s=offset), moment(reach.last, utc_offset_s=offset)
    return first is not None and last is not None and first <= time and (is_live or time <= last)
