"""The runtime's limit of open files: what is in force counts, not what a unit says."""

import pytest

from analyzer.facts.host import NrOpen, OsRelease
from analyzer.findings import Certainty, Finding, Inconclusive, Severity
from analyzer.rules.nfs.mount_timeout_runtime_nofile import mount_timeout_runtime_nofile as rule
from analyzer.runbook import ADMIN, Effect
from tests.analyzer.rules.nfs_mounts import (
    ALL_ON,
    HUGE,
    HUNG,
    SANE,
    SPAN,
    UNKNOWN,
    backend,
    commands,
    event,
    facts_of_node,
    found,
    judged,
    logged,
    portal,
    processes,
    timed,
    unit,
    volume,
)

RAISED = NrOpen(HUGE, SPAN)
V3_ONLY = tuple((name, name == "SupportNFS3") for name, _ in ALL_ON)


def node(says: str = "timeout", **different: object) -> dict[type, object]:
    """A failed NFSv3 mount under a huge limit."""
    given = {"Signals": logged(says), "ProcessLimits": processes(HUGE, HUGE), "NrOpen": RAISED}
    return facts_of_node(**{**given, **different})


def targets(finding: Finding) -> list[str]:
    """Of the node's own steps."""
    return [step.target for step in finding.steps if step.host == "n1"]


def on_the_node(finding: Finding) -> list[str]:
    return [" ".join(step.command.argv) for step in finding.steps if step.host == "n1" and step.command is not None]


@pytest.mark.parametrize("says", ["timeout", "exit status 255"])
def test_a_huge_limit_of_the_driver_and_a_failed_v3_mount_are_confirmed(says: str):
    finding = found(rule, node(says))
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, "unit:containerd.service")


def test_unlimited_is_huge():
    assert found(rule, node(ProcessLimits=processes(None, HUGE))).certainty is Certainty.CONFIRMED


def test_infinity_of_a_unit_that_the_kernel_cut_is_not_the_cause():
    assert judged(rule, node(ProcessLimits=processes(SANE, SANE), NrOpen=NrOpen(SANE, SPAN))) == []


def test_without_the_drivers_process_the_runtimes_makes_it_likely():
    finding = found(rule, node(ProcessLimits=processes(runtime=HUGE, without_driver=True)))
    assert finding.certainty is Certainty.LIKELY


def test_the_unit_alone_makes_it_possible_only():
    finding = found(rule, node(ProcessLimits=UNKNOWN))
    assert finding.certainty is Certainty.POSSIBLE
    assert "not what is in force" in finding.cause.en


def test_the_unit_alone_says_nothing_where_the_kernel_cuts_it():
    assert judged(rule, node(ProcessLimits=UNKNOWN, NrOpen=NrOpen(SANE, SPAN))) == []


def test_infinity_without_the_kernels_bound_is_not_known():
    (gap,) = judged(rule, node(ProcessLimits=UNKNOWN, NrOpen=UNKNOWN))
    assert isinstance(gap, Inconclusive)


def test_a_mount_with_nfs_v4_is_not_slowed_by_it():
    assert judged(rule, node(PersistentVolumes=volume("nfsvers=4.1"))) == []


def test_no_version_is_nfs_v3_where_the_array_speaks_nothing_else():
    facts = node(PersistentVolumes=volume(), StorageBackends=backend(capabilities=V3_ONLY))
    assert found(rule, facts).certainty is Certainty.CONFIRMED


def test_no_version_is_only_possible_where_the_array_speaks_nfs_v4():
    assert found(rule, node(PersistentVolumes=volume())).certainty is Certainty.POSSIBLE


def test_a_portal_out_of_reach_is_the_cause_before_this():
    assert judged(rule, node(PortalChecks=portal(ping=False, tcp=False))) == []


def test_a_network_slow_with_nfs_v4_too_is_the_cause_before_this():
    assert judged(rule, node(NfsMountTests=timed(v3=HUNG, v40=HUNG, v41=HUNG, v42=HUNG))) == []


def test_a_refusal_with_words_is_not_a_failure_of_this_kind():
    finding = found(rule, node(Signals=logged("exit status 32", "mount.nfs: access denied by server")))
    assert finding.severity is Severity.WARNING


def test_a_huge_limit_without_a_failure_is_a_warning():
    finding = found(rule, node(Signals=logged("")))
    assert (finding.severity, finding.certainty) == (Severity.WARNING, Certainty.POSSIBLE)


def test_a_huge_limit_does_not_matter_where_every_volume_asks_for_nfs_v4():
    assert judged(rule, node(Signals=logged(""), PersistentVolumes=volume("nfsvers=4.1"))) == []


def test_kylin_is_named():
    kylin = OsRelease("kylin", "V10", "Kylin Linux Advanced Server V10 (Tercel)", "4.19.90", SPAN)
    assert "Tercel" in found(rule, node(OsRelease=kylin)).cause.en


def test_the_deadline_of_the_kubelet_counts_as_a_timeout():
    deadline = event("context deadline exceeded", "DeadlineExceeded")
    assert found(rule, node(Signals=UNKNOWN, Events=deadline)).severity is Severity.ERROR


def test_a_drop_in_that_wins_over_others_is_written_and_shown_before_anything_is_restarted():
    finding = found(rule, node())
    assert on_the_node(finding)[:4] == [
        "install -d -m 755 /etc/systemd/system/containerd.service.d",
        "tee /etc/systemd/system/containerd.service.d/zz-limit-nofile.conf",
        "systemctl daemon-reload",
        "systemctl show containerd.service -p LimitNOFILE -p NeedDaemonReload",
    ]
    written = [step.command.stdin for step in finding.steps if step.command is not None and step.command.stdin]
    assert written == ["[Service]\nLimitNOFILE=1048576"]


def test_a_restart_is_never_a_command():
    finding = found(rule, node())
    assert "containerd.service-restart" in targets(finding)
    assert not [line for line in commands(finding) if "restart" in line or "drain" in line]
    assert all(step.effect is not Effect.DESTROYS for step in finding.steps)


def test_nfs_v4_needs_no_restart_and_comes_first_where_the_array_has_it():
    finding = found(rule, node())
    assert (finding.steps[0].host, finding.steps[0].command) == (ADMIN, None)
    assert "without any restart" in finding.steps[0].does.en
    assert "nfsvers=4.2" in finding.steps[0].does.en


def test_nfs_v4_is_not_offered_by_an_array_that_has_nfs_v3_only():
    facts = node(StorageBackends=backend(capabilities=V3_ONLY), NfsMountTests=UNKNOWN)
    assert {step.host for step in found(rule, facts).steps} == {"n1"}


def test_a_unit_that_was_corrected_is_not_corrected_again():
    finding = found(rule, node(UnitLimits=unit(SANE)))
    assert targets(finding) == ["containerd.service-restart", "driver-pod", "open-files"]
    assert "corrected already" in finding.cause.en


def test_a_runtime_that_was_restarted_leaves_the_drivers_pod():
    finding = found(rule, node(UnitLimits=unit(SANE), ProcessLimits=processes(HUGE, SANE)))
    assert [step.target for step in finding.steps] == ["driver-pod", "open-files"]
