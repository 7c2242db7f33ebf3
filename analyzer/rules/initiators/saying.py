"""What was said of attaching volumes to a node: in the attachments' errors, events, and the driver's own failures."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import Events, PersistentVolumes, Pods, VolumeAttachments
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import Host
from analyzer.facts.initiators import Kind
from analyzer.facts.logs import ClusterSignals, Signals

SHOWN: dict[Kind, str] = {"iscsi": "iSCSI", "fc": "FC", "nvme": "NVMe"}
_HOST_NAME = re.compile(r'"HostName":\s*"([^"]+)"')
_PV = re.compile(r'for volume "(?P<pv>[^"]+)"')


@dataclass(frozen=True, slots=True)
class Said:
    """One source's word; `pv` is "" where it names none."""

    pv: str
    match: re.Match[str]
    span: Span


@dataclass(frozen=True, slots=True)
class Sources:
    """All that may tell of it, each perhaps unknown."""

    node: str
    host: Host | Unknown
    failures: VolumeFailures | Unknown
    attachments: VolumeAttachments | Unknown
    events: Events | Unknown
    pods: Pods | Unknown
    volumes: PersistentVolumes | Unknown
    signals: Signals | Unknown
    controller: ClusterSignals | Unknown


def of_attaching(given: Sources, words: re.Pattern[str], signal: str) -> list[Said]:
    """Each PV's once a source; what was attached since is over."""
    told = [
        *_errors(given.node, words, given.attachments),
        *_failures(words, given.failures),
        *_events(given.node, words, given.events, given.pods),
        *_controller(given, words, signal),
    ]
    attached = _attached(given.node, given.attachments)
    once = {(one.pv, one.match[0], one.span.capture): one for one in told if one.pv not in attached}
    return list(once.values())


def _attached(node: str, attachments: VolumeAttachments | Unknown) -> frozenset[str]:
    items = () if isinstance(attachments, Unknown) else attachments.items
    return frozenset(one.pv for one in items if one.node == node and one.attached)


def _errors(node: str, words: re.Pattern[str], attachments: VolumeAttachments | Unknown) -> list[Said]:
    items = () if isinstance(attachments, Unknown) else attachments.items
    found = [(one, words.search(one.attach_error)) for one in items if one.node == node and not one.attached]
    return [Said(one.pv, match, one.span) for one, match in found if match]


def _failures(words: re.Pattern[str], failures: VolumeFailures | Unknown) -> list[Said]:
    items = () if isinstance(failures, Unknown) else failures.items
    found = [(one, words.search(one.says)) for one in items]
    return [Said(one.pv, match, span) for one, match in found if match for span in one.spans[-1:]]


def _events(node: str, words: re.Pattern[str], events: Events | Unknown, pods: Pods | Unknown) -> list[Said]:
    """Of pods on this node; the controller that attaches is no node, so the pod's node counts."""
    items = () if isinstance(events, Unknown) else events.items
    node_of = {} if isinstance(pods, Unknown) else {(one.namespace, one.name): one.node for one in pods.items}
    said = []
    for event in items:
        match, volume = words.search(event.message), _PV.search(event.message)
        here = event.kind == "Pod" and node_of.get((event.namespace, event.name), event.node) == node
        if match and here:
            said.append(Said(volume["pv"] if volume else "", match, event.span))
    return said


def _controller(given: Sources, words: re.Pattern[str], signal: str) -> list[Said]:
    """Lines of the controller's log that name this node: in its own file here, or as kubectl gave them."""
    logs = [log for log in (given.signals, given.controller) if not isinstance(log, Unknown)]
    names = {given.node} | ({given.host.hostname} if isinstance(given.host, Host) else set())
    volumes = () if isinstance(given.volumes, Unknown) else given.volumes.items
    by_name = {one.array_name: one.name for one in volumes}
    said = []
    for hit in (hit for log in logs for hit in log.of(signal)):
        told = hit.field("node") or ""
        host = _HOST_NAME.search(told)
        match = words.search("\n".join(hit.spans[-1].text))
        if match and (host[1] if host else told.strip()) in names:
            said.append(Said(by_name.get(hit.field("volume") or "", ""), match, hit.spans[-1]))
    return said
