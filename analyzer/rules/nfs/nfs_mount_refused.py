"""The array, or mount itself, refused to mount a share: permission, a missing share, or another reason that mount gave.

How we know
    The driver returned `exit status 32` for a share.  mount's words tell more, but depend on the version: a refused
    permission and a missing path both print `access denied by server` with NFSv3, and both `No such file or directory`
    with NFSv4.  Where a pod on another node runs with the same volume, the share exists, and permission is left; so it
    is where authClient of the StorageClass has none of the node's addresses.  Where authClient is `*` or has one of
    them, a missing share is likelier, and told first.
Not reported here
    A refused NFS version, a portal out of reach, a missing NFS client, rpc.statd: each has its own rule.
False alarms
    Without mount's words the reason is open: the finding lists what is left, and which log would tell.
Remedy
    Permission: the share's clients on the array (authClient of the StorageClass), or with NFS auto-auth reportNodeIP
    and the CIDRs of the backend.  A missing share: see on the array whether the file system and its share exist.
Source
    eSDK_K8S_Plugin, connector/utils/mount.go and csi/backend/plugin/oceanstor_nas.go; recorded: nfs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.claims import StorageClasses
from analyzer.facts.cluster import ClusterNodes, PersistentVolumes, Pods, StorageBackends
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import NfsMountTests, PortalChecks
from analyzer.facts.logs import Signals
from analyzer.facts.tools import Tools
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_held_up
from analyzer.rules import Cause, Through, node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.nfs import share_steps
from analyzer.rules.nfs.mounts import FailedMount, failed_mounts, shortened, tests_of
from analyzer.rules.nfs.refusals import THREE_CAUSES, helper_missing, statd_missing, version_refused
from analyzer.rules.nfs.ruled_out import is_unreachable
from analyzer.rules.nfs.share_clients import ShareClients, clients_of
from analyzer.texts import Text, lines

RULE = "nfs-mount-refused"
DENIED = re.compile(r"access denied by server|Permission denied|Operation not permitted")
MISSING = re.compile(r"reason given by server: No such file or directory|: No such file or directory$")
NO_FOLDER = re.compile(r"mount point \S+ does not exist")

TITLE = Text(en="NFS mount refused", zh="NFS 挂载被拒绝")
TITLE_OF = Text(en="NFS mount of {volume} refused", zh="{volume} 的 NFS 挂载被拒绝")
SAID = Text(en="mount said of {share}: {says}", zh="挂载 {share} 时 mount 的输出：{says}")
REFUSED = Text(en="The mount of {share} on {node} was refused.", zh="{node} 挂载 {share} 被拒绝。")
NO_WORDS = Text(
    en="The mount of {share} on {node} failed ({says}), and what mount said is in no log of the bundle. "
    "/var/log/huawei/huawei-csi-node of this node has it, in the line that begins with `Mount {share} to`.",
    zh="{node} 挂载 {share} 失败（{says}），诊断包的日志中没有 mount 的输出。该节点的 "
    "/var/log/huawei/huawei-csi-node 中以 `Mount {share} to` 开头的行包含该信息。",
)
PERMISSION = Text(
    en="The array does not let this node's address mount {share}: the share's permission (authClient) lacks it.",
    zh="阵列不允许该节点的 IP 地址挂载 {share}：共享权限（authClient）中没有该地址。",
)
SAME_WORDS = Text(
    en="With this NFS version an array says `No such file or directory` to an address that may not see the share, too.",
    zh="在此 NFS 版本下，对没有权限的地址，阵列同样返回 `No such file or directory`。",
)
BOTH = Text(
    en="With this NFS version the words are the same for two causes: the array does not let this node's address mount "
    "{share} (authClient), or the share or its path does not exist on the array.",
    zh="在此 NFS 版本下，两种原因的报错相同：阵列不允许该节点的 IP 地址挂载 {share}（authClient），"
    "或阵列上不存在该共享或路径。",
)
RATHER_GONE = Text(
    en="{share} or its path probably does not exist on the array: deleted, renamed, or never shared. With this NFS "
    "version the words are the same for two causes; the other is a permission that lacks this node's address.",
    zh="阵列上很可能不存在 {share} 或其路径：已被删除、改名，或从未创建共享。在此 NFS 版本下两种原因的报错相同，"
    "另一种是共享权限中缺少该节点的地址。",
)
GONE = Text(
    en="{share} or its path does not exist on the array: deleted, renamed, or never shared.",
    zh="阵列上不存在 {share} 或其路径：已被删除、改名，或从未创建共享。",
)
LET_IN = Text(
    en="The driver shares volumes of StorageClass {cls} with {told} (authClient), which lets {node} in: that speaks "
    "against the permission, unless it was changed on the array.",
    zh="StorageClass {cls} 的卷由驱动共享给 {told}（authClient），允许 {node} 访问：除非在阵列上被修改过，"
    "否则不太可能是权限问题。",
)
LEFT_OUT = Text(
    en="authClient of StorageClass {cls} is {told}; the address of {node} that Kubernetes knows is {addresses}.",
    zh="StorageClass {cls} 的 authClient 为 {told}，而 Kubernetes 中 {node} 的地址为 {addresses}。",
)
ELSEWHERE = Text(
    en="Ruled out: a missing share; {pod} on {node} runs with the same volume.",
    zh="已排除共享不存在：{node} 上的 {pod} 正在使用同一个卷。",
)
SINCE = Text(
    en="It can be mounted now: a timed mount of the same share was done with NFSv{version}. It may have been mended "
    "since; the kubelet then tries again by itself.",
    zh="目前可以挂载：同一共享使用 NFSv{version} 的测试挂载已成功。可能已修复，kubelet 会自动重试。",
)
NO_TARGET = Text(
    en="The folder to mount on does not exist on the host: the driver's kubeletConfigDir is not the kubelet's "
    "--root-dir.",
    zh="主机上不存在挂载目标目录：驱动的 kubeletConfigDir 与 kubelet 的 --root-dir 不一致。",
)
LEFT = Text(
    en="What is left: the share's permission or its absence; an NFS version or option that the array does not take; "
    "the portal; the NFS client of the host.",
    zh="可能的原因：共享权限不足或共享不存在；阵列不支持所请求的 NFS 版本或选项；业务 IP 不通；主机缺少 NFS 客户端。",
)


@node_rule(RULE, Severity.ERROR, TITLE, explained_by=(Cause("mount-timeout-portal-unreachable", Through.VOLUME),))
def nfs_mount_refused(
    node: str,
    failures: VolumeFailures,
    signals: Signals | Unknown,
    tests: NfsMountTests | Unknown,
    checks: PortalChecks | Unknown,
    tools: Tools | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    classes: StorageClasses | Unknown,
    nodes: ClusterNodes | Unknown,
    pods: Pods | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    found = failed_mounts(failures, signals, volumes, backends)
    refused = [one for one in found if not _is_told_elsewhere(one, tests, checks, tools)]
    for one in refused:
        clients = clients_of(node, one, classes, nodes)
        certainty, says, kind = _judged(node, one, tests, pods, clients)
        yield Finding(
            rule=RULE,
            severity=Severity.ERROR,
            certainty=certainty,
            nodes=(node,),
            subject=one.failure.subject,
            title=TITLE_OF.fill(volume=one.name),
            cause=lines(*_told(node, one, says)),
            evidence=tuple(
                Evidence.of(node, span) for span in (*one.spans, *(test.span for test in tests_of(one.share, tests)))
            ),
            affects=users_held_up(bindings, pods, {one.failure.pv} - {""}, (node,)),
            steps=share_steps.steps(node, one, kind, clients),
        )
    if not refused:
        yield from unheard(RULE, node, failures)


def _is_told_elsewhere(
    one: FailedMount, tests: NfsMountTests | Unknown, checks: PortalChecks | Unknown, tools: Tools | Unknown
) -> bool:
    if one.timed_out or statd_missing(one) or helper_missing(one, tools) or version_refused(one, tests, checks):
        return True
    return (not one.output or THREE_CAUSES in one.output) and is_unreachable(one, checks)


def _told(node: str, one: FailedMount, says: tuple[Text, ...]) -> Iterator[Text]:
    """The cause first, then what mount said, then the reasons."""
    share = one.share or one.name
    if not one.output:
        yield NO_WORDS.fill(share=share, node=node, says=one.failure.says)
        yield from says
        return
    first, *rest = says or (REFUSED.fill(share=share, node=node),)
    yield first
    yield SAID.fill(share=share, says=shortened(one.output))
    yield from rest


def _judged(
    node: str, one: FailedMount, tests: NfsMountTests | Unknown, pods: Pods | Unknown, clients: ShareClients
) -> tuple[Certainty, tuple[Text, ...], str]:
    """How sure, the cause, and what is to be done: permission, share, folder or both."""
    share = one.share or one.name
    now = _works_now(one, tests)
    if now is not None:
        return Certainty.POSSIBLE, (REFUSED.fill(share=share, node=node), now), "both"
    denied, missing = bool(DENIED.search(one.output)), bool(MISSING.search(one.output))
    if missing and one.version == "3" and _runs_elsewhere(node, one, pods) is None:
        return Certainty.LIKELY, (GONE.fill(share=share),), "share"
    if denied or missing:
        return _which_of_two(share, one, _runs_elsewhere(node, one, pods), clients)
    if NO_FOLDER.search(one.output):
        return Certainty.LIKELY, (NO_TARGET,), "folder"
    return Certainty.POSSIBLE, () if one.output else (LEFT,), "both"


def _which_of_two(
    share: str, one: FailedMount, elsewhere: Text | None, clients: ShareClients
) -> tuple[Certainty, tuple[Text, ...], str]:
    """A permission or a missing share: pods elsewhere, the words of NFSv4, and whom the class lets in tell."""
    denied_by_v4 = bool(DENIED.search(one.output)) and one.version.startswith("4")
    if elsewhere or denied_by_v4 or clients.lets_in is False:
        same = () if DENIED.search(one.output) else (SAME_WORDS,)
        reasons = (*same, *((elsewhere,) if elsewhere else ()), *_left_out(clients))
        return Certainty.LIKELY, (PERMISSION.fill(share=share), *reasons), "permission"
    if clients.lets_in:
        let_in = LET_IN.fill(cls=clients.storage_class or "-", told=clients.told, node=clients.node)
        words = BOTH if one.parent else RATHER_GONE  # the file system of a DTree may have clients of its own
        return Certainty.POSSIBLE, (words.fill(share=share), let_in), "both"
    return Certainty.POSSIBLE, (BOTH.fill(share=share),), "both"


def _left_out(clients: ShareClients) -> tuple[Text, ...]:
    if clients.lets_in is not False:
        return ()
    values = {"cls": clients.storage_class or "-", "told": clients.told, "node": clients.node}
    return (LEFT_OUT.fill(**values, addresses=", ".join(clients.addresses)),)


def _works_now(one: FailedMount, tests: NfsMountTests | Unknown) -> Text | None:
    done = [test.version for test in tests_of(one.share, tests) if test.exit_code == 0]
    wanted = [version for version in done if not one.version or version.startswith(one.version)]
    return SINCE.fill(version=wanted[-1]) if wanted else None


def _runs_elsewhere(node: str, one: FailedMount, pods: Pods | Unknown) -> Text | None:
    if isinstance(pods, Unknown) or one.volume is None or not one.volume.claim_name:
        return None
    for pod in pods.items:
        same = pod.namespace == one.volume.claim_namespace and one.volume.claim_name in pod.claims
        if same and pod.phase == "Running" and pod.node not in ("", node):
            return ELSEWHERE.fill(pod=pod.full_name, node=pod.node)
    return None
