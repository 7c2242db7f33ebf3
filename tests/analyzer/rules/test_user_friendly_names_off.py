"""Maps without an alias the driver knows: an error where it failed, a warning before."""

from dataclasses import replace

import pytest

from analyzer.facts.cluster import Container, Pod
from analyzer.facts.driver import Driver
from analyzer.facts.multipath import MultipathMap, MultipathMaps
from analyzer.facts.multipath_conf import MultipathConf
from analyzer.findings import Certainty, Finding, Inconclusive, Severity
from analyzer.parsers import TextFile
from analyzer.parsers.multipath_conf import parse
from analyzer.rules.storage.user_friendly_names_off import user_friendly_names_off as rule
from analyzer.runbook import Effect
from tests.analyzer.rules import device_facts as given

WORDS = "check device: dm-1 is a partition device failed. error: Get DMDevice by alias:dm-1 failed."
FAILED = given.stage_failed(WORDS)


def conf(text: str) -> MultipathConf:
    return parse((TextFile("/etc/multipath.conf", text),))


OFF = conf("defaults {\n user_friendly_names no\n}\n")
ON = conf("defaults {\n user_friendly_names yes\n}\n")


def maps(name: str = f"3{given.WWN}", wwid: str = f"3{given.WWN}") -> MultipathMaps:
    return MultipathMaps((MultipathMap(name, wwid, "dm-1", "HUAWEI", "XSG1", "1G", "0", "0", "rw", (), given.SPAN),))


def found(*facts: object) -> Finding:
    return given.found(rule, *facts)


def test_a_failure_with_the_file_that_causes_it_is_a_confirmed_error():
    finding = found(FAILED, OFF, maps())
    assert (finding.severity, finding.certainty) == (Severity.ERROR, Certainty.CONFIRMED)


def test_a_failure_alone_is_likely():
    assert found(FAILED).certainty is Certainty.LIKELY


def test_the_drivers_line_alone_is_heard():
    assert found(given.logs(given.hit("driver-no-alias", device="dm-1"))).severity is Severity.ERROR


def test_an_old_line_of_a_node_that_is_right_by_now_is_over():
    assert given.judged(rule, given.logs(given.hit("driver-no-alias", device="dm-1")), ON, maps("mpatha")) == []


def test_the_configuration_before_any_failure_is_a_warning():
    finding = found(OFF, maps())
    assert (finding.severity, finding.certainty) == (Severity.WARNING, Certainty.CONFIRMED)


def test_maps_that_are_named_otherwise_although_the_file_is_right_are_likely():
    assert found(ON, maps()).certainty is Certainty.LIKELY


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("# empty\n", "not set"),
        ("defaults { user_friendly_names yes }\n", "share a line"),
        ("defaults {\n user_friendly_names yes\n}\nmultipaths {\n multipath {\n alias data1\n }\n}\n", "data1"),
    ],
)
def test_what_is_wrong_in_the_file_is_told(text: str, word: str):
    assert word in found(conf(text), maps("data1")).cause.en


def test_maps_in_force_decide_and_not_a_file_that_was_changed_since():
    assert given.judged(rule, OFF, maps("mpatha")) == []


def test_maps_of_others_on_this_host_do_not_matter():
    assert given.judged(rule, OFF, maps(wwid="3" + "6" * 32)) == []


def test_a_node_without_dm_multipath_is_left_alone():
    ultrapath = Driver("csi.huawei.com", "huawei-csi", True, (_pod("--scsi-multipath-type=HW-UltraPath"),), (), ())
    assert given.judged(rule, OFF, maps(), ultrapath) == []


def _pod(argument: str) -> Pod:
    container = Container("huawei-csi-driver", "x:4.12.0", (argument,), True, 0, "", "", "")
    return replace(given.POD, containers=(container,))


def test_without_the_maps_it_cannot_know():
    (gap,) = given.judged(rule, OFF)
    assert isinstance(gap, Inconclusive)


def test_the_file_is_mended_by_hand_with_its_lines_told():
    steps = found(OFF, maps()).steps
    assert "defaults {" in steps[1].does.in_language("en")
    assert {step.effect for step in steps if step.command} == {Effect.READS}
