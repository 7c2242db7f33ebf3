"""Nodes with one initiator name, or one host name."""

from analyzer.facts.across import Across
from analyzer.facts.driver import Driver
from analyzer.facts.host import Host
from analyzer.facts.initiators import Initiator, Initiators, Kind
from analyzer.facts.workloads import CsiNode, CsiNodes
from analyzer.findings import Finding, Inconclusive, Severity
from analyzer.rules.initiators.duplicate_initiator import duplicate_initiator
from analyzer.runbook import Effect
from tests.analyzer.rules import device_facts as given

DRIVER = Driver("csi.huawei.com", "huawei-csi", True, (), (), ())


def names(*kinds: tuple[Kind, str | None], salt: str = "00000001") -> Initiators:
    return Initiators(salt, tuple(Initiator(kind, one, "set" if one else "missing", given.SPAN) for kind, one in kinds))


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
