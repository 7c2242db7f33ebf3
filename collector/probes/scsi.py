"""What each SCSI disk answers now, asked directly: identity, readiness, the LUNs its target reports.

INQUIRY, TEST UNIT READY and REPORT LUNS are answered without a read from the medium.  Every disk has its own limit;
one that does not answer gets rc 124 and holds up nobody.
"""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, MIB, AnyProbe, Probe
from collector.probes.side_by_side import DISKS, SIDE_BY_SIDE

_SCSI_ID = r"""
ask() { scsi_id -g -u -d "$1" 2>&1; }
tell() { printf '%s ' "$1"; [ "$2" = 124 ] || cat "$answer"; echo " rc=$2"; }
"""

_SG_TURS = r"""
ask() { sg_turs -vv "$1" 2>&1; }
tell() { echo "== $1"; [ "$2" = 124 ] || cat "$answer"; echo "rc=$2"; }
"""

_SG_LUNS = r"""
ask() { sg_luns "$1" 2>&1; }
tell() { echo "== $1"; [ "$2" = 124 ] || cat "$answer"; echo "rc=$2"; }
"""


def _of_each_disk(questions: str) -> tuple[str, ...]:
    return ("sh", "-c", f"{SIDE_BY_SIDE}{DISKS}{questions}batches 6 $list\nexit 0\n")


PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "scsi_id",
        _of_each_disk(_SCSI_ID),
        reads="the identity (INQUIRY page 0x83) that each disk answers with now",
        root="opens disks",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=90,
        needs=("scsi_id",),
    ),
    Probe(
        "sg_turs",
        _of_each_disk(_SG_TURS),
        reads="each disk's answer to TEST UNIT READY, with its sense data",
        root="opens disks",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=90,
        needs=("sg_turs",),
    ),
    Probe(
        "sg_luns",
        _of_each_disk(_SG_LUNS),
        reads="the LUNs that the target behind each disk reports",
        root="opens disks",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=90,
        limit_bytes=16 * MIB,
        needs=("sg_luns",),
    ),
)
