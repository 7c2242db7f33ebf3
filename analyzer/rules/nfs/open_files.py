"""How many files the driver, and what it starts, may open on a node: by its process, else by what it inherits from.

Input    limits in force of processes; the units of the container runtimes; the kernel's bound; the cluster's node.
Output   `OpenFiles`: for the driver, the runtime's process and its unit whether the limit is huge, None where unknown.
How      a unit's setting is not the limit of the process: `infinity` is cut at fs.nr_open, and a change acts only after
         daemon-reload and a restart.  The driver keeps what the runtime had when its container was made.
Source   recorded: containerd, containerd_nr_open.  proc_pid_limits(5), systemd.exec(5).
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import ClusterNodes
from analyzer.facts.host import NrOpen, ProcessLimit, ProcessLimits, UnitLimit, UnitLimits

HUGE = 1_000_000_000
DRIVER = "huawei-csi"
PROCESS_OF = {"containerd.service": "containerd", "docker.service": "dockerd", "crio.service": "crio"}
UNITS_OF = {  # by the scheme of status.nodeInfo.containerRuntimeVersion; docker's containers are containerd's
    "containerd": ("containerd.service",),
    "docker": ("docker.service", "containerd.service"),
    "cri-o": ("crio.service",),
}


@dataclass(frozen=True, slots=True)
class OpenFiles:
    driver: tuple[ProcessLimit, ...]
    runtime: tuple[ProcessLimit, ...]
    units: tuple[UnitLimit, ...]  # of the runtime in use, those that exist
    nr_open: NrOpen | None

    @property
    def driver_is_huge(self) -> bool | None:
        return self._any_huge(self.driver)

    @property
    def driver_is_mixed(self) -> bool:
        """Several processes of the driver, some of them started after a correction."""
        return len({self._process_is_huge(one) for one in self.driver}) > 1

    @property
    def runtime_is_huge(self) -> bool | None:
        return self._any_huge(self.runtime)

    @property
    def unit_is_huge(self) -> bool | None:
        found = [self.is_huge(unit.limit_nofile) for unit in self.units]
        return True if True in found else None if None in found or not found else False

    @property
    def inherits_huge(self) -> bool | None:
        """Of the driver's process; where that is not known of the runtime's, and then as the unit says."""
        for told in (self.driver_is_huge, self.runtime_is_huge, self.unit_is_huge):
            if told is not None:
                return told
        return None

    @property
    def unit(self) -> str:
        """The unit to correct."""
        return self.units[0].unit if self.units else "containerd.service"

    @property
    def spans(self) -> tuple[Span, ...]:
        processes = tuple(one.span for one in (*self.driver, *self.runtime))
        bound = (self.nr_open.span,) if self.nr_open else ()
        return (*processes, *(one.span for one in self.units), *bound)

    def is_huge(self, limit: int | None) -> bool | None:
        """`limit` None is infinity, which the kernel cuts at fs.nr_open."""
        if limit is not None and limit < HUGE:
            return False
        return self.nr_open.value >= HUGE if self.nr_open else None

    def _any_huge(self, processes: tuple[ProcessLimit, ...]) -> bool | None:
        return any(self._process_is_huge(one) for one in processes) if processes else None

    def _process_is_huge(self, process: ProcessLimit) -> bool:
        """The soft limit counts: it is what programs ask for.  What is in force needs no bound."""
        return process.soft is None or process.soft >= HUGE


def open_files(
    node: str,
    limits: ProcessLimits | Unknown,
    units: UnitLimits | Unknown,
    nr_open: NrOpen | Unknown,
    nodes: ClusterNodes | Unknown,
) -> OpenFiles:
    processes = () if isinstance(limits, Unknown) else limits.limits
    existing = () if isinstance(units, Unknown) else tuple(one for one in units.units if one.fragment_path)
    names = _units_in_use(node, existing, nodes)
    in_use = tuple(one for name in names for one in existing if one.unit == name)
    wanted = {PROCESS_OF[name] for name in names}
    return OpenFiles(
        driver=tuple(one for one in processes if one.process == DRIVER),
        runtime=tuple(one for one in processes if one.process in wanted),
        units=in_use,
        nr_open=None if isinstance(nr_open, Unknown) else nr_open,
    )


def _units_in_use(node: str, units: tuple[UnitLimit, ...], nodes: ClusterNodes | Unknown) -> tuple[str, ...]:
    if not isinstance(nodes, Unknown):
        version = next((one.runtime_version for one in nodes.items if one.name == node), "")
        if found := UNITS_OF.get(version.partition("://")[0]):
            return found
    active = tuple(one.unit for one in units if one.active_state == "active" and one.unit in PROCESS_OF)
    return active or tuple(PROCESS_OF)
