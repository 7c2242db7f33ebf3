"""A refused NFS version: by the words of mount, the capabilities of the array and timed mounts, weighed together."""

import json
import shlex
from dataclasses import replace

import pytest

from analyzer.facts.host import NfsMountTest, NfsMountTests
from analyzer.findings import Certainty, Finding, Inconclusive
from analyzer.rules.nfs import version_steps
from analyzer.rules.nfs.nfs_version_refused import nfs_version_refused as rule
from analyzer.runbook import ADMIN, Effect
from tests.analyzer.rules.nfs_mounts import (
    SHARE,
    SPAN,
    UNKNOWN,
    V3_OFF,
    V4_OFF,
    backend,
    event,
    facts_of_node,
    found,
    judged,
    logged,
    portal,
    timed,
    volume,
)

OFF4, OFF3 = (32, 0.7, V4_OFF), (32, 3.5, V3_OFF)
NO_41 = backend(capabilities=(("SupportNFS3", True), ("SupportNFS4", True), ("SupportNFS41", False)))
UNTOLD = backend(capabilities=())
TESTED = timed(v3=0.1, v40=0.1, v41=OFF4, v42=OFF4)


def node(output: str = V4_OFF, option: str = "nfsvers=4.1", **different: object) -> dict[type, object]:
    given = {
        "Signals": logged("exit status 32", output),
        "PersistentVolumes": volume(*[option] if option else []),
        "StorageBackends": UNTOLD,
        "NfsMountTests": UNKNOWN,
    }
    return facts_of_node(**{**given, **different})


def patches(finding: Finding) -> list[list[str]]:
    """The commands that are told in words, as a shell reads them."""
    quoted = (part for step in finding.steps for part in step.does.in_language("en").split("`"))
    return [shlex.split(part) for part in quoted if part.startswith("kubectl patch")]


def patch(finding: Finding) -> list[dict[str, str]]:
    (argv,) = patches(finding)
    assert argv[:4] == ["kubectl", "patch", "pv", "pvc-1"]
    return json.loads(argv[-1])


def test_the_words_for_nfs_v4_are_likely():
    finding = found(rule, node())
    assert (finding.certainty, finding.subject) == (Certainty.LIKELY, "backend:nfs-155")


def test_a_capability_that_is_off_confirms_them():
    finding = found(rule, node(StorageBackends=NO_41))
    assert finding.certainty is Certainty.CONFIRMED
    assert "SupportNFS41=false" in finding.cause.en


def test_timed_mounts_confirm_them():
    assert found(rule, node(NfsMountTests=TESTED)).certainty is Certainty.CONFIRMED


def test_the_words_for_nfs_v3_have_three_causes():
    finding = found(rule, node(V3_OFF, "vers=3"))
    assert finding.certainty is Certainty.POSSIBLE
    assert "three causes" in finding.cause.en


def test_nfs_v3_that_is_off_is_confirmed_by_timed_mounts():
    tests = timed(v3=OFF3, v40=0.1, v41=0.1, v42=0.1)
    assert found(rule, node(V3_OFF, "nfsvers=3", NfsMountTests=tests)).certainty is Certainty.CONFIRMED


def test_a_stopped_service_prints_them_too_and_is_another_matter():
    facts = node(V3_OFF, "nfsvers=3", PortalChecks=portal(ping=True, tcp=False))
    assert judged(rule, facts) == []


def test_udp_is_named_when_nfs_v3_works_over_tcp():
    finding = found(rule, node(V3_OFF, "nfsvers=3,proto=udp", NfsMountTests=timed(v3=0.1)))
    assert finding.certainty is Certainty.CONFIRMED
    assert "over UDP" in finding.cause.en
    assert not patches(finding)


def test_no_version_that_does_not_fall_back_is_the_faqs_case():
    tests = timed(v3=0.1, v40=OFF4, v41=OFF4, v42=OFF4)
    finding = found(rule, node(option="", NfsMountTests=tests))
    assert finding.certainty is Certainty.CONFIRMED
    assert "No version is given" in finding.cause.en


def test_a_version_that_works_now_was_enabled_since():
    finding = found(rule, node(StorageBackends=NO_41, NfsMountTests=timed(v41=0.1)))
    assert finding.certainty is Certainty.POSSIBLE
    assert "works now" in finding.cause.en
    assert all(step.effect is Effect.READS for step in finding.steps)


def test_the_exit_status_alone_needs_a_capability_or_a_test():
    silent = {"Signals": UNKNOWN, "Events": event("exit status 32")}
    assert found(rule, node(StorageBackends=NO_41, **silent)).certainty is Certainty.LIKELY
    assert found(rule, node(NfsMountTests=TESTED, **silent)).certainty is Certainty.CONFIRMED
    assert not [one for one in judged(rule, node(**silent)) if isinstance(one, Finding)]


def test_a_version_nobody_has_heard_of_is_likely():
    finding = found(rule, node("mount.nfs: mount system call failed", "vers=9"))
    assert finding.certainty is Certainty.LIKELY
    assert "There is no NFSv9" in finding.cause.en


@pytest.mark.parametrize(
    "output", ["mount.nfs: access denied by server while mounting x", "mount.nfs: Connection refused"]
)
def test_other_words_are_other_rules(output: str):
    assert judged(rule, node(output)) == []


def test_the_words_of_an_old_driver_are_heard():
    facts = node(Signals=logged("exit status 32", V4_OFF, old=True))
    assert found(rule, facts).certainty is Certainty.LIKELY


def test_the_version_of_the_command_counts_where_the_pv_is_not_known():
    facts = node(Signals=logged("exit status 32", V4_OFF, options="-o nfsvers=4.2"), PersistentVolumes=UNKNOWN)
    assert "NFSv4.2" in found(rule, facts).title.en


def plain(code: int) -> NfsMountTests:
    """What a mount without a version came to."""
    test = NfsMountTest(SHARE, "", code, 0.4, "", SPAN, options="ro,vers=4.1,proto=tcp" if code == 0 else "")
    return replace(TESTED, without_version=(test,))


def test_a_mount_without_a_version_that_works_now_is_told_with_what_was_agreed_on():
    finding = found(rule, node(option="", NfsMountTests=plain(0)))
    assert "agreed on NFSv4.1" in finding.cause.en
    assert finding.certainty is Certainty.POSSIBLE


def test_a_mount_with_a_version_is_not_cleared_by_one_without():
    assert found(rule, node(NfsMountTests=plain(0))).certainty is Certainty.CONFIRMED


def test_a_mount_without_a_version_that_is_still_refused_changes_nothing():
    assert found(rule, node(option="", NfsMountTests=plain(32))) == found(rule, node(option="", NfsMountTests=TESTED))


def test_nodes_that_fail_alike_are_one_finding():
    assert found(rule, node(), node(node="n2")).nodes == ("n1", "n2")


def test_the_pv_is_patched_only_if_it_is_still_as_the_bundle_had_it():
    finding = found(rule, node(NfsMountTests=TESTED))
    assert patch(finding) == [
        {"op": "test", "path": "/spec/mountOptions/0", "value": "nfsvers=4.1"},
        {"op": "replace", "path": "/spec/mountOptions/0", "value": "nfsvers=4.0"},
    ]
    assert {step.host for step in finding.steps} == {ADMIN}


def test_whether_the_array_or_the_pvs_are_changed_is_a_humans_choice():
    finding = found(rule, node(NfsMountTests=TESTED))
    assert all(step.effect is Effect.READS for step in finding.steps if step.command is not None)


def test_the_last_step_shows_all_pvs():
    (first,) = volume("nfsvers=4.1").items
    (step,) = version_steps.confirm((first, replace(first, name="pvc-2")))
    assert step.command is not None
    assert step.command.argv[:5] == ("kubectl", "get", "pv", "pvc-1", "pvc-2")


def test_without_a_pv_the_portal_is_not_called_a_backend():
    facts = node(Signals=logged("exit status 32", V4_OFF, options="-o nfsvers=4.2"), PersistentVolumes=UNKNOWN)
    finding = found(rule, facts)
    assert finding.subject == "portal:192.0.2.155:2049"
    assert "backend" not in finding.title.en
    assert "?" not in "".join(step.does.en for step in finding.steps)


INCORRECT = "mount.nfs: an incorrect mount option was specified"
HOST_REFUSES = timed(v3=0.1, v40=0.1, v41=0.1, v42=(32, 0.01, INCORRECT))


def test_a_host_that_does_not_know_the_version_is_told_from_the_array():
    finding = found(rule, node(INCORRECT, "nfsvers=4.2", NfsMountTests=HOST_REFUSES, StorageBackends=backend()))
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, "option:nfsvers=4.2")
    assert "host n1 itself does not know NFSv4.2" in finding.cause.en
    assert "not enabled" not in finding.cause.en
    assert patch(finding)[1]["value"] == "nfsvers=4.1"


def test_that_another_node_takes_the_version_clears_the_array():
    facts = node(INCORRECT, "nfsvers=4.2", NfsMountTests=HOST_REFUSES)
    assert found(rule, facts).certainty is Certainty.LIKELY
    both = found(rule, facts, facts_of_node(node="n2", NfsMountTests=timed(v42=0.1)))
    assert (both.certainty, both.nodes) == (Certainty.CONFIRMED, ("n1",))


def test_beside_other_options_the_hosts_word_alone_is_possible():
    assert found(rule, node(INCORRECT, "nfsvers=4.2", StorageBackends=backend())).certainty is Certainty.LIKELY
    several = found(rule, node(INCORRECT, "nfsvers=4.2,nconnect=4", StorageBackends=backend()))
    assert several.certainty is Certainty.POSSIBLE
    assert "another of these options" in several.cause.en


def test_a_version_that_the_host_takes_by_now_leaves_the_other_options():
    finding = found(rule, node(INCORRECT, "nfsvers=4.1,bogus", NfsMountTests=timed(v41=0.1)))
    assert finding.certainty is Certainty.POSSIBLE
    assert "Another option" in finding.cause.en


def test_an_array_without_the_version_is_named_although_the_host_complains():
    finding = found(rule, node(INCORRECT, StorageBackends=NO_41))
    assert finding.subject == "backend:nfs-155"


@pytest.mark.parametrize("options", [("nfsvers=4.1,hard",), ("nfsvers=4.1", "vers=4.1"), ('nfsvers=4.1"',)])
def test_options_of_another_form_are_changed_by_hand(options: tuple[str, ...]):
    facts = node(NfsMountTests=TESTED, PersistentVolumes=volume(*options), StorageBackends=NO_41)
    assert not patches(found(rule, facts))


def test_what_is_only_possible_changes_nothing_by_a_command():
    finding = found(rule, node(V3_OFF, "nfsvers=3"))
    assert not patches(finding)


def test_without_logs_and_events_it_says_that_it_cannot_know():
    (gap,) = judged(rule, node(Signals=UNKNOWN, Events=UNKNOWN))
    assert isinstance(gap, Inconclusive)
