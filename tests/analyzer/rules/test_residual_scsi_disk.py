from __future__ import annotations

from dataclasses import replace

from analyzer.facts import Unknown
from analyzer.facts.block import LiveIdentities
from analyzer.facts.host import DriverWwnFiles
from analyzer.facts.storage import Disk, DiskState
from analyzer.findings import Certainty, Finding
from analyzer.rules.storage.residual_scsi_disk import residual_scsi_disk as rule
from analyzer.runbook import Phase
from bundle.capture import Status
from tests.analyzer import dead_storage as given

LIVE = LiveIdentities(())
UNTOLD = Unknown("x", Status.TIMEOUT, "why")
BARE = {"kernel_state": None, "kernel_span": None, "path": None}


def judged(*disks: Disk) -> list[Finding]:
    storage = given.storage(bare=disks)
    found = rule.judge("worker-1", storage, LIVE, given.BINDINGS, given.HOST, DriverWwnFiles(()), *[UNTOLD] * 6)
    return [one for one in found if isinstance(one, Finding)]


def test_the_dead_disks_of_one_lun_are_one_finding() -> None:
    (finding,) = judged(given.dead_disk("sdb", "2:0:0:2", **BARE), given.dead_disk("sde", "3:0:0:2", **BARE))
    assert finding.certainty is Certainty.CONFIRMED
    assert [step.phase for step in finding.steps].count(Phase.DELETE_PATH) == 2


def test_a_silent_disk_without_the_arrays_denial_is_likely_and_kept() -> None:
    (finding,) = judged(given.dead_disk(refusals=(), **BARE))
    assert (finding.certainty, finding.steps) == (Certainty.LIKELY, ())
    assert "sg_turs" in finding.cause.en


def test_a_disk_that_answers_or_is_out_of_reach_is_not_reported() -> None:
    dead = given.dead_disk(**BARE)
    assert judged(replace(dead, state=DiskState.ALIVE), replace(dead, state=DiskState.UNREACHABLE)) == []


def test_a_dead_path_of_a_map_is_not_reported_twice() -> None:
    storage = given.storage(given.dead_map())
    known = (storage, LIVE, given.BINDINGS, given.HOST, DriverWwnFiles(()))
    assert list(rule.judge("worker-1", *known, *[UNTOLD] * 6)) == []


def test_it_cannot_know_without_a_live_inquiry() -> None:
    assert "LiveIdentities" in [need.fact.__name__ for need in rule.needs if not need.optional]
