"""An iSCSI device that was not found: its cause by evidence, in order, and honest when nothing tells."""

from dataclasses import replace

import pytest

from analyzer.facts.block import LunReports, ReportedLuns
from analyzer.facts.cluster import PersistentVolumes, VolumeAttachments
from analyzer.facts.host import PortalChecks
from analyzer.facts.logs import SignalHit
from analyzer.facts.storage import Disk, DiskState, NodeStorage
from analyzer.facts.transport import IscsiSession, IscsiSessions
from analyzer.findings import Certainty, Inconclusive
from analyzer.rules.iscsi.iscsi_device_not_found import iscsi_device_not_found as rule
from analyzer.runbook import Effect
from tests.analyzer import dead_storage
from tests.analyzer.rules import device_facts as given

FAILED = given.stage_failed("VolumeDeviceNotFound")
LOGGED_IN = IscsiSessions((IscsiSession("session1", 2, "LOGGED_IN", given.IQN, given.SPAN),))
OTHER_SESSION = IscsiSessions((IscsiSession("session1", 2, "LOGGED_IN", "iqn.other", given.SPAN),))
UNREACHABLE = given.hit("driver-portal-unreachable", portal="192.0.2.10:3260")


def disk(state: DiskState, lun: str = "1", wwid: str = "naa.618cf24100f8f457099a764c00000999") -> Disk:
    device = dead_storage.block("sdb", wwid=wwid, hctl=f"2:0:0:{lun}")
    return replace(dead_storage.dead_disk(), device=device, state=state, target=given.IQN)


def storage(*disks: Disk) -> NodeStorage:
    return NodeStorage((), disks)


def test_without_any_evidence_it_is_possible_and_lists_what_it_may_be():
    finding = given.found(rule, FAILED)
    assert (finding.certainty, finding.subject) == (Certainty.POSSIBLE, "pv:pvc-1")
    assert all(word in finding.cause.en for word in ("network", "login", "mapping", "multipath"))


def test_a_residual_under_the_same_lun_number_of_the_same_target_is_the_cause():
    finding = given.found(rule, FAILED, storage(disk(DiskState.GONE)), given.portal(tcp=False))
    assert finding.certainty is Certainty.LIKELY
    assert "residual" in finding.cause.en


def test_a_residual_under_another_lun_number_is_not_the_cause():
    assert "residual" not in given.found(rule, FAILED, storage(disk(DiskState.GONE, lun="7"))).cause.en


def test_portals_that_do_not_answer_are_likely_the_cause():
    finding = given.found(rule, FAILED, given.portal(ping=False, tcp=False))
    assert finding.certainty is Certainty.LIKELY
    assert "192.0.2.10:3260" in finding.cause.en


def test_portals_that_do_not_answer_the_driver_either_are_confirmed():
    signals = given.logs(*FAILED.hits, UNREACHABLE)
    assert given.found(rule, signals, given.portal(ping=False, tcp=False)).certainty is Certainty.CONFIRMED


@pytest.mark.parametrize(("received", "says"), [(3, "answered 3 of 5 echo requests"), (5, "Ruled out: the network")])
def test_a_network_that_loses_packets_is_not_ruled_out(received: int, says: str):
    (check,) = given.portal().checks
    cause = given.found(rule, FAILED, PortalChecks((replace(check, sent=5, received=received),))).cause.en
    assert says in cause
    assert ("Ruled out: the network" in cause) == (received == 5)


def test_a_portal_that_answers_but_not_to_ping_is_skipped_by_the_driver():
    finding = given.found(rule, given.logs(*FAILED.hits, UNREACHABLE), given.portal(ping=False))
    assert finding.certainty is Certainty.CONFIRMED
    assert "ICMP" in finding.cause.en


def test_without_a_session_to_the_target_the_login_failed():
    finding = given.found(rule, FAILED, given.portal(), OTHER_SESSION)
    assert (finding.certainty, "login" in finding.cause.en) == (Certainty.LIKELY, True)


def refused(portal: str, last: str = "2026-07-03 10:15:12.9") -> SignalHit:
    says = "iSCSI login failed due to authorization failure"
    return given.hit("driver-iscsi-login-refused", last=last, portal=portal, code="24", says=says)


def test_a_login_that_the_array_refuses_is_told_first_with_its_exit_status_and_words():
    finding = given.found(rule, given.logs(*FAILED.hits, refused("192.0.2.10:3260")), given.portal(), OTHER_SESSION)
    assert finding.cause.en.startswith("The array refuses this node's login at 192.0.2.10:3260: iscsiadm ends with 24")
    assert "`iSCSI login failed due to authorization failure`" in finding.cause.en
    assert finding.certainty is Certainty.LIKELY


@pytest.mark.parametrize("hit", [refused("192.0.2.99:3260"), refused("192.0.2.10:3260", "2026-07-01 10:15:12.9")])
def test_a_login_refused_at_another_portal_or_long_before_is_not_the_cause(hit: SignalHit):
    finding = given.found(rule, given.logs(*FAILED.hits, hit), given.portal(), OTHER_SESSION)
    assert "refuses" not in finding.cause.en


def test_a_login_refused_before_the_session_that_is_here_now_is_not_the_cause():
    signals = given.logs(*FAILED.hits, refused("192.0.2.10:3260"))
    assert "refuses" not in given.found(rule, signals, given.portal(), LOGGED_IN, storage()).cause.en


def test_a_session_without_the_lun_points_to_the_mapping():
    assert "LUN 1 is not there" in given.found(rule, FAILED, given.portal(), LOGGED_IN, storage()).cause.en


def test_the_arrays_own_list_without_the_lun_confirms_the_mapping():
    neighbour = disk(DiskState.ALIVE, lun="5")
    reports = LunReports((ReportedLuns("sdb", (5,), given.SPAN),))
    finding = given.found(rule, FAILED, LOGGED_IN, storage(neighbour), reports)
    assert finding.certainty is Certainty.CONFIRMED


def test_a_device_that_is_here_by_now_is_told_as_such():
    here = disk(DiskState.ALIVE, wwid=f"naa.{given.WWN}")
    assert "is here now" in given.found(rule, FAILED, LOGGED_IN, storage(here)).cause.en


def test_the_backend_tells_the_protocol_where_the_attachment_does_not():
    assert given.found(rule, FAILED, VolumeAttachments((given.attached(None),))).subject == "pv:pvc-1"


@pytest.mark.parametrize("protocol", ["fc", "roce", "nfs", ""])
def test_the_same_words_of_another_protocol_are_not_reported(protocol: str):
    assert given.judged(rule, FAILED, VolumeAttachments((given.attached(None),)), given.backend(protocol)) == []


def test_the_fibre_channel_connectors_words_are_not_reported():
    says = "failed to execute waitDeviceDiscovery. VolumeDeviceNotFound"
    assert given.judged(rule, given.stage_failed(says)) == []


def test_the_old_spelling_is_read_too():
    assert given.found(rule, given.stage_failed("volume device not found")).subject == "pv:pvc-1"


def test_the_panic_without_multipath_is_a_network_that_is_away():
    finding = given.found(rule, given.logs(given.hit("driver-panic")))
    assert (finding.certainty, "volumeUseMultipath=false" in finding.cause.en) == (Certainty.LIKELY, True)


def test_a_volume_without_a_pv_is_not_taken_for_iscsi():
    assert given.judged(rule, FAILED, PersistentVolumes(()), VolumeAttachments(())) == []


def test_quiet_logs_clear_the_node_and_no_logs_do_not():
    assert given.judged(rule) == []
    (gap,) = given.judged(rule, replace(FAILED, hits=(), scanned=("kernel_log",)))
    assert isinstance(gap, Inconclusive)


def test_nothing_it_offers_changes_anything():
    assert {step.effect for step in given.found(rule, FAILED).steps} == {Effect.READS}
