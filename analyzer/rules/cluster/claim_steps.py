"""What to do about a claim whose volume was not created: read what stands in the way; a human changes it."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.facts import Unknown
from analyzer.facts.claims import PersistentVolumeClaim, StorageClass
from analyzer.facts.cluster import StorageBackends
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.cluster.claim_reasons import Kind, Reason
from analyzer.rules.cluster.object_steps import look_at
from analyzer.runbook import ADMIN, Phase, Step
from analyzer.texts import Text

GIB = 1024**3
AGAIN = Text(en="Collect again within the hour in which events live.", zh="请在事件保留的一小时内重新采集。")
DO_CLASS = Text(
    en="Create the StorageClass {storage_class}, or delete the claim and make it anew with a class that exists "
    "(kubectl get storageclasses); the class of a claim cannot be changed.",
    zh="创建 StorageClass {storage_class}，或删除该 PVC 后使用已有的 StorageClass 重新创建"
    "（kubectl get storageclasses）；PVC 的 StorageClass 创建后不能修改。",
)
DO_CAPACITY = Text(
    en="Free or add capacity in a pool of the backend{pools}, or ask for less. The claim is then served by itself.",
    zh="在后端的存储池中释放或扩充容量{pools}，或减小申请的容量。之后该 PVC 会自动得到满足。",
)
DO_POOL = Text(
    en="Compare the parameters of StorageClass {storage_class} (backend, pool, volumeType, allocType, hyperMetro, "
    "replication, QoS) with what the backend offers. Parameters of a class cannot be changed: make a new class, and "
    "the claim anew.",
    zh="将 StorageClass {storage_class} 的参数（backend、pool、volumeType、allocType、hyperMetro、replication、QoS）"
    "与后端的能力进行比较。StorageClass 的参数不能修改：请新建 StorageClass 并重新创建 PVC。",
)
DO_ARRAY = Text(
    en="Look up the error code in the array's documentation, or ask its support; the code stands in the cause above.",
    zh="在阵列文档中查询上文给出的错误码，或联系阵列技术支持。",
)
DO_NETWORK = Text(
    en="Mend the network between the controller's pod and the array's management address.",
    zh="修复控制器 Pod 与阵列管理地址之间的网络。",
)
DO_OTHER = Text(
    en="Read in the claim's events why its volume was not created, and mend that: the pool, the StorageClass, the "
    "array, or the controller's pod. The claim is then served by itself. If the events are gone, collect again while "
    "the claim waits.",
    zh="从该 PVC 的事件中查明卷未创建的原因并加以修复：存储池、StorageClass、阵列或控制器 Pod。"
    "之后该 PVC 会自动得到满足。如果事件已过期，请在 PVC 等待期间重新采集。",
)


def settle(
    claim: PersistentVolumeClaim,
    of_class: StorageClass | None,
    reason: Reason | None,
    backends: StorageBackends | Unknown,
    names: Mapping[str, str],
) -> tuple[Step, ...]:
    kind = Kind.NO_CLASS if of_class is None else reason.kind if reason else Kind.OTHER
    does = {
        Kind.NO_CLASS: DO_CLASS,
        Kind.CAPACITY: DO_CAPACITY,
        Kind.NO_POOL: DO_POOL,
        Kind.ARRAY: DO_ARRAY,
        Kind.NO_ANSWER: DO_NETWORK,
        Kind.OTHER: DO_OTHER,
    }[kind]
    pools = _pools(of_class, backends) if kind is Kind.CAPACITY else ""
    by_hand = step_by_hand(ADMIN, f"claim-{claim.full_name}", does.fill(**{**names, "pools": pools}), Phase.CONFIGURE)
    return (*_look(claim), by_hand, *_confirm(claim))


def _pools(of_class: StorageClass | None, backends: StorageBackends | Unknown) -> str:
    if of_class is None or isinstance(backends, Unknown):
        return ""
    own = [one for one in backends.items if one.name == of_class.parameter("backend")]
    told = [
        f"{pool.name}: {free:.1f} GiB" for one in own for pool in one.pools if (free := _free(pool.free_bytes)) >= 0
    ]
    return f" ({', '.join(told)})" if told else ""


def _free(count: int | None) -> float:
    return -1 if count is None else count / GIB


def _look(claim: PersistentVolumeClaim) -> tuple[Step, ...]:
    return look_at(
        "describe",
        "claim",
        claim.namespace,
        claim.name,
        Text(en="Read the claim and its events", zh="查看该 PVC 及其事件"),
        Text(
            en="ProvisioningFailed with the provisioner's words, at the end",
            zh="末尾有 ProvisioningFailed 及其报错",
        ),
        AGAIN,
    )


def _confirm(claim: PersistentVolumeClaim) -> tuple[Step, ...]:
    return look_at(
        "get",
        "claim",
        claim.namespace,
        claim.name,
        Text(en="See whether the claim is bound", zh="查看该 PVC 是否已绑定"),
        Text(en="Bound, within a few minutes", zh="几分钟内变为 Bound"),
        AGAIN,
        Phase.CONFIRM,
    )
