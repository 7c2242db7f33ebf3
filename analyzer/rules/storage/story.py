"""How a residual device came about, as far as it is proven: the failover, the detach, and why no cleaner took it away.

Input    what the cluster, the driver's logs and the kubelet's notes say; each may be unknown.
Output   one paragraph and the lines that prove it; nothing when nothing is proven.
Source   eSDK_K8S_Plugin, csi/driver/controller.go, csi/manage/san_manager.go, csi/garbage_collector.go: at its start
         the driver cleans devices of the volumes that it finds in `/var/lib/kubelet/plugins/kubernetes.io/csi/pv`;
         since Kubernetes 1.24 the kubelet keeps volumes with a file system in another folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import ClusterNode, Events, PersistentVolumes, VolumeAttachment, VolumeAttachments
from analyzer.facts.host import Clock, DriverWwnFiles, Host
from analyzer.facts.kubelet_volumes import KUBELET_ROOT
from analyzer.facts.logs import ClusterSignals, SignalHit, Signals
from analyzer.facts.times import moment
from analyzer.texts import Text

NODE_LOG = "huawei-csi-node"
AWAY = ("NodeNotReady", "Rebooted")
_HOST_NAME = re.compile(r'"HostName":\s*"([^"]+)"')
_MINOR = re.compile(r"v?1\.(\d{1,3})\b", re.ASCII)

Part = tuple[Text, tuple[Span, ...]]

INTRO = Text(en="How it came about: ", zh="形成过程：")
EVENT = Text(
    en="The cluster saw this node fail ({reason}, {when}).",
    zh="集群检测到该节点故障（{reason}，{when}）。",
)
MOVED = Text(
    en="The volume was attached to {other} at {attached}, while this node was away: it is Ready again since {ready}.",
    zh="{attached} 该卷已挂载到 {other}，当时本节点不可用：本节点自 {ready} 起才恢复 Ready。",
)
DETACHED = Text(
    en="The controller detached it from this node at {when}.", zh="控制器于 {when} 将该卷从本节点解除映射（detach）。"
)
NEVER_UNSTAGED = Text(
    en="The controller detached it from this node at {when}, but the driver on this node never unstaged it "
    "(no `is unstaged` in its log), so that nobody removed the device.",
    zh="控制器于 {when} 将该卷从本节点解除映射，但本节点的驱动从未对其执行 unstage"
    "（日志中没有 `is unstaged`），因此没有人清除该设备。",
)
WITHOUT_WWN = Text(
    en="The driver unstaged it without knowing its device (`get device wwn failed while unstage volume`, {when}), "
    "reported success and left the device.",
    zh="驱动在 unstage 时无法确定其设备（`get device wwn failed while unstage volume`，{when}），"
    "返回成功但没有清除设备。",
)
SKIPPED = Text(
    en="The controller skipped the detach on the array, since the backend no longer existed "
    "(`need to manually detach from array`, {when}).",
    zh="由于后端已不存在，控制器跳过了阵列侧的解除映射（`need to manually detach from array`，{when}）。",
)
CLEANER = Text(
    en="The driver's own cleaner, at its start at {when}, missed it: ", zh="驱动在 {when} 启动时的自动清理未能清除它："
)
NEW_FOLDER = Text(
    en="it found no volume (`[]`), because the kubelet {version} keeps its notes of file-system volumes in another "
    "folder than the cleaner reads.",
    zh="它没有找到任何卷（`[]`），因为 kubelet {version} 把文件系统卷的记录保存在清理程序不读取的目录中。",
)
OTHER_ROOT = Text(
    en="it found no volume (`[]`), because the kubelet's folder is {root} and the cleaner reads {default} only.",
    zh="它没有找到任何卷（`[]`），因为 kubelet 的目录是 {root}，而清理程序只读取 {default}。",
)
EMPTY_LIST = Text(en="it found no volume of this node (`[]`).", zh="它没有找到该节点的任何卷（`[]`）。")
PV_GONE = Text(en="it skips volumes whose PV is deleted.", zh="它会跳过 PV 已删除的卷。")
NO_WWN = Text(
    en="it skips PVs without `volumeAttributes.lunWWN`, such as {pv}.",
    zh="它会跳过没有 `volumeAttributes.lunWWN` 的 PV，例如 {pv}。",
)
GAVE_UP = Text(en="it did not come to its end ({how}).", zh="它没有执行完（{how}）。")
FAILED = Text(en="it tried and failed: {says}.", zh="它尝试过但失败：{says}。")
CLEARED_NONE = Text(en="it cleared 0 devices.", zh="它清除了 0 个设备。")


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What may tell of a volume's way to and from this node."""

    node: str
    host: Host | Unknown
    bindings: Bindings | Unknown
    attachments: VolumeAttachments | Unknown
    volumes: PersistentVolumes | Unknown
    events: Events | Unknown
    staged: DriverWwnFiles | Unknown
    signals: Signals | Unknown
    controller: ClusterSignals | Unknown
    clock: Clock | Unknown

    def hits(self, signal: str) -> tuple[SignalHit, ...]:
        """In this node's logs, and in those of the controller that kubectl gave."""
        logs = (self.signals, self.controller)
        return tuple(hit for log in logs if not isinstance(log, Unknown) for hit in log.of(signal))

    def own_hits(self, signal: str) -> tuple[SignalHit, ...]:
        return () if isinstance(self.signals, Unknown) else tuple(self.signals.of(signal))


@dataclass(frozen=True, slots=True)
class _Volume:
    """`handle` may be its end only, as the driver's note has it; "" when no object or note tells."""

    pv: str
    handle: str

    def is_handle(self, handle: str) -> bool:
        return bool(self.handle) and handle.endswith(self.handle)


def told(given: Witnesses, wwid: str) -> tuple[tuple[Text, ...], tuple[Span, ...]]:
    """No line or one, and its evidence."""
    wwn = wwid.removeprefix("3")
    volume = _volume(given, wwn)
    parts = [*_failover(given, wwn, volume), *_detach(given, volume), *_cleaner(given, wwn, volume)]
    if not parts:
        return (), ()
    paragraph = Text(
        en=INTRO.en + " ".join(one.en for one, _ in parts), zh=INTRO.zh + "".join(one.zh for one, _ in parts)
    )
    return (paragraph,), tuple(span for _, spans in parts for span in spans)


def _volume(given: Witnesses, wwn: str) -> _Volume:
    volumes = () if isinstance(given.volumes, Unknown) else given.volumes.items
    published = {one.pv for one in _attachments(given) if one.publish_info and one.publish_info.lun_wwn == wwn}
    for one in volumes:
        if one.lun_wwn == wwn or one.name in published:
            return _Volume(one.name, one.volume_handle)
    notes = () if isinstance(given.staged, Unknown) else given.staged.files
    return _Volume("", next((note.volume for note in notes if note.wwn == wwn), ""))


def _attachments(given: Witnesses) -> tuple[VolumeAttachment, ...]:
    return () if isinstance(given.attachments, Unknown) else given.attachments.items


def _failover(given: Witnesses, wwn: str, volume: _Volume) -> Iterator[Part]:
    """Only where the cluster does not want the volume here any more."""
    if isinstance(given.bindings, Unknown) or any(one.node == given.node for one in given.bindings.of(wwn)):
        return
    events = () if isinstance(given.events, Unknown) else given.events.items
    own = [one for one in events if (one.kind, one.name) == ("Node", given.node) and one.reason in AWAY]
    for event in [one for one in own if _is_since_staged(given, volume, one.last)][-1:]:
        yield EVENT.fill(reason=event.reason, when=event.last or "?"), (event.span,)
    node = _cluster_node(given)
    ready = node.condition("Ready") if node is not None else None
    since = moment(ready.since) if ready is not None and ready.status == "True" else None
    for one in _attachments(given):
        created = moment(one.created)
        moved = bool(volume.pv) and one.pv == volume.pv and one.node != given.node
        if moved and node is not None and ready is not None and since and created and created < since:
            yield MOVED.fill(other=one.node, attached=one.created, ready=ready.since), (node.span, one.span)


def _is_since_staged(given: Witnesses, volume: _Volume, when: str) -> bool:
    """A failure of the node before the volume came here does not concern it."""
    staged = _last_staged(given, volume)
    if not staged:
        return True
    here = moment(staged, utc_offset_s=given.clock.utc_offset_s) if isinstance(given.clock, Clock) else None
    then = moment(when)
    return here is not None and then is not None and then > here


def _cluster_node(given: Witnesses) -> ClusterNode | None:
    if isinstance(given.bindings, Unknown):
        return None
    return next((node for node in given.bindings.nodes if node.name == given.node), None)


def _detach(given: Witnesses, volume: _Volume) -> Iterator[Part]:
    unstaged = [hit for hit in given.own_hits("driver-volume-unstaged") if volume.is_handle(hit.field("handle") or "")]
    for hit in given.own_hits("driver-unstage-without-wwn") if unstaged else ():
        yield WITHOUT_WWN.fill(when=hit.last), hit.spans[-1:]
    for hit in given.hits("driver-controller-unpublish"):
        if volume.is_handle(hit.field("handle") or "") and _is_here(given, hit.field("node") or ""):
            never = not unstaged and _covers(given, hit.last)
            yield (NEVER_UNSTAGED if never else DETACHED).fill(when=hit.last), hit.spans[-1:]
            break
    for hit in given.hits("driver-detach-skipped"):
        if (name := hit.field("volume")) and volume.handle and volume.handle.partition(".")[2] == name:
            yield SKIPPED.fill(when=hit.last), hit.spans[-1:]


def _is_here(given: Witnesses, node_id: str) -> bool:
    match = _HOST_NAME.search(node_id)
    names = {given.node} | ({given.host.hostname} if isinstance(given.host, Host) else set())
    return (match[1] if match else node_id.strip()) in names


def _covers(given: Witnesses, when: str) -> bool:
    """The driver's log on this node was read, and reaches back to this moment."""
    if isinstance(given.signals, Unknown) or "driver_logs" not in given.signals.scanned:
        return False
    reach = given.signals.reach(NODE_LOG)
    return reach is not None and bool(when) and reach.first <= when


def _cleaner(given: Witnesses, wwn: str, volume: _Volume) -> Iterator[Part]:
    for hit in given.own_hits("driver-cleaner-failed"):
        if volume.is_handle(hit.field("handle") or ""):
            yield _missed(hit, FAILED.fill(says=hit.field("says") or "?"))
            return
    staged = _last_staged(given, volume)
    listed = _latest(given, "driver-cleaner-volumes", staged)
    if listed is not None and not (listed.field("volumes") or "").strip():
        yield _missed(listed, _why_none(given))
        return
    unfinished = _latest(given, "driver-cleaner-incomplete", staged)
    if unfinished is not None:
        yield _missed(unfinished, GAVE_UP.fill(how=unfinished.field("how") or "?"))
        return
    counted = _latest(given, "driver-cleaner-count", staged)
    if counted is not None and counted.field("count") == "0":
        yield _missed(counted, _why_skipped(given, wwn, volume))


def _last_staged(given: Witnesses, volume: _Volume) -> str:
    """When this volume was last staged here, by the driver's clock: what ran before has missed nothing."""
    hits = given.own_hits("driver-volume-staged")
    return max((hit.last for hit in hits if volume.is_handle(hit.field("handle") or "")), default="")


def _latest(given: Witnesses, signal: str, after: str) -> SignalHit | None:
    hits = [hit for hit in given.own_hits(signal) if hit.last > after]
    return max(hits, key=lambda hit: hit.last, default=None)


def _missed(hit: SignalHit, why: Text) -> Part:
    intro = CLEANER.fill(when=hit.last or "?")
    return Text(en=intro.en + why.en, zh=intro.zh + why.zh), hit.spans[-1:]


def _why_none(given: Witnesses) -> Text:
    notes = () if isinstance(given.staged, Unknown) else given.staged.files
    roots = {note.path.partition("/plugins/")[0] for note in notes}
    if roots and KUBELET_ROOT not in roots:
        return OTHER_ROOT.fill(root=", ".join(sorted(roots)), default=KUBELET_ROOT)
    node = _cluster_node(given)
    match = _MINOR.match(node.kubelet_version) if node is not None else None
    if node is not None and match and int(match[1]) >= 24:
        return NEW_FOLDER.fill(version=node.kubelet_version)
    return EMPTY_LIST


def _why_skipped(given: Witnesses, wwn: str, volume: _Volume) -> Text:
    if isinstance(given.volumes, Unknown):
        return CLEARED_NONE
    own = next((one for one in given.volumes.items if one.name == volume.pv), None)
    if own is None:
        return PV_GONE if all(one.lun_wwn != wwn for one in given.volumes.items) else CLEARED_NONE
    return CLEARED_NONE if own.lun_wwn else NO_WWN.fill(pv=own.name)
