"""The cluster's objects, asked through the customer's kubectl and reduced at once.

Input    a `Kubectl`, the driver's name.
Output   `ClusterSnapshot`: one capture per kind with its honest status, and the logs of the driver's pods.
         Kinds the cluster does not know are absent, refused ones denied; a list cut off half-way is failed, not empty.
Errors   none.  Secrets are never asked for; ConfigMaps only those that the driver's backends name.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bundle.capture import Capture, ClusterSnapshot, Status
from bundle.layout import object_path
from collector.cluster.driver_logs import LOGS, PATH, collect_logs
from collector.cluster.kubectl import Kubectl, Reply, paged
from collector.cluster.objects import Json, backend_config, is_of_driver, minimised

SIDE_BY_SIDE = 4
BACKEND_CONFIG_MAPS = "backendconfigmaps"
_CONFIG_MAP = re.compile(r"([a-z0-9][a-z0-9-]{0,62})/([a-z0-9][a-z0-9.-]{0,252})")
_EVENT_KINDS = frozenset(
    (
        "Pod",
        "PersistentVolumeClaim",
        "PersistentVolume",
        "VolumeAttachment",
        "StorageBackendClaim",
        "Node",
        "DaemonSet",
        "Deployment",
        "ReplicaSet",
        "StatefulSet",
    )
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A list of the API and what rules want it for."""

    name: str
    path: str
    list_kind: str
    reads: str

    @property
    def api_version(self) -> str:
        words = self.path.split("/")
        return words[2] if words[1] == "api" else f"{words[2]}/{words[3]}"


KINDS = (
    Kind("nodes", "/api/v1/nodes", "NodeList", "names, addresses, boot ids and conditions of the nodes"),
    Kind("pods", "/api/v1/pods", "PodList", "which pod uses which claim on which node, and the driver's own pods"),
    Kind("persistentvolumes", "/api/v1/persistentvolumes", "PersistentVolumeList", "volume handles and LUN WWNs"),
    Kind(
        "persistentvolumeclaims",
        "/api/v1/persistentvolumeclaims",
        "PersistentVolumeClaimList",
        "which claim has which PV",
    ),
    Kind(
        "storageclasses",
        "/apis/storage.k8s.io/v1/storageclasses",
        "StorageClassList",
        "provisioner and parameters of volumes",
    ),
    Kind(
        "volumeattachments",
        "/apis/storage.k8s.io/v1/volumeattachments",
        "VolumeAttachmentList",
        "which volume is attached to which node, with its WWN, targets and errors",
    ),
    Kind("csidrivers", "/apis/storage.k8s.io/v1/csidrivers", "CSIDriverList", "whether volumes must be attached"),
    Kind("csinodes", "/apis/storage.k8s.io/v1/csinodes", "CSINodeList", "on which nodes the driver is registered"),
    Kind("events", "/api/v1/events", "EventList", "what was reported of pods, claims, volumes, backends, nodes"),
    Kind(
        "leases",
        "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases",
        "LeaseList",
        "whether the controllers are alive",
    ),
    Kind("daemonsets", "/apis/apps/v1/daemonsets", "DaemonSetList", "state and version of the driver on the nodes"),
    Kind("deployments", "/apis/apps/v1/deployments", "DeploymentList", "state and version of the driver's controller"),
    Kind(
        "storagebackendclaims",
        "/apis/xuanwu.huawei.io/v1/storagebackendclaims",
        "StorageBackendClaimList",
        "the driver's backends: protocol and state",
    ),
    Kind(
        "storagebackendcontents",
        "/apis/xuanwu.huawei.io/v1/storagebackendcontents",
        "StorageBackendContentList",
        "whether each backend's array is online",
    ),
)


def collect_cluster(kubectl: Kubectl, *, driver_name: str, since: str) -> ClusterSnapshot:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        captures = tuple(pool.map(lambda kind: _capture(kubectl, kind), KINDS))
        by_kind = {capture.probe: capture for capture in captures}
        configs = _backend_config_maps(kubectl, by_kind["storagebackendclaims"])
        pods = by_kind["pods"]
        logs, about_logs = collect_logs(kubectl, items_of(pods), driver_name=driver_name, since=since, pool=pool)
    if not pods.status.is_knowledge:
        about_logs = replace(about_logs, status=pods.status, reason=f"the driver's pods are not known: {pods.reason}")
    return ClusterSnapshot((*captures, configs, about_logs), logs)


def items_of(capture: Capture) -> tuple[Json, ...]:
    """The objects of a kind; none when it was not learned."""
    if capture.status is not Status.COLLECTED or not capture.out:
        return ()
    return tuple(json.loads(capture.out)["items"])


def api_paths() -> tuple[tuple[str, str], ...]:
    """Every path that is read, with its purpose, for `plan`."""
    listed = tuple((paged(kind.path), kind.reads) for kind in KINDS)
    config = ("/api/v1/namespaces/NAMESPACE/configmaps/NAME", "protocol and portals of each backend that a claim names")
    return (*listed, config, (PATH, LOGS.reads))


def _capture(kubectl: Kubectl, kind: Kind) -> Capture:
    items: list[Json] = []
    removed: Counter[str] = Counter()

    def failing() -> Reply | None:
        for page in kubectl.pages(kind.path):
            if isinstance(page, Reply):
                return page
            if page.get("restart"):
                items.clear()
                removed.clear()
                continue
            items.extend(kept(kind.name, page.get("items") or (), removed))
        return None

    argv = ("kubectl", "get", "--raw", paged(kind.path))
    capture = _timed(kind.name, kind.api_version, kind.list_kind, argv, items, failing)
    return replace(capture, redactions={object_path(kind.name): removed} if removed else {})


def kept(kind: str, items: Iterable[Json], removed: Counter[str] | None = None) -> Iterable[Json]:
    """The objects that are wanted, minimised; `removed` counts the secrets that were in them."""
    for item in items:
        of_driver = kind in ("pods", "daemonsets", "deployments") and is_of_driver(item)
        if kind in ("daemonsets", "deployments") and not of_driver:
            continue
        if kind == "events" and item.get("involvedObject", {}).get("kind") not in _EVENT_KINDS:
            continue
        yield minimised(kind, item, with_arguments=of_driver, removed=removed)


def _backend_config_maps(kubectl: Kubectl, claims: Capture) -> Capture:
    argv = ("kubectl", "get", "--raw", "/api/v1/namespaces/NAMESPACE/configmaps/NAME")
    if not claims.status.is_knowledge:
        reason = f"the backends are not known: {claims.reason}"
        return Capture(BACKEND_CONFIG_MAPS, claims.status, argv, started=claims.started, reason=reason)
    named = (claim.get("spec", {}).get("configmapMeta") or "" for claim in items_of(claims))
    wanted = sorted({match.groups() for name in named if (match := _CONFIG_MAP.fullmatch(name))})
    items: list[Json] = []
    removed: Counter[str] = Counter()

    def failing() -> Reply | None:
        worst = None
        for namespace, name in wanted:
            reply = kubectl.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}")
            if reply.status is not Status.COLLECTED:
                worst = reply
                continue
            items.append(backend_config(json.loads(reply.out), removed))
        return None if items else worst

    capture = _timed(BACKEND_CONFIG_MAPS, "v1", "ConfigMapList", argv, items, failing)
    return replace(capture, redactions={object_path(BACKEND_CONFIG_MAPS): removed} if removed else {})


def _timed(
    name: str,
    api_version: str,
    list_kind: str,
    argv: tuple[str, ...],
    items: list[Json],
    failing: Callable[[], Reply | None],
) -> Capture:
    started, begun = now(), time.monotonic()
    problem = failing()
    seconds = round(time.monotonic() - begun, 3)
    if problem is not None:
        reason = problem.reason + (f" ({len(items)} objects had arrived)" if items else "")
        return Capture(name, problem.status, argv, problem.exit_code, started, seconds, reason=reason)
    status = Status.COLLECTED if items else Status.EMPTY
    return Capture(name, status, argv, 0, started, seconds, out=_document(api_version, list_kind, items))


def _document(api_version: str, list_kind: str, items: Iterable[Mapping[str, Json]]) -> bytes:
    """A line per object, so that evidence can point at it."""
    rows = ",\n".join(json.dumps(item, sort_keys=True, ensure_ascii=False) for item in items)
    head = f'{{"apiVersion": {json.dumps(api_version)}, "kind": {json.dumps(list_kind)}, "items": ['
    return f"{head}\n{rows}\n]}}\n".encode()


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
