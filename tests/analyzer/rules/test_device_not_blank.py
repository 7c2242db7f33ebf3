"""A device that holds data without a known file system is never written to."""

from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes
from analyzer.facts.failures import VolumeFailures
from analyzer.findings import Certainty, Finding, Inconclusive
from analyzer.rules.filesystem.device_not_blank import device_not_blank as rule
from analyzer.runbook import Effect
from tests.analyzer.rules import host_facts as facts
from tests.analyzer.rules.host_facts import NONE_FAILED, SPAN, UNKNOWN, bound, failed

SAYS = (
    "1. Maybe the device /dev/dm-2 is formatted; 2. Maybe the device is a raw block volume, please check. error: <nil>"
)


def volumes(wwn: str = "6" * 32) -> PersistentVolumes:
    one = PersistentVolume("pvc-1", "csi.huawei.com", "san.pvc-1", wwn, "Filesystem", (), "shop", "data", "Bound", SPAN)
    return PersistentVolumes((one,))


def judged(**more: object) -> list[Finding | Inconclusive]:
    given: dict[type, object] = {VolumeFailures: failed(SAYS), PersistentVolumes: volumes(), Bindings: bound()}
    return facts.judged(rule, given, more)


def found(**more: object) -> Finding:
    return facts.the_finding(judged(**more))


def test_the_driver_s_refusal_is_confirmed_and_lists_what_it_may_be():
    finding = found()
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, "pv:pvc-1")
    for word in ("/dev/dm-2", "raw block", "partition table"):
        assert word in finding.cause.en


def test_other_failures_are_not_judged_here():
    assert judged(VolumeFailures=failed("the disk is in formatting, please wait")) == []


def test_the_device_is_only_read_and_by_its_wwn():
    steps = found().steps
    assert all(step.command is None or step.effect is Effect.READS for step in steps)
    assert steps[0].command is not None
    assert steps[0].command.argv == ("blkid", "-p", f"/dev/disk/by-id/dm-uuid-mpath-3{'6' * 32}")


def test_a_volume_without_a_plain_wwn_gets_no_command():
    assert [step.command for step in found(PersistentVolumes=volumes("6; rm")).steps] == [None]


def test_without_failures_nothing_is_known():
    (gap,) = judged(VolumeFailures=UNKNOWN)
    assert isinstance(gap, Inconclusive)


def test_a_log_without_it_is_enough_to_be_silent():
    assert judged(VolumeFailures=NONE_FAILED) == []
