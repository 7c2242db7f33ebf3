"""Nodes -> ClusterNodes.

Input    `cluster/nodes.json`.
Output   every node in the order listed; `ready` is the status of the condition Ready, "Unknown" when it has none.
Source   Kubernetes API, core/v1 NodeStatus.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.cluster import ClusterNode, ClusterNodes
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "nodes"


class _Address(msgspec.Struct, frozen=True):
    address: str = ""


class _Condition(msgspec.Struct, frozen=True):
    type: str = ""
    status: str = ""


class _Info(msgspec.Struct, frozen=True, rename="camel"):
    boot_id: str = msgspec.field(name="bootID", default="")
    kubelet_version: str = ""


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    addresses: list[_Address] | None = None
    conditions: list[_Condition] | None = None
    node_info: _Info | None = None


class _Node(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    status: _Status | None = None


def parse(text: str) -> ClusterNodes:
    places = Places(KIND, text)
    return ClusterNodes(tuple(_node(item, places) for item in items_of(KIND, text, _Node)))


def _node(item: _Node, places: Places) -> ClusterNode:
    name, status = item.metadata.name, item.status or _Status()
    info = status.node_info or _Info()
    ready = next((one.status for one in status.conditions or () if one.type == "Ready"), "Unknown")
    return ClusterNode(
        name=name,
        hostname=(item.metadata.labels or {}).get("kubernetes.io/hostname", ""),
        addresses=tuple(one.address for one in status.addresses or ()),
        ready=ready,
        boot_id=info.boot_id,
        kubelet_version=info.kubelet_version,
        span=places.span(name, f"Node {name} Ready={ready} bootID={info.boot_id}"),
    )


PARSER = ObjectParser(KIND, ClusterNodes, parse)
