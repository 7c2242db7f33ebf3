"""Fibre Channel host ports and the remote ports they see."""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, AnyProbe, Probe

_SYSFS_FC = r"""
[ -d /sys/class/fc_host ] || exit 21
cd /sys/class || exit 1
for a in port_name port_state node_name speed; do grep -sH '' /sys/class/fc_host/*/$a; done
for a in port_name port_state roles scsi_target_id; do grep -sH '' /sys/class/fc_remote_ports/*/$a; done
exit 0
"""

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "sysfs_fc",
        ("sh", "-c", _SYSFS_FC),
        reads="Fibre Channel ports of this host and of the arrays it sees, with their states",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=60,
        needs=("grep",),
    ),
)
