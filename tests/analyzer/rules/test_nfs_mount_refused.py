"""A share that was refused: the words mean different things with different versions."""

import pytest

from analyzer.facts.claims import StorageClass, StorageClasses
from analyzer.facts.cluster import ClusterNode, ClusterNodes, Pods
from analyzer.facts.logs import Signals
from analyzer.facts.tools import Tool, Tools
from analyzer.findings import Certainty, Finding, Inconclusive
from analyzer.rules.nfs.nfs_mount_refused import nfs_mount_refused as rule
from analyzer.runbook import ADMIN, Effect
from tests.analyzer.rules.nfs_mounts import (
    SHARE,
    SPAN,
    UNKNOWN,
    V4_OFF,
    commands,
    event,
    facts_of_node,
    found,
    hit,
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


def clients(told: str, *addresses: str) -> dict[str, object]:
    own = StorageClass("", "csi.huawei.com", (("authClient", told),), (), "Immediate", False, SPAN)
    known = ClusterNode("n1", "n1", addresses, "True", "", "", SPAN)
    return {"StorageClasses": StorageClasses((own,)), "ClusterNodes": ClusterNodes((known,))}


def test_the_clients_of_the_class_are_told():
    finding = found(rule, node(DENIED, **clients("198.51.100.0/24")))
    assert any("198.51.100.0/24" in step.does.en for step in finding.steps)


@pytest.mark.parametrize(("output", "option"), [(MISSING, "nfsvers=4.1"), (DENIED, "nfsvers=3")])
def test_a_class_that_leaves_the_node_out_speaks_for_the_permission(output: str, option: str):
    finding = found(rule, node(output, option, **clients("198.51.100.0/24;203.0.113.7", "192.0.2.11", "worker-1")))
    assert finding.certainty is Certainty.LIKELY
    assert "does not let this node's address" in finding.cause.en.partition("\n")[0]
    assert "192.0.2.11" in finding.cause.en
    assert "share-pvc-1" not in [step.target for step in finding.steps]


@pytest.mark.parametrize("told", ["*", "192.0.2.0/24", "198.51.100.1; 192.0.2.11"])
def test_a_class_that_lets_the_node_in_speaks_for_a_missing_share(told: str):
    finding = found(rule, node(MISSING, **clients(told, "192.0.2.11")))
    assert finding.certainty is Certainty.POSSIBLE
    assert "probably does not exist on the array" in finding.cause.en.partition("\n")[0]
    assert [step.target for step in finding.steps if step.host == ADMIN] == ["share-pvc-1", "permission-pvc-1"]
    assert not any("correct authClient" in step.does.en for step in finding.steps)


@pytest.mark.parametrize(("told", "address"), [("@storage;198.51.100.1", "192.0.2.11"), ("198.51.100.1", "worker-1")])
def test_a_client_that_is_a_name_or_a_node_without_an_address_leaves_both(told: str, address: str):
    assert "two causes" in found(rule, node(MISSING, **clients(told, address))).cause.en.partition("\n")[0]


def test_the_cause_stands_before_the_words_of_mount():
    pods = Pods((pod(), pod("n2", "Running", "app-1")))
    first, second, *_ = found(rule, node(MISSING, Pods=pods)).cause.en.split("\n")
    assert "does not let this node's address" in first
    assert "No such file or directory" in second


def test_the_address_is_looked_up_on_the_node_and_that_is_said():
    (step,) = [one for one in found(rule, node(DENIED)).steps if one.target == "permission-pvc-1"]
    assert "on n1: `ip route get 192.0.2.155`" in step.does.en


def test_a_dtree_is_looked_for_in_its_file_system():
    share = "192.0.2.155:/fs_k8s/pvc_1"
    signals = Signals(
        (
            hit("driver-stage-failed", volume="pvc_1", says="exit status 32"),
            hit("driver-mount-failed", share=share, target="/x", output=MISSING, error="exit status 32"),
        ),
        ("driver_logs",),
    )
    (step,) = [one for one in found(rule, node("", Signals=signals)).steps if one.target == "share-pvc-1"]
    assert "the DTree pvc_1 in the file system fs_k8s" in step.does.en


def test_its_commands_only_read():
    finding = found(rule, node(DENIED))
    assert commands(finding) == ["ip route get 192.0.2.155", "showmount -e 192.0.2.155"]
    assert all(step.effect is Effect.READS for step in finding.steps if step.command is not None)


def test_without_logs_and_events_it_says_that_it_cannot_know():
    (gap,) = judged(rule, node("", Signals=UNKNOWN, Events=UNKNOWN))
    assert isinstance(gap, Inconclusive)
