"""API objects reduced to the fields that rules use.

Input    one object of a kind as the API gives it.
Output   the same object with only the fields of `collector.fields`; no env values, managedFields or Secret names.
         Free text (arguments, messages, parameters) has its secrets removed.
Errors   none; a field of another shape than expected is left out.
Source   huawei driver: VolumeAttachment, StorageBackendClaim, StorageBackendContent; Kubernetes API reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from collector.fields import FIELDS, METADATA
from collector.redact import redact_text

Json = Any  # what json.loads gives: the one place where unlike things meet

_ANNOTATION = re.compile(
    r"csi\.alpha\.kubernetes\.io/node-id|csi\.volume\.kubernetes\.io/nodeid|pv\.kubernetes\.io/[a-z-]+"
    r"|volume\.(?:beta\.)?kubernetes\.io/[a-z-]+|csi\.huawei\.com/[A-Za-z]+|storageclass\.kubernetes\.io/is-default-class"
)
_SECRET_KEY = re.compile(r"secret|password|passwd|token|credential|chap", re.IGNORECASE)

_DRIVER_APPS = ("huawei-csi-node", "huawei-csi-controller")
_PROVISIONER = "csi.huawei.com"  # a constant label, also when the driver is renamed
_FREE_TEXT = frozenset({"args", "message", "parameters", "volumeAttributes", "mountOptions"})
BACKEND = "name namespace storage vstoreName storageDeviceSN pools metrovStorePairID metroBackend hyperMetroDomain"
BACKEND_PARAMETERS = ("protocol", "portals", "parentname", "deviceWWN", "ALUA", "nfsAutoAuthClient")


def _tree(paths: Iterable[str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path in paths:
        branch = tree
        for word in path.split("."):
            branch = branch.setdefault(word, {})
    return tree


TREES = {
    kind: _tree(
        f"{part}.{field}" if part else field
        for part, fields in {"metadata": METADATA, **parts}.items()
        for field in fields.split()
    )
    for kind, parts in FIELDS.items()
}


def minimised(kind: str, item: Json, *, with_arguments: bool = False) -> Json:
    """`with_arguments` keeps the containers' arguments: for the driver's own pods only."""
    kept = _pick(item, TREES[kind])
    annotations = item.get("metadata", {}).get("annotations") or {}
    chosen = {key: value for key, value in sorted(annotations.items()) if _ANNOTATION.fullmatch(key)}
    if chosen:
        kept["metadata"]["annotations"] = chosen
    return _cleaned(kept, drop=() if with_arguments else ("args",))


def is_of_driver(item: Json, driver_name: str = "") -> bool:
    """A pod or workload of the driver: by its labels, its main container's name, or the name it is started with."""
    labels = (item.get("metadata") or {}).get("labels") or {}
    if labels.get("app") in _DRIVER_APPS or labels.get("provisioner") in (_PROVISIONER, driver_name or _PROVISIONER):
        return True
    spec = item.get("spec") or {}
    template = (spec.get("template") or {}).get("spec") or spec
    containers = template.get("containers") or ()
    words = [str(word) for container in containers for word in container.get("args") or ()]
    named = any(container.get("name") == "huawei-csi-driver" for container in containers)
    return named or (driver_name != "" and any(word.endswith(f"driver-name={driver_name}") for word in words))


def backend_config(item: Json) -> Json:
    """A backend's ConfigMap: which array, protocol and portals; no account, no management address."""
    meta = _pick(item.get("metadata") or {}, _tree(("name", "namespace")))
    try:
        stored = json.loads((item.get("data") or {}).get("csi.json") or "{}").get("backends") or {}
    except (ValueError, AttributeError):
        stored = {}
    backends = [
        _backend(entry) for entry in (stored if isinstance(stored, list) else [stored]) if isinstance(entry, dict)
    ]
    return {
        "metadata": meta,
        "data": {"csi.json": json.dumps({"backends": backends[0] if len(backends) == 1 else backends})},
    }


def _backend(stored: Mapping[str, Json]) -> Json:
    kept = {key: stored[key] for key in BACKEND.split() if key in stored}
    parameters = stored.get("parameters") or {}
    chosen = {key: parameters[key] for key in BACKEND_PARAMETERS if key in parameters}
    return {**kept, "parameters": chosen}


def _pick(value: Json, tree: Mapping[str, Any]) -> Json:
    if not tree:
        return value
    if isinstance(value, list):
        return [_pick(entry, tree) for entry in value]
    if not isinstance(value, dict):
        return None
    return {key: _pick(value[key], branch) for key, branch in tree.items() if key in value}


def _cleaned(value: Json, *, drop: tuple[str, ...], text: bool = False) -> Json:
    if isinstance(value, dict):
        return {
            key: _cleaned(entry, drop=drop, text=text or key in _FREE_TEXT)
            for key, entry in value.items()
            if key not in drop and not (text and _SECRET_KEY.search(key))
        }
    if isinstance(value, list):
        return [_cleaned(entry, drop=drop, text=text) for entry in value]
    return redact_text(value) if text and isinstance(value, str) else value
