"""Attaching that was requested late, after a change of kube-controller-manager's leader, and is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from analyzer.facts.cluster import PersistentVolumes, Pod, Pods, VolumeAttachment, VolumeAttachments
from analyzer.facts.times import moment
from analyzer.findings import Affected, Certainty, Evidence, Finding, Severity
from analyzer.rules.attach import steps
from analyzer.rules.attach.controller_manager import NAME, ControllerManager
from analyzer.texts import Text, lines

LATE = timedelta(minutes=10)
AT_ONCE = timedelta(minutes=5)  # a new leader first reads the whole cluster

TITLE = Text(en="Attaching was requested late", zh="卷的 attach 请求曾严重延迟")
OVER = Text(
    en="It is over: kube-controller-manager had failed, and volumes were attached only after {holder} took its lease "
    "over at {acquired}. The driver and the storage had no part in the delay.",
    zh="故障已恢复：kube-controller-manager 曾发生故障，直到 {holder} 于 {acquired} 接管租约后才开始 attach 卷。"
    "延迟与驱动和存储无关。",
)
WAITED = Text(
    en="Pod {pod} was scheduled to {node} at {since}; the VolumeAttachment of {pv} was made at {created}, {minutes} "
    "minutes later.",
    zh="Pod {pod} 于 {since} 调度到 {node}；{pv} 的 VolumeAttachment 直到 {created} 才创建，相隔 {minutes} 分钟。",
)
ELSE = Text(
    en="It can also have been attached to another node until then.",
    zh="也可能是该卷在此之前一直 attach 在其他节点上。",
)


def findings(
    pods: Pods, volumes: PersistentVolumes, attachments: VolumeAttachments, manager: ControllerManager
) -> Iterator[Finding]:
    late = list(_late(pods, volumes, attachments, manager))
    lease = manager.lease
    if not late or lease is None:
        return
    told = (WAITED.fill(**_values(pod, one)) for pod, _, one in late)
    yield Finding(
        rule="attach-never-requested",
        severity=Severity.WARNING,
        certainty=Certainty.LIKELY,
        nodes=tuple(sorted({one.node for _, _, one in late})),
        subject=f"lease:{NAME}",
        title=TITLE,
        cause=lines(OVER.fill(holder=lease.holder, acquired=lease.acquired), *told, ELSE),
        evidence=tuple(Evidence.of("", span) for span in (lease.span, *(one.span for _, _, one in late))),
        affects=tuple(sorted(Affected(pod.namespace, pod.name, claim, one.pv) for pod, claim, one in late)),
        steps=tuple(steps.look_at_controller_manager()),
        kind=TITLE,
    )


def _late(
    pods: Pods, volumes: PersistentVolumes, attachments: VolumeAttachments, manager: ControllerManager
) -> Iterator[tuple[Pod, str, VolumeAttachment]]:
    claimed = {(one.claim_namespace, one.claim_name): one.name for one in volumes.items if one.claim_name}
    attached = {(one.node, one.pv): one for one in attachments.items if one.attached}
    for pod in pods.items:
        for claim in pod.claims if pod.phase == "Running" else ():
            one = attached.get((pod.node, claimed.get((pod.namespace, claim), "")))
            if one is not None and _came_late(pod, one, manager):
                yield pod, claim, one


def _came_late(pod: Pod, attachment: VolumeAttachment, manager: ControllerManager) -> bool:
    scheduled, created = moment(pod.scheduled_at), moment(attachment.created)
    acquired = moment(manager.lease.acquired) if manager.lease else None
    if scheduled is None or created is None or acquired is None:
        return False
    return created - scheduled > LATE and scheduled < acquired and timedelta() <= created - acquired < AT_ONCE


def _values(pod: Pod, attachment: VolumeAttachment) -> dict[str, str | int]:
    scheduled, created = moment(pod.scheduled_at), moment(attachment.created)
    waited = created - scheduled if created and scheduled else timedelta()
    return {
        "pod": pod.full_name,
        "node": pod.node,
        "since": pod.scheduled_at,
        "pv": attachment.pv,
        "created": attachment.created,
        "minutes": int(waited.total_seconds()) // 60,
    }
