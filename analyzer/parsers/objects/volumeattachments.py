"""VolumeAttachments -> VolumeAttachments.

Input    `cluster/volumeattachments.json`; publishInfo is a string that itself holds JSON.
Output   every attachment of every driver, in the order listed; WWNs in lower case.  `publish_info` is None when the
         object has none, or when it is not the Huawei driver's JSON.
Source   eSDK_K8S_Plugin, csi/driver/controller.go and csi/manage/types.go, V4.0.0 to v4.12; before V4 there is none.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.cluster import PublishInfo, VolumeAttachment, VolumeAttachments
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Places, items_of

KIND = "volumeattachments"


class _Source(msgspec.Struct, frozen=True, rename="camel"):
    persistent_volume_name: str | None = None


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    attacher: str = ""
    node_name: str = ""
    source: _Source = _Source()


class _Error(msgspec.Struct, frozen=True):
    message: str = ""
    time: str | None = None


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    attached: bool = False
    attachment_metadata: dict[str, str] | None = None
    attach_error: _Error | None = None
    detach_error: _Error | None = None


class _Attachment(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec = _Spec()
    status: _Status | None = None


class _PublishInfo(msgspec.Struct, frozen=True):
    lun_wwn: str = msgspec.field(name="tgtLunWWN", default="")
    lun_guid: str = msgspec.field(name="tgtLunGuid", default="")
    iqns: tuple[str, ...] | None = msgspec.field(name="tgtIQNs", default=None)
    portals: tuple[str, ...] | None = msgspec.field(name="tgtPortals", default=None)
    wwpns: tuple[str, ...] | None = msgspec.field(name="tgtWWNs", default=None)
    host_luns: tuple[str, ...] | None = msgspec.field(name="tgtHostLUNs", default=None)


def parse(text: str) -> VolumeAttachments:
    places = Places(KIND, text)
    return VolumeAttachments(tuple(_attachment(item, places) for item in items_of(KIND, text, _Attachment)))


def _attachment(item: _Attachment, places: Places) -> VolumeAttachment:
    name, spec, status = item.metadata.name, item.spec, item.status or _Status()
    pv = spec.source.persistent_volume_name or ""
    return VolumeAttachment(
        name=name,
        driver=spec.attacher,
        node=spec.node_name,
        pv=pv,
        attached=status.attached,
        deleting=item.metadata.deletion_timestamp is not None,
        publish_info=_publish_info((status.attachment_metadata or {}).get("publishInfo")),
        attach_error=status.attach_error.message if status.attach_error else "",
        detach_error=status.detach_error.message if status.detach_error else "",
        span=places.span(name, _quote(item, status)),
        created=item.metadata.creation_timestamp or "",
        has_publish_info="publishInfo" in (status.attachment_metadata or {}),
        deleted=item.metadata.deletion_timestamp or "",
        attach_error_at=status.attach_error.time or "" if status.attach_error else "",
        detach_error_at=status.detach_error.time or "" if status.detach_error else "",
    )


def _quote(item: _Attachment, status: _Status) -> str:
    spec, error = item.spec, status.attach_error or status.detach_error
    said = f" error: {' '.join(error.message.split())}" if error and error.message else ""
    info = "" if "publishInfo" in (status.attachment_metadata or {}) else " publishInfo=<none>"
    pv = spec.source.persistent_volume_name or ""
    return f"VolumeAttachment {item.metadata.name} node={spec.node_name} pv={pv} attached={status.attached}{info}{said}"


def _publish_info(text: str | None) -> PublishInfo | None:
    if text is None:
        return None
    try:
        info = msgspec.json.decode(text, type=_PublishInfo)
    except msgspec.DecodeError:
        return None
    return PublishInfo(
        lun_wwn=info.lun_wwn.lower(),
        lun_guid=info.lun_guid.lower(),
        iqns=info.iqns or (),
        portals=info.portals or (),
        wwpns=info.wwpns or (),
        host_luns=info.host_luns or (),
    )


PARSER = ObjectParser(KIND, VolumeAttachments, parse)
