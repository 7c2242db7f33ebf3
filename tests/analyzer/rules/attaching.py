"""A cluster in which pod shop/db-0 waits on n1 for volume pvc-1 of the driver; tests bend one thing at a time."""

from __future__ import annotations

from dataclasses import replace

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.claims import PersistentVolumeClaim, PersistentVolumeClaims, StorageClass, StorageClasses
from analyzer.facts.cluster import (
    ClusterNode,
    ClusterNodes,
    Condition,
    Container,
    Event,
    Events,
    PersistentVolume,
    PersistentVolumes,
    Pod,
    Pods,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.driver import Driver
from analyzer.facts.driver import assemble as driver_of
from analyzer.facts.host import Clock
from analyzer.facts.logs import ClusterSignals, LogReach, SignalHit, Signals
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.workloads import (
    CsiDriver,
    CsiDrivers,
    CsiNode,
    CsiNodes,
    DaemonSets,
    Deployments,
    Lease,
    Leases,
    Workload,
)
from analyzer.findings import Finding
from analyzer.judging import Judgement, judge_cluster
from analyzer.rules import Rule
from bundle.capture import Status

SPAN = Span("cluster/x.json", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.DENIED, "refused")
PV, HANDLE = "pvc-1", "san-1.pvc-1"
UNIQUE = f"kubernetes.io/csi/csi.huawei.com^{HANDLE}"
LOG = "files/var/log/huawei/huawei-csi-node"

TAKEN = ClusterTaken("2026-07-03T10:20:00Z")
SCHEDULED = "2026-07-03T10:00:00Z"
JUST_NOW = "2026-07-03T10:19:40Z"
OLD = "2026-07-01T08:00:00Z"


def container(name: str, *, ready: bool = True, version: str = "4.12.0", **more: object) -> Container:
    return replace(Container(name, f"r/{name}:{version}", (), ready, 0, "", "", ""), **more)  # type: ignore[arg-type]


def pod(name: str = "db-0", **more: object) -> Pod:
    """A pod that was scheduled and waits."""
    waiting = container("db", ready=False, waiting="ContainerCreating")
    made = Pod("shop", name, f"uid-{name}", "n1", "Pending", ("data",), False, (), SPAN, created=SCHEDULED)
    made = replace(made, started=SCHEDULED, scheduled=True, scheduled_at=SCHEDULED, containers=(waiting,))
    return replace(made, **more)  # type: ignore[arg-type]


def driver_pod(app: str, node: str, *containers: Container, **more: object) -> Pod:
    own = containers or tuple(container(name) for name in ("huawei-csi-driver", "csi-attacher"))
    made = Pod("huawei-csi", f"{app}-abc{node}", f"uid-{app}-{node}", node, "Running", (), False, (("app", app),), SPAN)
    return replace(made, **{"created": OLD, "containers": own, **more})


def node_pod(node: str = "n1", *containers: Container, **more: object) -> Pod:
    own = containers or tuple(container(name) for name in ("huawei-csi-driver", "csi-node-driver-registrar"))
    return driver_pod("huawei-csi-node", node, *own, **more)


def controller(*containers: Container, node: str = "n2", **more: object) -> Pod:
    return driver_pod("huawei-csi-controller", node, *containers, **more)


def volume(**more: object) -> PersistentVolume:
    made = PersistentVolume(PV, "csi.huawei.com", HANDLE, "", "Filesystem", (), "shop", "data", "Bound", SPAN)
    return replace(made, **{"access_modes": ("ReadWriteOnce",), **more})  # type: ignore[arg-type]


def claim(**more: object) -> PersistentVolumeClaim:
    made = PersistentVolumeClaim("shop", "data", "Bound", "gold", PV, "Filesystem", "1Gi", "1Gi", OLD, False, SPAN)
    return replace(made, **more)  # type: ignore[arg-type]


def attachment(node: str = "n1", **more: object) -> VolumeAttachments:
    made = VolumeAttachment("csi-1", "csi.huawei.com", node, PV, True, False, None, "", "", SPAN, created=SCHEDULED)
    return VolumeAttachments((replace(made, **more),))  # type: ignore[arg-type]


def cluster_node(name: str, **more: object) -> ClusterNode:
    made = ClusterNode(name, name, (), "True", "", "v1.29.4", SPAN)
    return replace(made, **more)  # type: ignore[arg-type]


def lost(name: str) -> ClusterNode:
    ready = Condition("Ready", "Unknown", "NodeStatusUnknown", "", "2026-07-03T09:55:00Z", "")
    return cluster_node(name, ready="Unknown", conditions=(ready,))


def nodes(*own: ClusterNode) -> ClusterNodes:
    names = {one.name for one in own}
    return ClusterNodes((*own, *(cluster_node(name) for name in ("n1", "n2") if name not in names)))


def lease(name: str = "kube-controller-manager", **more: object) -> Lease:
    made = Lease(name, "control-1_x", 15, OLD, "2026-07-03T10:19:58Z", 3, SPAN)
    return replace(made, **more)  # type: ignore[arg-type]


SCHEDULER = lease("kube-scheduler")


def leases(**more: object) -> Leases:
    return Leases((lease(**more), SCHEDULER))


STOPPED = leases(renewed="2026-07-03T09:59:30Z")
TAKEN_OVER = leases(acquired="2026-07-03T10:12:00Z", transitions=4)


def event(message: str, reason: str = "FailedAttachVolume", *, last: str = JUST_NOW, about: str = "db-0") -> Events:
    namespace = "huawei-csi" if about.startswith("huawei-csi") else "shop"
    return Events((Event(namespace, "Pod", about, "", reason, message, 4, last, last, SPAN),))


def log(first: str = "2026-07-03 09:00:00.000000", last: str = "2026-07-03 10:19:00.000000", *hits: SignalHit):
    return Signals(hits, ("driver_logs",), (LogReach("driver_logs", LOG, first, last),))


def hit(signal: str, last: str = "", spans: tuple[Span, ...] = (SPAN,), **fields: str) -> SignalHit:
    return SignalHit(signal, tuple(fields.items()), 1, last, last, spans)


def logs(**of_nodes: Signals | Unknown) -> Across[Signals]:
    return Across({"n1": log(), "n2": log(), **of_nodes})


def clock(offset_s: int) -> Across[Clock]:
    return Across({"n1": Clock("2026-07-03T10:20:00+0000", offset_s, 1.0, SPAN)})


def deployment(desired: int = 1, ready: int = 1) -> Deployments:
    return Deployments((Workload("huawei-csi", "huawei-csi-controller", desired, ready, (), (), SPAN),))


def csi_nodes(*drivers: str) -> CsiNodes:
    return CsiNodes((CsiNode("n1", tuple((name, "{}") for name in drivers), (), SPAN),))


DRIVER_PODS = (node_pod("n1"), node_pod("n2"), controller())

HEALTHY: dict[type, object] = {
    Pods: Pods((pod(), *DRIVER_PODS)),
    PersistentVolumes: PersistentVolumes((volume(),)),
    PersistentVolumeClaims: PersistentVolumeClaims((claim(),)),
    StorageClasses: StorageClasses((StorageClass("gold", "csi.huawei.com", (), (), "Immediate", False, SPAN),)),
    VolumeAttachments: VolumeAttachments(()),
    CsiDrivers: CsiDrivers((CsiDriver("csi.huawei.com", attach_required=True, span=SPAN),)),
    CsiNodes: csi_nodes("csi.huawei.com"),
    ClusterNodes: nodes(),
    Leases: leases(),
    Events: Events(()),
    Deployments: deployment(),
    DaemonSets: DaemonSets(()),
    ClusterTaken: TAKEN,
    ClusterSignals: ClusterSignals((), ()),
    Signals: logs(),
    Clock: clock(0),
    Bindings: UNKNOWN,
    StorageBackends: UNKNOWN,
}


def judged(rule: Rule, **facts: object) -> Judgement:
    """The rule on this cluster, but for the facts that are given by the names of their types."""
    kinds = {kind.__name__: kind for kind in HEALTHY}
    given = HEALTHY | {kinds[name]: fact for name, fact in facts.items()}
    return judge_cluster({**given, Driver: driver_of(given)}, [rule])


def found(rule: Rule, **facts: object) -> Finding:
    (finding,) = judged(rule, **facts).findings
    return finding


def pods(*own: Pod) -> Pods:
    return Pods((*own, *DRIVER_PODS))
