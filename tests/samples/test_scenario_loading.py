"""How a scenario is laid over its base, and what is said of one that is not well written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bundle.capture import Capture, Outcome, Status
from samples.scenario.loading import Scenario, load_folder
from samples.scenario.telling import ScenarioError

HEAD = 'says = "Something happened to a node."\nclass = "healthy"\nbase = "iscsi"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "family/name"
    path.mkdir(parents=True)
    return path


def told(folder: Path, more: str = "", **files: str) -> Scenario:
    """The scenario in `folder`; a file's name has `__` for `/`."""
    (folder / "scenario.toml").write_text(HEAD + more)
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load_folder(folder)


def items(scenario: Scenario, kind: str) -> dict[str, Any]:
    assert scenario.cluster is not None
    listed = json.loads(scenario.cluster.by_kind()[kind].out)["items"]
    return {item["metadata"]["name"]: item for item in listed}


def answer(scenario: Scenario, probe: str, node: int = 0) -> Capture:
    return scenario.nodes[node].by_probe()[probe]


def test_an_object_of_the_same_name_is_laid_over_the_bases(folder: Path) -> None:
    pod = "kind: Pod\nmetadata: {name: app-1-0, namespace: shop}\nstatus: {phase: Pending, startTime: null}\n"
    status = items(told(folder, cluster_DOT_yaml=pod), "pods")["app-1-0"]["status"]
    assert (status["phase"], "startTime" in status, "conditions" in status) == ("Pending", False, True)


def test_lists_are_replaced(folder: Path) -> None:
    volume = (
        "kind: PersistentVolume\nmetadata: {name: pvc-11111111-aaaa-4bbb-8ccc-000000000001}\n"
        "spec: {accessModes: [ReadOnlyMany]}\n"
    )
    changed = items(told(folder, cluster_DOT_yaml=volume), "persistentvolumes")
    assert changed["pvc-11111111-aaaa-4bbb-8ccc-000000000001"]["spec"]["accessModes"] == ["ReadOnlyMany"]


def test_an_object_is_deleted_and_another_added_as_the_collector_would_keep_it(folder: Path) -> None:
    documents = (
        "kind: Lease\nmetadata: {name: kube-scheduler, namespace: kube-system}\n$delete: true\n---\n"
        "kind: Lease\nmetadata: {name: other, namespace: kube-system, managedFields: [{a: b}]}\n"
        "spec: {renewTime: 2026-11-22T15:00:00.000000Z}\n"
    )
    leases = items(told(folder, cluster_DOT_yaml=documents), "leases")
    assert set(leases) == {"kube-controller-manager", "other"}
    assert leases["other"]["spec"]["renewTime"] == "2026-11-22T15:00:00.000000Z"
    assert "managedFields" not in leases["other"]["metadata"]


def test_a_list_is_taken_apart_and_an_event_needs_no_name(folder: Path) -> None:
    documents = (
        "kind: List\nitems:\n- kind: Event\n  reason: FailedMount\n  message: no\n"
        '  lastTimestamp: "2026-11-22T15:30:00Z"\n'
        "  involvedObject: {kind: Pod, name: app-1-0, namespace: shop}\n"
    )
    (event,) = items(told(folder, cluster_DOT_yaml=documents), "events").values()
    assert (event["count"], event["firstTimestamp"]) == (1, "2026-11-22T15:30:00Z")


def test_what_is_not_told_stays_as_in_the_base_byte_for_byte(folder: Path) -> None:
    base = told(folder)
    changed = told(folder, cluster_DOT_yaml="kind: StorageClass\nmetadata: {name: new}\nprovisioner: other\n")
    assert base.cluster is not None
    assert changed.cluster is not None
    same = [kind for kind, old in base.cluster.by_kind().items() if old == changed.cluster.by_kind()[kind]]
    assert set(base.cluster.by_kind()) - set(same) == {"storageclasses"}


def test_an_answer_replaces_the_bases_and_is_judged_as_by_the_collector(folder: Path) -> None:
    scenario = told(
        folder,
        **{
            "worker-1__multipath_ll_DOT_err": "multipath: must be root\n",
            "worker-1__multipath_ll_DOT_rc": "1\n",
            "worker-1__portals_DOT_out": "10.10.1.1 3260 ping=fail tcp=fail\n",
        },
    )
    refused, portals = answer(scenario, "multipath_ll"), answer(scenario, "portals")
    assert (refused.status, refused.exit_code, refused.out) == (Status.DENIED, 1, b"")
    assert (portals.status, portals.out) == (Status.COLLECTED, b"10.10.1.1 3260 ping=fail tcp=fail\n")
    assert scenario.nodes[0].outcome is Outcome.PARTIAL


def test_files_replace_all_files_of_their_probe_without_secrets(folder: Path) -> None:
    path = "worker-1__files__var__log__huawei__huawei-csi-node"
    scenario = told(folder, **{path: "password=open-sesame\n"})
    files = answer(scenario, "driver_logs").files
    assert [file.path for file in files] == ["/var/log/huawei/huawei-csi-node"]
    assert b"open-sesame" not in files[0].content


def test_an_edit_changes_one_answer(folder: Path) -> None:
    edit = '[[edit]]\nnode = "worker-2"\nanswer = "host.out"\nold = "worker-2"\nnew = "other"\n'
    assert answer(told(folder, edit), "host", 1).out.startswith(b"other\n")


def test_what_is_lost_is_no_knowledge_and_says_why(folder: Path) -> None:
    node = '[lost.worker-1]\nmultipath_ll = "timeout: still in D state"\nlsblk = "truncated"\n'
    scenario = told(folder, f'{node}[lost.cluster]\n"*" = "denied"\n')
    late, cut = answer(scenario, "multipath_ll"), answer(scenario, "lsblk")
    assert (late.status, late.reason, late.out) == (Status.TIMEOUT, "still in D state", b"")
    assert (cut.status, cut.truncated) == (Status.COLLECTED, True)
    assert scenario.cluster is not None
    assert {one.status for one in scenario.cluster.captures} == {Status.DENIED}
    assert scenario.cluster.logs == {}


def test_a_node_that_did_not_answer(folder: Path) -> None:
    scenario = told(folder, 'unreachable = ["worker-2"]\n')
    assert [node.outcome for node in scenario.nodes] == [Outcome.COLLECTED, Outcome.UNREACHABLE]
    assert answer(scenario, "host", 1).status is Status.UNREACHABLE


def test_a_bundle_without_the_cluster(folder: Path) -> None:
    assert told(folder, "without_cluster = true\n").cluster is None


def test_versions_stand_where_objects_tell_them(folder: Path) -> None:
    scenario = told(folder, 'driver = "4.0.0"\nkubernetes = "v1.22.3"\n')
    images = [
        container["image"]
        for pod in items(scenario, "pods").values()
        for container in pod["spec"]["containers"]
        if container["name"] in ("huawei-csi-driver", "csi-attacher")
    ]
    assert sorted(set(images)) == ["registry.example/csi-attacher:v4.8.0", "registry.example/huawei-csi:4.0.0"]
    assert {node["status"]["nodeInfo"]["kubeletVersion"] for node in items(scenario, "nodes").values()} == {"v1.22.3"}


def test_a_copy_has_names_boot_address_initiators_and_volumes_of_its_own(folder: Path) -> None:
    scenario = told(folder, 'copies = { worker-3 = "worker-1" }\n')
    first, _, copy = scenario.nodes
    assert (copy.node, copy.address) == ("worker-3", "192.0.2.13")
    for probe in ("host", "initiators", "scsi_id", "mountinfo", "driver_wwn_files"):
        assert first.by_probe()[probe].out != copy.by_probe()[probe].out, probe
        assert len(first.by_probe()[probe].out) == len(copy.by_probe()[probe].out), probe
    attached = [one for one in items(scenario, "volumeattachments").values() if one["spec"]["nodeName"] == "worker-3"]
    volumes = {one["spec"]["source"]["persistentVolumeName"] for one in attached}
    assert len(volumes) == 2
    assert volumes <= set(items(scenario, "persistentvolumes"))
    assert items(scenario, "daemonsets")["huawei-csi-node"]["status"]["numberReady"] == 3


def test_a_copy_shares_what_several_nodes_mount(folder: Path) -> None:
    (folder / "scenario.toml").write_text(HEAD.replace("iscsi", "nfs") + 'copies = { worker-3 = "worker-2" }\n')
    scenario = load_folder(folder)
    shared = "pvc-55555555-aaaa-4bbb-8ccc-000000000005"
    attached = items(scenario, "volumeattachments").values()
    nodes = [one["spec"]["nodeName"] for one in attached if one["spec"]["source"]["persistentVolumeName"] == shared]
    assert sorted(nodes) == ["worker-1", "worker-2", "worker-3"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("sayz = 1\n", "top level: Object contains unknown field `sayz`"),
        ('[lost.worker-1]\nlsblk = "gone"\n', "lost.worker-1.lsblk: 'gone' is none of collected, empty"),
        ('[lost.worker-1]\nlsbk = "denied"\n', "lost.worker-1.lsbk: none of host, clock"),
        ('[lost.worker-9]\nlsblk = "denied"\n', "lost.worker-9: there is no node 'worker-9', only worker-1, worker-2"),
        ('copies = { worker-3 = "worker-9" }\n', "copies.worker-3: 'worker-9' is no node"),
        (
            '[[finding]]\nrule = "x"\nnodes = []\nsubject = ""\ncertainty = "likely"\n',
            "finding 1: there is no rule 'x'",
        ),
        (
            '[[finding]]\nrule = "path-degraded"\nnodes = []\nsubject = ""\ncertainty = "sure"\n',
            "finding 1.certainty: Invalid enum value 'sure'",
        ),
        ('[inconclusive]\nworker-1 = ["x"]\n', "inconclusive.worker-1: there is no rule 'x'"),
        (
            '[[edit]]\nnode = "worker-1"\nanswer = "x.out"\nold = ""\nnew = ""\n',
            "edit 1: worker-1 has no answer 'x.out'",
        ),
        (
            '[[edit]]\nnode = "worker-1"\nanswer = "host.out"\nold = "zz"\nnew = ""\n',
            "edit 1: worker-1/host.out does not hold 'zz'",
        ),
    ],
)
def test_a_mistake_in_the_toml_is_named_with_its_field(folder: Path, more: str, says: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        told(folder, more)
    assert str(raised.value).startswith(f"{folder}/scenario.toml: {says}")


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("kind: Secret\nmetadata: {name: x}\n", "document 1: kind 'Secret' is none of CSIDriver, CSINode"),
        ("metadata: {name: x}\n", "document 1: an object needs `kind`"),
        ("kind: Pod\nmetadata: {name: x}\n", "document 1: Pod x needs `metadata.namespace`"),
        ("kind: Node\nmetadata: {name: x}\n$delete: true\n", "document 1: Node x is not in the base"),
        ("kind: Event\nlastTimestamp: x\n", "document 1: Event needs `involvedObject.kind` and `.name`"),
        ("kind: [\n", "no YAML: "),
    ],
)
def test_a_mistake_in_the_objects_is_named_with_its_document(folder: Path, document: str, says: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        told(folder, cluster_DOT_yaml=document)
    assert str(raised.value).startswith(f"{folder}/cluster.yaml: {says}")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("worker-1__multipath_l_DOT_out", "no answer of a probe"),
        ("worker-1__driver_logs_DOT_out", "no answer of a probe"),
        ("worker-1__files__etc__passwd", "no file probe reads /etc/passwd"),
        ("worker-9__host_DOT_out", "there is no node 'worker-9'"),
        ("cluster__logs__pod_DOT_log", "a log lies at cluster/logs/<pod>/<container>.log"),
        ("notes", "not part of a scenario"),
    ],
)
def test_a_file_that_is_of_no_use_is_named(folder: Path, name: str, says: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        told(folder, **{name: "x\n"})
    assert says in str(raised.value)


def test_a_base_that_is_none_is_named(folder: Path) -> None:
    (folder / "scenario.toml").write_text(HEAD.replace("iscsi", "scsi"))
    with pytest.raises(ScenarioError, match=r"scenario\.toml: base: 'scsi' is no folder of bases"):
        load_folder(folder)
