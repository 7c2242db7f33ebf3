"""CSIDrivers -> CsiDrivers.

Input    `cluster/csidrivers.json`.
Output   every driver in the order listed; `attachRequired` is true when it is not said.
Source   Kubernetes API, storage.k8s.io/v1 CSIDriver.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.workloads import CsiDriver, CsiDrivers
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "csidrivers"


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    attach_required: bool | None = None


class _Driver(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec = _Spec()


def parse(text: str) -> CsiDrivers:
    places = Places(KIND, text)
    return CsiDrivers(tuple(_driver(item, places) for item in items_of(KIND, text, _Driver)))


def _driver(item: _Driver, places: Places) -> CsiDriver:
    name, required = item.metadata.name, item.spec.attach_required is not False
    return CsiDriver(name, required, places.span(name, f"CSIDriver {name} attachRequired={str(required).lower()}"))


PARSER = ObjectParser(KIND, CsiDrivers, parse)
