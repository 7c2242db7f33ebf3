"""The driver will not format a volume's device: it holds data, yet no file system that blkid knows.

How we know
    Staging fails with `1. Maybe the device <d> is formatted; 2. Maybe the device is a raw block volume, please check`:
    blkid found no file system, and the first blocks are not all zero.
Not reported here
    A device that holds a file system: that is mounted as it is.  A volume claimed as a raw block volume, which is never
    formatted.
False alarms
    None known: the driver has read the device.  A LUN id given to another volume shows another volume's data; where
    that was seen, this is told under lun-id-reused.
Remedy
    None that writes: what is on the device may be someone's data.  Find out whose it is first.
Source
    eSDK_K8S_Plugin, connector/nfs/nfs_helper.go, getFSType; user guide, chapter 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolumes
from analyzer.facts.failures import Failure, VolumeFailures
from analyzer.facts.identifiers import UnsafeValueError, Wwid
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import Cause, node_rule
from analyzer.rules.hearing import unheard
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text, lines

RULE = "device-not-blank"
SAYS = re.compile(r"Maybe the device (?P<device>\S+) is formatted; 2\. Maybe the device is a raw block volume")

TITLE = Text(
    en="Volume {volume} holds data, but no known file system", zh="卷 {volume} 上有数据，但没有可识别的文件系统"
)
CAUSE = Text(
    en="The driver found data on the device of volume {volume} ({device}), and no file system that it knows, so that "
    "it neither mounts nor formats it. This protects the data.",
    zh="驱动发现卷 {volume} 的设备（{device}）上有数据，但没有可识别的文件系统，因此既不挂载也不格式化，以保护数据。",
)
MAYBE = Text(en="What it may hold:", zh="可能的情况：")
RAW = Text(
    en="- it was used as a raw block volume before (volumeMode: Block), and a program wrote to it;",
    zh="- 它曾作为裸块卷使用（volumeMode: Block），程序直接写入了数据；",
)
TABLE = Text(
    en="- a partition table, LVM, or a file system of another kind: a LUN that was taken over from elsewhere;",
    zh="- 分区表、LVM 或其他类型的文件系统：该 LUN 来自其他用途；",
)
BROKEN = Text(
    en="- a file system whose beginning was overwritten, or a formatting that was interrupted;",
    zh="- 文件系统的开头被覆盖，或格式化被中断；",
)
OTHER = Text(
    en="- another volume's data, because this node still reads another LUN under this number.",
    zh="- 其他卷的数据：该节点在该 LUN 号下读到的仍是另一个 LUN。",
)
DO = Text(
    en="Find out whose data it is before anything is written to volume {volume}: who made the LUN, whether a claim "
    "with volumeMode: Block used it. If the data is wanted, use it as it was used before; if it is certain that nobody "
    "wants it, delete the claim and make a new one. Never run mkfs or wipefs by hand: device names change",
    zh="在向卷 {volume} 写入任何内容之前，先确认数据属于谁：LUN 由谁创建，是否曾被 volumeMode: Block 的 PVC 使用。"
    "如需保留数据，请按原来的方式使用；若确定无人需要，删除 PVC 并新建一个。不要手工执行 mkfs 或 wipefs：设备名会变化",
)


@node_rule(
    RULE,
    Severity.ERROR,
    Text(en="Device is not blank", zh="设备非空"),
    explained_by=(Cause("lun-id-reused"),),
)
def device_not_blank(
    node: str, failures: VolumeFailures, volumes: PersistentVolumes | Unknown, bindings: Bindings | Unknown
) -> Iterator[Finding | Inconclusive]:
    found = failures.saying(SAYS)
    for failure in found:
        yield _finding(node, failure, volumes, bindings)
    if not found:
        yield from unheard(RULE, node, failures)


def _finding(
    node: str, failure: Failure, volumes: PersistentVolumes | Unknown, bindings: Bindings | Unknown
) -> Finding:
    match = SAYS.search(failure.says)
    volume = failure.pv or failure.volume or "?"
    names = {"volume": volume, "device": match["device"] if match else "?"}
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=(node,),
        subject=failure.subject,
        title=TITLE.fill(volume=volume),
        cause=lines(CAUSE.fill(**names), MAYBE, RAW, TABLE, BROKEN, OTHER),
        evidence=tuple(Evidence.of(node, span) for span in failure.spans[-2:]),
        affects=users_of_volumes(bindings, {failure.pv}),
        steps=(*_look(node, failure.pv, volumes), step_by_hand(node, f"whose-data-{volume}", DO.fill(volume=volume))),
    )


def _look(node: str, pv: str, volumes: PersistentVolumes | Unknown) -> Iterator[Step]:
    """By its WWN, which does not change, where the volume has one."""
    known = () if isinstance(volumes, Unknown) else volumes.items
    wwn = next((one.lun_wwn for one in known if one.name == pv), "")
    try:
        wwid = Wwid(f"3{wwn}")
    except UnsafeValueError:
        return
    yield Step(
        host=node,
        phase=Phase.CHECK,
        target=f"signatures-{wwid}",
        effect=Effect.READS,
        does=Text(
            en="Show what signatures the device of {wwid} holds; nothing is written",
            zh="查看 {wwid} 的设备上有哪些签名（不会写入）",
        ).fill(wwid=wwid),
        command=Command(("blkid", "-p", f"/dev/disk/by-id/dm-uuid-mpath-{wwid}")),
        expect=Text(
            en="PTTYPE is a partition table, LVM2_member a physical volume; nothing at all: raw data",
            zh="PTTYPE 表示分区表，LVM2_member 表示物理卷；无输出则为裸数据",
        ),
        if_fails=Text(
            en="Exit code 2 and no line: no signature is known. No such file: the LUN is not attached here.",
            zh="返回码 2 且无输出：没有可识别的签名。文件不存在：该 LUN 当前未挂载到此节点。",
        ),
    )
