"""Mounts, swap, processes, the host's identity and what the driver noted there, of a truth."""

from __future__ import annotations

from collections.abc import Iterator

from tests.analyzer.random_nodes.seen import all_paths
from tests.analyzer.random_nodes.told_by_block import base_of, tops
from tests.analyzer.random_nodes.truth import Lun, Node, Use

_ROOT = "27 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro"


def used_luns(node: Node) -> list[Lun]:
    return [lun for lun in node.luns if lun.map or lun.paths]


def mountinfo(node: Node) -> str:
    lines = [_ROOT, "22 27 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw"]
    for lun in used_luns(node):
        lines += [line for use in sorted(lun.uses) for line in _mounts(node, lun, use)]
    return "".join(f"{line}\n" for line in lines)


def _mounts(node: Node, lun: Lun, use: Use) -> Iterator[str]:
    base, at = base_of(lun), 100 + 10 * lun.number
    dev_t, node_name = _device(lun)
    part_dev_t, part_name = _partition(node, lun)
    by_uuid = f"/dev/disk/by-uuid/00000000-0000-4000-8000-00000000000{lun.number}"
    point = f"/srv/data-{lun.number}"
    if use is Use.MOUNTED:
        yield f"{at} 27 {dev_t} / {point} rw,relatime shared:63 - ext4 {node_name} rw"
    elif use is Use.MOUNTED_BY_UUID:
        yield f"{at + 1} 27 0:{at} / {point} rw,relatime shared:64 - btrfs {by_uuid} rw"
    elif use is Use.PARTITION:
        yield f"{at + 2} 27 {part_dev_t} / {point}-part rw,relatime shared:65 - xfs {part_name} rw"
    elif use is Use.PARTITION_BY_UUID:
        yield f"{at + 3} 27 {part_dev_t} / {point}-part rw,relatime shared:66 - ext4 {by_uuid} rw"
    elif use is Use.PUBLISHED:
        folder = f"/var/lib/kubelet/plugins/kubernetes.io/csi/volumeDevices/publish/{lun.pv}/5a1f0000"
        yield f"{at + 4} 27 0:5 /{base} {folder} rw,nosuid - devtmpfs udev rw,size=4096k"
    elif use is Use.LVM:
        volume = f"/dev/mapper/vg{lun.number}-data"
        yield f"{at + 5} 27 253:{21 + 4 * lun.number} / {point}-lv rw shared:67 - ext4 {volume} rw"


def _device(lun: Lun) -> tuple[str, str]:
    if lun.map is not None:
        return f"253:{lun.map.minor}", "/dev/mapper/" + lun.map.name.replace("\\", "\\134").replace(" ", "\\040")
    return lun.paths[0].dev_t, f"/dev/{lun.paths[0].disk}"


def _partition(node: Node, lun: Lun) -> tuple[str, str]:
    made = next((top for top in tops(node) if top.is_partition and top.slave == base_of(lun)), None)
    if made is not None:
        return f"253:{made.minor}", "/dev/mapper/" + made.name.replace("\\", "\\134").replace(" ", "\\040")
    if lun.map is not None:
        return "253:250", "/dev/dm-250"
    major, _, minor = lun.paths[0].dev_t.partition(":")
    return f"{major}:{int(minor) + 1}", f"/dev/{lun.paths[0].disk}1"


def swaps(node: Node) -> str:
    areas = [f"/dev/{base_of(lun):<30} partition\t1048572\t0\t-2\n" for lun in used_luns(node) if Use.SWAP in lun.uses]
    return "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" + "".join(areas)


def stuck_pids(lun: Lun) -> list[int]:
    return [5000 + 100 * lun.number + rank for rank in range(lun.stuck)]


def block_openers(node: Node) -> str:
    lines = [f"222 /dev/{path.disk} multipathd" for _, path in all_paths(node, "block_openers")]
    for lun in used_luns(node):
        base, pids = base_of(lun), stuck_pids(lun)
        if Use.OPEN in lun.uses:
            lines.append(f"{4000 + lun.number} /dev/{base} postgres")
        lines += [f"{pid} /dev/{base} (udev-worker)" for pid in pids]
        lines += [f"{pid} /dev/{base} (udev-worker)" for pid in pids[:1] if lun.stuck_twice]
    return "".join(f"{line}\n" for line in lines)


def ps(node: Node) -> str:
    lines = [
        "    PID    PPID STAT WCHAN                            ELAPSED COMMAND",
        "      1       0 Ss   do_epoll_wait                       3980 /sbin/init",
        "    222       1 SLsl do_sys_poll                         3900 /sbin/multipathd -d -s",
    ]
    for lun in node.luns:
        if Use.OPEN in lun.uses:
            lines.append(
                f"   {4000 + lun.number}       1 Ss   ep_poll                              900 /usr/bin/postgres"
            )
        lines += [
            f"   {pid}     222 D    folio_wait_bit_common                172 (udev-worker)" for pid in stuck_pids(lun)
        ]
    return "".join(f"{line}\n" for line in lines)


def host(node: Node) -> str:
    return f"{node.hostname}\n{node.boot_id}\n"


def driver_wwn_files(node: Node) -> str:
    folder = f"/var/lib/kubelet/plugins/{node.driver}/disks"
    return "".join(f"{folder}/{lun.pv}.wwn:{lun.wwn}\n" for lun in node.luns if lun.wanted.staged)
