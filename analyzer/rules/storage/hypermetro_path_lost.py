"""A volume works, but no path leads to some of the target ports it was published with: whole paths are gone.

How we know
    The VolumeAttachment's publishInfo names several target ports (IQNs or WWPNs); the volume's map has a usable path,
    and no path object at all, failed or not, to at least one of these ports.  Other volumes on this node reach that
    port, or its session or remote port is up: the port works, only this LUN was never scanned on it again.  Typical
    after a host rebooted while one array of a HyperMetro pair was away.
Not reported here
    Paths that are there and have failed (path-degraded).  A port that is not reachable from this node at all is told
    with less certainty.  NVMe.
False alarms
    A volume that is just being staged.
Remedy
    Told by hand: log in again and scan for this LUN only, or move the pod.  Never automatic: a scan reaches all LUNs
    that the host is mapped to, and residual ones beside them.
Source
    Huawei CSI guide, 8.4.13.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PublishInfo, VolumeAttachment, VolumeAttachments
from analyzer.facts.storage import NodeStorage, StorageMap
from analyzer.facts.transport import FcPorts, IscsiSessions
from analyzer.findings import Certainty, Evidence, Finding, Severity
from analyzer.impact import users_of_volumes
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import Cause, Through, node_rule
from analyzer.rules.storage import proof
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text, lines

_LUN = re.compile(r"[0-9]{1,5}", re.ASCII)

TITLE = Text(en="{map} has no path to some of its target ports", zh="{map} 缺少到部分目标端口的路径")
CAUSE = Text(
    en="Volume {pv} was published with {all} target ports, and its map {map} ({wwid}) has paths to {have} of them "
    "only; to {lost} there is no path at all, not even a failed one. It works, but the failure of the paths left would "
    "stop it.",
    zh="卷 {pv} 发布时有 {all} 个目标端口，而其多路径设备 {map}（{wwid}）只有到其中 {have} 个的路径；"
    "到 {lost} 没有任何路径（连失效路径也没有）。目前可用，但剩余路径一旦故障，业务就会中断。",
)
SCANNED_NOT = Text(
    en="These ports are reachable from this node ({up}): the LUN was not scanned on them again, as after a reboot "
    "while one array of a HyperMetro pair was away.",
    zh="本节点可以访问这些端口（{up}）：该 LUN 没有在其上重新扫描，例如主机在双活中的一台阵列离线期间重启过。",
)
NOT_UP = Text(
    en="These ports are not reachable from this node now: mend the way to them first.",
    zh="本节点目前无法访问这些端口：请先恢复到这些端口的链路。",
)
LOOK = Text(en="Show the paths of map {map}", zh="查看多路径设备 {map} 的路径")
EXPECT = Text(en="Fewer paths than target ports", zh="路径数少于目标端口数")
IF_NOT = Text(en="Collect again, and compare.", zh="请重新采集并比较。")
DO = Text(
    en="Either move the pods of {pv} to another node (which attaches it with all paths), or by hand, on this node: log "
    "in to the missing ports if no session is there (`iscsiadm -m node -T TARGET -p PORTAL --login`), then scan each "
    "SCSI host "
    'that leads there for this LUN only: `echo "- - {lun}" > /sys/class/scsi_host/hostN/scan`, where N is the host\'s '
    "number in `ls -l /sys/class/iscsi_session` or `/sys/class/fc_host`. Remove residual devices of this node before: "
    "a residual on the same LUN id would be found first.",
    zh="可将使用 {pv} 的 Pod 迁移到其他节点（重新挂载时会建立全部路径）；或在本节点手工操作：若缺少会话，"
    "先登录缺失的端口（`iscsiadm -m node -T TARGET -p PORTAL --login`），再对通往该端口的 SCSI 主机只扫描该 LUN："
    '`echo "- - {lun}" > /sys/class/scsi_host/hostN/scan`，其中 N 为 `ls -l /sys/class/iscsi_session` 或 '
    "`/sys/class/fc_host` 中的主机编号。请先清除本节点的残留设备：相同 LUN ID 上的残留设备会被先扫描到。",
)


@node_rule(
    "hypermetro-path-lost",
    Severity.WARNING,
    Text(en="Target ports without a path", zh="缺少到部分目标端口的路径"),
    explained_by=(Cause("array-unreachable", through=Through.VOLUME),),
)
def hypermetro_path_lost(
    node: str,
    storage: NodeStorage,
    attachments: VolumeAttachments,
    sessions: IscsiSessions | Unknown,
    ports: FcPorts | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding]:
    reached = _up(sessions, ports) | {disk.target for disk in storage.disks if disk.target}
    for attachment in attachments.items:
        info = attachment.publish_info
        if attachment.node != node or info is None or not attachment.attached or attachment.deleting:
            continue
        found = next((one for one in storage.maps if one.wwid == f"3{info.lun_wwn}"), None)
        wanted = _targets(info)
        if found is None or not found.is_usable or any(disk.target is None for disk in found.disks):
            continue
        lost = wanted - {disk.target for disk in found.disks}
        if lost and lost != wanted:
            yield _finding(node, attachment, found, wanted, lost, lost & reached, bindings)


def _targets(info: PublishInfo) -> frozenset[str]:
    return frozenset({*info.iqns, *(one.lower().removeprefix("0x").replace(":", "") for one in info.wwpns)})


def _up(sessions: IscsiSessions | Unknown, ports: FcPorts | Unknown) -> set[str | None]:
    logged_in = () if isinstance(sessions, Unknown) else sessions.sessions
    remote = () if isinstance(ports, Unknown) else ports.remote_ports
    seen = {one.target for one in logged_in if one.state == "LOGGED_IN"}
    return seen | {(one.port_name or "").lower().removeprefix("0x") for one in remote if one.port_state == "Online"}


def _finding(
    node: str,
    attachment: VolumeAttachment,
    found: StorageMap,
    wanted: frozenset[str],
    lost: frozenset[str],
    up: frozenset[str | None],
    bindings: Bindings | Unknown,
) -> Finding:
    info = attachment.publish_info
    luns = [lun for lun in (info.host_luns if info else ()) if _LUN.fullmatch(lun)]
    names = {
        "pv": attachment.pv,
        "map": found.name,
        "wwid": found.wwid,
        "lun": luns[0] if len(set(luns)) == 1 else "LUN",
    }
    cause = CAUSE.fill(
        pv=attachment.pv,
        map=found.name,
        wwid=found.wwid,
        all=len(wanted),
        have=len(wanted) - len(lost),
        lost=", ".join(sorted(lost)),
    )
    why = SCANNED_NOT.fill(up=", ".join(sorted(str(one) for one in up))) if up else NOT_UP
    spans = [span for span in (found.printed.span if found.printed else None,) if span is not None]
    return Finding(
        rule="hypermetro-path-lost",
        severity=Severity.WARNING,
        certainty=Certainty.CONFIRMED if up == lost else Certainty.LIKELY,
        nodes=(node,),
        subject=f"pv:{attachment.pv}",
        title=TITLE.fill(map=found.name),
        cause=lines(cause, why),
        evidence=(*proof.quoted(node, spans), Evidence.of(node, attachment.span)),
        affects=users_of_volumes(bindings, {attachment.pv}),
        steps=(_look(node, found), step_by_hand(node, f"scan-{found.wwid}", DO.fill(pv=names["pv"], lun=names["lun"]))),
    )


def _look(node: str, found: StorageMap) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target="multipath-paths",
        effect=Effect.READS,
        does=LOOK.fill(map=found.name),
        command=Command(("multipath", "-ll")),
        expect=EXPECT,
        if_fails=IF_NOT,
    )
