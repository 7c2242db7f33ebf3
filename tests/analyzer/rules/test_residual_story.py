"""How a residual came about: told only where it is proven, and never what ran or failed before the volume came."""

from dataclasses import replace

import pytest

from analyzer.facts.bindings import bind
from analyzer.facts.cluster import (
    ClusterNode,
    Condition,
    Event,
    Events,
    PersistentVolumes,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.host import Clock, DriverWwnFile, DriverWwnFiles
from analyzer.facts.logs import LogReach, SignalHit, Signals
from analyzer.rules.storage.story import Witnesses, told
from tests.analyzer.rules import device_facts as given

HANDLE = "san.vol-1"
CLOCK = Clock("2026-07-03T11:00:00+0000", 0, 9.0, given.SPAN)
ELSEWHERE = replace(given.attached(node="n2"), created="2026-07-03T10:20:00Z")
REACH = (
    LogReach("driver_logs", "files/var/log/huawei/huawei-csi-node", "2026-07-03 08:00:00.0", "2026-07-03 11:00:00.0"),
)


def story(
    *hits: SignalHit, node: ClusterNode = given.NODE, here: tuple[VolumeAttachment, ...] = (), **facts: object
) -> str:
    attachments = (*here, ELSEWHERE)
    witnesses = Witnesses(
        node="n1",
        host=given.HOST,
        bindings=bind(attachments, (given.VOLUME,), (), (node,)),
        attachments=VolumeAttachments(attachments),
        volumes=PersistentVolumes((given.VOLUME,)),
        events=Events(()),
        staged=given.UNKNOWN,
        signals=Signals(hits, ("driver_logs",), REACH),
        controller=given.UNKNOWN,
        clock=CLOCK,
    )
    says, _ = told(replace(witnesses, **facts), f"3{given.WWN}")  # type: ignore[arg-type]
    return says[0].en if says else ""


def at(signal: str, last: str, **fields: str) -> SignalHit:
    return given.hit(signal, last=f"2026-07-03 {last}", **fields)


def failed(when: str, reason: str = "NodeNotReady") -> Events:
    return Events((Event("default", "Node", "n1", "", reason, "", 1, when, when, given.SPAN),))


STAGED = at("driver-volume-staged", "10:00:00.0", handle=HANDLE)
UNPUBLISH = at("driver-controller-unpublish", "10:15:00.0", handle=HANDLE, node='{"HostName":"n1"}')
NOTHING_LISTED = at("driver-cleaner-volumes", "10:30:00.0", volumes="")


def test_nothing_proven_is_nothing_told():
    assert story() == ""


def test_the_nodes_failure_is_told_from_its_event():
    assert "NodeNotReady" in story(STAGED, events=failed("2026-07-03T10:10:00Z"))


@pytest.mark.parametrize("clock", [CLOCK, given.UNKNOWN])
def test_a_failure_before_the_volume_was_staged_or_that_cannot_be_ordered_is_not_told(clock: object):
    assert story(STAGED, events=failed("2026-07-03T09:00:00Z"), clock=clock) == ""


def test_the_nodes_clock_orders_log_and_event():
    east = replace(CLOCK, utc_offset_s=8 * 3600)
    assert "NodeNotReady" in story(STAGED, events=failed("2026-07-03T03:00:00Z"), clock=east)


def test_without_events_the_ready_condition_and_the_new_attachment_tell():
    ready = replace(given.NODE, conditions=(Condition("Ready", "True", "", "", "2026-07-03T10:40:00Z", ""),))
    assert "while this node was away" in story(node=ready)
    early = replace(given.NODE, conditions=(Condition("Ready", "True", "", "", "2026-07-03T08:00:00Z", ""),))
    assert story(node=early) == ""


def test_a_volume_that_is_wanted_here_has_no_failover():
    assert story(here=(given.attached(),), events=failed("2026-07-03T10:10:00Z")) == ""


def test_a_detach_without_an_unstage_is_told_as_the_reason():
    assert "never unstaged it" in story(STAGED, UNPUBLISH)


def test_an_unstage_that_is_in_the_log_is_not_denied():
    unstaged = at("driver-volume-unstaged", "10:14:00.0", handle=HANDLE)
    assert "never unstaged it" not in story(STAGED, UNPUBLISH, unstaged)


def test_a_log_that_does_not_reach_back_denies_nothing():
    late = Signals((UNPUBLISH,), ("driver_logs",), (replace(REACH[0], first="2026-07-03 10:16:00.0"),))
    assert "never unstaged it" not in story(signals=late)


@pytest.mark.parametrize("other", [{"node": '{"HostName":"n2"}'}, {"handle": "san.vol-2"}])
def test_a_detach_of_another_node_or_volume_does_not_matter(other: dict[str, str]):
    fields = {"handle": HANDLE, "node": '{"HostName":"n1"}'} | other
    assert story(at("driver-controller-unpublish", "10:15:00.0", **fields)) == ""


def test_an_unstage_without_a_device_left_it():
    unstaged = at("driver-volume-unstaged", "10:14:00.0", handle=HANDLE)
    assert "without knowing its device" in story(unstaged, at("driver-unstage-without-wwn", "10:14:00.0"))


def test_a_skipped_detach_is_told_of_its_own_volume_only():
    assert "skipped the detach" in story(at("driver-detach-skipped", "10:15:00.0", volume="vol-1"))
    assert story(at("driver-detach-skipped", "10:15:00.0", volume="vol-2")) == ""


def test_the_cleaner_of_a_new_kubelet_finds_nothing_in_its_folder():
    assert "another folder" in story(STAGED, NOTHING_LISTED)


def test_an_old_kubelet_gives_the_cleaner_no_such_excuse():
    assert "another folder" not in story(NOTHING_LISTED, node=replace(given.NODE, kubelet_version="v1.23.17"))


def test_a_kubelet_in_another_place_is_not_read_by_the_cleaner():
    note = DriverWwnFile("/data/kubelet/plugins/csi.huawei.com/disks/x.wwn", HANDLE, given.WWN, given.SPAN)
    assert "/data/kubelet" in story(NOTHING_LISTED, staged=DriverWwnFiles((note,)))


def test_a_cleaner_that_ran_before_the_volume_came_missed_nothing():
    assert story(STAGED, at("driver-cleaner-volumes", "09:00:00.0", volumes="")) == ""


def test_a_cleaner_that_gave_up_or_failed_is_told():
    assert "did not come to its end" in story(at("driver-cleaner-incomplete", "10:30:00.0", how="incomplete"))
    assert "busy" in story(at("driver-cleaner-failed", "10:30:00.0", handle=HANDLE, says="busy"))


def test_a_volume_whose_pv_is_gone_is_known_by_the_drivers_note_and_skipped_by_the_cleaner():
    note = DriverWwnFile("/var/lib/kubelet/plugins/csi.huawei.com/disks/x.wwn", HANDLE, given.WWN, given.SPAN)
    counted = at("driver-cleaner-count", "10:30:00.0", count="0")
    facts = {"volumes": PersistentVolumes(()), "attachments": VolumeAttachments(()), "staged": DriverWwnFiles((note,))}
    assert "PV is deleted" in story(counted, **facts)
