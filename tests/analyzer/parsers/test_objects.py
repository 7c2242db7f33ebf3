"""The cluster's objects: as the API server lists them, minimised; reduced, cut off, and of other drivers."""

import json
from pathlib import Path

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.objects import all_object_parsers, events, nodes, persistentvolumes, pods, storagebackendclaims
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
