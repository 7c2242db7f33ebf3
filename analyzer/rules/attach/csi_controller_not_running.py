"""The driver's controller does not run: no volume can be created, attached, detached or expanded anywhere.

How we know
    The driver is installed (its node pods or its Deployment are there), and no pod of huawei-csi-controller has a
    ready container huawei-csi-driver on a node that is ready: there is no such pod, it waits (CrashLoopBackOff,
    ImagePullBackOff), it has no node, or its node is lost.  An eviction, and nodes that lack disk space or memory, are
    told with it.
Not reported here
    A controller of which one replica works.  csi-attacher alone (csi-attacher-not-running).
False alarms
    A controller pod that was made less than two minutes ago may just be starting and is not reported.  One that runs
    without being ready, with no reason given, is likely only.
Remedy
    By the reason: correct the image, free the node's memory or port, or scale the Deployment up again (the procedure
    for a changed password of the array scales it to 0).  Running pods keep their volumes meanwhile.
Source
    eSDK_K8S_Plugin, helm/esdk/templates/huawei-csi-controller.yaml; user guide 8.1, 8.2.3, 8.5.3.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.claims import PersistentVolumeClaims, StorageClasses
from analyzer.facts.cluster import ClusterNodes, Events, Pods, VolumeAttachment, VolumeAttachments
from analyzer.facts.driver import CONTAINER, CONTROLLER_APP, Driver, driver_names
from analyzer.facts.logs import ClusterSignals
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.workloads import Deployments, Workload
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import cluster_rule
from analyzer.rules.attach import driver_pod, evicted, pod_steps
from analyzer.rules.attach.driver_pod import Trouble
from analyzer.texts import Text, lines

RULE = "csi-controller-not-running"
QUOTED_PODS = 3

TITLE = Text(en="The driver's controller does not run", zh="驱动控制器未运行")
CAUSE = Text(
    en="The driver's controller ({name}) does not run, so that no volume of the driver can be created, attached or "
    "detached in this cluster. Pods that run keep their volumes.",
    zh="驱动控制器（{name}）未运行，因此集群中无法创建、attach 或 detach 该驱动的任何卷。已运行的 Pod 不受影响。",
)
NO_POD = Text(en="It has no pod.", zh="没有任何控制器 Pod。")
TO_ZERO = Text(
    en="Its Deployment is scaled to 0 replicas: somebody stopped it, as the procedure for a changed array "
    "password asks.",
    zh="其 Deployment 的副本数为 0：有人停止了它（阵列修改密码的操作流程中会这样做）。",
)
DESIRED = Text(
    en="Of the replicas that its Deployment wants ({desired}), {ready} are ready.",
    zh="其 Deployment 期望副本数 {desired}，就绪 {ready}。",
)
NO_DEPLOYMENT = Text(
    en="There is no Deployment {name} either: the driver was installed in part, or removed.",
    zh="也没有 Deployment {name}：驱动安装不完整或已被卸载。",
)


@cluster_rule(RULE, Severity.ERROR, TITLE)
def csi_controller_not_running(
    pods: Pods,
    driver: Driver,
    taken: ClusterTaken,
    deployments: Deployments | Unknown,
    nodes: ClusterNodes | Unknown,
    events: Events | Unknown,
    attachments: VolumeAttachments | Unknown,
    claims: PersistentVolumeClaims | Unknown,
    classes: StorageClasses | Unknown,
    bindings: Bindings | Unknown,
    logs: ClusterSignals | Unknown,
) -> Iterator[Finding | Inconclusive]:
    own = [pod for pod in driver.controller_pods if not pod.is_finished]
    deployment = _deployment(deployments)
    if not own and not driver.node_pods and deployment is None:
        return
    if driver_pod.any_works(own, CONTAINER, nodes) or (own and all(driver_pod.is_new(pod, taken) for pod in own)):
        return
    troubles = [driver_pod.trouble_of(pod, (CONTAINER,), nodes, events) for pod in own]
    hits = () if isinstance(logs, Unknown) else tuple(logs.of("sidecar-port-in-use"))
    spans = [span for one in troubles[:QUOTED_PODS] for span in one.spans] + [hit.spans[-1] for hit in hits[:1]]
    evictions = list(evicted.told(driver.controller_pods, nodes))
    spans += [span for _, span in evictions]
    if deployment is not None:
        spans.append(deployment.span)
    port = driver_pod.remedy_of("address already in use") if hits else None
    remedies = tuple(dict.fromkeys((*driver_pod.remedies_of(troubles), *((port,) if port else ()))))
    certain = not troubles or any(one.is_named for one in troubles)
    yield Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED if certain else Certainty.LIKELY,
        nodes=tuple(sorted({pod.node for pod in own if pod.node})),
        subject=f"workload:{CONTROLLER_APP}",
        title=TITLE,
        cause=lines(*_cause(troubles, [says for says, _ in evictions], deployment, deployments)),
        evidence=tuple(Evidence.of("", span) for span in spans or [pod.span for pod in driver.node_pods[:1]]),
        affects=_affected(driver, attachments, claims, classes, bindings),
        steps=pod_steps.mend_controller(driver.namespace, troubles, remedies, deployment),
    )


def _deployment(deployments: Deployments | Unknown) -> Workload | None:
    items = () if isinstance(deployments, Unknown) else deployments.items
    return next((one for one in items if one.name == CONTROLLER_APP), None)


def _cause(
    troubles: list[Trouble], evictions: list[Text], deployment: Workload | None, known: Deployments | Unknown
) -> Iterator[Text]:
    yield CAUSE.fill(name=CONTROLLER_APP)
    if deployment is not None and deployment.desired == 0:
        yield TO_ZERO
    elif not troubles:
        yield NO_POD
    if deployment is not None and deployment.ready < deployment.desired:
        yield DESIRED.fill(desired=deployment.desired, ready=deployment.ready)
    elif deployment is None and not troubles and not isinstance(known, Unknown):
        yield NO_DEPLOYMENT.fill(name=CONTROLLER_APP)
    for one in troubles[:QUOTED_PODS]:
        yield from one.says
    yield from evictions


def _affected(
    driver: Driver,
    attachments: VolumeAttachments | Unknown,
    claims: PersistentVolumeClaims | Unknown,
    classes: StorageClasses | Unknown,
    bindings: Bindings | Unknown,
) -> tuple[Affected, ...]:
    """Who waits to be attached or detached, and claims without a volume."""
    names, items = driver_names(driver), () if isinstance(attachments, Unknown) else attachments.items
    waiting = users_of_volumes(bindings, {one.pv for one in items if _is_waiting(one) and one.driver in names})
    if isinstance(claims, Unknown) or isinstance(classes, Unknown):
        return waiting
    own = {one.name for one in classes.items if one.provisioner in names}
    pending = (one for one in claims.items if one.phase == "Pending" and one.storage_class in own)
    return (*waiting, *(Affected(one.namespace, "", one.name, "") for one in pending))


def _is_waiting(attachment: VolumeAttachment) -> bool:
    return not attachment.attached or attachment.deleting
