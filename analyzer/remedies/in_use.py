"""Why nothing is removed: what uses the device, or may; each with the reading command that would settle it."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.facts.block import Opener
from analyzer.facts.host import Mount
from analyzer.facts.identifiers import MapName, UnsafeValueError
from analyzer.facts.storage import StorageMap
from analyzer.remedies.obstacles import Obstacle, asking
from analyzer.runbook import Command
from analyzer.texts import Text


def physical_volume(name: str) -> Obstacle:
    return Obstacle(
        Text(
            en="{name} is an LVM physical volume, also if none of its volumes is active",
            zh="{name} 是 LVM 物理卷（即使其逻辑卷均未激活）",
        ).fill(name=name),
        Command(("pvs", "-o", "+devices")),
    )


def suspended(name: str) -> Obstacle:
    return Obstacle(
        Text(
            en="{name} is suspended: whatever touches it waits, a flush too",
            zh="{name} 处于挂起状态：任何访问（包括清除）都会一直等待",
        ).fill(name=name),
        Command(("dmsetup", "info", "-c", "-o", "name,suspended")),
    )


def held(name: str, holders: tuple[str, ...]) -> Obstacle:
    return Obstacle(
        Text(en="{name} is held by {holders}", zh="{name} 被 {holders} 占用").fill(
            name=name, holders=", ".join(holders)
        ),
        Command(("dmsetup", "ls", "--tree")),
    )


def mounts_unknown(name: str) -> Obstacle:
    return Obstacle(
        Text(en="whether {name} is mounted is not known", zh="无法确定 {name} 是否已挂载").fill(name=name),
        Command(("cat", "/proc/1/mountinfo")),
    )


def mounted(name: str, mounts: Iterable[Mount]) -> Obstacle:
    points = ", ".join(mount.mount_point for mount in mounts)
    return Obstacle(
        Text(en="{name} is mounted at {points}", zh="{name} 仍挂载在 {points}").fill(name=name, points=points)
    )


def swap_unknown(name: str) -> Obstacle:
    return Obstacle(
        Text(en="whether {name} is swap is not known", zh="无法确定 {name} 是否用作交换区").fill(name=name),
        Command(("cat", "/proc/swaps")),
    )


def swap(name: str) -> Obstacle:
    return Obstacle(Text(en="{name} is swap", zh="{name} 用作交换区").fill(name=name))


def open_count_unknown(wwid: str) -> Obstacle:
    return Obstacle(
        Text(en="the open count of map {wwid} is not known", zh="无法确定多路径设备 {wwid} 的打开计数").fill(wwid=wwid),
        Command(("dmsetup", "info", "-c")),
    )


def open_by(dead: StorageMap) -> Obstacle:
    count = dead.dm.open_count if dead.dm else 0
    if dead.openers:
        who = ", ".join(f"{opener.command} (pid {opener.pid})" for opener in dead.openers)
        says = Text(en="{name} is open ({count}) by {who}", zh="{name} 被 {who} 打开（计数 {count}）")
        return Obstacle(says.fill(name=dead.name, count=count, who=who))
    return Obstacle(
        Text(
            en="{name} is open ({count}), and what opened it was not found",
            zh="{name} 处于打开状态（计数 {count}），未找到打开者",
        ).fill(name=dead.name, count=count),
        _who_has(dead.name),
    )


def _who_has(name: str) -> Command | None:
    try:
        return Command(("fuser", "-v", f"/dev/mapper/{MapName(name)}"))
    except UnsafeValueError:
        return None


def openers_unknown(name: str) -> Obstacle:
    return Obstacle(
        Text(en="whether a process has {name} open is not known", zh="无法确定是否有进程打开了 {name}").fill(name=name),
        asking(name, "fuser", "-v"),
    )


def disk_open_by(name: str, openers: Iterable[Opener]) -> Obstacle:
    who = ", ".join(f"{opener.command} (pid {opener.pid})" for opener in openers)
    return Obstacle(Text(en="{name} is open by {who}", zh="{name} 被 {who} 打开").fill(name=name, who=who))
