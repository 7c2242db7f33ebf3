"""Initiators that are missing, in use by another host, or not unique."""

from dataclasses import replace

import pytest

from analyzer.facts.across import Across
from analyzer.facts.cluster import Event, Events, VolumeAttachments
from analyzer.facts.driver import Driver
from analyzer.facts.host import Host
from analyzer.facts.initiators import Initiator, Initiators, Kind
from analyzer.facts.logs import ClusterSignals
from analyzer.facts.workloads import CsiNode, CsiNodes
from analyzer.findings import Certainty, Finding, Inconclusive, Severity
from analyzer.rules.initiators.duplicate_initiator import duplicate_initiator
from analyzer.rules.initiators.initiator_in_use import initiator_in_use
from analyzer.rules.initiators.initiator_missing import initiator_missing
from analyzer.runbook import ADMIN, Effect
from tests.analyzer.rules import device_facts as given

RPC = "rpc error: code = Internal desc = "
IN_USE = RPC + "ISCSI initiator ***is already associated to another host k8s_other"
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
    assert given.judged(initiator_in_use, refused(f"{RPC}no 0 initiator")) == []


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


def duplicates(
    nodes: dict[str, Initiators | object], hosts: dict[str, str] | None = None, ids: dict[str, str] | None = None
) -> list[Finding | Inconclusive]:
    named = {node: Host(name, given.BOOT, given.SPAN) for node, name in (hosts or {}).items()}
    items = [CsiNode(node, (("csi.huawei.com", one),), (), given.SPAN) for node, one in (ids or {}).items()]
    judge = duplicate_initiator.judge
    return list(judge(Across(nodes), Across(named), CsiNodes(tuple(items)), DRIVER))  # type: ignore[arg-type]


def test_nodes_with_one_name_are_one_critical_finding():
    same = names(("iscsi", "a" * 16), ("nvme", None))
    (finding,) = duplicates({"n1": same, "n2": same, "n3": names(("iscsi", "b" * 16))})
    assert isinstance(finding, Finding)
    assert (finding.nodes, finding.severity, finding.subject) == (("n1", "n2"), Severity.CRITICAL, "initiator:iscsi")
    assert Effect.DESTROYS not in {step.effect for step in finding.steps}


def test_two_missing_names_are_not_the_same_name():
    assert duplicates({"n1": names(("iscsi", None)), "n2": names(("iscsi", None))}) == []


def test_digests_of_two_salts_are_not_compared():
    one, other = names(("iscsi", "a" * 16)), names(("iscsi", "a" * 16), salt="00000002")
    assert duplicates({"n1": one, "n2": other}) == []


def test_a_name_of_another_kind_is_another_name():
    assert duplicates({"n1": names(("iscsi", "a" * 16)), "n2": names(("nvme", "a" * 16))}) == []


def test_one_os_host_name_is_told_by_csinode_and_by_the_hosts_themselves():
    host = '{"HostName":"same"}'
    (by_id,) = duplicates({}, ids={"n1": host, "n2": host})
    (by_host,) = duplicates({}, hosts={"n1": "same", "n2": "same"})
    assert isinstance(by_id, Finding)
    assert isinstance(by_host, Finding)
    assert by_id.subject == by_host.subject == "hostname:same"


def test_a_node_is_not_counted_twice_by_its_two_witnesses():
    assert duplicates({}, hosts={"n1": "same"}, ids={"n1": '{"HostName":"same"}', "n2": "{"}) == []


def test_a_node_whose_names_were_not_read_is_said():
    (gap,) = duplicates({"n1": given.UNKNOWN})
    assert isinstance(gap, Inconclusive)
