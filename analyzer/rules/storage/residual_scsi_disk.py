"""Dead SCSI disks are left over under no map: the array took their LUN away, and no multipath map shows it.

How we know
    The disk is `running` and its session or port is up, yet the array refuses INQUIRY (`scsi_id`).  Confirmed when the
    array itself denies the LUN as well: sense 25/00 by sg_turs or in the kernel log, or REPORT LUNS through another
    disk of the same target.  The exit status of a read is no witness: an unheld dead disk reads 0 bytes with exit 0.
Not reported here
    Disks that are paths of a map (residual-multipath-map), disks out of reach (array-unreachable), local disks.
False alarms
    An unmapping that is still going on.
Remedy
    Where the law of removal is proven, with both INQUIRY refused and the array's own denial: delete each disk once its
    identity was read again, and list what is left.  Else it is said what is not proven, and nothing is removed.
Source
    Huawei CSI FAQ, case 1; captures of a real kernel: stale_sd_nomap, no_multipath.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.block import LiveIdentities
from analyzer.facts.cluster import Events, PersistentVolumes, VolumeAttachments
from analyzer.facts.host import Clock, DriverWwnFiles, Host
from analyzer.facts.logs import ClusterSignals, Signals
from analyzer.facts.storage import Disk, DiskState, NodeStorage
from analyzer.findings import Certainty, Finding, Severity
from analyzer.impact import users_of_luns
from analyzer.remedies.removal import Ground, remove_disk
from analyzer.rules import node_rule
from analyzer.rules.storage import proof
from analyzer.rules.storage.story import Witnesses, told
from analyzer.texts import Text, lines

TITLE = Text(en="Residual SCSI disks {disks} ({wwid})", zh="残留的 SCSI 磁盘 {disks}（{wwid}）")
CAUSE = Text(
    en="The LUN {wwid} is no longer mapped to this host, but its disks were left behind: the way to the array works, "
    "each of them ({disks}) is `running`, and the array refuses the LUN. No multipath map holds these disks.",
    zh="LUN {wwid} 已不再映射给该主机，但主机上的磁盘未被移除：到阵列的链路正常，各磁盘（{disks}）状态均为 `running`，"
    "而阵列拒绝访问该 LUN。没有多路径设备使用这些磁盘。",
)


@node_rule("residual-scsi-disk", Severity.ERROR, Text(en="Residual SCSI disk", zh="残留的 SCSI 磁盘"))
def residual_scsi_disk(
    node: str,
    storage: NodeStorage,
    live: LiveIdentities,
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
    luns: dict[str, list[Disk]] = {}
    alive = {disk.wwid for disk in storage.disks if disk.state is DiskState.ALIVE}
    for disk in storage.bare_disks:
        if disk.state is DiskState.GONE and disk.wwid not in alive:  # a path was taken away, not the LUN
            luns.setdefault(disk.wwid or disk.name, []).append(disk)
    for wwid, disks in luns.items():
        yield _finding(ground, wwid, tuple(disks), witnesses)


def _finding(ground: Ground, wwid: str, disks: tuple[Disk, ...], witnesses: Witnesses) -> Finding:
    removals = [remove_disk(ground, disk) for disk in disks]
    obstacles = tuple(dict.fromkeys(obstacle for removal in removals for obstacle in removal.obstacles))
    story, proven = told(witnesses, wwid)
    names = {"wwid": wwid, "disks": ", ".join(disk.name for disk in disks)}
    return Finding(
        rule="residual-scsi-disk",
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED if all(disk.refusals for disk in disks) else Certainty.LIKELY,
        nodes=(ground.node,),
        subject=f"wwid:{wwid}",
        title=TITLE.fill(**names),
        cause=lines(CAUSE.fill(**names), *story, *proof.withheld(obstacles)),
        evidence=(
            *(piece for disk in disks for piece in proof.of_disk(ground.node, disk)),
            *proof.quoted(ground.node, proven),
        ),
        affects=users_of_luns(ground.bindings, (wwid,)),
        steps=tuple(step for removal in removals for step in removal.steps),
    )
