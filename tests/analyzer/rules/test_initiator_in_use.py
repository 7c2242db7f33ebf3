"""An initiator that the array has under another host."""

import pytest

from analyzer.facts.cluster import VolumeAttachments
from analyzer.findings import Certainty
from analyzer.rules.initiators.initiator_in_use import initiator_in_use
from tests.analyzer.rules import device_facts as given

RPC = "rpc error: code = Internal desc = "
IN_USE = RPC + "ISCSI initiator ***is already associated to another host k8s_other"


def refused(says: str) -> VolumeAttachments:
    return VolumeAttachments((given.attached(None, error=says),))


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (IN_USE, "iscsi"),
        (RPC + "FC initiator 21000024ff7ee1f4 is already associated to another host x", "fc"),
        (RPC + "NVMe initiator nqn.x is already associated to another host x", "nvme"),
        (RPC + "connector initiator *** is already associated to another host", "iscsi"),
    ],
)
def test_a_refused_initiator_is_told_by_kind(says: str, kind: str):
    finding = given.found(initiator_in_use, refused(says))
    assert (finding.subject, finding.certainty) == (f"initiator:{kind}", Certainty.CONFIRMED)


def test_the_other_host_is_named_and_the_array_is_mended_by_hand():
    finding = given.found(initiator_in_use, refused(IN_USE))
    assert "k8s_other" in finding.cause.en
    assert all(step.command is None for step in finding.steps)


def test_another_error_is_not_reported():
    assert given.judged(initiator_in_use, refused(f"{RPC}no 0 initiator")) == []
