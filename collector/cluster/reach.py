"""What a node's active probes try to reach, as the command line and the cluster objects name it.

Input    portals and shares of the command line; the cluster's captures.
Output   per node, named ones first: portals "10.10.2.1:3260" of its VolumeAttachments and of the backends, and of named
         shares; the NFS shares of its pods and VolumeAttachments, then one of each NFS backend of which it has none.
         A node that has no NFS share gets none of the latter: its first mount would load the NFS client there.
Errors   none; a value outside the grammar of the program is left out, since it comes from objects others may write.
Source   huawei driver: publishInfo of a VolumeAttachment, parameters.portals of a backend, share = portal:/volume name.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bundle.capture import ClusterSnapshot
from collector.cluster.asking import BACKEND_CONFIG_MAPS, items_of
from collector.cluster.objects import Json
from collector.node_program.program import portal_words, share_word

MOST_PORTALS = 32
MOST_SHARES = 5  # side by side, each with every version in turn
PORTS = {"iscsi": 3260, "tcp-nvme": 4420, "nfs": 2049, "nfs+": 2049}


_Objects = Mapping[str, tuple[Json, ...]]


@dataclass(frozen=True, slots=True)
class Reach:
    portals: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaches:
    """`of_all` are the backends' portals, `spare` a share of each NFS server; `portals` and `shares` are by node."""

    named: Reach = Reach()
    of_all: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    portals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shares: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, node: str) -> Reach:
        servers = (with_port(_server(share), "nfs") for share in self.named.shares)
        portals = dict.fromkeys((*self.named.portals, *servers, *self.portals.get(node, ()), *self.of_all))
        shares = dict.fromkeys((*self.named.shares, *self._shares_of(node)))
        return Reach(tuple(portals)[:MOST_PORTALS], tuple(shares)[:MOST_SHARES])

    def _shares_of(self, node: str) -> tuple[str, ...]:
        own = self.shares.get(node, ())
        servers = {_server(share) for share in own}
        return (*own, *(share for share in self.spare if own and _server(share) not in servers))


@dataclass(frozen=True, slots=True)
class _Backend:
    protocol: str
    portals: tuple[str, ...]
    parent: str


def reaches(cluster: ClusterSnapshot, named: Reach = Reach()) -> Reaches:
    by_kind = {name: items_of(capture) for name, capture in cluster.by_kind().items()}
    backends = dict(_backends(by_kind.get(BACKEND_CONFIG_MAPS, ())))
    of_all = [with_port(portal, backend.protocol) for backend in backends.values() for portal in backend.portals]
    portals: dict[str, list[str]] = {}
    for attachment in by_kind.get("volumeattachments", ()):
        portals.setdefault(_spec(attachment).get("nodeName") or "", []).extend(_attached_portals(attachment))
    by_volume = dict(_shares(by_kind, backends))
    known = _fitting((share for _, share in sorted(by_volume.items())), share_word)
    return Reaches(
        named,
        _fitting(of_all, portal_words),
        tuple({_server(share): share for share in reversed(known)}.values())[::-1],
        {node: _fitting(found, portal_words) for node, found in portals.items()},
        {node: _fitting(found, share_word) for node, found in _used(by_kind, by_volume).items()},
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


def _shares(by_kind: _Objects, backends: Mapping[str, _Backend]) -> Iterator[tuple[str, str]]:
    """The share of each volume."""
    for volume in by_kind.get("persistentvolumes", ()):
        share = _share(_spec(volume), backends)
        if share:
            yield volume["metadata"]["name"], share


def _used(by_kind: _Objects, by_volume: Mapping[str, str]) -> dict[str, list[str]]:
    """The shares of each node's pods and VolumeAttachments."""
    by_claim: dict[tuple[str, str], str] = {}
    for volume in by_kind.get("persistentvolumes", ()):
        claim, name = _spec(volume).get("claimRef") or {}, volume["metadata"]["name"]
        by_claim[claim.get("namespace", ""), claim.get("name", "")] = by_volume.get(name, "")
    found: dict[str, list[str]] = {}
    for pod in by_kind.get("pods", ()):
        namespace = pod["metadata"].get("namespace", "")
        for one in _spec(pod).get("volumes") or ():
            claim_name = (one.get("persistentVolumeClaim") or {}).get("claimName")
            share = by_claim.get((namespace, claim_name), "") if claim_name else ""
            found.setdefault(_spec(pod).get("nodeName") or "", []).append(share)
    for attachment in by_kind.get("volumeattachments", ()):
        name = (_spec(attachment).get("source") or {}).get("persistentVolumeName") or ""
        found.setdefault(_spec(attachment).get("nodeName") or "", []).append(by_volume.get(name, ""))
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


def _server(share: str) -> str:
    return share.partition(":/")[0]


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
