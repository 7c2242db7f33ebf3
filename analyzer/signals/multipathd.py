"""What multipathd says of its maps and paths."""

from __future__ import annotations

import re

from analyzer.signals.signal import Log, Signal

TOOLS = "multipath-tools 0.4.9 to 0.9"


def _multipathd(signal_id: str, pattern: bytes, decode: str, sample: str, printed_by: str) -> Signal:
    return Signal(signal_id, Log.MULTIPATHD, pattern, re.compile(decode), TOOLS, sample, printed_by)


SIGNALS = (
    _multipathd(
        "multipathd-no-active-path",
        rb"remaining active paths: 0",
        r"\b(?P<map>\S+): remaining active paths: 0\b",
        "2026-11-22T15:06:41+0000 worker-1 multipathd[387]: mpathb: remaining active paths: 0",
        "libmultipath/structs_vec.c, update_queue_mode_del_path; multipathd/main.c",
    ),
    _multipathd(
        "multipathd-checker-failed",
        rb"checker failed path ",
        r"checker failed path (?P<path>\d+:\d+) in map (?P<map>\S+)",
        "2026-11-22T15:06:36+0000 worker-1 multipathd[387]: checker failed path 8:16 in map mpathb",
        "multipathd/main.c, fail_path",
    ),
    _multipathd(
        "multipathd-path-down",
        rb" checker reports path is down",
        r"(?:(?P<map>\S+): )?(?P<device>[\w-]+) - (?P<checker>\S+) checker reports path is down",
        "2026-11-22T15:06:46+0000 worker-1 multipathd[387]: mpathb: sdb - tur checker reports path is down",
        "multipathd/main.c, log_checker_err",
    ),
    _multipathd(
        "multipathd-wwid-changed",
        rb"path wwid changed from ",
        r"\b(?P<device>[\w-]+): path wwid changed from '(?P<before>[^']*)' to '(?P<after>[^']*)'",
        "2026-11-22T15:30:02+0000 worker-1 multipathd[387]: sdb: path wwid changed from "
        "'3618cf24100f8f457015a764c000001f7' to '3618cf24100f8f457017a764c000001f9'",
        "multipathd/main.c, recheck_wwid and uev_update_path",
    ),
    _multipathd(
        "multipathd-map-in-use",
        rb": map in use",
        r"\b(?P<map>\S+): map in use",
        "2026-11-22T15:09:12+0000 worker-1 multipathd[387]: mpathb: map in use",
        "libmultipath/devmapper.c, dm_flush_map",
    ),
    Signal(
        "multipathd-service-failed",
        Log.MULTIPATHD,
        rb"multipathd\.service: Failed with result '",
        re.compile(r"multipathd\.service: Failed with result '(?P<result>[\w-]+)'"),
        "systemd 235 and newer",
        "2026-11-22T15:21:40+0000 worker-1 systemd[1]: multipathd.service: Failed with result 'oom-kill'.",
        "systemd, src/core/unit.c, unit_log_failure",
    ),
    Signal(
        "multipathd-oom-killed",
        Log.MULTIPATHD,
        rb"multipathd\.service: A process of this unit has been killed by the OOM killer",
        re.compile(r"multipathd\.service: A process of this unit has been killed by the OOM killer"),
        "systemd 243 and newer",
        "2026-11-22T15:21:40+0000 worker-1 systemd[1]: multipathd.service: A process of this unit has been killed by "
        "the OOM killer.",
        "systemd, src/core/unit.c, unit_log_oom",
    ),
)
