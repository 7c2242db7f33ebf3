"""A node without an initiator: by what was said of attaching, and by the node's own names."""

from dataclasses import replace

import pytest

from analyzer.facts.cluster import Event, Events, VolumeAttachments
from analyzer.facts.driver import Driver
from analyzer.facts.initiators import Initiator, Initiators, Kind
from analyzer.facts.logs import ClusterSignals
from analyzer.findings import Certainty
from analyzer.rules.initiators.initiator_missing import initiator_missing
from analyzer.runbook import ADMIN
from tests.analyzer.rules import device_facts as given

RPC = "rpc error: code = Internal desc = "
DRIVER = Driver("csi.huawei.com", "huawei-csi", True, (), (), ())


def refused(says: str) -> VolumeAttachments:
    return VolumeAttachments((given.attached(None, error=says),))


def names(*kinds: tuple[Kind, str | None], salt: str = "00000001") -> Initiators:
    return Initiators(salt, tuple(Initiator(kind, one, "set" if one else "missing", given.SPAN) for kind, one in kinds))


@pytest.mark.parametrize(("number", "kind"), [("0", "iscsi"), ("1", "fc"), ("2", "nvme")])
def test_each_number_is_a_kind_and_a_missing_name_confirms_it(number: str, kind: Kind):
    finding = given.found(initiator_missing, refused(f"{RPC}no {number} initiator"), names((kind, None)))
    assert (finding.subject, finding.certainty) == (f"initiator:{kind}", Certainty.CONFIRMED)


def test_a_name_that_is_there_came_after_the_pods_start():
    finding = given.found(initiator_missing, refused(f"{RPC}no 0 initiator"), names(("iscsi", "a" * 16)), DRIVER)
    assert finding.certainty is Certainty.LIKELY
    assert [step.host for step in finding.steps] == [ADMIN, ADMIN]  # the name itself is not made anew


def test_without_the_names_it_is_likely_and_says_both():
    finding = given.found(initiator_missing, refused(f"{RPC}no 0 initiator"))
    assert (finding.certainty, "was not collected" in finding.cause.en) == (Certainty.LIKELY, True)


def test_an_event_is_enough_and_belongs_to_the_pods_node():
    says = f'AttachVolume.Attach failed for volume "pvc-1" : {RPC}no 0 initiator'
    event = Event("shop", "Pod", "db-0", "", "FailedAttachVolume", says, 1, "", "", given.SPAN)
    assert given.found(initiator_missing, Events((event,)), VolumeAttachments(())).subject == "initiator:iscsi"
    other = replace(event, name="another")
    assert given.judged(initiator_missing, Events((other,)), VolumeAttachments(())) == []


@pytest.mark.parametrize(("host", "told"), [("n1", 1), ("n2", 0)])
def test_the_controllers_log_is_enough_where_it_names_this_node(host: str, told: int):
    line = f'controller publish volume vol-1 to node {{"HostName":"{host}"}} error: no 0 initiator'
    heard = given.hit("driver-initiator-missing", line, volume="vol-1", node=f'{{"HostName":"{host}"}}', number="0")
    known = (VolumeAttachments(()), ClusterSignals((heard,), ("c/driver",)))
    assert len(given.judged(initiator_missing, *known)) == told


def test_what_was_attached_since_is_over():
    says = f'AttachVolume.Attach failed for volume "pvc-1" : {RPC}no 0 initiator'
    event = Event("shop", "Pod", "db-0", "", "FailedAttachVolume", says, 1, "", "", given.SPAN)
    assert given.judged(initiator_missing, Events((event,))) == []


def test_other_errors_are_not_reported():
    assert given.judged(initiator_missing, refused(f"{RPC}no 10 initiators")) == []
