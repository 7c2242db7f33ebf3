from __future__ import annotations

from dataclasses import replace

from analyzer.facts import Unknown
from analyzer.facts.storage import DiskState, StorageMap, Transport
from analyzer.facts.transport import AdmSession, AdmSessions, FcPort, FcPorts
from analyzer.findings import Finding
from analyzer.rules.storage.path_degraded import path_degraded as rule
from bundle.capture import Status
from tests.analyzer import dead_storage as given

SESSION = AdmSession(
    11, "iqn", "192.0.2.20:3260,2", "TRANSPORT WAIT", "FREE", "REOPEN", 2, (), given.span("iscsiadm_session")
)
NO_SESSIONS = Unknown("iscsiadm_session", Status.ABSENT, "not installed")
NO_PORTS = Unknown("sysfs_fc", Status.ABSENT, "no such folder")
TARGETS = ("20080022a10bc14f", "20180022a10bc14f")


def judged(
    *maps: StorageMap, sessions: AdmSessions | Unknown = NO_SESSIONS, ports: FcPorts | Unknown = NO_PORTS
) -> list[Finding]:
    found = rule.judge("worker-1", given.storage(*maps), given.PRINTED, sessions, given.BINDINGS, ports)
    return [one for one in found if isinstance(one, Finding)]


def degraded(**lost: object) -> StorageMap:
    dead = given.dead_map()
    alive = replace(dead.disks[1], state=DiskState.ALIVE, kernel_state="A", path=None)
    return replace(dead, disks=(replace(dead.disks[0], **lost), alive))  # type: ignore[arg-type]


def test_all_maps_that_lost_one_link_are_one_finding_named_after_its_portal() -> None:
    cut = degraded(state=DiskState.UNREACHABLE, transport=Transport.DOWN)
    (finding,) = judged(cut, replace(cut, wwid="3618cf24100f8f457016a764c000001f8"), sessions=AdmSessions((SESSION,)))
    assert finding.subject == "portal:192.0.2.20:3260"


def own_port(state: str) -> FcPorts:
    own = FcPort(2, "host2", "0x21000024ff7ee1f5", state, None, None, given.span("sysfs_fc"))
    return FcPorts((own,), ())


def over_fc(target: str) -> StorageMap:
    """One disk of host 2 is cut off from this port of the array."""
    cut = degraded(state=DiskState.UNREACHABLE, transport=Transport.DOWN, target=target)
    device = replace(cut.disks[0].device, session=None)
    return replace(cut, wwid=f"3{target}", disks=(replace(cut.disks[0], device=device), *cut.disks[1:]))


def test_what_is_lost_with_the_hosts_own_port_is_one_finding_that_names_it_with_its_state() -> None:
    (finding,) = judged(*map(over_fc, TARGETS), ports=own_port("Linkdown"))
    assert finding.subject == "link:host2"
    assert finding.cause.en.startswith("This host's port host2 (WWPN 21000024ff7ee1f5) is Linkdown")
    assert [one.source for one in finding.evidence].count("sysfs_fc") == 1


def test_with_the_hosts_own_port_online_the_arrays_ports_are_named_and_where_the_fault_is_not() -> None:
    found = judged(*map(over_fc, TARGETS), ports=own_port("Online"))
    assert [one.subject for one in found] == [f"link:{target}" for target in TARGETS]
    assert all("host2 (WWPN 21000024ff7ee1f5) is Online" in one.cause.en for one in found)


def test_without_the_hosts_ports_the_arrays_port_is_all_there_is_to_name() -> None:
    assert [one.subject for one in judged(over_fc(TARGETS[0]))] == [f"link:{TARGETS[0]}"]


def test_a_path_lost_although_its_link_is_up_is_told_of_its_map() -> None:
    assert [one.subject for one in judged(degraded(state=DiskState.GONE))] == [f"wwid:{given.WWID}"]


def test_nothing_is_removed_from_a_map_that_works() -> None:
    (finding,) = judged(degraded(state=DiskState.GONE))
    assert all(step.command is None for step in finding.steps)


def test_a_map_without_any_usable_path_is_not_called_degraded() -> None:
    assert judged(given.dead_map()) == []


def test_it_cannot_know_without_multipath_ll() -> None:
    assert "MultipathMaps" in [need.fact.__name__ for need in rule.needs if not need.optional]
