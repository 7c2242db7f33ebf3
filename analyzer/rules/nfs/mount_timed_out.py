"""The driver's mount of a share did not end in time, or got no answer.

How we know
    The driver returned `timeout`, `exit status 255` without a word of mount, or mount said that nobody answered
    (`Connection timed out`, `Connection refused`, `No route to host`, `Network is unreachable`); or the kubelet gave up
    after two minutes.
Not reported here
    Volumes of block backends.  A mount that was refused with a reason: nfs-version-refused, nfs-mount-refused.
False alarms
    The message does not tell its cause.  Three causes share it, and each has its rule, under which this finding is then
    folded: a portal that does not answer, the runtime's limit of open files, a slow network.  What was ruled out, and
    by what, is told; so is the probe that would decide.
Remedy
    By cause; while it is open, the steps that tell the three apart.
Source
    Huawei CSI FAQ, case 4; eSDK_K8S_Plugin, utils/utils_linux.go; recorded: nfs.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import ClusterNodes, PersistentVolumes, Pods, StorageBackends
from analyzer.facts.driver import Driver
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import NfsMountTests, NrOpen, PortalChecks, ProcessLimits, UnitLimits
from analyzer.facts.logs import Signals
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_held_up
from analyzer.rules import Cause, Through, node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.nfs import path_steps
from analyzer.rules.nfs.mounts import NFS, NFS_PORT, FailedMount, check_of, failed_mounts, shortened
from analyzer.rules.nfs.open_files import OpenFiles, open_files
from analyzer.rules.nfs.ruled_out import blames_network, driver_limit_s, is_quick, is_reachable, may_be_v3, relevant
from analyzer.rules.nfs.runtime_steps import see_limit
from analyzer.runbook import Phase, Step
from analyzer.texts import Text, lines

RULE = "mount-timed-out"
TITLE = Text(en="NFS mount timed out", zh="NFS 挂载超时")
TITLE_OF = Text(en="NFS mount of {volume} timed out", zh="{volume} 的 NFS 挂载超时")
CAUSE = Text(
    en="The driver could not mount {volume} ({share}) on this node: {says}. It waits {limit} s for a mount.",
    zh="驱动无法在该节点上挂载 {volume}（{share}）：{says}。驱动等待 mount 的时间为 {limit} 秒。",
)
SHARED = Text(en="The message is shared by several causes:", zh="该报错可能由多种原因引起：")
PORTAL = Text(
    en="- the portal does not answer (to decide: ping and TCP 2049 from this node, probe portals);",
    zh="- 业务 IP 不通（判断方法：从该节点 ping 并连接 TCP 2049，采集项 portals）；",
)
FILES = Text(
    en="- the container runtime's limit of open files, with NFSv3 (to decide: Max open files of the driver's process, "
    "probe runtime_limits);",
    zh="- 使用 NFSv3 时容器运行时的打开文件数上限过大（判断方法：驱动进程的 Max open files，采集项 runtime_limits）；",
)
SLOW = Text(
    en="- a slow network (to decide: the same mount timed on the host, probe nfs_mount);",
    zh="- 网络过慢（判断方法：在主机上执行同样的挂载并计时，采集项 nfs_mount）；",
)
V3_PORTS = Text(
    en="- ports that NFSv3 needs beside 2049 are filtered: rpcbind (111) and mountd. NFSv4 was quick here, NFSv3 not;",
    zh="- NFSv3 除 2049 外还需要的端口被过滤：rpcbind（111）和 mountd。测试中 NFSv4 很快，而 NFSv3 缓慢。",
)
PASSED = Text(
    en="- a disturbance that has passed: an array or a network that did not answer for a while.",
    zh="- 已恢复的短时故障：阵列或网络曾在一段时间内无应答。",
)
NOT_PORTAL = Text(
    en="Ruled out: a portal out of reach; TCP port 2049 of {portal} can be opened from this node.",
    zh="已排除业务 IP 不通：该节点可以连接 {portal} 的 TCP 端口 2049。",
)
NOT_FILES = Text(
    en="Ruled out: the limit of open files; {process} has {limit} in force{unit}.",
    zh="已排除打开文件数上限：{process} 实际生效值为 {limit}{unit}。",
)
THOUGH = Text(en=", although its unit says infinity or more", zh="（尽管单元配置为 infinity 或更大值）")
NOT_V4 = Text(
    en="Ruled out: the limit of open files; it slows NFSv3, and this mount asks for NFSv{version}.",
    zh="已排除打开文件数上限：它只影响 NFSv3，而本次挂载使用 NFSv{version}。",
)
NOT_SLOW = Text(
    en="Ruled out for the time of the collection: a slow network; the same share was mounted in {seconds} s.",
    zh="已排除（采集时）网络过慢：同一共享的测试挂载耗时 {seconds} 秒。",
)
MEANS = {
    "No route to host": Text(
        en="mount itself said that there is no way to the portal: the network, or a firewall that rejects.",
        zh="mount 自身报告没有到业务 IP 的通路：网络问题，或被防火墙拒绝。",
    ),
    "Network is unreachable": Text(
        en="mount itself said that this node has no route to the portal.",
        zh="mount 自身报告该节点没有到业务 IP 的路由。",
    ),
    "Connection refused": Text(
        en="mount itself said that the portal is there, but no NFS service listens: it is off, or restarting.",
        zh="mount 自身报告业务 IP 可达，但没有 NFS 服务监听：服务未开启或正在重启。",
    ),
    "Host is down": Text(
        en="mount itself said that nobody has the portal's address on this network.",
        zh="mount 自身报告该网络中没有主机使用此业务 IP。",
    ),
}
BY_PORTAL = Text(
    en="The portal does not answer this node, so mount waits until the driver stops it.",
    zh="业务 IP 对该节点无应答，mount 一直等待，直到被驱动终止。",
)
BY_FILES = Text(
    en="mount, started by the driver, closes an extremely high number of files before it begins, and the driver stops "
    "it meanwhile.",
    zh="驱动执行的 mount 会先关闭极大数量的文件描述符，期间被驱动超时终止。",
)
BY_NETWORK = Text(
    en="The network towards the portal is so slow that mount is not done when the driver stops it.",
    zh="到业务 IP 的网络过慢，mount 未完成即被驱动终止。",
)


@node_rule(
    RULE,
    Severity.ERROR,
    TITLE,
    explained_by=(
        Cause("mount-timeout-portal-unreachable", Through.VOLUME, BY_PORTAL),
        Cause("mount-timeout-runtime-nofile", Through.VOLUME, BY_FILES),
        Cause("mount-timeout-slow-network", Through.VOLUME, BY_NETWORK),
    ),
)
def mount_timed_out(
    node: str,
    failures: VolumeFailures,
    signals: Signals | Unknown,
    checks: PortalChecks | Unknown,
    tests: NfsMountTests | Unknown,
    limits: ProcessLimits | Unknown,
    units: UnitLimits | Unknown,
    nr_open: NrOpen | Unknown,
    nodes: ClusterNodes | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    driver: Driver | Unknown,
    pods: Pods | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    files = open_files(node, limits, units, nr_open, nodes)
    failed = [one for one in failed_mounts(failures, signals, volumes, backends) if one.timed_out]
    for one in failed:
        if not one.failure.pv and _is_told_elsewhere(one, tests, checks, files):
            continue  # without a PV there is nothing to fold it by
        meant = next((text for words, text in MEANS.items() if words in one.output), None)
        yield Finding(
            rule=RULE,
            severity=Severity.ERROR,
            certainty=Certainty.LIKELY if meant else Certainty.POSSIBLE,
            nodes=(node,),
            subject=one.failure.subject,
            title=TITLE_OF.fill(volume=one.name),
            cause=lines(
                _happened(one, driver_limit_s(node, driver)),
                *([meant] if meant else _causes(one, checks, tests, files)),
            ),
            evidence=tuple(Evidence.of(node, span) for span in (*one.spans, *_telling(one, checks, tests, files))),
            affects=users_held_up(bindings, pods, {one.failure.pv} - {""}, (node,)),
            steps=_steps(node, one),
        )
    if not failed:
        yield from unheard(RULE, node, failures)


def _is_told_elsewhere(
    one: FailedMount, tests: NfsMountTests | Unknown, checks: PortalChecks | Unknown, files: OpenFiles
) -> bool:
    if files.inherits_huge and may_be_v3(one, tests, checks):
        return True
    return blames_network(one, tests, checks, files_are_huge=files.inherits_huge)


def _happened(one: FailedMount, limit: float) -> Text:
    says = one.output or one.failure.says
    return CAUSE.fill(volume=one.name, share=one.share or one.name, says=shortened(says), limit=f"{limit:g}")


def _causes(
    one: FailedMount, checks: PortalChecks | Unknown, tests: NfsMountTests | Unknown, files: OpenFiles
) -> Iterator[Text]:
    yield SHARED
    out = [text for text in (_no_portal(one, checks), _no_files(one, files), _no_network(one, tests)) if text]
    if not is_reachable(one, checks):
        yield PORTAL
    if _no_files(one, files) is None:
        yield FILES
    if _v3_alone_is_slow(one, tests):
        yield V3_PORTS
    elif not is_quick(one, tests):
        yield SLOW
    yield PASSED
    yield from out


def _no_portal(one: FailedMount, checks: PortalChecks | Unknown) -> Text | None:
    return NOT_PORTAL.fill(portal=one.portal) if is_reachable(one, checks) else None


def _no_files(one: FailedMount, files: OpenFiles) -> Text | None:
    if one.version.startswith("4"):
        return NOT_V4.fill(version=one.version)
    if files.driver_is_huge is not False or not one.protocol:
        return None
    process = files.driver[0]
    unit = THOUGH if any(own.limit_nofile is None or own.limit_nofile >= 10**9 for own in files.units) else ""
    return NOT_FILES.fill(process=process.process, limit=f"{process.soft}", unit=unit)


def _no_network(one: FailedMount, tests: NfsMountTests | Unknown) -> Text | None:
    if not is_quick(one, tests):
        return None
    quick = [test.seconds for test in relevant(one, tests) if not one.version or test.version.startswith(one.version)]
    return NOT_SLOW.fill(seconds=f"{max(quick):g}")


def _v3_alone_is_slow(one: FailedMount, tests: NfsMountTests | Unknown) -> bool:
    found = relevant(one, tests)
    quick = {test.version for test in found if test.exit_code == 0}
    return one.version in ("", "3") and bool(quick) and "3" not in quick and any(t.version == "3" for t in found)


def _telling(
    one: FailedMount, checks: PortalChecks | Unknown, tests: NfsMountTests | Unknown, files: OpenFiles
) -> tuple[Span, ...]:
    check = check_of(one.portal, checks)
    return (
        *((check.span,) if check else ()),
        *(process.span for process in files.driver[:1]),
        *(test.span for test in relevant(one, tests)),
    )


def _steps(node: str, one: FailedMount) -> tuple[Step, ...]:
    looked = path_steps.reach(node, one.portal, NFS_PORT, from_others=True) if one.portal else ()
    asked = tuple(step for step in looked if step.phase is Phase.CHECK)
    if one.protocol not in (*NFS, ""):
        return asked
    return (*asked, path_steps.mount_again(node, one.share, one.version, Phase.CHECK), see_limit(node))
