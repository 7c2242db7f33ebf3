"""Several nodes introduce themselves to the array by one name: an initiator name, or the host name the driver
registers.

How we know
    The nodes' digests of their initiator names, made with the same salt in one collection, are equal for one kind; the
    names themselves are not collected.  Or CSINode's node ids, or the nodes' own host names, are equal: the driver
    registers hosts on the array by their OS host name, whatever the node is called in the cluster.
Not reported here
    Nodes of different collections: their salts differ, so nothing can be compared.
False alarms
    None known: even nodes that do not use this protocol yet fail as soon as they do.
Remedy
    By hand, one node at a time: drain it, give it a name of its own, restart iscsid and the driver's pod, remove the
    old host entry on the array, bring it back.
Source
    Huawei CSI guide, 8.4.10; eSDK_K8S_Plugin, csi/driver/node.go (node id), connector/host/host_helper.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.driver import Driver
from analyzer.facts.host import Host
from analyzer.facts.initiators import Initiators, Kind
from analyzer.facts.workloads import CsiNodes
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import cluster_rule
from analyzer.rules.initiators import name_steps, saying
from analyzer.runbook import ADMIN, Phase, Step
from analyzer.texts import Text

KINDS: tuple[Kind, ...] = ("iscsi", "nvme", "fc")

TITLE = Text(en="{count} nodes have one {kind} initiator name", zh="{count} 个节点使用同一个 {kind} 启动器名称")
CAUSE = Text(
    en="{nodes} have the same {kind} initiator name, most likely cloned from one image. The array takes them for one "
    "host: it maps volumes of one to the other, or refuses (`is already associated to another host`), and both may "
    "write to the same LUN, which destroys its data.",
    zh="{nodes} 的 {kind} 启动器名称相同，多半是由同一镜像克隆而来。阵列会把它们当作同一台主机："
    "把一个节点的卷映射给另一个节点，或拒绝挂载（`is already associated to another host`）；两个节点可能同时写同一个 "
    "LUN，导致数据损坏。",
)
HOST_TITLE = Text(en="{count} nodes have one host name: {name}", zh="{count} 个节点主机名相同：{name}")
HOST_CAUSE = Text(
    en="{nodes} have the same OS host name {name}. The driver registers hosts on the array by it, so that the "
    "initiators of these nodes are put under one host, and each volume of one node is mapped to all of them.",
    zh="{nodes} 的操作系统主机名均为 {name}。驱动以该名称在阵列上登记主机，因此这些节点的启动器会归到同一个主机下，"
    "任一节点的卷都会映射给所有这些节点。",
)
RENAME = Text(
    en="On every node of {nodes} but one, one at a time: `kubectl drain` it, then give it a host name of its own "
    "(`hostnamectl set-hostname NAME`, keeping the kubelet's node name as it is, or join it to the cluster anew), "
    "restart the driver's pod, and have the old host entry on the array corrected before volumes are attached again.",
    zh="除一个节点外，对 {nodes} 中的其他节点逐个操作：先 `kubectl drain`，再设置独有的主机名"
    "（`hostnamectl set-hostname NAME`，保持 kubelet 的节点名不变，或重新加入集群），重启驱动 Pod，"
    "并在重新挂载卷之前修正阵列上的旧主机条目。",
)
DRAIN = Text(
    en="Do this for every node of {nodes} but one, one at a time, after `kubectl drain NODE --ignore-daemonsets`: no "
    "volume may be attached while the name changes. Afterwards restart the driver's pod of the node (`kubectl delete "
    "pod NAME`), correct the host entry on the array, and `kubectl uncordon NODE`.",
    zh="除一个节点外，对 {nodes} 中的其他节点逐个执行；先执行 `kubectl drain NODE --ignore-daemonsets`："
    "更改名称期间不能有卷挂载。之后重启该节点的驱动 Pod（`kubectl delete pod NAME`），修正阵列上的主机条目，再执行 "
    "`kubectl uncordon NODE`。",
)


@cluster_rule(
    "duplicate-initiator", Severity.CRITICAL, Text(en="Nodes with one initiator name", zh="多个节点的启动器名称相同")
)
def duplicate_initiator(
    initiators: Across[Initiators],
    hosts: Across[Host],
    csi_nodes: CsiNodes | Unknown,
    driver: Driver | Unknown,
) -> Iterator[Finding | Inconclusive]:
    for kind in KINDS:
        for members in _same(_digests(initiators, kind)):
            yield _of_initiator(kind, members)
    for name, found in _host_names(hosts, csi_nodes, driver).items():
        if len(found) > 1:
            yield _of_host_name(name, found)
    yield from (Inconclusive("duplicate-initiator", node, (gap,)) for node, gap in initiators.unknown())


def _digests(initiators: Across[Initiators], kind: Kind) -> dict[tuple[str, str], dict[str, Span]]:
    """Salt and digest -> the nodes that have it, with their line."""
    found: dict[tuple[str, str], dict[str, Span]] = {}
    for node, own in initiators.known():
        for one in own.of(kind):
            if one.digest is not None:
                found.setdefault((own.salt, one.digest), {})[node] = one.span
    return found


def _same(found: dict[tuple[str, str], dict[str, Span]]) -> Iterator[dict[str, Span]]:
    return (members for members in found.values() if len(members) > 1)


def _host_names(
    hosts: Across[Host], csi_nodes: CsiNodes | Unknown, driver: Driver | Unknown
) -> dict[str, dict[str, Span]]:
    """OS host name -> the nodes that have it, with what tells so."""
    found: dict[str, dict[str, Span]] = {}
    name = driver.name if isinstance(driver, Driver) else ""
    for item in () if isinstance(csi_nodes, Unknown) else csi_nodes.items:
        host = _of_node_id(dict(item.drivers).get(name, ""))
        if host:
            found.setdefault(host, {})[item.node] = item.span
    registered = {node for members in found.values() for node in members}
    for node, own in hosts.known():
        if node not in registered:
            found.setdefault(own.hostname, {})[node] = own.span
    return found


def _of_node_id(node_id: str) -> str:
    """The host name in `{"HostName":"node-1"}`; "" of another form."""
    try:
        value = json.loads(node_id) if node_id else {}
    except (ValueError, RecursionError):
        return ""
    host = value.get("HostName") if isinstance(value, dict) else None
    return host if isinstance(host, str) else ""


def _of_initiator(kind: Kind, members: dict[str, Span]) -> Finding:
    nodes = tuple(sorted(members))
    names = ", ".join(nodes)
    shown = saying.SHOWN[kind]
    steps: list[Step] = [step_by_hand(ADMIN, f"drain-{kind}-{nodes[0]}", DRAIN.fill(nodes=names), Phase.CORDON)]
    steps += [step for node in nodes[1:] for step in name_steps.make(node, kind)]
    return Finding(
        rule="duplicate-initiator",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED,
        nodes=nodes,
        subject=f"initiator:{kind}",
        title=TITLE.fill(count=len(nodes), kind=shown),
        cause=CAUSE.fill(nodes=names, kind=shown),
        evidence=tuple(Evidence.of(node, members[node]) for node in nodes),
        steps=tuple(steps),
    )


def _of_host_name(name: str, members: dict[str, Span]) -> Finding:
    nodes = tuple(sorted(members))
    does = RENAME.fill(nodes=", ".join(nodes))
    return Finding(
        rule="duplicate-initiator",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED,
        nodes=nodes,
        subject=f"hostname:{name}",
        title=HOST_TITLE.fill(count=len(nodes), name=name),
        cause=HOST_CAUSE.fill(nodes=", ".join(nodes), name=name),
        evidence=tuple(Evidence.of(node, members[node]) for node in nodes),
        steps=(step_by_hand(ADMIN, f"hostname-{name}", does, Phase.CORDON),),
    )
