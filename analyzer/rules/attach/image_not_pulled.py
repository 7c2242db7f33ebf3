"""A pod with a volume of the driver waits for its image, not for its storage.

How we know
    A container or init container of the pod waits with ImagePullBackOff, ErrImagePull, ErrImageNeverPull or
    InvalidImageName.  Where no state tells, the pod's last event about an image says that it was not pulled; that is
    likely only.  The kubelet pulls images only after all volumes of the pod are mounted: so they are fine.
Not reported here
    The driver's own pods (csi-controller-not-running, csi-node-plugin-not-running).
False alarms
    An image that is pulled slowly: only the states above count, which follow a failed try.
Remedy
    Correct the image's name, registry or pull secret.  Nothing is to be done about the storage.
Source
    kubernetes, pkg/kubelet/images; pkg/kubelet/kubelet.go, SyncPod: WaitForAttachAndMount before containers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import Event, Events, PersistentVolumes, Pod, Pods
from analyzer.facts.driver import Driver
from analyzer.findings import Affected, Certainty, Evidence, Finding, Severity
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import cluster_rule
from analyzer.rules.attach import steps
from analyzer.rules.attach.driver_pod import shortened
from analyzer.rules.attach.waiting import is_before, volumes_of
from analyzer.runbook import ADMIN, Phase
from analyzer.texts import Text, lines

RULE = "image-not-pulled"
REASONS = frozenset({"ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName"})
_REFUSED = re.compile(r'(?:Failed to pull|Back-off pulling|Failed to inspect) image "(?P<image>[^"]+)"')
_ABOUT_IMAGES = frozenset({"Failed", "BackOff", "InspectFailed", "Pulled", "Started"})

TITLE = Text(en="Image of a pod is not pulled", zh="Pod 的镜像未能拉取")
TITLE_OF = Text(en="Image of pod {pod} is not pulled", zh="Pod {pod} 的镜像未能拉取")
CAUSE = Text(
    en="Pod {pod} does not start because the image {image} cannot be pulled ({reason}); this is no fault of the "
    "storage.",
    zh="Pod {pod} 无法启动是因为无法拉取镜像 {image}（{reason}），不是存储故障。",
)
SAYS = Text(en="The kubelet says: {says}", zh="kubelet 报告：{says}")
FINE = Text(
    en="Ruled out: its volumes {pvs}. The kubelet pulls images only after all volumes are mounted.",
    zh="已排除：其卷 {pvs}。kubelet 在所有卷挂载完成后才会拉取镜像。",
)
MEND = Text(
    en="Correct the image's name or tag in the workload of pod {pod}, or give node {node} access to its registry "
    "(network, certificate, imagePullSecrets), or load the image on the node",
    zh="修正 Pod {pod} 所属工作负载中的镜像名称或标签，或使节点 {node} 能访问镜像仓库"
    "（网络、证书、imagePullSecrets），或在该节点导入镜像",
)


@dataclass(frozen=True, slots=True)
class _Refused:
    """The image that is not there, by the container's own state or by an event."""

    image: str
    reason: str
    says: str
    certainty: Certainty


@cluster_rule(RULE, Severity.WARNING, TITLE)
def image_not_pulled(
    pods: Pods,
    volumes: PersistentVolumes,
    driver: Driver,
    claims: PersistentVolumeClaims | Unknown,
    events: Events | Unknown,
) -> Iterator[Finding]:
    for pod in pods.items:
        if not pod.node or pod.deleting:
            continue
        told = _events(pod, events)
        refused = _by_state(pod) or (_by_events(told) if pod.is_creating else None)
        own = tuple(volumes_of(pod, volumes, claims, driver)) if refused else ()
        if refused and own:
            users = tuple(Affected(pod.namespace, pod.name, one.claim_name, one.name) for one in own)
            yield _finding(pod, refused, users, told)


def _by_state(pod: Pod) -> _Refused | None:
    waiting = (one for one in (*pod.init_containers, *pod.containers) if one.waiting in REASONS)
    found = next(waiting, None)
    return _Refused(found.image, found.waiting, found.message, Certainty.CONFIRMED) if found else None


def _by_events(told: Sequence[Event]) -> _Refused | None:
    """What the last of them says, unless something was pulled or started after it."""
    failed = [event for event in told if _REFUSED.search(event.message)]
    if not failed or any(event.reason in ("Pulled", "Started") and event.last >= failed[-1].last for event in told):
        return None
    match = _REFUSED.search(failed[-1].message)
    return _Refused(match["image"] if match else "?", failed[-1].reason, "", Certainty.LIKELY)


def _events(pod: Pod, events: Events | Unknown) -> list[Event]:
    """What the kubelet said of this pod's images, not an earlier one's of its name; the last at the end."""
    own = [
        event
        for event in (() if isinstance(events, Unknown) else events.items)
        if (event.kind, event.namespace, event.name) == ("Pod", pod.namespace, pod.name)
        and event.reason in _ABOUT_IMAGES
        and not is_before(event.last, pod.created)
    ]
    return sorted(own, key=lambda event: event.last)


def _finding(pod: Pod, refused: _Refused, users: tuple[Affected, ...], told: Sequence[Event]) -> Finding:
    quoted = next((one for one in reversed(told) if one.message.startswith("Failed to ")), None)
    says = quoted.message if quoted else refused.says
    spans = (pod.span, quoted.span) if quoted else (pod.span,)
    pvs = ", ".join(sorted({one.pv for one in users}))
    return Finding(
        rule=RULE,
        severity=Severity.WARNING,
        certainty=refused.certainty,
        nodes=(pod.node,),
        subject=f"pod:{pod.full_name}",
        title=TITLE_OF.fill(pod=pod.full_name),
        cause=lines(
            CAUSE.fill(pod=pod.full_name, image=refused.image, reason=refused.reason),
            *([SAYS.fill(says=shortened(says))] if says else []),
            FINE.fill(pvs=pvs),
        ),
        evidence=tuple(Evidence.of("", span) for span in spans),
        affects=users,
        steps=(
            steps.describe_pod(pod.namespace, pod.name),
            step_by_hand(ADMIN, f"image-{pod.full_name}", MEND.fill(pod=pod.full_name, node=pod.node), Phase.CONFIGURE),
            *steps.see_pods(users[:1]),
        ),
    )
