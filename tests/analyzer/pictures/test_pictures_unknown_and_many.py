"""What is not known stays unknown; many volumes and nodes are bounded; and the order of reading does not matter."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.engine import Analysis, BundleInfo, analyse, analyse_snapshots
from analyzer.facts.block import BlockDevices
from analyzer.facts.storage import Transport
from analyzer.facts.transport import NvmeControllers
from analyzer.findings import Affected, Certainty, Finding, Severity
from analyzer.parsers import nvme_list_subsys, sysfs_block
from analyzer.pictures.assembling import NODES, Gallery, pictures_of
from analyzer.pictures.looking import look, plain, sight_of
from analyzer.pictures.naming import MOST, OF_ONE_FINDING, choose
from analyzer.pictures.nodes import NodeSeen
from analyzer.pictures.parts import Aspect, DevicePart, Gap, Kind, MountPart, Part, PathPart, State, Use
from analyzer.pictures.sight import SeenVolume, Sight
from analyzer.reading import cluster_facts, node_facts
from analyzer.texts import Text
from bundle.capture import ClusterSnapshot, NodeSnapshot, Status
from bundle.folder import read_cluster_folder, read_node_folder
from bundle.writer import BundleWriter

SAMPLES = Path(__file__).parents[3] / "samples"
WWN_2 = "618cf24100f8f457015a764c000001f7"
PV_2 = "pvc-22222222-aaaa-4bbb-8ccc-000000000002"


def node(sample: str = "stale_fail", name: str = "worker-1") -> NodeSnapshot:
    return read_node_folder(SAMPLES / sample / "nodes" / name)


def cluster(sample: str = "stale_fail") -> ClusterSnapshot:
    return read_cluster_folder(SAMPLES / sample / "cluster")


def without(snapshot: NodeSnapshot, *probes: str) -> NodeSnapshot:
    captures = (replace(c, status=Status.TIMEOUT, out=b"") if c.probe in probes else c for c in snapshot.captures)
    return replace(snapshot, captures=tuple(captures))


def without_kind(objects: ClusterSnapshot, kind: str) -> ClusterSnapshot:
    captures = (replace(c, status=Status.DENIED, out=b"") if c.probe == kind else c for c in objects.captures)
    return replace(objects, captures=tuple(captures))


def analysed(objects: ClusterSnapshot | None, *nodes: NodeSnapshot) -> Analysis:
    return analyse_snapshots(BundleInfo("b", 1, "", tuple(one.node for one in nodes), complete=True), objects, nodes)


def finding(number: int, *pvs: str, subject: str = "") -> Finding:
    return Finding(
        rule=f"rule-{number:03}",
        severity=Severity.ERROR,
        certainty=Certainty.LIKELY,
        nodes=("worker-1",),
        subject=subject or f"array:{number}",
        title=Text(en="a", zh="中"),
        cause=Text(en="a", zh="中"),
        evidence=(),
        affects=tuple(Affected("", "", "", pv) for pv in pvs),
    )


def a_map(wwn: str = WWN_2, state: State = State.ALIVE) -> SeenVolume:
    paths = (PathPart(Part("sdb", state), "2:0:0:2", "10.10.2.1:3260", "iqn.a", Transport.UP),)
    device = DevicePart(Kind.MAP, Part("mpathb", state), f"3{wwn}", "dm-1", paths)
    return SeenVolume((wwn,), (), device, (MountPart(Use.OTHER, Part("/mnt", state)),))


def test_without_the_cluster_a_residual_map_is_known_by_its_wwid_and_all_else_is_unknown():
    (drawn, _) = analysed(None, node()).pictures
    assert (drawn.pv, drawn.name) == (Part("", State.UNKNOWN), WWN_2)
    states = [drawn.pvc.state, *(one.part.state for one in (*drawn.pods, *drawn.attachments))]
    assert set(states) == {State.UNKNOWN}
    assert drawn.nodes[0].wanted is None
    assert drawn.nodes[0].devices[0].part.state is State.DEAD


@pytest.mark.parametrize("kind", ["pods", "persistentvolumeclaims", "volumeattachments"])
def test_a_kind_of_object_that_was_denied_is_unknown_and_not_missing(kind: str):
    drawn = next(one for one in analysed(without_kind(cluster(), kind), node()).pictures if one.name == PV_2)
    part = {
        "pods": drawn.pods[0].part,
        "persistentvolumeclaims": drawn.pvc,
        "volumeattachments": drawn.attachments[0].part,
    }[kind]
    assert part.state is State.UNKNOWN


@pytest.mark.parametrize(
    ("probe", "aspect"),
    [
        ("sysfs_block", Aspect.DEVICES),
        ("multipath_ll", Aspect.MAPS),
        ("mountinfo", Aspect.MOUNTS),
        ("scsi_id", Aspect.IDENTITIES),
    ],
)
def test_a_probe_that_gave_no_knowledge_is_a_gap(probe: str, aspect: Aspect):
    sight = look(node_facts(without(node(), probe)))
    assert Gap(aspect, probe, Status.TIMEOUT) in sight.gaps


def test_where_the_disks_are_not_known_no_device_is_said_to_be_missing():
    objects, name = cluster_facts(cluster("fc_device_not_found")), "pvc-11111111-aaaa-4bbb-8ccc-000000000061"
    facts = node_facts(without(node("fc_device_not_found"), "sysfs_block", "multipath_ll"))
    found = [finding(1, name, subject=f"pv:{name}")]
    (drawn,) = pictures_of(found, objects, {"worker-1": look(facts).pack()}).pictures
    (seen,) = (one for one in drawn.nodes if one.node == "worker-1")
    assert seen.devices == ()
    assert {gap.aspect for gap in seen.gaps} >= {Aspect.DEVICES, Aspect.MAPS}


def test_where_the_mounts_are_not_known_none_is_said_to_be_missing():
    objects, name = cluster_facts(cluster("fc_device_not_found")), "pvc-11111111-aaaa-4bbb-8ccc-000000000061"
    facts = node_facts(without(node("fc_device_not_found"), "mountinfo"))
    found = [finding(1, name, subject=f"pv:{name}")]
    (drawn,) = pictures_of(found, objects, {"worker-1": look(facts).pack()}).pictures
    assert next(one for one in drawn.nodes if one.node == "worker-1").mounts == ()


def test_where_only_multipath_tells_its_own_states_are_shown():
    sight = look(node_facts(without(node(), "sysfs_block")))
    (seen,) = (one for one in sight.volumes if WWN_2 in one.wwns)
    assert seen.device is not None
    assert (seen.device.part.name, seen.device.part.state) == ("mpathb", State.DEAD)
    assert {path.part.state for path in seen.device.paths} == {State.DEAD}


def test_a_path_that_nothing_tells_of_is_unknown():
    facts = node_facts(without(node("healthy"), "scsi_id", "multipath_ll", "dmsetup_status"))
    states = {path.part.state for one in look(facts).volumes if one.device for path in one.device.paths}
    assert states == {State.UNKNOWN}


def test_a_sight_comes_out_as_it_was_packed():
    sight = look(node_facts(node()))
    assert sight.volumes
    assert Sight.unpack(sight.pack()) == sight


def test_a_name_that_cannot_be_packed_costs_the_sight_of_its_node_and_not_the_verdict():
    block = "nvme0n1/wwid:eui.6c\nnvme0n1/holders:\nnvme0n1/slaves:\n"
    paths = [{"Name": "\ud800", "Transport": "tcp", "Address": "", "State": "live"}]
    listed = json.dumps({"Subsystems": [{"Name": "nvme-subsys0", "NQN": "nqn.a", "Paths": paths}]})
    facts = {
        **node_facts(node()),
        BlockDevices: sysfs_block.parse(link(block)),
        NvmeControllers: nvme_list_subsys.parse(listed),
    }
    assert Sight.unpack(sight_of(facts)).gaps == (Gap(Aspect.NODE, "", Status.FAILED),)


def link(block: str) -> str:
    return f"{block}lrwxrwxrwx 1 root root 0 Nov 22 15:00 nvme0n1 -> ../devices/virtual/nvme-subsystem/nvme0n1\n"


def test_a_namespace_has_the_controllers_of_its_subsystem_as_paths():
    block = "nvme0n1/wwid:eui.6c\nnvme0n1/holders:\nnvme0n1/slaves:\n"
    paths = [
        {"Name": "nvme0", "Transport": "tcp", "Address": "traddr=192.0.2.1", "State": "live"},
        {"Name": "nvme1", "Transport": "tcp", "Address": "traddr=192.0.2.2", "State": "connecting"},
    ]
    other = {"Name": "nvme-subsys1", "NQN": "nqn.b", "Paths": [{"Name": "nvme7", "State": "live"}]}
    listed = json.dumps({"Subsystems": [{"Name": "nvme-subsys0", "NQN": "nqn.a", "Paths": paths}, other]})
    facts = {BlockDevices: sysfs_block.parse(link(block)), NvmeControllers: nvme_list_subsys.parse(listed)}
    (seen,) = look(facts).volumes
    assert seen.wwns == ("6c",)
    assert seen.device is not None
    assert (seen.device.kind, seen.device.part.state) == (Kind.NVME, State.WRONG)
    assert [(path.part.name, path.part.state) for path in seen.device.paths] == [
        ("nvme0", State.ALIVE),
        ("nvme1", State.DEAD),
    ]


def test_a_node_with_forty_healthy_maps_stays_small():
    volumes = tuple(a_map(f"{number:032x}") for number in range(40))
    assert len(Sight("boot", volumes, (), ()).pack()) < 4096


def test_a_pair_of_nodes_is_told_by_the_name_the_cluster_gives_them():
    snapshot = replace(node("demo", "worker-2"), node="192.0.2.12")
    drawn = next(
        one
        for one in analysed(cluster("demo"), node("demo"), snapshot).pictures
        if one.name == "pvc-33333333-aaaa-4bbb-8ccc-000000000003"
    )
    assert [(one.node, one.wanted) for one in drawn.nodes] == [("worker-1", False), ("192.0.2.12", True)]


def test_the_pictures_do_not_depend_on_the_number_of_workers(tmp_path: Path):
    path = tmp_path / "b.tar.gz"
    nodes = [node("demo", f"worker-{number}") for number in (1, 2, 3)]
    with BundleWriter(
        path, name="b", started="", tool_version="0", options={}, targets=[n.node for n in nodes]
    ) as made:
        made.add_cluster(cluster("demo"))
        for one in nodes:
            made.add_node(one)
    one, several = analyse(path, workers=1), analyse(path, workers=3)
    assert one.pictures == several.pictures == analyse(SAMPLES / "demo").pictures
    assert one.pictures


def test_the_pictures_do_not_depend_on_the_order_of_the_nodes():
    sights = {f"node-{number}": Sight("", (a_map(),), (), ()).pack() for number in range(5)}
    found = [finding(1, subject=f"wwid:3{WWN_2}")]
    assert pictures_of(found, {}, sights) == pictures_of(found, {}, dict(reversed(sights.items())))


def test_the_volumes_of_the_worst_findings_come_first_and_the_rest_is_counted():
    found = [finding(number, f"pv-{number}") for number in range(MOST + 7)]
    choice = choose(found, {})
    assert [one.pv for one in choice.chosen] == [f"pv-{number}" for number in range(MOST)]
    assert choice.left_out == 7


def test_one_finding_does_not_take_all_the_room():
    choice = choose([finding(1, *(f"pv-{number:04}" for number in range(1000))), finding(2, "other")], {})
    assert [one.pv for one in choice.chosen] == [f"pv-{number:04}" for number in range(OF_ONE_FINDING)] + ["other"]
    assert choice.left_out == 1000 - OF_ONE_FINDING


def test_a_volume_named_twice_has_one_picture_with_both_findings():
    first, second = finding(1, "pv-1"), finding(2, subject=f"wwid:3{WWN_2}")
    (only,) = choose([first, second], {WWN_2: "pv-1"}).chosen
    assert only.findings == (first, second)


def test_of_very_many_nodes_the_sick_ones_are_drawn():
    sick = {"node-500": Sight("", (a_map(state=State.DEAD),), (), ()).pack()}
    sights = {f"node-{number:03}": Sight("", (a_map(),), (), ()).pack() for number in range(500)}
    found = [finding(1, subject=f"wwid:3{WWN_2}")]
    (drawn,) = pictures_of(found, {}, sights | sick).pictures
    assert (len(drawn.nodes), drawn.more_nodes) == (NODES, 501 - NODES)
    assert "node-500" in [one.node for one in drawn.nodes]


def test_a_node_that_is_not_in_the_bundle_lacks_everything():
    assert all(NodeSeen.not_collected("worker-9").lacks(aspect) for aspect in Aspect)


@pytest.mark.parametrize(
    ("wwid", "wwn"),
    [
        (f"3{WWN_2}", WWN_2),
        (WWN_2, WWN_2),
        ("eui.3100ab", "3100ab"),
        ("3618cf24100f8f45", "3618cf24100f8f45"),
        ("t10.ATA", "t10.ATA"),
    ],
)
def test_a_wwid_is_compared_as_the_driver_spells_it(wwid: str, wwn: str):
    assert plain(wwid) == wwn


def test_a_picture_that_cannot_be_made_takes_nothing_else_down() -> None:
    found = [finding(1, subject=f"wwid:3{WWN_2}")]
    assert pictures_of(found, {}, {"worker-1": b"no sight"}) == Gallery((), left_out=1)
