"""A pod waits for a volume of the driver, and no other rule knows why.

How we know
    The pod was scheduled more than three minutes before the objects were read, its containers are still being created,
    a volume of the driver is among its claims that the node has not mounted for it, and no other finding concerns that
    volume.
Not reported here
    Pods whose volume another finding concerns, pods that wait for an image or for a node, and pods without a volume of
    the driver.  Volumes that are mounted for this pod, by the node's mount table, or without one by the driver's log,
    and of which nobody says that they failed.
False alarms
    What holds the pod up may be its network or another driver's volume: the kubelet does not say which.
Remedy
    None is offered: the cause is not known.  What the driver last said of the volume is quoted, and the commands that
    tell more are given.
Source
    Kubernetes, pod lifecycle; eSDK_K8S_Plugin, csi/driver/node.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes, Pod, Pods
from analyzer.facts.driver import Driver, driver_names
from analyzer.facts.failures import Failure, VolumeFailures
from analyzer.facts.host import Mounts
from analyzer.facts.logs import Signals
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.times import moment
from analyzer.findings import Affected, Certainty, Evidence, Finding, Severity
from analyzer.rules import cluster_rule
from analyzer.rules.cluster.object_steps import look_at
from analyzer.rules.cluster.published import Published
from analyzer.rules.hearing import DRIVER_AND_KUBELET
from analyzer.runbook import Step
from analyzer.texts import Text, lines

PATIENCE = timedelta(minutes=3)

TITLE = Text(en="Pod {pod} waits for its volume", zh="Pod {pod} 在等待卷")
CAUSE = Text(
    en="Pod {pod} on {node} has been waiting since {since}, with volume {pv} of the driver among its claims, and none "
    "of the known causes was found.",
    zh="{node} 上的 Pod {pod} 自 {since} 起一直在等待，其使用了该驱动的卷 {pv}，但未发现任何已知原因。",
)
SAID = Text(en="The driver last said: {says} ({times} times)", zh="驱动最近的报错：{says}（{times} 次）")
SILENT = Text(
    en="Nothing that the driver or the kubelet said of this volume is in the logs and events that were read.",
    zh="已读取的日志和事件中没有驱动或 kubelet 关于该卷的报错。",
)
NOT_HEARD = Text(
    en="Neither the log of the driver nor the kubelet's on node {node} was read, and events live for an hour only.",
    zh="节点 {node} 上的驱动日志和 kubelet 日志均未读取到，而事件只保留一小时。",
)


@cluster_rule(
    "pod-waits-for-volume",
    Severity.ERROR,
    Text(en="Pod waits for its volume", zh="Pod 在等待卷"),
    is_fallback=True,
)
def pod_waits_for_volume(
    pods: Pods,
    volumes: PersistentVolumes,
    taken: ClusterTaken,
    driver: Driver | Unknown,
    of_nodes: Across[VolumeFailures],
    mounts: Across[Mounts],
    logs: Across[Signals],
) -> Iterator[Finding]:
    drivers = driver_names(driver)
    claimed = {(one.claim_namespace, one.claim_name): one for one in volumes.items if one.driver in drivers}
    published = Published(mounts, logs)
    for pod in pods.items:
        if not pod.is_creating or pod.deleting or not _is_late(pod, taken):
            continue
        own = [claimed[pod.namespace, claim] for claim in pod.claims if (pod.namespace, claim) in claimed]
        failures = of_nodes.of(pod.node)
        missing = [one for one in own if _said(failures, [one]) or not published.has(pod, one)]
        if missing:
            yield _finding(pod, missing, failures)


def _is_late(pod: Pod, taken: ClusterTaken) -> bool:
    since, now = moment(pod.scheduled_at or pod.created), moment(taken.at)
    return since is not None and now is not None and now - since > PATIENCE


def _finding(pod: Pod, volumes: list[PersistentVolume], failures: VolumeFailures | Unknown | None) -> Finding:
    said = _said(failures, volumes)
    return Finding(
        rule="pod-waits-for-volume",
        severity=Severity.ERROR,
        certainty=Certainty.POSSIBLE,
        nodes=(pod.node,),
        subject=f"pod:{pod.full_name}",
        title=TITLE.fill(pod=pod.full_name),
        cause=lines(_cause(pod, volumes), *_told(pod, said, failures)),
        evidence=(
            Evidence.of("", pod.span),
            *(Evidence.of(pod.node, span) for failure in said for span in failure.spans[-1:]),
        ),
        affects=tuple(sorted(Affected(pod.namespace, pod.name, one.claim_name, one.name) for one in volumes)),
        steps=_look(pod),
    )


def _said(failures: VolumeFailures | Unknown | None, volumes: list[PersistentVolume]) -> tuple[Failure, ...]:
    if not isinstance(failures, VolumeFailures):
        return ()
    names = {one.name for one in volumes}
    return tuple(one for one in failures.items if one.pv in names)


def _cause(pod: Pod, volumes: list[PersistentVolume]) -> Text:
    names = ", ".join(one.name for one in volumes)
    return CAUSE.fill(pod=pod.full_name, node=pod.node, since=pod.scheduled_at or pod.created, pv=names)


def _told(pod: Pod, said: tuple[Failure, ...], failures: VolumeFailures | Unknown | None) -> Iterator[Text]:
    for failure in said:
        yield SAID.fill(says=failure.says[:400], times=failure.times)
    if not isinstance(failures, VolumeFailures) or not set(DRIVER_AND_KUBELET) & set(failures.heard):
        yield NOT_HEARD.fill(node=pod.node)
    elif not said:
        yield SILENT


def _look(pod: Pod) -> tuple[Step, ...]:
    return look_at(
        "describe",
        "pod",
        pod.namespace,
        pod.name,
        Text(en="Read the pod and its events", zh="查看该 Pod 及其事件"),
        Text(
            en="At the end, the events: FailedMount or FailedAttachVolume with the driver's words, or "
            "FailedCreatePodSandBox, which is the network's business",
            zh="末尾的事件：FailedMount 或 FailedAttachVolume 及驱动的报错；FailedCreatePodSandBox 则属于网络问题",
        ),
        Text(
            en="Events live for an hour: collect again while the pod waits.",
            zh="事件只保留一小时：请在 Pod 等待期间重新采集。",
        ),
    )
