"""A map without a usable path queues for ever: whoever touches it hangs in state D, and cannot be killed.

How we know
    `queue_if_no_path` is in the map's table (`dmsetup table`, `multipath -ll`), no path is usable, and multipathd does
    not count down (`queueing` is not a number of checks or seconds).
Not reported here
    Maps that queue only for a while (no_path_retry N), healthy maps that would queue, maps over NVMe.
False alarms
    None known.
Remedy
    None of its own, and nothing is removed: the residual map's runbook stops the queueing first; after an outage it
    ends by itself with the first path that comes back.
Source
    Capture of a real kernel: stale_queue; `kill -9` did not end the readers, stopping the queueing did.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.multipath import MultipathMaps
from analyzer.facts.storage import DiskState, NodeStorage, StorageMap
from analyzer.findings import Certainty, Finding, Severity
from analyzer.impact import users_of_luns
from analyzer.rules import Cause, Through, node_rule
from analyzer.rules.storage import proof
from analyzer.texts import Text, lines

TITLE = Text(en="Map {map} queues I/O for ever", zh="多路径设备 {map} 无限期排队 I/O")
CAUSE = Text(
    en="Map {map} ({wwid}) has no usable path and queues: every read and write waits without end, in state D, "
    "where kill -9 does not reach it.",
    zh="多路径设备 {map}（{wwid}）没有可用路径且处于排队状态：所有读写都会无限期等待，进程处于 D 状态，kill -9 无效。",
)
ENDS = Text(
    en="Its paths are out of reach: the queueing ends by itself when a path comes back, and what waits goes on.",
    zh="其路径不可达：任一路径恢复后排队会自动结束，等待的读写会继续执行。",
)
STUCK = Text(en="Hanging in it now: {who}.", zh="当前挂起的进程：{who}。")


@node_rule(
    "map-queues-forever",
    Severity.ERROR,
    Text(en="Map queues for ever", zh="多路径设备无限期排队"),
    explained_by=(Cause("residual-multipath-map", through=Through.SUBJECT), Cause("array-unreachable")),
)
def map_queues_forever(
    node: str, storage: NodeStorage, printed: MultipathMaps, bindings: Bindings | Unknown
) -> Iterator[Finding]:
    for storage_map in storage.maps:
        if storage_map.queues and not storage_map.is_usable and not _counts_down(storage_map):
            yield _finding(node, storage_map, bindings)


def _counts_down(storage_map: StorageMap) -> bool:
    """multipathd prints "5 chk" or "30 sec" while it queues for a while only."""
    return storage_map.daemon is not None and storage_map.daemon.queueing[:1].isdigit()


def _finding(node: str, storage_map: StorageMap, bindings: Bindings | Unknown) -> Finding:
    says = [CAUSE.fill(map=storage_map.name, wwid=storage_map.wwid)]
    if any(disk.state is DiskState.UNREACHABLE for disk in storage_map.disks):
        says.append(ENDS)
    if storage_map.stuck_openers:
        who = ", ".join(f"{opener.command} (pid {opener.pid})" for opener in storage_map.stuck_openers)
        says.append(STUCK.fill(who=who))
    spans = [*storage_map.queue_spans, *(opener.span for opener in storage_map.stuck_openers)]
    return Finding(
        rule="map-queues-forever",
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=(node,),
        subject=storage_map.subject,
        title=TITLE.fill(map=storage_map.name),
        cause=lines(*says),
        evidence=proof.quoted(node, spans),
        affects=users_of_luns(bindings, (storage_map.wwid,)),
    )
