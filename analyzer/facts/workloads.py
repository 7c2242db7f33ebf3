"""What runs the volumes: the driver's workloads, its registration on nodes, and the leases of the controllers."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class Workload:
    """A DaemonSet or Deployment of the driver."""

    namespace: str
    name: str
    desired: int
    ready: int
    images: tuple[tuple[str, str], ...]  # container, image
    arguments: tuple[tuple[str, tuple[str, ...]], ...]  # container, arguments
    span: Span

    def has(self, container: str) -> bool:
        return any(name == container for name, _ in self.images)


@dataclass(frozen=True, slots=True)
class DaemonSets:
    items: tuple[Workload, ...]


@dataclass(frozen=True, slots=True)
class Deployments:
    items: tuple[Workload, ...]


@dataclass(frozen=True, slots=True)
class CsiDriver:
    """The CSIDriver object.  A driver that has none needs attachment."""

    name: str
    attach_required: bool
    span: Span


@dataclass(frozen=True, slots=True)
class CsiDrivers:
    items: tuple[CsiDriver, ...]

    def of(self, name: str) -> CsiDriver | None:
        return next((one for one in self.items if one.name == name), None)


@dataclass(frozen=True, slots=True)
class CsiNode:
    """Which drivers a kubelet knows: name and node id; `most_volumes` is allocatable.count, None without a limit."""

    node: str
    drivers: tuple[tuple[str, str], ...]
    most_volumes: tuple[tuple[str, int], ...]
    span: Span

    def has(self, driver: str) -> bool:
        return any(name == driver for name, _ in self.drivers)


@dataclass(frozen=True, slots=True)
class CsiNodes:
    items: tuple[CsiNode, ...]

    def of(self, node: str) -> CsiNode | None:
        return next((one for one in self.items if one.node == node), None)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease of kube-system; times as printed, "" where it has none."""

    name: str
    holder: str
    duration_s: int | None
    acquired: str
    renewed: str
    transitions: int
    span: Span


@dataclass(frozen=True, slots=True)
class Leases:
    items: tuple[Lease, ...]

    def of(self, name: str) -> Lease | None:
        return next((one for one in self.items if one.name == name), None)
