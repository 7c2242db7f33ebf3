"""The steps that remove a map or a disk, in the only safe order, each with its guards."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from analyzer.facts.identifiers import MapName, Wwid
from analyzer.guards import DiskIsDead, DiskIsFree, MapDoesNotQueue, MapIsDead, MapIsFree, MapIsNamed, PathIdentity
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text

STOP = Text(
    en="Stop here, change nothing by hand, and collect again: the node is no longer as the bundle shows it.",
    zh="请就此停止，不要手工变更，并重新采集：该节点的状态已与诊断包不一致。",
)


class Queueing(StrEnum):
    """Whether a map queues, and on whose order."""

    OFF = "off"
    BY_KERNEL = "by-kernel"  # no multipathd watches it
    BY_DAEMON = "by-daemon"


def remove_map(
    node: str, wwid: Wwid, name: MapName, paths: tuple[PathIdentity, ...], queueing: Queueing
) -> Iterator[Step]:
    if queueing is not Queueing.OFF:
        yield stop_queueing(node, wwid, name, paths, queueing)
    yield flush_map(node, wwid, name, paths)
    for path in paths:
        yield delete_disk(node, path)
    yield confirm(node)


def remove_disk(node: str, path: PathIdentity) -> Iterator[Step]:
    yield delete_disk(node, path)
    yield confirm(node)


def stop_queueing(node: str, wwid: Wwid, name: MapName, paths: tuple[PathIdentity, ...], queueing: Queueing) -> Step:
    # multipathd takes back within seconds what `dmsetup message` says, so it must be told itself; 0.9.4 knows no WWID
    by_daemon = Command(("multipathd", "disablequeueing", "map", name))
    by_kernel = Command(("dmsetup", "message", "-u", f"mpath-{wwid}", "0", "fail_if_no_path"))
    return Step(
        host=node,
        phase=Phase.STOP_QUEUEING,
        target=wwid,
        effect=Effect.CHANGES,
        does=Text(
            en="Stop queueing on map {name} ({wwid}), so that what waits for it ends with an error instead of hanging",
            zh="停止多路径设备 {name}（{wwid}）的 I/O 排队，使等待它的进程报错结束而不是一直挂起",
        ).fill(name=name, wwid=wwid),
        command=by_daemon if queueing is Queueing.BY_DAEMON else by_kernel,
        expect=Text(
            en="Processes in state D on this map end within seconds; kill -9 could not end them.",
            zh="卡在该设备上的 D 状态进程会在数秒内结束；kill -9 无法结束它们。",
        ),
        if_fails=STOP,
        guards=(MapIsDead(wwid, paths), MapIsNamed(wwid, name)),
    )


def flush_map(node: str, wwid: Wwid, name: MapName, paths: tuple[PathIdentity, ...]) -> Step:
    return Step(
        host=node,
        phase=Phase.FLUSH_MAP,
        target=wwid,
        effect=Effect.DESTROYS,
        does=Text(en="Flush the residual map {name} ({wwid})", zh="清除残留的多路径设备 {name}（{wwid}）").fill(
            name=name, wwid=wwid
        ),
        # every version understands a name; multipathd from 0.9.9 on refuses a device path, older ones a WWID
        command=Command(("multipath", "-f", name)),
        expect=Text(en="No output, and the map is gone.", zh="无输出，该多路径设备消失。"),
        if_fails=Text(
            en="`map in use` means that something opened it meanwhile. Do not delete its paths. Collect again.",
            zh="`map in use` 表示期间有进程打开了该设备。不要删除它的路径，请重新采集。",
        ),
        guards=(MapIsDead(wwid, paths), MapIsNamed(wwid, name), MapDoesNotQueue(wwid), MapIsFree(wwid)),
    )


def delete_disk(node: str, path: PathIdentity) -> Step:
    return Step(
        host=node,
        phase=Phase.DELETE_PATH,
        target=f"{path.wwid}@{path.hctl}",
        effect=Effect.DESTROYS,
        does=Text(
            en="Delete the dead SCSI disk {device} ({hctl}, WWID {wwid})",
            zh="删除失效的 SCSI 磁盘 {device}（{hctl}，WWID {wwid}）",
        ).fill(device=path.device, hctl=path.hctl, wwid=path.wwid),
        command=Command(("tee", f"/sys/block/{path.device}/device/delete"), stdin="1"),
        expect=Text(en="The disk is gone from /sys/block.", zh="该磁盘从 /sys/block 中消失。"),
        if_fails=STOP,
        guards=(DiskIsDead(path), DiskIsFree(path.device)),
    )


def confirm(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CONFIRM,
        target="block-devices",
        effect=Effect.READS,
        does=Text(en="List what is left", zh="列出剩余的设备"),
        # names only: `multipath -ll` would ask each disk that is left, and may hang on a dead one
        command=Command(("ls", "-l", "/sys/block/", "/dev/mapper/")),
        expect=Text(
            en="None of the removed disks and maps is listed.",
            zh="列表中没有已删除的磁盘和已清除的多路径设备。",
        ),
        if_fails=STOP,
    )
