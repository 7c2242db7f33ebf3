"""A pod with a volume of the driver waits for its image, not for its storage.

How we know
    A container of the pod waits with ImagePullBackOff, ErrImagePull, ErrImageNeverPull or InvalidImageName.  The
    kubelet pulls images only after all volumes of the pod are mounted: so they are fine.
Not reported here
    The driver's own pods (csi-controller-not-running, csi-node-plugin-not-running).  Init containers, whose states are
    not collected.
False alarms
    An image that is pulled slowly: only the states above count, which follow a failed try.
Remedy
    Correct the image's name, registry or pull secret.  Nothing is to be done about the storage.
Source
    kubernetes, pkg/kubelet/images; pkg/kubelet/kubelet.go, SyncPod: WaitForAttachAndMount before containers.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import Container, Events, PersistentVolumes, Pod, Pods
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


@cluster_rule(RULE, Severity.WARNING, TITLE)
def image_not_pulled(
    pods: Pods,
    volumes: PersistentVolumes,
    driver: Driver,
    claims: PersistentVolumeClaims | Unknown,
    events: Events | Unknown,
) -> Iterator[Finding]:
    for pod in pods.items:
        waiting = next((one for one in pod.containers if one.waiting in REASONS), None)
        if waiting is None or not pod.node or pod.deleting:
            continue
        own = tuple(volumes_of(pod, volumes, claims, driver))
        if own:
            users = tuple(Affected(pod.namespace, pod.name, one.claim_name, one.name) for one in own)
            yield _finding(pod, waiting, users, events)


def _finding(pod: Pod, waiting: Container, users: tuple[Affected, ...], events: Events | Unknown) -> Finding:
    says, spans = waiting.message, [pod.span]
    for event in () if isinstance(events, Unknown) else events.items:
        own = (event.kind, event.namespace, event.name) == ("Pod", pod.namespace, pod.name)
        if own and event.reason in ("Failed", "InspectFailed") and not is_before(event.last, pod.created):
            says, spans = event.message, [pod.span, event.span]
    pvs = ", ".join(sorted({one.pv for one in users}))
    return Finding(
        rule=RULE,
        severity=Severity.WARNING,
        certainty=Certainty.CONFIRMED,
        nodes=(pod.node,),
        subject=f"pod:{pod.full_name}",
        title=TITLE_OF.fill(pod=pod.full_name),
        cause=lines(
            CAUSE.fill(pod=pod.full_name, image=waiting.image, reason=waiting.waiting),
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
