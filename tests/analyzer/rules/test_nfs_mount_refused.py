"""A share that was refused: the words mean different things with different versions."""

import pytest

from analyzer.facts.claims import StorageClass, StorageClasses
from analyzer.facts.cluster import Pods
from analyzer.facts.tools import Tool, Tools
from analyzer.findings import Certainty, Finding, Inconclusive
from analyzer.rules.nfs.nfs_mount_refused import nfs_mount_refused as rule
from analyzer.runbook import Effect
from tests.analyzer.rules.nfs_mounts import (
    SHARE,
    SPAN,
    UNKNOWN,
    V4_OFF,
    commands,
    event,
    facts_of_node,
    found,
    judged,
    logged,
    pod,
    portal,
    timed,
    volume,
)

DENIED = f"mount.nfs: access denied by server while mounting {SHARE}"
MISSING = f"mount.nfs: mounting {SHARE} failed, reason given by server: No such file or directory"
STATD = "mount.nfs: rpc.statd is not running but is required for remote locking."


def node(output: str, option: str = "nfsvers=4.1", **different: object) -> dict[type, object]:
    given = {
        "Signals": logged("exit status 32", output),
        "PersistentVolumes": volume(option),
        "NfsMountTests": UNKNOWN,
    }
    return facts_of_node(**{**given, **different})


def test_denied_with_nfs_v4_is_permission():
    finding = found(rule, node(DENIED))
    assert (finding.certainty, finding.subject) == (Certainty.LIKELY, "pv:pvc-1")
    assert "does not let this node" in finding.cause.en


def test_denied_with_nfs_v3_may_be_a_missing_path():
    finding = found(rule, node(DENIED, "nfsvers=3"))
    assert finding.certainty is Certainty.POSSIBLE
    assert "two causes" in finding.cause.en


def test_no_such_file_with_nfs_v4_may_be_permission():
    assert found(rule, node(MISSING)).certainty is Certainty.POSSIBLE


def test_no_such_file_with_nfs_v3_is_a_missing_share():
    finding = found(rule, node(MISSING, "nfsvers=3"))
    assert finding.certainty is Certainty.LIKELY
    assert "does not exist on the array" in finding.cause.en


@pytest.mark.parametrize(("output", "option"), [(MISSING, "nfsvers=4.1"), (DENIED, "nfsvers=3")])
def test_a_pod_that_runs_with_it_elsewhere_rules_a_missing_share_out(output: str, option: str):
    pods = Pods((pod(), pod("n2", "Running", "app-1")))
    finding = found(rule, node(output, option, Pods=pods))
    assert finding.certainty is Certainty.LIKELY
    assert "shop/app-1" in finding.cause.en


def test_pods_that_run_elsewhere_with_the_same_volume_are_not_concerned():
    pods = Pods((pod(), pod("n2", "Running", "app-1"), pod("n1", "Running", "app-2")))
    assert [one.pod for one in found(rule, node(MISSING, Pods=pods)).affects] == ["app-0", "app-2"]


def test_a_share_that_can_be_mounted_now_was_mended_since():
    finding = found(rule, node(DENIED, NfsMountTests=timed(v41=0.1)))
    assert finding.certainty is Certainty.POSSIBLE
    assert "can be mounted now" in finding.cause.en


def test_an_exit_status_without_words_lists_what_is_left():
    finding = found(rule, node("", Signals=UNKNOWN, Events=event("exit status 32")))
    assert finding.certainty is Certainty.POSSIBLE
    assert "What is left" in finding.cause.en


def test_words_nobody_knows_are_quoted():
    assert "mount.nfs: internal error" in found(rule, node("mount.nfs: internal error")).cause.en


def test_a_folder_that_is_missing_on_the_host_is_told_as_such():
    assert "kubeletConfigDir" in found(rule, node("mount.nfs: mount point /x does not exist")).cause.en


@pytest.mark.parametrize(
    "output", [V4_OFF, STATD, "mount.nfs: Connection timed out", "mount: unknown filesystem type 'nfs'."]
)
def test_what_other_rules_tell_is_not_told_twice(output: str):
    assert judged(rule, node(output)) == []


def test_no_words_and_a_portal_out_of_reach_is_another_matter():
    facts = node("", Signals=UNKNOWN, Events=event("exit status 32"), PortalChecks=portal(ping=False, tcp=False))
    assert not [one for one in judged(rule, facts) if isinstance(one, Finding)]


def test_no_words_and_no_client_is_another_matter():
    tools = Tools((Tool("mount.nfs", None, SPAN),))
    facts = node("", Signals=UNKNOWN, Events=event("exit status 32"), Tools=tools)
    assert not [one for one in judged(rule, facts) if isinstance(one, Finding)]


def test_the_clients_of_the_class_are_told():
    own = StorageClass("", "csi.huawei.com", (("authClient", "198.51.100.0/24"),), (), "Immediate", False, SPAN)
    finding = found(rule, node(DENIED, StorageClasses=StorageClasses((own,))))
    assert any("198.51.100.0/24" in step.does.en for step in finding.steps)


def test_its_commands_only_read():
    finding = found(rule, node(DENIED))
    assert commands(finding) == ["ip route get 192.0.2.155", "showmount -e 192.0.2.155"]
    assert all(step.effect is Effect.READS for step in finding.steps if step.command is not None)


def test_without_logs_and_events_it_says_that_it_cannot_know():
    (gap,) = judged(rule, node("", Signals=UNKNOWN, Events=UNKNOWN))
    assert isinstance(gap, Inconclusive)
