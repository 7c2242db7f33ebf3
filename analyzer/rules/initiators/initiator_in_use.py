"""The array refuses a node's initiator: it belongs to another host there.

How we know
    An event, a VolumeAttachment's error or the controller's log says `… initiator … is already associated to another
    host`.  The initiator was registered under another host by hand, the node was renamed or installed anew under
    another host name, or two nodes have one name: then this is folded under duplicate-initiator.
Not reported here
    A node without any initiator (initiator-missing).
False alarms
    An attachment that has succeeded since is not counted.
Remedy
    On the array, by hand: see which host has the initiator, and remove it there only if no other node uses it.
Source
    Huawei CSI guide, 8.4.10; eSDK_K8S_Plugin, storage/oceanstorage/base/attacher/attacher.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import Events, PersistentVolumes, Pods, VolumeAttachments
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import Host
from analyzer.facts.initiators import Kind
from analyzer.facts.logs import ClusterSignals, Signals
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import Cause, Through, node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.initiators import saying
from analyzer.runbook import Phase
from analyzer.texts import Text

# the name may be masked, and the blank behind it with it
WORDS = re.compile(
    r"(?P<kind>iscsi|fc|nvme|connector) initiator (?P<name>.*?)\s*is already associated to another host"
    r"(?: (?P<host>[\w.-]+))?",
    re.IGNORECASE,
)
KINDS: dict[str, Kind] = {"iscsi": "iscsi", "fc": "fc", "nvme": "nvme"}

TITLE = Text(en="The array has the initiator of {node} under another host", zh="阵列上 {node} 的启动器属于另一个主机")
CAUSE = Text(
    en="The array knows the {kind} initiator of {node} ({name}) as that of another host{host}, and the driver does not "
    "take it away from there: no volume can be attached to {node}. It was registered by hand, or under an earlier host "
    "name of this node, or another node has the same name.",
    zh="阵列上 {node} 的 {kind} 启动器（{name}）已属于另一个主机{host}，驱动不会将其移走：无法向 {node} 挂载卷。"
    "可能是手工登记的、该节点曾用过其他主机名，或另一节点使用了相同的名称。",
)
DUPLICATE = Text(
    en="Two nodes have the same initiator name: the array knows it as that of the node that came first, and refuses "
    "the other. Give each node a name of its own.",
    zh="两个节点使用了相同的启动器名称：阵列将其归属于先登记的节点，并拒绝另一个。请为每个节点设置独有的名称。",
)
DO = Text(
    en="On the array, look for the initiator of {node} ({name}; on the node: {where}) and the host it belongs "
    "to{host}. If no node in use is behind that host, remove the initiator from it; the driver then registers it anew "
    "by itself. If one is, give one of the two nodes another name first.",
    zh="在阵列上查找 {node} 的启动器（{name}；节点上查看：{where}）及其所属主机{host}。若该主机已无在用节点，"
    "请将启动器从中移除，驱动会自动重新登记；若仍有在用节点，请先为其中一个节点更换名称。",
)
WHERE = {
    "iscsi": "cat /etc/iscsi/initiatorname.iscsi",
    "fc": "cat /sys/class/fc_host/host*/port_name",
    "nvme": "cat /etc/nvme/hostnqn",
}


@node_rule(
    "initiator-in-use",
    Severity.ERROR,
    Text(en="Initiator belongs to another host", zh="启动器属于另一个主机"),
    explained_by=(Cause("duplicate-initiator", through=Through.NODE, says=DUPLICATE),),
)
def initiator_in_use(
    node: str,
    failures: VolumeFailures | Unknown,
    attachments: VolumeAttachments | Unknown,
    events: Events | Unknown,
    pods: Pods | Unknown,
    volumes: PersistentVolumes | Unknown,
    signals: Signals | Unknown,
    controller: ClusterSignals | Unknown,
    host: Host | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    given = saying.Sources(node, host, failures, attachments, events, pods, volumes, signals, controller)
    said = saying.of_attaching(given, WORDS, "driver-initiator-in-use")
    for kind in KINDS.values():
        own = [one for one in said if _kind(one) == kind]
        if own:
            yield _finding(node, kind, own, bindings)
    if not said and isinstance(attachments, Unknown):
        yield from unheard("initiator-in-use", node, failures)


def _kind(said: saying.Said) -> Kind:
    return KINDS.get(said.match["kind"].lower(), "iscsi")  # `connector` is a FusionStorage iSCSI initiator


def _finding(node: str, kind: Kind, said: list[saying.Said], bindings: Bindings | Unknown) -> Finding:
    name = said[0].match["name"].strip() or "***"
    host = f" ({said[0].match['host']})" if said[0].match["host"] else ""
    names = {"node": node, "kind": saying.SHOWN[kind], "name": name, "host": host}
    does = DO.fill(node=node, name=name, host=host, where=f"`{WHERE[kind]}`")
    quoted = dict.fromkeys([one.span for one in said][:3])
    return Finding(
        rule="initiator-in-use",
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=(node,),
        subject=f"initiator:{kind}",
        title=TITLE.fill(node=node),
        cause=CAUSE.fill(**names),
        evidence=tuple(Evidence.of(node, span) for span in quoted),
        affects=users_of_volumes(bindings, {one.pv for one in said}),
        steps=(step_by_hand(node, f"array-initiator-{kind}", does, Phase.CONFIGURE),),
    )
