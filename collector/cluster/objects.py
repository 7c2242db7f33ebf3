"""API objects reduced to the fields that rules use.

Input    one object of a kind as the API gives it.
Output   the same object with only the fields of `fields`; no env values, managedFields or Secret names.
         Every text has its secrets removed.
Errors   none; a field of another shape than expected is left out.
Source   huawei driver: VolumeAttachment, StorageBackendClaim, StorageBackendContent; Kubernetes API reference.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from collector.cluster.fields import FIELDS, METADATA
from collector.redaction.redact import MASK, redact, redact_text
from collector.redaction.words import kind_of_name

Json = Any  # what json.loads gives: the one place where unlike things meet

_ANNOTATION = re.compile(
    r"csi\.alpha\.kubernetes\.io/node-id|csi\.volume\.kubernetes\.io/nodeid|pv\.kubernetes\.io/[a-z-]+"
    r"|volume\.(?:beta\.)?kubernetes\.io/[a-z-]+|csi\.huawei\.com/[A-Za-z]+|storageclass\.kubernetes\.io/is-default-class"
)
_SECRET_KEY = re.compile(r"secret|password|passwd|token|credential|chap", re.IGNORECASE)

_DRIVER_APPS = ("huawei-csi-node", "huawei-csi-controller")
_PROVISIONER = "csi.huawei.com"  # a constant label, also when the driver is renamed
BACKEND = "name namespace storage vstoreName storageDeviceSN pools metrovStorePairID metroBackend hyperMetroDomain"
BACKEND_PARAMETERS = ("protocol", "portals", "parentname", "deviceWWN", "ALUA", "nfsAutoAuthClient")
_FREE_KEYS = frozenset(
    {"parameters", "volumeAttributes", "labels", "annotations", "attachmentMetadata", "specification"}
)


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


def minimised(kind: str, item: Json, *, with_arguments: bool = False, removed: Counter[str] | None = None) -> Json:
    """`with_arguments` keeps the containers' arguments: for the driver's own pods only.  `removed` counts secrets."""
    kept = _pick(item, TREES[kind])
    annotations = item.get("metadata", {}).get("annotations") or {}
    chosen = {key: value for key, value in sorted(annotations.items()) if _ANNOTATION.fullmatch(key)}
    if chosen:
        kept["metadata"]["annotations"] = chosen
    return _Cleaner(Counter() if removed is None else removed, () if with_arguments else ("args",)).clean(kept)


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


def backend_config(item: Json, removed: Counter[str] | None = None) -> Json:
    """A backend's ConfigMap: which array, protocol and portals; no account, no management address."""
    meta = _pick(item.get("metadata") or {}, _tree(("name", "namespace")))
    try:
        stored = json.loads((item.get("data") or {}).get("csi.json") or "{}").get("backends") or {}
    except (ValueError, AttributeError):
        stored = {}
    cleaner = _Cleaner(Counter() if removed is None else removed)
    backends = [
        cleaner.clean(_backend(entry))
        for entry in (stored if isinstance(stored, list) else [stored])
        if isinstance(entry, dict)
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


@dataclass(frozen=True, slots=True)
class _Cleaner:
    """Every string is searched; a value whose key says that it is a secret is left out with its key."""

    removed: Counter[str]
    drop: tuple[str, ...] = ()

    def clean(self, value: Json, key: str = "", *, free: bool = False) -> Json:
        """`free`: the keys are the user's own words, not the API's."""
        if isinstance(value, dict):
            kept = {name: entry for name, entry in value.items() if name not in self.drop}
            return {
                name: self.clean(entry, name, free=free or name in _FREE_KEYS)
                for name, entry in kept.items()
                if not (free and self._is_secret(name, entry))
            }
        if isinstance(value, list):
            return self._words(value) if key == "args" else [self.clean(entry, free=free) for entry in value]
        return self._text(value) if isinstance(value, str) else value

    def _is_secret(self, name: str, value: Json) -> bool:
        if not _SECRET_KEY.search(name):
            return False
        self.removed[kind_of_name(name.encode()).value] += 1 if value else 0
        return True

    def _text(self, text: str) -> str:
        clean = redact(text.encode("utf-8", "surrogatepass"))
        self.removed.update(clean.kinds)
        return clean.data.decode("utf-8", "surrogatepass")

    def _words(self, words: list[Json]) -> list[Json]:
        """Arguments, of which one may be the name and the next its value."""
        pairs = zip(["", *words], words, strict=False)
        return [
            self._argument(str(before), word) if isinstance(word, str) else self.clean(word) for before, word in pairs
        ]

    def _argument(self, before: str, word: str) -> str:
        masked = MASK.decode()
        if before.startswith("-") and redact_text(f"{before} {word}") == f"{before} {masked}" != f"{before} {word}":
            self.removed[kind_of_name(before.encode()).value] += 1
            return masked
        return self._text(word)
