"""Whom the driver shared a volume with: authClient of its StorageClass, beside the node's own addresses.

Input    a mount that was refused; the StorageClasses; the cluster's nodes, with the addresses that Kubernetes knows.
Output   `ShareClients`: whether the class lets the node in, None where that cannot be told: no class, no address, or an
         entry that is neither an address nor a network.
How      the class as it is now; a share keeps the clients that it was made with.  `*` is everybody.
Source   eSDK_K8S_Plugin, csi/backend/plugin/oceanstor_nas.go: clients are separated by `;`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.claims import StorageClasses
from analyzer.facts.cluster import ClusterNodes
from analyzer.rules.nfs.mounts import FailedMount

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class ShareClients:
    node: str
    storage_class: str  # "" when the volume names none
    told: str  # authClient, "" when it is not known
    addresses: tuple[str, ...]  # of the node, as Kubernetes knows them
    lets_in: bool | None


def clients_of(
    node: str, one: FailedMount, classes: StorageClasses | Unknown, nodes: ClusterNodes | Unknown
) -> ShareClients:
    named = one.volume.storage_class if one.volume else ""
    own = None if isinstance(classes, Unknown) or one.volume is None else classes.of(named)
    told = own.parameter("authClient").strip() if own else ""
    items = () if isinstance(nodes, Unknown) else nodes.items
    known = next((item.addresses for item in items if item.name == node), ())
    addresses = tuple(address for text in known if (address := _address(text)) is not None)
    return ShareClients(node, named, told, tuple(map(str, addresses)), _lets_in(told, addresses))


def _lets_in(told: str, addresses: tuple[Address, ...]) -> bool | None:
    entries = [entry.strip() for entry in told.split(";") if entry.strip()]
    if EVERYBODY in entries:
        return True
    networks = [network for entry in entries if (network := _network(entry)) is not None]
    if any(address in network for address in addresses for network in networks):
        return True
    return False if entries and addresses and len(networks) == len(entries) else None


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
