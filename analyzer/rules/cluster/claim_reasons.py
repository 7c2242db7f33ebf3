"""Why a volume was not created, told by the words of the provisioner's event.

Source   eSDK_K8S_Plugin, csi/backend/backend.go (`the capability filter failed`, `the capacity filter failed`);
         Kubernetes, pv_controller.go; user guide 8.3.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from analyzer.texts import Text


class Kind(StrEnum):
    NO_CLASS = "no-class"
    CAPACITY = "capacity"
    NO_POOL = "no-pool"
    ARRAY = "array"
    NO_ANSWER = "no-answer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reason:
    """`is_sure` where the words allow no other reading."""

    kind: Kind
    says: Text
    is_sure: bool


_REASONS: tuple[tuple[re.Pattern[str], Kind, bool, Text], ...] = (
    (
        re.compile(r'storageclass(?:\.storage\.k8s\.io)? "[^"]*" not found', re.IGNORECASE),
        Kind.NO_CLASS,
        True,
        Text(en="The StorageClass of claim {claim} does not exist.", zh="PVC {claim} 指定的 StorageClass 不存在。"),
    ),
    (
        re.compile(r"capacity filter failed|final filter field: ?capacity", re.IGNORECASE),
        Kind.CAPACITY,
        True,
        Text(
            en="No storage pool of the backend has the capacity that claim {claim} asks for.",
            zh="后端没有任何存储池能满足 PVC {claim} 申请的容量。",
        ),
    ),
    (
        re.compile(r"capability filter failed|failed to select pool|no storage pool meets", re.IGNORECASE),
        Kind.NO_POOL,
        True,
        Text(
            en="No storage pool fits what the StorageClass of claim {claim} asks for: a parameter, the backend's name, "
            "a topology, or a feature without licence.",
            zh="没有存储池符合 PVC {claim} 的 StorageClass 要求：参数、后端名称、拓扑或未授权的特性。",
        ),
    ),
    (
        re.compile(r"Client\.Timeout exceeded while awaiting headers|connection refused|no route to host|i/o timeout"),
        Kind.NO_ANSWER,
        True,
        Text(
            en="The array's management address did not answer in time when the volume of claim {claim} was created.",
            zh="为 PVC {claim} 创建卷时，阵列管理地址未在时限内应答。",
        ),
    ),
    (
        re.compile(r"error: ?(?:\d{7,})|code: ?(?:\d{7,})"),
        Kind.ARRAY,
        True,
        Text(
            en="The array refused to create the volume of claim {claim}, and answered with an error code.",
            zh="阵列拒绝为 PVC {claim} 创建卷，并返回了错误码。",
        ),
    ),
)
_OTHER = Text(
    en="The volume of claim {claim} was not created.",
    zh="PVC {claim} 的卷未创建成功。",
)


def reason_of(message: str) -> Reason:
    for pattern, kind, is_sure, says in _REASONS:
        if pattern.search(message):
            return Reason(kind, says, is_sure)
    return Reason(Kind.OTHER, _OTHER, is_sure=False)
