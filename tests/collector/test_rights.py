"""`plan --rbac`: the printed rights are enough, and none of them is too many, for a real kubectl."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from bundle.capture import Status
from collector.cluster import kubectl
from collector.cluster.asking import KINDS, collect_cluster
from collector.planning.model import plan_of
from collector.planning.to_rbac import to_rbac
from collector.probes import catalogue
from collector.ways import DEBUG, EXEC, WAYS, ways_by
from tests.collector import api
from tests.collector.conftest import Run as Collector
from tests.collector.rights import PUBLIC, Grant, Rights, rights_of
from tests.collector.test_cluster import OBJECTS

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
READS = plan_of(catalogue(), version=version("csi-triage"), active=True).cluster
RIGHTS = rights_of("\n".join(to_rbac(READS, namespace="huawei-csi")))
FEW = {kind.path: [{"metadata": {"name": "one"}, "spec": {}}] for kind in KINDS}
KEPT = ("/api/v1/pods", "/apis/xuanwu.huawei.io/v1/storagebackendclaims")
FULL = {**OBJECTS, **{path: some for path, some in FEW.items() if path not in KEPT}, KEPT[0]: OBJECTS[KEPT[0]][:4]}


@dataclass(frozen=True)
class Run:
    """What became of each kind, and the paths that were asked for."""

    statuses: dict[str, Status]
    paths: tuple[str, ...]


def collected_with(rights: Rights, folder: Path) -> Run:
    with api.serving(folder, FULL) as server:
        server.allows = rights.allow
        client = kubectl.find(server.kubeconfig, None, threading.Event())
        captures = collect_cluster(client, driver_name="csi.huawei.com", since="72h").captures
    paths = tuple(path.partition("?")[0] for path in server.asked)
    return Run({capture.probe: capture.status for capture in captures}, paths)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return collected_with(RIGHTS, tmp_path_factory.mktemp("api"))


def test_under_these_rights_every_kind_is_collected(run: Run) -> None:
    assert {kind for kind, status in run.statuses.items() if not status.is_knowledge} == set()
    assert run.statuses["backendconfigmaps"] is run.statuses["driver_pod_logs"] is Status.COLLECTED


def test_nothing_but_what_the_plan_names_is_asked_for(run: Run) -> None:
    planned = [re.sub(r"[A-Z]{3,}", "[^/]+", read.path.partition("?")[0]) for read in READS]
    asked = set(run.paths) - set(PUBLIC)
    assert [path for path in asked if not any(re.fullmatch(one, path) for one in planned)] == []


@pytest.mark.parametrize("grant", RIGHTS.grants, ids=lambda grant: f"{grant.verb} {grant.resource}")
def test_no_right_is_too_many(run: Run, grant: Grant) -> None:
    assert not all(RIGHTS.without(grant).allow(path) for path in run.paths)


def test_without_rights_every_kind_is_denied(tmp_path: Path) -> None:
    assert set(collected_with(Rights(()), tmp_path).statuses.values()) == {Status.DENIED}


def test_without_the_driver_s_namespace_its_logs_and_backends_are_denied(tmp_path: Path) -> None:
    lists = Rights(tuple(grant for grant in RIGHTS.grants if grant.verb == "list"))
    statuses = collected_with(lists, tmp_path).statuses
    denied = {kind for kind, status in statuses.items() if status is Status.DENIED}
    assert denied == {"backendconfigmaps", "driver_pod_logs"}


def test_the_rights_are_to_list_and_to_get() -> None:
    assert {grant.verb for grant in RIGHTS.grants} == {"list", "get"}
    assert {grant.resource for grant in RIGHTS.grants if grant.verb == "get"} == {"configmaps", "pods/log"}
    assert not any("*" in f"{grant.group}{grant.resource}" or grant.resource == "secrets" for grant in RIGHTS.grants)


def test_what_is_got_is_got_in_the_driver_s_namespace_only() -> None:
    assert {grant.namespace for grant in RIGHTS.grants if grant.verb == "get"} == {"huawei-csi"}
    assert not RIGHTS.allow("/api/v1/namespaces/shop/pods/p1/log")
    assert not RIGHTS.allow("/api/v1/namespaces/shop/configmaps/b1")


def test_only_the_backends_that_are_named_are_allowed() -> None:
    few = rights_of("\n".join(to_rbac(READS, namespace="huawei-csi", configmaps=("b1",))))
    assert few.allow("/api/v1/namespaces/huawei-csi/configmaps/b1")
    assert not few.allow("/api/v1/namespaces/huawei-csi/configmaps/other")
    assert few.allow("/api/v1/namespaces/huawei-csi/pods/p1/log")


def test_a_driver_in_kube_system_has_one_role_there() -> None:
    same = "\n".join(to_rbac(READS, namespace="kube-system"))
    assert same.count("kind: Role\n") == 1


def test_kubectl_takes_the_manifest(collector: Collector, tmp_path: Path) -> None:
    manifest = collector("plan", "--rbac").stdout
    with api.serving(tmp_path, DISCOVERY) as server:
        done = subprocess.run(
            ["kubectl", "--kubeconfig", server.kubeconfig, "create", "--dry-run=client", "--validate=false", "-f", "-"],
            input=manifest,
            env={"HOME": str(tmp_path), "PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout.count("created (dry run)") == 7, done.stderr


def _resources(version: str, *kinds: tuple[str, bool]) -> dict[str, object]:
    listed = [
        {
            "name": f"{kind.lower()}s",
            "singularName": kind.lower(),
            "namespaced": within,
            "kind": kind,
            "verbs": ["create"],
        }
        for kind, within in kinds
    ]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": listed}


RBAC = "rbac.authorization.k8s.io"
V1 = {"groupVersion": f"{RBAC}/v1", "version": "v1"}
DISCOVERY = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [{"name": RBAC, "versions": [V1], "preferredVersion": V1}],
    },
    "/api/v1": _resources("v1", ("ServiceAccount", True)),
    f"/apis/{RBAC}/v1": _resources(
        f"{RBAC}/v1", ("ClusterRole", False), ("ClusterRoleBinding", False), ("Role", True), ("RoleBinding", True)
    ),
}


def test_a_name_that_yaml_would_misread_stays_a_name(collector: Collector) -> None:
    manifest = collector("plan", "--rbac", "--namespace", "1e3", "--configmap", "null").stdout
    assert json.dumps("1e3") in manifest
    assert '["null"]' in manifest


@pytest.mark.parametrize(("via", "kind"), [("kubectl", EXEC), ("debug", DEBUG)])
def test_a_way_through_the_cluster_has_its_rights_printed_on_demand(via: str, kind: str) -> None:
    (way,) = (way for way in WAYS if way.kind == kind)
    manifest = "\n".join(to_rbac(READS, namespace="huawei-csi", ways=ways_by(via)))
    granted = {(grant.verb, grant.resource) for grant in rights_of(manifest).grants}
    without = {(grant.verb, grant.resource) for grant in RIGHTS.grants}
    assert granted - without <= set(way.allowed) <= granted
