"""Pods -> Pods.

Input    `cluster/pods.json`.
Output   every pod in the order listed, with the claims its volumes name; a generic ephemeral volume's claim is named
         `<pod>-<volume>`.
Source   Kubernetes API, core/v1 PodSpec and EphemeralVolumeSource.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from analyzer.facts.cluster import Pod, Pods
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "pods"


class _Claim(msgspec.Struct, frozen=True, rename="camel"):
    claim_name: str = ""


class _Ephemeral(msgspec.Struct, frozen=True):
    """A generic ephemeral volume; nothing of its template is needed."""


class _Volume(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    persistent_volume_claim: _Claim | None = None
    ephemeral: _Ephemeral | None = None


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    node_name: str | None = None
    volumes: list[_Volume] | None = None


class _Status(msgspec.Struct, frozen=True):
    phase: str = ""


class _Pod(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec = _Spec()
    status: _Status | None = None


def parse(text: str) -> Pods:
    places = Places(KIND, text)
    return Pods(tuple(_pod(item, places) for item in items_of(KIND, text, _Pod)))


def _pod(item: _Pod, places: Places) -> Pod:
    metadata, node = item.metadata, item.spec.node_name or ""
    phase = item.status.phase if item.status else ""
    return Pod(
        namespace=metadata.namespace,
        name=metadata.name,
        uid=metadata.uid,
        node=node,
        phase=phase,
        claims=tuple(_claims(item)),
        deleting=metadata.deletion_timestamp is not None,
        labels=tuple(sorted((metadata.labels or {}).items())),
        span=places.span(metadata.name, f"Pod {metadata.namespace}/{metadata.name} node={node} phase={phase}"),
    )


def _claims(item: _Pod) -> Iterator[str]:
    for volume in item.spec.volumes or ():
        if volume.persistent_volume_claim is not None:
            yield volume.persistent_volume_claim.claim_name
        elif volume.ephemeral is not None:
            yield f"{item.metadata.name}-{volume.name}"


PARSER = ObjectParser(KIND, Pods, parse)
