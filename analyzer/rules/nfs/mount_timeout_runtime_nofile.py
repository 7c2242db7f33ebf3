"""The container runtime lets the driver open over 1,000,000,000 files: NFSv3 mounts started by it take minutes.

How we know
    A mount of a share timed out or ended with exit status 255; it asked for NFSv3, or for no version; and the driver's
    running process has a limit of 1e9 open files or more (`Max open files` of /proc/PID/limits).  mount and its helpers
    of NFSv3 close every file they might have, one after the other, before they begin.  Where the driver's process is
    not known, the runtime's tells (likely), and else its unit with fs.nr_open (possible).
Not reported here
    Mounts that ask for NFSv4.  A unit with LimitNOFILE=infinity whose process has 1048576: the kernel cut it at
    fs.nr_open, and this is not the cause.  A portal that does not answer; a share that is slow with every version.
False alarms
    On recent distributions mount closes files in one call and is not slowed by this limit.  So the limit without a
    failed mount is a warning only.  Kylin V10 SP1 and SP2 are known to suffer.  The timed mounts of a collection over
    SSH do not inherit the limit, so they are quick although the driver's are not.
Remedy
    First, and without a restart: mount with NFSv4 where the array has it enabled.  Else, or for good: a drop-in with
    LimitNOFILE=1048576 for the runtime, its restart in a maintenance window, then a new pod of the driver on that node.
Source
    Huawei CSI FAQ, case 4, cause 2; recorded: containerd, containerd_nr_open.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import ClusterNodes, PersistentVolumes, Pods, StorageBackends
from analyzer.facts.driver import Driver
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import NfsMountTests, NrOpen, OsRelease, PortalChecks, ProcessLimits, UnitLimits
from analyzer.facts.logs import Signals
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_held_up
from analyzer.rules import node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.nfs import runtime_steps, version_steps
from analyzer.rules.nfs.mounts import NFS, FailedMount, failed_mounts, version_of
from analyzer.rules.nfs.offered import offered, v4_of
from analyzer.rules.nfs.open_files import OpenFiles, open_files
from analyzer.rules.nfs.ruled_out import may_be_v3
from analyzer.runbook import Step
from analyzer.texts import Text, lines
from bundle.capture import Status

RULE = "mount-timeout-runtime-nofile"
NO_LIMITS = Unknown("runtime_limits", Status.ABSENT, "no process of the driver or of a container runtime was listed")
TITLE = Text(en="Limit of open files makes NFS mounts time out", zh="打开文件数上限过大导致 NFS 挂载超时")
CAUSE = Text(
    en="The container runtime of {node} lets the driver open an extremely high number of files (LimitNOFILE), and "
    "mount of NFSv3, started by the driver, closes them one by one before it begins: it takes minutes, and the driver "
    "gives up.",
    zh="{node} 的容器运行时给驱动设置了极大的打开文件数上限（LimitNOFILE）。驱动执行的 NFSv3 mount 会先逐个关闭这些文件"
    "描述符，耗时数分钟，驱动因此判定超时。",
)
RISK = Text(
    en="No mount is known to have failed for it yet; NFSv3 mounts may time out on some distributions (Kylin V10 SP1 "
    "and SP2 are known to).",
    zh="目前没有因此失败的挂载记录；但在部分操作系统上（已知 Kylin V10 SP1、SP2），NFSv3 挂载可能超时。",
)
FAILED = Text(en="{volume}: {says}, mounted with {version}.", zh="{volume} 挂载失败：{says}，{version}。")
V3 = Text(en="NFSv3", zh="请求的是 NFSv3")
NONE = Text(en="no version given (the host chooses; NFSv3 is possible)", zh="未指定版本（由主机协商，可能为 NFSv3）")
NOT_TOLD = Text(en="a version that the bundle does not tell", zh="诊断包中未体现版本")
IN_FORCE = Text(
    en="In force: {process} (PID {pid}) may open {limit} files.",
    zh="实际生效：{process}（PID {pid}）可打开 {limit} 个文件。",
)
CORRECTED = Text(
    en="The unit {unit} is corrected already (LimitNOFILE={limit}), but what runs still has the old limit: it has to "
    "be restarted.",
    zh="单元 {unit} 已改为 LimitNOFILE={limit}，但运行中的进程仍使用旧的限制，需要重启。",
)
UNIT_ONLY = Text(
    en="Only the unit's setting is known (LimitNOFILE={limit}), not what is in force: /proc/PID/limits was not read. "
    "The kernel may have cut it at fs.nr_open. The same symptom comes from a slow network and a portal out of reach.",
    zh="仅知道单元配置（LimitNOFILE={limit}），未采集到实际生效值 /proc/PID/limits，内核可能已按 fs.nr_open 截断。"
    "网络慢、业务 IP 不通也会出现同样现象。",
)
INHERITED = Text(
    en="The limit of the driver's own process was not read; it inherits the runtime's.",
    zh="未采集到驱动进程自身的限制；它继承自容器运行时。",
)
KYLIN = Text(en="{os} is known to be slow here.", zh="{os} 是已知受影响的操作系统。")
QUICK = Text(
    en="Ruled out: the network. The timed mounts of the collection, which do not have this limit, took {seconds} s.",
    zh="已排除网络问题：采集时的测试挂载（不受该限制影响）耗时 {seconds} 秒。",
)
V3_SLOW = Text(
    en="The timed mounts agree: NFSv4 took {seconds} s, NFSv3 was not done within the limit.",
    zh="测试挂载结果一致：NFSv4 耗时 {seconds} 秒，NFSv3 未能在时限内完成。",
)


@node_rule(RULE, Severity.ERROR, TITLE)
def mount_timeout_runtime_nofile(
    node: str,
    failures: VolumeFailures | Unknown,
    signals: Signals | Unknown,
    limits: ProcessLimits | Unknown,
    units: UnitLimits | Unknown,
    nr_open: NrOpen | Unknown,
    nodes: ClusterNodes | Unknown,
    release: OsRelease | Unknown,
    checks: PortalChecks | Unknown,
    tests: NfsMountTests | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    driver: Driver | Unknown,
    pods: Pods | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    files = open_files(node, limits, units, nr_open, nodes)
    found = [one for one in failed_mounts(failures, signals, volumes, backends) if one.timed_out]
    failed = [one for one in found if may_be_v3(one, tests, checks)]
    used = () if found else _volumes_at_risk(volumes, backends)
    unknown = tuple(one for one in (limits, units, nr_open) if isinstance(one, Unknown))
    if files.inherits_huge is None and failed:
        yield Inconclusive(RULE, node, unknown or (NO_LIMITS,))
    if not files.inherits_huge or not (failed or (used and _in_force(files))):
        if not failed and not used:
            yield from unheard(RULE, node, failures)
        return
    users = users_held_up(bindings, pods, {one.failure.pv for one in failed if one.failure.pv}, (node,))
    quoted = tuple(span for one in failed[:2] for span in one.spans)
    yield Finding(
        rule=RULE,
        severity=Severity.ERROR if failed else Severity.WARNING,
        certainty=_certainty(failed, files),
        nodes=(node,),
        subject=f"unit:{files.unit}",
        title=TITLE,
        cause=lines(CAUSE.fill(node=node), *_says(failed, files, release, tests)),
        evidence=tuple(Evidence.of(node, span) for span in (*quoted, *files.spans)),
        affects=users,
        steps=(
            *(_by_v4(failed, tests, users) if files.runtime_is_huge is not False else ()),
            *runtime_steps.correct(node, files, None if isinstance(driver, Unknown) else driver.node_pod(node)),
        ),
    )


def _by_v4(failed: list[FailedMount], tests: NfsMountTests | Unknown, users: tuple[Affected, ...]) -> tuple[Step, ...]:
    instead = v4_of(offered(one, tests) for one in failed)
    volumes = [one.volume for one in failed if one.volume]
    return version_steps.other_version(volumes, instead, users, version_steps.WITHOUT_RESTART) if instead else ()


def _in_force(files: OpenFiles) -> bool:
    return bool(files.driver_is_huge or (files.driver_is_huge is None and files.runtime_is_huge))


def _volumes_at_risk(volumes: PersistentVolumes | Unknown, backends: StorageBackends | Unknown) -> tuple[str, ...]:
    """Of NFS backends, not pinned to NFSv4."""
    if isinstance(volumes, Unknown) or isinstance(backends, Unknown):
        return ()
    nfs = {one.name for one in backends.items if one.protocol.lower() in NFS}
    found = (one for one in volumes.items if one.backend in nfs)
    return tuple(one.name for one in found if version_of(",".join(one.mount_options)) in ("", "3"))


def _certainty(failed: list[FailedMount], files: OpenFiles) -> Certainty:
    if not failed or not _in_force(files):
        return Certainty.POSSIBLE
    sure = files.driver_is_huge and not files.driver_is_mixed
    asks_v3 = any(one.version == "3" or (one.version == "" and one.supports("4") is False) for one in failed)
    if asks_v3:
        return Certainty.CONFIRMED if sure else Certainty.LIKELY
    speaks_v4 = all(one.version_known and one.supports("4") for one in failed)
    return Certainty.POSSIBLE if speaks_v4 else Certainty.LIKELY


def _says(
    failed: list[FailedMount], files: OpenFiles, release: OsRelease | Unknown, tests: NfsMountTests | Unknown
) -> Iterator[Text]:
    if not failed:
        yield RISK
    for one in failed[:3]:
        version = V3 if one.version == "3" else NONE if one.version_known else NOT_TOLD
        yield FAILED.fill(volume=one.name, says=one.failure.says, version=version)
    yield from _limits_say(files)
    if not isinstance(release, Unknown) and _is_kylin(release):
        yield KYLIN.fill(os=release.pretty_name or release.id)
    yield from _tests_say(failed, tests)


def _limits_say(files: OpenFiles) -> Iterator[Text]:
    for process in (*files.driver[:1], *files.runtime[:1]):
        limit = "unlimited" if process.soft is None else process.soft
        yield IN_FORCE.fill(process=process.process, pid=process.pid, limit=limit)
    unit = files.units[0] if files.units else None
    if unit is not None and unit.limit_nofile is not None and files.is_huge(unit.limit_nofile) is False:
        yield CORRECTED.fill(unit=unit.unit, limit=unit.limit_nofile)
    if not _in_force(files) and unit is not None:
        yield UNIT_ONLY.fill(limit="infinity" if unit.limit_nofile is None else unit.limit_nofile)
    elif not files.driver:
        yield INHERITED


def _tests_say(failed: list[FailedMount], tests: NfsMountTests | Unknown) -> Iterator[Text]:
    shares = {one.share for one in failed if one.share}
    found = [] if isinstance(tests, Unknown) else [one for one in tests.tests if one.share in shares]
    done = [one for one in found if one.exit_code == 0]
    v3 = [one for one in found if one.version == "3"]
    v4 = [one.seconds for one in done if one.version != "3"]
    if v4 and any(one.exit_code is None for one in v3):
        yield V3_SLOW.fill(seconds=max(v4))
    elif done and any(one.exit_code == 0 for one in v3):
        yield QUICK.fill(seconds=max(one.seconds for one in done))


def _is_kylin(release: OsRelease) -> bool:
    told = f"{release.id} {release.version} {release.pretty_name}".lower()
    return "kylin" in told and "v10" in told
