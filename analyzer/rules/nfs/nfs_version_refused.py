"""The NFS version that a volume is mounted with is refused: the array does not have it enabled, or the host not at all.

How we know
    The mount failed with exit status 32 and mount's words speak of the version: `Protocol not supported` for NFSv4,
    `requested NFS version or transport protocol is not supported` for NFSv3.  Confirmed when the backend's capabilities
    say that the version is off, or when a timed mount of the same share was refused with it and done with another.
    `an incorrect mount option was specified` is the host's own word, said before the array is asked: an old kernel that
    does not know the version.  Confirmed when timed mounts say the same of this version only, and the array offers it.
Not reported here
    A portal out of reach: an NFS service that is stopped prints the words of a refused NFSv3.  A refused permission,
    a missing share.
False alarms
    The words for NFSv3 have three causes (NFSv3 off, NFS service stopped, UDP asked for): alone they are possible only.
    Capabilities are read by the driver once a minute; a timed mount that works now is believed before them.
Remedy
    Enable the version on the array, or upgrade the host whose kernel lacks it; or ask for another version: in the PV's
    mountOptions (which may be changed, and act at the next mount) and in the StorageClass's, for volumes made later.
    Which of the two is for a human to choose, so the script changes nothing.
Source
    Huawei CSI FAQ, case 5; eSDK_K8S_Plugin, csi/backend/plugin/plugin_helper.go; recorded: nfs.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolumes, Pods, StorageBackends
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import NfsMountTests, OsRelease, PortalChecks
from analyzer.facts.logs import Signals
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_held_up
from analyzer.rules import cluster_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.nfs import version_by_host, version_steps
from analyzer.rules.nfs.mounts import CAPABILITY, address_of, shortened
from analyzer.rules.nfs.offered import instead_of
from analyzer.rules.nfs.refused_cases import Case, cases_on, pvs_of, surest, volumes_of
from analyzer.runbook import Step
from analyzer.texts import Text, lines

RULE = "nfs-version-refused"
QUOTED = 4

TITLE = Text(en="NFS version refused by the array", zh="阵列拒绝所请求的 NFS 版本")
TITLE_OF = Text(en="{version} refused by {array}", zh="{array}拒绝 {version}")
CAUSE = Text(
    en="Volumes are to be mounted with {version}, which is not enabled on {array}, so the mount is refused.",
    zh="卷使用 {version} 挂载，而{array}未开启该版本，因此挂载被拒绝。",
)
BEHIND_BACKEND = Text(en="the array of backend {name}", zh="后端 {name} 的阵列")
BEHIND_PORTAL = Text(en="the array at {name}", zh="业务 IP {name} 的阵列")
AN_ARRAY = Text(en="the array", zh="阵列")
NO_VERSION = Text(
    en="No version is given in mountOptions, so the host begins with NFSv4; here it did not fall back to NFSv3.",
    zh="mountOptions 未指定版本，主机优先使用 NFSv4；此处未能回退到 NFSv3。",
)
SAID = Text(en="mount said: {says}", zh="mount 输出：{says}")
NO_WORDS = Text(
    en="mount's own words are in no log of the bundle; only exit status 32 is known.",
    zh="诊断包的日志中没有 mount 的输出，只知道 exit status 32。",
)
ARRAY_OFF = Text(
    en="The backend's capabilities say so: {capability}=false.", zh="后端的能力信息也表明未开启：{capability}=false。"
)
TESTED = Text(
    en="The timed mounts of the collection show it: refused with NFSv{refused}, done with NFSv{done}.",
    zh="采集时的测试挂载证实了这一点：NFSv{refused} 被拒绝，NFSv{done} 成功。",
)
THREE = Text(
    en="These words have three causes: NFSv3 is not enabled; the NFS service of the array is stopped while its rpcbind "
    "answers; or UDP was asked for. A timed mount with each version (probe nfs_mount) and TCP 2049 (probe portals) "
    "decide.",
    zh="该输出可能由三种原因引起：阵列未开启 NFSv3；阵列的 NFS 服务已停止但 rpcbind 仍应答；或请求了 UDP。"
    "可通过各版本的测试挂载（采集项 nfs_mount）和 TCP 2049（采集项 portals）判断。",
)
UDP = Text(
    en="Volumes are to be mounted from {array} over UDP, which arrays and recent kernels do not offer for NFS: "
    "remove proto=udp from mountOptions.",
    zh="卷请求通过 UDP 从{array}挂载，而阵列和较新的内核均不支持 NFS over UDP：请从 mountOptions 中删除 proto=udp。",
)
OVER_TCP = Text(
    en="Over TCP the same version is taken: the timed mount with NFSv{version} was done in {seconds} s.",
    zh="通过 TCP 时该版本可用：NFSv{version} 的测试挂载在 {seconds} 秒内成功。",
)
NOW = Text(
    en="But the version works now: the timed mount with NFSv{version} was done in {seconds} s. It may have been "
    "enabled since; the kubelet then tries again by itself.",
    zh="但该版本目前可用：NFSv{version} 的测试挂载在 {seconds} 秒内成功。可能已重新开启，kubelet 会自动重试。",
)


PLAIN_NOW = Text(
    en="But a mount without a version works now: it was done in {seconds} s, and the host and the array agreed on "
    "NFSv{version}. The kubelet then tries again by itself.",
    zh="但不指定版本的挂载目前可用：{seconds} 秒内成功，主机与阵列协商为 NFSv{version}。kubelet 会自动重试。",
)


@cluster_rule(RULE, Severity.ERROR, TITLE)
def nfs_version_refused(
    failures: Across[VolumeFailures],
    signals: Across[Signals],
    tests: Across[NfsMountTests],
    checks: Across[PortalChecks],
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    releases: Across[OsRelease],
    pods: Pods | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    groups: dict[str, list[Case]] = {}
    for node, known in failures.by_node.items():
        found = list(cases_on(node, known, signals, tests, checks, volumes, backends))
        for case in found:
            groups.setdefault(_subject(case), []).append(case)
        if not found:
            yield from unheard(RULE, node, known)
    for subject in sorted(groups):
        cases = groups[subject]
        if cases[0].refused.by_host:
            yield version_by_host.finding(RULE, subject, cases, releases, pods, bindings)
        else:
            yield _finding(subject, cases, pods, bindings)


def _subject(case: Case) -> str:
    """What is to be changed: the hosts' knowledge of an option, or an array."""
    if case.refused.by_host:
        return f"option:nfsvers={case.refused.version}"
    if case.backend:
        return f"backend:{case.backend}"
    return f"portal:{address_of(case.mount.portal)}" if case.mount.portal else case.mount.failure.subject


def _array(case: Case) -> Text:
    if case.backend:
        return BEHIND_BACKEND.fill(name=case.backend)
    return BEHIND_PORTAL.fill(name=case.mount.portal) if case.mount.portal else AN_ARRAY


def _finding(subject: str, cases: list[Case], pods: Pods | Unknown, bindings: Bindings | Unknown) -> Finding:
    first, nodes = surest(cases), tuple(sorted({case.node for case in cases}))
    versions = tuple(sorted({case.refused.version for case in cases}))
    named = ", ".join(f"NFSv{version}" if version else "NFSv4" for version in versions)
    named += " over UDP" if first.refused.by_udp else ""
    users = users_held_up(bindings, pods, pvs_of(cases), nodes)
    spans = dict.fromkeys((case.node, span) for case in (first, *cases)[:QUOTED] for span in case.spans)
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=first.refused.certainty,
        nodes=nodes,
        subject=subject,
        title=TITLE_OF.fill(version=named, array=_array(first)),
        cause=lines(_first(first, named), *_says(first)),
        evidence=tuple(Evidence.of(node, span) for node, span in spans),
        affects=users,
        steps=_steps(subject, cases, versions, users),
    )


def _steps(subject: str, cases: list[Case], versions: tuple[str, ...], users: tuple[Affected, ...]) -> tuple[Step, ...]:
    first, volumes = surest(cases), volumes_of(cases)
    if first.refused.by_udp:
        return version_steps.without_udp(volumes, users)
    if first.refused.works_now is not None:
        return tuple(version_steps.confirm(volumes))  # there is nothing left to mend
    return version_steps.steps(subject, _array(first), versions, _instead(first, cases), volumes, users)


def _instead(first: Case, cases: list[Case]) -> str:
    """No command is built on a guess."""
    if first.refused.certainty is Certainty.POSSIBLE:
        return ""
    return instead_of(first.refused.version, (case.offered for case in cases))


def _first(case: Case, named: str) -> Text:
    return UDP.fill(array=_array(case)) if case.refused.by_udp else CAUSE.fill(array=_array(case), version=named)


def _says(case: Case) -> Iterator[Text]:
    refused, one = case.refused, case.mount
    yield SAID.fill(says=shortened(one.output)) if one.output else NO_WORDS
    if not refused.version and one.version_known:
        yield NO_VERSION
    if refused.array_off:
        yield ARRAY_OFF.fill(capability=CAPABILITY.get(refused.version, "SupportNFS4, SupportNFS41, SupportNFS42"))
    if refused.tested:
        done = ", ".join(test.version for test in refused.tested if test.exit_code == 0)
        bad = ", ".join(test.version for test in refused.tested if test.exit_code != 0)
        yield TESTED.fill(refused=bad, done=done)
    if refused.three_causes and not refused.by_udp and refused.certainty is not Certainty.CONFIRMED:
        yield THREE
    if refused.works_now is not None:
        now = refused.works_now
        words = OVER_TCP if refused.by_udp else NOW if now.version else PLAIN_NOW
        yield words.fill(version=now.version or now.agreed_version or "?", seconds=f"{now.seconds:g}")
