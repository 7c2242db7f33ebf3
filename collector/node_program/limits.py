"""What collecting may cost one node: defined here once, kept by the node's program, told by `plan` and the pages.

Units    bytes and seconds.  Errors  ValueError for a limit that would allow nothing.
The kernel keeps the bounds of one process at once; those of all processes together are looked at every second, so that
for a second they can be passed.  Memory is what the kernel cannot take back: resident, without mapped files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from collector.probes.probe import KIB, MIB

LEAST_SENT_BYTES = MIB  # below that not even the short answers would all fit


@dataclass(frozen=True, slots=True)
class Limits:
    at_once: int = 8  # probes
    cpu_s: int = 120  # of all together; what was not asked by then is not asked
    process_cpu_s: int = 60
    memory_bytes: int = 512 * MIB  # of all together; the probe that holds most is ended
    process_memory_bytes: int = 256 * MIB
    folder_bytes: int = 256 * MIB  # the private folder; the probe that wrote most is ended
    least_free_bytes: int = 32 * MIB  # where less is free, no folder is made
    sent_bytes: int = 256 * MIB  # logs give way first

    def __post_init__(self) -> None:
        if self.sent_bytes < LEAST_SENT_BYTES or any(value < 1 for value in asdict(self).values()):
            raise ValueError(f"a limit is a number above 0, and a node may send at least {LEAST_SENT_BYTES} bytes.")

    @property
    def shell(self) -> str:
        """Assignments: `most_at_once=8 most_cpu_s=120 ...`."""
        return " ".join(f"most_{name}={int(value)}" for name, value in asdict(self).items())

    def told(self) -> Iterator[tuple[str, str]]:
        """What is bounded, and by how much."""
        yield "at once", f"{self.at_once} probes, at the lowest priority for processor and disk"
        yield "processor", f"{self.cpu_s} s in all, {self.process_cpu_s} s for one process"
        yield "memory", f"{size(self.memory_bytes)} in all, {size(self.process_memory_bytes)} for one process"
        room = f"nothing is asked where less than {size(self.least_free_bytes)} is free"
        yield "temporary disk", f"{size(self.folder_bytes)}, and half of what is free there; {room}"
        yield "sent", f"{size(self.sent_bytes)} in all (`--node-bytes`); logs give way first, their newest end is kept"


def size(count: int) -> str:
    """As a person writes it: "256 MiB"."""
    for unit, name in ((KIB * MIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if count % unit == 0:
            return f"{count // unit} {name}"
    return f"{count} bytes"
