"""A mount that timed out and whose cause is open: what is left, what was ruled out, and what would decide."""

import pytest

from analyzer.facts.host import NrOpen
from analyzer.findings import Certainty, Inconclusive
from analyzer.judging import fold
from analyzer.rules import all_rules
from analyzer.rules.nfs.mount_timed_out import mount_timed_out as rule
from analyzer.rules.nfs.mount_timeout_portal_unreachable import mount_timeout_portal_unreachable
from tests.analyzer.rules.nfs_mounts import (
    HUGE,
    HUNG,
    SPAN,
    UNKNOWN,
    V4_OFF,
    backend,
    event,
    facts_of_node,
    found,
    judged,
    logged,
    portal,
    processes,
    timed,
    told,
    unit,
    volume,
)


def node(says: str = "timeout", output: str = "", **different: object) -> dict[type, object]:
    return facts_of_node(**{"Signals": logged(says, output), **different})


def test_a_timeout_is_possible_with_all_that_was_ruled_out():
    finding = found(rule, node())
    assert (finding.certainty, finding.subject) == (Certainty.POSSIBLE, "pv:pvc-1")
    for words in ("TCP port 2049 of 192.0.2.155 can be opened", "limit of open files", "mounted in 0.1 s"):
        assert words in finding.cause.en


def test_what_was_not_probed_is_listed_with_the_probe_that_would_decide():
    cause = found(rule, node(PortalChecks=UNKNOWN, NfsMountTests=UNKNOWN, ProcessLimits=UNKNOWN)).cause.en
    assert [probe in cause for probe in ("probe portals", "probe runtime_limits", "probe nfs_mount")] == [True] * 3


def test_a_unit_that_says_infinity_is_told_not_to_be_the_cause():
    assert "although its unit says infinity" in found(rule, node(UnitLimits=unit(None))).cause.en


def test_nfs_v4_is_not_slowed_by_open_files():
    assert "it slows NFSv3" in found(rule, node(PersistentVolumes=volume("vers=4.1"))).cause.en


def test_nfs_v3_slow_alone_points_to_its_other_ports():
    assert "rpcbind (111)" in found(rule, node(NfsMountTests=timed(v3=HUNG, v40=0.1, v41=0.1, v42=0.1))).cause.en


@pytest.mark.parametrize(
    ("output", "meant"),
    [
        ("mount.nfs: No route to host", "no way to the portal"),
        ("mount.nfs: Network is unreachable", "no route to the portal"),
        ("mount.nfs: Connection refused", "no NFS service listens"),
    ],
)
def test_what_mount_itself_said_makes_it_likely(output: str, meant: str):
    finding = found(rule, node("exit status 32", output))
    assert finding.certainty is Certainty.LIKELY
    assert meant in finding.cause.en


def test_exit_status_255_without_words_is_a_timeout():
    assert found(rule, node("exit status 255")).certainty is Certainty.POSSIBLE


def test_the_words_of_an_old_driver_are_heard():
    signals = logged("exit status 32", "mount.nfs: Connection timed out", old=True)
    assert found(rule, facts_of_node(Signals=signals)).subject == "pv:pvc-1"


def test_a_refused_version_is_no_timeout():
    assert judged(rule, node("exit status 32", V4_OFF)) == []


def test_a_block_volume_is_left_alone():
    facts = facts_of_node(Events=event("timeout"), StorageBackends=backend("iscsi"))
    assert judged(rule, facts) == []


def test_a_lock_that_timed_out_is_no_mount():
    assert judged(rule, node("get lock timeout")) == []


def test_an_event_of_another_node_does_not_matter():
    assert judged(rule, facts_of_node(Events=event("timeout", node="n2"))) == []


def test_without_a_pv_it_is_not_told_beside_its_cause():
    huge = {"ProcessLimits": processes(HUGE, HUGE), "NrOpen": NrOpen(HUGE, SPAN)}
    facts = facts_of_node(Signals=logged("timeout", options="-o vers=3"), PersistentVolumes=UNKNOWN, **huge)
    assert told(judged(rule, facts)) == []


def test_without_logs_and_events_it_says_that_it_cannot_know():
    (gap,) = judged(rule, facts_of_node(Signals=UNKNOWN, Events=UNKNOWN))
    assert isinstance(gap, Inconclusive)


def test_it_is_folded_under_a_portal_that_does_not_answer():
    facts = node(PortalChecks=portal(ping=False, tcp=False))
    cause = found(mount_timeout_portal_unreachable, facts)
    told_as_one = {one.rule: one for one in fold([found(rule, facts), cause], all_rules())}
    assert told_as_one["mount-timeout-portal-unreachable"].explains == ("mount-timed-out/n1/pv:pvc-1",)
    assert "waits until the driver stops it" in told_as_one["mount-timed-out"].cause.en
