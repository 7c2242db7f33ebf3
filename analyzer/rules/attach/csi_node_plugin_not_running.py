"""The driver's node plugin does not run, or is not registered, on a node: no volume of it can be mounted there.

How we know
    A pod with a volume of the driver waits on a node where no pod of huawei-csi-node is, or the one there has a
    container that is not ready (its reason and Kubernetes' own words are quoted), or CSINode does not list the driver,
    or Kubernetes says `driver name … not found in the list of registered CSI drivers` or `CSINode … does not contain
    driver …`.  Where no pod waits, a node pod that does not work is a warning.
Not reported here
    A node that is not ready: its kubelet does not answer, whatever its pods were.  Nodes without a node pod on which no
    pod waits for the driver: the chart may leave them out.
False alarms
    A node pod made less than two minutes ago may just be starting and is not reported.  A registration that was
    missing in an old event and is there now is not reported.
Remedy
    By the reason: the path on the host, the image, the port, memory; the tolerations of the DaemonSet; a restart of
    the node pod when only the registration is missing.  Nothing is changed on the storage.
Source
    User guide 8.1.1 to 8.1.3, 8.5.3; kubernetes, pkg/volume/csi; kubernetes-csi/node-driver-registrar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import ClusterNodes, Events, PersistentVolumes, Pod, Pods
from analyzer.facts.driver import CONTAINER, NODE_APP, Driver
from analyzer.facts.logs import Signals
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.workloads import CsiNodes
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.rules import cluster_rule
from analyzer.rules.attach import driver_pod, pod_steps, registration
from analyzer.rules.attach.driver_pod import Trouble
from analyzer.rules.attach.waiting import Wait, affected_by, waits
from analyzer.texts import Text, lines

RULE = "csi-node-plugin-not-running"
# without the probe's answer the kubelet restarts the driver again and again
CONTAINERS = (CONTAINER, "csi-node-driver-registrar", "liveness-probe")
QUOTED_NODES, NAMED_NODES, QUOTED_SPANS = 3, 8, 8

TITLE = Text(en="The driver's node plugin does not run", zh="驱动的节点插件未运行")
CAUSE = Text(
    en="The driver's node plugin (huawei-csi-node) does not work on {nodes}, so that no volume of the driver can be "
    "mounted there.",
    zh="{nodes} 上驱动的节点插件（huawei-csi-node）未正常工作，因此无法在该节点挂载该驱动的任何卷。",
)
NO_POD = Text(
    en="There is no pod of huawei-csi-node on {node}: its DaemonSet leaves the node out by a node selector or a taint "
    "that it does not tolerate, or the pod cannot be placed.",
    zh="{node} 上没有 huawei-csi-node 的 Pod：DaemonSet 的节点选择器或未容忍的污点排除了该节点，或者其 Pod 无法调度。",
)
TAKEN = Text(en="The log of its container tells that port {port} is taken.", zh="其容器日志显示端口 {port} 已被占用。")
WAITED = Text(en="Waiting there: {pods}.", zh="该处等待的 Pod：{pods}。")


@dataclass(frozen=True, slots=True)
class _Broken:
    """A node, what is wrong with the plugin there, and the kind of it: what is alike is told once."""

    node: str
    kind: str
    says: tuple[Text, ...]
    spans: tuple[Span, ...]
    is_named: bool
    trouble: Trouble | None = None
    remedies: tuple[Text, ...] = ()


@cluster_rule(RULE, Severity.ERROR, TITLE)
def csi_node_plugin_not_running(
    pods: Pods,
    driver: Driver,
    volumes: PersistentVolumes,
    taken: ClusterTaken,
    claims: PersistentVolumeClaims | Unknown,
    csi_nodes: CsiNodes | Unknown,
    nodes: ClusterNodes | Unknown,
    events: Events | Unknown,
    logs: Across[Signals],
) -> Iterator[Finding | Inconclusive]:
    waiting = list(waits(pods, volumes, claims, driver, taken))
    places = {one.pod.node for one in waiting} | {pod.node for pod in driver.node_pods if pod.node}
    seen = registration.Seen(driver.name, csi_nodes, events, logs, taken)
    broken: dict[tuple[str, bool], list[_Broken]] = {}
    for node in sorted(places - _not_ready(nodes)):
        here = [one for one in waiting if one.pod.node == node]
        found = _broken(node, here, driver, taken, nodes, events, seen, logs)
        if found is not None:
            broken.setdefault((found.kind, bool(here)), []).append(found)
    for (_, is_waited_for), alike in broken.items():
        hurt = {one.node for one in alike}
        yield _finding(driver, alike, [one for one in waiting if one.pod.node in hurt], is_waited_for)


def _not_ready(nodes: ClusterNodes | Unknown) -> frozenset[str]:
    return (
        frozenset() if isinstance(nodes, Unknown) else frozenset(one.name for one in nodes.items if one.ready != "True")
    )


def _broken(
    node: str,
    waiting: Sequence[Wait],
    driver: Driver,
    taken: ClusterTaken,
    nodes: ClusterNodes | Unknown,
    events: Events | Unknown,
    seen: registration.Seen,
    logs: Across[Signals],
) -> _Broken | None:
    own = [pod for pod in driver.node_pods if pod.node == node and not pod.is_finished]
    if any(all(driver_pod.works(pod, name, nodes) for name in CONTAINERS if _has(pod, name)) for pod in own):
        return _unregistered(node, own, waiting, seen)
    if not own:
        return _without_a_pod(node, driver, nodes, events) if waiting else None
    if all(driver_pod.is_new(pod, taken) for pod in own):
        return None
    trouble = driver_pod.trouble_of(own[0], CONTAINERS, nodes, events)
    says, spans = _port_taken(node, logs)
    port = driver_pod.remedy_of("address already in use") if says else None
    return _Broken(
        node=node,
        kind=trouble.kind,
        says=(*trouble.says, *says),
        spans=(*trouble.spans, *spans),
        is_named=trouble.is_named or bool(says),
        trouble=trouble,
        remedies=(*driver_pod.remedies_of([trouble]), *((port,) if port else ())),
    )


def _has(pod: Pod, container: str) -> bool:
    return container == CONTAINER or any(one.name == container for one in pod.containers)


def _unregistered(node: str, own: Sequence[Pod], waiting: Sequence[Wait], seen: registration.Seen) -> _Broken | None:
    missing = seen.missing_on(node, waiting)
    if missing is None:
        return None
    return _Broken(node, "registration", missing.says, (*missing.spans, own[0].span), missing.is_certain)


def _without_a_pod(
    node: str, driver: Driver, nodes: ClusterNodes | Unknown, events: Events | Unknown
) -> _Broken | None:
    """The chart's node pods are elsewhere; a driver that is packed in another way is not judged."""
    if not driver.node_pods:
        return None
    unplaced = [pod for pod in driver.node_pods if not pod.node and pod.unschedulable]
    troubles = [driver_pod.trouble_of(pod, CONTAINERS, nodes, events) for pod in unplaced[:QUOTED_NODES]]
    says = (NO_POD.fill(node=node), *(text for one in troubles for text in one.says))
    others = tuple(pod.span for pod in driver.node_pods[:1])
    return _Broken(node, "no-pod", says, (*(span for one in troubles for span in one.spans), *others), True)


def _port_taken(node: str, logs: Across[Signals]) -> tuple[tuple[Text, ...], tuple[Span, ...]]:
    signals = logs.of(node)
    hit = next(iter(signals.of("sidecar-port-in-use")), None) if isinstance(signals, Signals) else None
    if hit is None:
        return (), ()
    return (TAKEN.fill(port=hit.field("port") or "?"),), hit.spans[-1:]


def _listed(nodes: Sequence[str]) -> str:
    return ", ".join(nodes[:NAMED_NODES]) + (f", … ({len(nodes)})" if len(nodes) > NAMED_NODES else "")


def _finding(driver: Driver, alike: Sequence[_Broken], waiting: Sequence[Wait], is_waited_for: bool) -> Finding:
    nodes = tuple(one.node for one in alike)
    says = dict.fromkeys(text for one in alike[:QUOTED_NODES] for text in one.says)
    spans = [(one.node, span) for one in alike[:QUOTED_NODES] for span in one.spans]
    troubles = [one.trouble for one in alike if one.trouble is not None]
    remedies = tuple(dict.fromkeys(text for one in alike for text in one.remedies))
    users = affected_by(waiting)
    waited = ", ".join(sorted({one.pod.full_name for one in waiting})[:QUOTED_NODES])
    return Finding(
        rule=RULE,
        severity=Severity.ERROR if is_waited_for else Severity.WARNING,
        certainty=Certainty.CONFIRMED if all(one.is_named for one in alike) else Certainty.LIKELY,
        nodes=nodes,
        subject=f"node:{nodes[0]}" if len(nodes) == 1 else f"workload:{NODE_APP}",
        title=TITLE,
        cause=lines(CAUSE.fill(nodes=_listed(nodes)), *says, *([WAITED.fill(pods=waited)] if waited else ())),
        evidence=tuple(dict.fromkeys(Evidence.of(node, span) for node, span in spans[:QUOTED_SPANS])),
        affects=users,
        steps=pod_steps.mend_node(driver, nodes, troubles, remedies, alike[0].kind == "registration", users),
    )
