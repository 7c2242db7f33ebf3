"""What the kernel, multipathd, iscsid and the kubelet say, in words.

A kernel's line names a device as it was called then: names are told, and no volume is concluded from them.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.texts import Text
from analyzer.timeline.moments import Kind, Tone
from analyzer.timeline.sayings.saying import (
    BESIDE,
    NEVER,
    TELLING,
    TURNING,
    Fields,
    Saying,
    bad,
    good,
    neutral,
)


def _lun(fields: Fields) -> str:
    """`LUN 2`: the last part of a SCSI address."""
    lun = fields.get("hctl", "").rpartition(":")[2]
    return f"LUN {lun}" if lun else fields.get("device", "")


def _device(fields: Fields) -> str:
    return fields.get("device", "") or fields.get("hctl", "")


KERNEL: Mapping[str, Saying] = {
    "kernel-lun-not-supported": Saying(
        Kind.KERNEL,
        Tone.BAD,
        TURNING,
        "lun",
        Text(
            en="the kernel reported that the array no longer knows {names} for this host",
            zh="内核报告阵列已不再向该主机提供 {names}",
        ),
        _lun,
    ),
    "kernel-lun-assignments-changed": neutral(
        Kind.KERNEL,
        TELLING,
        "mapping",
        "the array told the kernel that its LUN mappings had changed",
        "阵列通知内核：LUN 映射已发生变化",
    ),
    "kernel-capacity-zero": bad(
        Kind.KERNEL,
        TELLING,
        "lun",
        "the kernel found {names} to have no capacity any more",
        "内核发现 {names} 的容量变为 0",
        "device",
    ),
    "kernel-path-failed": bad(
        Kind.KERNEL,
        TELLING,
        "paths",
        "the kernel stopped using paths to the array",
        "内核停用了到阵列的路径",
    ),
    "kernel-io-error": bad(
        Kind.KERNEL,
        BESIDE,
        "io",
        "reads or writes failed with I/O errors on {names}",
        "{names} 读写出现 I/O 错误",
        "device",
    ),
    "kernel-buffer-io-error": bad(
        Kind.KERNEL,
        BESIDE,
        "io",
        "the kernel could not read or write blocks of {names}",
        "内核无法读写 {names} 的数据块",
        "device",
    ),
    "kernel-conn-error": bad(
        Kind.ISCSI,
        TELLING,
        "session",
        "connections to the array over iSCSI broke (error {code})",
        "与阵列的 iSCSI 连接中断（错误码 {code}）",
        "",
        "code",
    ),
    "kernel-iscsi-session-timeout": bad(
        Kind.ISCSI,
        TURNING,
        "session",
        "sessions with the array over iSCSI did not come back in time, and their disks were given up",
        "与阵列的 iSCSI 会话未能及时恢复，相关磁盘已被放弃",
    ),
    "kernel-fc-port-timeout": bad(
        Kind.KERNEL,
        TURNING,
        "session",
        "the array's Fibre Channel port[s] disappeared ({names})",
        "阵列的 FC 端口消失（{names}）",
        "port",
    ),
    "kernel-device-offlined": Saying(
        Kind.KERNEL,
        Tone.BAD,
        TURNING,
        "offline",
        Text(en="the kernel took disks offline: {names}", zh="内核将磁盘置为离线：{names}"),
        _device,
    ),
    "kernel-rejecting-io-offline": Saying(
        Kind.KERNEL,
        Tone.BAD,
        BESIDE,
        "offline",
        Text(en="the kernel refused I/O to disks that are offline: {names}", zh="内核拒绝访问已离线的磁盘：{names}"),
        _device,
    ),
    "kernel-ext4-read-only": bad(
        Kind.KERNEL,
        TURNING,
        "file-system",
        "the file system[s] on {names} [was|were] turned read-only",
        "{names} 上的文件系统变为只读",
        "device",
    ),
    "kernel-journal-aborted": bad(
        Kind.KERNEL,
        TELLING,
        "file-system",
        "the journal[s] of the file system[s] on {names} [was|were] aborted",
        "{names} 上文件系统的日志（journal）被中止",
        "device",
    ),
    "kernel-xfs-shut-down": bad(
        Kind.KERNEL,
        TURNING,
        "file-system",
        "the XFS file system[s] on {names} [was|were] shut down",
        "{names} 上的 XFS 文件系统被关闭",
        "device",
    ),
    "kernel-fs-mounted-anew": neutral(
        Kind.KERNEL,
        NEVER,
        "mounted",
        "the file system[s] on {names} [was|were] mounted",
        "{names} 上的文件系统被挂载",
        "device",
    ),
    "kernel-fs-unmounted": neutral(
        Kind.KERNEL,
        NEVER,
        "mounted",
        "the file system[s] on {names} [was|were] unmounted",
        "{names} 上的文件系统被卸载",
        "device",
    ),
    "kernel-hung-task": bad(
        Kind.KERNEL,
        TELLING,
        "hang",
        "the kernel reported commands that hang: {names}",
        "内核报告有命令挂起：{names}",
        "command",
    ),
    "kernel-nfs-not-responding": bad(
        Kind.KERNEL,
        TURNING,
        "nfs",
        "the NFS server[s] {names} stopped answering",
        "NFS 服务器 {names} 停止响应",
        "server",
    ),
    "kernel-nfs-answers-again": good(
        Kind.KERNEL,
        TELLING,
        "nfs-back",
        "the NFS server[s] {names} answered again",
        "NFS 服务器 {names} 恢复响应",
        "server",
    ),
}

SERVICES: Mapping[str, Saying] = {
    "multipathd-no-active-path": bad(
        Kind.MULTIPATHD,
        TURNING,
        "paths",
        "no path was left to {names}",
        "{names} 已没有可用路径",
        "map",
    ),
    "multipathd-checker-failed": bad(
        Kind.MULTIPATHD,
        BESIDE,
        "paths",
        "the multipathd service saw paths of {names} fail",
        "multipathd 发现 {names} 有路径故障",
        "map",
    ),
    "multipathd-path-down": bad(
        Kind.MULTIPATHD,
        BESIDE,
        "paths",
        "the multipathd service found paths of {names} down",
        "multipathd 检测到 {names} 有路径不通",
        "map",
    ),
    "multipathd-map-in-use": bad(
        Kind.MULTIPATHD,
        TELLING,
        "in-use",
        "the multipathd service could not remove {names}, which [was|were] still in use",
        "multipathd 无法删除仍被占用的 {names}",
        "map",
    ),
    "multipathd-oom-killed": bad(
        Kind.MULTIPATHD,
        TURNING,
        "multipathd",
        "the multipathd service was killed because memory ran out",
        "multipathd 因内存不足被终止",
    ),
    "multipathd-service-failed": bad(
        Kind.MULTIPATHD,
        TELLING,
        "multipathd",
        "the multipathd service failed ({result})",
        "multipathd 服务异常退出（{result}）",
        "",
        "result",
    ),
    "multipathd-wwid-changed": bad(
        Kind.MULTIPATHD,
        TURNING,
        "wwid",
        "the device[s] {names} turned out to be [another volume|other volumes] than before: [its|their] WWID changed",
        "{names} 已变成另一个卷：其标识（WWID）发生变化",
        "device",
    ),
    "iscsid-conn-error": bad(
        Kind.ISCSI,
        BESIDE,
        "session",
        "connections to the array over iSCSI broke (error {code})",
        "与阵列的 iSCSI 连接中断（错误码 {code}）",
        "",
        "code",
    ),
    "iscsid-module-missing": bad(
        Kind.ISCSI,
        TURNING,
        "iscsi-module",
        "the node could not use iSCSI, because the kernel module iscsi_tcp was not loaded",
        "由于未加载内核模块 iscsi_tcp，无法使用 iSCSI",
    ),
    "kubelet-driver-not-registered": bad(
        Kind.KUBELET,
        TURNING,
        "registration",
        "the kubelet did not know the storage driver[s] {names}",
        "kubelet 未识别存储驱动 {names}",
        "driver",
    ),
    "kubelet-volume-failed": bad(
        Kind.KUBELET,
        BESIDE,
        "stage",
        "the kubelet could not prepare volume[s] {names}: {says}",
        "kubelet 未能准备卷 {names}：{says}",
        "pv",
        "says",
    ),
}

SAYINGS: Mapping[str, Saying] = {**KERNEL, **SERVICES}
