"""Clocks: each against the time at which its node was asked, and against each other."""

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.host import Clock
from analyzer.facts.taken import ClusterTaken, NodeTaken
from analyzer.findings import Certainty, Finding, Inconclusive
from analyzer.judging import judge_cluster
from analyzer.rules.host.clock_skew import clock_skew as rule
from analyzer.runbook import Effect
from tests.analyzer.rules.host_facts import SPAN, UNKNOWN

AT = "2026-11-22T15:38:23Z"
RIGHT = "2026-11-22T15:38:25+0000"
BEHIND = "2026-11-22T15:28:25+0000"
AHEAD = "2026-11-22T18:38:25+0000"


def judged(*, at: str = AT, cluster: str = AT, **clocks: str | Unknown) -> list[Finding | Inconclusive]:
    """`clocks` are what each node says its time is."""
    said = {
        node: one if isinstance(one, Unknown) else Clock(one, 0, 9000.0, SPAN) for node, one in sorted(clocks.items())
    }
    facts: dict[type, object] = {
        Clock: Across(said),
        NodeTaken: Across({node: NodeTaken(node, at) for node in said}),
        ClusterTaken: ClusterTaken(cluster),
    }
    judgement = judge_cluster(facts, [rule])
    return [*judgement.findings, *judgement.inconclusive]


def test_clocks_that_are_right_are_left_alone():
    assert judged(n1=RIGHT, n2=RIGHT) == []


def test_another_zone_is_no_skew():
    assert judged(n1="2026-11-22T23:38:25+0800", n2="2026-11-22T10:38:25-0500") == []


def test_one_of_three_that_is_behind_is_confirmed():
    (finding,) = judged(n1=RIGHT, n2=BEHIND, n3=RIGHT)
    assert isinstance(finding, Finding)
    assert (finding.certainty, finding.nodes, finding.subject) == (Certainty.CONFIRMED, ("n2",), "node:n2")
    assert "about 10 min behind" in finding.title.en


def test_one_that_is_ahead_is_told_as_such():
    (finding,) = judged(n1=RIGHT, n2=AHEAD, n3=RIGHT)
    assert isinstance(finding, Finding)
    assert "3 h ahead" in finding.title.en


def test_of_two_nodes_the_collecting_host_may_be_wrong_instead():
    (finding,) = judged(n1=RIGHT, n2=BEHIND)
    assert isinstance(finding, Finding)
    assert finding.certainty is Certainty.LIKELY
    assert "collecting host" in finding.cause.en


def test_a_collecting_host_that_is_wrong_beside_nodes_that_agree_is_not_told_of_the_nodes():
    assert judged(n1=BEHIND, n2=BEHIND, n3=BEHIND) == []


def test_nodes_that_all_differ_have_no_middle_to_be_trusted():
    found = judged(n1=BEHIND, n2=AHEAD, n3=RIGHT)
    assert [one.certainty for one in found if isinstance(one, Finding)] == [Certainty.LIKELY, Certainty.LIKELY]


def test_a_node_that_told_its_time_late_is_not_ahead():
    assert judged(n1="2026-11-22T15:43:00+0000") == []


def test_less_than_a_minute_is_nothing():
    assert judged(n1="2026-11-22T15:37:30+0000") == []


def test_parts_made_by_hand_carry_no_time_of_the_asking():
    assert judged(n1=BEHIND, cluster="") == []
    assert judged(n1=BEHIND, at="") == []
    assert judged(n1=BEHIND, at="2026-11-20T15:38:23Z") == []


def test_a_node_without_its_clock_is_inconclusive():
    (gap,) = judged(n1=RIGHT, n2=UNKNOWN)
    assert isinstance(gap, Inconclusive)
    assert gap.node == "n2"


def test_no_command_sets_the_clock():
    (finding,) = judged(n1=BEHIND)
    assert isinstance(finding, Finding)
    assert all(step.command is None or step.effect is Effect.READS for step in finding.steps)
