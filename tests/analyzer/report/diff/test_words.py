"""What is said of a comparison: the first sentence, the notes of each matter, the repair of what is missing."""

from __future__ import annotations

import pytest

from analyzer.diff.comparing import Side
from analyzer.findings import Severity
from analyzer.report.diff.model import Difference, build
from bundle.capture import Status
from tests.analyzer.comparisons import DISK, MAP, OTHER_WWID, WWID, as_, compared, found, side

A, B = found(MAP, WWID, "w1"), found(MAP, OTHER_WWID, "w2")
C = found("map-queues-forever", "wwid:3" + "c" * 32, "w3")
NEW = found(DISK, "wwid:3" + "d" * 32, "w4")
BLIND_3 = {(C.rule, "w3"): Status.TIMEOUT}


def told(before: Side, after: Side, lang: str = "en") -> Difference:
    return build(compared(before, after), lang)  # type: ignore[arg-type]


def notes(before: Side, after: Side) -> tuple[str, ...]:
    return told(before, after).fates[0].changes[0].notes


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (side(A, B), side(), "All 2 findings are resolved, and nothing is new."),
        (side(A), side(), "The only finding is resolved, and nothing is new."),
        (side(), side(), "Nothing had been found before, and nothing is new."),
        (side(), side(A), "Nothing had been found before, 1 is new."),
        (side(A), side(A), "The only finding is still there."),
        (side(A), side(as_(A, Severity.CRITICAL), NEW), "The only finding is worse, 1 is new."),
        (side(A, B), side(A, B), "None of the 2 findings is resolved, 2 are still there."),
        (side(C), side(gaps=BLIND_3), "The only finding may be resolved or not; on w3 it cannot be told."),
        (
            side(A, B, C),
            side(B, NEW, gaps=BLIND_3),
            "1 of 3 findings is resolved, 1 is still there, 1 is new; on w3 it cannot be told.",
        ),
        (
            side(A, B, C),
            side(nodes=("w1",)),
            "1 of 3 findings is resolved; on w2 and w3 it cannot be told of 2.",
        ),
        (
            side(A),
            side(gaps=BLIND_3),
            "The only finding is resolved; whether anything is new on w3 cannot be told for certain.",
        ),
    ],
)
def test_the_first_sentence_says_how_much_is_resolved_left_new_and_untold(before: Side, after: Side, says: str) -> None:
    assert told(before, after).headline == says


def test_it_is_said_in_chinese() -> None:
    difference = told(side(A, B, C), side(B, NEW, gaps=BLIND_3), "zh")
    assert difference.headline == "3 个问题中 1 个已解决，1 个仍然存在，1 个为新出现；w3 上无法判断。"
    assert [group.word for group in difference.fates] == ["新出现", "仍然存在", "无法判断", "已解决"]


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        (side(A), side(), "clear"),
        (side(A), side(A), "error"),
        (side(C), side(gaps=BLIND_3), "unsure"),
        (side(A), side(gaps=BLIND_3), "unsure"),
    ],
)
def test_the_colour_is_that_of_the_worst_that_is_there(before: Side, after: Side, level: str) -> None:
    assert told(before, after).level == level


def test_what_is_left_of_a_map_is_named() -> None:
    assert notes(side(A), side(found(DISK, WWID, "w1"))) == (f"What is left of it: {DISK} {WWID}",)


def test_severity_certainty_and_pods_are_told_with_both_values() -> None:
    after = side(as_(found(MAP, WWID, "w1", pods=3), Severity.CRITICAL))
    assert notes(side(A), after) == ("More severe: error before, critical now.", "Pods concerned: 0 before, 3 now.")


def test_the_nodes_on_which_it_is_resolved_are_told() -> None:
    wide = found("mount-timeout-portal-unreachable", "portal:192.0.2.9", "w1", "w2", "w3")
    after = side(found(wide.rule, wide.subject, "w2"))
    assert notes(side(wide), after) == ("Still there on w2.", "Resolved on w1 and w3.")


def test_a_symptom_that_changed_its_cause_says_so() -> None:
    symptom = found("fc-device-not-found", "pv:pvc-1", "w1")
    change = told(side(A.explaining(symptom.id), symptom), side(B.explaining(symptom.id), symptom))
    said = [note for group in change.fates for one in group.changes for note in one.notes]
    assert said == []  # another map is the same kind of cause
    alone = told(side(A.explaining(symptom.id), symptom), side(symptom))
    assert alone.fates[0].changes[0].notes == (f"No longer a symptom of: {MAP} {WWID}.",)


def test_what_is_missing_is_told_with_its_repair() -> None:
    (change,) = told(side(C), side(gaps=BLIND_3)).fates[0].changes
    (missing,) = change.missing[0].missing
    assert (missing.probe, missing.status_word) == ("multipath_ll", "timed out")
    assert "longer --node-timeout" in missing.repair


def test_a_node_that_is_missing_and_a_rule_that_is_unknown_have_their_repair_too() -> None:
    assert notes(side(C), side(nodes=("w1",))) == ("Not collected afterwards: w3. Collect it as well.",)
    assert "made by another version" in notes(side(C), side(unknown=[C.rule]))[0]


def test_what_may_be_wrong_with_the_question_is_said_first() -> None:
    late, early = side(started="2026-07-03T12:00:00Z"), side(started="2026-07-03T10:00:00Z", boots={"w1": "2"})
    assert told(late, early).notices == (
        "The first was collected after the second: are they given in the right order?",
        "Restarted in between: w1.",
    )
    assert told(early, early).notices == ("Both are of one and the same bundle: nothing was collected in between.",)


def test_a_new_finding_names_what_concerned_its_volume_before() -> None:
    before, after = found("attach-failed", "pv:pvc-1"), found("volume-read-only-after-io-error", "pv:pvc-1", "w1")
    assert notes(side(before), side(after)) == ("The same volume was concerned before by: attach-failed pv:pvc-1",)
