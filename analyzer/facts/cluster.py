"""The cluster's objects, reduced to what rules use."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class PublishInfo:
    """`status.attachmentMetadata.publishInfo` of a VolumeAttachment; empty tuples and "" where a key is missing."""

    lun_wwn: str  # 32 hex digits, no leading 3
    lun_guid: str
    iqns: tuple[str, ...]
    portals: tuple[str, ...]
    wwpns: tuple[str, ...]
    host_luns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VolumeAttachment:
    name: str
    driver: str  # spec.attacher
    node: str
    pv: str
    attached: bool
    deleting: bool
    publish_info: PublishInfo | None  # None: the object has none
    attach_error: str
    detach_error: str
    span: Span


@dataclass(frozen=True, slots=True)
class VolumeAttachments:
    items: tuple[VolumeAttachment, ...]


@dataclass(frozen=True, slots=True)
class PersistentVolume:
    name: str
    driver: str
    volume_handle: str
    lun_wwn: str  # volumeAttributes.lunWWN, "" when it has none
    volume_mode: str  # Filesystem, Block
    mount_options: tuple[str, ...]
    claim_namespace: str  # "" when unbound
    claim_name: str
    phase: str
    span: Span


@dataclass(frozen=True, slots=True)
class PersistentVolumes:
    items: tuple[PersistentVolume, ...]


@dataclass(frozen=True, slots=True)
class Pod:
    namespace: str
    name: str
    uid: str
    node: str  # "" when not scheduled
    phase: str
    claims: tuple[str, ...]
    deleting: bool
    labels: tuple[tuple[str, str], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Pods:
    items: tuple[Pod, ...]


@dataclass(frozen=True, slots=True)
class ClusterNode:
    name: str
    hostname: str  # label kubernetes.io/hostname
    addresses: tuple[str, ...]
    ready: str  # True, False, Unknown
    boot_id: str
    kubelet_version: str
    span: Span


@dataclass(frozen=True, slots=True)
class ClusterNodes:
    items: tuple[ClusterNode, ...]


@dataclass(frozen=True, slots=True)
class StorageBackend:
    """A StorageBackendClaim with its content."""

    name: str
    protocol: str  # iscsi, fc, nfs, ...
    storage_type: str
    online: bool | None
    portals: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class StorageBackends:
    items: tuple[StorageBackend, ...]


@dataclass(frozen=True, slots=True)
class Event:
    namespace: str
    kind: str  # involvedObject.kind
    name: str
    node: str
    reason: str
    message: str
    count: int
    first: str
    last: str
    span: Span


@dataclass(frozen=True, slots=True)
class Events:
    items: tuple[Event, ...]
