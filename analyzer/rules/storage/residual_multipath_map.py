"""A multipath map is left over: its LUN is no longer mapped to the host, and its devices stayed.

How we know
    Every path failed, for the path checker (`multipath -ll`) and for the kernel (`dmsetup status`), while each path's
    session or port is logged in and its SCSI device `running`, and the array refuses INQUIRY (`scsi_id`).  Confirmed
    when the array itself denies the LUN as well: sense 25/00 by sg_turs or in the kernel log, or REPORT LUNS through
    another disk of the same target.  How it came about (failover, detach without unstage, a cleaner that missed it) is
    told where objects, events or logs prove it.
Not reported here
    A map with a usable path (path-degraded), one whose array is out of reach (array-unreachable: it prints the very
    same `failed faulty running`), one that reads another LUN (lun-id-reused), a map over NVMe.
False alarms
    An unmapping that is still going on.  Idle paths are checked every 20 s only, so a map may look healthy until then.
Remedy
    Where the law of removal (analyzer/remedies/removal.py) is proven: stop the queueing if it queues, flush the map by
    its name, delete each path, list what is left; each step re-reads the identity first.  Else it is said what is not
    proven and which reading command settles it, and nothing is removed.
Source
    Huawei CSI FAQ, case 1; captures of a real kernel: stale_fail, stale_queue, stale_mounted, all_paths_down.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import Events, PersistentVolumes, VolumeAttachments
from analyzer.facts.host import Clock, DriverWwnFiles, Host
from analyzer.facts.logs import ClusterSignals, Signals
from analyzer.facts.multipath import MultipathMaps
from analyzer.facts.storage import DiskState, NodeStorage, StorageMap
from analyzer.findings import Certainty, Finding, Severity
from analyzer.impact import users_of_luns
from analyzer.remedies.manual import step_by_hand
from analyzer.remedies.removal import Ground, Removal, remove_map
from analyzer.rules import node_rule
from analyzer.rules.storage import proof
from analyzer.rules.storage.story import Witnesses, told
from analyzer.runbook import Step
from analyzer.texts import Text, lines

TITLE = Text(en="Residual multipath map {map} ({wwid})", zh="残留的多路径设备 {map}（{wwid}）")
CAUSE = Text(
    en="The LUN of {map} ({wwid}, {dm}) is no longer mapped to this host, but its devices were left behind: each of "
    "its paths ({disks}) has failed, while the way to the array works and the array refuses the LUN.",
    zh="{map}（{wwid}，{dm}）的 LUN 已不再映射给该主机，但主机上的设备未被移除：其所有路径（{disks}）均已失效，"
    "而到阵列的链路正常，且阵列拒绝访问该 LUN。",
)
NO_PATHS = Text(
    en="Map {map} ({wwid}, {dm}) has no path left at all; only its shell remains.",
    zh="多路径设备 {map}（{wwid}，{dm}）已没有任何路径，只剩空壳。",
)
NOT_ALL_FAILED = Text(
    en="The array refuses the LUN of {map} ({wwid}, {dm}) on its paths ({disks}), while the way to the array works; "
    "not all of them have been noticed as failed yet, since idle paths are checked every 20 s only.",
    zh="阵列在各路径（{disks}）上拒绝访问 {map}（{wwid}，{dm}）的 LUN，而到阵列的链路正常；"
    "部分路径尚未被判定为失效，因为空闲路径每 20 秒才检查一次。",
)
UNCERTAIN = Text(
    en="Map {map} ({wwid}, {dm}) has no usable path ({disks}). Either the array took the LUN away, "
    "or the array is out of reach on some paths; the captures do not tell which.",
    zh="多路径设备 {map}（{wwid}，{dm}）没有可用路径（{disks}）。可能是阵列取消了 LUN 映射，"
    "也可能是部分路径不可达；现有采集结果无法区分。",
)
ELSEWHERE = Text(
    en="The cluster uses the volume on another node now: {names}.", zh="集群现在在其他节点上使用该卷：{names}。"
)
QUEUES = Text(
    en="The map queues: whoever reads it hangs in state D, and kill -9 does not end that. Stopping the queueing does.",
    zh="该设备正在排队 I/O：任何读取者都会挂在 D 状态，kill -9 无法结束；停止排队才能使其结束。",
)
IN_USE = Text(
    en="It is still in use, so it is not removed. First end what holds it, then collect again.",
    zh="该设备仍被占用，因此不清除。请先结束占用者，再重新采集。",
)
RELEASE = Text(
    en="End what holds map {map} ({wwid}), then collect again; only then can it be removed. "
    "Delete the pod or unmount, or stop the process: {who}.",
    zh="结束占用多路径设备 {map}（{wwid}）的对象，然后重新采集，之后才能清除。请删除 Pod 或卸载，或停止进程：{who}。",
)


@node_rule("residual-multipath-map", Severity.ERROR, Text(en="Residual multipath map", zh="残留的多路径设备"))
def residual_multipath_map(
    node: str,
    storage: NodeStorage,
    printed: MultipathMaps,
    bindings: Bindings | Unknown,
    host: Host | Unknown,
    staged: DriverWwnFiles | Unknown,
    attachments: VolumeAttachments | Unknown,
    volumes: PersistentVolumes | Unknown,
    events: Events | Unknown,
    signals: Signals | Unknown,
    controller: ClusterSignals | Unknown,
    clock: Clock | Unknown,
) -> Iterator[Finding]:
    ground = Ground(node, host, bindings, staged, storage)
    witnesses = Witnesses(node, host, bindings, attachments, volumes, events, staged, signals, controller, clock)
    for dead in storage.maps:
        if _is_candidate(dead):
            yield _finding(ground, dead, remove_map(ground, dead), witnesses)


def _is_candidate(dead: StorageMap) -> bool:
    """No usable path, none that answers at all, and at least one LUN taken away or not known to be out of reach."""
    states = {disk.state for disk in dead.disks}
    if not states:
        return True
    return (
        not dead.is_usable and not states & {DiskState.ALIVE, DiskState.OTHER_LUN} and states != {DiskState.UNREACHABLE}
    )


def _finding(ground: Ground, dead: StorageMap, removal: Removal, witnesses: Witnesses) -> Finding:
    names = {
        "map": dead.name,
        "wwid": dead.wwid,
        "dm": dead.device.name,
        "disks": ", ".join(disk.name for disk in dead.disks),
    }
    who = _who_holds(dead) if removal.obstacles else ""
    says = [_cause(dead).fill(**names)]
    if elsewhere := _elsewhere(ground, dead.wwid):
        says.append(ELSEWHERE.fill(names=elsewhere))
    story, proven = told(witnesses, dead.wwid)
    says += story
    if dead.queues:
        says.append(QUEUES)
    release: tuple[Step, ...] = ()
    if who:
        says.append(IN_USE)
        release = (step_by_hand(ground.node, f"release-{dead.wwid}", RELEASE.fill(**names, who=who)),)
    return Finding(
        rule="residual-multipath-map",
        severity=Severity.ERROR,
        certainty=_certainty(ground, dead),
        nodes=(ground.node,),
        subject=dead.subject,
        title=TITLE.fill(map=dead.name, wwid=dead.wwid),
        cause=lines(*says, *proof.withheld(removal.obstacles)),
        evidence=(*proof.of_map(ground.node, dead), *proof.quoted(ground.node, proven)),
        affects=users_of_luns(ground.bindings, (dead.wwid,)),
        steps=(*release, *removal.steps),
    )


def _who_holds(dead: StorageMap) -> str:
    """Mounts, devices on top and processes that hold the map; "" when nothing does."""
    openers = () if dead.mounts else dead.openers or ()  # the kernel itself opens what is mounted
    openers = tuple(
        one for one in openers if not (dead.queues and one in dead.stuck_openers)
    )  # cannot be ended by hand
    named = [mount.mount_point for mount in dead.mounts or ()]
    named += [*dead.device.holders, *(f"{opener.command} (pid {opener.pid})" for opener in openers)]
    if not named and dead.dm is not None and dead.dm.open_count > len(dead.stuck_openers):
        named = [f"? (dmsetup: open {dead.dm.open_count})"]
    return ", ".join(named)


def _cause(dead: StorageMap) -> Text:
    if not dead.disks:
        return NO_PATHS
    if not _all_gone(dead):
        return UNCERTAIN
    return CAUSE if all(disk.has_failed_twice for disk in dead.disks) else NOT_ALL_FAILED


def _all_gone(dead: StorageMap) -> bool:
    return not dead.unseen and not dead.strange_disks and all(disk.state is DiskState.GONE for disk in dead.disks)


def _certainty(ground: Ground, dead: StorageMap) -> Certainty:
    if not _all_gone(dead):
        return Certainty.POSSIBLE
    denied = all(disk.refusals and disk.has_failed_twice for disk in dead.disks)
    return Certainty.CONFIRMED if denied and not ground.wanting(dead.wwid) else Certainty.LIKELY


def _elsewhere(ground: Ground, wwid: str) -> str:
    if isinstance(ground.bindings, Unknown):
        return ""
    others = [one for one in ground.bindings.of(wwid.removeprefix("3")) if one.node not in ground.names]
    return ", ".join(dict.fromkeys(f"{one.name} ({one.node})" for one in others))
