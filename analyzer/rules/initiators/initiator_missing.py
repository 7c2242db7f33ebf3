"""A volume cannot be attached to a node, since the array was told no initiator of it: the node has no name for itself.

How we know
    An event, a VolumeAttachment's error or the controller's log says `no 0 initiator` (iSCSI), `no 1 initiator` (FC) or
    `no 2 initiator` (NVMe).  The driver's node pod reads the name once, when it starts.  Confirmed when the node's own
    name of that kind is missing or empty now; when the name is there, it came after the pod had started.
Not reported here
    A name that another host has on the array (initiator-in-use), one that two nodes have (duplicate-initiator).
False alarms
    An attachment that has succeeded since is not counted.
Remedy
    Make the name, by hand and unique to the node; then delete the driver's node pod of that node, so that it reads it.
Source
    eSDK_K8S_Plugin, storage/oceanstorage/base/attacher/attacher_utils.go; proto/proto.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import Events, PersistentVolumes, Pods, VolumeAttachments
from analyzer.facts.driver import Driver
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import Host
from analyzer.facts.initiators import Initiator, Initiators, Kind
from analyzer.facts.logs import ClusterSignals, Signals
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.initiators import name_steps, saying
from analyzer.texts import Text, lines

WORDS = re.compile(r"\bno (?P<number>[012]) initiator\b")
KINDS: dict[str, Kind] = {"0": "iscsi", "1": "fc", "2": "nvme"}

TITLE = Text(en="Node has no {kind} initiator", zh="节点没有 {kind} 启动器")
MISSING = Text(
    en="{node} has no {kind} initiator ({what}), so that the array cannot map a volume to it: attaching fails with "
    "`no {number} initiator`.",
    zh="{node} 没有 {kind} 启动器（{what}），阵列无法将卷映射给它：挂载时报错 `no {number} initiator`。",
)
LATE = Text(
    en="{node} had no {kind} initiator when the driver's pod on it started: attaching fails with `no {number} "
    "initiator`. The name is there now, and the pod reads it only when it starts.",
    zh="{node} 上的驱动 Pod 启动时，节点还没有 {kind} 启动器：挂载时报错 `no {number} initiator`。"
    "现在名称已存在，但 Pod 只在启动时读取。",
)
UNSEEN = Text(
    en="The driver knows no {kind} initiator of {node}: attaching fails with `no {number} initiator`. Either the node "
    "has no name, or it got it after the driver's pod had started; what the node has was not collected.",
    zh="驱动不知道 {node} 的 {kind} 启动器：挂载时报错 `no {number} initiator`。可能是节点没有该名称，"
    "也可能是驱动 Pod 启动之后才有；本次未采集到节点侧信息。",
)
WHAT: dict[Kind, Text] = {
    "iscsi": Text(en="/etc/iscsi/initiatorname.iscsi is {state}", zh="文件 /etc/iscsi/initiatorname.iscsi {state}"),
    "nvme": Text(en="/etc/nvme/hostnqn is {state}", zh="文件 /etc/nvme/hostnqn {state}"),
    "fc": Text(en="no Fibre Channel host port: {state}", zh="没有 Fibre Channel 主机端口：{state}"),
}
STATES = {"missing": Text(en="missing", zh="不存在"), "empty": Text(en="empty", zh="为空")}


@node_rule("initiator-missing", Severity.ERROR, Text(en="Node has no initiator", zh="节点没有启动器"))
def initiator_missing(
    node: str,
    failures: VolumeFailures | Unknown,
    attachments: VolumeAttachments | Unknown,
    events: Events | Unknown,
    pods: Pods | Unknown,
    volumes: PersistentVolumes | Unknown,
    signals: Signals | Unknown,
    controller: ClusterSignals | Unknown,
    host: Host | Unknown,
    initiators: Initiators | Unknown,
    driver: Driver | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    given = saying.Sources(node, host, failures, attachments, events, pods, volumes, signals, controller)
    said = saying.of_attaching(given, WORDS, "driver-initiator-missing")
    for number, kind in KINDS.items():
        own = [one for one in said if one.match["number"] == number]
        if own:
            yield _finding(node, number, kind, own, initiators, driver, bindings)
    if not said and isinstance(attachments, Unknown):
        yield from unheard("initiator-missing", node, failures)


def _finding(
    node: str,
    number: str,
    kind: Kind,
    said: list[saying.Said],
    initiators: Initiators | Unknown,
    driver: Driver | Unknown,
    bindings: Bindings | Unknown,
) -> Finding:
    shown = saying.SHOWN[kind]
    names = {"node": node, "kind": shown, "number": number}
    cause, certainty, spans, lacks = _cause(kind, names, initiators)
    quoted = dict.fromkeys([one.span for one in said][:3])
    return Finding(
        rule="initiator-missing",
        severity=Severity.ERROR,
        certainty=certainty,
        nodes=(node,),
        subject=f"initiator:{kind}",
        title=TITLE.fill(kind=shown),
        cause=lines(cause),
        evidence=tuple(Evidence.of(node, span) for span in (*quoted, *spans)),
        affects=users_of_volumes(bindings, {one.pv for one in said}),
        steps=(*(name_steps.make(node, kind) if lacks else ()), *name_steps.restart(node, driver)),
    )


def _cause(
    kind: Kind, names: dict[str, str], initiators: Initiators | Unknown
) -> tuple[Text, Certainty, tuple[Span, ...], bool]:
    if isinstance(initiators, Unknown):
        return UNSEEN.fill(**names), Certainty.LIKELY, (), True
    own: list[Initiator] = list(initiators.of(kind))
    if any(one.state == "set" for one in own):
        return LATE.fill(**names), Certainty.LIKELY, tuple(one.span for one in own[:1]), False
    state = STATES["empty" if any(one.state == "empty" for one in own) else "missing"]
    what = WHAT[kind].fill(state=state)
    return MISSING.fill(**names, what=what), Certainty.CONFIRMED, tuple(one.span for one in own), True
