"""Every kind of moment, by name: those of signals under the signal's id, those of objects under names of their own.

A module's table stands in `SAYINGS`; one of objects has names without a signal.  `UNTOLD` are signals that only rules
read: they stand in healthy logs, or say what another one tells better.  `BY_READING` is what reading a dead disk
brings about, whoever reads.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.timeline.sayings import control, driver, objects, system
from analyzer.timeline.sayings.saying import Saying

UNTOLD = frozenset({"driver-attach-started", "driver-attaches-by-itself", "driver-no-alias", "driver-stage-started"})

BY_READING = frozenset(
    {
        "kernel-buffer-io-error",
        "kernel-io-error",
        "kernel-lun-not-supported",
        "kernel-path-failed",
        "kernel-rejecting-io-offline",
        "multipathd-checker-failed",
        "multipathd-no-active-path",
        "multipathd-path-down",
    }
)

SAYINGS: Mapping[str, Saying] = {**system.SAYINGS, **driver.SAYINGS, **control.SAYINGS, **objects.SAYINGS}
