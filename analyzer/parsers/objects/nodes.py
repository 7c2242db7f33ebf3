"""Nodes -> ClusterNodes.

Input    `cluster/nodes.json`.
Output   every node in the order listed; `ready` is the status of the condition Ready, "Unknown" when it has none.
Source   Kubernetes API, core/v1 NodeStatus.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.cluster import ClusterNode, ClusterNodes, Condition
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "nodes"


class _Address(msgspec.Struct, frozen=True):
    address: str = ""


class _Condition(msgspec.Struct, frozen=True, rename="camel"):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None
    last_heartbeat_time: str | None = None


class _Attached(msgspec.Struct, frozen=True):
    name: str = ""


class _Spec(msgspec.Struct, frozen=True):
    unschedulable: bool = False


class _Info(msgspec.Struct, frozen=True, rename="camel"):
    boot_id: str = msgspec.field(name="bootID", default="")
    kubelet_version: str = ""
    container_runtime_version: str = ""
    os_image: str = ""


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    addresses: list[_Address] | None = None
    conditions: list[_Condition] | None = None
    node_info: _Info | None = None
    volumes_in_use: tuple[str, ...] | None = None
    volumes_attached: list[_Attached] | None = None


class _Node(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec | None = None
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
        span=places.span(name, f"Node {name} Ready={ready}{_since(status)} bootID={info.boot_id}"),
        conditions=tuple(_condition(one) for one in status.conditions or ()),
        unschedulable=item.spec is not None and item.spec.unschedulable,
        volumes_in_use=status.volumes_in_use or (),
        volumes_attached=tuple(one.name for one in status.volumes_attached or ()),
        runtime_version=info.container_runtime_version,
        os_image=info.os_image,
    )


def _condition(item: _Condition) -> Condition:
    since, heard = item.last_transition_time or "", item.last_heartbeat_time or ""
    return Condition(item.type, item.status, item.reason, item.message, since, heard)


def _since(status: _Status) -> str:
    since = next((one.last_transition_time for one in status.conditions or () if one.type == "Ready"), None)
    return f" since {since}" if since else ""


PARSER = ObjectParser(KIND, ClusterNodes, parse)
