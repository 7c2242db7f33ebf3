"""Maps have no usable path because the array is out of reach.  Nothing is stale, and nothing may be removed.

How we know
    No path of the map is usable, and at least one of its disks is out of reach: its session is not logged in or its
    port not online, or the device is blocked or offline.  Or the array answers and serves the LUN on no path (ALUA
    unavailable).  `multipath -ll` prints the very same `failed faulty running` as for a LUN that was taken away.
Not reported here
    Maps with a usable path (path-degraded); maps all of whose LUNs were taken away (residual-multipath-map).
False alarms
    An array that restarts: it comes back by itself.
Remedy
    Restore the way to the array, by hand.  Nothing is removed: the volumes are there, and work again with the way.
Source
    Capture of a real kernel: all_paths_down.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.multipath import MultipathMaps
from analyzer.facts.storage import Disk, DiskState, NodeStorage, StorageMap, Transport
from analyzer.findings import Certainty, Finding, Severity
from analyzer.impact import users_of_luns
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import node_rule
from analyzer.rules.storage import proof
from analyzer.texts import Text, lines

TITLE = Text(
    en="Array out of reach: {count} maps have no usable path", zh="阵列不可达：{count} 个多路径设备没有可用路径"
)
CAUSE = Text(
    en="No path to {array} works, so that {maps} cannot be read or written. The disks are {states}. "
    "The volumes are not stale: nothing is to be removed.",
    zh="到 {array} 的路径全部不可用，因此无法读写 {maps}。磁盘状态：{states}。这些卷并非残留，不要清除任何设备。",
)
DO = Text(
    en="Restore the way to {array}: network or fabric, array controllers, portals. Remove nothing on this node.",
    zh="恢复到 {array} 的链路：网络或光纤、阵列控制器、业务端口。不要在该节点上清除任何设备。",
)
UNNAMED = Text(en="the array", zh="阵列")


@node_rule("array-unreachable", Severity.CRITICAL, Text(en="Array out of reach", zh="阵列不可达"))
def array_unreachable(
    node: str, storage: NodeStorage, printed: MultipathMaps, bindings: Bindings | Unknown
) -> Iterator[Finding]:
    arrays: dict[str, list[StorageMap]] = {}
    for storage_map in storage.maps:
        if _is_out_of_reach(storage_map):
            targets = sorted({disk.target for disk in storage_map.disks if disk.target})
            arrays.setdefault("+".join(targets), []).append(storage_map)
    for target, maps in arrays.items():
        yield _finding(node, target, tuple(maps), bindings)


def _is_out_of_reach(storage_map: StorageMap) -> bool:
    states = {disk.state for disk in storage_map.disks}
    out = states == {DiskState.UNREACHABLE} or DiskState.ALIVE in states
    return bool(states) and not storage_map.is_usable and out and DiskState.OTHER_LUN not in states


def _finding(node: str, target: str, maps: tuple[StorageMap, ...], bindings: Bindings | Unknown) -> Finding:
    disks = tuple(disk for storage_map in maps for disk in storage_map.disks)
    array = target or UNNAMED
    down = any(disk.transport is Transport.DOWN for disk in disks)
    names = ", ".join(f"{one.name} ({one.wwid})" for one in maps)
    states = ", ".join(f"{disk.name} {_state(disk)}" for disk in disks)
    return Finding(
        rule="array-unreachable",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED if down else Certainty.LIKELY,
        nodes=(node,),
        subject=f"array:{target or '?'}",
        title=TITLE.fill(count=len(maps)),
        cause=lines(CAUSE.fill(array=array, maps=names, states=states)),
        evidence=tuple(piece for storage_map in maps for piece in proof.of_map(node, storage_map)),
        affects=users_of_luns(bindings, (one.wwid for one in maps)),
        steps=(step_by_hand(node, f"restore-{target or 'array'}", DO.fill(array=array)),),
    )


def _state(disk: Disk) -> str:
    if disk.device.state == "running" and disk.device.access_state is not None:
        return disk.device.access_state
    return disk.device.state or "?"
