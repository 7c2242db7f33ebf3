"""Steps that bring the NFS client and its rpc.statd onto a host; packages are installed by hand, by distribution."""

from __future__ import annotations

from analyzer.facts import Unknown
from analyzer.facts.host import OsRelease
from analyzer.remedies.manual import step_by_hand
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text

APT, ZYPPER, DNF = "apt-get install nfs-common", "zypper install nfs-client", "yum install nfs-utils"
FAMILIES = {APT: ("debian", "ubuntu", "uos", "deepin"), ZYPPER: ("sles", "suse", "opensuse")}
STATD_UNITS = ("rpcbind.socket", "rpcbind.service", "rpc-statd.service")
VENDOR = ("nfs+", "dpc", "dtfs")


def install(node: str, protocol: str, release: OsRelease | Unknown) -> tuple[Step, ...]:
    if protocol in VENDOR:
        return (_vendor(node, protocol),)
    return (
        step_by_hand(
            node,
            "nfs-client",
            Text(
                en="Install the NFS client: `{command}`. By distribution: nfs-common (Debian, Ubuntu), nfs-utils "
                "(RHEL, CentOS, openEuler, Kylin, Anolis), nfs-client (SUSE)",
                zh="安装 NFS 客户端：`{command}`。各发行版的软件包：nfs-common（Debian、Ubuntu），"
                "nfs-utils（RHEL、CentOS、openEuler、Kylin、Anolis），nfs-client（SUSE）",
            ).fill(command=_command(release)),
            phase=Phase.CONFIGURE,
        ),
        Step(
            host=node,
            phase=Phase.CONFIRM,
            target="nfs-client",
            effect=Effect.READS,
            does=Text(en="See that mount.nfs is there", zh="确认 mount.nfs 已安装"),
            command=Command(("mount.nfs", "-V")),
            expect=Text(
                en="mount.nfs: (linux nfs-utils …). The kubelet then tries again by itself within two minutes",
                zh="输出 mount.nfs: (linux nfs-utils …)。之后 kubelet 会在两分钟内自动重试",
            ),
            if_fails=Text(en="The package is not installed on this host.", zh="该主机未安装此软件包。"),
        ),
    )


def _command(release: OsRelease | Unknown) -> str:
    if isinstance(release, Unknown):
        return f"{DNF}` / `{APT}"
    told = release.id.lower()
    return next((command for command, ids in FAMILIES.items() if told.startswith(ids)), DNF)


def _vendor(node: str, protocol: str) -> Step:
    return step_by_hand(
        node,
        f"{protocol}-client",
        Text(
            en="Install the vendor's client for {protocol} on this host, in the version that the array's documentation "
            "names for this kernel (`uname -r`); the distribution's packages do not have it",
            zh="在该主机上安装厂商的 {protocol} 客户端，版本以阵列文档中针对当前内核（`uname -r`）的要求为准；"
            "发行版软件源不提供该客户端",
        ).fill(protocol=protocol.upper()),
        phase=Phase.CONFIGURE,
    )


def statd(node: str, masked: tuple[str, ...]) -> tuple[Step, ...]:
    """rpcbind first: rpc.statd registers with it.  `masked` units cannot be started, and someone wanted that."""
    if masked:
        return (_unmask(node, masked), _see_statd(node))
    return (
        _start(node, "rpcbind", "rpcbind.service"),
        _start(node, "rpc-statd", "rpc-statd.service"),
        _see_statd(node),
    )


def _unmask(node: str, masked: tuple[str, ...]) -> Step:
    return step_by_hand(
        node,
        "unmask-statd",
        Text(
            en="{units} are masked, so somebody or a hardening script switched them off on purpose: find out why. If "
            "NFSv3 is to stay, type `systemctl unmask {units}` and then `systemctl start {needed}`. To undo it: "
            "`systemctl stop {needed}`, then `systemctl mask {units}`",
            zh="{units} 处于 masked 状态，是人为或加固脚本有意关闭的：请先确认原因。如需继续使用 NFSv3，"
            "请执行 `systemctl unmask {units}`，再执行 `systemctl start {needed}`。"
            "撤销方法：`systemctl stop {needed}`，再执行 `systemctl mask {units}`",
        ).fill(units=" ".join(masked), needed=" ".join(STATD_UNITS)),
        phase=Phase.CONFIGURE,
    )


def _see_statd(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CONFIRM,
        target="rpc-statd",
        effect=Effect.READS,
        does=Text(en="See that both run", zh="确认两个服务均在运行"),
        command=Command(("systemctl", "is-active", "rpcbind.service", "rpc-statd.service")),
        expect=Text(
            en="active, twice. The kubelet then tries again by itself within two minutes",
            zh="输出两行 active。之后 kubelet 会在两分钟内自动重试",
        ),
        if_fails=Text(
            en="See `systemctl status rpc-statd rpcbind`. With NFSv4 neither has to run.",
            zh="查看 `systemctl status rpc-statd rpcbind`。使用 NFSv4 时不需要运行这两个服务。",
        ),
    )


def _start(node: str, target: str, unit: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CONFIGURE,
        target=target,
        effect=Effect.CHANGES,
        does=Text(
            en="Start {unit}; `systemctl stop {unit}` undoes it", zh="启动 {unit}；撤销：`systemctl stop {unit}`"
        ).fill(unit=unit),
        command=Command(("systemctl", "start", unit)),
        expect=Text(en="No output", zh="无输出"),
        if_fails=Text(
            en="`Unit … is masked`: `systemctl unmask {unit}` first, once it is clear why it was. Not found: nfs-utils "
            "or nfs-common may be incomplete.",
            zh="若提示 `Unit … is masked`：确认原因后先执行 `systemctl unmask {unit}`。若提示不存在："
            "nfs-utils 或 nfs-common 可能安装不完整。",
        ).fill(unit=unit),
    )
