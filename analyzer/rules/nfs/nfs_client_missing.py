"""The host lacks the program that mounts shares (mount.nfs, or the client of NFS+, DPC or DTFS).

How we know
    mount said `bad option; … you might need a /sbin/mount.<type> helper program`, `wrong fs type, bad option, bad
    superblock` or `unknown filesystem type`; and the search for mount.nfs in the host's folders found none (confirmed).
    Without a failure, but with volumes of NFS backends used on this node, a missing mount.nfs is a warning.
Not reported here
    Tools inside the driver's container: it starts mount in the host's namespaces, so only the host's count.
False alarms
    The words alone are likely only: an option that the client does not know prints them too.
Remedy
    Install nfs-common (Debian, Ubuntu), nfs-utils (RHEL, CentOS, openEuler, Kylin, Anolis), nfs-client (SUSE), or the
    vendor's client for NFS+, DPC and DTFS.
Source
    util-linux, libmount; eSDK_K8S_Plugin, utils/utils_linux.go (nsenter into the host).
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolumes, Pods, StorageBackends
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import OsRelease
from analyzer.facts.logs import Signals
from analyzer.facts.tools import Tools
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_held_up
from analyzer.rules import node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.nfs import client_steps
from analyzer.rules.nfs.mounts import NFS, FailedMount, failed_mounts, shortened
from analyzer.rules.nfs.refusals import HELPER_OF, INCORRECT, helper_missing
from analyzer.texts import Text, lines

RULE = "nfs-client-missing"
CERTAINTIES = tuple(Certainty)

TITLE = Text(en="NFS client missing on the host", zh="主机缺少 NFS 客户端")
CAUSE = Text(
    en="{node} lacks {client}, which mount needs for shares of this kind ({protocol}).",
    zh="{node} 缺少 mount 挂载此类共享（{protocol}）所需的{client}。",
)
PROBABLY = Text(
    en="{node} probably lacks {client}, which mount needs for shares of this kind ({protocol}).",
    zh="{node} 很可能缺少 mount 挂载此类共享（{protocol}）所需的{client}。",
)
PROGRAM = Text(en="the program {helper}", zh="程序 {helper}")
NFS_PLUS = Text(en="the vendor's client for NFS+", zh="厂商 NFS+ 客户端")
OPTIONS = Text(
    en="For NFS+ the driver passes options such as remoteaddrs, which only that client knows; the distribution's own "
    "mount.nfs refuses them.",
    zh="对于 NFS+，驱动会传入 remoteaddrs 等只有该客户端才认识的选项，发行版自带的 mount.nfs 会拒绝。",
)
SAID = Text(en="mount said: {says}", zh="mount 输出：{says}")
ABSENT = Text(en="It is in none of the host's program folders.", zh="主机的程序目录中均未找到该程序。")
NOT_YET = Text(
    en="No mount is known to have failed for it yet; the next one will.",
    zh="目前没有因此失败的挂载记录；下次挂载将会失败。",
)
ONLY_WORDS = Text(
    en="Whether the program is there was not asked (probe tools); an option that the client does not know prints the "
    "same.",
    zh="未采集该程序是否存在（采集项 tools）；客户端不认识的选项也会有相同输出。",
)


@node_rule(RULE, Severity.ERROR, TITLE)
def nfs_client_missing(
    node: str,
    tools: Tools | Unknown,
    failures: VolumeFailures | Unknown,
    signals: Signals | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    pods: Pods | Unknown,
    release: OsRelease | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    failed = [
        (one, certainty)
        for one in failed_mounts(failures, signals, volumes, backends)
        if (certainty := helper_missing(one, tools)) is not None
    ]
    absent = not isinstance(tools, Unknown) and tools.has("mount.nfs") is False
    wanted = _wanted(node, volumes, backends, pods) if absent and not failed else frozenset()
    if not failed and not wanted:
        if isinstance(tools, Unknown):
            yield from unheard(RULE, node, failures)
        return
    protocol = next((one.protocol for one, _ in failed if one.protocol), "nfs")
    pvs = {one.failure.pv for one, _ in failed if one.failure.pv} | wanted
    tool = None if isinstance(tools, Unknown) else tools.get("mount.nfs")
    own = (tool.span,) if absent and tool is not None and protocol in NFS else ()
    yield Finding(
        rule=RULE,
        severity=Severity.ERROR if failed else Severity.WARNING,
        certainty=min((sure for _, sure in failed), key=CERTAINTIES.index, default=Certainty.LIKELY),
        nodes=(node,),
        subject=f"tool:{HELPER_OF.get(protocol, 'mount.nfs')}",
        title=TITLE,
        cause=lines(*_says(node, protocol, failed, absent=absent, asked=not isinstance(tools, Unknown))),
        evidence=tuple(Evidence.of(node, span) for span in (*(s for one, _ in failed[:2] for s in one.spans), *own)),
        affects=users_held_up(bindings, pods, pvs, (node,)),
        steps=client_steps.install(node, protocol, release),
    )


def _wanted(
    node: str, volumes: PersistentVolumes | Unknown, backends: StorageBackends | Unknown, pods: Pods | Unknown
) -> frozenset[str]:
    """The volumes of NFS backends that pods on this node claim."""
    if isinstance(volumes, Unknown) or isinstance(backends, Unknown) or isinstance(pods, Unknown):
        return frozenset()
    nfs = {one.name for one in backends.items if one.protocol.lower() in NFS}
    here = {(pod.namespace, claim) for pod in pods.items if pod.node == node for claim in pod.claims}
    return frozenset(
        one.name for one in volumes.items if one.backend in nfs and (one.claim_namespace, one.claim_name) in here
    )


def _says(
    node: str, protocol: str, failed: list[tuple[FailedMount, Certainty]], *, absent: bool, asked: bool
) -> Iterator[Text]:
    by_vendor = protocol == "nfs+" and not absent
    client = NFS_PLUS if by_vendor else PROGRAM.fill(helper=HELPER_OF.get(protocol, "mount.nfs"))
    words = CAUSE if absent and protocol in NFS else PROBABLY
    yield words.fill(node=node, client=client, protocol=protocol)
    for one, _ in failed[:1]:
        if one.output:
            yield SAID.fill(says=shortened(one.output))
        if by_vendor and INCORRECT in one.output:
            yield OPTIONS
    if absent and protocol in NFS:
        yield ABSENT
    elif not asked:
        yield ONLY_WORDS
    if not failed:
        yield NOT_YET
