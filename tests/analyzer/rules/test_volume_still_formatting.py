"""A volume that is being formatted needs patience, and nothing else."""

import pytest

from analyzer.facts.bindings import Bindings
from analyzer.facts.block import BlockDevice
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import Processes
from analyzer.facts.storage import NodeStorage, StorageMap
from analyzer.findings import Certainty, Finding, Inconclusive
from analyzer.rules.host.volume_still_formatting import volume_still_formatting as rule
from analyzer.runbook import Effect
from tests.analyzer.rules import host_facts as facts
from tests.analyzer.rules.host_facts import NONE_FAILED, NSENTER, SPAN, UNKNOWN, bound, failed, processes

SAYS = "the disk is in formatting, please wait"
SHELL = (1000, 900, "S", "do_wait", 300, NSENTER)


def mkfs(age_s: int, device: str = "/dev/dm-1", stat: str = "S") -> tuple[facts.Line, ...]:
    return (
        SHELL,
        (1001, 1000, "S", "do_wait", age_s, f"mkfs -t ext4 -F {device}"),
        (1002, 1001, stat, "x", age_s, f"mkfs.ext4 -F {device}"),
    )


def storage() -> NodeStorage:
    dm = BlockDevice(
        "dm-1", "253:1", 1, False, None, None, None, None, None, None, None, (), (), "mpathb", None, None, SPAN
    )
    return NodeStorage((StorageMap(f"3{'6' * 32}", dm, None, None, None, (), None, (), None, None, (), None),), ())


def judged(**more: object) -> list[Finding | Inconclusive]:
    given: dict[type, object] = {
        Processes: processes(),
        VolumeFailures: NONE_FAILED,
        NodeStorage: storage(),
        Bindings: bound(),
    }
    return facts.judged(rule, given, more)


def found(**more: object) -> Finding:
    return facts.the_finding(judged(**more))


def test_nothing_is_formatted_on_a_healthy_node():
    assert judged() == []


def test_a_mkfs_at_work_for_long_is_confirmed_with_its_volume():
    finding = found(Processes=processes(*mkfs(2400)))
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, "pv:pvc-1")
    assert "40 min" in finding.cause.en


def test_a_mkfs_that_has_only_begun_is_nothing_to_tell():
    assert judged(Processes=processes(*mkfs(20))) == []


def test_the_driver_s_word_and_the_mkfs_are_one_finding():
    finding = found(Processes=processes(*mkfs(2400)), VolumeFailures=failed(SAYS))
    assert len(finding.evidence) == 2


def test_the_only_mkfs_is_the_volume_s_that_waits_even_on_an_unknown_device():
    finding = found(Processes=processes(*mkfs(2400, "/dev/dm-9")), VolumeFailures=failed(SAYS))
    assert finding.subject == "pv:pvc-1"


def test_an_alias_names_the_device_as_well():
    assert found(Processes=processes(*mkfs(2400, "/dev/mapper/mpathb"))).subject == "pv:pvc-1"


def test_the_driver_s_word_alone_is_likely():
    finding = found(VolumeFailures=failed(SAYS))
    assert finding.certainty is Certainty.LIKELY
    assert "No mkfs was at work" in finding.cause.en


def test_without_the_processes_it_says_so():
    assert "not known" in found(Processes=UNKNOWN, VolumeFailures=failed(SAYS)).cause.en


def test_a_mkfs_that_someone_else_runs_is_his_own():
    assert judged(Processes=processes((1002, 700, "S", "x", 2400, "mkfs.ext4 /dev/sdz"))) == []


def test_a_mkfs_in_state_d_may_not_get_on():
    assert "state D" in found(Processes=processes(*mkfs(2400, stat="D"))).cause.en


@pytest.mark.parametrize("says", ["timeout", "VolumeDeviceNotFound"])
def test_another_failure_is_no_formatting(says: str):
    assert judged(VolumeFailures=failed(says)) == []


def test_nothing_but_waiting_is_asked_for():
    steps = found(Processes=processes(*mkfs(2400)), VolumeFailures=failed(SAYS)).steps
    assert all(step.command is None or step.effect is Effect.READS for step in steps)
