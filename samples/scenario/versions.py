"""Another version of the driver, or of Kubernetes, in the objects that tell it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from samples.scenario.objects import Json, Objects

# containers of the driver's own, and the repositories of their images; facts of the driver's Helm chart
OWN_IMAGES = {
    "huawei-csi-driver": "huawei-csi",
    "storage-backend-controller": "storage-backend-controller",
    "storage-backend-sidecar": "storage-backend-sidecar",
    "huawei-csi-extender": "huawei-csi-extender",
}


def with_versions(objects: Objects, *, driver: str, kubernetes: str) -> Objects:
    """The objects with these versions; "" leaves one as it is."""
    changed = dict(objects)
    if driver:
        for kind in ("pods", "daemonsets", "deployments"):
            changed[kind] = _each(objects, kind, lambda item: _set_images(item, driver))
        changed["storagebackendcontents"] = _each(
            objects, "storagebackendcontents", lambda item: item["status"].update(providerVersion=driver)
        )
    if kubernetes:
        changed["nodes"] = _each(
            objects, "nodes", lambda item: item["status"]["nodeInfo"].update(kubeletVersion=kubernetes)
        )
    return changed


def _each(objects: Objects, kind: str, change: Callable[[Json], None]) -> dict[tuple[str, str], Json]:
    items = deepcopy(objects.get(kind, {}))
    for item in items.values():
        change(item)
    return items


def _set_images(item: Json, version: str) -> None:
    spec = item.get("spec") or {}
    for container in (spec.get("template") or {}).get("spec", spec).get("containers") or ():
        if container.get("name") in OWN_IMAGES:
            container["image"] = _with_tag(container.get("image") or OWN_IMAGES[container["name"]], version)


def _with_tag(image: str, version: str) -> str:
    repository, colon, tag = image.rpartition(":")
    return f"{repository if colon and '/' not in tag else image}:{version}"
