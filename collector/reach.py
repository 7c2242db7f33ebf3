"""What a node's active probes try to reach, as the cluster objects name it.

Input    the cluster's captures.
Output   per node: portals "10.10.2.1:3260" of its VolumeAttachments and of the backends, its pods' NFS shares.
Errors   none; a value outside the grammar of the program is left out, since it comes from objects others may write.
Source   huawei driver: publishInfo of a VolumeAttachment, parameters.portals of a backend, share = portal:/volume name.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bundle.capture import ClusterSnapshot
from collector.cluster import BACKEND_CONFIG_MAPS, items_of
from collector.objects import Json
from collector.program import portal_words, share_word

MOST_PORTALS = 32
MOST_SHARES = 5  # with each of four versions, all at once
PORTS = {"iscsi": 3260, "tcp-nvme": 4420, "nfs": 2049, "nfs+": 2049}


@dataclass(frozen=True, slots=True)
class Reach:
    portals: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaches:
    """`of_all` are the backends' portals; `portals` and `shares` are by node."""

    of_all: tuple[str, ...] = ()
    portals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shares: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, node: str) -> Reach:
        portals = dict.fromkeys((*self.portals.get(node, ()), *self.of_all))
        return Reach(tuple(portals)[:MOST_PORTALS], self.shares.get(node, ())[:MOST_SHARES])


@dataclass(frozen=True, slots=True)
class _Backend:
    protocol: str
    portals: tuple[str, ...]
    parent: str


def reaches(cluster: ClusterSnapshot) -> Reaches:
    by_kind = {name: items_of(capture) for name, capture in cluster.by_kind().items()}
    backends = dict(_backends(by_kind.get(BACKEND_CONFIG_MAPS, ())))
    of_all = [with_port(portal, backend.protocol) for backend in backends.values() for portal in backend.portals]
    portals: dict[str, list[str]] = {}
    for attachment in by_kind.get("volumeattachments", ()):
        portals.setdefault(_spec(attachment).get("nodeName") or "", []).extend(_attached_portals(attachment))
    return Reaches(
        _fitting(of_all, portal_words),
        {node: _fitting(found, portal_words) for node, found in portals.items()},
        {node: _fitting(found, share_word) for node, found in _shares(by_kind, backends).items()},
    )


def with_port(portal: str, protocol: str) -> str:
    """An address as a portal; "" for protocols that have no TCP port to try."""
    port = PORTS.get(protocol)
    if portal.rpartition(":")[2].isdigit() and (portal.count(":") == 1 or portal.startswith("[")):
        return portal
    return f"{_bracketed(portal)}:{port}" if port else ""


def _bracketed(address: str) -> str:
    try:
        return f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
    except ValueError:
        return address


def _backends(configs: Iterable[Json]) -> Iterator[tuple[str, _Backend]]:
    for config in configs:
        stored = json.loads(config["data"]["csi.json"])["backends"]
        for backend in stored if isinstance(stored, list) else [stored]:
            parameters = backend.get("parameters") or {}
            portals = parameters.get("portals") or ()
            named = [entry for entry in (portals if isinstance(portals, list) else [portals]) if isinstance(entry, str)]
            parent = str(parameters.get("parentname") or "")
            yield str(backend.get("name") or ""), _Backend(str(parameters.get("protocol") or ""), tuple(named), parent)


def _attached_portals(attachment: Json) -> Iterator[str]:
    metadata = (attachment.get("status") or {}).get("attachmentMetadata") or {}
    try:
        info = json.loads(metadata.get("publishInfo") or "{}")
    except ValueError:
        return
    protocol = "tcp-nvme" if info.get("tgtLunGuid") else "iscsi"
    for portal in info.get("tgtPortals") or ():
        yield with_port(str(portal), protocol)


def _shares(by_kind: Mapping[str, tuple[Json, ...]], backends: Mapping[str, _Backend]) -> dict[str, list[str]]:
    by_claim: dict[tuple[str, str], str] = {}
    for volume in by_kind.get("persistentvolumes", ()):
        claim, share = _spec(volume).get("claimRef") or {}, _share(_spec(volume), backends)
        if share:
            by_claim[claim.get("namespace", ""), claim.get("name", "")] = share
    found: dict[str, list[str]] = {}
    for pod in by_kind.get("pods", ()):
        namespace = pod["metadata"].get("namespace", "")
        for volume in _spec(pod).get("volumes") or ():
            claim_name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            share = by_claim.get((namespace, claim_name or ""), "")
            if share:
                found.setdefault(_spec(pod).get("nodeName") or "", []).append(share)
    return found


def _share(spec: Json, backends: Mapping[str, _Backend]) -> str:
    csi = spec.get("csi") or {}
    owner, _, volume = str(csi.get("volumeHandle") or "").partition(".")
    attributes = csi.get("volumeAttributes") or {}
    backend = backends.get(attributes.get("backend") or owner)
    if backend is None or backend.protocol not in ("nfs", "nfs+") or not backend.portals:
        return ""
    parent = str(attributes.get("dTreeParentName") or backend.parent)
    return (
        f"{_bracketed(backend.portals[0])}:/{parent}/{volume}"
        if parent
        else f"{_bracketed(backend.portals[0])}:/{volume}"
    )


def _fitting(words: Iterable[str], check: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(word for word in dict.fromkeys(words) if word and _passes(word, check))


def _passes(word: str, check: Callable[[str], str]) -> bool:
    try:
        check(word)
    except ValueError:
        return False
    return True


def _spec(item: Json) -> Json:
    return item.get("spec") or {}
