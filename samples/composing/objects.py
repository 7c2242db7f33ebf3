"""Cluster objects of the form a real API server and the Huawei driver give, reduced to what the collector keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bundle.capture import Capture, ClusterSnapshot, Status

DRIVER = "csi.huawei.com"
DRIVER_NAMESPACE = "huawei-csi"
IQN = "iqn.2006-08.com.huawei:oceanstor:2102350bsb10lab"
PORTALS = ("10.10.1.1", "10.10.2.1")
WWPNS = ("20080022a10bc14f", "20180022a10bc14f")
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Volume:
    """A LUN and the names it has in Kubernetes."""

    number: int
    wwn: str
    size: str
    lun: int
    mode: str = "Filesystem"
    uid_prefix: str = ""
    backend_in_handle: bool = False

    @property
    def pv(self) -> str:
        return f"pvc-{str(self.number % 10) * 8}-aaaa-4bbb-8ccc-{self.number:012d}"

    @property
    def handle(self) -> str:
        return f"iscsi-155.{self.pv}" if self.backend_in_handle else self.pv

    @property
    def claim(self) -> str:
        return f"data-app-{self.number}"

    @property
    def pod_uid(self) -> str:
        return f"5a1f0000-0000-4000-8000-{self.number:012d}"

    @property
    def stage_hash(self) -> str:
        return hashlib.sha256(self.handle.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a volume is attached ("" nowhere), and the phase of its pod there ("" no pod)."""

    volume: Volume
    node: str
    pod: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    name: str
    address: str
    boot_id: str
    ready: str = "True"
    ready_since: str = "2026-11-22T14:40:00Z"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a sample's API server would hold."""

    started: str
    machines: Sequence[Machine]
    placed: Sequence[Placed]
    protocol: str = "iscsi"
    events: Sequence[Json] = field(default=())
    unattached: Sequence[Volume] = ()
    lists: Sequence[str] = ()  # kinds that could not be listed: forbidden

    def snapshot(self) -> ClusterSnapshot:
        kinds = {
            "nodes": ("v1", "NodeList", map(_node, self.machines)),
            "pods": ("v1", "PodList", [*self._pods(), *self._driver_pods()]),
            "persistentvolumes": ("v1", "PersistentVolumeList", map(self._pv, self._volumes())),
            "persistentvolumeclaims": ("v1", "PersistentVolumeClaimList", map(_claim, self._volumes())),
            "storageclasses": ("storage.k8s.io/v1", "StorageClassList", [_storage_class(self.backend)]),
            "volumeattachments": ("storage.k8s.io/v1", "VolumeAttachmentList", self._attachments()),
            "csidrivers": ("storage.k8s.io/v1", "CSIDriverList", [_csi_driver()]),
            "csinodes": ("storage.k8s.io/v1", "CSINodeList", map(_csi_node, self.machines)),
            "events": ("v1", "EventList", self.events),
            "leases": ("coordination.k8s.io/v1", "LeaseList", [_lease(self.started)]),
            "daemonsets": ("apps/v1", "DaemonSetList", [_daemon_set(len(self.machines))]),
            "deployments": ("apps/v1", "DeploymentList", [_deployment()]),
            "storagebackendclaims": ("xuanwu.huawei.io/v1", "StorageBackendClaimList", [self._backend_claim()]),
            "storagebackendcontents": ("xuanwu.huawei.io/v1", "StorageBackendContentList", [self._backend_content()]),
            "backendconfigmaps": ("v1", "ConfigMapList", [self._backend_config()]),
        }
        captures = [self._capture(kind, *spec) for kind, spec in kinds.items()]
        return ClusterSnapshot(tuple(captures), self._logs())

    @property
    def backend(self) -> str:
        return f"{self.protocol}-155"

    def _capture(self, kind: str, api: str, list_kind: str, items: Iterable[Json]) -> Capture:
        body = json.dumps({"apiVersion": api, "kind": list_kind, "items": list(items)}, indent=1)
        return Capture(kind, Status.COLLECTED, exit_code=0, started=self.started, seconds=0.1, out=f"{body}\n".encode())

    def _volumes(self) -> list[Volume]:
        return [*(placed.volume for placed in self.placed), *self.unattached]

    def _pods(self) -> list[Json]:
        return [_pod(placed) for placed in self.placed if placed.pod]

    def _driver_pods(self) -> list[Json]:
        nodes = [_driver_pod("huawei-csi-node", i, machine.name) for i, machine in enumerate(self.machines)]
        return [*nodes, _driver_pod("huawei-csi-controller", 0, self.machines[-1].name)]

    def _pv(self, volume: Volume) -> Json:
        bound = {"kind": "PersistentVolumeClaim", "namespace": "shop", "name": volume.claim}
        attributes = {"backend": self.backend, "fsPermission": "", "lunWWN": volume.wwn, "name": volume.pv}
        csi = {"driver": DRIVER, "fsType": "ext4", "volumeHandle": volume.handle, "volumeAttributes": attributes}
        return {
            "metadata": {"name": volume.pv, "annotations": {"pv.kubernetes.io/provisioned-by": DRIVER}},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": volume.size},
                "claimRef": bound,
                "csi": csi,
                "persistentVolumeReclaimPolicy": "Delete",
                "storageClassName": "oceanstor",
                "volumeMode": volume.mode,
            },
            "status": {"phase": "Bound"},
        }

    def _attachments(self) -> list[Json]:
        return [self._attachment(placed) for placed in self.placed if placed.node]

    def _attachment(self, placed: Placed) -> Json:
        name = hashlib.sha256((placed.volume.handle + DRIVER + placed.node).encode()).hexdigest()
        info = json.dumps(self._publish_info(placed.volume), sort_keys=True, separators=(",", ":"))
        return {
            "metadata": {
                "name": f"csi-{name}",
                "annotations": {"csi.alpha.kubernetes.io/node-id": json.dumps({"HostName": placed.node})},
                "finalizers": ["external-attacher/csi-huawei-com"],
                "creationTimestamp": self.started,
            },
            "spec": {
                "attacher": DRIVER,
                "nodeName": placed.node,
                "source": {"persistentVolumeName": placed.volume.pv},
            },
            "status": {"attached": True, "attachmentMetadata": {"filesystemMode": "", "publishInfo": info}},
        }

    def _publish_info(self, volume: Volume) -> Json:
        luns = {"tgtHostLUNs": [str(volume.lun)] * 2, "tgtLunWWN": volume.wwn}
        if self.protocol == "fc":
            return {**luns, "tgtWWNs": list(WWPNS)}
        return {**luns, "tgtIQNs": [IQN, IQN], "tgtPortals": [f"{address}:3260" for address in PORTALS]}

    def _backend_claim(self) -> Json:
        return {
            "metadata": {"name": self.backend, "namespace": DRIVER_NAMESPACE},
            "spec": {"provider": DRIVER, "configmapMeta": f"{DRIVER_NAMESPACE}/{self.backend}"},
            "status": {
                "phase": "Bound",
                "boundContentName": f"content-{self.backend}",
                "storageType": "oceanstor-san",
                "protocol": self.protocol,
            },
        }

    def _backend_content(self) -> Json:
        return {
            "metadata": {"name": f"content-{self.backend}"},
            "spec": {"provider": DRIVER, "backendClaim": f"{DRIVER_NAMESPACE}/{self.backend}"},
            "status": {
                "contentName": self.backend,
                "vendorName": "OceanStor V5",
                "providerVersion": "4.12.0",
                "online": True,
            },
        }

    def _backend_config(self) -> Json:
        portals = {"portals": list(PORTALS)} if self.protocol == "iscsi" else {}
        backend = {
            "name": self.backend,
            "storage": "oceanstor-san",
            "urls": ["https://192.0.2.155:8088"],
            "pools": ["pool-1"],
            "parameters": {"protocol": self.protocol, **portals},
        }
        return {
            "metadata": {"name": self.backend, "namespace": DRIVER_NAMESPACE},
            "data": {"csi.json": json.dumps({"backends": backend})},
        }

    def _logs(self) -> dict[str, bytes]:
        stamp = f"I{self.started[5:7]}{self.started[8:10]} {self.started[11:19]}"
        lines = [
            f'{stamp}.{100000 + 17 * i:06d}       1 csi_handler.go:261] Attaching "{item["metadata"]["name"]}"'  # type: ignore[index]
            for i, item in enumerate(self._attachments())
        ]
        return {"huawei-csi-controller-0/csi-attacher": "".join(f"{line}\n" for line in lines).encode()}


def _node(machine: Machine) -> Json:
    condition = {"type": "Ready", "status": machine.ready, "lastTransitionTime": machine.ready_since}
    return {
        "metadata": {
            "name": machine.name,
            "labels": {"kubernetes.io/hostname": machine.name, "kubernetes.io/os": "linux"},
        },
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": machine.address},
                {"type": "Hostname", "address": machine.name},
            ],
            "conditions": [condition],
            "nodeInfo": {
                "bootID": machine.boot_id,
                "containerRuntimeVersion": "containerd://1.6.20~ds1",
                "kernelVersion": "6.1.0-56-amd64",
                "kubeletVersion": "v1.29.4",
                "osImage": "Debian GNU/Linux 12 (bookworm)",
            },
        },
    }


def _pod(placed: Placed) -> Json:
    volume = placed.volume
    return {
        "metadata": {"name": f"app-{volume.number}-0", "namespace": "shop", "uid": volume.pod_uid},
        "spec": {
            "nodeName": placed.node,
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": volume.claim}}],
        },
        "status": {"phase": placed.pod},
    }


def _driver_pod(app: str, number: int, node: str) -> Json:
    return {
        "metadata": {
            "name": f"{app}-{number}",
            "namespace": DRIVER_NAMESPACE,
            "uid": f"c51{len(app):05d}-0000-4000-8000-{number:012d}",
            "labels": {"app": app, "provisioner": DRIVER},
        },
        "spec": {"nodeName": node, "volumes": []},
        "status": {"phase": "Running"},
    }


def _claim(volume: Volume) -> Json:
    return {
        "metadata": {"name": volume.claim, "namespace": "shop"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "oceanstor",
            "volumeMode": volume.mode,
            "volumeName": volume.pv,
        },
        "status": {"phase": "Bound"},
    }


def _storage_class(backend: str) -> Json:
    return {
        "metadata": {"name": "oceanstor"},
        "provisioner": DRIVER,
        "parameters": {"backend": backend, "volumeType": "lun", "allocType": "thin"},
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    }


def _csi_driver() -> Json:
    return {"metadata": {"name": DRIVER}, "spec": {"attachRequired": True, "podInfoOnMount": False}}


def _csi_node(machine: Machine) -> Json:
    driver = {"name": DRIVER, "nodeID": json.dumps({"HostName": machine.name}), "topologyKeys": None}
    return {"metadata": {"name": machine.name}, "spec": {"drivers": [driver]}}


def _lease(started: str) -> Json:
    return {
        "metadata": {"name": "kube-controller-manager", "namespace": "kube-system"},
        "spec": {"holderIdentity": "control-1_1", "renewTime": started.replace("Z", ".000000Z")},
    }


def _daemon_set(count: int) -> Json:
    status = {"desiredNumberScheduled": count, "numberReady": count}
    return {"metadata": {"name": "huawei-csi-node", "namespace": DRIVER_NAMESPACE}, "status": status}


def _deployment() -> Json:
    status = {"replicas": 1, "readyReplicas": 1}
    return {"metadata": {"name": "huawei-csi-controller", "namespace": DRIVER_NAMESPACE}, "status": status}


def event(kind: str, name: str, reason: str, message: str, *, at: str, node: str = "", namespace: str = "shop") -> Json:
    """One event; nodes' events lie in the namespace `default`."""
    space = "default" if kind == "Node" else namespace
    return {
        "metadata": {"name": f"{name}.{hashlib.sha256(message.encode()).hexdigest()[:16]}", "namespace": space},
        "involvedObject": {"kind": kind, "name": name, **({} if kind == "Node" else {"namespace": space})},
        "reason": reason,
        "message": message,
        "type": "Normal" if reason == "NodeReady" else "Warning",
        "count": 1,
        "firstTimestamp": at,
        "lastTimestamp": at,
        "source": {"component": "kubelet" if node else "node-controller", **({"host": node} if node else {})},
    }
