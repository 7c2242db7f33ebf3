"""The kernel module iscsi_tcp is not loaded on a node that needs it: no iSCSI volume can be attached there.

How we know
    lsmod lists no module of exactly this name, and the node needs it: a log holds the failure of iscsiadm (its words,
    or exit status 12), or a volume attached to this node is reached over iSCSI, or, where the module cannot be loaded,
    the driver has an iSCSI backend.  A dry run of modprobe tells what stands in the way: the running kernel has no such
    module, or a rule forbids it.  /etc/modules-load.d and /etc/modules tell whether it is loaded at the next boot.
Not reported here
    A node that uses no iSCSI.  Portals out of reach, and logins refused for other reasons.  What the pods see of it,
    `context deadline exceeded`, `get lock timeout` and `VolumeDeviceNotFound`, is quoted here: the driver takes exit
    status 12 for success and goes on trying for two minutes.
False alarms
    lsmod | grep iscsi_tcp matches libiscsi_tcp too and then says that all is well; this rule does not.  A module that
    is only not loaded yet: iscsiadm loads it at the first login, so an attached volume alone makes this likely, and
    confirmed needs a failure in a log, or a module that cannot be loaded.  Built into the kernel it is in no list: with
    a session logged in nothing is reported.
Remedy
    What stands in the way is removed first; then modprobe, and a file in /etc/modules-load.d where none names it yet.
    The kubelet tries the volumes again by itself.
Source
    Huawei CSI FAQ, case 9; recorded on a real kernel: iscsi_module.  open-iscsi, usr/transport.c.  eSDK_K8S_Plugin,
    connector/iscsi/iscsi_helper.go; `Cannot connect ISCSI portal …: libkmod: …` up to 2.2.RC1 only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import StorageBackends, VolumeAttachments
from analyzer.facts.failures import Failure, VolumeFailures
from analyzer.facts.host import KernelModules, ModuleLoading
from analyzer.facts.logs import Signals
from analyzer.facts.modules_at_boot import ModulesAtBoot
from analyzer.facts.transport import IscsiSessions
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import node_rule
from analyzer.rules.iscsi import module_steps
from analyzer.texts import Text, lines
from bundle.capture import Status

MODULE = "iscsi_tcp"
FAILURES = ("driver-iscsi-module-missing", "iscsid-module-missing")
QUOTED_HITS = 3
QUOTED_VOLUMES = 3
# how it reaches the pods: the driver goes on trying until the kubelet gives up, and its retries wait for the lock
SYMPTOM = re.compile(r"context deadline exceeded|get lock timeout|volume ?device ?not ?found", re.IGNORECASE)

TITLE = Text(en="Kernel module iscsi_tcp is not loaded", zh="内核模块 iscsi_tcp 未加载")
CAUSE = Text(
    en="The kernel module iscsi_tcp is not loaded on {node}, so that no iSCSI session can be made, "
    "and no iSCSI volume attached.",
    zh="{node} 上未加载内核模块 iscsi_tcp，因此无法建立 iSCSI 会话，也无法挂载 iSCSI 卷。",
)
LOOKALIKE = Text(
    en="libiscsi_tcp is loaded, but that is another module: `lsmod | grep iscsi_tcp` finds it and misleads.",
    zh="已加载的 libiscsi_tcp 是另一个模块：`lsmod | grep iscsi_tcp` 会匹配到它，从而造成误判。",
)
NO_FILE = Text(
    en="modprobe cannot load it: the running kernel has no such module. Install the package that holds it first.",
    zh="modprobe 无法加载该模块：当前运行的内核没有此模块。请先安装包含该模块的软件包。",
)
FORBIDDEN = Text(
    en="modprobe cannot load it: a rule in /etc/modprobe.d runs `{action}` in its place. Someone forbade the module.",
    zh="modprobe 无法加载该模块：/etc/modprobe.d 中的规则以 `{action}` 代替加载，即该模块被人为禁用。",
)
NOT_YET = Text(
    en="iscsiadm loads the module at the first login; no log shows that it failed to.",
    zh="iscsiadm 会在首次登录时自动加载该模块；日志中没有加载失败的记录。",
)
FORBIDDEN_IN = Text(en="The rule stands in {path}: {line}", zh="该规则位于 {path}：{line}")
AT_BOOT = Text(
    en="{path} has it loaded at boot, and yet it is not loaded: `systemctl status systemd-modules-load` tells why.",
    zh="{path} 中已设置开机加载，但该模块未加载：可用 `systemctl status systemd-modules-load` 查看原因。",
)
NOT_AT_BOOT = Text(
    en="Nothing in /etc has it loaded at boot: after the next reboot it may be missing again.",
    zh="/etc 中没有开机加载该模块的设置：下次重启后可能再次缺失。",
)
FELT = Text(
    en="The pods see it as `{says}`: the driver takes iscsiadm's exit status 12 for success and goes on trying "
    "until the kubelet gives up.",
    zh="Pod 侧的表现为 `{says}`：驱动把 iscsiadm 的返回码 12 当作成功，会一直重试到 kubelet 放弃。",
)


@node_rule("iscsi-tcp-not-loaded", Severity.ERROR, TITLE)
def iscsi_tcp_not_loaded(
    node: str,
    modules: KernelModules,
    loading: ModuleLoading | Unknown,
    signals: Signals | Unknown,
    sessions: IscsiSessions | Unknown,
    attachments: VolumeAttachments | Unknown,
    backends: StorageBackends | Unknown,
    bindings: Bindings | Unknown,
    at_boot: ModulesAtBoot | Unknown,
    volume_failures: VolumeFailures | Unknown,
) -> Iterator[Finding | Inconclusive]:
    if modules.has(MODULE):
        return
    failures = _failures(signals)
    if not failures and _logged_in(sessions):
        return
    wanting = _wanting(node, attachments)
    blocked = not isinstance(loading, Unknown) and (not loading.exists or loading.is_forbidden)
    offered = _offered(backends) if blocked else ()
    if not failures and not wanting and not offered:
        yield from _unsure(node, signals, attachments)
        return
    dry_run = () if isinstance(loading, Unknown) or loading.span is None else (loading.span,)
    likeness = tuple(module.span for module in modules.modules if module.name == f"lib{MODULE}")
    volumes = tuple(span for _, span in wanting[:QUOTED_VOLUMES])
    felt = _felt({pv for pv, _ in wanting}, volume_failures)
    boot_lines = module_steps.lines_of(loading, at_boot)
    yield Finding(
        rule="iscsi-tcp-not-loaded",
        severity=Severity.ERROR if failures or wanting else Severity.WARNING,
        certainty=Certainty.CONFIRMED if failures or (wanting and blocked) else Certainty.LIKELY,
        nodes=(node,),
        subject=f"module:{MODULE}",
        title=TITLE,
        cause=lines(*_cause(node, loading, bool(likeness), bool(failures)), *_boot(loading, at_boot), *_seen_as(felt)),
        evidence=tuple(
            Evidence.of(node, span)
            for span in (
                *failures[:QUOTED_HITS],
                *dry_run,
                *boot_lines,
                *likeness,
                *volumes,
                *offered[:1],
                *_first_lines(felt),
            )
        ),
        affects=users_of_volumes(bindings, {pv for pv, _ in wanting}),
        steps=module_steps.load(node, loading, at_boot),
    )


def _felt(pvs: set[str], failures: VolumeFailures | Unknown) -> tuple[Failure, ...]:
    """What became of the volumes that need it."""
    known = () if isinstance(failures, Unknown) else failures.items
    return tuple(one for one in known if one.pv in pvs and (SYMPTOM.search(one.says) or one.code == "DeadlineExceeded"))


def _first_lines(felt: tuple[Failure, ...]) -> tuple[Span, ...]:
    return tuple(one.spans[0] for one in felt[:QUOTED_HITS] if one.spans)


def _seen_as(felt: tuple[Failure, ...]) -> Iterator[Text]:
    found = [(SYMPTOM.search(one.says), one.code) for one in felt]
    says = dict.fromkeys(match[0] if match else code for match, code in found)
    if says:
        yield FELT.fill(says="`, `".join(says))


def _boot(loading: ModuleLoading | Unknown, at_boot: ModulesAtBoot | Unknown) -> Iterator[Text]:
    if isinstance(at_boot, Unknown):
        return
    line = at_boot.forbids(MODULE)
    if line is not None and not isinstance(loading, Unknown) and loading.is_forbidden:
        yield FORBIDDEN_IN.fill(path=line.path, line=line.span.text[0].strip())
    kept = at_boot.loads(MODULE)
    yield AT_BOOT.fill(path=kept.path) if kept is not None else NOT_AT_BOOT


def _failures(signals: Signals | Unknown) -> tuple[Span, ...]:
    if isinstance(signals, Unknown):
        return ()
    return tuple(hit.spans[-1] for failure in FAILURES for hit in signals.of(failure))


def _logged_in(sessions: IscsiSessions | Unknown) -> bool:
    return not isinstance(sessions, Unknown) and any(one.state == "LOGGED_IN" for one in sessions.sessions)


def _wanting(node: str, attachments: VolumeAttachments | Unknown) -> tuple[tuple[str, Span], ...]:
    """The volumes attached to this node that are reached over iSCSI."""
    if isinstance(attachments, Unknown):
        return ()
    return tuple(
        (one.pv, one.span)
        for one in attachments.items
        if one.node == node and one.publish_info is not None and one.publish_info.iqns
    )


def _offered(backends: StorageBackends | Unknown) -> tuple[Span, ...]:
    if isinstance(backends, Unknown):
        return ()
    return tuple(one.span for one in backends.items if one.protocol.lower() == "iscsi")


def _unsure(node: str, signals: Signals | Unknown, attachments: VolumeAttachments | Unknown) -> Iterator[Inconclusive]:
    """Not to be needed must have been seen: in the driver's log, or in the attachments."""
    read = not isinstance(signals, Unknown) and "driver_logs" in signals.scanned
    if not read and isinstance(attachments, Unknown):
        log = (
            signals
            if isinstance(signals, Unknown)
            else Unknown("driver_logs", Status.ABSENT, "the driver's log was not collected")
        )
        yield Inconclusive("iscsi-tcp-not-loaded", node, (log, attachments))


def _cause(node: str, loading: ModuleLoading | Unknown, has_likeness: bool, has_failed: bool) -> Iterator[Text]:
    yield CAUSE.fill(node=node)
    if has_likeness:
        yield LOOKALIKE
    if isinstance(loading, Unknown):
        return
    if not loading.exists:
        yield NO_FILE
    elif loading.is_forbidden:
        yield FORBIDDEN.fill(action=loading.actions[-1].removeprefix("install ").strip())
    elif not has_failed:
        yield NOT_YET
