from __future__ import annotations

from dataclasses import replace

from analyzer.facts.block import Opener
from analyzer.facts.multipath import DaemonMap
from analyzer.facts.storage import DiskState, StorageMap
from analyzer.findings import Finding
from analyzer.rules.storage.map_queues_forever import map_queues_forever as rule
from tests.analyzer import dead_storage as given


def judged(*maps: StorageMap) -> list[Finding]:
    found = rule.judge("worker-1", given.storage(*maps), given.PRINTED, given.BINDINGS)
    return [one for one in found if isinstance(one, Finding)]


def daemon(queueing: str) -> DaemonMap:
    return DaemonMap("mpathb", given.WWID, "dm-1", "immediate", queueing, 0, "active", "300M", 1, given.span("x"))


def test_a_queueing_map_without_a_usable_path_is_reported() -> None:
    assert [one.subject for one in judged(given.dead_map(queues=True))] == [f"wwid:{given.WWID}"]


def test_it_names_who_hangs_in_it() -> None:
    stuck = (Opener(3665, "/dev/dm-1", "dd", given.span("block_openers")),)
    (finding,) = judged(given.dead_map(queues=True, openers=stuck, stuck_openers=stuck))
    assert "dd (pid 3665)" in finding.cause.en


def test_in_an_outage_it_is_folded_under_it_and_ends_by_itself_when_a_path_comes_back() -> None:
    dead = given.dead_map(queues=True)
    cut = replace(dead, disks=tuple(replace(disk, state=DiskState.UNREACHABLE) for disk in dead.disks))
    assert "array-unreachable" in [cause.rule for cause in rule.explained_by]
    assert ["ends by itself" in judged(one)[0].cause.en for one in (cut, dead)] == [True, False]


def test_a_map_that_queues_for_a_while_only_is_not_reported() -> None:
    assert judged(given.dead_map(queues=True, daemon=daemon("5 chk"))) == []


def test_a_healthy_map_that_would_queue_is_not_reported() -> None:
    dead = given.dead_map(queues=True)
    alive = replace(dead.disks[0], state=DiskState.ALIVE, kernel_state="A", path=None)
    assert judged(replace(dead, disks=(alive,))) == []


def test_a_map_that_does_not_queue_is_not_reported() -> None:
    assert judged(given.dead_map()) == []


def test_it_cannot_know_without_multipath_ll() -> None:
    assert "MultipathMaps" in [need.fact.__name__ for need in rule.needs if not need.optional]
