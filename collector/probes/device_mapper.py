"""Device-mapper as the kernel has it: independent of the multipath tools."""

from __future__ import annotations

from collector.probes.probe import MIB, AnyProbe, Probe

INFO_COLUMNS = "name,uuid,major,minor,open,segments,attr,suspended,blkdevname,blkdevs_used,names_using_dev"

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "dmsetup_info",
        ("dmsetup", "info", "-c", "--noheadings", "--separator", "|", "-o", INFO_COLUMNS),
        reads="every device-mapper device: open count, suspended or not, what it stands on, what stands on it",
        root="/dev/mapper/control answers root only",
        limit_bytes=16 * MIB,
    ),
    Probe(
        "dmsetup_table",
        ("dmsetup", "table"),
        reads="targets and features of each map, such as queueing",
        root="/dev/mapper/control answers root only",
        limit_bytes=16 * MIB,
    ),
    Probe(
        "dmsetup_status",
        ("dmsetup", "status"),
        reads="the kernel's state of each path of each map",
        root="/dev/mapper/control answers root only",
        limit_bytes=16 * MIB,
    ),
    Probe(
        "dmsetup_tree",
        ("dmsetup", "ls", "--tree"),
        reads="what stands on what, for the human reader",
        root="/dev/mapper/control answers root only",
        limit_bytes=16 * MIB,
    ),
)
