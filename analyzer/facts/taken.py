"""When the bundle's answers were given, by the collector's clock: UTC, ISO 8601 with a final Z, "" when not noted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NodeTaken:
    """Which node was asked, and when."""

    node: str
    at: str


@dataclass(frozen=True, slots=True)
class ClusterTaken:
    """When the API server was asked."""

    at: str
