"""A claim of the driver stays Pending: its volume was not created.

How we know
    The claim is Pending, its StorageClass is the driver's or does not exist, and the last `ProvisioningFailed` event or
    line of the provisioner or the driver says why: no such class, no pool that fits, the array's error code, no answer.
Not reported here
    A claim whose class binds with its first consumer while no pod asks for it; a claim made less than two minutes
    before the objects were read; claims of other drivers.
False alarms
    A claim that the driver is just creating a volume for.  Without events (they live for an hour) the reason may be
    unknown; then this is only possible, and the commands that tell are given.
Remedy
    By the reason: name an existing class, free or add capacity, correct the class's parameters, or ask what the array's
    error code means.  Nothing has to be deleted; the provisioner tries again by itself.
Source
    eSDK_K8S_Plugin, csi/backend/backend.go (pool filters); user guide 8.3.1 and 8.3.2; Kubernetes, pv_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from analyzer.facts import Unknown
from analyzer.facts.claims import PersistentVolumeClaim, PersistentVolumeClaims, StorageClass, StorageClasses
from analyzer.facts.cluster import Event, Events, Pod, Pods, StorageBackends
from analyzer.facts.driver import Driver, driver_names
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.times import moment
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.rules import Cause, Through, cluster_rule
from analyzer.rules.cluster import claim_steps
from analyzer.rules.cluster.claim_reasons import Reason, reason_of
from analyzer.texts import Text, lines

PATIENCE = timedelta(minutes=2)

TITLE = Text(en="Claim {claim} stays Pending", zh="PVC {claim} 一直处于 Pending")
NO_CLASS = Text(
    en="Claim {claim} names the StorageClass {storage_class}, which does not exist, so that nobody creates its volume.",
    zh="PVC {claim} 指定的 StorageClass {storage_class} 不存在，因此没有组件为其创建卷。",
)
NO_BACKEND = Text(
    en="The volume of this claim was not created, since the backend that it is to come from is offline.",
    zh="该 PVC 的卷未创建，因为提供该卷的后端离线。",
)
NO_CONTROLLER = Text(
    en="The volume of this claim was not created, since the driver's controller, which creates volumes, does not run.",
    zh="该 PVC 的卷未创建，因为负责创建卷的驱动控制器未运行。",
)
UNTOLD = Text(
    en="The volume of claim {claim} was not created, and nothing in the bundle says why: events live for an hour only. "
    "It may be the pool's capacity, the class's parameters, the array's answer, or a provisioner that does not run.",
    zh="PVC {claim} 的卷未创建成功，诊断包中没有说明原因（事件只保留一小时）。"
    "可能是存储池容量不足、StorageClass 参数错误、阵列返回错误，或 provisioner 未运行。",
)


@cluster_rule(
    "claim-pending",
    Severity.ERROR,
    Text(en="Claim stays Pending", zh="PVC 一直处于 Pending"),
    explained_by=(
        Cause("backend-offline", through=Through.VOLUME, says=NO_BACKEND),
        Cause("csi-controller-not-running", through=Through.CLUSTER, says=NO_CONTROLLER),
    ),
)
def claim_pending(
    claims: PersistentVolumeClaims,
    classes: StorageClasses | Unknown,
    taken: ClusterTaken,
    events: Events | Unknown,
    pods: Pods | Unknown,
    driver: Driver | Unknown,
    backends: StorageBackends | Unknown,
) -> Iterator[Finding | Inconclusive]:
    pending = [claim for claim in claims.items if claim.phase == "Pending" and _is_old(claim, taken)]
    if isinstance(classes, Unknown):
        if pending:
            yield Inconclusive("claim-pending", "", (classes,))
        return
    drivers = driver_names(driver)
    for claim in pending:
        of_class = _class(claim, classes)
        users = tuple(pod for pod in _items(pods) if pod.namespace == claim.namespace and claim.name in pod.claims)
        if _is_ours(claim, of_class, drivers) and not _waits_for_a_pod(of_class, users, pods):
            yield _finding(claim, of_class, users, events, backends)


def _is_old(claim: PersistentVolumeClaim, taken: ClusterTaken) -> bool:
    """Older than a volume takes to be made; also when that is not told."""
    created, now = moment(claim.created), moment(taken.at)
    return created is None or now is None or now - created > PATIENCE


def _class(claim: PersistentVolumeClaim, classes: StorageClasses) -> StorageClass | None:
    if claim.storage_class:
        return classes.of(claim.storage_class)
    return next((one for one in classes.items if one.is_default), None)


def _is_ours(claim: PersistentVolumeClaim, of_class: StorageClass | None, drivers: frozenset[str] | set[str]) -> bool:
    """Of the driver's class; or of one that does not exist, which may have been meant to be."""
    if of_class is None:
        return bool(claim.storage_class)
    return of_class.provisioner in drivers


def _waits_for_a_pod(of_class: StorageClass | None, users: tuple[Pod, ...], pods: Pods | Unknown) -> bool:
    is_late = of_class is not None and of_class.binding_mode == "WaitForFirstConsumer"
    return is_late and not users and not isinstance(pods, Unknown)


def _items(pods: Pods | Unknown) -> tuple[Pod, ...]:
    return () if isinstance(pods, Unknown) else pods.items


def _finding(
    claim: PersistentVolumeClaim,
    of_class: StorageClass | None,
    users: tuple[Pod, ...],
    events: Events | Unknown,
    backends: StorageBackends | Unknown,
) -> Finding:
    told = _last_event(claim, events)
    reason = reason_of(told.message) if told else None
    names = {"claim": claim.full_name, "storage_class": claim.storage_class}
    affects = [Affected(claim.namespace, pod.name, claim.name, "") for pod in users]
    return Finding(
        rule="claim-pending",
        severity=Severity.ERROR,
        certainty=_certainty(of_class, reason),
        nodes=(),
        subject=f"claim:{claim.full_name}",
        title=TITLE.fill(claim=claim.full_name),
        cause=lines(*_cause(claim, of_class, reason, told)),
        evidence=tuple(
            Evidence.of("", span)
            for span in (claim.span, *((told.span,) if told else ()), *((of_class.span,) if of_class else ()))
        ),
        affects=tuple(sorted(affects)) or (Affected(claim.namespace, "", claim.name, ""),),
        steps=claim_steps.settle(claim, of_class, reason, backends, names),
    )


def _last_event(claim: PersistentVolumeClaim, events: Events | Unknown) -> Event | None:
    if isinstance(events, Unknown):
        return None
    own = [
        event
        for event in events.items
        if (event.kind, event.namespace, event.name) == ("PersistentVolumeClaim", claim.namespace, claim.name)
        and event.reason == "ProvisioningFailed"
    ]
    return max(own, key=lambda event: event.last, default=None)


def _certainty(of_class: StorageClass | None, reason: Reason | None) -> Certainty:
    if of_class is None or (reason is not None and reason.is_sure):
        return Certainty.CONFIRMED
    return Certainty.LIKELY if reason is not None else Certainty.POSSIBLE


def _cause(
    claim: PersistentVolumeClaim, of_class: StorageClass | None, reason: Reason | None, told: Event | None
) -> Iterator[Text]:
    names = {"claim": claim.full_name, "storage_class": claim.storage_class}
    if of_class is None:
        yield NO_CLASS.fill(**names)
    elif reason is None or told is None:
        yield UNTOLD.fill(**names)
    else:
        yield reason.says.fill(claim=claim.full_name)
        yield Text(en="The provisioner said: {says}", zh="provisioner 的报错：{says}").fill(says=told.message[:600])
