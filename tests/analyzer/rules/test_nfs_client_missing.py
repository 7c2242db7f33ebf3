"""The program that mounts shares: missing on the host, as mount says and as the search of its folders shows."""

import pytest

from analyzer.facts.host import OsRelease
from analyzer.facts.tools import Tool, Tools
from analyzer.findings import Certainty, Inconclusive, Severity
from analyzer.rules.nfs.nfs_client_missing import nfs_client_missing as rule
from tests.analyzer.rules.nfs_mounts import SPAN, UNKNOWN, backend, event, facts_of_node, found, judged, logged

HELPER = (
    "mount: /globalmount: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> "
    "helper program."
)
ABSENT = Tools((Tool("mount.nfs", None, SPAN),))


def node(output: str = HELPER, **different: object) -> dict[type, object]:
    return facts_of_node(**{"Signals": logged("exit status 32", output), **different})


def test_the_words_and_the_search_confirm_it():
    finding = found(rule, node(Tools=ABSENT))
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, "tool:mount.nfs")


@pytest.mark.parametrize(
    "output", [HELPER, "mount: wrong fs type, bad option, bad superblock on x", "mount: unknown filesystem type 'nfs'."]
)
def test_the_words_alone_are_likely(output: str):
    finding = found(rule, node(output, Tools=UNKNOWN))
    assert finding.certainty is Certainty.LIKELY
    assert "probe tools" in finding.cause.en


def test_an_exit_status_without_words_is_explained_by_the_search():
    facts = facts_of_node(Signals=UNKNOWN, Events=event("exit status 32"), Tools=ABSENT)
    assert found(rule, facts).certainty is Certainty.LIKELY


def test_without_a_failure_it_is_a_warning_where_pods_use_such_volumes():
    assert found(rule, facts_of_node(Tools=ABSENT)).severity is Severity.WARNING


def test_without_such_volumes_nobody_needs_it():
    assert judged(rule, facts_of_node(Tools=ABSENT, StorageBackends=backend("iscsi"))) == []


def test_a_host_that_has_it_is_left_alone():
    assert judged(rule, facts_of_node()) == []


@pytest.mark.parametrize("protocol", ["dpc", "dtfs"])
def test_a_vendors_client_is_named_by_its_protocol(protocol: str):
    finding = found(rule, node(StorageBackends=backend(protocol)))
    assert finding.subject == f"tool:mount.{protocol}"
    assert protocol.upper() in finding.steps[0].does.en


def test_options_that_only_nfs_plus_knows_need_its_client():
    finding = found(rule, node("mount.nfs: an incorrect mount option was specified", StorageBackends=backend("nfs+")))
    assert finding.certainty is Certainty.LIKELY
    assert "n1 probably lacks the vendor's client for NFS+" in finding.cause.en


def test_a_long_answer_of_mount_is_cut_between_words():
    output = HELPER + " dmesg(1) may have more information after failed mount system call." * 5
    (quoted,) = [line for line in found(rule, node(output)).cause.en.split("\n") if line.startswith("mount said")]
    *_, last, ellipsis = quoted.split(" ")
    assert (last in output.split(" "), ellipsis) == (True, "…")


@pytest.mark.parametrize(
    ("distribution", "package"), [("ubuntu", "apt-get install nfs-common"), ("kylin", "yum install nfs-utils")]
)
def test_the_package_is_the_distributions(distribution: str, package: str):
    release = OsRelease(distribution, "1", distribution, "5.10", SPAN)
    assert package in found(rule, node(OsRelease=release)).steps[0].does.en


def test_without_the_tools_and_the_logs_it_says_that_it_cannot_know():
    (gap,) = judged(rule, facts_of_node(Tools=UNKNOWN, Signals=UNKNOWN, Events=UNKNOWN))
    assert isinstance(gap, Inconclusive)
