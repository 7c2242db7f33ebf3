"""The table of preconditions: what a protocol needs of a node, and what is said and done when it is not there.

Only what was asked and answered counts: a tool that was not looked for, a service that was not listed, is no lack.
Source   user guide 4.1.1.5 and 4.1.1.6; eSDK_K8S_Plugin, connector/connector_utils.go (the commands the driver runs).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.driver import Driver
from analyzer.facts.host import KernelModules, ModuleLoading, OsRelease
from analyzer.facts.initiators import Initiators, Kind
from analyzer.facts.modules_at_boot import ModulesAtBoot
from analyzer.facts.multipath_conf import MultipathConf
from analyzer.facts.nvme_multipath import NvmeMultipath
from analyzer.facts.services import Services
from analyzer.facts.tools import Tools
from analyzer.facts.transport import FcPorts
from analyzer.rules.preflight.protocols import NVME, SCSI, Use
from analyzer.texts import Text

COMMON_TOOLS = ("lsblk", "blkid", "blockdev", "dd", "findmnt", "mount", "umount", "ls", "awk", "nsenter")
NVME_MODULES = {Use.NVME_TCP: "nvme_tcp", Use.NVME_RDMA: "nvme_rdma", Use.NVME_FC: "nvme_fc"}
NVME_CLI = {Use.NVME_TCP: (2, 0), Use.NVME_RDMA: (1, 9), Use.NVME_FC: (1, 9)}
PACKAGES = {
    "iscsiadm": "open-iscsi (Debian, Ubuntu, SUSE), iscsi-initiator-utils (RHEL, openEuler, Kylin)",
    "multipath": "multipath-tools (Debian, Ubuntu, SUSE), device-mapper-multipath (RHEL, openEuler, Kylin)",
    "mount.nfs": "nfs-common (Debian, Ubuntu), nfs-utils (RHEL, openEuler, Kylin), nfs-client (SUSE)",
    "nvme": "nvme-cli",
    "scsi_id": "udev (Debian, Ubuntu), systemd-udev (RHEL, openEuler, Kylin)",
}

NO_TOOL = Text(en="the command {tool} is not on this node", zh="该节点没有命令 {tool}")
INSTALL = Text(en="Install the package that holds {tool}: {package}", zh="安装包含 {tool} 的软件包：{package}")
NO_PACKAGE = Text(en="the distribution's own", zh="见发行版的软件包")
NOT_ACTIVE = Text(en="the service {unit} is {state}", zh="服务 {unit} 的状态为 {state}")
START = Text(en="Start {unit}, now and at every boot", zh="启动 {unit} 并设置为开机自启")
NO_MODULE = Text(en="the kernel module {module} is not loaded", zh="内核模块 {module} 未加载")
LOAD = Text(
    en="Load it: modprobe {module}; and write the line {module} into /etc/modules-load.d/{module}.conf",
    zh="加载该模块：modprobe {module}；并在 /etc/modules-load.d/{module}.conf 中写入一行 {module}",
)
NO_NAME = Text(en="it has no {kind} name ({file})", zh="该节点没有 {kind} 名称（{file}）")
GIVE_NAME = Text(
    en="Give the node a name of its own in {file} ({how}), restart the service, then restart the driver's pod on this "
    "node, which registers the name when it starts",
    zh="在 {file} 中为该节点设置唯一的名称（{how}），重启相应服务，"
    "然后重启该节点上的驱动 Pod（驱动启动时才会登记名称）",
)
NO_PORT = Text(en="it has no Fibre Channel port that is Online", zh="该节点没有处于 Online 状态的 Fibre Channel 端口")
MEND_PORT = Text(
    en="Check the HBA, its driver, the cable and the switch port", zh="检查 HBA 卡、驱动、线缆和交换机端口"
)
NAMES_OFF = Text(
    en="multipath.conf does not set user_friendly_names yes, which the driver relies on",
    zh="multipath.conf 未设置 user_friendly_names yes，而驱动依赖该设置",
)
NAMES_ON = Text(
    en="Set `user_friendly_names yes` and `find_multipaths no` in the defaults section of /etc/multipath.conf, then "
    "run multipathd reconfigure in a quiet moment",
    zh="在 /etc/multipath.conf 的 defaults 段中设置 `user_friendly_names yes` 和 `find_multipaths no`，"
    "然后在业务空闲时执行 multipathd reconfigure",
)
OLD_NVME = Text(en="nvme-cli {found} is older than {wanted}", zh="nvme-cli 版本 {found} 低于 {wanted}")
NOT_NATIVE = Text(
    en="native NVMe multipathing is off, and the driver is set to NVMe-Native",
    zh="NVMe 原生多路径已关闭，而驱动配置为 NVMe-Native",
)
GO_NATIVE = Text(
    en="Boot with nvme_core.multipath=Y on the kernel's command line", zh="在内核启动参数中加入 nvme_core.multipath=Y"
)


@dataclass(frozen=True, slots=True)
class Lack:
    """`target` is part of a step's id; `command` is () for a repair by hand."""

    use: Use
    target: str
    says: Text
    repair: Text
    span: Span | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Host:
    """What the node answered; each perhaps unknown, and then nothing is missed in it."""

    tools: Tools | Unknown
    services: Services | Unknown
    modules: KernelModules | Unknown
    loading: ModuleLoading | Unknown
    initiators: Initiators | Unknown
    ports: FcPorts | Unknown
    conf: MultipathConf | Unknown
    nvme: NvmeMultipath | Unknown
    driver: Driver | Unknown
    at_boot: ModulesAtBoot | Unknown
    release: OsRelease | Unknown

    def argument(self, name: str, default: str) -> str:
        return default if isinstance(self.driver, Unknown) else self.driver.argument(name) or default


def lacks(host: Host, in_use: frozenset[Use]) -> Iterator[Lack]:
    """Each thing once, under the first protocol that needs it."""
    told: set[str] = set()
    for use in Use:
        if use not in in_use:
            continue
        for lack in _of(host, use):
            if lack.target not in told:
                told.add(lack.target)
                yield lack


def _of(host: Host, use: Use) -> Iterator[Lack]:
    yield from _tools(host, use, *COMMON_TOOLS)
    if use in SCSI:
        yield from _tools(host, use, "scsi_id")
        yield from _multipath(host, use)
    if use is Use.ISCSI:
        yield from _tools(host, use, "iscsiadm", "ping")  # the driver skips a portal that does not answer ping
        yield from _service(host, use, "iscsid.service", beside="iscsid.socket")
        yield from _iscsi_tcp(host)
        yield from _name(host, use, "iscsi", "/etc/iscsi/initiatorname.iscsi", "iscsi-iname")
    if use is Use.FC:
        yield from _ports(host)
    if use in NVME:
        yield from _nvme(host, use)
    if use is Use.NFS:
        yield from _tools(host, use, "mount.nfs")


def _tools(host: Host, use: Use, *names: str) -> Iterator[Lack]:
    if isinstance(host.tools, Unknown):
        return
    for name in names:
        tool = host.tools.get(name)
        if tool is not None and tool.path is None:
            package = PACKAGES.get(name)
            repair = INSTALL.fill(tool=name, package=package if package else NO_PACKAGE)
            yield Lack(use, name, NO_TOOL.fill(tool=name), repair, tool.span)


def _service(host: Host, use: Use, unit: str, beside: str = "") -> Iterator[Lack]:
    """`beside` starts it when it is wanted, so that it may be inactive."""
    if isinstance(host.services, Unknown):
        return
    service, socket = host.services.get(unit), host.services.get(beside)
    if service is None or service.is_active or (socket is not None and socket.is_active):
        return
    command = ("systemctl", "enable", "--now", unit) if service.exists else ()
    state = service.active_state if service.exists else service.load_state
    says = NOT_ACTIVE.fill(unit=unit, state=state)
    yield Lack(use, unit, says, START.fill(unit=unit), service.span, command)


def _multipath(host: Host, use: Use) -> Iterator[Lack]:
    if host.argument("volume-use-multipath", "true") == "false":
        return
    kind = host.argument("scsi-multipath-type", "DM-multipath")
    if kind == "DM-multipath":
        yield from _tools(host, use, "multipath", "multipathd")
        yield from _service(host, use, "multipathd.service")
        yield from _friendly_names(host, use)
    elif kind == "HW-UltraPath":
        yield from _tools(host, use, "upadmin")
        yield from _service(host, use, "nxup.service")


def _friendly_names(host: Host, use: Use) -> Iterator[Lack]:
    if isinstance(host.conf, Unknown):
        return
    setting = host.conf.friendly_names
    if setting is None or setting.value != "yes":
        yield Lack(use, "multipath.conf", NAMES_OFF, NAMES_ON, setting.span if setting else None)


def _iscsi_tcp(host: Host) -> Iterator[Lack]:
    """Only where it cannot be loaded: iscsiadm loads it at the first login."""
    if isinstance(host.modules, Unknown) or isinstance(host.loading, Unknown) or host.modules.has("iscsi_tcp"):
        return
    if not host.loading.exists or host.loading.is_forbidden:
        yield _module(Use.ISCSI, "iscsi_tcp", host.loading.span)


def _module(use: Use, name: str, span: Span | None = None) -> Lack:
    return Lack(use, name, NO_MODULE.fill(module=name), LOAD.fill(module=name), span)


def _name(host: Host, use: Use, kind: Kind, file: str, how: str) -> Iterator[Lack]:
    if isinstance(host.initiators, Unknown):
        return
    for one in host.initiators.of(kind):
        if one.state != "set":
            names = {"kind": "iSCSI initiator" if kind == "iscsi" else "NVMe host", "file": file, "how": how}
            yield Lack(use, f"{kind}-name", NO_NAME.fill(**names), GIVE_NAME.fill(**names), one.span)


def _ports(host: Host) -> Iterator[Lack]:
    if isinstance(host.ports, Unknown) or any(port.port_state == "Online" for port in host.ports.hosts):
        return
    span = next((port.span for port in host.ports.hosts), None)
    yield Lack(Use.FC, "fc-port", NO_PORT, MEND_PORT, span)


def _nvme(host: Host, use: Use) -> Iterator[Lack]:
    yield from _tools(host, use, "nvme")
    yield from _nvme_version(host, use)
    module = NVME_MODULES[use]
    if not isinstance(host.modules, Unknown) and not host.modules.has(module):
        yield _module(use, module)
    yield from _name(host, use, "nvme", "/etc/nvme/hostnqn", "nvme gen-hostnqn")
    native = host.argument("nvme-multipath-type", "") == "NVMe-Native"
    if native and not isinstance(host.nvme, Unknown) and host.nvme.enabled is False:
        yield Lack(use, "nvme-native", NOT_NATIVE, GO_NATIVE, host.nvme.span)


def _nvme_version(host: Host, use: Use) -> Iterator[Lack]:
    if isinstance(host.tools, Unknown) or host.tools.nvme_version is None:
        return
    found, wanted = host.tools.nvme_version, NVME_CLI[use]
    numbers = tuple(int(word) for word in found.split(".") if word.isdigit())
    if numbers and numbers < wanted:
        says = OLD_NVME.fill(found=found, wanted=".".join(map(str, wanted)))
        repair = INSTALL.fill(tool="nvme", package=f"nvme-cli {'.'.join(map(str, wanted))}")
        yield Lack(use, "nvme-version", says, repair, host.tools.nvme_version_span)
