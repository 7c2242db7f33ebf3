"""What the cluster's objects name: nodes, namespaces, pods, claims, volumes, backends, arrays, images, labels.

Input    `ClusterSnapshot`.  Output  (kind, name) pairs, the kind that counts first if a name is of several; names that
are made of others (`made_of`); words that stay.  Errors  none: what is of another form than expected names nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bundle.capture import Capture, ClusterSnapshot
from collector.anonymizing.book import Kind
from collector.anonymizing.host_names import of_host
from collector.anonymizing.ordinary import is_kept

Json = Any  # what json.loads gives
Found = Iterator[tuple[Kind, str]]

# kind of object -> path of the name -> what it names; `*` is every key of an object
_PATHS: Mapping[str, Mapping[str, Kind]] = {
    "": {"metadata.namespace": Kind.SPACE, "metadata.ownerReferences.name": Kind.WORKLOAD},
    "nodes": {"metadata.name": Kind.NODE, "status.addresses.address": Kind.NODE, "spec.taints.value": Kind.LABEL},
    "pods": {
        "spec.nodeName": Kind.NODE,
        "spec.volumes.persistentVolumeClaim.claimName": Kind.CLAIM,
        "spec.volumes.name": Kind.CLAIM,
        "spec.containers.name": Kind.CONTAINER,
        "spec.initContainers.name": Kind.CONTAINER,
    },
    "persistentvolumes": {
        "metadata.name": Kind.VOLUME,
        "spec.claimRef.namespace": Kind.SPACE,
        "spec.claimRef.name": Kind.CLAIM,
        "spec.storageClassName": Kind.CLASS,
        "spec.csi.volumeAttributes.backend": Kind.STORAGE,
        "spec.csi.volumeAttributes.name": Kind.VOLUME,
        "spec.csi.volumeAttributes.dTreeParentName": Kind.VOLUME,
        "spec.nfs.server": Kind.NODE,
    },
    "persistentvolumeclaims": {
        "metadata.name": Kind.CLAIM,
        "spec.volumeName": Kind.VOLUME,
        "spec.storageClassName": Kind.CLASS,
    },
    "storageclasses": {
        "metadata.name": Kind.CLASS,
        "parameters.backend": Kind.STORAGE,
        "parameters.pool": Kind.STORAGE,
        "parameters.parentname": Kind.VOLUME,
    },
    "volumeattachments": {"spec.nodeName": Kind.NODE, "spec.source.persistentVolumeName": Kind.VOLUME},
    "csinodes": {"metadata.name": Kind.NODE},
    "events": {
        "source.host": Kind.NODE,
        "involvedObject.namespace": Kind.SPACE,
    },
    "storagebackendclaims": {"metadata.name": Kind.STORAGE},
    "storagebackendcontents": {
        "metadata.name": Kind.STORAGE,
        "status.contentName": Kind.STORAGE,
        "status.pools.name": Kind.STORAGE,
        "status.sn": Kind.SERIAL,
        "status.specification.LocalDeviceSN": Kind.SERIAL,
        "status.specification.VStoreName": Kind.STORAGE,
        "status.specification.VStoreId": Kind.OTHER,
    },
    "backendconfigmaps": {"metadata.name": Kind.STORAGE},
}
_BACKEND = {
    "name": Kind.STORAGE,
    "vstoreName": Kind.STORAGE,
    "storageDeviceSN": Kind.SERIAL,
    "pools": Kind.STORAGE,
    "metroBackend": Kind.STORAGE,
    "hyperMetroDomain": Kind.STORAGE,
    "parameters.portals": Kind.NODE,
    "parameters.parentname": Kind.VOLUME,
}
_OF_EVENT = {
    "Pod": Kind.POD,
    "Node": Kind.NODE,
    "PersistentVolumeClaim": Kind.CLAIM,
    "PersistentVolume": Kind.VOLUME,
    "StorageBackendClaim": Kind.STORAGE,
}
_OURS = re.compile(r"(?:.*\.)?(?:kubernetes\.io|k8s\.io|huawei\.com|huawei\.io)(?:/.*)?")
_IMAGE = re.compile(r"(?:(?P<host>[^/]*[.:][^/]*)/)?(?P<path>[^:@]+)(?::(?P<tag>[^@]+))?(?:@.*)?")
_HOST_NAME = re.compile(r'\\?"HostName\\?":\s*\\?"([^"\\]+)')


def names_in(cluster: ClusterSnapshot) -> Found:
    """In an order of worth: a name that is both a node's and a pod's is told as a node's."""
    found = [pair for capture in cluster.captures for item in _items(capture) for pair in _of_item(capture.probe, item)]
    order = {kind: number for number, kind in enumerate(Kind)}
    composed = set(_claims_of_pods(cluster))
    found = [pair for pair in found if pair[1] not in composed]
    for kind, text in sorted(dict.fromkeys(found), key=lambda pair: (order[pair[0]], pair[1])):
        yield from of_host(text) if kind is Kind.NODE else ((kind, text),)


def drivers_in(cluster: ClusterSnapshot) -> Iterator[str]:
    """Names of CSI drivers: software, not places; rules look for them."""
    for kind, path in (("csidrivers", "metadata.name"), ("csinodes", "spec.drivers.name")):
        yield from (name for item in _of(cluster, kind) for name in _texts(item, path))


def versions_in(cluster: ClusterSnapshot) -> Iterator[str]:
    """Tags of images and boot ids: they look like addresses and UUIDs, and rules need them."""
    for capture in cluster.captures:
        for item in _items(capture):
            yield from (image.rpartition(":")[2] for image in _images(item))
            yield from (boot.replace("-", "") for boot in _texts(item, "status.nodeInfo.bootID"))


def handles_in(cluster: ClusterSnapshot) -> Iterator[str]:
    yield from (
        handle for item in _of(cluster, "persistentvolumes") for handle in _texts(item, "spec.csi.volumeHandle")
    )


def attachments_in(cluster: ClusterSnapshot) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Each VolumeAttachment's name, and handle, driver and node, of whose digest Kubernetes makes such names."""
    handles = {
        name: handle
        for item in _of(cluster, "persistentvolumes")
        for name in _texts(item, "metadata.name")
        for handle in _texts(item, "spec.csi.volumeHandle")
    }
    for item in _of(cluster, "volumeattachments"):
        handle = handles.get(_first(item, "spec.source.persistentVolumeName"), "")
        yield _first(item, "metadata.name"), (handle, _first(item, "spec.attacher"), _first(item, "spec.nodeName"))


def _of_item(kind: str, item: Json) -> Found:
    for path, named in (*_PATHS.get(kind, {}).items(), *_PATHS[""].items()):
        yield from ((named, text) for text in _texts(item, path))
    if kind == "pods":
        yield from ((Kind.POD, text) for text in _pod(item))
    if kind == "events":
        known = _OF_EVENT.get(_first(item, "involvedObject.kind"))
        yield from ((known, text) for text in _texts(item, "involvedObject.name") if known)
    if kind == "backendconfigmaps":
        yield from _backends(item)
    if kind == "persistentvolumes":
        yield from ((Kind.VOLUME, text.partition(".")[2]) for text in _texts(item, "spec.csi.volumeHandle"))
        yield from (
            (Kind.STORAGE, text.partition(".")[0]) for text in _texts(item, "spec.csi.volumeHandle") if "." in text
        )
        yield from ((Kind.PATH, part) for text in _texts(item, "spec.nfs.path") for part in text.split("/"))
    if kind == "leases":
        yield from ((Kind.NODE, text.partition("_")[0]) for text in _texts(item, "spec.holderIdentity") if "_" in text)
    yield from ((Kind.NODE, text) for text in _HOST_NAME.findall(json.dumps(item)))
    yield from _labels(item)
    yield from _of_images(item)


def _pod(item: Json) -> Iterator[str]:
    """The pod's name, unless it is its owner's and a suffix: then the owner's name stands for it."""
    owners = [text for text in _texts(item, "metadata.ownerReferences.name") if text]
    for name in _texts(item, "metadata.name"):
        if not any(name.startswith(f"{owner}-") and (not is_kept(owner) or "-" in owner) for owner in owners):
            yield name


def _claims_of_pods(cluster: ClusterSnapshot) -> Iterator[str]:
    """`<pod>-<volume>`, the claim of an ephemeral volume: it is to stay so, for that is how rules find it."""
    for item in _of(cluster, "pods"):
        for volume in _volumes(item):
            if "ephemeral" in volume:
                yield f"{_first(item, 'metadata.name')}-{_first(volume, 'name')}"


def _volumes(pod: Json) -> Iterable[Json]:
    spec = pod.get("spec")
    found = spec.get("volumes") if isinstance(spec, dict) else ()
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else ()


def _backends(item: Json) -> Found:
    for text in _texts(item, "data.*"):
        try:
            told = json.loads(text).get("backends")
        except (ValueError, AttributeError):
            continue
        for backend in told if isinstance(told, list) else [told]:
            for path, named in _BACKEND.items():
                yield from ((named, value) for value in _texts(backend, path))


def _labels(item: Json) -> Found:
    labels = item.get("metadata", {}).get("labels") if isinstance(item.get("metadata"), dict) else None
    for key, value in (labels or {}).items() if isinstance(labels, dict) else ():
        prefix, slash, name = key.rpartition("/")
        if slash and not _OURS.fullmatch(prefix):
            yield Kind.DOMAIN, prefix
        if key == "kubernetes.io/hostname":
            yield Kind.NODE, str(value)
        elif not _OURS.fullmatch(key) or key.startswith("topology."):
            yield Kind.LABEL, str(value)
        if not slash or not _OURS.fullmatch(prefix):
            yield Kind.LABEL, name


def _images(item: Json) -> Iterator[str]:
    for path in ("spec.containers.image", "spec.initContainers.image", "spec.template.spec.containers.image"):
        yield from (text for text in _texts(item, path) if _IMAGE.fullmatch(text))


def _of_images(item: Json) -> Found:
    for image in _images(item):
        match = _IMAGE.fullmatch(image)
        if match and match["host"]:
            yield from of_host(match["host"].partition(":")[0])
        if match:
            yield from ((Kind.CONTAINER, part) for part in match["path"].split("/"))


def _of(cluster: ClusterSnapshot, kind: str) -> Iterator[Json]:
    yield from (item for capture in cluster.captures if capture.probe == kind for item in _items(capture))


def _items(capture: Capture) -> Iterable[Json]:
    try:
        items = json.loads(capture.out)["items"] if capture.out else ()
    except (ValueError, KeyError, TypeError):
        return ()
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else ()


def _first(item: Json, path: str) -> str:
    return next(_texts(item, path), "")


def _texts(value: Json, path: str) -> Iterator[str]:
    """Every text at a dotted path, through lists."""
    if isinstance(value, list):
        for one in value:
            yield from _texts(one, path)
    elif not path:
        if isinstance(value, str) and value:
            yield value
    elif isinstance(value, dict):
        key, _, rest = path.partition(".")
        for one in value.values() if key == "*" else (value.get(key),):
            yield from _texts(one, rest)
