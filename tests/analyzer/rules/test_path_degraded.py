from __future__ import annotations

from dataclasses import replace

from analyzer.facts import Unknown
from analyzer.facts.storage import DiskState, StorageMap, Transport
from analyzer.facts.transport import AdmSession, AdmSessions
from analyzer.findings import Finding
from analyzer.rules.storage.path_degraded import path_degraded as rule
from bundle.capture import Status
from tests.analyzer import dead_storage as given

SESSION = AdmSession(
    11, "iqn", "192.0.2.20:3260,2", "TRANSPORT WAIT", "FREE", "REOPEN", 2, (), given.span("iscsiadm_session")
)
NO_SESSIONS = Unknown("iscsiadm_session", Status.ABSENT, "not installed")


def judged(*maps: StorageMap, sessions: AdmSessions | Unknown = NO_SESSIONS) -> list[Finding]:
    found = rule.judge("worker-1", given.storage(*maps), given.PRINTED, sessions, given.BINDINGS)
    return [one for one in found if isinstance(one, Finding)]


def degraded(**lost: object) -> StorageMap:
    dead = given.dead_map()
    alive = replace(dead.disks[1], state=DiskState.ALIVE, kernel_state="A", path=None)
    return replace(dead, disks=(replace(dead.disks[0], **lost), alive))  # type: ignore[arg-type]


def test_all_maps_that_lost_one_link_are_one_finding_named_after_its_portal() -> None:
    cut = degraded(state=DiskState.UNREACHABLE, transport=Transport.DOWN)
    (finding,) = judged(cut, replace(cut, wwid="3618cf24100f8f457016a764c000001f8"), sessions=AdmSessions((SESSION,)))
    assert finding.subject == "portal:192.0.2.20:3260"


def test_a_path_lost_although_its_link_is_up_is_told_of_its_map() -> None:
    assert [one.subject for one in judged(degraded(state=DiskState.GONE))] == [f"wwid:{given.WWID}"]


def test_nothing_is_removed_from_a_map_that_works() -> None:
    (finding,) = judged(degraded(state=DiskState.GONE))
    assert all(step.command is None for step in finding.steps)


def test_a_map_without_any_usable_path_is_not_called_degraded() -> None:
    assert judged(given.dead_map()) == []


def test_it_cannot_know_without_multipath_ll() -> None:
    assert "MultipathMaps" in [need.fact.__name__ for need in rule.needs if not need.optional]
