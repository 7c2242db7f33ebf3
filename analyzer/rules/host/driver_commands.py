"""The commands that the driver runs on the host, as `ps` shows them: its children, and those that outlived it.

The driver starts each by nsenter in the namespaces of process 1; its pod sees and is seen with the host's pids.
Source   eSDK_K8S_Plugin, utils/utils_linux.go and the commands named in connector/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from analyzer.facts.host import Process, Processes

DRIVER = "huawei-csi"
NSENTER = "-m/proc/1/ns/mnt"
COMMANDS = frozenset(
    [
        "blkid",
        "blockdev",
        "dd",
        "findmnt",
        "iscsiadm",
        "lsblk",
        "mount",
        "mount.nfs",
        "mount.nfs4",
        "multipath",
        "nvme",
        "scsi_id",
        "umount",
        "upadmin",
        "upadmin_plus",
    ]
)
LONG = re.compile(r"mkfs(\.\w+)?|mke2fs|resize2fs|xfs_growfs")  # given as long as they take
FORMATTING = re.compile(r"mkfs(\.\w+)?|mke2fs")
# without its parent a command is the driver's only if nobody else runs it so
ORPHAN = re.compile(r"kubernetes\.io[/~]|\bdd if=\S+ bs=1024 count=512\b|\bblkid -o udev ")
DEPTH = 12


def hanging(processes: Processes, stuck_s: int, long_s: int) -> tuple[Process, ...]:
    """In uninterruptible sleep though started `stuck_s` ago, or running for `long_s`, which the driver gives none."""
    return tuple(
        one
        for one in _of_driver(processes)
        if one.elapsed_s >= (stuck_s if one.is_uninterruptible else long_s) and not LONG.fullmatch(name_of(one))
    )


def formatting(processes: Processes) -> tuple[Process, ...]:
    """Every mkfs of the driver; mkfs starts the one for its file system, and only that is told."""
    found = {one.pid: one for one in _of_driver(processes) if FORMATTING.fullmatch(name_of(one))}
    parents = {one.ppid for one in found.values()}
    return tuple(one for one in found.values() if one.pid not in parents)


def name_of(process: Process) -> str:
    return process.command.split(" ", 1)[0].rpartition("/")[2]


def _of_driver(processes: Processes) -> Iterator[Process]:
    by_pid = {one.pid: one for one in processes.processes}
    for one in processes.processes:
        if not _is_command(one):
            continue
        if _comes_from_driver(one, by_pid) or (one.ppid == 1 and ORPHAN.search(one.command)):
            yield one


def _is_command(process: Process) -> bool:
    """A shell is one when it hangs itself, as in `echo 1 > /sys/block/sdc/device/delete`."""
    name = name_of(process)
    if name == "multipathd":  # asking the daemon, not being it
        return process.command.split()[1:2] not in ([], ["-d"], ["-s"])
    return name in COMMANDS or bool(LONG.fullmatch(name)) or (name == "sh" and process.is_uninterruptible)


def _comes_from_driver(process: Process, by_pid: Mapping[int, Process]) -> bool:
    parent = by_pid.get(process.ppid)
    for _ in range(DEPTH):
        if parent is None:
            return False
        if name_of(parent) == DRIVER or NSENTER in parent.command:
            return True
        parent = by_pid.get(parent.ppid)
    return False
