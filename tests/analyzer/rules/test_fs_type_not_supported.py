"""A file system that the driver does not make is a matter of the StorageClass."""

from dataclasses import replace

from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes
from analyzer.facts.failures import VolumeFailures
from analyzer.findings import Certainty, Finding, Inconclusive
from analyzer.rules.filesystem.fs_type_not_supported import fs_type_not_supported as rule
from analyzer.runbook import ADMIN, Effect
from tests.analyzer.rules import host_facts as facts
from tests.analyzer.rules.host_facts import NONE_FAILED, SPAN, UNKNOWN, bound, failed

SAYS = "fsType btrfs is not correct. [ext2, ext3, ext4, xfs] are support, Please check the storage class"
VOLUME = PersistentVolume(
    "pvc-1", "csi.huawei.com", "s.pvc-1", "", "Filesystem", (), "shop", "data", "Bound", SPAN, "fast"
)


def judged(**more: object) -> list[Finding | Inconclusive]:
    given: dict[type, object] = {
        VolumeFailures: failed(SAYS),
        PersistentVolumes: PersistentVolumes((VOLUME,)),
        Bindings: bound(),
    }
    return facts.judged(rule, given, more)


def found(**more: object) -> Finding:
    return facts.the_finding(judged(**more))


def test_the_class_and_the_file_system_are_named():
    finding = found()
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, "pv:pvc-1")
    assert "StorageClass fast" in finding.cause.en
    assert "btrfs" in finding.cause.en


def test_what_the_driver_knows_is_told_in_its_own_words():
    assert "ext2, ext3, ext4, xfs" in found().cause.en


def test_other_failures_are_not_judged_here():
    assert judged(VolumeFailures=failed("exit status 32")) == []


def test_all_is_done_with_kubectl_and_nothing_is_changed_by_a_command():
    steps = found().steps
    assert {step.host for step in steps} == {ADMIN}
    assert all(step.command is None or step.effect is Effect.READS for step in steps)


def test_a_class_of_another_form_reaches_no_command():
    odd = PersistentVolumes((replace(VOLUME, storage_class="fast; x"),))
    assert [step.command for step in found(PersistentVolumes=odd).steps] == [None]


def test_without_the_volumes_the_failure_still_tells():
    assert found(PersistentVolumes=UNKNOWN).certainty is Certainty.CONFIRMED


def test_a_log_without_it_is_enough_to_be_silent():
    assert judged(VolumeFailures=NONE_FAILED) == []
