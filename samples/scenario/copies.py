"""A node like another: its answers and its objects under a name, boot, address, initiators and volumes of its own.

Input    the objects, a node's snapshot, the new name.
Output   the objects with those of the copy, and the copy's snapshot.  Every volume that is attached to the node becomes
         another one on the copy, with a claim and a pod; what replaces a name in an answer has the same length.
Errors   none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace

from bundle.capture import Capture, CollectedFile, NodeSnapshot
from samples.scenario.objects import Json, Objects

_INITIATOR = re.compile(r"^(?:iscsi|nvme|fc) ([0-9a-f]{16})$", re.MULTILINE)
_HBA_PORT = re.compile(r"fc_host/host\d+/(?:port|node)_name:0x([0-9a-f]{16})")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
COUNTS = re.compile(r"(?:desired|current|updated)Number\w+|number(?:Ready|Available)")


def copied(objects: Objects, node: NodeSnapshot, new: str) -> tuple[Objects, NodeSnapshot]:
    address = f"{node.address.rpartition('.')[0]}.{10 + int(re.sub(r'[^0-9]', '', new) or 0)}"
    kept = {kind: dict(items) for kind, items in objects.items()}
    of_node = {kind: _of_node(kind, objects, node.node) for kind in _COPIED}
    swaps = _Swaps(_tokens(of_node, node, new), node, new, address)
    for kind, items in of_node.items():
        for item in items:
            other = swaps.in_object(item)
            meta = other["metadata"]
            kept[kind][meta.get("namespace") or "", meta["name"]] = other
    _count(kept)
    return kept, swaps.in_snapshot(address)


_COPIED = ("nodes", "csinodes", "pods", "persistentvolumes", "persistentvolumeclaims", "volumeattachments")


def _of_node(kind: str, objects: Objects, node: str) -> list[Json]:
    """The objects that a node brings along; of the controller's pods none."""
    items = list(objects.get(kind, {}).values())
    pvs = {
        item["spec"]["source"]["persistentVolumeName"]
        for item in objects.get("volumeattachments", {}).values()
        if item["spec"]["nodeName"] == node
    }
    claims = {_claim(item) for item in objects.get("persistentvolumes", {}).values() if item["metadata"]["name"] in pvs}
    match kind:
        case "nodes" | "csinodes":
            return [item for item in items if item["metadata"]["name"] == node]
        case "volumeattachments":
            return [item for item in items if item["spec"]["nodeName"] == node]
        case "persistentvolumes":
            return [item for item in items if item["metadata"]["name"] in pvs]
        case "persistentvolumeclaims":
            return [item for item in items if _name(item) in claims]
        case _:
            return [item for item in items if item["spec"].get("nodeName") == node and _goes_along(item, claims)]


def _goes_along(pod: Json, claims: set[tuple[str, str]]) -> bool:
    namespace = pod["metadata"]["namespace"]
    volumes = pod["spec"].get("volumes") or ()
    named = {(namespace, (volume.get("persistentVolumeClaim") or {}).get("claimName")) for volume in volumes}
    return bool(named & claims) or (pod["metadata"].get("labels") or {}).get("app") == "huawei-csi-node"


def _claim(volume: Json) -> tuple[str, str]:
    reference = volume["spec"].get("claimRef") or {}
    return reference.get("namespace", ""), reference.get("name", "")


def _name(item: Json) -> tuple[str, str]:
    return item["metadata"].get("namespace") or "", item["metadata"]["name"]


def _tokens(of_node: Mapping[str, list[Json]], node: NodeSnapshot, new: str) -> dict[str, str]:
    """What is unique to the node or its volumes -> the same of the copy."""
    tokens: dict[str, str] = {}
    for volume in of_node["persistentvolumes"]:
        spec = volume["spec"].get("csi") or {}
        wwn = (spec.get("volumeAttributes") or {}).get("lunWWN") or ""
        found = _UUID.search(volume["metadata"]["name"])
        if found:
            tokens[found[0]] = _other_uuid(found[0], new)
            handle = spec.get("volumeHandle") or ""
            stage = hashlib.sha256(handle.encode()).hexdigest()
            tokens[stage] = hashlib.sha256(handle.replace(found[0], tokens[found[0]]).encode()).hexdigest()
            array_name = found[0].replace("-", "_")  # of NAS volumes
            tokens[array_name] = tokens[found[0]].replace("-", "_")
        if wwn:
            tokens[wwn[-16:]] = _digits(wwn[-16:], new, 16)  # also in serial numbers, which are the end of the WWN
    for kind in ("pods", "persistentvolumeclaims", "persistentvolumes", "volumeattachments", "nodes", "csinodes"):
        for item in of_node[kind]:
            uid = item["metadata"].get("uid") or ""
            if _UUID.fullmatch(uid):
                tokens[uid] = _other_uuid(uid, new)
    for item in of_node["nodes"]:
        boot = item["status"]["nodeInfo"].get("bootID") or ""
        if boot:
            tokens[boot] = _other_uuid(boot, new)
    answers = {probe: capture.out.decode("utf-8", "replace") for probe, capture in node.by_probe().items()}
    tokens |= {digest: _digits(digest, new, 16) for digest in _INITIATOR.findall(answers.get("initiators", ""))}
    tokens |= {port: port[:8] + _digits(port, new, 8) for port in _HBA_PORT.findall(answers.get("sysfs_fc", ""))}
    return tokens


def _digits(old: str, new_node: str, count: int) -> str:
    return hashlib.sha256(f"{new_node} {old}".encode()).hexdigest()[:count]


def _other_uuid(old: str, new_node: str) -> str:
    return f"{old[:24]}{_digits(old, new_node, 12)}"


class _Swaps:
    """What is replaced in the copy."""

    def __init__(self, tokens: Mapping[str, str], node: NodeSnapshot, new: str, address: str) -> None:
        self.node, self.new = node, new
        self.table = {**tokens, node.node: new, node.address: address}
        words = [re.escape(token) for token in sorted(tokens, key=len, reverse=True)]
        words += [rf"(?<![\w.-]){re.escape(token)}(?![\w])" for token in (node.node, node.address) if token]
        self.pattern = re.compile("|".join(words))
        self.raw = re.compile(self.pattern.pattern.encode())

    def in_object(self, item: Json) -> Json:
        """Names that the node does not change get its name as their end."""
        other = json.loads(self._text(json.dumps(deepcopy(item))))
        meta = other["metadata"]
        if meta["name"] == item["metadata"]["name"]:
            meta["name"] = self._ended(meta["name"])
        spec = other.get("spec") or {}
        if (spec.get("claimRef") or {}).get("name"):
            spec["claimRef"]["name"] = self._ended(spec["claimRef"]["name"])
        for volume in spec.get("volumes") or () if isinstance(spec, dict) else ():
            if volume.get("persistentVolumeClaim"):
                volume["persistentVolumeClaim"]["claimName"] = self._ended(volume["persistentVolumeClaim"]["claimName"])
        return other

    def in_snapshot(self, address: str) -> NodeSnapshot:
        captures = tuple(self._in_capture(capture) for capture in self.node.captures)
        return replace(self.node, node=self.new, address=address, captures=captures)

    def _in_capture(self, capture: Capture) -> Capture:
        files = [CollectedFile(self._text(each.path), self._bytes(each.content)) for each in capture.files]
        files.sort(key=lambda each: each.path)
        return replace(capture, out=self._bytes(capture.out), err=self._bytes(capture.err), files=tuple(files))

    def _ended(self, name: str) -> str:
        return f"{name}-{self.new}"

    def _text(self, text: str) -> str:
        return self.pattern.sub(lambda found: self.table[found[0]], text)

    def _bytes(self, content: bytes) -> bytes:
        return self.raw.sub(lambda found: self.table[found[0].decode()].encode(), content)


def _count(objects: Objects) -> None:
    """The driver's DaemonSet counts the copy."""
    for key, item in objects.get("daemonsets", {}).items():
        counted = deepcopy(item)
        for name, number in (counted.get("status") or {}).items():
            if COUNTS.fullmatch(name):
                counted["status"][name] = number + 1
        objects["daemonsets"][key] = counted
