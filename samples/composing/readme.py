"""The README.md of a sample folder: the truth, what must come out, and what was composed."""

from __future__ import annotations

import textwrap

from samples.composing.scenarios import Sample

USUAL = """
The answers of the tools (multipath, multipathd, dmsetup, lsblk, iscsiadm, scsi_id, sg3_utils, ps, lsmod, dmesg,
sysfs, mountinfo) were recorded on Debian 12: Linux 6.1, multipath-tools 0.9.4, open-iscsi 2.1.8, an in-kernel
iSCSI target that presents itself as HUAWEI XSG1. They are kept byte for byte; `lsblk` without the columns the
probe does not ask for, `journal_*` split from one journal by unit, `direct_read` from reads of each device.
Composed, in the formats of the tools and of driver 4.12: the cluster objects, host, clock, swaps, block_openers,
runtime units and limits, services, commands, initiator digests, stat of mounts, portals, driver files and driver logs;
error counters of ext4 where none were recorded. The volume handle is the bare volume name, because
the recorded staging folder is its SHA-256; the driver itself writes `<backend>.<name>`.
"""


def readme(sample: Sample) -> str:
    nodes = "".join(f"- `{node.name}`: recorded moment `{node.moment}`\n" for node in sample.nodes)
    composed = f"{_wrap(sample.composed)}\n\n" if sample.composed else ""
    return (
        f"# {sample.name}\n\n{_wrap(sample.says)}\n\nWhat the analysis must say is in EXPECTED.json.\n\n"
        f"{nodes}\n{composed}{_wrap(USUAL)}\n"
    )


def _wrap(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 110)
