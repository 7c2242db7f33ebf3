"""A node like another: its answers and its objects under a name, boot, address, initiators and volumes of its own.

Input    the objects, a node's snapshot, the new name.
Output   the objects with those of the copy, and the copy's snapshot.  Every volume that is attached to that node alone
         becomes another one on the copy, with a claim and a pod of its own; one attached elsewhere too is shared.
         What replaces a name in an answer has the same length, but for the node's name and address.
Errors   none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace

from bundle.capture import Capture, CollectedFile, NodeSnapshot
from samples.scenario.objects import Json, Objects, key_of

OWN = ("nodes", "csinodes", "persistentvolumes", "persistentvolumeclaims", "volumeattachments", "pods")
COUNTS = re.compile(r"(?:desired|current|updated)Number\w+|number(?:Ready|Available)")
_WWID = re.compile(r"\b3[0-9a-f]{32}\b")
_INITIATOR = re.compile(r"^(?:iscsi|nvme|fc) ([0-9a-f]{16})$", re.MULTILINE)
_HBA_PORT = re.compile(r"fc_host/host\d+/(?:port|node)_name:0x([0-9a-f]{16})")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def copied(objects: Objects, node: NodeSnapshot, new: str) -> tuple[Objects, NodeSnapshot]:
    own = {kind: list(_own(kind, objects, node.node)) for kind in OWN}
    swaps = _swaps(own, node, new)
    result = {kind: dict(items) for kind, items in objects.items()}
    for kind, items in own.items():
        for item in items:
            other = swaps.in_object(item)
            result[kind][key_of(other)] = other
    result["daemonsets"] = {key: _counted(item) for key, item in objects.get("daemonsets", {}).items()}
    return result, swaps.in_snapshot(node, new)


def _own(kind: str, objects: Objects, node: str) -> Iterator[Json]:
    """The objects of this kind that the copy needs another of; of the controller's pods none."""
    volumes = _volumes(objects, node)
    for key, item in objects.get(kind, {}).items():
        spec = item.get("spec") or {}
        match kind:
            case "nodes" | "csinodes":
                wanted = key[1] == node
            case "persistentvolumes":
                wanted = key[1] in volumes
            case "persistentvolumeclaims":
                wanted = spec.get("volumeName") in volumes
            case "volumeattachments":
                wanted = spec["nodeName"] == node
            case _:
                wanted = spec.get("nodeName") == node and not _is_controller(item)
        if wanted:
            yield item


def _volumes(objects: Objects, node: str) -> set[str]:
    """The PVs that are attached to this node only."""
    where: dict[str, set[str]] = {}
    for item in objects.get("volumeattachments", {}).values():
        where.setdefault(item["spec"]["source"]["persistentVolumeName"], set()).add(item["spec"]["nodeName"])
    return {volume for volume, nodes in where.items() if nodes == {node}}


def _is_controller(pod: Json) -> bool:
    return (pod["metadata"].get("labels") or {}).get("app") == "huawei-csi-controller"


def _swaps(own: Mapping[str, list[Json]], node: NodeSnapshot, new: str) -> _Swaps:
    """Everything that is unique to the node or its volumes, and the same of the copy."""
    tokens: dict[str, str] = {}
    for volume in own["persistentvolumes"]:
        tokens |= _of_volume(volume, new)
    for item in (item for items in own.values() for item in items):
        tokens |= {uid: _other_uuid(uid, new) for uid in _UUID.findall(item["metadata"].get("uid") or "")}
    for item in own["nodes"]:
        tokens |= {boot: _other_uuid(boot, new) for boot in _UUID.findall(item["status"]["nodeInfo"].get("bootID", ""))}
    tokens |= {item["metadata"]["name"]: _attachment(item, tokens, new) for item in own["volumeattachments"]}
    told = {probe: capture.out.decode("utf-8", "replace") for probe, capture in node.by_probe().items()}
    tokens |= {wwid[-16:]: _hex(wwid[1:], new)[:16] for wwid in _WWID.findall(told.get("scsi_id", ""))}
    tokens |= {digest: _hex(digest, new)[:16] for digest in _INITIATOR.findall(told.get("initiators", ""))}
    tokens |= {port: port[:8] + _hex(port, new)[:8] for port in _HBA_PORT.findall(told.get("sysfs_fc", ""))}
    address = f"{node.address.rpartition('.')[0]}.{10 + int(re.sub(r'[^0-9]', '', new) or 90)}"
    claims = frozenset(item["metadata"]["name"] for item in own["persistentvolumeclaims"])
    return _Swaps({**tokens, node.node: new, node.address: address}, new, claims)


def _of_volume(volume: Json, new: str) -> dict[str, str]:
    """Its name, as it is on the array too, the end of its WWN, which is its serial number, and where it is staged."""
    csi = volume["spec"].get("csi") or {}
    handle, wwn = csi.get("volumeHandle") or "", (csi.get("volumeAttributes") or {}).get("lunWWN") or ""
    tokens = {wwn[-16:]: _hex(wwn, new)[:16]} if wwn else {}
    for uuid in _UUID.findall(volume["metadata"]["name"]):
        other = _other_uuid(uuid, new)
        tokens |= {uuid: other, uuid.replace("-", "_"): other.replace("-", "_")}
    tokens[hashlib.sha256(handle.encode()).hexdigest()] = hashlib.sha256(_swapped(handle, tokens).encode()).hexdigest()
    return tokens


def _attachment(item: Json, tokens: Mapping[str, str], new: str) -> str:
    """Its name, of the form that kube-controller-manager gives: a digest of volume, driver and node."""
    told = json.dumps(item["spec"], sort_keys=True)
    return f"csi-{_hex(_swapped(told, tokens), new)}"


def _swapped(text: str, tokens: Mapping[str, str]) -> str:
    for old, other in tokens.items():
        text = text.replace(old, other)
    return text


def _hex(old: str, new: str) -> str:
    return hashlib.sha256(f"{new} {old}".encode()).hexdigest()


def _other_uuid(old: str, new: str) -> str:
    return f"{old[:24]}{_hex(old, new)[:12]}"


@dataclass(frozen=True, slots=True)
class _Swaps:
    """What becomes what in the copy; `claims` get its name as their end."""

    table: Mapping[str, str]
    new: str
    claims: frozenset[str]

    def in_object(self, item: Json) -> Json:
        other = json.loads(self._text(json.dumps(deepcopy(item))))
        meta, spec = other["metadata"], other.get("spec") or {}
        if meta["name"] == item["metadata"]["name"]:
            meta["name"] = f"{meta['name']}-{self.new}"
        if spec.get("claimRef"):
            spec["claimRef"]["name"] = self._claim(spec["claimRef"]["name"])
        for volume in spec.get("volumes") or ():
            if volume.get("persistentVolumeClaim"):
                volume["persistentVolumeClaim"]["claimName"] = self._claim(volume["persistentVolumeClaim"]["claimName"])
        return other

    def in_snapshot(self, node: NodeSnapshot, new: str) -> NodeSnapshot:
        captures = tuple(self._in_capture(capture) for capture in node.captures)
        return replace(node, node=new, address=self.table[node.address], captures=captures)

    def _in_capture(self, capture: Capture) -> Capture:
        files = [
            CollectedFile(self._text(file.path), self._bytes(file.content), file.truncated) for file in capture.files
        ]
        ordered = tuple(sorted(files, key=lambda file: file.path))
        return replace(capture, out=self._bytes(capture.out), err=self._bytes(capture.err), files=ordered)

    def _claim(self, name: str) -> str:
        return f"{name}-{self.new}" if name in self.claims else name

    def _bytes(self, content: bytes) -> bytes:
        return self._text(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def _text(self, text: str) -> str:
        """Whole words only: worker-2 is not in worker-20; but a WWN's end is in a WWN."""
        names = "|".join(rf"(?<![A-Za-z0-9.-]){re.escape(old)}(?![A-Za-z0-9])" for old in self.table if len(old) < 16)
        tokens = "|".join(re.escape(old) for old in self.table if len(old) >= 16)
        return re.sub(f"{tokens}|{names}" if tokens else names, lambda found: self.table[found[0]], text)


def _counted(item: Json) -> Json:
    """A DaemonSet with one node more."""
    counted = deepcopy(item)
    for name, number in (counted.get("status") or {}).items():
        if COUNTS.fullmatch(name):
            counted["status"][name] = number + 1
    return counted
