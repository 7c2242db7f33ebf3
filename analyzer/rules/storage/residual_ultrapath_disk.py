"""UltraPath still holds a virtual LUN that the array took away from this host.

How we know
    `upadmin show vlun` lists a row whose Disk is `deleted` or whose Status is `Fault`, and the cluster does not want
    its WWN on this node.  Confirmed: both at once.  Likely: one of them.  The driver's own words
    (`the disk [deleted] status is [Fault], need to clean`, `found need clean device`) are quoted beside it.  With its
    disk still there a `Fault` looks the same in an outage: then it is told that the two cannot be told apart from here.
Not reported here
    A faulty virtual LUN that is attached to this node: that is an outage, not a residue.  Nodes without UltraPath.
False alarms
    A LUN of another user of the array, without a volume of the driver, whose paths are down: such a row is told as
    possible, and only where the array's driver knows no such WWN.
Remedy
    By UltraPath's own tools only, and by hand: reading commands tell which LUN it is; how a virtual LUN is removed is
    asked of UltraPath's manual of the installed version.  No removing command is built: none was seen at work.  While
    its disk is there nothing but readings is proposed, on the host and on the array.
Source
    Huawei CSI FAQ, case 1; eSDK_K8S_Plugin, connector/ultrapath_vlun.go (v4.5.0 and newer), connector/ultrapath.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import VolumeAttachments
from analyzer.facts.driver import Driver
from analyzer.facts.host import DriverWwnFiles, Host
from analyzer.facts.logs import Signals
from analyzer.facts.tools import Tools
from analyzer.facts.ultrapath import VirtualLun, VirtualLuns
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_luns
from analyzer.remedies import obstacles
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import node_rule
from analyzer.rules.storage import proof
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text, lines

DRIVERS_WORDS = ("driver-ultrapath-residual", "driver-ultrapath-stale-lun")
GOOD = ("Normal", "Degraded")

TITLE = Text(en="Residual UltraPath disk {id} ({wwn})", zh="残留的 UltraPath 磁盘 {id}（{wwn}）")
TITLE_FAULT = Text(
    en="UltraPath disk {id} ({wwn}) in {status}: residual, or its paths are down",
    zh="UltraPath 磁盘 {id}（{wwn}）状态为 {status}：残留，或其路径故障",
)
CAUSE = Text(
    en="UltraPath still holds the virtual LUN {id} (WWN {wwn}, disk {disk}, status {status}, paths {paths}), although "
    "the array took it away from this host.",
    zh="UltraPath 仍保留虚拟 LUN {id}（WWN {wwn}，磁盘 {disk}，状态 {status}，路径 {paths}），"
    "而阵列已取消其对该主机的映射。",
)
CAUSE_FAULT = Text(
    en="UltraPath has the virtual LUN {id} (WWN {wwn}, disk {disk}, paths {paths}) in {status}: its paths are down, or "
    "the array took it away from this host. With its disk still there the two look the same from here.",
    zh="UltraPath 的虚拟 LUN {id}（WWN {wwn}，磁盘 {disk}，路径 {paths}）状态为 {status}：可能是其路径故障，"
    "也可能是阵列已取消其对该主机的映射。其磁盘仍在，从主机侧无法区分这两种情况。",
)
EFFECT = Text(
    en="A new LUN that gets the same host LUN id cannot appear until it is gone.",
    zh="在清除之前，使用相同主机 LUN ID 的新 LUN 无法出现。",
)
FOREIGN = Text(
    en="No volume of the driver has this WWN: it may belong to something else on this host. Ask before it is touched.",
    zh="驱动没有任何卷使用该 WWN：它可能属于该主机上的其他业务，处理前请先确认。",
)
NOT_ELSEWHERE = Text(en="Ruled out: an attachment of this WWN to this node.", zh="已排除：该 WWN 目前挂载在本节点。")
LOOK_LUN = Text(en="Show UltraPath's virtual LUN {id} with its paths", zh="查看 UltraPath 虚拟 LUN {id} 及其路径")
LOOK_PATHS = Text(en="Show all of UltraPath's paths", zh="查看 UltraPath 的所有路径")
EXPECT_LUN = Text(
    en="LUN WWN : {wwn}, and no path that is Normal. If the WWN differs, UltraPath gave the number to another LUN: "
    "stop here and collect again",
    zh="LUN WWN : {wwn}，且没有 Normal 状态的路径。若 WWN 不同，说明该编号已属于另一个 LUN：请停止操作并重新采集",
)
EXPECT_PATHS = Text(
    en="The other paths to the same array are Normal: the array is reachable, only this LUN is gone",
    zh="到同一阵列的其他路径为 Normal：阵列可达，只是该 LUN 已不存在",
)
IF_NOT = Text(
    en="Paths that are all Fault are an outage: mend the way to the array first and remove nothing.",
    zh="若所有路径均为 Fault，则为链路故障：请先恢复到阵列的链路，不要清除任何设备。",
)
ASK_ARRAY = Text(
    en="Ask the array's administrator whether a LUN of WWN {wwn} exists and is mapped to this host. If it is, mend its "
    "paths and remove nothing",
    zh="请阵列管理员确认 WWN 为 {wwn} 的 LUN 是否存在并映射给该主机。若是，请恢复其路径，不要清除任何设备",
)
EXPECT_ARRAY = Text(
    en="It is mapped to this host: an outage. It is not: collect again once the paths of the other LUNs are Normal, "
    "and ask support how to go on",
    zh="已映射给该主机：属于链路故障。未映射：待其他 LUN 的路径恢复 Normal 后重新采集，并联系技术支持确认后续处理",
)
REMOVE = Text(
    en="If both look as told, and nothing on this node uses the disk (`lsblk`, `cat /proc/mounts`), remove the virtual "
    "LUN {id} (WWN {wwn}) with UltraPath's own tool, as the UltraPath manual of the installed version says; ask "
    "support when in doubt. Do not use multipath or /sys/block/*/device/delete on it.",
    zh="若以上两项均与预期一致，且该节点上没有任何对象使用该磁盘（`lsblk`、`cat /proc/mounts`），"
    "请按所安装版本的 UltraPath 手册，用 UltraPath 自带工具清除虚拟 LUN {id}（WWN {wwn}）；如有疑问请联系技术支持。"
    "不要对其使用 multipath 或 /sys/block/*/device/delete。",
)


@node_rule("residual-ultrapath-disk", Severity.ERROR, Text(en="Residual UltraPath disk", zh="残留的 UltraPath 磁盘"))
def residual_ultrapath_disk(
    node: str,
    virtual: VirtualLuns | Unknown,
    bindings: Bindings | Unknown,
    attachments: VolumeAttachments | Unknown,
    host: Host | Unknown,
    staged: DriverWwnFiles | Unknown,
    signals: Signals | Unknown,
    tools: Tools | Unknown,
    driver: Driver | Unknown,
) -> Iterator[Finding | Inconclusive]:
    if isinstance(virtual, Unknown):
        if _may_have_ultrapath(tools, driver):
            yield Inconclusive("residual-ultrapath-disk", node, (virtual,))
        return
    wanted = _wanted(node, attachments)
    notes = () if isinstance(staged, Unknown) else staged.files
    for lun in virtual.luns:
        bound = not isinstance(bindings, Unknown) and any(one.node == node for one in bindings.of(lun.wwn))
        if (lun.is_deleted or lun.status not in GOOD) and not bound and lun.wwn not in wanted:
            is_ours = _is_the_drivers(lun, bindings, frozenset(note.wwn for note in notes))
            yield _finding(node, lun, is_ours, bindings, host, signals)


def _may_have_ultrapath(tools: Tools | Unknown, driver: Driver | Unknown) -> bool:
    if not isinstance(tools, Unknown) and (there := tools.has("upadmin")) is not None:
        return there
    if isinstance(driver, Unknown) or not driver.node_pods:
        return True
    return "UltraPath" in (driver.argument("scsi-multipath-type", driver.node_pods) or "DM-multipath")


def _wanted(node: str, attachments: VolumeAttachments | Unknown) -> frozenset[str]:
    if isinstance(attachments, Unknown):
        return frozenset()
    infos = [one.publish_info for one in attachments.items if one.node == node and one.publish_info is not None]
    return frozenset(wwn for info in infos for wwn in (info.lun_wwn, info.lun_guid) if wwn)


def _is_the_drivers(lun: VirtualLun, bindings: Bindings | Unknown, noted: frozenset[str]) -> bool:
    return lun.wwn in noted or (not isinstance(bindings, Unknown) and lun.wwn in bindings.known_wwns)


def _finding(
    node: str,
    lun: VirtualLun,
    is_ours: bool,
    bindings: Bindings | Unknown,
    host: Host | Unknown,
    signals: Signals | Unknown,
) -> Finding:
    names = {"id": lun.id, "wwn": lun.wwn, "disk": lun.disk, "status": lun.status, "paths": lun.paths}
    doubts = tuple(_doubts(node, bindings, host))
    certainty = _certainty(lun, is_ours, bool(doubts))
    says = [CAUSE.fill(**names), EFFECT] if lun.is_deleted else [CAUSE_FAULT.fill(**names)]
    says += [] if isinstance(bindings, Unknown) or doubts else [NOT_ELSEWHERE]
    says += [] if is_ours else [FOREIGN]
    heard = () if isinstance(signals, Unknown) else tuple(signals.of(*DRIVERS_WORDS))
    return Finding(
        rule="residual-ultrapath-disk",
        severity=Severity.ERROR if certainty is not Certainty.POSSIBLE else Severity.WARNING,
        certainty=certainty,
        nodes=(node,),
        subject=f"wwid:3{lun.wwn}",
        title=(TITLE if lun.is_deleted else TITLE_FAULT).fill(**names),
        cause=lines(*says, *proof.withheld(doubts)),
        evidence=(Evidence.of(node, lun.span), *(Evidence.of(node, hit.spans[-1]) for hit in heard[:2])),
        affects=users_of_luns(bindings, (lun.wwn,)),
        steps=_steps(node, lun, names),
    )


def _doubts(node: str, bindings: Bindings | Unknown, host: Host | Unknown) -> Iterator[obstacles.Obstacle]:
    """Why it is not certain that the cluster does not want it here."""
    if isinstance(bindings, Unknown):
        yield obstacles.cluster_unknown(bindings)
        return
    if bindings.node(node, host.boot_id if isinstance(host, Host) else None) is None:
        yield obstacles.not_a_cluster_node(node)
    for binding in bindings.doubts_on(node):
        yield obstacles.may_be_wanted(binding)


def _certainty(lun: VirtualLun, is_ours: bool, is_doubtful: bool) -> Certainty:
    if is_doubtful or not is_ours:
        return Certainty.POSSIBLE
    return Certainty.CONFIRMED if lun.is_deleted and lun.has_failed else Certainty.LIKELY


def _steps(node: str, lun: VirtualLun, names: dict[str, str]) -> tuple[Step, ...]:
    return (
        _look(node, lun, f"vlun-{lun.id}", ("upadmin", "show", "vlun", f"id={lun.id}"), LOOK_LUN, EXPECT_LUN),
        _look(node, lun, "ultrapath-paths", ("upadmin", "show", "path"), LOOK_PATHS, EXPECT_PATHS),
        step_by_hand(node, f"vlun-{lun.id}", REMOVE.fill(**names)) if lun.is_deleted else _ask_array(node, lun),
    )


def _ask_array(node: str, lun: VirtualLun) -> Step:
    does = ASK_ARRAY.fill(wwn=lun.wwn)
    return Step(node, Phase.CHECK, f"array-lun-{lun.wwn}", Effect.READS, does, None, EXPECT_ARRAY, IF_NOT)


def _look(node: str, lun: VirtualLun, target: str, argv: tuple[str, ...], does: Text, expect: Text) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target=target,
        effect=Effect.READS,
        does=does.fill(id=lun.id) if "{id}" in does.en else does,
        command=Command(argv),
        expect=expect.fill(wwn=lun.wwn) if "{wwn}" in expect.en else expect,
        if_fails=IF_NOT,
    )
