"""The driver found no iSCSI device for a volume it had to stage on this node.

How we know
    The driver's log, the kubelet's journal or an event says `VolumeDeviceNotFound` of a volume that was published with
    IQNs, or whose backend is iSCSI; it is still attached to this node and was not staged since.  The cause is looked
    for in this order: a residual disk under the same LUN number on the same target; portals that do not answer; portals
    that answer but not to ping, which the driver tries first; no session to the target, with the words and the exit
    status of the login that the array refused (5, 19, 24); a session on which the LUN is not there, confirmed by REPORT
    LUNS.  With `volumeUseMultipath=false` and no portal in reach the driver panics
    instead (`slice bounds out of range [:1] with capacity 0`).
Not reported here
    The same words of FC and NVMe volumes (fc-device-not-found, nvme-device-not-found).  The kernel module that is not
    loaded (iscsi-tcp-not-loaded), a multipathd that does not run, maps without an alias: then it is folded under these.
False alarms
    An array that was away for a moment: the device may be there by now, and the next try succeeds.
Remedy
    Reading commands, and what to check on the network and on the array, by hand.  Rescans are never automatic.
Source
    Huawei CSI FAQ, cases 2 and 9; eSDK_K8S_Plugin, connector/iscsi/iscsi_helper.go, V2.2.5.1 to v4.12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.block import LunReports
from analyzer.facts.cluster import PersistentVolumes, PublishInfo, StorageBackends, VolumeAttachments
from analyzer.facts.failures import Call, Failure, VolumeFailures
from analyzer.facts.host import PortalChecks
from analyzer.facts.logs import Signals
from analyzer.facts.storage import DiskState, NodeStorage
from analyzer.facts.transport import IscsiSessions
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import Cause, Through, node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.iscsi import login
from analyzer.rules.storage import not_found as common
from analyzer.rules.storage.not_found import Judged
from analyzer.texts import Text, lines

TITLE = Text(en="iSCSI device not found", zh="未找到 iSCSI 设备")
TITLE_OF = Text(en="iSCSI device of {volume} not found", zh="未找到 {volume} 的 iSCSI 设备")
MODULE = Text(
    en="The kernel module iscsi_tcp is missing on this node: no iSCSI session can be made, so that the driver finds no "
    "device. Load it; the kubelet then tries again by itself.",
    zh="该节点缺少内核模块 iscsi_tcp：无法建立 iSCSI 会话，导致驱动找不到设备。加载该模块后，kubelet 会自动重试。",
)
DAEMON = Text(
    en="multipathd does not run on this node, so that the paths of the volume are not joined and the driver finds no "
    "multipath device. Start it; the kubelet then tries again by itself.",
    zh="该节点的 multipathd 未运行，卷的多条路径无法聚合，导致驱动找不到多路径设备。启动后 kubelet 会自动重试。",
)
PANIC = Text(
    en="No portal of the volume was in reach, and the driver, which runs without multipath (volumeUseMultipath=false), "
    "stumbled over that (`slice bounds out of range [:1] with capacity 0`): the network to the portals is the cause, "
    "not the panic.",
    zh="该卷没有任何业务端口可达，而驱动以非多路径方式运行（volumeUseMultipath=false），因此发生 panic"
    "（`slice bounds out of range [:1] with capacity 0`）：根因是到业务端口的网络，而不是 panic 本身。",
)
NO_LUN = Text(
    en="The sessions to {targets} are logged in, and LUN {luns} is not there: it is not mapped to this host on the "
    "array, or was mapped only after the driver looked.",
    zh="到 {targets} 的会话均已登录，但其上没有 LUN {luns}：阵列未将其映射给该主机，或在驱动查找之后才映射。",
)
HERE_NOW = Text(
    en="The device of {volume} is here now ({disks}): it came after the driver had stopped looking (scanVolumeTimeout, "
    "3 s by default), and the next try should find it.",
    zh="{volume} 的设备现在已存在（{disks}）：它在驱动停止查找（scanVolumeTimeout，默认 3 秒）之后才出现，"
    "下次重试应能找到。",
)
LIST = (
    common.SHARED,
    Text(
        en="- network: portals that do not answer (the driver pings them first);",
        zh="- 网络问题：业务端口无应答（驱动会先 ping）；",
    ),
    Text(en="- login: initiator, CHAP, iscsid;", zh="- 登录问题：启动器、CHAP、iscsid；"),
    Text(en="- mapping of the LUN to this host on the array;", zh="- 阵列上 LUN 到该主机的映射问题；"),
    Text(en="- multipath: multipathd or its configuration.", zh="- 多路径问题：multipathd 未运行或配置错误。"),
)
SESSIONS = Text(en="List the iSCSI sessions with their LUNs", zh="列出 iSCSI 会话及其 LUN")
SESSIONS_EXPECT = Text(
    en="Each target of the volume LOGGED_IN, and its LUN beneath", zh="卷的每个目标均为 LOGGED_IN，且其下有该 LUN"
)


@node_rule(
    "iscsi-device-not-found",
    Severity.ERROR,
    TITLE,
    explained_by=(
        Cause("iscsi-tcp-not-loaded", says=MODULE),
        Cause("multipathd-not-running", says=DAEMON),
        Cause("user-friendly-names-off", through=Through.VOLUME),
        Cause("mount-timeout-portal-unreachable", through=Through.VOLUME),
        Cause("residual-multipath-map"),
        Cause("residual-scsi-disk"),
        Cause("array-unreachable"),
    ),
)
def iscsi_device_not_found(
    node: str,
    failures: VolumeFailures,
    signals: Signals | Unknown,
    attachments: VolumeAttachments | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    checks: PortalChecks | Unknown,
    sessions: IscsiSessions | Unknown,
    storage: NodeStorage | Unknown,
    reports: LunReports | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    found = 0
    for failure in failures.saying(common.NOT_FOUND):
        info = common.publish_info(node, failure.pv, attachments)
        if "waitDeviceDiscovery" in failure.says or common.family(failure.pv, info, volumes, backends) != "iscsi":
            continue
        found += 1
        name = failure.pv or failure.volume
        judged = _judged(node, name, failure.first, info, signals, checks, sessions, storage, reports)
        yield _finding(node, failure, judged, users_of_volumes(bindings, {failure.pv}))
    for hit in () if isinstance(signals, Unknown) or found else signals.of("driver-panic"):
        for pv, spans in _panicked(node, attachments, checks, signals) or (("", ()),):
            found += 1
            unnamed = Failure(pv, "", Call.STAGE, "", "", hit.total, hit.first, hit.last, hit.spans[-1:], ())
            users = users_of_volumes(bindings, {pv})
            yield _finding(node, unnamed, Judged((PANIC,), Certainty.LIKELY, spans), users)
    if not found:
        yield from unheard("iscsi-device-not-found", node, failures)


def _panicked(
    node: str, attachments: VolumeAttachments | Unknown, checks: PortalChecks | Unknown, signals: Signals | Unknown
) -> tuple[tuple[str, tuple[Span, ...]], ...]:
    """The volumes attached here none of whose portals answers, each with the lines that say so."""
    items = () if isinstance(attachments, Unknown) else attachments.items
    here = [one for one in items if one.node == node and one.publish_info is not None and one.publish_info.iqns]
    silent = [
        (one.pv, common.portals(node, one.pv, one.publish_info.portals, checks, signals))
        for one in here
        if one.publish_info is not None
    ]
    return tuple((pv, judged.spans) for pv, judged in silent if judged is not None)


def _finding(node: str, failure: Failure, judged: Judged, users: tuple[Affected, ...]) -> Finding:
    volume = failure.pv or failure.volume or "?"
    listing = common.look(node, "iscsi-sessions", ("iscsiadm", "-m", "session", "-P", "3"), SESSIONS, SESSIONS_EXPECT)
    return Finding(
        rule="iscsi-device-not-found",
        severity=Severity.ERROR,
        certainty=judged.certainty,
        nodes=(node,),
        subject=failure.subject,
        title=TITLE_OF.fill(volume=volume),
        cause=lines(*judged.says),
        evidence=tuple(dict.fromkeys(Evidence.of(node, span) for span in (*failure.spans[:3], *judged.spans))),
        affects=users,
        steps=(listing, *judged.steps),
    )


def _judged(
    node: str,
    volume: str,
    since: str,
    info: PublishInfo | None,
    signals: Signals | Unknown,
    checks: PortalChecks | Unknown,
    sessions: IscsiSessions | Unknown,
    storage: NodeStorage | Unknown,
    reports: LunReports | Unknown,
) -> Judged:
    wanted = info.portals if info else ()
    known = (
        common.residual(volume, info, storage)
        or common.portals(node, volume, wanted, checks, signals)
        or _here_now(volume, info, storage)
        or login.judged(node, info, sessions, signals, since)
        or _lun(node, volume, info, sessions, storage, reports)
    )
    message = common.MESSAGE.fill(volume=volume)
    if known is not None:
        return replace(known, says=(*known.says, message))
    says = (message, *LIST, *common.about_portals(wanted, checks))
    return Judged(says, Certainty.POSSIBLE, (), (common.check_mapping(node, volume),))


def _here_now(volume: str, info: PublishInfo | None, storage: NodeStorage | Unknown) -> Judged | None:
    if info is None or isinstance(storage, Unknown):
        return None
    alive = [disk for disk in storage.disks if disk.wwid == f"3{info.lun_wwn}" and disk.state is DiskState.ALIVE]
    if not alive or not info.lun_wwn:
        return None
    names = ", ".join(disk.name for disk in alive)
    says = HERE_NOW.fill(volume=volume, disks=names)
    return Judged((says,), Certainty.LIKELY, tuple(disk.device.span for disk in alive))


def _lun(
    node: str,
    volume: str,
    info: PublishInfo | None,
    sessions: IscsiSessions | Unknown,
    storage: NodeStorage | Unknown,
    reports: LunReports | Unknown,
) -> Judged | None:
    """Every target logged in, and no disk of it under the volume's LUN number."""
    if info is None or isinstance(sessions, Unknown) or isinstance(storage, Unknown):
        return None
    up = [one for one in sessions.sessions if one.target in info.iqns and one.state == "LOGGED_IN"]
    there = [disk for disk in storage.disks if disk.target in info.iqns and common.lun_of(disk) in info.host_luns]
    if not info.host_luns or {one.target for one in up} != set(info.iqns) or there:
        return None
    neighbours = {disk.name for disk in storage.disks if disk.target in info.iqns}
    listed = () if isinstance(reports, Unknown) else reports.reports
    denied = [
        one
        for one in listed
        if one.device in neighbours
        and one.luns is not None
        and not {str(lun) for lun in one.luns} & set(info.host_luns)
    ]
    names = {"targets": ", ".join(dict.fromkeys(info.iqns)), "luns": ", ".join(dict.fromkeys(info.host_luns))}
    return Judged(
        (NO_LUN.fill(**names),),
        Certainty.CONFIRMED if denied else Certainty.LIKELY,
        (*(one.span for one in up), *(one.span for one in denied[:1])),
        (common.check_mapping(node, volume),),
    )
