"""What the kernel says of file systems that stopped writing, and of those mounted or unmounted since.

A device's name is used again for another volume: a line holds only until the device is unmounted or mounted anew.
"""

from __future__ import annotations

import re

from analyzer.signals.signal import Log, Signal

DEVICE = r"\((?P<device>[\w!-]+)\)"
EXT4 = "ext4 of Linux 3.10 and newer; ext2 and ext3 are served by it"
XFS = "xfs of Linux 3.10 and newer"


def _kernel(signal_id: str, pattern: bytes, decode: str, sample: str, versions: str, printed_by: str) -> Signal:
    return Signal(
        signal_id, Log.KERNEL, pattern, re.compile(decode, re.ASCII), versions, sample, printed_by, one_line=True
    )


SIGNALS = (
    _kernel(
        "kernel-journal-aborted",
        rb"Aborting journal on device ",
        # the number behind the device's name is the journal's inode
        r"Aborting journal on device (?P<device>dm-\d+|[a-z]+\d*n\d+(?:p\d+)?|[a-z]+\d*)(?:-\d+)?\.",
        "[ 3783.874877] Aborting journal on device dm-2-8.",
        EXT4,
        "fs/jbd2/journal.c, __jbd2_journal_abort_hard; jbd2_journal_abort",
    ),
    _kernel(
        "kernel-ext4-read-only",
        rb"Remounting filesystem read-only",
        rf"EXT[234]-fs {DEVICE}: Remounting filesystem read-only",
        "[ 3784.985220] EXT4-fs (dm-2): Remounting filesystem read-only",
        EXT4,
        "fs/ext4/super.c, ext4_handle_error",
    ),
    _kernel(
        "kernel-xfs-shut-down",
        rb"Filesystem has been shut down due to |hutting down filesystem",
        rf"XFS {DEVICE}: .*(?:Filesystem has been shut down due to |hutting down filesystem)",
        "[ 3783.889017] XFS (dm-0): Filesystem has been shut down due to log error (0x2).",
        f"{XFS}; `Log I/O Error Detected.  Shutting down filesystem` before Linux 5.16",
        "fs/xfs/xfs_fsops.c, xfs_do_force_shutdown",
    ),
    _kernel(
        "kernel-fs-mounted-anew",
        rb": mounted filesystem |: Mounting V[45] Filesystem",
        rf"(?:EXT[234]-fs|XFS) {DEVICE}: (?:mounted filesystem|Mounting V\d)",
        "[ 3739.654350] EXT4-fs (dm-2): mounted filesystem with ordered data mode. Quota mode: none.",
        f"{EXT4}; {XFS}",
        "fs/ext4/super.c, ext4_fill_super; fs/xfs/xfs_log.c, xfs_log_mount",
    ),
    _kernel(
        "kernel-fs-unmounted",
        rb": unmounting filesystem|: Unmounting Filesystem",
        rf"(?:EXT[234]-fs|XFS) {DEVICE}: (?:unmounting filesystem|Unmounting)",
        "[ 3917.485547] EXT4-fs (dm-2): unmounting filesystem.",
        f"{EXT4}; {XFS}",
        "fs/ext4/super.c, ext4_put_super; fs/xfs/xfs_super.c, xfs_fs_put_super",
    ),
)
