"""The API server of the samples, asked by a real kubectl."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from bundle.capture import ClusterSnapshot, Status
from bundle.folder import read_cluster_folder
from collector.cluster import kubectl
from collector.cluster.asking import collect_cluster
from samples import apiserver
from samples.pack import HERE

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
CLUSTER = HERE / "demo/cluster"


def asked(api: apiserver.ApiServer, folder: Path) -> ClusterSnapshot:
    client = kubectl.find(api.write_kubeconfig(folder / "kubeconfig"), None, threading.Event())
    return collect_cluster(client, driver_name="csi.huawei.com", since="24h")


def test_the_collector_gets_by_kubectl_what_the_sample_holds(tmp_path: Path) -> None:
    with apiserver.serve(CLUSTER, page=2) as api:
        got = asked(api, tmp_path)
    want = read_cluster_folder(CLUSTER)
    assert {capture.probe: capture.out for capture in got.captures} == {
        capture.probe: capture.out for capture in want.captures
    }
    assert got.logs == want.logs
    assert api.secrets_asked == 0


def test_a_forbidden_kind_is_denied_and_the_others_arrive(tmp_path: Path) -> None:
    with apiserver.serve(CLUSTER, forbidden=("volumeattachments",)) as api:
        kinds = asked(api, tmp_path).by_kind()
    assert kinds["volumeattachments"].status is Status.DENIED
    assert kinds["nodes"].status is Status.COLLECTED


def test_plain_kubectl_lists_the_nodes_and_gets_no_secret(tmp_path: Path) -> None:
    with apiserver.serve(CLUSTER) as api:
        config = str(api.write_kubeconfig(tmp_path / "kubeconfig"))
        names = get(config, "nodes", "-o", "name")
        secret = get(config, "--raw", "/api/v1/secrets")
    assert names.stdout.split() == [b"node/worker-1", b"node/worker-2", b"node/worker-3"]
    assert b"Forbidden" in secret.stderr
    assert api.secrets_asked == 1


def get(config: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["kubectl", "--kubeconfig", config, "get", *words], capture_output=True, check=False)
