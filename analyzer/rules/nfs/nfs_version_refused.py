"""The array refuses the NFS version that a volume is mounted with: it is not enabled there.

How we know
    The mount failed with exit status 32 and mount's words speak of the version: `Protocol not supported` for NFSv4,
    `requested NFS version or transport protocol is not supported` for NFSv3.  Confirmed when the backend's capabilities
    say that the version is off, or when a timed mount of the same share was refused with it and done with another.
Not reported here
    A portal out of reach: an NFS service that is stopped prints the words of a refused NFSv3.  A refused permission,
    a missing share.
False alarms
    The words for NFSv3 have three causes (NFSv3 off, NFS service stopped, UDP asked for): alone they are possible only.
    Capabilities are read by the driver once a minute; a timed mount that works now is believed before them.
Remedy
    Enable the version on the array; or ask for another: the PV's mountOptions (which may be changed, and act at the
    next mount) and the StorageClass's, for volumes made later.
Source
    Huawei CSI FAQ, case 5; eSDK_K8S_Plugin, csi/backend/plugin/plugin_helper.go; recorded: nfs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes, StorageBackends
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import NfsMountTests, PortalChecks
from analyzer.facts.logs import Signals
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import cluster_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.nfs import version_steps
from analyzer.rules.nfs.mounts import CAPABILITY, FailedMount, failed_mounts
from analyzer.rules.nfs.refusals import Refused, version_refused
from analyzer.runbook import Step
from analyzer.texts import Text, lines

RULE = "nfs-version-refused"
CERTAINTIES = tuple(Certainty)
QUOTED = 4

TITLE = Text(en="NFS version refused by the array", zh="阵列拒绝所请求的 NFS 版本")
TITLE_OF = Text(en="{version} refused by the array of backend {backend}", zh="后端 {backend} 的阵列拒绝 {version}")
CAUSE = Text(
    en="Volumes of backend {backend} are to be mounted with {version}, which is not enabled on the array, so the mount "
    "is refused.",
    zh="后端 {backend} 的卷使用 {version} 挂载，而阵列未开启该版本，因此挂载被拒绝。",
)
NO_VERSION = Text(
    en="No version is given in mountOptions, so the host begins with NFSv4; here it did not fall back to NFSv3.",
    zh="mountOptions 未指定版本，主机优先使用 NFSv4；此处未能回退到 NFSv3。",
)
SAID = Text(en="mount said: {says}", zh="mount 输出：{says}")
NO_WORDS = Text(
    en="mount's own words are in no log of the bundle; only exit status 32 is known.",
    zh="采集包的日志中没有 mount 的输出，只知道 exit status 32。",
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
    en="Volumes of backend {backend} are to be mounted over UDP, which arrays and recent kernels do not offer for NFS: "
    "remove proto=udp from mountOptions.",
    zh="后端 {backend} 的卷请求通过 UDP 挂载，而阵列和较新的内核均不支持 NFS over UDP：请从 mountOptions 中删除 "
    "proto=udp。",
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


@dataclass(frozen=True, slots=True)
class _Case:
    node: str
    mount: FailedMount
    refused: Refused


@cluster_rule(RULE, Severity.ERROR, TITLE)
def nfs_version_refused(
    failures: Across[VolumeFailures],
    signals: Across[Signals],
    tests: Across[NfsMountTests],
    checks: Across[PortalChecks],
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    groups: dict[str, list[_Case]] = {}
    for node, known in failures.by_node.items():
        found = list(_on_node(node, known, signals, tests, checks, volumes, backends))
        for case in found:
            groups.setdefault(_backend(case.mount), []).append(case)
        if not found:
            yield from unheard(RULE, node, known)
    for backend in sorted(groups):
        yield _finding(backend, groups[backend], bindings)


def _on_node(
    node: str,
    failures: VolumeFailures | Unknown,
    signals: Across[Signals],
    tests: Across[NfsMountTests],
    checks: Across[PortalChecks],
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
) -> Iterator[_Case]:
    timed, asked = tests.of(node), checks.of(node)
    for one in failed_mounts(failures, signals.of(node) or Signals((), ()), volumes, backends):
        refused = version_refused(one, timed or NfsMountTests(()), asked or PortalChecks(()))
        if refused is not None:
            yield _Case(node, one, refused)


def _backend(one: FailedMount) -> str:
    if one.backend is not None:
        return one.backend.name
    return (one.volume.backend if one.volume else "") or one.portal or "?"


def _finding(backend: str, cases: list[_Case], bindings: Bindings | Unknown) -> Finding:
    surest = min(cases, key=lambda case: CERTAINTIES.index(case.refused.certainty))
    versions = tuple(sorted({case.refused.version for case in cases}))
    named = ", ".join(f"NFSv{version}" if version else "NFSv4" for version in versions)
    named += " over UDP" if surest.refused.by_udp else ""
    volumes = {case.mount.volume.name: case.mount.volume for case in cases if case.mount.volume}
    users = users_of_volumes(bindings, {case.mount.failure.pv for case in cases if case.mount.failure.pv})
    spans = dict.fromkeys((case.node, span) for case in (surest, *cases)[:QUOTED] for span in _spans(case))
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=surest.refused.certainty,
        nodes=tuple(sorted({case.node for case in cases})),
        subject=f"backend:{backend}",
        title=TITLE_OF.fill(version=named, backend=backend),
        cause=lines(_first(surest.refused, backend, named), *_says(surest)),
        evidence=tuple(Evidence.of(node, span) for node, span in spans),
        affects=users,
        steps=_steps(surest, versions, tuple(volumes[name] for name in sorted(volumes)), users),
    )


def _steps(
    case: _Case, versions: tuple[str, ...], volumes: tuple[PersistentVolume, ...], users: tuple[Affected, ...]
) -> tuple[Step, ...]:
    if case.refused.by_udp:
        return version_steps.without_udp(volumes, users)
    if case.refused.works_now is not None:
        return tuple(version_steps.confirm(volumes))  # there is nothing left to mend
    return version_steps.steps(_backend(case.mount), versions, _instead(case), volumes, users)


def _first(refused: Refused, backend: str, named: str) -> Text:
    return UDP.fill(backend=backend) if refused.by_udp else CAUSE.fill(backend=backend, version=named)


def _says(case: _Case) -> Iterator[Text]:
    refused, one = case.refused, case.mount
    yield SAID.fill(says=one.output[:300]) if one.output else NO_WORDS
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
        words = OVER_TCP if refused.by_udp else NOW
        yield words.fill(version=refused.works_now.version, seconds=f"{refused.works_now.seconds:g}")


def _spans(case: _Case) -> tuple[Span, ...]:
    backend = case.mount.backend
    tested = tuple(test.span for test in case.refused.tested)
    own = (backend.span,) if backend is not None and case.refused.array_off else ()
    now = (case.refused.works_now.span,) if case.refused.works_now else ()
    volume = (case.mount.volume.span,) if case.mount.volume else ()
    return (*case.mount.spans, *volume, *own, *tested, *now)


def _instead(case: _Case) -> str:
    """A version that the array speaks: by a timed mount, else by its capabilities; the newest of them."""
    if case.refused.certainty is Certainty.POSSIBLE:
        return ""  # no command is built on a guess
    done = sorted((test.version for test in case.refused.tested if test.exit_code == 0), reverse=True)
    spoken = [version for version in ("4.2", "4.1", "4.0", "3") if case.mount.supports(version)]
    return next(iter((*done, *(one for one in spoken if one != case.refused.version))), "")
