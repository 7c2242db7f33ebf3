"""The pictures that real captures give: every part with its state, and what could not be seen."""

from functools import cache
from pathlib import Path

import pytest

from analyzer.engine import Analysis, analyse_folder
from analyzer.facts.storage import Transport
from analyzer.pictures.parts import Aspect, DevicePart, Kind, NodePart, Part, State, Use, VolumePicture, What
from samples.scenario.loading import load
from samples.scenario.outcome import analyse as analyse_scenario

SAMPLES = Path(__file__).parents[3] / "samples"
PV_2, PV_3 = "pvc-22222222-aaaa-4bbb-8ccc-000000000002", "pvc-33333333-aaaa-4bbb-8ccc-000000000003"
RESIDUAL_2 = "residual-multipath-map/worker-1/wwid:3618cf24100f8f457015a764c000001f7"


@cache
def of_sample(name: str) -> Analysis:
    return analyse_folder(SAMPLES / name)


@cache
def of_scenario(name: str) -> Analysis:
    return analyse_scenario(load(name))


def picture(analysis: Analysis, pv: str) -> VolumePicture:
    (found,) = (one for one in analysis.pictures if one.name == pv)
    return found


def on(drawn: VolumePicture, node: str) -> NodePart:
    (found,) = (one for one in drawn.nodes if one.node == node)
    return found


def device(drawn: VolumePicture, node: str) -> DevicePart:
    (found,) = on(drawn, node).devices
    return found


def told(part: Part) -> set[What]:
    return {remark.what for remark in part.remarks}


def value(part: Part, what: What) -> str:
    (found,) = (remark.value for remark in part.remarks if remark.what is what)
    return found


def test_a_healthy_bundle_has_no_picture():
    assert of_sample("healthy").pictures == ()


def test_of_a_residual_map_the_map_and_its_paths_are_dead_and_all_of_the_cluster_is_alive():
    drawn = picture(of_sample("stale_fail"), PV_2)
    assert (drawn.pv.state, drawn.pvc.state, drawn.pvc.name) == (State.ALIVE, State.ALIVE, "shop/data-app-2")
    assert [(pod.part.name, pod.node, pod.part.state) for pod in drawn.pods] == [
        ("shop/app-2-0", "worker-2", State.ALIVE)
    ]
    assert [(one.node, one.part.state) for one in drawn.attachments] == [("worker-2", State.ALIVE)]
    dead = device(drawn, "worker-1")
    assert (dead.kind, dead.part.name, dead.dm, dead.part.state) == (Kind.MAP, "mpathb", "dm-1", State.DEAD)
    assert told(dead.part) == {What.TAKEN_AWAY, What.UNWANTED}
    assert [(path.part.name, path.part.state, path.hctl, path.target) for path in dead.paths] == [
        ("sdb", State.DEAD, "2:0:0:2", "10.10.2.1:3260"),
        ("sde", State.DEAD, "3:0:0:2", "10.10.1.1:3260"),
    ]
    assert {path.transport for path in dead.paths} == {Transport.UP}


def test_a_part_is_marked_with_the_finding_that_is_about_it():
    assert device(picture(of_sample("stale_fail"), PV_2), "worker-1").part.findings == (RESIDUAL_2,)
    assert on(picture(of_sample("stale_fail"), PV_2), "worker-1").findings == ()


def test_a_node_that_the_bundle_does_not_hold_is_unknown_and_not_without_a_map():
    elsewhere = on(picture(of_sample("stale_fail"), PV_2), "worker-2")
    assert elsewhere.wanted
    assert [gap.aspect for gap in elsewhere.gaps] == [Aspect.NODE]
    assert (elsewhere.devices, elsewhere.mounts) == ((), ())


def test_a_node_that_could_not_be_reached_is_unknown_as_a_whole():
    assert [gap.aspect for gap in on(picture(of_sample("outage"), PV_2), "worker-2").gaps] == [Aspect.NODE]


def test_a_lun_that_was_rightly_taken_away_from_a_node_is_not_dead_itself():
    lun = picture(of_sample("stale_fail"), PV_2).lun
    assert (lun.part.state, value(lun.part, What.REFUSES)) == (State.UNKNOWN, "worker-1")
    assert (lun.part.name, lun.host_luns) == ("618cf24100f8f457015a764c000001f7", ("2", "2"))


def test_a_volume_that_is_residual_on_one_node_and_healthy_on_another_shows_both():
    drawn = picture(of_sample("demo"), PV_3)
    dead, alive = device(drawn, "worker-1"), device(drawn, "worker-2")
    assert (dead.part.state, alive.part.state) == (State.DEAD, State.ALIVE)
    assert [path.part.state for path in alive.paths] == [State.ALIVE, State.ALIVE]
    assert (drawn.lun.part.state, value(drawn.lun.part, What.ANSWERS)) == (State.ALIVE, "worker-2")


def test_a_map_that_reads_another_lun_is_wrong_in_the_picture_of_the_one_and_of_the_other():
    old = picture(of_sample("demo"), "pvc-22222222-aaaa-4bbb-8ccc-000000000032")
    new = picture(of_sample("demo"), "pvc-44444444-aaaa-4bbb-8ccc-000000000034")
    reads, remembers = device(old, "worker-3").part, device(new, "worker-3").part
    assert (reads.name, remembers.name) == ("mpathb", "mpathb")
    assert (reads.state, remembers.state) == (State.WRONG, State.WRONG)
    assert value(reads, What.READS_OTHER) == f"3{new.lun.part.name}"
    assert value(remembers, What.REMEMBERS_OTHER) == f"3{old.lun.part.name}"
    assert new.lun.part.state is State.ALIVE


def test_a_wanted_device_that_is_not_there_is_missing():
    old = picture(of_sample("demo"), "pvc-22222222-aaaa-4bbb-8ccc-000000000032")
    assert on(old, "worker-2").wanted
    assert device(old, "worker-2").part.state is State.MISSING


def test_of_a_degraded_map_one_path_is_dead_by_its_transport():
    drawn = picture(of_sample("path_down"), "pvc-11111111-aaaa-4bbb-8ccc-000000000001")
    degraded = device(drawn, "worker-1")
    assert (degraded.part.state, value(degraded.part, What.DEGRADED)) == (State.WRONG, "1/2")
    assert {(path.part.state, path.transport) for path in degraded.paths} == {
        (State.ALIVE, Transport.UP),
        (State.DEAD, Transport.DOWN),
    }
    (dead,) = (path for path in degraded.paths if path.part.state is State.DEAD)
    assert What.OUT_OF_REACH in told(dead.part)
    assert dead.part.findings == ("path-degraded/worker-1/portal:10.10.2.1:3260",)


def test_what_is_mounted_from_a_dead_map_is_dead():
    mounts = on(picture(of_sample("stale_mounted"), PV_2), "worker-1").mounts
    assert {(one.use, one.part.state) for one in mounts} == {(Use.STAGE, State.DEAD), (Use.PUBLISH, State.DEAD)}


def test_a_map_that_queues_says_so():
    assert What.QUEUES in told(device(picture(of_sample("stale_queue"), PV_2), "worker-1").part)


def test_disks_that_no_map_holds_are_drawn_without_one():
    bare = device(picture(of_sample("stale_sd_nomap"), PV_2), "worker-1")
    assert (bare.kind, bare.part.state, bare.dm) == (Kind.DISK, State.DEAD, "")
    assert What.NO_MAP in told(bare.part)
    assert len(bare.paths) == 2


def test_a_volume_that_could_not_be_attached_to_a_device_shows_where_it_is_missing():
    drawn = picture(of_sample("fc_device_not_found"), "pvc-11111111-aaaa-4bbb-8ccc-000000000061")
    assert device(drawn, "worker-1").part.state is State.MISSING
    assert on(drawn, "worker-1").findings == (
        "fc-device-not-found/worker-1/pv:pvc-11111111-aaaa-4bbb-8ccc-000000000061",
    )
    assert [one.part.state for one in on(drawn, "worker-1").mounts] == [State.MISSING]


def test_a_half_cleaned_node_shows_what_is_left():
    drawn = picture(of_sample("half_cleaned"), PV_3)
    assert device(drawn, "worker-1").part.state is State.DEAD
    assert [one.name for one in of_sample("half_cleaned").pictures] == [PV_3]


def test_a_file_system_that_went_read_only_is_told_at_its_mounts():
    drawn = picture(of_scenario("read-only/two-pods-one-volume"), "pvc-11111111-aaaa-4bbb-8ccc-000000000001")
    mounts = on(drawn, "worker-1").mounts
    assert {one.part.state for one in mounts} == {State.WRONG}
    assert all(What.READ_ONLY in told(one.part) and one.part.findings for one in mounts)
    assert len(drawn.pods) == 2


def test_a_share_has_a_file_server_and_no_map():
    drawn = picture(of_scenario("mount-timeout/portal-down-all-nodes"), "pvc-11111111-aaaa-4bbb-8ccc-000000000001")
    server = device(drawn, "worker-1")
    assert drawn.lun.is_share
    assert drawn.lun.part.name.startswith("192.0.2.155:/")
    assert (server.kind, server.part.name, server.part.state) == (Kind.SHARE, "192.0.2.155:2049", State.DEAD)
    assert server.part.findings
    assert [one.part.state for one in on(drawn, "worker-1").mounts] == [State.MISSING]


def test_a_file_server_that_was_not_asked_is_unknown():
    drawn = picture(of_scenario("mount-timeout/no-active-probes"), "pvc-11111111-aaaa-4bbb-8ccc-000000000001")
    assert device(drawn, "worker-1").part.state is State.UNKNOWN


def test_ultrapath_holds_a_lun_without_map_or_paths():
    drawn = picture(of_scenario("ultrapath/fault-only"), "pvc-11111111-aaaa-4bbb-8ccc-000000000021")
    fault = device(drawn, "worker-1")
    assert (fault.kind, fault.part.state, fault.paths) == (Kind.ULTRAPATH, State.DEAD, ())
    assert value(fault.part, What.PATHS) == "0/2"
    assert fault.part.findings == drawn.findings


def test_an_nvme_volume_misses_a_namespace():
    drawn = picture(of_scenario("device-not-found/nvme-cli-too-old"), "pvc-99999999-aaaa-4bbb-8ccc-000000000009")
    assert (device(drawn, "worker-1").kind, device(drawn, "worker-1").part.state) == (Kind.NVME, State.MISSING)


def test_another_volume_that_is_mounted_in_its_place_is_not_taken_for_it():
    name = "pvc-99999999-aaaa-4bbb-8ccc-000000000001"
    seen = on(picture(of_scenario("mount-point/waiting-pod"), name), "worker-1")
    missing, foreign = seen.devices
    assert (missing.part.state, missing.paths) == (State.MISSING, ())
    assert (foreign.is_foreign, foreign.part.name, foreign.paths) == (True, "mpathc", ())
    (mount,) = seen.mounts
    assert (mount.part.state, told(mount.part)) == (State.WRONG, {What.OF_ANOTHER})
    assert [one.split("/")[0] for one in mount.part.findings] == ["mount-point-occupied"]


def test_a_lun_is_not_said_to_answer_through_another_volumes_device():
    name = "pvc-99999999-aaaa-4bbb-8ccc-000000000001"
    lun = picture(of_scenario("mount-point/waiting-pod"), name).lun
    assert (lun.part.state, told(lun.part)) == (State.UNKNOWN, set())


def test_an_attachment_without_publish_info_is_wrong():
    drawn = of_scenario("publish-info/about-to-fail").pictures[0]
    (attachment,) = drawn.attachments
    assert attachment.part.state is State.WRONG
    assert told(attachment.part) == {What.NO_PUBLISH_INFO}


@pytest.mark.parametrize("name", ["stale_fail", "demo", "outage", "path_down"])
def test_every_finding_of_a_picture_is_one_of_the_verdict(name: str):
    ids = {finding.id for finding in of_sample(name).verdict.findings}
    assert all(drawn.findings and set(drawn.findings) <= ids for drawn in of_sample(name).pictures)
