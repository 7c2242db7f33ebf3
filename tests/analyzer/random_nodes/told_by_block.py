"""sysfs, dmsetup, lsblk, LVM and udev, of a truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.analyzer.random_nodes.seen import Seen, all_paths, map_paths, paths_of, seen
from tests.analyzer.random_nodes.told_by_multipath import maps_of
from tests.analyzer.random_nodes.truth import Lun, Map, Node, Path, Use

Item = dict[str, object]
_STATE = {Seen.OFFLINE: "offline", Seen.LINK_FREE: "transport-offline", Seen.LINK_FAILED: "blocked"}
_ON_TOP = {
    Use.LVM: ("vg{n}-data", "LVM-{n}abcdefghijklmnopqrstuvwxyz0123456789"),
    Use.CRYPT: ("luks-{n}", "CRYPT-LUKS2-0000{n}-luks-{n}"),
    Use.PARTITION_LVM: ("vg{n}-part", "LVM-{n}partitionpartitionpartition0123456"),
}
_MADE_PARTITIONS = (Use.PARTITION, Use.PARTITION_BY_UUID, Use.PARTITION_LVM)


@dataclass(frozen=True, slots=True)
class Top:
    """A device-mapper device on a map, a disk or a partition."""

    minor: int
    name: str
    uuid: str
    slave: str  # "dm-1", "sdb", "sdb1"
    below: str  # what holds the slave in sysfs: a partition is not listed in its disk's holders
    is_partition: bool


def base_of(lun: Lun) -> str:
    """The kernel's name of what its users use: the map, or the first disk."""
    return lun.map.dm if lun.map else lun.paths[0].disk


def tops(node: Node) -> list[Top]:
    return [top for lun in node.luns if lun.map or lun.paths for top in _tops(lun)]


def _tops(lun: Lun) -> Iterator[Top]:
    base, minor = base_of(lun), 20 + 4 * lun.number
    if lun.map and lun.uses.intersection(_MADE_PARTITIONS):  # kpartx makes a device of each partition of a map
        yield Top(minor, f"{lun.map.name}-part1", f"part1-mpath-{lun.wwid}", base, base, is_partition=True)
    for rank, (use, (name, uuid)) in enumerate(_ON_TOP.items(), start=1):
        if use not in lun.uses:
            continue
        on_partition = use is Use.PARTITION_LVM
        slave = base if not on_partition else f"dm-{minor}" if lun.map else f"{base}1"
        below = slave if lun.map or not on_partition else ""
        number = str(lun.number)
        yield Top(minor + rank, name.format(n=number), uuid.format(n=number), slave, below, is_partition=False)


def sysfs_block(node: Node) -> str:
    lines = [line for lun, path in all_paths(node, "sysfs_block") for line in _disk(node, lun, path)]
    for lun, over in maps_of(node):
        slaves = [path.disk for path in map_paths(node, "sysfs_block", lun)]
        if node.half_blind:  # listed while the globs of the disks were made already
            slaves = [path.disk for path in lun.paths if path.in_map]
        held = _holders(node, over.dm)
        shown = over.forged_name or over.dm
        lines += _dm(shown, over.minor, over.name, f"mpath-{lun.wwid}", slaves, held, suspended=over.suspended)
    for top in tops(node):
        dm = f"dm-{top.minor}"
        lines += _dm(dm, top.minor, top.name, top.uuid, [top.slave], _holders(node, dm), suspended=False)
    return "".join(f"{line}\n" for line in lines)


def _holders(node: Node, name: str) -> list[str]:
    return [f"dm-{top.minor}" for top in tops(node) if top.below == name]


def _disk(node: Node, lun: Lun, path: Path) -> list[str]:
    state, link = seen(node, "sysfs_block", path), path.link
    held = [lun.map.dm] if lun.map and path.in_map else _holders(node, path.disk)
    access = "unavailable" if state is Seen.UNAVAILABLE else "active/optimized"
    port = f"rport-{link.host}:0-{link.target}" if link.is_fc else f"session{link.session}"
    place = f"../devices/platform/host{link.host}/{port}/target{link.host}:0:{link.target}/{path.hctl}"
    return [
        f"{path.disk}/device/state:{_STATE.get(state, 'running')}",
        f"{path.disk}/device/vendor:{lun.vendor:<8}",
        f"{path.disk}/device/model:XSG1            ",
        f"{path.disk}/device/wwid:naa.{lun.wwn}",
        *([f"{path.disk}/device/access_state:{access}"] if node.has_alua else []),
        f"{path.disk}/size:614400",
        f"{path.disk}/ro:0",
        f"{path.disk}/dev:{path.dev_t}",
        _related(path.disk, "holders", held),
        _related(path.disk, "slaves", []),
        f"lrwxrwxrwx 1 root root 0 Nov 22 15:04 {path.disk} -> {place}/block/{path.disk}",
        f"lrwxrwxrwx 1 root root 0 Nov 22 15:05 {path.disk}/device -> ../../../{path.hctl}",
    ]


def _dm(
    dm: str, minor: int, name: str, uuid: str, slaves: list[str], holders: list[str], *, suspended: bool
) -> list[str]:
    return [
        f"{dm}/dm/name:{name}",
        f"{dm}/dm/uuid:{uuid}",
        f"{dm}/dm/suspended:{int(suspended)}",
        f"{dm}/size:614400",
        f"{dm}/ro:0",
        f"{dm}/dev:253:{minor}",
        _related(dm, "holders", holders),
        _related(dm, "slaves", slaves),
    ]


def _related(device: str, kind: str, names: list[str]) -> str:
    return f"{device}/{kind}: " + " ".join(f"{device}/{kind}/{name}" for name in names or ["*"])


def open_count(lun: Lun) -> int:
    """Openings of the map; a bind mount of its node opens nothing."""
    partitions = bool(lun.uses.intersection(_MADE_PARTITIONS))
    others = lun.uses - {Use.PUBLISHED, *_MADE_PARTITIONS}
    return len(others) + partitions + lun.stuck


def dmsetup_info(node: Node) -> str:
    names = {f"dm-{top.minor}": top.name for top in tops(node)} | {over.dm: over.name for _, over in maps_of(node)}
    lines = []
    for lun, over in maps_of(node):
        used_by = [names[holder] for holder in _holders(node, over.dm)]
        attr, state = ("L-sw", "Suspended") if over.suspended else ("L--w", "Active")
        uses = ",".join(path.disk for path in map_paths(node, "dmsetup_info", lun))
        lines.append(
            f"{over.name}|mpath-{lun.wwid}|253|{over.minor}|{open_count(lun)}|1|{attr}|{state}|{over.dm}|{uses}|{','.join(used_by)}"
        )
    for top in tops(node):
        used_by = [names[holder] for holder in _holders(node, f"dm-{top.minor}")]
        lines.append(
            f"{top.name}|{top.uuid}|253|{top.minor}|1|1|L--w|Active|dm-{top.minor}|{top.slave}|{','.join(used_by)}"
        )
    return "".join(f"{line}\n" for line in lines) or "No devices found\n"


def dmsetup_table(node: Node) -> str:
    lines = []
    for lun, over in maps_of(node):
        features = "1 queue_if_no_path" if over.queues else "0"
        paths = map_paths(node, "dmsetup_table", lun)
        group = (
            f"1 1 service-time 0 {len(paths)} 2 " + "".join(f"{path.dev_t} 1 1 " for path in paths) if paths else "0 0 "
        )
        lines.append(f"{over.name}: 0 614400 multipath {features} 1 alua {group}")
    lines += [f"{top.name}: 0 612352 linear 253:1 2048" for top in tops(node)]
    return "".join(f"{line}\n" for line in lines) or "No devices found\n"


def dmsetup_status(node: Node) -> str:
    lines = []
    for lun, over in maps_of(node):
        paths = map_paths(node, "dmsetup_status", lun)
        words = " ".join(f"{path.dev_t} {_kernel_state(node, over, path)} 1 0 1" for path in paths)
        group = f"1 1 A 0 {len(paths)} 2 {words} " if paths else "0 0 "
        lines.append(f"{over.name}: 0 614400 multipath 2 0 1 0 {group}")
    lines += [f"{top.name}: 0 612352 linear " for top in tops(node)]
    return "".join(f"{line}\n" for line in lines) or "No devices found\n"


def _kernel_state(node: Node, over: Map, path: Path) -> str:
    healthy = seen(node, "dmsetup_status", path) in (Seen.ALIVE, Seen.REUSED, Seen.LINK_SILENT)
    return "A" if healthy or over.lags_in_kernel else "F"


def lsblk(node: Node) -> str:
    devices = []
    for lun, path in all_paths(node, "lsblk"):
        children, own = [], f"/srv/data-{lun.number}" if Use.MOUNTED_BY_UUID in lun.uses else None
        if lun.map and path.in_map:
            children = [_listed(lun.map.name, lun.map.dm, "mpath", [], own)]
        elif path is lun.paths[0] and lun.uses.intersection(_MADE_PARTITIONS):
            point = None if Use.PARTITION_LVM in lun.uses else "/srv/part"
            children = [_listed(f"{path.disk}1", f"{path.disk}1", "part", [], point)]
        below = own if lun.map is None and path is lun.paths[0] else None
        devices.append(_listed(path.disk, path.disk, "disk", children, below))
    return json.dumps({"blockdevices": devices}, indent=1) + "\n"


def _listed(
    name: str, kname: str, kind: str, children: list[dict[str, object]], point: str | None = None
) -> dict[str, object]:
    found: dict[str, object] = {"name": name, "kname": kname, "type": kind, "mountpoints": [point]}
    return found | ({"children": children} if children else {})


def lvm_pvs(node: Node) -> str:
    held = [top for top in tops(node) if top.uuid.startswith("LVM-")]
    rows = [{"pv_name": f"/dev/{top.slave}", "vg_name": top.name.partition("-")[0]} for top in held]
    return json.dumps({"report": [{"pv": rows}]}, indent=1) + "\n"


def disk_by_id(node: Node) -> str:
    links = [(f"wwn-0x{lun.wwn}", base_of(lun)) for lun in node.luns if lun.map or paths_of(node, "disk_by_id", lun)]
    return "total 0\n" + "".join(f"lrwxrwxrwx 1 root root 9 Nov 22 15:42 {name} -> ../../{to}\n" for name, to in links)
