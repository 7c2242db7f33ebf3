"""Logs: kernel, journal of the units around storage, the CSI driver's own files, syslog.  The newest end is kept."""

from __future__ import annotations

from collector.probes.probe import MIB, AnyProbe, FileProbe, Keep, Probe

SINCE = "--since=-72h"  # replaced by the period the user asks for

LINES = "50000"


_JOURNAL = "the system's journal is open to root and few groups only"


def _journal(unit: str, reads: str) -> Probe:
    argv = ("journalctl", "-q", "-u", unit, "-o", "short-iso", "--no-pager", "-n", LINES, SINCE)
    name = f"journal_{unit}"
    # Who may not see the system's messages gets none, and no error.
    return Probe(
        name, argv, reads, limit_s=60, limit_bytes=16 * MIB, keep=Keep.LAST, empty_needs_root=True, root=_JOURNAL
    )


PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "kernel_log",
        ("dmesg",),
        reads="the kernel's ring buffer: I/O errors, sense data, hung tasks",
        root="the kernel log is closed to others where kernel.dmesg_restrict is set",
        limit_bytes=16 * MIB,
        keep=Keep.LAST,
    ),
    _journal("kubelet", "the kubelet's journal: what it asked the driver for, and what it was told"),
    _journal("containerd", "the container runtime's journal"),
    _journal("multipathd", "the multipath daemon's journal: paths lost and found"),
    _journal("iscsid", "the iSCSI daemon's journal: connection errors, logins"),
    FileProbe(
        "driver_logs",
        ("/var/log/huawei/*",),
        reads="the CSI driver's log files with their rotations",
        root="the folder is open to root only",
        limit_s=60,
        limit_bytes=20 * MIB,
        total_bytes=64 * MIB,
        newest_first=True,
        follow_links=False,
        log=True,
    ),
    FileProbe(
        "syslog",
        ("/var/log/messages", "/var/log/syslog"),
        reads="the end of the system log, where there is no journal",
        root="readable by root and few groups only",
        limit_s=60,
        limit_bytes=8 * MIB,
        total_bytes=16 * MIB,
        follow_links=False,
        log=True,
    ),
)
