"""The steps that start multipathd, by what systemd says of it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts.services import Service
from analyzer.remedies.manual import step_by_hand
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text

UNIT = "multipathd.service"

STATUS = Text(
    en="`systemctl status multipathd` and `journalctl -u multipathd` tell why it does not start.",
    zh="可用 `systemctl status multipathd` 和 `journalctl -u multipathd` 查看无法启动的原因。",
)
INSTALL = Text(
    en="Install the multipath tools (device-mapper-multipath on openEuler and RHEL, multipath-tools on Debian, Ubuntu "
    "and SUSE), and write /etc/multipath.conf as the driver's guide has it",
    zh="安装多路径软件（openEuler、RHEL 为 device-mapper-multipath，Debian、Ubuntu、SUSE 为 multipath-tools），"
    "并按驱动用户指南编写 /etc/multipath.conf",
)
UNMASK = Text(
    en="Someone forbade the service (it is masked). Ask who and why; if it may run: `systemctl unmask multipathd`",
    zh="该服务被人为禁用（masked）。请确认原因；若允许运行：`systemctl unmask multipathd`",
)


def start(node: str, service: Service | None) -> tuple[Step, ...]:
    return (_config(node), *_first(node, service), _enable(node), _confirm(node))


def _first(node: str, service: Service | None) -> Iterator[Step]:
    if service is not None and service.load_state == "not-found":
        yield step_by_hand(node, "multipath-tools", INSTALL)
    if service is not None and service.load_state == "masked":
        yield step_by_hand(node, "multipathd-masked", UNMASK)


def _config(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target="multipath-conf",
        effect=Effect.READS,
        does=Text(
            en="Look at the configuration before the daemon takes disks by it",
            zh="在守护进程按配置接管磁盘之前，先检查配置",
        ),
        command=Command(("cat", "/etc/multipath.conf")),
        expect=Text(
            en="In defaults user_friendly_names yes and find_multipaths no; local disks, and those of another "
            "multipath software, are in the blacklist",
            zh="defaults 中为 user_friendly_names yes、find_multipaths no；"
            "本地磁盘及其他多路径软件管理的磁盘在 blacklist 中",
        ),
        if_fails=Text(
            en="No such file: write it first as the driver's guide has it, or no disk gets a map.",
            zh="文件不存在：请先按驱动用户指南编写，否则磁盘不会生成多路径设备。",
        ),
    )


def _enable(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CONFIGURE,
        target=UNIT,
        effect=Effect.CHANGES,
        does=Text(
            en="Start multipathd, now and at every boot; it takes every disk with several paths that is not in its "
            "blacklist",
            zh="立即启动 multipathd 并设置开机启动；它会接管不在 blacklist 中的所有多路径磁盘",
        ),
        command=Command(("systemctl", "enable", "--now", UNIT)),
        expect=Text(en="No error; existing maps keep their names", zh="没有报错；已有的多路径设备名称不变"),
        if_fails=STATUS,
    )


def _confirm(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CONFIRM,
        target=UNIT,
        effect=Effect.READS,
        does=Text(en="Ask the daemon for its maps", zh="向守护进程查询多路径设备"),
        command=Command(("multipathd", "show", "maps")),
        expect=Text(
            en="A line for each volume attached here; the kubelet tries those that failed again by itself",
            zh="每个挂载到此节点的卷一行；失败的卷 kubelet 会自动重试",
        ),
        if_fails=STATUS,
    )
