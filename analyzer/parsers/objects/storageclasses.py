"""StorageClasses -> StorageClasses.

Input    `cluster/storageclasses.json`.
Output   every class in the order listed.
Source   Kubernetes API, storage.k8s.io/v1 StorageClass.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.claims import StorageClass, StorageClasses
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "storageclasses"
DEFAULT = "storageclass.kubernetes.io/is-default-class"


class _Class(msgspec.Struct, frozen=True, rename="camel"):
    metadata: Metadata = Metadata()
    provisioner: str = ""
    parameters: dict[str, str] | None = None
    mount_options: tuple[str, ...] | None = None
    volume_binding_mode: str | None = None


def parse(text: str) -> StorageClasses:
    places = Places(KIND, text)
    return StorageClasses(tuple(_class(item, places) for item in items_of(KIND, text, _Class)))


def _class(item: _Class, places: Places) -> StorageClass:
    name, parameters = item.metadata.name, tuple(sorted((item.parameters or {}).items()))
    shown = " ".join(f"{key}={value}" for key, value in parameters)
    options = ",".join(item.mount_options or ())
    return StorageClass(
        name=name,
        provisioner=item.provisioner,
        parameters=parameters,
        mount_options=item.mount_options or (),
        binding_mode=item.volume_binding_mode or "Immediate",
        is_default=(item.metadata.annotations or {}).get(DEFAULT) == "true",
        span=places.span(name, f"StorageClass {name} {item.provisioner} {shown} mountOptions={options}"),
    )


PARSER = ObjectParser(KIND, StorageClasses, parse)
