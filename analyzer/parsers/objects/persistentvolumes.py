"""PersistentVolumes -> PersistentVolumes.

Input    `cluster/persistentvolumes.json`.
Output   every volume of every CSI driver, in the order listed; those of no CSI driver have `driver` "".  `lun_wwn` is
         in lower case, and "" for NAS volumes, static volumes, and volumes made before V2.2.15.
Source   eSDK_K8S_Plugin, csi/driver/controller_helper.go (volumeAttributes).
"""

from __future__ import annotations

import msgspec

from analyzer.facts.cluster import PersistentVolume, PersistentVolumes
from analyzer.parsers import in_tree
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "persistentvolumes"


class _Csi(msgspec.Struct, frozen=True, rename="camel"):
    driver: str = ""
    volume_handle: str = ""
    volume_attributes: dict[str, str] | None = None
    fs_type: str = ""
    read_only: bool = False


class _Claim(msgspec.Struct, frozen=True):
    namespace: str = ""
    name: str = ""


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    csi: _Csi | None = None
    volume_mode: str | None = None
    mount_options: tuple[str, ...] | None = None
    claim_ref: _Claim | None = None
    storage_class_name: str | None = None
    access_modes: tuple[str, ...] | None = None
    nfs: dict[str, object] | None = None
    iscsi: in_tree.Iscsi | None = None
    fc: in_tree.Fc | None = None
    local: in_tree.Place | None = None
    host_path: in_tree.Place | None = None


class _Status(msgspec.Struct, frozen=True):
    phase: str = ""


class _Volume(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec = _Spec()
    status: _Status | None = None


def parse(text: str) -> PersistentVolumes:
    places = Places(KIND, text)
    return PersistentVolumes(tuple(_volume(item, places) for item in items_of(KIND, text, _Volume)))


def _volume(item: _Volume, places: Places) -> PersistentVolume:
    name, spec = item.metadata.name, item.spec
    csi, claim = spec.csi or _Csi(), spec.claim_ref or _Claim()
    attributes = csi.volume_attributes or {}
    wwn = attributes.get("lunWWN", "").lower()
    options = ",".join(spec.mount_options or ())
    quote = f"PersistentVolume {name} handle={csi.volume_handle} lunWWN={wwn}"
    return PersistentVolume(
        name=name,
        driver=csi.driver,
        volume_handle=csi.volume_handle,
        lun_wwn=wwn,
        volume_mode=spec.volume_mode or "Filesystem",
        mount_options=spec.mount_options or (),
        claim_namespace=claim.namespace,
        claim_name=claim.name,
        phase=item.status.phase if item.status else "",
        span=places.span(name, f"{quote} mountOptions={options}" if options else quote),
        storage_class=spec.storage_class_name or "",
        access_modes=spec.access_modes or (),
        fs_type=csi.fs_type,
        read_only=csi.read_only,
        attributes=tuple(sorted(attributes.items())),
        created=item.metadata.creation_timestamp or "",
        source=_source(spec),
        may_be=tuple(in_tree.may_be(spec.iscsi, spec.fc, spec.local, spec.host_path)),
    )


def _source(spec: _Spec) -> str:
    told = {
        "csi": spec.csi,
        "nfs": spec.nfs,
        "iscsi": spec.iscsi,
        "fc": spec.fc,
        "local": spec.local,
        "hostPath": spec.host_path,
    }
    return next((name for name, value in told.items() if value is not None), "")


PARSER = ObjectParser(KIND, PersistentVolumes, parse)
