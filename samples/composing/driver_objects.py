"""The driver's own objects: its pods and workloads of release 4.12, its backends; and the leases of the controllers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from samples.composing.volumes import PORTALS, Machine

DRIVER = "csi.huawei.com"
DRIVER_NAMESPACE = "huawei-csi"
NODE, CONTROLLER = "huawei-csi-node", "huawei-csi-controller"
INSTALLED = "2026-11-20T08:02:11Z"
GIB = 1024**3
Json = dict[str, object]

_LOGGING = (
    *("--logging-module=file", "--log-level=info", "--log-file-dir=/var/log/huawei", "--log-file-size=20M"),
    "--max-backups=9",
)
_DRIVER_NODE = (
    *("--endpoint=/csi/csi.sock", f"--driver-name={DRIVER}", "--connector-threads=4", "--volume-use-multipath=true"),
    *("--scsi-multipath-type=DM-multipath", "--nvme-multipath-type=HW-UltraPath-NVMe", "--scan-volume-timeout=3"),
    *("--exec-command-timeout=30", "--all-path-online=false", "--enable-roce-connect=true"),
    *("--kubelet-volume-devices-dir-name=volumeDevices", *_LOGGING, "--log-file=huawei-csi-node"),
)
_DRIVER_CONTROLLER = (
    *("--endpoint=/csi/csi.sock", "--dr-endpoint=/csi/dr-csi.sock", "--controller", f"--driver-name={DRIVER}"),
    *("--backend-update-interval=60", "--exec-command-timeout=30", *_LOGGING, "--log-file=huawei-csi-controller"),
)
_SOCKET = "--csi-address=/csi/csi.sock"
# container, image, arguments
_Containers = tuple[tuple[str, str, tuple[str, ...]], ...]
CONTAINERS: dict[str, _Containers] = {
    NODE: (
        ("liveness-probe", "livenessprobe:v2.15.0", (_SOCKET, "--health-port=9800")),
        (
            "csi-node-driver-registrar",
            "csi-node-driver-registrar:v2.13.0",
            (_SOCKET, f"--kubelet-registration-path=/var/lib/kubelet/plugins/{DRIVER}/csi.sock"),
        ),
        ("huawei-csi-driver", "huawei-csi:4.12.0", _DRIVER_NODE),
    ),
    CONTROLLER: (
        ("liveness-probe", "livenessprobe:v2.15.0", (_SOCKET, "--health-port=9808")),
        ("csi-provisioner", "csi-provisioner:v5.2.0", (_SOCKET, "--timeout=6h", "--volume-name-prefix=pvc")),
        ("csi-attacher", "csi-attacher:v4.8.0", (_SOCKET, "--timeout=6h")),
        ("csi-resizer", "csi-resizer:v1.13.2", (_SOCKET, "--timeout=6h")),
        ("storage-backend-controller", "storage-backend-controller:4.12.0", _LOGGING),
        ("storage-backend-sidecar", "storage-backend-sidecar:4.12.0", _LOGGING),
        ("huawei-csi-driver", "huawei-csi:4.12.0", _DRIVER_CONTROLLER),
    ),
}
OWNERS = {NODE: ("DaemonSet", NODE), CONTROLLER: ("ReplicaSet", f"{CONTROLLER}-6c9f7d5b84")}


def before(moment: str, seconds: float) -> str:
    return f"{datetime.fromisoformat(moment) - timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def pods(machines: Sequence[Machine], started: str) -> list[Json]:
    """Started when its machine was ready again."""
    nodes = [_pod(NODE, number, machine, started) for number, machine in enumerate(machines)]
    return [*nodes, _pod(CONTROLLER, 0, machines[-1], started)]


def _pod(app: str, number: int, machine: Machine, started: str) -> Json:
    created = min(machine.ready_since, before(started, 600))
    kind, owner = OWNERS[app]
    return {
        "metadata": {
            "name": f"{app}-{number}",
            "namespace": DRIVER_NAMESPACE,
            "uid": f"c51{len(app):05d}-0000-4000-8000-{number:012d}",
            "labels": {"app": app, "provisioner": DRIVER},
            "creationTimestamp": created,
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": kind, "name": owner, "controller": True}],
        },
        "spec": {"nodeName": machine.name, "hostNetwork": True, "containers": _containers(app), "volumes": []},
        "status": {"phase": "Running", **pod_status([name for name, _, _ in CONTAINERS[app]], created, running=True)},
    }


def pod_status(containers: Sequence[str], created: str, *, running: bool) -> Json:
    """Start, conditions and containers of a pod that was scheduled at once."""
    state = {"running": {"startedAt": created}} if running else {"waiting": {"reason": "ContainerCreating"}}
    conditions = {"PodScheduled": True, "Initialized": True, "ContainersReady": running, "Ready": running}
    why = {} if running else {"reason": "ContainersNotReady"}
    return {
        "startTime": created,
        "conditions": [
            {"type": kind, "status": str(holds), "lastTransitionTime": created, **({} if holds else why)}
            for kind, holds in conditions.items()
        ],
        "containerStatuses": [
            {"name": name, "ready": running, "restartCount": 0, "state": state} for name in containers
        ],
    }


def _containers(app: str) -> list[Json]:
    return [
        {"name": name, "image": f"registry.example/{image}", "args": list(arguments)}
        for name, image, arguments in CONTAINERS[app]
    ]


def _workload(app: str, spec: Json, status: Json) -> Json:
    labels = {"app": app, "provisioner": DRIVER}
    meta = {"name": app, "namespace": DRIVER_NAMESPACE, "labels": labels, "creationTimestamp": INSTALLED}
    return {
        "metadata": meta,
        "spec": {**spec, "template": {"spec": {"containers": _containers(app)}}},
        "status": status,
    }


def daemon_set(count: int) -> Json:
    counted = ("desiredNumberScheduled", "currentNumberScheduled", "updatedNumberScheduled", "numberReady")
    status = dict.fromkeys((*counted, "numberAvailable"), count)
    return _workload(NODE, {}, {**status, "numberMisscheduled": 0})


def deployment() -> Json:
    status = dict.fromkeys(("replicas", "readyReplicas", "availableReplicas", "updatedReplicas"), 1)
    available = {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"}
    condition = {**available, "lastTransitionTime": INSTALLED}
    return _workload(CONTROLLER, {"replicas": 1}, {**status, "conditions": [condition]})


def csi_driver() -> Json:
    return {"metadata": {"name": DRIVER}, "spec": {"attachRequired": True, "podInfoOnMount": False}}


def csi_node(machine: Machine) -> Json:
    driver = {"name": DRIVER, "nodeID": json.dumps({"HostName": machine.name}), "topologyKeys": None}
    return {"metadata": {"name": machine.name}, "spec": {"drivers": [driver]}}


def leases(started: str) -> list[Json]:
    """Renewed every two seconds."""
    return [
        {
            "metadata": {"name": name, "namespace": "kube-system", "creationTimestamp": "2026-11-20T07:58:02Z"},
            "spec": {
                "holderIdentity": f"control-1_{holder}",
                "leaseDurationSeconds": 15,
                "acquireTime": f"2026-11-20T07:59:1{transitions}.018264Z",
                "renewTime": before(started, age).replace("Z", ".512907Z"),
                "leaseTransitions": transitions,
            },
        }
        for name, holder, age, transitions in (
            ("kube-controller-manager", "0f6c1d52-7a0e-4d0b-9d6e-3f2b8c1a5e77", 2, 3),
            ("kube-scheduler", "b81e5a90-41c7-4f63-8a2d-95d07c3e6f14", 1, 2),
        )
    ]


def backend_claim(protocol: str) -> Json:
    name = f"{protocol}-155"
    status = {"phase": "Bound", "boundContentName": f"content-{name}", "storageType": "oceanstor-san"}
    return {
        "metadata": {"name": name, "namespace": DRIVER_NAMESPACE, "creationTimestamp": INSTALLED},
        "spec": {"provider": DRIVER, "configmapMeta": f"{DRIVER_NAMESPACE}/{name}", "maxClientThreads": "30"},
        "status": {**status, "storageBackendId": f"{DRIVER_NAMESPACE}/{name}", "protocol": protocol},
    }


def backend_content(protocol: str) -> Json:
    name = f"{protocol}-155"
    total, used = 20480 * GIB, 6144 * GIB
    capacities = {"TotalCapacity": str(total), "UsedCapacity": str(used), "FreeCapacity": str(total - used)}
    offered = ("Thin", "QoS", "Clone", "ApplicationType", "Label", "NFS3", "NFS4", "NFS41")
    lacking = ("Thick", "Metro", "MetroNAS", "Replication", "NFS42")
    return {
        "metadata": {"name": f"content-{name}", "creationTimestamp": INSTALLED},
        "spec": {"provider": DRIVER, "backendClaim": f"{DRIVER_NAMESPACE}/{name}"},
        "status": {
            "contentName": name,
            "vendorName": "OceanStor V5",
            "providerVersion": "4.12.0",
            "sn": "2102350BSB10LAB",
            "online": True,
            "pools": [{"name": "pool-1", "capacities": capacities}],
            "capacity": {"TotalCapacity": str(total), "UsedCapacity": str(used), "FreeCapacity": str(total - used)},
            "capabilities": {f"Support{word}": word in offered for word in (*offered, *lacking)},
            "specification": {"LocalDeviceSN": "2102350BSB10LAB", "VStoreID": "0", "VStoreName": "System_vStore"},
        },
    }


def backend_config(protocol: str) -> Json:
    portals = {"portals": list(PORTALS)} if protocol == "iscsi" else {}
    backend = {
        "name": f"{protocol}-155",
        "storage": "oceanstor-san",
        "urls": ["https://192.0.2.155:8088"],
        "pools": ["pool-1"],
        "parameters": {"protocol": protocol, **portals},
    }
    return {
        "metadata": {"name": f"{protocol}-155", "namespace": DRIVER_NAMESPACE},
        "data": {"csi.json": json.dumps({"backends": backend})},
    }
