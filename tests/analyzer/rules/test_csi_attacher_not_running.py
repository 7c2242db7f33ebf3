"""csi-attacher: requests that nobody passes on, and what may keep it from doing so."""

from __future__ import annotations

import pytest

from analyzer.facts.cluster import Pods, VolumeAttachments
from analyzer.facts.logs import ClusterSignals, SignalHit
from analyzer.facts.workloads import CsiDriver, CsiDrivers, Leases
from analyzer.findings import Certainty, Finding, Severity
from analyzer.rules.attach.csi_attacher_not_running import csi_attacher_not_running as rule
from analyzer.runbook import Effect
from tests.analyzer.rules.attaching import (
    HANDLE,
    JUST_NOW,
    SPAN,
    UNKNOWN,
    Span,
    attachment,
    container,
    controller,
    found,
    hit,
    judged,
    lease,
    log,
    logs,
    node_pod,
    pod,
)

PENDING = attachment(attached=False)
DRIVER = container("huawei-csi-driver")
CRASHING = container(
    "csi-attacher", ready=False, waiting="CrashLoopBackOff", message="back-off 5m0s", restarts=9, ended="Error"
)


def with_controllers(*controllers: object) -> Pods:
    return Pods((pod(), node_pod("n1"), *controllers))  # type: ignore[arg-type]


def silent(**facts: object) -> bool:
    said = judged(rule, **facts)
    return not said.findings and not said.inconclusive


def said_by(capture: str) -> ClusterSignals:
    span = Span(capture, 1, 1, ("I0703 10:00:01.000000 1 x.go:1] failed to renew lease",))
    return ClusterSignals((hit("sidecar-lease-lost", spans=(span,)),), ())


def test_a_container_that_crashes_is_confirmed_and_quoted():
    finding = found(rule, VolumeAttachments=PENDING, Pods=with_controllers(controller(DRIVER, CRASHING)))
    assert (finding.certainty, finding.severity) == (Certainty.CONFIRMED, Severity.ERROR)
    assert "CrashLoopBackOff" in finding.cause.en
    assert finding.nodes == ("n1",)


def test_a_container_that_is_missing_is_confirmed():
    finding = found(rule, VolumeAttachments=PENDING, Pods=with_controllers(controller(DRIVER)))
    assert finding.certainty is Certainty.CONFIRMED
    assert "attachRequired" in finding.cause.en


def test_a_crash_without_anybody_waiting_is_a_warning():
    facts = {"Pods": with_controllers(controller(DRIVER, CRASHING))}
    assert found(rule, VolumeAttachments=attachment(), **facts).severity is Severity.WARNING


def test_a_volume_that_waits_to_be_detached_suffers_from_the_crash():
    facts = {"Pods": with_controllers(controller(DRIVER, CRASHING))}
    finding = found(rule, VolumeAttachments=attachment(deleting=True), **facts)
    assert finding.severity is Severity.ERROR
    assert "is to be removed" in finding.cause.en


def test_an_old_request_without_answer_is_possible_and_names_both_that_may_hang():
    finding = found(rule, VolumeAttachments=PENDING)
    assert finding.certainty is Certainty.POSSIBLE
    assert "driver's controller hangs" in finding.cause.en


def test_a_request_that_the_driver_got_was_passed_on():
    got = hit("driver-attach-started", "2026-07-03 10:01:00.000000", handle=HANDLE, host="n1")
    own = log("2026-07-03 09:00:00.000000", "2026-07-03 10:19:00.000000", got)
    assert silent(VolumeAttachments=PENDING, Signals=logs(n2=own))


def test_its_own_log_makes_it_likely():
    own = said_by("cluster/logs/huawei-csi-controller-abcn2/csi-attacher.log")
    assert found(rule, VolumeAttachments=PENDING, ClusterSignals=own).certainty is Certainty.LIKELY


def test_the_log_of_another_sidecar_says_nothing_of_it():
    other = said_by("cluster/logs/huawei-csi-controller-abcn2/csi-resizer.log")
    assert found(rule, VolumeAttachments=PENDING, ClusterSignals=other).certainty is Certainty.POSSIBLE


def test_a_stale_lease_of_its_leader_is_confirmed():
    dead = lease("external-attacher-leader-csi-huawei-com", renewed="2026-07-03T09:00:00Z")
    finding = found(rule, VolumeAttachments=PENDING, Leases=Leases((lease(), dead)))
    assert finding.certainty is Certainty.CONFIRMED
    assert dead.name in finding.cause.en


ITS_LOG = "cluster/logs/huawei-csi-controller-abcn2/csi-attacher.log"
ACCOUNT = "system:serviceaccount:huawei-csi:huawei-csi-controller"


def forbidden(line: int = 9, capture: str = ITS_LOG, user: str = ACCOUNT) -> SignalHit:
    span = Span(capture, line, line, ("leases.coordination.k8s.io is forbidden",))
    return hit("sidecar-lease-forbidden", spans=(span,), user=user, verb="get", namespace="huawei-csi")


def acquired(line: int) -> SignalHit:
    return hit("sidecar-lease-acquired", spans=(Span(ITS_LOG, line, line, ("successfully acquired lease",)),))


def refused(*hits: SignalHit, attachments: VolumeAttachments = PENDING) -> Finding:
    return found(rule, VolumeAttachments=attachments, ClusterSignals=ClusterSignals(hits, ()))


def test_a_lease_that_is_forbidden_is_confirmed_and_names_the_right():
    finding = refused(forbidden())
    assert finding.certainty is Certainty.CONFIRMED
    assert "ServiceAccount huawei-csi/huawei-csi-controller the right to get leases" in finding.cause.en
    assert finding.kind is not None
    assert finding.kind.en == "csi-attacher may not hold its lease: volumes are not attached"


def test_a_missing_right_is_given_back_and_nothing_is_restarted():
    commands = [" ".join(step.command.argv) for step in refused(forbidden()).steps if step.command]
    assert any(command.endswith(f"-n huawei-csi --as={ACCOUNT}") for command in commands)
    assert not [command for command in commands if "restart" in command]


def test_a_lease_that_it_got_after_all_is_not_the_cause():
    assert refused(forbidden(9), acquired(10)).certainty is Certainty.POSSIBLE
    assert refused(acquired(8), forbidden(9)).certainty is Certainty.CONFIRMED


def test_a_lease_that_is_forbidden_to_another_sidecar_says_nothing_of_it():
    other = forbidden(capture="cluster/logs/huawei-csi-controller-abcn2/csi-resizer.log")
    assert refused(other).certainty is Certainty.POSSIBLE


def test_a_missing_right_is_told_also_while_no_volume_waits():
    assert refused(forbidden(), attachments=attachment()).severity is Severity.WARNING


def test_a_hostile_account_reaches_no_command():
    steps = refused(forbidden(user=f"{ACCOUNT};reboot")).steps
    assert not [step for step in steps if step.command and "reboot" in str(step.command)]


@pytest.mark.parametrize(
    "facts",
    [
        {"VolumeAttachments": attachment()},
        {"VolumeAttachments": attachment(attached=False, created=JUST_NOW)},
        {"VolumeAttachments": attachment(attached=False, attach_error="no 0 initiator")},
        {"VolumeAttachments": attachment(attached=False, deleting=True)},
        {"VolumeAttachments": attachment(attached=False, driver="rbd.csi.ceph.com")},
        {"VolumeAttachments": PENDING, "Pods": with_controllers()},  # the controller's own rule tells
        {"VolumeAttachments": PENDING, "Pods": with_controllers(controller(DRIVER, created=JUST_NOW))},
        {
            "VolumeAttachments": PENDING,
            "CsiDrivers": CsiDrivers((CsiDriver("csi.huawei.com", attach_required=False, span=SPAN),)),
        },
        {"VolumeAttachments": attachment(), "Pods": with_controllers(controller(DRIVER, CRASHING), controller())},
    ],
)
def test_what_only_looks_alike_is_not_reported(facts: dict[str, object]):
    assert silent(**facts)


def test_without_volumeattachments_it_cannot_know():
    said = judged(rule, VolumeAttachments=UNKNOWN)
    assert not said.findings
    assert said.inconclusive


def test_nothing_is_destroyed():
    steps = found(rule, VolumeAttachments=PENDING).steps
    assert Effect.DESTROYS not in {step.effect for step in steps}
