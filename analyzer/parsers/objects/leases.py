"""Leases of kube-system -> Leases.

Input    `cluster/leases.json`.
Output   every lease in the order listed; times as printed.
Source   Kubernetes API, coordination.k8s.io/v1 Lease.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.workloads import Lease, Leases
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "leases"


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int | None = None


class _Lease(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec = _Spec()


def parse(text: str) -> Leases:
    places = Places(KIND, text)
    return Leases(tuple(_lease(item, places) for item in items_of(KIND, text, _Lease)))


def _lease(item: _Lease, places: Places) -> Lease:
    name, spec = item.metadata.name, item.spec
    holder, renewed = spec.holder_identity or "", spec.renew_time or ""
    transitions = spec.lease_transitions or 0
    return Lease(
        name=name,
        holder=holder,
        duration_s=spec.lease_duration_seconds,
        acquired=spec.acquire_time or "",
        renewed=renewed,
        transitions=transitions,
        span=places.span(name, f"Lease {name} holder={holder} renewTime={renewed} leaseTransitions={transitions}"),
    )


PARSER = ObjectParser(KIND, Leases, parse)
