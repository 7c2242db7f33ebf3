"""Whether kube-controller-manager is alive, by its lease and its pods.

Its leader renews the lease every two seconds.  A lease is stale when other leases of the same list were renewed much
later: they were read in the same moment, and the masters' clocks agree.  With no other lease, or when all are as old,
the collector's clock must tell, which may be wrong; and when all are as old, it cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import Pod, Pods
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.times import moment
from analyzer.facts.workloads import Lease, Leases
from analyzer.texts import Text

NAME = "kube-controller-manager"
DURATION_S = 15  # Kubernetes' own default
READING = timedelta(minutes=2)  # the lists of a large cluster are not read in one moment

STALE = Text(
    en="kube-controller-manager has stopped: its leader {holder} renewed the lease last at {renewed}, {ago} s before "
    "the cluster was asked; {duration} s are allowed.",
    zh="kube-controller-manager 已停止工作：其 leader {holder} 最后一次续租时间为 {renewed}，"
    "比采集时刻早 {ago} 秒，而租约有效期仅 {duration} 秒。",
)
TAKEN_OVER = Text(
    en="kube-controller-manager failed in between: {holder} took its lease over at {acquired} (change of leader number "
    "{transitions}), after the pod had been scheduled.",
    zh="kube-controller-manager 在此期间发生过故障：Pod 调度之后，{holder} 于 {acquired} 接管了租约"
    "（第 {transitions} 次 leader 切换）。",
)
FINE = Text(
    en="Its lease is being renewed ({renewed}, by {holder}). Then its attach/detach controller is stuck or far behind, "
    "or an admission webhook refuses VolumeAttachments: its log tells which.",
    zh="其租约仍在正常续租（{renewed}，{holder}）。因此可能是其 attach/detach 控制器卡住或严重积压，"
    "或者准入 webhook 拒绝了 VolumeAttachment：请查看其日志确认。",
)
DOUBTFUL = Text(
    en="No lease of kube-system was renewed later than {renewed}, as this bundle's clock has it: either the whole "
    "control plane stood still, or the clock of the machine that collected is wrong.",
    zh="按采集时的时钟，kube-system 中没有任何租约在 {renewed} 之后续租："
    "要么整个控制面停止工作，要么采集机的时钟不准。",
)
NO_LEASE = Text(
    en="kube-system has no lease of kube-controller-manager, so this bundle cannot tell whether it is alive.",
    zh="kube-system 中没有 kube-controller-manager 的租约，因此诊断包无法判断其是否正常。",
)
NOT_READ = Text(
    en="The leases of kube-system could not be read, so this bundle cannot tell whether it is alive ({reason}).",
    zh="未能读取 kube-system 的租约，因此诊断包无法判断其是否正常（{reason}）。",
)
POD_DOWN = Text(
    en="Pod {pod} on {node} is not ready{why}; it was restarted {restarts} times.",
    zh="节点 {node} 上的 Pod {pod} 未就绪{why}，已重启 {restarts} 次。",
)
POD_RESTARTED = Text(
    en="Pod {pod} on {node} runs; it was restarted {restarts} times.",
    zh="节点 {node} 上的 Pod {pod} 在运行，已重启 {restarts} 次。",
)


class Life(StrEnum):
    ALIVE = "alive"
    STALE = "stale"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ControllerManager:
    """What is known of it; `silent_s` is how long its lease was not renewed."""

    life: Life
    lease: Lease | None
    silent_s: int
    reason: str  # why the lease is not known
    pods: tuple[Pod, ...]

    def failed_since(self, since: datetime) -> bool:
        """It stopped, or was replaced, after this moment."""
        return self.life is Life.STALE or self.was_replaced_since(since)

    def was_replaced_since(self, since: datetime) -> bool:
        acquired = moment(self.lease.acquired) if self.lease else None
        return acquired is not None and acquired > since and self.lease is not None and self.lease.transitions > 0

    def says(self, since: datetime) -> Iterator[Text]:
        yield self._lease_says(since)
        for pod in self.pods:
            yield from _pod_says(pod)

    def _lease_says(self, since: datetime) -> Text:
        if self.lease is None:
            return NOT_READ.fill(reason=self.reason) if self.reason else NO_LEASE
        holder, renewed = self.lease.holder, self.lease.renewed
        if self.life is Life.STALE:
            duration = self.lease.duration_s or DURATION_S
            return STALE.fill(holder=holder, renewed=renewed, ago=self.silent_s, duration=duration)
        if self.was_replaced_since(since):
            return TAKEN_OVER.fill(holder=holder, acquired=self.lease.acquired, transitions=self.lease.transitions)
        if self.life is Life.DOUBTFUL:
            return DOUBTFUL.fill(renewed=renewed)
        return FINE.fill(holder=holder, renewed=renewed)

    @property
    def spans(self) -> tuple[Span, ...]:
        lease = (self.lease.span,) if self.lease else ()
        return (*lease, *(pod.span for pod in self.pods if not _is_ready(pod) or _restarts(pod)))


def look(leases: Leases | Unknown, pods: Pods, taken: ClusterTaken) -> ControllerManager:
    own = tuple(pod for pod in pods.items if pod.name.startswith(NAME) and not pod.is_finished)
    if isinstance(leases, Unknown):
        return ControllerManager(Life.UNKNOWN, None, 0, leases.reason or leases.status.value, own)
    lease = leases.of(NAME)
    renewed = moment(lease.renewed) if lease else None
    if lease is None or renewed is None:
        return ControllerManager(Life.UNKNOWN, None, 0, "", own)
    life, silent = _life(renewed, lease.duration_s or DURATION_S, leases, taken)
    return ControllerManager(life, lease, int(silent.total_seconds()), "", own)


def _life(renewed: datetime, duration_s: int, leases: Leases, taken: ClusterTaken) -> tuple[Life, timedelta]:
    allowed = timedelta(seconds=duration_s)
    others = [time for one in leases.items if one.name != NAME and (time := moment(one.renewed))]
    newest = max((*others, renewed))
    if newest - renewed > allowed:
        return Life.STALE, newest - renewed
    at = moment(taken.at)
    silent = at - renewed if at else timedelta()
    if silent <= allowed + READING:
        return Life.ALIVE, silent
    return (Life.DOUBTFUL if others else Life.STALE), silent


def _pod_says(pod: Pod) -> Iterator[Text]:
    restarts, name = _restarts(pod), pod.full_name
    if not _is_ready(pod):
        reasons = " ".join(one.waiting or one.ended for one in pod.containers if not one.ready).strip()
        why = f" ({reasons})" if reasons else ""
        yield POD_DOWN.fill(pod=name, node=pod.node, why=why, restarts=restarts)
    elif restarts:
        yield POD_RESTARTED.fill(pod=name, node=pod.node, restarts=restarts)


def _is_ready(pod: Pod) -> bool:
    return all(one.ready for one in pod.containers)


def _restarts(pod: Pod) -> int:
    return sum(one.restarts for one in pod.containers)
