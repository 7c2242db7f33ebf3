"""What is no trouble in itself belongs to a story only if it matters to what was found: a boot to what it left behind.

A moment of a kind that is not named here is told by its own weight alone.
"""

from __future__ import annotations

from collections.abc import Mapping

RESIDUAL = frozenset({"residual-multipath-map", "residual-scsi-disk", "residual-ultrapath-disk", "lun-id-reused"})
LOST_AT_BOOT = frozenset(
    {"duplicate-initiator", "iscsi-tcp-not-loaded", "mount-point-occupied", "multipathd-not-running"}
)
DRIVERS_POD = frozenset({"csi-controller-not-running", "csi-node-plugin-not-running"})
ELSEWHERE = frozenset({"volume-still-attached-elsewhere"})
ATTACHING = DRIVERS_POD | ELSEWHERE
ATTACHING |= {"attach-failed", "attach-never-requested", "csi-attacher-not-running", "publish-info-missing"}
OF_THE_ARRAY = frozenset({"backend-offline", "claim-pending"})  # they concern volumes wherever those are

ONLY_TO: Mapping[str, frozenset[str]] = {
    "attachment-made": ATTACHING,
    "driver-attached": ATTACHING,
    "driver-pod-started": DRIVERS_POD,
    "driver-volume-kept": RESIDUAL,
    "kernel-lun-assignments-changed": RESIDUAL,
    "node-booted": RESIDUAL | LOST_AT_BOOT | ELSEWHERE,
    "node-ready": RESIDUAL | ELSEWHERE,
}
NOT_TO: Mapping[str, frozenset[str]] = {"attachment-elsewhere": OF_THE_ARRAY, "pod-started": OF_THE_ARRAY}


def matters(saying: str, rules: frozenset[str]) -> bool:
    """To one of the rules that found something."""
    only = ONLY_TO.get(saying)
    return bool(rules - NOT_TO.get(saying, frozenset())) and (only is None or not rules.isdisjoint(only))
