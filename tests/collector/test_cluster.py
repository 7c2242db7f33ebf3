"""The cluster's objects through a real kubectl and a small API server."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bundle.capture import Capture, ClusterSnapshot, Status
from collector.cluster import kubectl
from collector.cluster.asking import BACKEND_CONFIG_MAPS, KINDS, collect_cluster, items_of
from collector.cluster.reach import Reach, reaches
from tests.collector import api

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
NOISE = {
    "managedFields": [{"manager": "x"}],
    "annotations": {"last-applied": "s3cretNoise", "pv.kubernetes.io/provisioned-by": "d"},
}


def pod(number: int, **spec: object) -> dict[str, Any]:
    env = [{"name": "DB_PASSWORD", "value": "s3cretEnv"}]
    containers = [{"name": "app", "image": "i", "env": env, "args": ["--verbose", "s3cretArgument"]}]
    meta = {"name": f"p{number}", "namespace": "shop", "uid": f"u{number}", **NOISE}
    return {
        "metadata": meta,
        "spec": {"nodeName": "w1", "containers": containers, **spec},
        "status": {"phase": "Running"},
    }


def driver_pod(name: str, kind: str, *arguments: str, restarts: int = 0) -> dict[str, Any]:
    owner = [{"kind": kind, "name": name}]
    meta = {
        "name": name,
        "namespace": "huawei-csi",
        "labels": {"provisioner": "csi.huawei.com"},
        "ownerReferences": owner,
    }
    state = {"name": "huawei-csi-driver", "ready": True, "restartCount": restarts}
    containers = [{"name": "huawei-csi-driver", "image": "huawei-csi:4.12.0", "args": list(arguments)}]
    return {"metadata": meta, "spec": {"containers": containers}, "status": {"containerStatuses": [state]}}


CLAIM = {
    "metadata": {"name": "b1", "namespace": "huawei-csi"},
    "spec": {"configmapMeta": "huawei-csi/b1", "secretMeta": "huawei-csi/s1"},
}
BACKEND = {
    "name": "b1",
    "storage": "oceanstor-nas",
    "accountName": "s3cretAccount",
    "urls": ["https://198.51.100.9:8088"],
    "parameters": {"protocol": "nfs", "portals": ["192.0.2.9"], "password": "s3cretPassword"},
}
CONFIG_MAP = {
    "metadata": {"name": "b1", "namespace": "huawei-csi"},
    "data": {"csi.json": json.dumps({"backends": BACKEND}), "other": "s3cretOther"},
}


INFO = {"tgtPortals": ["192.0.2.1:3260", "fd00::1", "x;reboot"], "tgtLunWWN": "6" * 32}
ATTACHED = {"attachmentMetadata": {"publishInfo": json.dumps(INFO)}}
VOLUME = {"claimRef": {"namespace": "shop", "name": "c1"}, "csi": {"volumeHandle": "b1.pvc_1"}}
MOUNTING = pod(0, volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "c1"}}])
DRIVER = (
    driver_pod("controller-1", "ReplicaSet", "--log-level=info", "--password=s3cretWord1"),
    driver_pod("node-well", "DaemonSet"),
    driver_pod("node-restarted", "DaemonSet", restarts=2),
)
LOG = b"E0101 login password=s3cretLog1 failed\n"
OBJECTS: dict[str, object] = {
    **{kind.path: [] for kind in KINDS},
    "/api/v1/pods": [MOUNTING, *DRIVER, *(pod(number) for number in range(1, 1200))],
    "/api/v1/persistentvolumes": [{"metadata": {"name": "pv1"}, "spec": VOLUME}],
    "/apis/storage.k8s.io/v1/volumeattachments": [{"metadata": {}, "spec": {"nodeName": "w1"}, "status": ATTACHED}],
    "/apis/xuanwu.huawei.io/v1/storagebackendclaims": [CLAIM],
    "/api/v1/namespaces/huawei-csi/configmaps/b1": CONFIG_MAP,
    "/api/v1/namespaces/huawei-csi/pods/controller-1/log": LOG,
    "/api/v1/namespaces/huawei-csi/pods/node-restarted/log": LOG,
    "/apis/storage.k8s.io/v1/csidrivers": 403,
    "/apis/storage.k8s.io/v1/csinodes": 401,
    "/apis/xuanwu.huawei.io/v1/storagebackendcontents": 404,
}


def asked(server: api.Api, **changed: object) -> ClusterSnapshot:
    client = kubectl.find(server.kubeconfig, None, threading.Event())
    return collect_cluster(replace(client, **changed), driver_name="csi.huawei.com", since="24h")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[api.Api]:
    with api.serving(tmp_path_factory.mktemp("api"), OBJECTS) as serving:
        yield serving


@pytest.fixture(scope="module")
def cluster(server: api.Api) -> ClusterSnapshot:
    server.expire_once = True
    return asked(server)


def everything(cluster: ClusterSnapshot) -> bytes:
    return b"".join((*(one.out for one in cluster.captures), *cluster.logs.values(), repr(cluster.captures).encode()))


def capture(cluster: ClusterSnapshot, kind: str) -> Capture:
    return cluster.by_kind()[kind]


def test_lists_are_read_page_by_page_and_again_from_the_beginning_when_they_grew_too_old(
    cluster: ClusterSnapshot, server: api.Api
) -> None:
    found = [item["metadata"]["name"] for item in items_of(capture(cluster, "pods"))]
    assert (len(found), len(set(found))) == (1203, 1203)
    assert sum(path.startswith("/api/v1/pods?") for path in server.asked) == 5


def test_each_object_has_a_line_of_its_own(cluster: ClusterSnapshot) -> None:
    out = capture(cluster, "pods").out
    assert out.count(b"\n") == 1203 + 2
    assert json.loads(out)["kind"] == "PodList"


def test_env_values_foreign_arguments_and_managed_fields_stay_in_the_cluster(cluster: ClusterSnapshot) -> None:
    assert not any(word in everything(cluster) for word in (b"s3cret", b"managedFields", b"--verbose"))


def test_the_driver_s_arguments_and_useful_annotations_are_kept(cluster: ClusterSnapshot) -> None:
    assert all(word in capture(cluster, "pods").out for word in (b"--log-level=info", b"provisioned-by"))


def test_a_backend_is_known_by_protocol_and_portals_only(cluster: ClusterSnapshot) -> None:
    backend = json.loads(items_of(capture(cluster, "backendconfigmaps"))[0]["data"]["csi.json"])["backends"]
    assert backend == {
        "name": "b1",
        "storage": "oceanstor-nas",
        "parameters": {"protocol": "nfs", "portals": ["192.0.2.9"]},
    }


def test_secrets_are_never_asked_for(cluster: ClusterSnapshot, server: api.Api) -> None:
    assert not any("secret" in path for path in server.asked)
    assert b"secretMeta" not in everything(cluster)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("csidrivers", Status.DENIED),
        ("csinodes", Status.DENIED),
        ("storagebackendcontents", Status.ABSENT),
        ("persistentvolumeclaims", Status.EMPTY),
        ("persistentvolumes", Status.COLLECTED),
    ],
)
def test_each_kind_says_how_it_was_answered(cluster: ClusterSnapshot, kind: str, status: Status) -> None:
    found = capture(cluster, kind)
    assert found.status is status
    assert bool(found.reason) is not status.is_knowledge


def test_an_api_server_that_is_down_is_unreachable(server: api.Api, tmp_path: Path) -> None:
    (tmp_path / "down").write_text(api.kubeconfig_for(1))
    found = asked(server, kubeconfig=tmp_path / "down")
    assert {one.status for one in found.captures if one.probe != "driver_pod_logs"} == {Status.UNREACHABLE}


def test_an_answer_that_does_not_come_is_a_timeout(server: api.Api) -> None:
    client = kubectl.find(server.kubeconfig, None, threading.Event())
    server.slow_s = 5
    reply = client.get("/api/v1/nodes", limit_s=1)
    server.slow_s = 0
    assert reply.status is Status.TIMEOUT


def test_neither_the_kubeconfig_nor_its_token_is_in_a_capture(cluster: ClusterSnapshot) -> None:
    assert not any(word in everything(cluster) for word in (b"kubeconfig", b"seCretToken"))


def test_logs_are_read_of_the_controller_and_of_troubled_node_pods_only(cluster: ClusterSnapshot) -> None:
    driver = "huawei-csi-driver"
    assert sorted(cluster.logs) == [
        f"controller-1/{driver}",
        f"node-restarted/{driver}",
        f"node-restarted/{driver}.previous",
    ]


def test_active_probes_go_to_the_portals_and_shares_of_the_node_s_own_volumes(cluster: ClusterSnapshot) -> None:
    found = reaches(cluster)
    assert found.of("w1").portals == ("192.0.2.1:3260", "[fd00::1]:3260", "192.0.2.9:2049")
    assert found.of("w1").shares == ("192.0.2.9:/pvc_1",)
    assert (found.of("w2").portals, found.of("w2").shares) == (("192.0.2.9:2049",), ())


def test_what_the_command_line_names_comes_first_with_the_servers_of_its_shares(cluster: ClusterSnapshot) -> None:
    found = reaches(cluster, Reach(("198.51.100.1:3260",), ("[fd00::9]:/named", "192.0.2.9:/pvc_1"))).of("w1")
    assert found.portals[:3] == ("198.51.100.1:3260", "[fd00::9]:2049", "192.0.2.9:2049")
    assert found.shares == ("[fd00::9]:/named", "192.0.2.9:/pvc_1")


def objects(**by_kind: list[object]) -> ClusterSnapshot:
    items = {kind: json.dumps({"items": found}).encode() for kind, found in by_kind.items()}
    return ClusterSnapshot(tuple(Capture(kind, Status.COLLECTED, out=out) for kind, out in items.items()), {})


def nfs_volume(name: str, backend: str) -> dict[str, object]:
    claim = {"namespace": "shop", "name": f"c-{name}"}
    return {"metadata": {"name": name}, "spec": {"claimRef": claim, "csi": {"volumeHandle": f"{backend}.{name}"}}}


def test_attached_volumes_count_and_one_share_of_each_server_that_a_node_has_none_of() -> None:
    attached = {"nodeName": "w1", "source": {"persistentVolumeName": "a2"}}
    servers = [{"name": name, "parameters": {"protocol": "nfs", "portals": [ip]}} for name, ip in SERVERS.items()]
    found = reaches(
        objects(
            persistentvolumes=[nfs_volume(name, name[0]) for name in ("a1", "a2", "b1", "b2")],
            volumeattachments=[{"metadata": {}, "spec": attached, "status": {}}],
            **{BACKEND_CONFIG_MAPS: [{"data": {"csi.json": json.dumps({"backends": servers})}}]},
        )
    )
    assert found.of("w1").shares == ("192.0.2.1:/a2", "192.0.2.2:/b1")
    assert found.of("w2").shares == ()  # nothing is mounted where no NFS was used


SERVERS = {"a": "192.0.2.1", "b": "192.0.2.2"}
