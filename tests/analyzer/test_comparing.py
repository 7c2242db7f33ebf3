"""What became of each finding: resolved, still there, worse, better, new, or not to be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.diff.comparing import Fate, NothingInCommonError
from analyzer.diff.doubts import Why
from analyzer.findings import Certainty, Finding, Severity
from bundle.capture import Status
from tests.analyzer.comparisons import (
    DISK,
    MAP,
    MODULE,
    OTHER_WWID,
    WWID,
    as_,
    changes,
    compared,
    found,
    side,
    the_change,
)

A_MAP = found(MAP, WWID, "w1")
WIDE = found("mount-timeout-portal-unreachable", "portal:192.0.2.9", "w1", "w2", "w3", "w4", "w5")
FALLBACK = "pod-waits-for-volume"


def fates(*before: Finding, after: tuple[Finding, ...]) -> list[Fate]:
    return [change.fate for change in changes(side(*before), side(*after))]


def test_a_finding_that_was_judged_again_and_is_gone_is_resolved() -> None:
    change = the_change(side(A_MAP), side())
    assert (change.fate, change.resolved_on) == (Fate.RESOLVED, ("w1",))


def test_a_finding_that_is_found_again_is_still_there() -> None:
    assert fates(A_MAP, after=(A_MAP,)) == [Fate.STILL_THERE]


def test_another_device_under_the_same_rule_is_another_matter() -> None:
    assert fates(A_MAP, after=(found(MAP, OTHER_WWID, "w1"),)) == [Fate.NEW, Fate.RESOLVED]


def test_the_same_name_on_another_node_is_another_matter() -> None:
    before, after = found(MODULE, "module:iscsi_tcp", "w1"), found(MODULE, "module:iscsi_tcp", "w2")
    assert fates(before, after=(after,)) == [Fate.NEW, Fate.RESOLVED]


def test_five_nodes_that_became_two_are_one_matter_resolved_on_three() -> None:
    change = the_change(side(WIDE), side(replace(WIDE, nodes=("w2", "w5"))))
    assert change.fate is Fate.STILL_THERE
    assert (change.still_on, change.resolved_on) == (("w2", "w5"), ("w1", "w3", "w4"))


def test_one_finding_that_is_told_as_two_is_still_one_matter() -> None:
    change = the_change(side(WIDE), side(replace(WIDE, nodes=("w1",)), replace(WIDE, nodes=("w2",))))
    assert (len(change.after), change.still_on) == (2, ("w1", "w2"))


def test_two_findings_that_are_told_as_one_are_both_still_there() -> None:
    change = the_change(side(replace(WIDE, nodes=("w1",)), replace(WIDE, nodes=("w2",))), side(WIDE))
    assert (len(change.before), change.still_on) == (2, ("w1", "w2"))


def test_of_the_nodes_that_were_not_judged_again_it_cannot_be_told() -> None:
    after = side(replace(WIDE, nodes=("w2",)), nodes=("w1", "w2", "w3"), gaps={(WIDE.rule, "w3"): Status.TIMEOUT})
    change = the_change(side(WIDE), after)
    assert (change.fate, change.still_on, change.resolved_on) == (Fate.STILL_THERE, ("w2",), ("w1",))
    assert [(doubt.node, doubt.why) for doubt in change.doubts] == [
        ("w3", Why.MISSING),
        ("w4", Why.NO_NODE),
        ("w5", Why.NO_NODE),
    ]


@pytest.mark.parametrize("status", [one for one in Status if not one.is_knowledge])
def test_what_was_not_judged_again_is_never_resolved(status: Status) -> None:
    change = the_change(side(A_MAP), side(gaps={(MAP, "w1"): status}))
    assert change.fate is Fate.CANNOT_TELL
    assert change.doubts[0].missing[0].status is status


def test_a_node_that_was_not_collected_again_is_never_resolved() -> None:
    change = the_change(side(A_MAP), side(nodes=("w2",)))
    assert (change.fate, change.doubts[0].why) == (Fate.CANNOT_TELL, Why.NO_NODE)


def test_a_rule_that_the_second_version_does_not_know_is_never_resolved() -> None:
    change = the_change(side(A_MAP), side(unknown=[MAP]))
    assert (change.fate, change.doubts[0].why) == (Fate.CANNOT_TELL, Why.NO_RULE)


def test_a_rule_of_the_cluster_that_lacks_its_objects_is_never_resolved() -> None:
    lost = found("attach-never-requested", "pv:pvc-1", "w1")
    change = the_change(side(lost), side(gaps={(lost.rule, ""): Status.DENIED}))
    assert (change.fate, change.doubts[0].node) == (Fate.CANNOT_TELL, "")


def test_a_rule_of_the_cluster_needs_no_answer_of_a_node_that_it_does_not_look_at() -> None:
    claim = found("claim-pending", "claim:shop/data", "w1")
    assert the_change(side(claim), side(nodes=("w2",))).fate is Fate.RESOLVED


@pytest.mark.parametrize("after", [side(nodes=("w2",)), side(gaps={(MAP, "w1"): Status.UNREACHABLE})])
def test_a_rule_that_compares_nodes_says_nothing_of_those_that_did_not_answer(after) -> None:
    twins = found("duplicate-initiator", "initiator:iscsi", "w1", "w2")
    change = the_change(side(twins), after)
    assert (change.fate, change.resolved_on) == (Fate.CANNOT_TELL, ("w2",))


@pytest.mark.parametrize(
    ("now", "fate"),
    [
        (as_(A_MAP, Severity.CRITICAL), Fate.WORSE),
        (as_(A_MAP, Severity.CRITICAL, Certainty.POSSIBLE), Fate.WORSE),
        (as_(A_MAP, Severity.WARNING), Fate.BETTER),
        (as_(A_MAP, Severity.ERROR, Certainty.LIKELY), Fate.BETTER),
        (found(MAP, WWID, "w1", pods=1), Fate.WORSE),
        (as_(found(MAP, WWID, "w1", pods=1), Severity.INFO), Fate.WORSE),
    ],
)
def test_severity_comes_first_then_certainty_and_more_pods_are_always_worse(now: Finding, fate: Fate) -> None:
    assert the_change(side(A_MAP), side(now)).fate is fate


def test_a_surer_finding_is_worse_and_a_less_sure_one_is_better() -> None:
    likely = as_(A_MAP, Severity.ERROR, Certainty.LIKELY)
    assert fates(likely, after=(A_MAP,)) == [Fate.WORSE]
    assert fates(A_MAP, after=(likely,)) == [Fate.BETTER]


def test_more_nodes_are_worse_only_where_they_had_been_judged() -> None:
    two = replace(WIDE, nodes=("w1", "w2"))
    assert the_change(side(replace(WIDE, nodes=("w1",))), side(two)).added_on == ("w2",)
    assert fates(replace(WIDE, nodes=("w1",)), after=(two,)) == [Fate.WORSE]
    blind = side(replace(WIDE, nodes=("w1",)), gaps={(WIDE.rule, "w2"): Status.DENIED})
    change = the_change(blind, side(two))
    assert (change.fate, change.unseen_on) == (Fate.STILL_THERE, ("w2",))


def test_what_is_new_where_nothing_was_judged_before_may_be_old() -> None:
    assert the_change(side(), side(A_MAP)).added_on == ("w1",)
    assert the_change(side(gaps={(MAP, "w1"): Status.DENIED}), side(A_MAP)).unseen_on == ("w1",)
    claim = found("claim-pending", "claim:shop/data")
    assert the_change(side(gaps={(claim.rule, ""): Status.DENIED}), side(claim)).unseen_on == ("",)


def test_disks_that_lost_their_map_are_what_is_left_of_it() -> None:
    change = the_change(side(A_MAP), side(found(DISK, WWID, "w1")))
    assert (change.fate, change.is_told_by_another_rule) == (Fate.STILL_THERE, True)


NOTE = as_(found("wwn-file-leftover", "wwn:618CF24100F8F457015A764C000001F7", "w1"), Severity.INFO)


def test_a_map_of_which_only_the_drivers_note_is_left_is_resolved() -> None:
    change = the_change(side(A_MAP), side(NOTE))
    assert (change.fate, change.resolved_on, change.after) == (Fate.RESOLVED, ("w1",), (NOTE,))
    assert compared(side(A_MAP), side(NOTE)).is_over


def test_a_note_proves_nothing_where_the_rule_was_not_judged_again() -> None:
    assert the_change(side(A_MAP), side(NOTE, gaps={(MAP, "w1"): Status.TIMEOUT})).fate is Fate.CANNOT_TELL


def test_the_same_device_on_another_node_is_not_what_is_left() -> None:
    assert fates(A_MAP, after=(found(DISK, WWID, "w2"),)) == [Fate.NEW, Fate.RESOLVED]


def test_what_is_left_stands_for_the_cause_and_not_for_its_symptom() -> None:
    symptom = found("map-queues-forever", WWID, "w1")
    assert fates(A_MAP.explaining(symptom.id), symptom, after=(found(DISK, WWID, "w1"),)) == [
        Fate.STILL_THERE,
        Fate.RESOLVED,
    ]


def test_a_volume_whose_pod_moved_is_one_matter() -> None:
    change = the_change(side(found("attach-failed", "pv:pvc-1", "w1")), side(found("attach-failed", "pv:pvc-1", "w2")))
    assert (change.fate, change.resolved_on, change.added_on) == (Fate.STILL_THERE, ("w1",), ("w2",))


def test_a_subject_that_only_repeats_the_node_is_the_same_as_one_of_several() -> None:
    rule = "csi-node-plugin-not-running"
    change = the_change(side(found(rule, "workload:node", "w1", "w2")), side(found(rule, "node:w2", "w2")))
    assert (change.fate, change.resolved_on) == (Fate.STILL_THERE, ("w1",))


DISK_B, DISK_C = (found("volume-still-formatting", f"disk:{name}", "w1") for name in ("sdb", "sdc"))


def test_a_disks_name_means_another_disk_after_a_restart() -> None:
    assert fates(DISK_B, after=(DISK_C,)) == [Fate.NEW, Fate.RESOLVED]
    for boots in ({"w1": "boot-2"}, {}):
        assert the_change(side(DISK_B), side(DISK_C, boots=boots)).fate is Fate.STILL_THERE
    assert compared(side(), side(boots={"w1": "boot-2", "w2": "boot-1"})).restarted == ("w1",)


def test_a_wwid_means_the_same_disk_after_a_restart() -> None:
    after = side(found(MAP, OTHER_WWID, "w1"), boots={"w1": "boot-2"})
    assert [change.fate for change in changes(side(A_MAP), after)] == [Fate.NEW, Fate.RESOLVED]


def test_a_pod_that_waited_without_a_reason_waits_still_when_the_reason_is_known() -> None:
    waits, refused = found(FALLBACK, "pod:shop/app-0", "w1", pods=1, pv="pvc-1"), found("attach-failed", "pv:pvc-1")
    change = the_change(side(waits), side(refused))
    assert (change.fate, change.is_told_by_another_rule) == (Fate.STILL_THERE, True)


def test_a_pod_that_waited_is_resolved_when_no_finding_concerns_its_volume() -> None:
    waits = found(FALLBACK, "pod:shop/app-0", "w1", pods=1, pv="pvc-1")
    assert fates(waits, after=(found("attach-failed", "pv:pvc-2"),)) == [Fate.NEW, Fate.RESOLVED]


def test_it_is_over_when_all_is_resolved_and_nothing_went_unjudged() -> None:
    assert compared(side(A_MAP), side()).is_over
    assert compared(side(), side()).is_over
    assert not compared(side(A_MAP), side(A_MAP)).is_over
    assert not compared(side(), side(A_MAP)).is_over


def test_something_new_may_hide_where_a_rule_is_not_judged_any_more() -> None:
    comparison = compared(side(A_MAP), side(gaps={(DISK, "w2"): Status.TIMEOUT}))
    assert [(doubt.rule, doubt.node) for doubt in comparison.unjudged] == [(DISK, "w2")]
    assert not comparison.is_over
    never = {(DISK, "w2"): Status.TIMEOUT}
    assert compared(side(A_MAP, gaps=never), side(gaps=never)).is_over


def test_sides_that_share_no_node_are_refused() -> None:
    for nodes in (("x1",), ()):
        with pytest.raises(NothingInCommonError):
            compared(side(A_MAP), side(nodes=nodes))


def test_the_order_of_collecting_is_noticed() -> None:
    early, late = side(started="2026-07-03T10:00:00Z"), side(started="2026-07-03T12:00:00+0100")
    assert (compared(early, late).is_swapped, compared(late, early).is_swapped) == (False, True)
    assert compared(early, early).is_same
    assert not compared(side(started="yesterday"), early).is_swapped


def test_the_worst_comes_first_and_the_order_of_what_was_found_does_not_matter() -> None:
    gone, there = found(MODULE, "module:iscsi_tcp", "w3"), found(MAP, OTHER_WWID, "w2")
    before = side(A_MAP, gone, there)
    after = side(found(MAP, WWID, "w1", pods=2), there, found(DISK, "wwid:3" + "a" * 32, "w4"))
    assert [change.fate for change in changes(before, after)] == [
        Fate.WORSE,
        Fate.NEW,
        Fate.STILL_THERE,
        Fate.RESOLVED,
    ]
