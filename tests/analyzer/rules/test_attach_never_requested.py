"""A missing VolumeAttachment: who failed to make it, how sure that is, and when its absence says nothing."""

from __future__ import annotations

import pytest

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import PersistentVolumes, Pods, VolumeAttachments
from analyzer.facts.logs import LogReach, Signals
from analyzer.facts.workloads import CsiDriver, CsiDrivers, Leases
from analyzer.findings import Certainty, Severity
from analyzer.rules.attach.attach_never_requested import attach_never_requested as rule
from analyzer.runbook import ADMIN, Effect
from tests.analyzer.rules.attaching import (
    HANDLE,
    JUST_NOW,
    SPAN,
    STOPPED,
    TAKEN_OVER,
    UNIQUE,
    UNKNOWN,
    attachment,
    claim,
    clock,
    cluster_node,
    container,
    controller,
    csi_nodes,
    event,
    found,
    hit,
    judged,
    lease,
    leases,
    log,
    logs,
    node_pod,
    nodes,
    pod,
    pods,
    volume,
)

LEASE, VOLUME = "lease:kube-controller-manager", "pv:pvc-1"
STAGED = "driver-stage-started"
LOG_TIMES = ("2026-07-03 09:00:00.000000", "2026-07-03 10:19:00.000000")
ROTATED = log("2026-07-03 10:10:00.000000")


def summary(**facts: object) -> tuple[str, Certainty]:
    finding = found(rule, **facts)
    return finding.subject, finding.certainty


def silent(**facts: object) -> bool:
    said = judged(rule, **facts)
    return not said.findings and not said.inconclusive


def test_a_leader_that_stopped_is_confirmed():
    assert summary(Leases=STOPPED) == (LEASE, Certainty.CONFIRMED)


def test_a_leader_that_was_replaced_while_the_pod_waited_is_confirmed():
    assert summary(Leases=TAKEN_OVER) == (LEASE, Certainty.CONFIRMED)


def test_a_leader_that_was_replaced_before_explains_nothing():
    assert summary(Leases=leases(acquired="2026-07-03T09:50:00Z"))[0] == VOLUME


def test_with_a_healthy_lease_it_is_likely_and_says_what_else_stops_the_controller():
    finding = found(rule)
    assert (finding.subject, finding.certainty) == (VOLUME, Certainty.LIKELY)
    assert "admission webhook" in finding.cause.en


def test_with_an_unknown_lease_it_is_likely_and_says_so():
    finding = found(rule, Leases=UNKNOWN)
    assert finding.certainty is Certainty.LIKELY
    assert "could not be read" in finding.cause.en


def test_two_volumes_of_a_stopped_leader_are_one_story():
    other = volume(name="pvc-2", volume_handle="san-1.pvc-2", claim_name="more")
    both = claim(), claim(name="more", volume="pvc-2")
    finding = found(
        rule,
        Leases=STOPPED,
        Pods=pods(pod(claims=("data", "more"))),
        PersistentVolumes=PersistentVolumes((volume(), other)),
        PersistentVolumeClaims=PersistentVolumeClaims(both),
    )
    assert [one.pv for one in finding.affects] == ["pvc-1", "pvc-2"]


@pytest.mark.parametrize(
    "facts",
    [
        {"VolumeAttachments": attachment()},
        {"VolumeAttachments": attachment(attached=False)},
        {"VolumeAttachments": attachment(node="n2")},  # its turn comes when the other node lets go
        {"Pods": pods(pod(scheduled_at=JUST_NOW))},
        {"Pods": pods(pod(deleting=True))},
        {"Pods": pods(pod(phase="Running", containers=(container("db"),)))},
        {"Pods": pods(pod(node="", scheduled=False))},
        {"Pods": pods(pod(containers=(container("db", ready=False, waiting="ImagePullBackOff"),)))},
        {"CsiDrivers": CsiDrivers((CsiDriver("csi.huawei.com", attach_required=False, span=SPAN),))},
        {"CsiNodes": csi_nodes()},
        {"Events": event('AttachVolume.Attach failed for volume "pvc-1" : rpc error')},
        {"Signals": logs(n1=log(*LOG_TIMES, hit(STAGED, "2026-07-03 10:01:00.000000", handle=HANDLE)))},
        {
            "Signals": logs(
                n2=log(*LOG_TIMES, hit("driver-attach-started", "2026-07-03 10:01:00.000000", handle=HANDLE, host="n1"))
            )
        },
    ],
)
def test_what_only_looks_alike_is_not_reported(facts: dict[str, object]):
    assert silent(Leases=STOPPED, **facts)


def test_a_claim_that_is_not_bound_is_not_reported():
    assert silent(PersistentVolumeClaims=PersistentVolumeClaims((claim(phase="Pending", volume=""),)))


def test_a_volume_of_another_driver_is_not_reported():
    assert silent(PersistentVolumes=PersistentVolumes((volume(driver="rbd.csi.ceph.com"),)))


def test_a_shared_volume_that_is_attached_elsewhere_may_still_be_missing_here():
    shared = volume(access_modes=("ReadWriteMany",))
    facts = {"PersistentVolumes": PersistentVolumes((shared,)), "VolumeAttachments": attachment(node="n2")}
    assert summary(Leases=STOPPED, **facts) == (LEASE, Certainty.CONFIRMED)


def test_an_attempt_of_an_earlier_pod_of_this_name_says_nothing():
    old = event('AttachVolume.Attach failed for volume "pvc-1" : x', last="2026-07-03T09:40:00Z")
    assert summary(Leases=STOPPED, Events=old) == (LEASE, Certainty.CONFIRMED)


def test_staging_before_the_pod_was_scheduled_says_nothing():
    before = log(*LOG_TIMES, hit(STAGED, "2026-07-03 09:30:00.000000", handle=HANDLE))
    assert summary(Leases=STOPPED, Signals=logs(n1=before)) == (LEASE, Certainty.CONFIRMED)


def test_a_request_for_another_node_says_nothing():
    other = log(*LOG_TIMES, hit("driver-attach-started", "2026-07-03 10:01:00.000000", handle=HANDLE, host="n2"))
    assert summary(Leases=STOPPED, Signals=logs(n2=other)) == (LEASE, Certainty.CONFIRMED)


@pytest.mark.parametrize("unread", [ROTATED, UNKNOWN, Signals((), ())])
def test_without_the_log_of_the_time_the_certainty_is_one_lower(unread: Signals | Unknown):
    assert summary(Signals=logs(n1=unread), Leases=STOPPED)[1] is Certainty.LIKELY
    assert summary(Signals=logs(n1=unread))[1] is Certainty.POSSIBLE
    assert "Not proved" in found(rule, Signals=logs(n1=unread)).cause.en


def test_only_a_log_that_covers_the_time_says_that_the_driver_was_not_involved():
    assert "were not involved" in found(rule).cause.en
    unread = found(rule, Signals=logs(n1=UNKNOWN)).cause.en
    assert unread.startswith("There is no VolumeAttachment for pvc-1: it seems")
    assert "were not involved" not in unread


def test_a_driver_that_writes_to_the_console_is_heard_there():
    own = node_pod("n1", container("huawei-csi-driver", args=("--logging-module=console",)))
    console = LogReach(f"{own.name}/huawei-csi-driver", "cluster/logs/x.log", *LOG_TIMES)
    heard = logs(n1=Signals((), ("driver_logs",), (console,)))
    assert summary(Pods=Pods((pod(), own, controller())), Signals=heard)[1] is Certainty.LIKELY


def test_a_node_that_is_not_in_the_bundle_proves_nothing():
    assert summary(Signals=Across({}))[1] is Certainty.POSSIBLE


def test_a_quiet_log_of_a_driver_that_runs_covers_the_time():
    assert summary(Signals=logs(n1=log(last="2026-07-03 09:30:00.000000")))[1] is Certainty.LIKELY


def test_a_quiet_log_of_a_driver_that_does_not_run_covers_nothing():
    down = node_pod("n1", container("huawei-csi-driver", ready=False))
    quiet = logs(n1=log(last="2026-07-03 09:30:00.000000"))
    assert summary(Pods=Pods((pod(), down, controller())), Signals=quiet)[1] is Certainty.POSSIBLE


@pytest.mark.parametrize(
    ("version", "offset_s", "first", "certainty"),
    [
        ("4.12.0", 8 * 3600, "2026-07-03 17:00:00.000000", Certainty.LIKELY),  # local time: 09:00 UTC
        ("4.12.0", 8 * 3600, "2026-07-03 18:10:00.000000", Certainty.POSSIBLE),
        ("4.2.1", 8 * 3600, "2026-07-03 09:00:00.000000", Certainty.LIKELY),  # UTC in spite of the node's zone
        ("4.2.1", 8 * 3600, "2026-07-03 17:00:00.000000", Certainty.POSSIBLE),
        ("latest", 8 * 3600, "2026-07-03 17:00:00.000000", Certainty.POSSIBLE),  # either zone
        ("latest", 8 * 3600, "2026-07-03 09:00:00.000000", Certainty.LIKELY),
    ],
)
def test_the_log_is_read_in_the_zone_of_its_version(version: str, offset_s: int, first: str, certainty: Certainty):
    own = node_pod("n1", container("huawei-csi-driver", version=version))
    said = summary(
        Pods=Pods((pod(), own, controller(container("huawei-csi-driver", version=version)))),
        Clock=clock(offset_s),
        Signals=logs(n1=log(first, "2026-07-03 18:19:00.000000")),
    )
    assert said[1] is certainty


def test_without_the_clock_the_log_must_cover_the_time_in_every_zone():
    far = logs(n1=log("2026-07-02 09:00:00.000000"))
    assert summary(Clock=Across({}))[1] is Certainty.POSSIBLE
    assert summary(Clock=Across({}), Signals=far)[1] is Certainty.LIKELY


def test_without_volumeattachments_nothing_is_concluded():
    said = judged(rule, VolumeAttachments=UNKNOWN, Leases=STOPPED)
    assert not said.findings
    assert said.inconclusive


def test_whether_attachment_is_needed_must_be_known():
    said = judged(rule, CsiDrivers=UNKNOWN)
    assert not said.findings
    assert said.inconclusive[0].missing == (UNKNOWN,)


def test_another_attachment_of_the_driver_shows_that_attachment_is_needed():
    other = attachment(node="n2", pv="pvc-9")
    assert summary(CsiDrivers=UNKNOWN, VolumeAttachments=other)[0] == VOLUME


def test_all_leases_old_may_be_the_collectors_clock():
    old = "2026-07-03T10:00:00Z"
    both = Leases((lease(renewed=old), lease("kube-scheduler", renewed="2026-07-03T10:00:01Z")))
    finding = found(rule, Leases=both)
    assert finding.certainty is Certainty.LIKELY
    assert "clock" in finding.cause.en


def test_the_only_lease_is_judged_by_the_collectors_clock_with_a_margin():
    assert summary(Leases=Leases((lease(renewed="2026-07-03T10:10:00Z"),)))[0] == LEASE
    assert summary(Leases=Leases((lease(renewed="2026-07-03T10:18:30Z"),)))[0] == VOLUME


def test_a_volume_that_is_believed_to_be_attached_is_only_possible():
    finding = found(rule, ClusterNodes=nodes(cluster_node("n1", volumes_attached=(UNIQUE,))), Leases=STOPPED)
    assert (finding.subject, finding.certainty) == (VOLUME, Certainty.POSSIBLE)
    assert "deleted" in finding.cause.en


def test_the_kubelets_waiting_is_told():
    assert "volumesInUse" in found(rule, ClusterNodes=nodes(cluster_node("n1", volumes_in_use=(UNIQUE,)))).cause.en


def test_its_pods_are_told():
    own = container("kube-controller-manager", ready=False, waiting="CrashLoopBackOff", restarts=7)
    down = pod("kube-controller-manager-control-1", namespace="kube-system", claims=(), containers=(own,))
    cause = found(rule, Pods=pods(pod(), down)).cause.en
    assert "CrashLoopBackOff" in cause
    assert "restarted 7 times" in cause


RUNNING = pod(phase="Running", containers=(container("db"),))


def test_a_volume_that_came_late_after_a_change_of_leader_is_a_warning():
    late = attachment(created="2026-07-03T10:12:30Z")
    finding = found(rule, Pods=pods(RUNNING), VolumeAttachments=late, Leases=TAKEN_OVER)
    assert (finding.severity, finding.subject) == (Severity.WARNING, LEASE)
    assert "12 minutes" in finding.cause.en


@pytest.mark.parametrize("created", ["2026-07-03T10:00:01Z", "2026-07-03T10:11:00Z", "2026-07-03T10:18:00Z"])
def test_a_volume_that_did_not_come_with_the_new_leader_is_no_warning(created: str):
    assert silent(Pods=pods(RUNNING), VolumeAttachments=attachment(created=created), Leases=TAKEN_OVER)


def test_every_command_reads_and_runs_on_the_admin_host():
    steps = found(rule, Leases=STOPPED).steps
    assert {step.host for step in steps} == {ADMIN}
    assert all(step.effect is Effect.READS for step in steps if step.command)


def test_a_pod_with_an_impossible_name_reaches_no_command():
    steps = found(rule, Pods=pods(pod("db;reboot")), Leases=STOPPED).steps
    assert not [step for step in steps if step.command and any(";" in word for word in step.command.argv)]


def test_nothing_waits_and_nothing_is_said():
    assert silent(Pods=pods(), VolumeAttachments=VolumeAttachments(()), Leases=STOPPED)
