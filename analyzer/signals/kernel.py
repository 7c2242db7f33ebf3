"""What the kernel says of SCSI disks, sessions, ports and maps.

The same line comes as `[ 1650.87] …` from dmesg and as `… kernel: …` from the journal and syslog.
"""

from __future__ import annotations

import re

from analyzer.signals.signal import Log, Signal

HCTL = r"(?P<hctl>\d+:\d+:\d+:\d+)"
LINUX = "Linux 3.10 and newer"


def _kernel(
    signal_id: str, pattern: bytes, decode: str, sample: str, printed_by: str, *, versions: str = LINUX
) -> Signal:
    return Signal(
        signal_id, Log.KERNEL, pattern, re.compile(decode, re.ASCII), versions, sample, printed_by, one_line=True
    )


SIGNALS = (
    _kernel(
        "kernel-lun-not-supported",
        rb"Add\. Sense: Logical unit not supported|Add\. Sense: ASC=0x25 ASCQ=0x0",
        # tags are printed since Linux 4.1, `alua` when its handler asked, numbers by a kernel without sense texts
        rf"\bsd {HCTL}: \[(?:(?P<device>sd[a-z]+)|alua)\]\s+(?:tag#\d+ )?Add\. Sense: (?:Log|ASC=0x25 ASCQ=0x0\b)",
        "[ 1871.101202] sd 2:0:0:2: [sdb] tag#94 Add. Sense: Logical unit not supported",
        "drivers/scsi/scsi_logging.c, scsi_log_print_sense",
    ),
    _kernel(
        "kernel-lun-assignments-changed",
        rb"LUN assignments on this target have changed",
        rf"\b(?:sd|scsi) {HCTL}: LUN assignments on this target have changed",
        "[ 1866.480113] sd 2:0:0:1: LUN assignments on this target have changed. The Linux SCSI layer does not "
        "automatically remap LUN assignments.",
        "drivers/scsi/scsi_error.c, scsi_report_sense",
    ),
    _kernel(
        "kernel-iscsi-session-timeout",
        rb"session recovery timed out after ",
        r"\b(?P<session>session\d+): session recovery timed out after \d+ secs",
        "[ 2065.841594]  session11: session recovery timed out after 5 secs",
        "drivers/scsi/scsi_transport_iscsi.c, session_recovery_timedout",
    ),
    _kernel(
        "kernel-conn-error",
        rb"detected conn error \(",
        r"\b(?P<connection>connection\d+:\d+): detected conn error \((?P<code>\d+)\)",
        "[ 2060.723470]  connection11:0: detected conn error (1022)",
        "drivers/scsi/scsi_transport_iscsi.c, iscsi_conn_error_event",
    ),
    _kernel(
        "kernel-rejecting-io-offline",
        rb"rejecting I/O to offline device|rejecting I/O to dead device",
        rf"\bsd {HCTL}: (?:\[(?P<device>sd[a-z]+)\] )?rejecting I/O to (?P<state>offline|dead) device",
        "[ 2065.849637] sd 2:0:0:1: rejecting I/O to offline device",
        "drivers/scsi/scsi_lib.c, scsi_prep_state_check",
    ),
    _kernel(
        "kernel-device-offlined",
        rb"Device offlined - not ready after error recovery",
        rf"\bsd {HCTL}: (?:\[(?P<device>sd[a-z]+)\] )?Device offlined - ",
        "[ 9121.400911] sd 3:0:0:2: Device offlined - not ready after error recovery",
        "drivers/scsi/scsi_error.c, scsi_eh_offline_sdevs",
    ),
    _kernel(
        "kernel-buffer-io-error",
        rb"Buffer I/O error on dev",
        r"Buffer I/O error on dev(?:ice)? (?P<device>[\w-]+), logical block ",
        "[ 2104.667102] Buffer I/O error on dev dm-2, logical block 1, lost sync page write",
        "fs/buffer.c, buffer_io_error",
    ),
    _kernel(
        "kernel-io-error",
        rb"I/O error, dev ",
        r"\bI/O error, dev (?P<device>[\w-]+), sector \d+",
        "[ 1871.101231] I/O error, dev sdb, sector 0 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2",
        "block/blk-mq.c, blk_print_req_error; blk_update_request before Linux 5.16",
    ),
    _kernel(
        "kernel-path-failed",
        rb"Failing path ",
        r"device-mapper: multipath: (?:(?P<map>\d+:\d+): )?Failing path (?P<path>\d+:\d+)\.",
        "[ 1871.120406] device-mapper: multipath: 253:1: Failing path 8:16.",
        "drivers/md/dm-mpath.c, fail_path",
    ),
    _kernel(
        "kernel-capacity-zero",
        rb"detected capacity change from ",
        r"\b(?P<device>sd[a-z]+): detected capacity change from (?P<before>\d+) to 0\b",
        "[ 1944.300871] sdb: detected capacity change from 614400 to 0",
        "block/genhd.c, set_capacity_and_notify",
    ),
    _kernel(
        "kernel-fc-port-timeout",
        rb"blocked FC remote port time out",
        r"\b(?P<port>rport-\d+:\d+-\d+): blocked FC remote port time out",
        "[88121.002913]  rport-3:0-1: blocked FC remote port time out: removing target and saving binding",
        "drivers/scsi/scsi_transport_fc.c, fc_timeout_deleted_rport",
    ),
    _kernel(
        "kernel-hung-task",
        rb"blocked for more than ",
        r"INFO: task (?P<command>.{1,64}):(?P<pid>\d+) blocked for more than \d+ seconds",
        "[ 2311.440102] INFO: task dd:2871 blocked for more than 120 seconds.",
        "kernel/hung_task.c, check_hung_task",
    ),
)
