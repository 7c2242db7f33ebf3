"""A slow network: measured, and told apart from what slows NFSv3 alone."""

from dataclasses import replace

from analyzer.facts.cluster import Container, PersistentVolumes, Pod, Pods
from analyzer.facts.driver import Driver
from analyzer.facts.host import NfsMountTests, NrOpen
from analyzer.facts.logs import Signals
from analyzer.findings import Certainty, Inconclusive
from analyzer.rules.nfs.mount_timeout_slow_network import mount_timeout_slow_network as rule
from analyzer.runbook import Effect
from tests.analyzer.rules.nfs_mounts import (
    ALL_DONE,
    HUGE,
    HUNG,
    PORTAL,
    SHARE,
    SPAN,
    UNKNOWN,
    commands,
    facts_of_node,
    found,
    hit,
    judged,
    logged,
    portal,
    processes,
    timed,
    volume,
)

ALL_HUNG = timed(v3=HUNG, v40=HUNG, v41=HUNG, v42=HUNG)
NO_ANSWER = (32, 10.3, "mount.nfs: Connection timed out")


def node(**different: object) -> dict[type, object]:
    return facts_of_node(**{"Signals": logged("timeout"), "NfsMountTests": ALL_HUNG, **different})


def driver(limit: str) -> Driver:
    container = Container("huawei-csi-driver", "x:4.12.0", (f"--exec-command-timeout={limit}",), True, 0, "", "", "")
    pod = Pod("huawei-csi", "huawei-csi-node-a", "u", "n1", "Running", (), False, (), SPAN, containers=(container,))
    return Driver("csi.huawei.com", "huawei-csi", True, (pod,), (), ())


def test_tests_that_ran_longer_than_the_driver_waits_while_the_portal_answers_are_confirmed():
    finding = found(rule, node())
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, f"portal:{PORTAL}:2049")
    assert "not done after 40 s" in finding.cause.en


def test_tests_that_were_stopped_before_the_driver_would_be_are_likely():
    assert found(rule, node(Driver=driver("60"))).certainty is Certainty.LIKELY


def test_a_portal_that_does_not_answer_ping_leaves_it_likely():
    assert found(rule, node(PortalChecks=portal(ping=False))).certainty is Certainty.LIKELY


def test_two_volumes_behind_one_portal_are_one_finding():
    (first,) = volume("nfsvers=3").items
    both = PersistentVolumes((first, replace(first, name="pvc-2", volume_handle="nfs-155.pvc_2", claim_name="more")))
    second = [
        hit("driver-stage-failed", volume="pvc_2", says="timeout"),
        hit("driver-mount-failed", share=f"{PORTAL}:/pvc_2", target="/globalmount", output="", error="timeout"),
    ]
    signals = Signals((*logged("timeout").hits, *second), ("driver_logs",))
    tests = NfsMountTests((*ALL_HUNG.tests, *(replace(test, share=f"{PORTAL}:/pvc_2") for test in ALL_HUNG.tests)))
    finding = found(rule, node(Signals=signals, PersistentVolumes=both, NfsMountTests=tests))
    assert f"{SHARE}, {PORTAL}:/pvc_2" in finding.cause.en
    assert {one.pv for one in finding.affects} == {"pvc-1", "pvc-2"}
    assert len([step for step in finding.steps if step.target.startswith("timed-mount")]) == 1


def test_longer_than_the_driver_waits_is_confirmed():
    facts = node(NfsMountTests=timed(v3=55.3, v40=61.0, v41=62.0, v42=61.0))
    assert found(rule, facts).certainty is Certainty.CONFIRMED


def test_the_drivers_own_limit_counts():
    facts = node(NfsMountTests=timed(v3=12.0, v40=14.0, v41=14.0, v42=14.0), Driver=driver("10"))
    finding = found(rule, facts)
    assert finding.certainty is Certainty.CONFIRMED
    assert "10 s" in finding.cause.en


def test_slow_but_within_the_limit_is_possible():
    finding = found(rule, node(NfsMountTests=timed(v3=12.0, v40=14.0, v41=14.0, v42=14.0)))
    assert finding.certainty is Certainty.POSSIBLE
    assert "less than the driver waits" in finding.cause.en


LOSSY = {"sent": 5, "received": 2, "rtt_ms": 0.4, "rtt_max_ms": 0.6}
QUICK = {"sent": 5, "received": 5, "rtt_ms": 0.231, "rtt_max_ms": 0.4, "tcp_seconds": 0.01}


def test_slow_mounts_over_a_way_that_was_measured_to_lose_packets_are_likely():
    facts = node(NfsMountTests=timed(v3=12.0, v40=14.0, v41=14.0, v42=14.0), PortalChecks=portal(**LOSSY))
    finding = found(rule, facts)
    assert finding.certainty is Certainty.LIKELY
    assert "answered 2 of 5 echo requests" in finding.cause.en
    assert "MTU" not in finding.cause.en


def test_a_long_round_trip_speaks_for_the_network_too():
    slow = {**QUICK, "rtt_ms": 3000.4, "rtt_max_ms": 3009.0}
    facts = node(NfsMountTests=timed(v3=12.0, v40=14.0, v41=14.0, v42=14.0), PortalChecks=portal(**slow))
    assert found(rule, facts).certainty is Certainty.LIKELY


def test_quick_echoes_beside_slow_mounts_lead_to_the_frame_size():
    finding = found(rule, node(PortalChecks=portal(**QUICK)))
    assert "A TCP connection to its port 2049 took 0.01 s." in finding.cause.en
    assert "MTU" in finding.cause.en


def test_no_answer_within_the_time_of_the_test_is_slow():
    assert found(rule, node(NfsMountTests=timed(v3=NO_ANSWER, v41=NO_ANSWER))).certainty is Certainty.LIKELY


def test_without_the_check_of_the_portal_it_is_possible_only():
    assert found(rule, node(PortalChecks=UNKNOWN)).certainty is Certainty.POSSIBLE


def test_a_portal_out_of_reach_is_not_slow():
    assert judged(rule, node(PortalChecks=portal(ping=False, tcp=False))) == []


def test_quick_tests_clear_the_network():
    assert judged(rule, node(NfsMountTests=ALL_DONE)) == []


def test_nfs_v3_slow_alone_is_no_slow_network():
    assert judged(rule, node(NfsMountTests=timed(v3=HUNG, v40=0.1, v41=0.1, v42=0.1))) == []


def test_an_array_that_speaks_nfs_v3_only_is_slow_when_that_is():
    off = (32, 0.6, "mount.nfs: Protocol not supported")
    tests = timed(v3=HUNG, v40=off, v41=off, v42=off)
    assert found(rule, node(NfsMountTests=tests)).certainty is Certainty.CONFIRMED
    huge = node(NfsMountTests=tests, ProcessLimits=processes(HUGE, HUGE), NrOpen=NrOpen(HUGE, SPAN))
    assert judged(rule, huge) == []


def test_slow_tests_without_a_failed_mount_are_no_finding():
    assert judged(rule, node(Signals=logged(""))) == []


def test_the_kernels_word_is_told():
    signals = logged("timeout")
    signals = Signals((*signals.hits, hit("kernel-nfs-not-responding", server=PORTAL)), signals.scanned)
    assert "not responding" in found(rule, node(Signals=signals)).cause.en


def test_without_timed_mounts_it_says_that_it_cannot_know():
    (gap,) = judged(rule, node(NfsMountTests=UNKNOWN))
    assert isinstance(gap, Inconclusive)


def test_the_path_is_measured_and_nothing_is_changed_by_a_command():
    finding = found(rule, node())
    assert "ping -n -c 3 -M do -s 8972 192.0.2.155" in commands(finding)
    assert all(step.effect is Effect.READS for step in finding.steps if step.command is not None)


def test_pods_that_are_not_known_leave_the_default_limit():
    assert "30 s" in found(rule, node(Pods=Pods(()))).cause.en
