"""CSINodes -> CsiNodes.

Input    `cluster/csinodes.json`.
Output   every node in the order listed, with the drivers its kubelet knows.
Source   Kubernetes API, storage.k8s.io/v1 CSINode.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.workloads import CsiNode, CsiNodes
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "csinodes"


class _Allocatable(msgspec.Struct, frozen=True):
    count: int | None = None


class _Driver(msgspec.Struct, frozen=True):
    name: str = ""
    node_id: str = msgspec.field(name="nodeID", default="")
    allocatable: _Allocatable | None = None


class _Spec(msgspec.Struct, frozen=True):
    drivers: list[_Driver] | None = None


class _Node(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec = _Spec()


def parse(text: str) -> CsiNodes:
    places = Places(KIND, text)
    return CsiNodes(tuple(_node(item, places) for item in items_of(KIND, text, _Node)))


def _node(item: _Node, places: Places) -> CsiNode:
    name, drivers = item.metadata.name, item.spec.drivers or []
    most = [(one.name, one.allocatable.count) for one in drivers if one.allocatable and one.allocatable.count]
    return CsiNode(
        node=name,
        drivers=tuple((one.name, one.node_id) for one in drivers),
        most_volumes=tuple((driver, count) for driver, count in most if count is not None),
        span=places.span(name, f"CSINode {name} drivers={','.join(one.name for one in drivers)}"),
    )


PARSER = ObjectParser(KIND, CsiNodes, parse)
