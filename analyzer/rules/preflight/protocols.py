"""Which storage protocols a node uses, or may have to."""

from __future__ import annotations

from enum import StrEnum

from analyzer.facts import Unknown
from analyzer.facts.cluster import PublishInfo, StorageBackends, VolumeAttachments


class Use(StrEnum):
    ISCSI = "iSCSI"
    FC = "Fibre Channel"
    NVME_TCP = "NVMe over TCP"
    NVME_RDMA = "NVMe over RoCE"
    NVME_FC = "NVMe over Fibre Channel"
    NFS = "NFS"


_OF_BACKEND = {
    "iscsi": Use.ISCSI,
    "fc": Use.FC,
    "tcp-nvme": Use.NVME_TCP,
    "roce": Use.NVME_RDMA,
    "roce-nvme": Use.NVME_RDMA,
    "fc-nvme": Use.NVME_FC,
    "nfs": Use.NFS,
}
SCSI = frozenset({Use.ISCSI, Use.FC})
NVME = frozenset({Use.NVME_TCP, Use.NVME_RDMA, Use.NVME_FC})


def uses(node: str, attachments: VolumeAttachments | Unknown, backends: StorageBackends | Unknown) -> frozenset[Use]:
    """Of the volumes attached to this node; and of every backend, for the next pod may need it here."""
    found: set[Use | None] = set()
    if not isinstance(backends, Unknown):
        found |= {_OF_BACKEND.get(one.protocol.lower()) for one in backends.items}
    if not isinstance(attachments, Unknown):
        found |= {_published(one.publish_info) for one in attachments.items if one.node == node}
    return frozenset(use for use in found if use is not None)


def _published(info: PublishInfo | None) -> Use | None:
    if info is None:
        return None
    return Use.ISCSI if info.iqns else Use.FC if info.wwpns else None
