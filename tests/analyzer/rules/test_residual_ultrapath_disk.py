"""UltraPath's virtual LUNs: residual, in use, or somebody else's; never a command that removes."""

from dataclasses import replace

import pytest

from analyzer.facts.bindings import bind
from analyzer.facts.cluster import VolumeAttachments
from analyzer.facts.host import DriverWwnFile, DriverWwnFiles
from analyzer.facts.tools import Tool, Tools
from analyzer.facts.ultrapath import VirtualLun, VirtualLuns
from analyzer.findings import Certainty, Finding, Inconclusive
from analyzer.rules.storage.residual_ultrapath_disk import residual_ultrapath_disk as rule
from analyzer.runbook import Effect
from tests.analyzer.rules import device_facts as given

ROW = VirtualLun("61", "deleted", "vol-1", given.WWN, "Fault", "0/2", given.SPAN)
FREE = (VolumeAttachments(()), given.bound())


def found(row: VirtualLun = ROW, *facts: object) -> Finding:
    return given.found(rule, *FREE, VirtualLuns((row,)), *facts)


def test_a_deleted_and_faulty_row_is_confirmed():
    finding = found()
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, f"wwid:3{given.WWN}")


@pytest.mark.parametrize("row", [replace(ROW, disk="sdc"), replace(ROW, status="Normal")])
def test_only_deleted_or_only_faulty_is_likely(row: VirtualLun):
    assert found(row).certainty is Certainty.LIKELY


def test_with_its_disk_still_there_it_may_be_an_outage_and_there_is_nothing_but_to_read():
    finding = found(replace(ROW, disk="sdx"))
    assert {step.effect for step in finding.steps} == {Effect.READS}
    assert finding.cause.en.startswith("UltraPath has the virtual LUN 61 ")
    assert "its paths are down, or the array took it away from this host" in finding.cause.en


@pytest.mark.parametrize("status", ["Normal", "Degraded"])
def test_a_row_that_works_is_left_alone(status: str):
    assert given.judged(rule, *FREE, VirtualLuns((replace(ROW, disk="sdc", status=status),))) == []


def test_a_faulty_row_that_is_attached_here_is_an_outage_and_no_residue():
    assert given.judged(rule, VirtualLuns((ROW,))) == []


def test_one_that_is_attached_to_another_node_is_residual_here():
    elsewhere = given.attached(node="n2")
    known = (VolumeAttachments((elsewhere,)), bind((elsewhere,), (given.VOLUME,), (), (given.NODE,)))
    assert given.found(rule, *known, VirtualLuns((ROW,))).certainty is Certainty.CONFIRMED


def test_a_wwn_the_driver_does_not_know_is_possible_and_may_be_anybodys():
    finding = found(replace(ROW, wwn="6" * 32))
    assert (finding.certainty, "something else" in finding.cause.en) == (Certainty.POSSIBLE, True)


def test_the_drivers_note_makes_it_the_drivers():
    note = DriverWwnFiles((DriverWwnFile("/x.wwn", "x", "6" * 32, given.SPAN),))
    assert found(replace(ROW, wwn="6" * 32), note).certainty is Certainty.CONFIRMED


def test_without_the_cluster_it_is_possible_and_says_what_would_settle_it():
    finding = given.found(rule, VirtualLuns((ROW,)), VolumeAttachments(()), given.bound(nodes=()))
    assert (finding.certainty, "kubectl get nodes" in finding.cause.en) == (Certainty.POSSIBLE, True)


def test_the_drivers_own_words_are_quoted():
    assert len(found(ROW, given.logs(given.hit("driver-ultrapath-residual"))).evidence) == 2


def test_no_command_does_anything_but_read():
    steps = found().steps
    assert {step.effect for step in steps if step.command} == {Effect.READS}
    assert Effect.DESTROYS not in {step.effect for step in steps}
    assert all(step.command is None or step.command.argv[:2] == ("upadmin", "show") for step in steps)


def test_a_node_without_ultrapath_is_clear_and_one_whose_answer_is_missing_is_not():
    (gap,) = given.judged(rule, *FREE)
    assert isinstance(gap, Inconclusive)
    assert given.judged(rule, *FREE, Tools((Tool("upadmin", None, given.SPAN),))) == []
