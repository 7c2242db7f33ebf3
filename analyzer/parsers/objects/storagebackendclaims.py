"""StorageBackendClaims, with their contents and the backend's ConfigMap -> StorageBackends.

Input    `cluster/storagebackendclaims.json`; beside it the contents (is it online?) and the ConfigMaps whose `csi.json`
         names protocol and portals.
Output   every claim in the order listed.  `online` is None when its content is not known or was never synchronised; a
         content with a status but without the key is offline.  `portals` is () when no ConfigMap tells.
Source   eSDK_K8S_Plugin, client/apis/xuanwu/v1 (`online` is omitted when false), csi/backend/backend_get.go.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from analyzer.facts import ParseError
from analyzer.facts.cluster import StorageBackend, StorageBackends, StoragePool
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of, source_of

KIND = "storagebackendclaims"
CONTENTS = "storagebackendcontents"
CONFIG_MAPS = "backendconfigmaps"


class _ClaimSpec(msgspec.Struct, frozen=True, rename="camel"):
    configmap_meta: str = ""


class _ClaimStatus(msgspec.Struct, frozen=True, rename="camel"):
    storage_type: str = ""
    protocol: str = ""
    phase: str = ""


class _Claim(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _ClaimSpec = _ClaimSpec()
    status: _ClaimStatus | None = None


class _ContentSpec(msgspec.Struct, frozen=True, rename="camel"):
    backend_claim: str = ""


class _Capacities(msgspec.Struct, frozen=True):
    free: str | int | None = msgspec.field(name="FreeCapacity", default=None)
    total: str | int | None = msgspec.field(name="TotalCapacity", default=None)


class _Pool(msgspec.Struct, frozen=True):
    name: str = ""
    capacities: _Capacities | None = None


class _ContentStatus(msgspec.Struct, frozen=True, rename="camel"):
    online: bool = False
    sn: str = ""
    provider_version: str = ""
    capabilities: dict[str, bool] | None = None
    pools: list[_Pool] | None = None


class _Content(msgspec.Struct, frozen=True):
    spec: _ContentSpec = _ContentSpec()
    status: _ContentStatus | None = None


class _ConfigMap(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    data: dict[str, str] | None = None


class _Parameters(msgspec.Struct, frozen=True):
    protocol: str = ""
    portals: tuple[str, ...] | str | None = None


class _Backend(msgspec.Struct, frozen=True):
    storage: str = ""
    parameters: _Parameters = _Parameters()


class _Document(msgspec.Struct, frozen=True):
    """`csi.json`: one backend; a list of them in older versions."""

    backends: _Backend | list[_Backend] | None = None


def parse(text: str, contents: str | None = None, config_maps: str | None = None) -> StorageBackends:
    places = Places(KIND, text)
    synchronised = {one.spec.backend_claim: one.status for one in _contents(contents) if one.status is not None}
    configured = {_full_name(one.metadata): _configured(one) for one in _config_maps(config_maps)}
    return StorageBackends(
        tuple(_backend(claim, synchronised, configured, places) for claim in items_of(KIND, text, _Claim))
    )


def _contents(text: str | None) -> list[_Content]:
    return items_of(CONTENTS, text, _Content) if text is not None else []


def _config_maps(text: str | None) -> list[_ConfigMap]:
    return items_of(CONFIG_MAPS, text, _ConfigMap) if text is not None else []


def _full_name(metadata: Metadata) -> str:
    return f"{metadata.namespace}/{metadata.name}"


def _configured(config_map: _ConfigMap) -> _Backend:
    text = (config_map.data or {}).get("csi.json")
    if text is None:
        return _Backend()
    try:
        backends = msgspec.json.decode(text, type=_Document).backends
    except msgspec.DecodeError as error:
        problem = f"csi.json of {_full_name(config_map.metadata)}: {error}"
        raise ParseError(source_of(CONFIG_MAPS), 1, problem) from None
    if isinstance(backends, list):
        return backends[0] if backends else _Backend()
    return backends or _Backend()


def _backend(
    claim: _Claim, synchronised: Mapping[str, _ContentStatus], configured: Mapping[str, _Backend], places: Places
) -> StorageBackend:
    name, status = claim.metadata.name, claim.status or _ClaimStatus()
    config = configured.get(claim.spec.configmap_meta, _Backend())
    protocol, portals = status.protocol or config.parameters.protocol, config.parameters.portals or ()
    content = synchronised.get(_full_name(claim.metadata))
    online = content.online if content is not None else None
    shown = "unknown" if online is None else str(online).lower()
    return StorageBackend(
        name=name,
        protocol=protocol,
        storage_type=status.storage_type or config.storage,
        online=online,
        portals=(portals,) if isinstance(portals, str) else portals,
        span=places.span(name, f"StorageBackendClaim {name} protocol={protocol} online={shown}"),
        namespace=claim.metadata.namespace,
        phase=status.phase,
        capabilities=tuple(sorted((content.capabilities or {}).items())) if content else (),
        provider_version=content.provider_version if content else "",
        serial_number=content.sn if content else "",
        pools=tuple(_pool(one) for one in content.pools or ()) if content else (),
    )


def _pool(item: _Pool) -> StoragePool:
    capacities = item.capacities or _Capacities()
    return StoragePool(item.name, _bytes(capacities.free), _bytes(capacities.total))


def _bytes(value: str | int | None) -> int | None:
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() else None
    return value


PARSER = ObjectParser(KIND, StorageBackends, parse, beside=(CONTENTS, CONFIG_MAPS))
