"""A portal that nodes cannot reach: one finding names them all, and says who reaches it."""

import pytest

from analyzer.facts.cluster import (
    Pods,
    PublishInfo,
    StorageBackend,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.host import PortalCheck, PortalChecks
from analyzer.facts.logs import Signals
from analyzer.findings import Certainty, Finding, Inconclusive, Severity
from analyzer.rules.nfs.mount_timeout_portal_unreachable import mount_timeout_portal_unreachable as rule
from analyzer.runbook import Effect
from tests.analyzer.rules.nfs_mounts import (
    SPAN,
    UNKNOWN,
    V3_OFF,
    commands,
    event,
    facts_of_node,
    found,
    hit,
    judged,
    logged,
    pod,
    portal,
)

CUT_OFF = portal(ping=False, tcp=False)
FAILED = facts_of_node(Signals=logged("timeout"), PortalChecks=CUT_OFF)
ISCSI = ("10.10.1.1", 3260)


def healthy(node: str = "n2") -> dict[type, object]:
    return facts_of_node(node=node)


def test_a_mount_that_timed_out_from_a_portal_out_of_reach_is_confirmed():
    finding = found(rule, FAILED)
    assert (finding.certainty, finding.severity, finding.subject) == (
        Certainty.CONFIRMED,
        Severity.ERROR,
        "portal:192.0.2.155:2049",
    )


def test_nodes_that_reach_it_are_named_so_the_fault_is_the_nodes():
    finding = found(rule, FAILED, healthy())
    assert finding.nodes == ("n1",)
    assert "Other nodes reach it (n2)" in finding.cause.en


def test_one_finding_names_all_nodes_that_cannot():
    finding = found(rule, FAILED, facts_of_node(node="n2", PortalChecks=CUT_OFF))
    assert finding.nodes == ("n1", "n2")
    assert "None of the 2 nodes" in finding.cause.en


def test_a_port_that_is_closed_though_ping_answers_is_told_as_such():
    facts = facts_of_node(Signals=logged("timeout"), PortalChecks=portal(ping=True, tcp=False))
    assert "answers ping" in found(rule, facts).cause.en


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("Connection refused", "nothing listens on the port"),
        ("no answer", "packets are dropped on the way"),
        ("Connection timed out", "packets are dropped on the way"),
        ("Network is unreachable", "there is no way to it (Network is unreachable)"),
    ],
)
def test_the_connections_own_error_is_explained(error: str, says: str):
    facts = facts_of_node(Signals=logged("timeout"), PortalChecks=portal(ping=False, tcp=False, error=error))
    assert says in found(rule, facts).cause.en


@pytest.mark.parametrize("error", ["", "<b>another</b>"])
def test_an_error_of_another_kind_is_not_explained(error: str):
    facts = facts_of_node(Signals=logged("timeout"), PortalChecks=portal(ping=False, tcp=False, error=error))
    assert found(rule, facts).cause == found(rule, FAILED).cause


def test_errors_that_differ_from_node_to_node_are_not_explained():
    refused = facts_of_node(Signals=logged("timeout"), PortalChecks=portal(tcp=False, error="Connection refused"))
    silent = facts_of_node(node="n2", PortalChecks=portal(tcp=False, error="no answer"))
    assert "listens" not in found(rule, refused, silent).cause.en


def test_ping_that_is_filtered_does_not_hinder_a_mount():
    assert judged(rule, facts_of_node(Signals=logged("timeout"), PortalChecks=portal(ping=False, tcp=True))) == []


def test_a_port_that_was_not_tried_is_not_called_closed():
    assert judged(rule, facts_of_node(Signals=logged("timeout"), PortalChecks=portal(ping=False, tcp=None))) == []


def test_words_of_a_refused_version_from_a_stopped_service_are_the_portals():
    facts = facts_of_node(Signals=logged("exit status 32", V3_OFF), PortalChecks=portal(ping=True, tcp=False))
    assert found(rule, facts).affects[0].pv == "pvc-1"


def test_an_event_alone_is_enough():
    facts = facts_of_node(Signals=UNKNOWN, Events=event("timeout"), PortalChecks=CUT_OFF)
    assert found(rule, facts).affects[0].pod == "app-0"


def test_a_portal_that_nobody_reaches_is_a_warning_though_nothing_failed_yet():
    finding = found(rule, facts_of_node(PortalChecks=CUT_OFF))
    assert finding.severity is Severity.WARNING


def test_a_portal_that_no_pod_on_such_a_node_uses_is_nobodys_loss():
    assert judged(rule, facts_of_node(PortalChecks=CUT_OFF, Pods=Pods((pod("n9", "Running"),)))) == []


def test_a_portal_that_a_node_without_failures_does_not_reach_is_no_finding():
    assert judged(rule, facts_of_node(PortalChecks=CUT_OFF), healthy()) == []


def test_portals_that_were_not_checked_are_said():
    (gap,) = judged(rule, facts_of_node(Signals=logged("timeout"), PortalChecks=UNKNOWN))
    assert isinstance(gap, Inconclusive)


def test_oceanctl_is_not_said_to_change_portals():
    finding = found(rule, FAILED, facts_of_node(node="n2", PortalChecks=CUT_OFF))
    (step,) = [one for one in finding.steps if one.target == "portal-192.0.2.155" and one.host == "n1"]
    assert "`oceanctl update backend` changes the account only" in step.does.en


def test_without_any_word_of_failures_it_is_not_called_well():
    (gap,) = judged(rule, facts_of_node(Signals=UNKNOWN, Events=UNKNOWN))
    assert isinstance(gap, Inconclusive)


def test_its_steps_only_read_or_are_done_by_hand():
    finding = found(rule, FAILED)
    assert commands(finding)[0] == "ip route get 192.0.2.155"
    assert all(step.effect is Effect.READS for step in finding.steps if step.command is not None)


def test_an_address_that_is_none_reaches_no_command():
    odd = PortalChecks((PortalCheck("-oProxy", 2049, False, False, SPAN),))
    signals = Signals(
        (
            hit("driver-stage-failed", volume="pvc_1", says="timeout"),
            hit("driver-mount-failed", share="-oProxy:/pvc_1", target="/t", output="", error="timeout"),
        ),
        ("driver_logs",),
    )
    assert commands(found(rule, facts_of_node(Signals=signals, PortalChecks=odd))) == []


def test_an_ipv6_portal_is_the_same_in_the_share_and_in_its_check():
    six = StorageBackend("nfs-155", "nfs", "oceanstor-nas", True, ("2001:db8::155",), SPAN)
    facts = facts_of_node(
        Signals=UNKNOWN,
        Events=event("timeout"),
        StorageBackends=StorageBackends((six,)),
        PortalChecks=PortalChecks((PortalCheck("2001:db8::155", 2049, False, False, SPAN),)),
    )
    assert found(rule, facts).subject == "portal:[2001:db8::155]:2049"


def block(ping: bool, tcp: bool) -> dict[type, object]:
    info = PublishInfo("6" * 32, "", ("iqn",), ("10.10.1.1:3260",), (), ("1",))
    attachment = VolumeAttachment("csi-1", "csi.huawei.com", "n1", "pvc-1", True, False, info, "", "", SPAN)
    signals = Signals((hit("driver-stage-failed", volume="pvc_1", says="VolumeDeviceNotFound"),), ("driver_logs",))
    checks = PortalChecks((PortalCheck(*ISCSI, ping, tcp, SPAN),))
    return facts_of_node(
        Signals=signals,
        PortalChecks=checks,
        VolumeAttachments=VolumeAttachments((attachment,)),
        StorageBackends=UNKNOWN,
    )


def test_a_block_volume_without_a_portal_in_reach_is_told_of_its_portal():
    assert found(rule, block(ping=False, tcp=False)).subject == "portal:10.10.1.1:3260"


def test_a_block_volume_needs_ping_too():
    assert "ICMP is filtered" in found(rule, block(ping=False, tcp=True)).cause.en


def test_a_block_volume_whose_portals_answer_has_another_cause():
    assert not [one for one in judged(rule, block(ping=True, tcp=True)) if isinstance(one, Finding)]
