"""PersistentVolumeClaims -> PersistentVolumeClaims.

Input    `cluster/persistentvolumeclaims.json`.
Output   every claim in the order listed; quantities as printed.
Source   Kubernetes API, core/v1 PersistentVolumeClaim.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.claims import PersistentVolumeClaim, PersistentVolumeClaims
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "persistentvolumeclaims"


class _Resources(msgspec.Struct, frozen=True):
    requests: dict[str, str] | None = None


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    storage_class_name: str | None = None
    volume_name: str | None = None
    volume_mode: str | None = None
    resources: _Resources | None = None


class _Status(msgspec.Struct, frozen=True):
    phase: str = ""
    capacity: dict[str, str] | None = None


class _Claim(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec = _Spec()
    status: _Status | None = None


def parse(text: str) -> PersistentVolumeClaims:
    places = Places(KIND, text)
    return PersistentVolumeClaims(tuple(_claim(item, places) for item in items_of(KIND, text, _Claim)))


def _claim(item: _Claim, places: Places) -> PersistentVolumeClaim:
    metadata, spec, status = item.metadata, item.spec, item.status or _Status()
    of_class = spec.storage_class_name or ""
    quote = f"PersistentVolumeClaim {metadata.namespace}/{metadata.name} phase={status.phase} storageClass={of_class}"
    return PersistentVolumeClaim(
        namespace=metadata.namespace,
        name=metadata.name,
        phase=status.phase,
        storage_class=of_class,
        volume=spec.volume_name or "",
        volume_mode=spec.volume_mode or "Filesystem",
        requested=((spec.resources or _Resources()).requests or {}).get("storage", ""),
        capacity=(status.capacity or {}).get("storage", ""),
        created=metadata.creation_timestamp or "",
        deleting=metadata.deletion_timestamp is not None,
        span=places.span(metadata.name, quote),
    )


PARSER = ObjectParser(KIND, PersistentVolumeClaims, parse)
