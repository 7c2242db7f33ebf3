"""Which of the driver's pods leads to a node: the one of its DaemonSet that runs there.

Input    the cluster's pods.
Output   per node the container to enter, or one sentence why there is none.
Errors   none; an object of a shape that is not expected leads nowhere.
Source   huawei driver: DaemonSet `huawei-csi-node`, container `huawei-csi-driver`, privileged, hostPID.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bundle.capture import ClusterSnapshot, Status
from bundle.layout import is_safe_name
from collector.cluster.asking import items_of
from collector.cluster.objects import Json, is_of_driver
from collector.transports import TransportError
from collector.transports.kubectl_exec import Container

CONTAINER = "huawei-csi-driver"
NAMESPACE = "huawei-csi"


@dataclass(frozen=True, slots=True)
class DriverPods:
    """`refusals` are by node too; `unknown` says why nothing is known of any."""

    containers: Mapping[str, Container] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)
    namespace: str = NAMESPACE
    unknown: str = ""

    def of(self, node: str) -> Container:
        found = self.containers.get(node)
        if found is None:
            none = self.unknown or "no pod of the driver's DaemonSet is on this node"
            raise TransportError(Status.UNREACHABLE, self.refusals.get(node, none))
        return found


def driver_pods(cluster: ClusterSnapshot, driver_name: str) -> DriverPods:
    listed = cluster.by_kind()["pods"]
    if not listed.status.is_knowledge:
        return DriverPods(unknown=f"the cluster does not tell its pods ({listed.status}: {listed.reason})")
    pods = [pod for pod in items_of(listed) if _leads_to_a_node(pod, driver_name)]
    containers: dict[str, Container] = {}
    refusals: dict[str, str] = {}
    for pod in pods:
        node, why = pod["spec"]["nodeName"], _why_not(pod)
        if why:
            refusals[node] = f"the driver's pod {_path(pod)} {why}"
        else:
            containers[node] = Container(pod["metadata"]["namespace"], pod["metadata"]["name"], CONTAINER)
    namespaces = sorted(pod["metadata"]["namespace"] for pod in pods)
    return DriverPods(containers, refusals, namespaces[0] if namespaces else NAMESPACE)


def _leads_to_a_node(pod: Json, driver_name: str) -> bool:
    meta, spec = pod.get("metadata") or {}, pod.get("spec") or {}
    owned = any(owner.get("kind") == "DaemonSet" for owner in meta.get("ownerReferences") or ())
    named = all(is_safe_name(str(name or "")) for name in (meta.get("namespace"), meta.get("name")))
    return owned and named and bool(spec.get("nodeName")) and _container(pod) != {} and is_of_driver(pod, driver_name)


def _why_not(pod: Json) -> str:
    """Why the pod does not lead to the node's own namespaces; "" when it does."""
    if not pod["spec"].get("hostPID") or not (_container(pod).get("securityContext") or {}).get("privileged"):
        return "is not privileged or does not see the node's processes (hostPID)"
    status = pod.get("status") or {}
    states = [one.get("state") or {} for one in status.get("containerStatuses") or () if one.get("name") == CONTAINER]
    if any("running" in state for state in states):
        return ""
    reasons = [str(about.get("reason") or how) for state in states for how, about in state.items()]
    return f"does not run ({next(iter(reasons), status.get('reason') or status.get('phase') or 'unknown')})"


def _container(pod: Json) -> Json:
    return next((one for one in pod["spec"].get("containers") or () if one.get("name") == CONTAINER), {})


def _path(pod: Json) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
