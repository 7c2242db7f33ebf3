"""A NFS version that the hosts themselves do not know: one finding for all nodes that refused it.

Input    mounts that ended with `an incorrect mount option was specified`, or asked for a version that nobody knows.
Output   the finding: what mount said, what shows that the array is not to blame, the kernels, and the two ways out.
Source   linux, fs/nfs: a minor version above NFS4_MAX_MINOR_VERSION is EINVAL before any packet is sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import Pods
from analyzer.facts.host import OsRelease
from analyzer.findings import Affected, Certainty, Evidence, Finding, Severity
from analyzer.impact import users_held_up
from analyzer.rules.nfs import version_steps
from analyzer.rules.nfs.mounts import CAPABILITY, shortened
from analyzer.rules.nfs.offered import instead_of
from analyzer.rules.nfs.refusals import VERSIONS
from analyzer.rules.nfs.refused_cases import Case, pvs_of, surest, volumes_of
from analyzer.runbook import Step
from analyzer.texts import Text, lines

NAMED = 5

KIND = Text(en="NFS version unknown to the host", zh="主机不支持所请求的 NFS 版本")
TITLE = Text(en="The host does not know {version}", zh="主机不支持 {version}")
CAUSE = Text(
    en="The host {nodes} itself does not know {version}, which the volume is to be mounted with: its mount refuses the "
    "option before the array is asked.",
    zh="卷要求使用 {version} 挂载，而主机 {nodes} 自身不支持该版本：mount 在访问阵列之前就拒绝了该选项。",
)
OPEN = Text(
    en="The host {nodes} itself refused the mount's options ({options}), before the array was asked: it does not know "
    "{version}, or another of these options.",
    zh="主机 {nodes} 在访问阵列之前就拒绝了挂载选项（{options}）：主机不支持 {version}，或不认识其中的其他选项。",
)
NO_SUCH = Text(en="There is no {version}: mountOptions are wrong.", zh="不存在 {version}：mountOptions 填写有误。")
SAID = Text(en="mount said: {says}", zh="mount 输出：{says}")
KERNEL = Text(en="{node} runs kernel {kernel} ({os}).", zh="{node} 的内核为 {kernel}（{os}）。")
TESTED = Text(
    en="The timed mounts of the collection on {node} show it: the host refuses NFSv{refused}, and mounts the same "
    "share with NFSv{done}.",
    zh="采集时在 {node} 上的测试挂载证实了这一点：主机拒绝 NFSv{refused}，而使用 NFSv{done} 可以挂载同一共享。",
)
OFFERED = Text(
    en="Ruled out: the array; the backend's capabilities say {capability}=true.",
    zh="已排除阵列原因：后端的能力信息显示 {capability}=true。",
)
NOW = Text(
    en="The version itself is taken: the timed mount with NFSv{version} was done in {seconds} s. Another option of the "
    "mount is to blame, or it was mended since.",
    zh="该版本本身可用：NFSv{version} 的测试挂载在 {seconds} 秒内成功。原因可能是其他挂载选项，或已修复。",
)


def finding(
    rule: str,
    subject: str,
    cases: list[Case],
    releases: Across[OsRelease],
    pods: Pods | Unknown,
    bindings: Bindings | Unknown,
) -> Finding:
    first = surest(cases)
    nodes = tuple(sorted({case.node for case in cases}))
    users = users_held_up(bindings, pods, pvs_of(cases), nodes)
    known = {node: release for node, release in releases.known() if node in nodes}
    quoted = [(case.node, span) for case in (first, *cases)[:NAMED] for span in case.spans]
    spans = dict.fromkeys([*quoted, *((node, known[node].span) for node in sorted(known)[:NAMED])])
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        certainty=first.refused.certainty,
        nodes=nodes,
        subject=subject,
        title=TITLE.fill(version=f"NFSv{first.refused.version}"),
        cause=lines(*_says(first, nodes, known)),
        evidence=tuple(Evidence.of(node, span) for node, span in spans),
        affects=users,
        steps=tuple(_steps(first, cases, nodes, users)),
        kind=KIND,
    )


def _says(case: Case, nodes: tuple[str, ...], releases: dict[str, OsRelease]) -> Iterator[Text]:
    refused, one = case.refused, case.mount
    named = f"NFSv{refused.version}"
    words = OPEN if refused.certainty is Certainty.POSSIBLE else CAUSE
    values = {"nodes": _few(nodes), "version": named}
    yield words.fill(**values, options=one.options or "") if words is OPEN else words.fill(**values)
    yield SAID.fill(says=shortened(one.output))
    if refused.version not in VERSIONS:
        yield NO_SUCH.fill(version=named)
    if refused.tested:
        yield TESTED.fill(
            node=case.node,
            refused=", ".join(test.version for test in refused.tested if test.exit_code != 0),
            done=", ".join(test.version for test in refused.tested if test.exit_code == 0),
        )
    if one.supports(refused.version) and refused.version in CAPABILITY:
        yield OFFERED.fill(capability=CAPABILITY[refused.version])
    if refused.works_now is not None:
        yield NOW.fill(version=refused.works_now.version, seconds=f"{refused.works_now.seconds:g}")
    for node, release in sorted(releases.items())[:NAMED]:
        yield KERNEL.fill(node=node, kernel=release.kernel, os=release.pretty_name or release.id)


def _few(nodes: tuple[str, ...]) -> str:
    rest = len(nodes) - NAMED
    return ", ".join(nodes[:NAMED]) + (f" +{rest}" if rest > 0 else "")


def _steps(case: Case, cases: list[Case], nodes: tuple[str, ...], users: tuple[Affected, ...]) -> Iterator[Step]:
    version = case.refused.version
    instead = instead_of(version, (each.offered for each in cases))
    if version in VERSIONS:
        yield version_steps.newer_kernel(_few(nodes), f"NFSv{version}")
    yield from version_steps.other_version(volumes_of(cases), instead, users, version_steps.UNLESS_NEWER)
