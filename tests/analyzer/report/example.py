"""A rich analysis made by hand: residual maps on two nodes, one still in use, a symptom folded, a reused LUN, gaps."""

from __future__ import annotations

from analyzer.engine import Analysis, BundleInfo, NodeSummary
from analyzer.facts import Unknown
from analyzer.facts.identifiers import DiskName, Hctl, Wwid
from analyzer.findings import Affected, Certainty, Cleared, Evidence, Finding, Inconclusive, Severity, Verdict
from analyzer.guards import DiskIsDead, DiskIsFree, MapIsDead, MapIsFree, PathIdentity
from analyzer.runbook import ADMIN, Command, Effect, Phase, Runbook, Step, ordered
from analyzer.texts import Text, lines
from bundle.capture import Outcome, Status

BUNDLE = "csi-bundle-20260703-101501"
WWID_B = Wwid("3618cf24100f8f457015a764c000001f7")
WWID_A = Wwid("3618cf24100f8f457016a764c000001f8")
BOOT = "6f1c3a52-0d1e-4c57-9a63-0f8e2b7d9c11"


def path(device: str, hctl: str, wwid: Wwid) -> PathIdentity:
    return PathIdentity(DiskName(device), Hctl(hctl), wwid)


PATHS_B = (path("sdb", "2:0:0:2", WWID_B), path("sde", "3:0:0:2", WWID_B))
PATHS_A = (path("sda", "2:0:0:3", WWID_A), path("sdd", "3:0:0:3", WWID_A))


def flush(host: str, wwid: Wwid, paths: tuple[PathIdentity, ...]) -> Step:
    return Step(
        host,
        Phase.FLUSH_MAP,
        wwid,
        Effect.DESTROYS,
        does=Text(en="Flush the map {wwid}", zh="清除多路径设备 {wwid}").fill(wwid=wwid),
        command=Command(("multipath", "-f", wwid)),
        expect=Text(en="Nothing is printed; the exit code is 0.", zh="无输出，返回码为 0。"),
        if_fails=Text(
            en="“map in use”: something has opened it since. Stop, collect again, and look who holds it.",
            zh="如提示“map in use”：采集之后有进程打开了该设备。请停止操作，重新采集并查看占用者。",
        ),
        guards=(MapIsDead(wwid, paths), MapIsFree(wwid)),
    )


def delete(host: str, dead: PathIdentity) -> Step:
    return Step(
        host,
        Phase.DELETE_PATH,
        f"{dead.device}:{dead.hctl}",
        Effect.DESTROYS,
        does=Text(en="Delete the SCSI device {dev} ({hctl})", zh="删除 SCSI 设备 {dev}（{hctl}）").fill(
            dev=dead.device, hctl=dead.hctl
        ),
        command=Command(("tee", f"/sys/block/{dead.device}/device/delete"), stdin="1"),
        expect=Text(en="{dev} is no longer in lsblk.", zh="lsblk 中不再出现 {dev}。").fill(dev=dead.device),
        if_fails=Text(
            en="Stop. The name may mean another disk by now; collect again.",
            zh="请停止操作。该盘符可能已指向其他磁盘，请重新采集。",
        ),
        guards=(DiskIsDead(dead), DiskIsFree(dead.device)),
    )


def confirm(host: str, wwid: Wwid) -> Step:
    return Step(
        host,
        Phase.CONFIRM,
        wwid,
        Effect.READS,
        does=Text(en="Confirm that {wwid} is gone", zh="确认 {wwid} 已清除").fill(wwid=wwid),
        command=Command(("multipath", "-ll", wwid)),
        expect=Text(en="Nothing is printed.", zh="无任何输出。"),
        if_fails=Text(en="Collect a new bundle and look again.", zh="重新采集诊断包后再分析。"),
    )


def residual(node: str, name: str, wwid: Wwid, paths: tuple[PathIdentity, ...], text: tuple[str, ...]) -> Finding:
    return Finding(
        rule="residual-multipath-map",
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=(node,),
        subject=f"wwid:{wwid}",
        title=Text(
            en="Map {name} was left behind by a LUN that is no longer mapped",
            zh="多路径设备 {name} 的 LUN 已解除映射，盘符残留",
        ).fill(name=name),
        cause=Text(
            en="The array took the LUN away after the volume moved to another node, and the host keeps the dead disks: "
            "every path failed with “Logical unit not supported”, while its session is logged in and its disk running.",
            zh="卷迁移到其他节点后，阵列解除了该 LUN 的映射，但主机侧未移除盘符："
            "所有路径均以“Logical unit not supported”失败，而会话仍为 LOGGED_IN、SCSI 设备仍为 running。",
        ),
        evidence=(
            Evidence(node, "multipath_ll", 6, 10, text),
            Evidence(node, "dmsetup_info", 3, 3, (f"{name}|253|1|L--w|0|1|0|mpath-{wwid}",)),
            Evidence(
                node,
                "kernel_log",
                811,
                812,
                (
                    "[ 5312.114071] sd 2:0:0:2: [sdb] tag#8 Sense Key : Illegal Request [current]",
                    "[ 5312.114075] sd 2:0:0:2: [sdb] tag#8 Add. Sense: Logical unit not supported",
                ),
            ),
        ),
        affects=(Affected("shop", "", "orders-data", "pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4"),),
        steps=(flush(node, wwid, paths), *(delete(node, dead) for dead in paths), confirm(node, wwid)),
    )


TEXT_B = (
    "mpathb (3618cf24100f8f457015a764c000001f7) dm-1 HUAWEI,XSG1",
    "size=300M features='0' hwhandler='1 alua' wp=rw",
    "`-+- policy='service-time 0' prio=0 status=active",
    "  |- 2:0:0:2 sdb 8:16 failed faulty running",
    "  `- 3:0:0:2 sde 8:64 failed faulty running",
)
TEXT_A = (
    "mpatha (3618cf24100f8f457016a764c000001f8) dm-0 HUAWEI,XSG1",
    "size=400M features='0' hwhandler='1 alua' wp=rw",
    "`-+- policy='service-time 0' prio=0 status=active",
    "  |- 2:0:0:3 sda 8:0  failed faulty running",
    "  `- 3:0:0:3 sdd 8:48 failed faulty running",
)

FC = Finding(
    rule="fc-device-not-found",
    severity=Severity.ERROR,
    certainty=Certainty.LIKELY,
    nodes=("worker-a",),
    subject="pv:pvc-9a01",
    title=Text(en="An FC volume was not found on the node", zh="节点上未发现 FC 卷对应的设备"),
    cause=Text(
        en="The driver waited for the disk of pvc-9a01 and gave up; residual disks keep its LUN id taken.",
        zh="驱动等待 pvc-9a01 的磁盘超时；残留盘符占用了它的 LUN 号。",
    ),
    evidence=(
        Evidence(
            "worker-a",
            "files/var/log/huawei/huawei-csi-node",
            20417,
            20417,
            ("2026-07-03 10:15:12.914022 28417 [ERROR]: [requestID:3301746797] Fibre Channel volume device not found",),
        ),
    ),
    affects=(Affected("shop", "orders-0", "orders-data", "pvc-9a01"),),
)

IN_USE = Finding(
    rule="residual-multipath-map",
    severity=Severity.ERROR,
    certainty=Certainty.CONFIRMED,
    nodes=("worker-c",),
    subject=f"wwid:{WWID_B}",
    title=Text(en="Map mpathb is dead, and still in use", zh="多路径设备 mpathb 已失效，但仍被使用"),
    cause=lines(
        Text(en="The LUN was taken away while the volume was mounted.", zh="卷仍处于挂载状态时，LUN 被解除映射。"),
        Text(
            en="Nothing is removed: process lab-holder (pid 2817) holds it open, and it is mounted at "
            "/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/7a3b/globalmount. Stop the pod first.",
            zh="暂不清理：进程 lab-holder（pid 2817）仍在占用，且挂载于 "
            "/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/7a3b/globalmount。请先停止 Pod，再重新采集。",
        ),
    ),
    evidence=(
        Evidence("worker-c", "multipath_ll", 6, 10, TEXT_B),
        Evidence(
            "worker-c",
            "mountinfo",
            44,
            44,
            ("412 29 253:1 / /var/lib/kubelet/plugins/7a3b/globalmount rw,relatime - ext4 /dev/mapper/mpathb rw",),
        ),
    ),
    affects=(Affected("billing", "ledger-1", "ledger-data", "pvc-15a7"),),
)

REUSED = Finding(
    rule="lun-id-reused",
    severity=Severity.CRITICAL,
    certainty=Certainty.CONFIRMED,
    nodes=("worker-d",),
    subject=f"wwid:{WWID_B}",
    title=Text(
        en="Map mpathb looks healthy, but reads and writes another volume",
        zh="多路径设备 mpathb 看似正常，实际读写的是另一个卷",
    ),
    cause=lines(
        Text(
            en="Its LUN id was given to volume 618cf24100f8f457017a764c000002a0 without a rescan of the host.",
            zh="其 LUN 号已分配给卷 618cf24100f8f457017a764c000002a0，而主机侧没有重新扫描。",
        ),
        Text(
            en="Nothing is removed by disk name: the same sdb and sde now are paths of a healthy volume.",
            zh="不按盘符清理：sdb、sde 现在是另一个正常卷的路径。",
        ),
    ),
    evidence=(
        Evidence(
            "worker-d",
            "scsi_id",
            3,
            4,
            ("== sdb", "3618cf24100f8f457017a764c000002a0"),
        ),
    ),
    affects=(Affected("billing", "ledger-0", "ledger-data-0", "pvc-15a6"),),
    steps=(
        Step(
            ADMIN,
            Phase.CHECK,
            "pod:billing/ledger-0",
            Effect.READS,
            does=Text(en="See which pods use the volume pvc-15a6", zh="查看哪些 Pod 在使用卷 pvc-15a6"),
            command=Command(("kubectl", "-n", "billing", "describe", "pvc", "ledger-data-0")),
            expect=Text(en="“Used By” names ledger-0.", zh="“Used By”中列出 ledger-0。"),
            if_fails=Text(en="Check the name and the kubeconfig.", zh="检查名称与 kubeconfig。"),
        ),
        Step(
            ADMIN,
            Phase.RELEASE,
            "pod:billing/ledger-0",
            Effect.CHANGES,
            does=Text(en="Stop what writes to the volume", zh="停止向该卷写入的业务"),
            command=Command(("kubectl", "-n", "billing", "scale", "statefulset/ledger", "--replicas=0")),
            expect=Text(en="The pod ledger-0 ends.", zh="Pod ledger-0 终止。"),
            if_fails=Text(en="Look at the events of the pod.", zh="查看该 Pod 的事件。"),
        ),
        Step(
            "worker-d",
            Phase.CHECK,
            "by-hand",
            Effect.READS,
            does=Text(
                en="Ask the storage administrator to which host LUN 2 is mapped",
                zh="请存储管理员确认 LUN 2 映射到哪台主机",
            ),
            command=None,
            expect=Text(en="Volume 618cf24100f8f457017a764c000002a0.", zh="卷 618cf24100f8f457017a764c000002a0。"),
            if_fails=Text(en="Call support.", zh="联系技术支持。"),
        ),
    ),
)


def example() -> Analysis:
    """Fresh at each call, so that a test may change what it likes."""
    map_b = residual("worker-a", "mpathb", WWID_B, PATHS_B, TEXT_B).explaining(FC.id)
    findings = (
        REUSED,
        map_b,
        residual("worker-a", "mpatha", WWID_A, PATHS_A, TEXT_A).explaining(FC.id),
        residual("worker-b", "mpathb", WWID_B, PATHS_B, TEXT_B),
        IN_USE,
        FC,
    )
    return analysis(
        Verdict(findings, inconclusive(), cleared()),
        targets=(
            *(NodeSummary(f"worker-{letter}", Outcome.COLLECTED, "") for letter in "abd"),
            NodeSummary("worker-c", Outcome.PARTIAL, "3 probes gave no knowledge: denied 2, timeout 1"),
            NodeSummary("worker-e", Outcome.UNREACHABLE, "no route to host 192.0.2.15"),
        ),
    )


def analysis(verdict: Verdict, targets: tuple[NodeSummary, ...], name: str = BUNDLE) -> Analysis:
    steps = [step for finding in verdict.findings for step in finding.steps]
    hosts = sorted({step.host for step in steps}, key=lambda host: (host != ADMIN, host))
    return Analysis(
        bundle=BundleInfo(name, 1, "2026-07-03T10:15:01Z", tuple(target.node for target in targets), complete=True),
        nodes=targets,
        verdict=verdict,
        runbooks=tuple(
            Runbook(host, host, "" if host == ADMIN else BOOT, name, ordered(s for s in steps if s.host == host))
            for host in hosts
        ),
    )


def inconclusive() -> tuple[Inconclusive, ...]:
    denied = Unknown("dmsetup_table", Status.DENIED, "dmsetup: /dev/mapper/control: open failed: Permission denied")
    hung = Unknown(
        "lvm_pvs", Status.TIMEOUT, "still running after 20 s, in D state, pid 4711, wchan do_get_write_access"
    )
    gone = Unknown("multipath_ll", Status.UNREACHABLE, "no route to host 192.0.2.15")
    return (
        Inconclusive("map-queues-forever", "worker-c", (denied,)),
        Inconclusive("residual-scsi-disk", "worker-c", (denied, hung)),
        Inconclusive("residual-multipath-map", "worker-e", (gone,)),
        Inconclusive("lun-id-reused", "worker-e", (gone,)),
        Inconclusive("attach-never-requested", "", (Unknown("volumeattachments", Status.DENIED, "forbidden"),)),
    )


def cleared() -> tuple[Cleared, ...]:
    return (
        Cleared("iscsi-tcp-not-loaded", ("worker-a", "worker-b", "worker-c", "worker-d")),
        Cleared("path-degraded", ("worker-a", "worker-b", "worker-d")),
        Cleared("map-queues-forever", ("worker-a", "worker-b", "worker-d")),
    )
