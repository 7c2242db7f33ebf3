"""NVMe subsystems and the controllers that lead to them."""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, AnyProbe, Probe

# Without the class folder the kernel has no NVMe subsystem, and nvme-cli ends with an error that says nothing more.
_LIST_SUBSYS = "[ -d /sys/class/nvme-subsystem ] || exit 21; exec nvme list-subsys -o json"

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "nvme_list_subsys",
        ("sh", "-c", _LIST_SUBSYS),
        reads="NVMe subsystems with transport, address and state of each controller",
        exit_codes=LOOP_EXIT_CODES,
        needs=("nvme",),
    ),
)
