"""cluster.yaml over the base's objects: merged, as the collector would keep them.

Input    the base's captures by kind; YAML documents as `kubectl get -o yaml` shows them, lists too.
Output   the captures of every kind that was touched, minimised anew; the others stay as they are.
Merging  same kind, namespace and name: maps deep, lists replaced, null removes a field, `$delete: true` the object.
Errors   ScenarioError with the file, the document and what it lacks.
Source   JSON merge patch, RFC 7386.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import yaml

from bundle.capture import Capture, Status
from collector.cluster.asking import BACKEND_CONFIG_MAPS, KINDS, kept
from collector.cluster.objects import backend_config
from samples.scenario.telling import ScenarioError

Json = Any
Key = tuple[str, str]  # namespace and name
Objects = dict[str, dict[Key, Json]]  # by plural kind; in the order of the API

LISTS = {kind.name: (kind.api_version, kind.list_kind) for kind in KINDS} | {
    BACKEND_CONFIG_MAPS: ("v1", "ConfigMapList")
}
PLURALS = {list_kind.removesuffix("List"): name for name, (_, list_kind) in LISTS.items()}
WITHOUT_NAMESPACE = frozenset(
    {
        "nodes",
        "persistentvolumes",
        "storageclasses",
        "volumeattachments",
        "csidrivers",
        "csinodes",
        "storagebackendcontents",
    }
)
EVENT_DEFAULTS = {"type": "Warning", "count": 1}


class _Kubectl(yaml.CSafeLoader):
    """Times stay text, as in JSON."""

    yaml_implicit_resolvers: ClassVar = {  # type: ignore[misc]  # the stubs say it is an instance's
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def objects_of(captures: Mapping[str, Capture]) -> Objects:
    """What the base holds; kinds that it did not learn have no objects."""
    return {kind: _by_key(captures[kind]) for kind in LISTS if kind in captures}


def read_documents(path: Path) -> tuple[tuple[str, Json], ...]:
    """(where, object) of every object in the file; lists taken apart."""
    try:
        documents = list(yaml.load_all(path.read_text("utf-8"), _Kubectl))
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path}: no YAML: {' '.join(str(error).split())}") from None
    return tuple(
        (f"{path}: document {number}", item)
        for number, document in enumerate(documents, 1)
        if document is not None
        for item in _taken_apart(document)
    )


def merge(objects: Objects, documents: Iterable[tuple[str, Json]]) -> Objects:
    """The objects with each document merged over them."""
    merged = {kind: dict(items) for kind, items in objects.items()}
    for where, told in documents:
        kind = _kind(where, told)
        document = _event(where, told) if kind == "events" else dict(told)
        key = _key(where, kind, document)
        there = merged.setdefault(kind, {})
        if document.pop("$delete", False):
            if key not in there:
                raise ScenarioError(
                    f"{where}: {document['kind']} {_spoken(key)} is not in the base, so cannot be deleted"
                )
            del there[key]
            continue
        whole = _patched(there.get(key, {}), {name: part for name, part in document.items() if name not in _OUTER})
        there[key] = _as_kept(where, kind, document["kind"], key, whole)
    return merged


_OUTER = ("kind", "apiVersion")


def captures_of(base: Mapping[str, Capture], before: Objects, after: Objects) -> tuple[Capture, ...]:
    """The base's captures, those of changed kinds written anew."""
    changed = {kind: items for kind, items in after.items() if items != before.get(kind)}
    started = max((capture.started for capture in base.values()), default="")
    anew = {kind: _capture(kind, items.values(), base.get(kind), started) for kind, items in changed.items()}
    return tuple({**base, **anew}.values())


def _capture(kind: str, items: Iterable[Json], old: Capture | None, started: str) -> Capture:
    rows = ",\n".join(json.dumps(item, sort_keys=True, ensure_ascii=False) for item in items)
    api_version, list_kind = LISTS[kind]
    out = f'{{"apiVersion": "{api_version}", "kind": "{list_kind}", "items": [\n{rows}\n]}}\n'.encode()
    status = Status.COLLECTED if rows else Status.EMPTY
    capture = old or Capture(kind, status, exit_code=0, started=started, seconds=0.1)
    return replace(capture, status=status, reason="", truncated=False, out=out)


def _by_key(capture: Capture) -> dict[Key, Json]:
    if not capture.status.is_knowledge or not capture.out:
        return {}
    return {key_of(item): item for item in json.loads(capture.out)["items"]}


def key_of(item: Json) -> Key:
    meta = item.get("metadata") or {}
    return meta.get("namespace") or "", meta.get("name") or ""


def _taken_apart(document: Json) -> Iterator[Json]:
    if isinstance(document, dict) and str(document.get("kind", "")).endswith("List"):
        for item in document.get("items") or ():
            named = str(document["kind"]).removesuffix("List")
            yield {"kind": named, **item} if named else item
    else:
        yield document


def _kind(where: str, document: Json) -> str:
    if not isinstance(document, dict) or "kind" not in document:
        raise ScenarioError(f"{where}: an object needs `kind`")
    if document["kind"] not in PLURALS:
        raise ScenarioError(f"{where}: kind {document['kind']!r} is none of {', '.join(sorted(PLURALS))}")
    return PLURALS[document["kind"]]


def _key(where: str, kind: str, document: Json) -> Key:
    namespace, name = key_of(document)
    if not name:
        raise ScenarioError(f"{where}: {document['kind']} needs `metadata.name`")
    if not namespace and kind not in WITHOUT_NAMESPACE:
        raise ScenarioError(f"{where}: {document['kind']} {name} needs `metadata.namespace`")
    if namespace and kind in WITHOUT_NAMESPACE:
        raise ScenarioError(f"{where}: {document['kind']} {name} has no namespace; leave `metadata.namespace` out")
    return namespace, name


def _event(where: str, document: Json) -> Json:
    """With a name, and what every event has."""
    about = document.get("involvedObject") or {}
    if not about.get("kind") or not about.get("name"):
        raise ScenarioError(f"{where}: Event needs `involvedObject.kind` and `.name`")
    if "lastTimestamp" not in document and "eventTime" not in document:
        raise ScenarioError(f"{where}: Event of {about['name']} needs `lastTimestamp`")
    seen = {"firstTimestamp": document["lastTimestamp"]} if "lastTimestamp" in document else {}
    told = json.dumps([document.get(part) for part in ("reason", "message", "lastTimestamp", "eventTime")])
    name = f"{about['name']}.{hashlib.sha256(told.encode()).hexdigest()[:16]}"
    meta = {"name": name, "namespace": about.get("namespace") or "default", **(document.get("metadata") or {})}
    return {**EVENT_DEFAULTS, **seen, **document, "metadata": meta}


def _patched(value: Json, patch: Json) -> Json:
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for name, part in patch.items():
        if part is None:
            result.pop(name, None)
        else:
            result[name] = _patched(result.get(name), part)
    return result


def _as_kept(where: str, kind: str, said: str, key: Key, item: Json) -> Json:
    if kind == BACKEND_CONFIG_MAPS:
        return backend_config(item)
    for one in kept(kind, [item]):
        return one
    raise ScenarioError(f"{where}: the collector keeps no such {said} as {_spoken(key)}")


def _spoken(key: Key) -> str:
    return "/".join(filter(None, key))
