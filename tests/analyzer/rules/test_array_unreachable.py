from __future__ import annotations

from dataclasses import replace

from analyzer.facts.storage import DiskState, StorageMap, Transport
from analyzer.findings import Certainty, Finding
from analyzer.rules.storage.array_unreachable import array_unreachable as rule
from tests.analyzer import dead_storage as given


def judged(*maps: StorageMap) -> list[Finding]:
    found = rule.judge("worker-1", given.storage(*maps), given.PRINTED, given.BINDINGS)
    return [one for one in found if isinstance(one, Finding)]


def cut_off(**changes: object) -> StorageMap:
    dead = given.dead_map()
    lost = {"state": DiskState.UNREACHABLE, "transport": Transport.DOWN, **changes}
    return replace(dead, disks=tuple(replace(disk, **lost) for disk in dead.disks))  # type: ignore[arg-type]


def test_all_maps_of_one_array_are_one_finding_and_nothing_is_removed() -> None:
    (finding,) = judged(cut_off(), replace(cut_off(), wwid="3618cf24100f8f457016a764c000001f8"))
    assert (finding.certainty, finding.subject) == (
        Certainty.CONFIRMED,
        "array:iqn.2006-08.com.huawei:oceanstor:example",
    )
    assert all(step.command is None for step in finding.steps)


def test_a_lun_that_answers_but_is_served_on_no_path_is_out_of_reach_too() -> None:
    (finding,) = judged(cut_off(state=DiskState.ALIVE, transport=Transport.UP))
    assert finding.certainty is Certainty.LIKELY


def test_a_lun_that_was_taken_away_is_not_called_unreachable() -> None:
    assert judged(given.dead_map()) == []


def test_a_map_with_a_usable_path_is_not_reported() -> None:
    lost = cut_off()
    alive = replace(lost.disks[0], state=DiskState.ALIVE, kernel_state="A", path=None)
    assert judged(replace(lost, disks=(alive, lost.disks[1]))) == []


def test_it_cannot_know_without_multipath_ll() -> None:
    assert "MultipathMaps" in [need.fact.__name__ for need in rule.needs if not need.optional]
