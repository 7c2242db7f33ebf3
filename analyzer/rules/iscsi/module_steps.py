"""The steps that load iscsi_tcp, by what stands in the way of it, and have it loaded at the next boot too."""

from __future__ import annotations

from analyzer.facts import Span, Unknown
from analyzer.facts.host import ModuleLoading
from analyzer.facts.modules_at_boot import ModuleLine, ModulesAtBoot
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text

MODULE = "iscsi_tcp"
OWN_FILE = "/etc/modules-load.d/iscsi_tcp.conf"

AGAIN = Text(
    en="Read what it prints: `not found` means that the kernel's module package is missing, `install` that a rule in "
    "/etc/modprobe.d forbids the module, `Unknown symbol` that its files do not fit the running kernel (`depmod -a`, "
    "or boot the kernel that they belong to).",
    zh="请查看其输出：`not found` 表示缺少内核模块软件包，`install` 表示 /etc/modprobe.d 中的规则禁用了该模块，"
    "`Unknown symbol` 表示模块文件与当前内核不匹配（执行 `depmod -a`，或用对应的内核启动）。",
)


def load(node: str, loading: ModuleLoading | Unknown, at_boot: ModulesAtBoot | Unknown) -> tuple[Step, ...]:
    return (*_first(node, loading, at_boot), _load(node), *_persist(node, at_boot), _confirm(node))


def lines_of(loading: ModuleLoading | Unknown, at_boot: ModulesAtBoot | Unknown) -> tuple[Span, ...]:
    """The lines of configuration that forbid it, where it is forbidden, and those that load it at boot."""
    if isinstance(at_boot, Unknown):
        return ()
    forbidden = not isinstance(loading, Unknown) and loading.is_forbidden
    found = (at_boot.forbids(MODULE) if forbidden else None, at_boot.loads(MODULE))
    return tuple(line.span for line in found if line is not None)


def _first(node: str, loading: ModuleLoading | Unknown, at_boot: ModulesAtBoot | Unknown) -> tuple[Step, ...]:
    if isinstance(loading, Unknown):
        return (_dry_run(node),)
    if not loading.exists:
        return (_install_package(node),)
    if loading.is_forbidden:
        line = None if isinstance(at_boot, Unknown) else at_boot.forbids(MODULE)
        return (_find_rule(node), _allow(node, line))
    return ()


def _dry_run(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target=f"{MODULE}-dry-run",
        effect=Effect.READS,
        does=Text(
            en="Show what loading iscsi_tcp would do; nothing is loaded",
            zh="查看加载 iscsi_tcp 时会执行的操作（不会真正加载）",
        ),
        command=Command(("modprobe", "-n", "-v", MODULE)),
        expect=Text(en="insmod /lib/modules/…/iscsi_tcp.ko", zh="输出 insmod /lib/modules/…/iscsi_tcp.ko"),
        if_fails=AGAIN,
    )


def _find_rule(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target=f"{MODULE}-rule",
        effect=Effect.READS,
        does=Text(en="Find the rule that forbids iscsi_tcp", zh="查找禁用 iscsi_tcp 的规则"),
        command=Command(("grep", "-rn", MODULE, "/etc/modprobe.d")),
        expect=Text(
            en="FILE:LINE:install iscsi_tcp /bin/false, or a like line",
            zh="文件:行号:install iscsi_tcp /bin/false 或类似内容",
        ),
        if_fails=Text(
            en="Look in /run/modprobe.d and /usr/lib/modprobe.d as well.",
            zh="请同时检查 /run/modprobe.d 和 /usr/lib/modprobe.d。",
        ),
    )


def _install_package(node: str) -> Step:
    return _by_hand(
        node,
        Phase.LOAD_MODULE,
        f"{MODULE}-package",
        Text(
            en="Install the package that holds iscsi_tcp for the running kernel (`uname -r`): kernel-modules "
            "(openEuler, RHEL 8 and 9), kernel-default (SUSE), linux-modules-extra-$(uname -r) (Ubuntu), "
            "linux-image-amd64 instead of a cloud image (Debian). "
            "If its files are there for another kernel only, boot that kernel",
            zh="安装当前内核（`uname -r`）中包含 iscsi_tcp 的软件包：kernel-modules（openEuler、RHEL 8/9）、"
            "kernel-default（SUSE）、linux-modules-extra-$(uname -r)（Ubuntu）、"
            "用 linux-image-amd64 替换 cloud 内核（Debian）。"
            "如果模块文件只属于另一个内核版本，请用该内核启动",
        ),
        Text(
            en="`modprobe -n -v iscsi_tcp` then prints insmod and the module's file",
            zh="之后 `modprobe -n -v iscsi_tcp` 会输出 insmod 及模块文件路径",
        ),
    )


def _allow(node: str, line: ModuleLine | None) -> Step:
    found = Text(en="the file found before", zh="上一步找到的文件")
    return _by_hand(
        node,
        Phase.LOAD_MODULE,
        f"{MODULE}-allow",
        Text(
            en="Ask who forbade the module and why; if it may be used, remove its `install iscsi_tcp …` line in {file}",
            zh="确认该模块被禁用的原因；如果允许使用，请从 {file} 中删除 `install iscsi_tcp …` 这一行",
        ).fill(file=line.path if line is not None else found),
        Text(
            en="`modprobe -n -v iscsi_tcp` then prints insmod and the module's file",
            zh="之后 `modprobe -n -v iscsi_tcp` 会输出 insmod 及模块文件路径",
        ),
    )


def _load(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.LOAD_MODULE,
        target=MODULE,
        effect=Effect.CHANGES,
        does=Text(en="Load the kernel module iscsi_tcp", zh="加载内核模块 iscsi_tcp"),
        command=Command(("modprobe", MODULE)),
        expect=Text(en="No output", zh="无输出"),
        if_fails=AGAIN,
    )


def _persist(node: str, at_boot: ModulesAtBoot | Unknown) -> tuple[Step, ...]:
    """Not where it is done already; in words where a file of that name may hold something else."""
    if isinstance(at_boot, Unknown) or any(line.path == OWN_FILE for line in at_boot.loaded):
        done = not isinstance(at_boot, Unknown) and at_boot.loads(MODULE) is not None
        return () if done else (_persist_by_hand(node),)
    return () if at_boot.loads(MODULE) is not None else (_write_own_file(node),)


def _write_own_file(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.LOAD_MODULE,
        target=f"{MODULE}-at-boot",
        effect=Effect.CHANGES,
        does=Text(
            en="Have it loaded at every boot: write the line `iscsi_tcp` into {file}, which is a new file",
            zh="设置开机自动加载：新建 {file}，内容为一行 `iscsi_tcp`",
        ).fill(file=OWN_FILE),
        command=Command(("tee", OWN_FILE), stdin=MODULE),
        expect=Text(en="The module is loaded after a reboot too", zh="重启后该模块仍会被加载"),
        if_fails=Text(
            en="A host without systemd has no /etc/modules-load.d: write `iscsi_tcp` into /etc/modules instead.",
            zh="没有 systemd 的主机不存在 /etc/modules-load.d：请改为在 /etc/modules 中写入一行 `iscsi_tcp`。",
        ),
    )


def _persist_by_hand(node: str) -> Step:
    return _by_hand(
        node,
        Phase.LOAD_MODULE,
        f"{MODULE}-at-boot",
        Text(
            en="Have it loaded at every boot: write the line `iscsi_tcp` into /etc/modules-load.d/iscsi_tcp.conf",
            zh="设置开机自动加载：在 /etc/modules-load.d/iscsi_tcp.conf 中写入一行 `iscsi_tcp`",
        ),
        Text(en="The module is loaded after a reboot too", zh="重启后该模块仍会被加载"),
    )


def _confirm(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CONFIRM,
        target=MODULE,
        effect=Effect.READS,
        does=Text(
            en="Confirm that iscsi_tcp itself is loaded, not only libiscsi_tcp",
            zh="确认已加载 iscsi_tcp 本身，而不只是 libiscsi_tcp",
        ),
        command=Command(("grep", "^iscsi_tcp ", "/proc/modules")),
        expect=Text(
            en="One line that begins with iscsi_tcp. The kubelet tries the volume again by itself within two minutes",
            zh="输出以 iscsi_tcp 开头的一行。kubelet 会在两分钟内自动重试挂载",
        ),
        if_fails=AGAIN,
    )


def _by_hand(node: str, phase: Phase, target: str, does: Text, expect: Text) -> Step:
    return Step(
        host=node,
        phase=phase,
        target=target,
        effect=Effect.CHANGES,
        does=does,
        command=None,
        expect=expect,
        if_fails=AGAIN,
    )
