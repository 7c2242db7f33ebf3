"""NVMe subsystems, the controllers that lead to them, and whether the kernel joins their paths itself."""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, AnyProbe, Probe

# Without the class folder the kernel has no NVMe subsystem, and nvme-cli ends with an error that says nothing more.
_LIST_SUBSYS = "[ -d /sys/class/nvme-subsystem ] || exit 21; exec nvme list-subsys -o json"

_MULTIPATH = r"""
parameter=/sys/module/nvme_core/parameters/multipath
if [ -e "$parameter" ]; then exec cat "$parameter"; fi
[ -d /sys/module/nvme_core ] || exit 21
echo "no parameter"
"""

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "nvme_list_subsys",
        ("sh", "-c", _LIST_SUBSYS),
        reads="NVMe subsystems with transport, address and state of each controller",
        exit_codes=LOOP_EXIT_CODES,
        needs=("nvme",),
    ),
    Probe(
        "nvme_multipath",
        ("sh", "-c", _MULTIPATH),
        reads="whether the kernel's own NVMe multipath is switched on",
        exit_codes=LOOP_EXIT_CODES,
        needs=("cat",),
    ),
)
