"""Cluster objects of the form a real API server and the Huawei driver give, reduced to what the collector keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bundle.capture import Capture, ClusterSnapshot, Status
from collector.cluster.driver_logs import NAME as LOGS
from collector.cluster.objects import backend_config, is_of_driver, minimised
from samples.composing import driver_objects as driver
from samples.composing.driver_objects import DRIVER, Json, before
from samples.composing.volumes import IQN, PORTALS, WWPNS, Machine, Placed, Volume

VOLUMES_CREATED = "2026-11-20T08:10:00Z"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a sample's API server would hold."""

    started: str
    machines: Sequence[Machine]
    placed: Sequence[Placed]
    unattached: Sequence[Volume] = ()
    events: Sequence[Json] = ()

    def snapshot(self) -> ClusterSnapshot:
        volumes = [*(placed.volume for placed in self.placed), *self.unattached]
        protocols = sorted({volume.protocol for volume in volumes})
        attachments = [_attachment(placed, self.started) for placed in self.placed if placed.node]
        pods = [_pod(placed, self.started) for placed in self.placed if placed.pod]
        workloads = driver.pods(self.machines, self.started)
        kinds = {
            "nodes": ("v1", "NodeList", map(_node, self.machines)),
            "pods": ("v1", "PodList", [*pods, *workloads]),
            "persistentvolumes": ("v1", "PersistentVolumeList", map(_pv, volumes)),
            "persistentvolumeclaims": ("v1", "PersistentVolumeClaimList", map(_claim, volumes)),
            "storageclasses": ("storage.k8s.io/v1", "StorageClassList", map(_storage_class, protocols)),
            "volumeattachments": ("storage.k8s.io/v1", "VolumeAttachmentList", attachments),
            "csidrivers": ("storage.k8s.io/v1", "CSIDriverList", [driver.csi_driver()]),
            "csinodes": ("storage.k8s.io/v1", "CSINodeList", map(driver.csi_node, self.machines)),
            "events": ("v1", "EventList", self.events),
            "leases": ("coordination.k8s.io/v1", "LeaseList", driver.leases(self.started)),
            "daemonsets": ("apps/v1", "DaemonSetList", [driver.daemon_set(len(self.machines))]),
            "deployments": ("apps/v1", "DeploymentList", [driver.deployment()]),
            "storagebackendclaims": (
                "xuanwu.huawei.io/v1",
                "StorageBackendClaimList",
                map(driver.backend_claim, protocols),
            ),
            "storagebackendcontents": (
                "xuanwu.huawei.io/v1",
                "StorageBackendContentList",
                map(driver.backend_content, protocols),
            ),
            "backendconfigmaps": ("v1", "ConfigMapList", map(driver.backend_config, protocols)),
        }
        captures = tuple(self._capture(kind, *spec) for kind, spec in kinds.items())
        about_logs = Capture(LOGS, Status.COLLECTED, started=self.started)
        logs = {"huawei-csi-controller-0/csi-attacher": _attacher_log(attachments, self.started)}
        return ClusterSnapshot((*captures, about_logs), logs)

    def _capture(self, kind: str, api: str, list_kind: str, items: Iterable[Json]) -> Capture:
        """As the collector keeps it: only the fields that rules use, a line per object."""
        kept = [_kept(kind, item) for item in items]
        rows = ",\n".join(json.dumps(item, sort_keys=True, ensure_ascii=False) for item in kept)
        body = f'{{"apiVersion": {json.dumps(api)}, "kind": {json.dumps(list_kind)}, "items": [\n{rows}\n]}}\n'
        status = Status.COLLECTED if kept else Status.EMPTY
        return Capture(kind, status, exit_code=0, started=self.started, seconds=0.1, out=body.encode())


def _kept(kind: str, item: Json) -> Json:
    if kind == "backendconfigmaps":
        return backend_config(item)
    return minimised(kind, item, with_arguments=is_of_driver(item))


def _pv(volume: Volume) -> Json:
    attributes = {"backend": volume.backend, "fsPermission": "", "lunWWN": volume.wwn, "name": volume.pv}
    claim = {"kind": "PersistentVolumeClaim", "namespace": "shop", "name": volume.claim, "uid": volume.claim_uid}
    return {
        "metadata": {
            "name": volume.pv,
            "annotations": {"pv.kubernetes.io/provisioned-by": DRIVER},
            "creationTimestamp": VOLUMES_CREATED,
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": volume.size},
            "claimRef": claim,
            "csi": {
                "driver": DRIVER,
                "fsType": "ext4",
                "volumeHandle": volume.handle,
                "volumeAttributes": attributes,
            },
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": f"oceanstor-{volume.protocol}",
            "volumeMode": volume.mode,
        },
        "status": {"phase": "Bound"},
    }


def _attachment(placed: Placed, started: str) -> Json:
    created = before(started, placed.age_s - 1)  # asked for once there is a pod
    name = hashlib.sha256((placed.volume.handle + DRIVER + placed.node).encode()).hexdigest()
    info = json.dumps(_publish_info(placed.volume), sort_keys=True, separators=(",", ":"))
    return {
        "metadata": {
            "name": f"csi-{name}",
            "annotations": {"csi.alpha.kubernetes.io/node-id": json.dumps({"HostName": placed.node})},
            "finalizers": ["external-attacher/csi-huawei-com"],
            "creationTimestamp": created,
        },
        "spec": {
            "attacher": DRIVER,
            "nodeName": placed.node,
            "source": {"persistentVolumeName": placed.volume.pv},
        },
        "status": {"attached": True, "attachmentMetadata": {"filesystemMode": "", "publishInfo": info}},
    }


def _publish_info(volume: Volume) -> Json:
    luns = {"tgtHostLUNs": [str(volume.lun)] * 2, "tgtLunWWN": volume.wwn}
    if volume.protocol == "fc":
        return {**luns, "tgtWWNs": list(WWPNS)}
    return {**luns, "tgtIQNs": [IQN, IQN], "tgtPortals": [f"{address}:3260" for address in PORTALS]}


def _attacher_log(attachments: Sequence[Json], started: str) -> bytes:
    stamp = f"I{started[5:7]}{started[8:10]} {started[11:19]}"
    names = (item["metadata"]["name"] for item in attachments)  # type: ignore[index]
    lines = (
        f'{stamp}.{100000 + 17 * number:06d}       1 csi_handler.go:261] Attaching "{name}"\n'
        for number, name in enumerate(names)
    )
    return "".join(lines).encode()


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


def _pod(placed: Placed, started: str) -> Json:
    """The only pod of a StatefulSet, with one container."""
    volume, running = placed.volume, placed.pod == "Running"
    created = before(started, placed.age_s)
    name = f"app-{volume.number}"
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "controller": True}
    meta = {"name": f"{name}-0", "namespace": "shop", "uid": volume.pod_uid, "labels": {"app": name}}
    return {
        "metadata": {**meta, "creationTimestamp": created, "ownerReferences": [owner]},
        "spec": {
            "nodeName": placed.node,
            "containers": [{"name": "app", "image": "registry.example/shop/app:1.0"}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": volume.claim}}],
        },
        "status": {"phase": placed.pod, **driver.pod_status(("app",), created, running=running)},
    }


def _claim(volume: Volume) -> Json:
    return {
        "metadata": {
            "name": volume.claim,
            "namespace": "shop",
            "uid": volume.claim_uid,
            "creationTimestamp": VOLUMES_CREATED,
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": volume.size}},
            "storageClassName": f"oceanstor-{volume.protocol}",
            "volumeMode": volume.mode,
            "volumeName": volume.pv,
        },
        "status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": volume.size}},
    }


def _storage_class(protocol: str) -> Json:
    return {
        "metadata": {"name": f"oceanstor-{protocol}"},
        "provisioner": DRIVER,
        "parameters": {"backend": f"{protocol}-155", "pool": "pool-1", "volumeType": "lun", "allocType": "thin"},
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    }


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
