"""What a node hands over: bounded, the nearest to its findings first; next to nothing without one."""

from dataclasses import replace

import pytest

from analyzer.facts.driver import Driver
from analyzer.facts.logs import SignalHit, Signals
from analyzer.findings import Evidence
from analyzer.timeline.gathering import gather
from analyzer.timeline.hits import VolumeNames
from analyzer.timeline.telling import Given, tell
from tests.analyzer.timeline.told import Node, clock, finding, utc

PATHS = "2026-07-03T09:{minute:02}:00+0000 n1 multipathd[387]: map{minute}: remaining active paths: 0\n"
DETACH = (
    "2026-07-03 09:40:00.000000 1 [INFO]: [requestID:1] Start to controller unpublish volume fc.pvc-1 from node "
    '{"HostName":"n2"}\n'
)
CONTROLLER = "files/var/log/huawei/huawei-csi-controller"


def failing(*minutes: int) -> Node:
    return Node("n1", {"journal_multipathd": "".join(PATHS.format(minute=minute) for minute in minutes)})


def test_a_node_with_findings_hands_over_its_moments_up_to_the_limit():
    assert len(failing(*range(0, 50, 5)).told(finding("n1"), limit=6)) == 6


def test_the_latest_are_nearest():
    assert [one.at for one in failing(10, 20, 30).told(finding("n1"), limit=2)] == [utc("09:20:00"), utc("09:30:00")]


def test_what_a_finding_quotes_is_nearer_still():
    quote = Evidence("n1", "journal_multipathd", 1, 1, ())
    kept = failing(10, 20, 30).told(finding("n1", evidence=(quote,)), limit=2)
    assert [one.at for one in kept] == [utc("09:10:00"), utc("09:30:00")]


def test_a_node_without_findings_hands_over_the_latest_few():
    assert [one.at for one in failing(*range(0, 50, 5)).told()] == [
        utc(f"09:{minute}:00") for minute in (30, 35, 40, 45)
    ]


def test_what_the_controller_did_is_handed_over_without_findings():
    (one,) = Node("n1", {CONTROLLER: DETACH}).told()
    assert (one.saying, one.volumes, dict(one.values)) == ("driver-controller-unpublish", ("pvc-1",), {"host": "n2"})


def test_a_node_of_which_no_time_is_known_tells_nothing():
    assert replace(failing(10), clock=None, at="").told(finding("n1")) == []


def test_where_the_clock_does_not_tell_the_zone_the_journal_does():
    local = DETACH.replace("09:40", "17:40")
    assert Node("n1", {CONTROLLER: local}, clock=None).told(finding("n1")) == []
    journal = "2026-07-03T17:00:00+0800 n1 multipathd[387]: starting\n"
    (one,) = Node("n1", {CONTROLLER: local, "journal_multipathd": journal}, clock=None).told(finding("n1"))
    assert one.at == utc("09:40:00")


@pytest.mark.parametrize(
    ("version", "at", "certain"),
    [("", "01:40:00", False), ("4.12.0", "01:40:00", True), ("4.1.0", "09:40:00", True)],
)
def test_which_zone_the_driver_writes_depends_on_its_version(version: str, at: str, certain: bool):
    driver = Driver("csi.huawei.com", "huawei-csi", None, (), (), (version,) if version else ())
    node = Node("n1", {CONTROLLER: DETACH}, clock("2026-07-03T18:00:00+0800"), cluster={Driver: driver})
    (one,) = node.told(finding("n1"))
    assert (one.at, one.certain) == (utc(at), certain)


def test_a_log_too_strange_to_be_told_is_said_and_takes_nothing_down():
    facts = {**Node("n1").facts(), Signals: Signals((SignalHit("kernel-io-error", (), 1, "", "", ()),), ())}
    gathered = gather("n1", facts, (finding("n1"),), VolumeNames.of(None), 10)
    assert gathered.failed.startswith("n1: IndexError")
    told = tell(Given((gathered,), {}, VolumeNames.of(None), (finding("n1"),)))
    assert told.failed == (gathered.failed,)
