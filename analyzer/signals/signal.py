"""A log signature: what to look for in the bytes, and how to read a hit.

`pattern` is a hyperscan expression.  It runs over every byte of every log and is compiled in every run, so it is one
literal, or an alternation of literals, and as rare in a healthy log as can be.  `decode` is searched in the whole
record (continuation lines joined); a hit that it does not match is none.  Its named groups are the fields by which hits
are counted, and it has no others; a group that took no part is "".  One that stands in healthy logs begins with its
literal, by which `re` finds its place many times faster than by a word's edge.

The driver masks whatever follows `iqn`, `tgt`, `target…name`, `user`, `password`, and the blank after it: `target:
***portal: 10.1.1.1,3260`, so no signature expects an IQN there, nor a blank after `***`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Log(StrEnum):
    """Who wrote a log.  One source may hold several: syslog has them all but the driver's own."""

    DRIVER = "driver"
    KERNEL = "kernel"
    MULTIPATHD = "multipathd"
    ISCSID = "iscsid"
    KUBELET = "kubelet"
    CONTAINERD = "containerd"
    SIDECAR = "sidecar"  # csi-attacher, csi-provisioner and the like, in klog's form


@dataclass(frozen=True, slots=True)
class Signal:
    """`sample` is one record as printed, `printed_by` the source file that prints it, `versions` of what prints it.

    `one_line`: its record is always the line of the hit; for those that stand in a healthy log often.
    """

    id: str
    log: Log
    pattern: bytes
    decode: re.Pattern[str]
    versions: str
    sample: str
    printed_by: str
    ignore_case: bool = False
    one_line: bool = False


SYSTEM_LOGS = frozenset({Log.KERNEL, Log.MULTIPATHD, Log.ISCSID, Log.KUBELET, Log.CONTAINERD})

LOGS_OF_POD = frozenset({Log.DRIVER, Log.SIDECAR})  # what kubectl gives of the driver's pods

# which logs a probe's answer holds
LOGS_OF_PROBE = {
    "driver_logs": frozenset({Log.DRIVER}),
    "kernel_log": frozenset({Log.KERNEL}),
    "journal_kubelet": frozenset({Log.KUBELET}),
    "journal_containerd": frozenset({Log.CONTAINERD}),
    "journal_multipathd": frozenset({Log.MULTIPATHD}),
    "journal_iscsid": frozenset({Log.ISCSID}),
    "syslog": SYSTEM_LOGS,
}
