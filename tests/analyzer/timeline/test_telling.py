"""From what nodes and objects tell to one timeline: clocks set right, what concerns the findings, caps, strangers."""

from dataclasses import replace

import pytest

from analyzer.facts import Span
from analyzer.facts.cluster import ClusterNode, ClusterNodes, Condition, Event, Events
from analyzer.facts.taken import ClusterTaken
from analyzer.timeline.gathering import limit_of
from analyzer.timeline.moments import Kind
from analyzer.timeline.telling import MOST
from tests.analyzer.timeline.told import Node, clock, finding, said, timeline, utc

MULTIPATHD = "{time} {node} multipathd[387]: mpathb: remaining active paths: 0\n"
NOT_READY = Event(
    "default",
    "Node",
    "n1",
    "",
    "NodeNotReady",
    "x",
    1,
    "2026-07-03T09:40:00Z",
    "",
    Span("cluster/events.json", 1, 1, ()),
)


def lost_paths(node: str, time: str, said_at: str = "2026-07-03T10:00:00+0000", **more: object) -> Node:
    return Node(node, {"journal_multipathd": MULTIPATHD.format(time=time, node=node)}, clock(said_at), **more)


def ready(since: str, status: str = "True", reason: str = "KubeletReady") -> ClusterNodes:
    condition = Condition("Ready", status, reason, "", since, "2026-07-03T09:30:00Z")
    return ClusterNodes(
        (ClusterNode("n1", "n1", (), status, "", "", Span("cluster/nodes.json", 1, 1, ("x",)), (condition,)),)
    )


def order(*nodes: Node) -> list[str]:
    return [moment.node for moment in timeline(*nodes).moments if moment.kind is Kind.MULTIPATHD]


def test_two_clocks_ten_minutes_apart_are_put_in_the_right_order():
    behind = lost_paths("n1", "2026-07-03T09:41:00+0000", said_at="2026-07-03T09:50:00+0000")  # at 09:51
    right = lost_paths("n2", "2026-07-03T09:45:00+0000")
    assert order(behind, right) == ["n2", "n1"]
    told = timeline(behind, right)
    assert told.set_right == (("n1", -600),)
    assert [one.at for one in told.moments if one.kind is Kind.MULTIPATHD] == [utc("09:45:00"), utc("09:51:00")]
    assert all(one.certain for one in told.moments)


def test_zones_make_no_difference():
    assert order(
        lost_paths("n1", "2026-07-03T17:46:00+0800", said_at="2026-07-03T18:00:00+0800"),
        lost_paths("n2", "2026-07-03T04:45:00-0500", said_at="2026-07-03T05:00:00-0500"),
    ) == ["n2", "n1"]


def test_a_single_clock_that_is_wrong_is_corrected_but_it_may_be_the_collecting_hosts():
    told = timeline(lost_paths("n1", "2026-07-03T09:41:00+0000", said_at="2026-07-03T09:50:00+0000"))
    assert [(one.at, one.certain) for one in told.moments if one.kind is Kind.MULTIPATHD] == [(utc("09:51:00"), False)]


def test_where_three_nodes_agree_the_collecting_host_is_wrong_and_the_cluster_is_as_the_nodes():
    said_at = "2026-07-03T11:00:00+0000"
    nodes = [lost_paths(name, "2026-07-03T10:45:00+0000", said_at=said_at) for name in ("n1", "n2", "n3")]
    event = replace(NOT_READY, first="2026-07-03T10:44:00Z")
    told = timeline(*nodes, events=Events((event,)))
    assert next(one.at for one in told.moments if one.says.en == "n1 went NotReady") == utc("09:44:00")


def test_a_node_that_did_not_tell_its_time_is_uncertain():
    node = replace(lost_paths("n1", "2026-07-03T09:41:00+0000"), clock=None)
    told = timeline(node, lost_paths("n2", "2026-07-03T09:45:00+0000"))
    assert [(one.node, one.certain) for one in told.moments if one.kind is Kind.MULTIPATHD] == [
        ("n1", False),
        ("n2", True),
    ]


def test_parts_made_by_hand_are_uncertain():
    nodes = [lost_paths(name, "2026-07-03T09:41:00+0000", at="") for name in ("n1", "n2")]
    told = timeline(*nodes, taken=ClusterTaken(""))
    assert not any(one.certain for one in told.moments)


def test_one_clock_alone_needs_no_other():
    told = timeline(lost_paths("n1", "2026-07-03T09:41:00+0000"), taken=ClusterTaken(""))
    assert all(one.certain for one in told.moments)


def test_a_clock_that_was_never_set_is_corrected_too():
    node = Node(
        "n1", {"kernel_log": "[   60.000000] XFS (dm-0): Filesystem has been shut down due to log error (0x2).\n"}
    )
    node.clock = clock("1970-01-01T00:10:00+0000", uptime_s=600.0)
    assert [one.at for one in timeline(node).moments if one.kind is Kind.KERNEL] == [utc("09:51:00")]


def test_an_event_and_the_condition_it_tells_of_are_one():
    event = replace(NOT_READY, reason="NodeReady", first="2026-07-03T09:40:03Z")
    told = timeline(Node("n1"), events=Events((event,)), nodes=ready("2026-07-03T09:40:00Z"))
    assert said(told) == ["n1 became Ready"]


def test_a_node_that_the_control_plane_gave_up_says_so():
    told = timeline(Node("n1"), nodes=ready("2026-07-03T09:40:00Z", "Unknown", "NodeStatusUnknown"))
    assert said(told) == [
        "n1 reported to the API server for the last time",
        "n1 stopped answering the API server (NodeStatusUnknown)",
    ]


def test_an_event_of_a_kubelet_is_dated_by_its_nodes_clock():
    rebooted = replace(NOT_READY, reason="Rebooted", node="n1", first="2026-07-03T09:30:00Z")
    node = replace(Node("n1"), clock=clock("2026-07-03T09:50:00+0000"))
    told = timeline(node, Node("n2"), events=Events((rebooted,)))
    assert next(one.at for one in told.moments if "new boot" in one.says.en) == utc("09:40:00")


def test_what_is_to_come_and_what_was_years_ago_is_left_out():
    for wrong in ("2026-07-03T12:00:00Z", "2020-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "soon", ""):
        assert said(timeline(Node("n1"), events=Events((replace(NOT_READY, first=wrong, last=wrong),)))) == []


def test_other_nodes_troubles_are_not_told():
    nodes = lost_paths("n1", "2026-07-03T09:41:00+0000"), lost_paths("n2", "2026-07-03T09:42:00+0000")
    told = timeline(*nodes, findings=(finding("n1"),))
    assert {moment.node for moment in told.moments} == {"n1", ""}


def test_without_a_finding_there_are_the_bad_moments_and_no_story():
    told = timeline(lost_paths("n1", "2026-07-03T09:41:00+0000"), findings=())
    assert said(told) == ["No path was left to mpathb"]
    assert told.story.sentences == ()


def test_what_concerns_the_findings_less_is_left_out_and_counted():
    times = [f"2026-07-03T{minute // 60:02}:{minute % 60:02}:00+0000" for minute in range(0, 590, 3)]
    log = "".join(
        MULTIPATHD.format(time=time, node="n").replace("mpathb", f"m{number}") for number, time in enumerate(times)
    )
    told = timeline(*(Node(name, {"journal_multipathd": log}) for name in ("n1", "n2", "n3")))
    assert len(told.moments) == MOST
    assert told.left_out == 3 * (len(times) + 1) + 1 - MOST  # every node booted, and it was collected


def test_each_node_of_a_great_fleet_hands_over_less():
    assert [limit_of(nodes) for nodes in (0, 1, 250, 5_000, 100_000)] == [200, 200, 100, 5, 4]


@pytest.mark.parametrize("evil", ["{node}", "{0.__class__}", "%s", "\x1b[2J", "<b>", "\u202e", "}{", "'; rm -rf /"])
def test_a_strangers_words_are_words(evil: str):
    event = replace(NOT_READY, reason="FailedX", message=evil, name="n1", first="2026-07-03T09:40:00Z")
    (says,) = said(timeline(Node("n1"), events=Events((event,))))
    assert says == f"n1: FailedX: {evil}"


def test_an_event_that_was_seen_often_gives_its_message_as_the_latest():
    event = replace(NOT_READY, reason="FailedX", message="timeout", first="2026-07-03T09:40:00Z", count=9)
    assert said(timeline(Node("n1"), events=Events((event,)))) == ['n1: FailedX: the latest message is "timeout"']


def test_an_endless_message_is_cut():
    event = replace(NOT_READY, reason="FailedX", message="a/b " * 100_000)
    (says,) = said(timeline(Node("n1"), events=Events((event,))))
    assert len(says) < 300


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-0800", "0001-01-01T00:00:00+0800", "2026-07-03T10:00:00+9959"])
def test_a_clock_from_another_age_takes_nothing_down(time: str):
    nodes = [lost_paths(name, "2026-07-03T09:41:00+0000", said_at=time) for name in ("n1", "n2", "n3")]
    assert timeline(*nodes, events=Events((NOT_READY,))).moments


def test_the_boot_and_the_collecting_are_moments_too():
    told = timeline(Node("n1"))
    kinds = [(utc("09:00:00"), Kind.NODE_START), (utc("10:00:00"), Kind.COLLECTED)]
    assert [(one.at, one.kind) for one in told.moments] == kinds
