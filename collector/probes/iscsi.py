"""iSCSI: sessions as sysfs and iscsiadm show them, and the initiator's configuration (secrets are removed)."""

from __future__ import annotations

from bundle.capture import Status
from collector.probes.probe import MIB, AnyProbe, FileProbe, Probe

_SYSFS_ISCSI = r"""
ls -l /sys/class/scsi_device/ /sys/class/scsi_host /sys/class/iscsi_session /sys/class/iscsi_connection 2>&1
for s in /sys/class/iscsi_session/session*; do
  [ -e "$s" ] && for a in state targetname tpgt recovery_tmo; do echo "${s##*/} $a=$(cat "$s/$a")"; done
done
exit 0
"""

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "sysfs_iscsi",
        ("sh", "-c", _SYSFS_ISCSI),
        reads="iSCSI sessions with target and state, and SCSI hosts, from sysfs",
        limit_s=60,
        limit_bytes=16 * MIB,
        needs=("ls", "cat"),
    ),
    Probe(
        "iscsiadm_session",
        ("iscsiadm", "-m", "session", "-P3"),
        reads="sessions with portal, target, state and attached LUNs",
        exit_codes={0: Status.COLLECTED, 21: Status.EMPTY},  # 21: ISCSI_ERR_NO_OBJS_FOUND
        limit_s=60,
        limit_bytes=16 * MIB,
    ),
    FileProbe(
        "iscsi_conf",
        ("/etc/iscsi/iscsid.conf",),
        reads="the initiator's configuration, without CHAP secrets",
        root="the file is readable by root only",
    ),
)
