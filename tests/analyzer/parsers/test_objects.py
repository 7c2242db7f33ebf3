"""The cluster's objects: as the API server lists them, minimised; reduced, cut off, and of other drivers."""

import json
from pathlib import Path

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.objects import (
    all_object_parsers,
    csidrivers,
    csinodes,
    deployments,
    events,
    leases,
    nodes,
    persistentvolumeclaims,
    persistentvolumes,
    pods,
    storagebackendclaims,
    storageclasses,
)
from analyzer.parsers.objects import volumeattachments as attachments

SAMPLE = Path(__file__).parents[3] / "samples" / "stale_fail" / "cluster"
WWN = "618CF24100f8f457014a764c000001f6"


def listed(*items: object) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def attachment(publish_info: str | None, **status: object) -> str:
    metadata = {} if publish_info is None else {"attachmentMetadata": {"publishInfo": publish_info}}
    return listed(
        {
            "metadata": {"name": "csi-1"},
            "spec": {"attacher": "csi.huawei.com", "nodeName": "n1", "source": {"persistentVolumeName": "pvc-1"}},
            "status": {"attached": True, **metadata, **status},
        }
    )


@pytest.mark.parametrize("parser", all_object_parsers(), ids=lambda parser: parser.kind)
def test_a_sample_is_read_and_each_object_stands_where_it_says(parser):
    text = (SAMPLE / f"{parser.kind}.json").read_text()
    lines = text.splitlines()
    items = parser.parse(text, *((SAMPLE / f"{kind}.json").read_text() for kind in parser.beside)).items
    assert items
    assert all('"name": ' in lines[item.span.first_line - 1] for item in items)


@pytest.mark.parametrize("parser", all_object_parsers(), ids=lambda parser: parser.kind)
@pytest.mark.parametrize("text", ["", "{}", '{"items": null}', '{"items": []}'])
def test_an_empty_list_says_that_there_is_none(parser, text: str):
    assert parser.parse(text, *(None for _ in parser.beside)).items == ()


@pytest.mark.parametrize("parser", all_object_parsers(), ids=lambda parser: parser.kind)
def test_a_list_cut_off_in_the_middle_is_an_error(parser):
    text = (SAMPLE / f"{parser.kind}.json").read_text()
    with pytest.raises(ParseError):
        parser.parse(text[: len(text) // 2], *(None for _ in parser.beside))


@pytest.mark.parametrize("parser", all_object_parsers(), ids=lambda parser: parser.kind)
def test_a_field_of_another_type_is_an_error(parser):
    with pytest.raises(ParseError):
        parser.parse(listed({"metadata": {"name": 5}}), *(None for _ in parser.beside))


def test_publish_info_is_json_inside_a_string():
    info = json.dumps({"tgtHostLUNs": ["1"], "tgtIQNs": ["iqn"], "tgtLunWWN": WWN, "tgtPortals": ["192.0.2.1:3260"]})
    (one,) = attachments.parse(attachment(info)).items
    assert one.publish_info is not None
    assert (one.publish_info.lun_wwn, one.publish_info.portals) == (WWN.lower(), ("192.0.2.1:3260",))


def test_a_nas_volumes_publish_info_is_there_and_empty():
    (one,) = attachments.parse(attachment("{}")).items
    assert one.publish_info is not None
    assert one.publish_info.lun_wwn == ""


@pytest.mark.parametrize("text", [None, "not json", '["a list"]', '{"tgtLunWWN": 5}'])
def test_publish_info_that_is_not_the_drivers_is_none(text: str | None):
    assert attachments.parse(attachment(text)).items[0].publish_info is None


def test_a_failed_attach_keeps_its_message():
    (one,) = attachments.parse(attachment(None, attachError={"message": "no 0 initiator"})).items
    assert one.attach_error == "no 0 initiator"


def test_a_failed_attach_keeps_when_it_failed():
    (one,) = attachments.parse(attachment(None, attachError={"message": "x", "time": "2026-07-03T02:15:01Z"})).items
    assert (one.attach_error_at, one.detach_error_at, one.deleted) == ("2026-07-03T02:15:01Z", "", "")


def test_what_is_being_deleted_keeps_since_when():
    going = {"metadata": {"name": "a", "namespace": "shop", "deletionTimestamp": "2026-07-03T02:15:01Z"}}
    assert attachments.parse(listed(going)).items[0].deleted == "2026-07-03T02:15:01Z"
    assert pods.parse(listed(going)).items[0].deleted == "2026-07-03T02:15:01Z"


def test_a_volume_of_no_csi_driver_is_listed_without_one():
    (one,) = persistentvolumes.parse(listed({"metadata": {"name": "pv"}, "spec": {"nfs": {"path": "/"}}})).items
    assert (one.driver, one.lun_wwn) == ("", "")


def test_a_static_volume_has_no_attributes():
    (one,) = persistentvolumes.parse(
        listed({"metadata": {"name": "pv"}, "spec": {"csi": {"driver": "csi.huawei.com", "volumeHandle": "b.v"}}})
    ).items
    assert (one.volume_handle, one.lun_wwn, one.volume_mode) == ("b.v", "", "Filesystem")


def test_an_ephemeral_volume_is_a_claim_named_after_its_pod():
    volumes = [
        {"name": "a", "persistentVolumeClaim": {"claimName": "c"}},
        {"name": "b", "ephemeral": {}},
        {"name": "x"},
    ]
    (one,) = pods.parse(listed({"metadata": {"name": "p", "namespace": "s"}, "spec": {"volumes": volumes}})).items
    assert one.claims == ("c", "p-b")


def test_a_pod_that_is_not_scheduled_has_no_node():
    (one,) = pods.parse(listed({"metadata": {"name": "p"}, "spec": {}, "status": {"phase": "Pending"}})).items
    assert (one.node, one.phase) == ("", "Pending")


def test_a_node_without_conditions_is_of_unknown_readiness():
    assert nodes.parse(listed({"metadata": {"name": "n"}})).items[0].ready == "Unknown"


def test_the_message_of_combined_events_begins_with_what_was_said():
    (event,) = events.parse(listed({"reason": "FailedMount", "message": "(combined from similar events): no"})).items
    assert (event.message, "combined" in event.span.text[0]) == ("no", True)


def test_an_event_of_the_new_api_counts_its_series():
    event = {"metadata": {"name": "e"}, "eventTime": "T1", "series": {"count": 7, "lastObservedTime": "T2"}}
    (one,) = events.parse(listed(event)).items
    assert (one.count, one.first, one.last) == (7, "T1", "T2")


CLAIM = listed({"metadata": {"name": "b", "namespace": "csi"}, "spec": {"configmapMeta": "csi/b"}})


@pytest.mark.parametrize(("status", "online"), [({"online": True}, True), ({"sn": "1"}, False), (None, None)])
def test_a_content_with_a_status_but_without_online_is_offline(status: object, online: bool | None):
    content = listed({"spec": {"backendClaim": "csi/b"}, "status": status})
    assert storagebackendclaims.parse(CLAIM, content, None).items[0].online is online


@pytest.mark.parametrize("wrap", [lambda backend: backend, lambda backend: [backend]])
def test_portals_come_from_the_backends_config_map_old_and_new(wrap):
    backend = {"storage": "oceanstor-san", "parameters": {"protocol": "iscsi", "portals": ["192.0.2.1", "192.0.2.2"]}}
    document = json.dumps({"backends": wrap(backend)})
    config_map = listed({"metadata": {"name": "b", "namespace": "csi"}, "data": {"csi.json": document}})
    (one,) = storagebackendclaims.parse(CLAIM, None, config_map).items
    assert (one.protocol, one.portals) == ("iscsi", ("192.0.2.1", "192.0.2.2"))


def test_a_pod_tells_what_its_containers_wait_for_and_who_owns_it():
    waiting = {"name": "c", "ready": False, "restartCount": 3, "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    owner = {"kind": "StatefulSet", "name": "db"}
    scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-07-03T02:00:00Z"}
    text = listed(
        {
            "metadata": {"name": "db-0", "namespace": "shop", "ownerReferences": [owner]},
            "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i:1", "args": ["-a"]}]},
            "status": {"phase": "Pending", "containerStatuses": [waiting], "conditions": [scheduled]},
        }
    )
    (pod,) = pods.parse(text).items
    assert (pod.owner_kind, pod.scheduled, pod.scheduled_at) == ("StatefulSet", True, "2026-07-03T02:00:00Z")
    assert (pod.containers[0].waiting, pod.containers[0].restarts, pod.is_creating) == ("ImagePullBackOff", 3, False)


def test_a_pod_tells_what_its_init_containers_wait_for():
    back_off = {"name": "seed", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}}
    spec = {"nodeName": "n1", "initContainers": [{"name": "seed", "image": "i:latst"}], "containers": [{"name": "c"}]}
    text = listed({"metadata": {"name": "p"}, "spec": spec, "status": {"initContainerStatuses": [back_off]}})
    (pod,) = pods.parse(text).items
    assert [(one.image, one.waiting) for one in pod.init_containers] == [("i:latst", "ImagePullBackOff")]
    assert "waiting=ImagePullBackOff" in pod.span.text[0]


@pytest.mark.parametrize(("state", "creating"), [({"running": {}}, False), ({"terminated": {}}, True), ({}, True)])
def test_a_pod_whose_init_container_runs_is_no_longer_being_created(state: object, creating: bool):
    init = {"name": "seed", "state": state}
    main = {"name": "c", "state": {"waiting": {"reason": "PodInitializing"}}}
    status = {"phase": "Pending", "initContainerStatuses": [init], "containerStatuses": [main]}
    spec = {"nodeName": "n1", "initContainers": [{"name": "seed"}], "containers": [{"name": "c"}]}
    (pod,) = pods.parse(listed({"metadata": {"name": "p"}, "spec": spec, "status": status})).items
    assert pod.is_creating is creating


def test_an_evicted_pod_says_why():
    status = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: ephemeral-storage."}
    (pod,) = pods.parse(listed({"metadata": {"name": "p"}, "spec": {}, "status": status})).items
    assert (pod.reason, pod.message.startswith("The node was low")) == ("Evicted", True)


def test_a_pod_without_an_owner_is_bare():
    (pod,) = pods.parse(listed({"metadata": {"name": "p"}})).items
    assert (pod.owner_kind, pod.scheduled) == ("", None)


def test_an_attachment_without_publish_info_is_told_apart_from_one_that_is_not_the_drivers():
    none, other = (attachments.parse(attachment(text)).items[0] for text in (None, "no JSON"))
    assert (none.publish_info, none.has_publish_info) == (None, False)
    assert (other.publish_info, other.has_publish_info) == (None, True)


def test_capabilities_and_pools_of_a_backend_are_read_and_what_it_does_not_say_is_none():
    pool = {"name": "p", "capacities": {"FreeCapacity": "1024", "TotalCapacity": "many"}}
    status = {"online": True, "capabilities": {"SupportNFS41": False}, "pools": [pool]}
    contents = listed({"metadata": {"name": "c"}, "spec": {"backendClaim": "ns/b"}, "status": status})
    claim = listed({"metadata": {"name": "b", "namespace": "ns"}, "spec": {}})
    (backend,) = storagebackendclaims.parse(claim, contents).items
    assert (backend.supports("SupportNFS41"), backend.supports("SupportNFS42")) == (False, None)
    assert (backend.pools[0].free_bytes, backend.pools[0].total_bytes) == (1024, None)


def test_a_claim_tells_its_class_and_a_class_its_parameters():
    spec = {"storageClassName": "gold", "resources": {"requests": {"storage": "10Gi"}}}
    claim = listed({"metadata": {"name": "d"}, "spec": spec, "status": {"phase": "Pending"}})
    gold = listed({"metadata": {"name": "gold"}, "provisioner": "csi.huawei.com", "parameters": {"backend": "b"}})
    (one,), (of_class,) = persistentvolumeclaims.parse(claim).items, storageclasses.parse(gold).items
    assert (one.phase, one.storage_class, one.requested) == ("Pending", "gold", "10Gi")
    assert (of_class.parameter("backend"), of_class.binding_mode) == ("b", "Immediate")


def test_attachment_is_required_unless_the_driver_says_otherwise():
    items = [{"metadata": {"name": name}, "spec": spec} for name, spec in (("a", {}), ("b", {"attachRequired": False}))]
    assert [one.attach_required for one in csidrivers.parse(listed(*items)).items] == [True, False]


def test_a_node_tells_which_drivers_its_kubelet_knows():
    driver = {"name": "csi.huawei.com", "nodeID": "id", "allocatable": {"count": 5}}
    (node,) = csinodes.parse(listed({"metadata": {"name": "n1"}, "spec": {"drivers": [driver]}})).items
    assert (node.has("csi.huawei.com"), node.has("other"), node.most_volumes) == (True, False, (("csi.huawei.com", 5),))


def test_a_lease_tells_who_holds_it_since_when():
    spec = {"holderIdentity": "control-1_x", "leaseDurationSeconds": 15, "renewTime": "t", "leaseTransitions": 4}
    (lease,) = leases.parse(listed({"metadata": {"name": "kube-controller-manager"}, "spec": spec})).items
    assert (lease.holder, lease.duration_s, lease.renewed, lease.transitions) == ("control-1_x", 15, "t", 4)


def test_a_deployment_tells_its_containers_and_how_many_are_ready():
    containers = {"containers": [{"name": "csi-attacher", "image": "i:1", "args": ["-v=5"]}]}
    item = {"metadata": {"name": "d"}, "spec": {"replicas": 2, "template": {"spec": containers}}, "status": {}}
    (one,) = deployments.parse(listed(item)).items
    assert (one.desired, one.ready, one.has("csi-attacher"), one.has("csi-resizer")) == (2, 0, True, False)
