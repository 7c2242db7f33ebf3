"""What the Huawei CSI driver says when an earlier call holds it up, and when multipathd does not serve it."""

from __future__ import annotations

from analyzer.signals.driver import REQUEST, WWN, driver_signal

SIGNALS = (
    driver_signal(
        "driver-semaphore-timeout",
        rb"] semaphore timeout",
        r"acquire \[(?P<kind>\w+)\] semaphore timeout",
        f"[ERROR]: {REQUEST}acquire [connect] semaphore timeout",
        "V2.2.5.1 to v4.12",
        "connector/utils/lock/lock_utils.go",
    ),
    driver_signal(
        "driver-multipathd-silent",
        rb"failed to query the multipathing information",
        r"failed to query the multipathing information",
        f"[WARNING]: {REQUEST}Failed to query the DM disk. lunWWN: {WWN} error: failed to query the multipathing "
        "information. error: exit status 1",
        "V2.2.5.1 to v4.12",
        "connector/connector_utils.go",
    ),
    driver_signal(
        "driver-multipath-service-bad",
        rb"ervice status verified failed",
        r"[Ss]ervice status verified failed(?:, service (?P<unit>\S+) actual state: (?P<state>\S+?), expect)?",
        f"[ERROR]: {REQUEST}Service status verified failed, service multipathd.service actual state: inactive, expect "
        "state: active.",
        "V2.2.13.1 to v4.12",
        "connector/utils/utils.go, csi/main.go",
    ),
)
