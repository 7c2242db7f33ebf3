"""Multipath maps as `multipath -ll` and multipathd print them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class Path:
    """One path line; the states are verbatim; `hctl`, `device` and `dev_t` are None where the tool prints `#`."""

    hctl: str | None  # "139:0:0:1"
    device: str | None  # "sdi"
    dev_t: str | None  # "8:128"
    dm_state: str  # active, failed, undef
    checker_state: str  # ready, faulty, ghost, shaky, i/o pending, i/o timeout, delayed, undef, ...
    device_state: str  # running, offline, blocked, transport-offline, undef, unknown, ...
    span: Span


@dataclass(frozen=True, slots=True)
class PathGroup:
    """A priority group and its paths in the order printed."""

    policy: str
    prio: int | None
    status: str  # active, enabled, disabled, undef
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class MultipathMap:
    """One map; `name` equals `wwid` without an alias; vendor and product are `##` when all paths are gone."""

    name: str
    wwid: str
    dm: str | None  # "dm-12"; None where not printed
    vendor: str  # trailing blanks removed
    product: str
    size: str  # as printed: "100G"
    features: str  # as printed: "1 queue_if_no_path"
    hwhandler: str
    write_protect: str  # rw, ro, undef
    groups: tuple[PathGroup, ...]
    span: Span

    @property
    def paths(self) -> Iterator[Path]:
        return (path for group in self.groups for path in group.paths)

    @property
    def queues(self) -> bool:
        return "queue_if_no_path" in self.features


@dataclass(frozen=True, slots=True)
class MultipathMaps:
    """Every map in the order printed, and the paths multipath knows but holds in no map."""

    maps: tuple[MultipathMap, ...]
    orphans: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class DaemonMap:
    """A line of `multipathd show maps format "%n %w %d %F %Q %N %t %S %x %2 %3"`."""

    name: str
    wwid: str
    dm: str
    failback: str
    queueing: str  # off, on, "5 chk", "30 sec"
    path_count: int
    dm_state: str
    size: str
    failures: int
    span: Span


@dataclass(frozen=True, slots=True)
class DaemonMaps:
    maps: tuple[DaemonMap, ...]


@dataclass(frozen=True, slots=True)
class DaemonPath:
    """A line of `multipathd show paths`."""

    hctl: str | None
    device: str | None
    dev_t: str | None
    priority: int | None
    dm_state: str
    checker_state: str
    device_state: str
    next_check: str  # "XXXXX..... 10/20"
    span: Span


@dataclass(frozen=True, slots=True)
class DaemonPaths:
    paths: tuple[DaemonPath, ...]
