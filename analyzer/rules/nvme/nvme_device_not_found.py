"""The driver found no NVMe device for a volume it had to stage on this node (NVMe over RoCE, TCP or Fibre Channel).

How we know
    The driver's log, the kubelet's journal or an event has one of the driver's NVMe texts, or `VolumeDeviceNotFound` of
    a volume that was published with a namespace GUID, or whose backend is NVMe; it is still attached here and was not
    staged since.  Each text names its cause: no portal in reach, discovery or connection refused, an nvme-cli that is
    too old or missing, NVMe native multipath switched off, a namespace that did not come.
Not reported here
    The same words of iSCSI and FC volumes (iscsi-device-not-found, fc-device-not-found).
False alarms
    An array that was away for a moment: the next try succeeds.
Remedy
    Reading commands; packages, modules, kernel parameters, network and mapping are mended by hand.
Source
    eSDK_K8S_Plugin, connector/nvme/nvme_helper.go and connector/connector_utils_nvme.go, V2.2.5.1 to v4.12; most texts
    since v4.11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolumes, PublishInfo, StorageBackends, VolumeAttachments
from analyzer.facts.failures import Failure, VolumeFailures
from analyzer.facts.host import KernelModules, PortalChecks
from analyzer.facts.logs import Signals
from analyzer.facts.nvme_multipath import NvmeMultipath
from analyzer.facts.tools import Tools
from analyzer.facts.transport import NvmeControllers
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import Cause, Through, node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.storage import not_found as common
from analyzer.rules.storage.not_found import Judged
from analyzer.texts import Text, lines

OLDEST_CLI = (1, 9)
NVME_WORDS = re.compile(
    r"No portal available|Cannot discover nvme target|Connect NVMe portal|NVMe-Native multipath is not enabled"
    r"|the current NVMe CLI version is not supported|symbolic link does not exist: /dev/disk/by-id/nvme-eui"
    r"|NVMe device path \S+ is not exist|Find device of lun:\S+ failed|Find channels failed"
)
REFUSED = re.compile(r"Cannot discover nvme target|Connect NVMe portal")
NO_FABRICS = re.compile(r"/dev/nvme-fabrics")

TITLE = Text(en="NVMe device not found", zh="未找到 NVMe 设备")
TITLE_OF = Text(en="NVMe device of {volume} not found", zh="未找到 {volume} 的 NVMe 设备")
NO_CLI = Text(
    en="The command nvme is not installed on this node: install nvme-cli (1.9 or newer; 2.0 or newer for TCP).",
    zh="该节点未安装 nvme 命令：请安装 nvme-cli（1.9 及以上；TCP 需 2.0 及以上）。",
)
OLD_CLI = Text(
    en="nvme-cli {version} is too old for the driver: 1.9 or newer is needed, 2.0 or newer for NVMe over TCP.",
    zh="nvme-cli {version} 版本过低，驱动不支持：需要 1.9 及以上，NVMe over TCP 需要 2.0 及以上。",
)
NO_MULTIPATH = Text(
    en="NVMe native multipath is switched off in the kernel (/sys/module/nvme_core/parameters/multipath is not Y), but "
    "the driver was set up to use it (nvmeMultipathType NVMe-Native).",
    zh="内核未启用 NVMe 原生多路径（/sys/module/nvme_core/parameters/multipath 不为 Y），但驱动配置为使用它"
    "（nvmeMultipathType 为 NVMe-Native）。",
)
NO_MODULE = Text(
    en="The kernel has no NVMe fabrics support loaded (/dev/nvme-fabrics is missing): modules nvme_tcp, nvme_rdma or "
    "nvme_fc by protocol.",
    zh="内核未加载 NVMe fabrics 支持（缺少 /dev/nvme-fabrics）：需按协议加载 nvme_tcp、nvme_rdma 或 nvme_fc 模块。",
)
PORTALS_GONE = Text(
    en="The driver found none of the portals of {volume} in reach: it pings each one first. The network, or a firewall "
    "that drops ICMP.",
    zh="驱动认为 {volume} 的业务端口均不可达（驱动会先 ping 每个端口）：请检查网络，或是否有防火墙丢弃 ICMP。",
)
REFUSAL = Text(
    en="The array's NVMe port refused or did not answer: {says}. Check the host's NQN and the portal on the array.",
    zh="阵列的 NVMe 端口拒绝或没有应答：{says}。请在阵列上检查主机 NQN 和业务端口。",
)
NO_CHANNEL = Text(
    en="No FC channel leads from this host to the ports of {volume}: zoning, or the array's FC-NVMe ports.",
    zh="该主机没有通往 {volume} 所需端口的 FC 通道：请检查 zone 划分或阵列的 FC-NVMe 端口。",
)
NO_NAMESPACE = Text(
    en="{live} connections to arrays are live, but the namespace of {volume} is not there: it is not mapped to this "
    "host's NQN on the array, or udev has not made its link /dev/disk/by-id/nvme-eui.*.",
    zh="到阵列的连接有 {live} 个处于 live 状态，但没有 {volume} 的命名空间：阵列未将其映射给该主机的 NQN，"
    "或 udev 未生成 /dev/disk/by-id/nvme-eui.* 链接。",
)
NO_CONNECTION = Text(
    en="No NVMe connection to an array is live on this node.", zh="该节点没有处于 live 状态的阵列 NVMe 连接。"
)
LIST = (
    common.SHARED,
    Text(en="- network: portals that do not answer;", zh="- 网络问题：业务端口无应答；"),
    Text(en="- the host's NQN is not known to the array;", zh="- 阵列上未登记该主机的 NQN；"),
    Text(en="- mapping of the namespace on the array;", zh="- 阵列上命名空间的映射问题；"),
    Text(en="- nvme-cli, kernel modules, NVMe multipath.", zh="- nvme-cli、内核模块或 NVMe 多路径问题。"),
)
SUBSYSTEMS = Text(en="List the NVMe subsystems and their controllers", zh="列出 NVMe 子系统及其控制器")
SUBSYSTEMS_EXPECT = Text(
    en="A controller of each portal of the volume, state live", zh="卷的每个业务端口均有 live 状态的控制器"
)
MULTIPATH = Text(en="Show whether NVMe native multipath is on", zh="查看是否启用 NVMe 原生多路径")
MULTIPATH_EXPECT = Text(
    en="Y. If N: add nvme_core.multipath=Y to the kernel's command line and reboot, or set nvmeMultipathType of the "
    "driver to HW-UltraPath-NVMe if UltraPath is installed",
    zh="Y。若为 N：在内核启动参数中加入 nvme_core.multipath=Y 并重启；若安装了 UltraPath，也可将驱动的 "
    "nvmeMultipathType 设为 HW-UltraPath-NVMe",
)
VERSION = Text(en="Show the version of nvme-cli", zh="查看 nvme-cli 版本")
VERSION_EXPECT = Text(en="nvme version 1.9 or newer (TCP: 2.0)", zh="nvme version 1.9 及以上（TCP：2.0 及以上）")
MODULES = Text(en="Show the NVMe modules that are loaded", zh="查看已加载的 NVMe 模块")
MODULES_EXPECT = Text(
    en="nvme_fabrics with nvme_tcp, nvme_rdma or nvme_fc. Load the missing one by its name with modprobe, and list it "
    "in /etc/modules-load.d",
    zh="包含 nvme_fabrics 以及 nvme_tcp、nvme_rdma 或 nvme_fc。缺少的模块请用 modprobe 加载，并写入 "
    "/etc/modules-load.d",
)


@node_rule(
    "nvme-device-not-found",
    Severity.ERROR,
    TITLE,
    explained_by=(Cause("array-unreachable"), Cause("mount-timeout-portal-unreachable", through=Through.VOLUME)),
)
def nvme_device_not_found(
    node: str,
    failures: VolumeFailures,
    signals: Signals | Unknown,
    attachments: VolumeAttachments | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    checks: PortalChecks | Unknown,
    controllers: NvmeControllers | Unknown,
    multipath: NvmeMultipath | Unknown,
    tools: Tools | Unknown,
    modules: KernelModules | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    found = 0
    for failure in failures.items:
        info = common.publish_info(node, failure.pv, attachments)
        by_words = NVME_WORDS.search(failure.says) is not None
        by_volume = common.NOT_FOUND.search(failure.says) and "waitDeviceDiscovery" not in failure.says
        if not by_words and not (by_volume and common.family(failure.pv, info, volumes, backends) == "nvme"):
            continue
        found += 1
        name = failure.pv or failure.volume or "?"
        known = (
            _host(node, failure.says, tools, multipath)
            or _said(node, name, failure.says, info, checks, signals, modules)
            or _namespace(node, name, failure.says, controllers)
        )
        message = common.MESSAGE.fill(volume=name)
        judged = known or Judged((message, *LIST), Certainty.POSSIBLE, (), (common.check_mapping(node, name),))
        says = (*known.says, message) if known else judged.says
        yield _finding(node, failure, judged, says, users_of_volumes(bindings, {failure.pv}))
    if not found:
        yield from unheard("nvme-device-not-found", node, failures)


def _finding(
    node: str, failure: Failure, judged: Judged, says: tuple[Text, ...], users: tuple[Affected, ...]
) -> Finding:
    listing = common.look(node, "nvme-subsystems", ("nvme", "list-subsys", "-o", "json"), SUBSYSTEMS, SUBSYSTEMS_EXPECT)
    return Finding(
        rule="nvme-device-not-found",
        severity=Severity.ERROR,
        certainty=judged.certainty,
        nodes=(node,),
        subject=failure.subject,
        title=TITLE_OF.fill(volume=failure.pv or failure.volume or "?"),
        cause=lines(*says),
        evidence=tuple(dict.fromkeys(Evidence.of(node, span) for span in (*failure.spans[:3], *judged.spans))),
        affects=users,
        steps=(*judged.steps, listing),
    )


def _host(node: str, says: str, tools: Tools | Unknown, multipath: NvmeMultipath | Unknown) -> Judged | None:
    """What stands in the way on the host itself."""
    if not isinstance(tools, Unknown) and tools.has("nvme") is False:
        tool = tools.get("nvme")
        return Judged((NO_CLI,), Certainty.CONFIRMED, (tool.span,) if tool else ())
    version = None if isinstance(tools, Unknown) else tools.nvme_version
    if "NVMe CLI version is not supported" in says or (version and _numbers(version) < OLDEST_CLI):
        span = None if isinstance(tools, Unknown) else tools.nvme_version_span
        printed = re.search(r"\[([^\]]*)\]", says)
        shown = version or (printed[1] if printed else "?")
        asked = common.look(node, "nvme-version", ("nvme", "version"), VERSION, VERSION_EXPECT)
        return Judged((OLD_CLI.fill(version=shown),), Certainty.CONFIRMED, (span,) if span else (), (asked,))
    if "NVMe-Native multipath is not enabled" in says:
        seen = None if isinstance(multipath, Unknown) else multipath.span
        path = "/sys/module/nvme_core/parameters/multipath"
        shown = common.look(node, "nvme-multipath", ("cat", path), MULTIPATH, MULTIPATH_EXPECT)
        return Judged((NO_MULTIPATH,), Certainty.CONFIRMED, (seen,) if seen else (), (shown,))
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _said(
    node: str,
    volume: str,
    says: str,
    info: PublishInfo | None,
    checks: PortalChecks | Unknown,
    signals: Signals | Unknown,
    modules: KernelModules | Unknown,
) -> Judged | None:
    if "Find channels failed" in says:
        return Judged((NO_CHANNEL.fill(volume=volume),), Certainty.LIKELY)
    hits = () if isinstance(signals, Unknown) else tuple(signals.of("driver-nvme-not-connected"))
    words = [says, *(hit.field("says") or "" for hit in hits)]
    spans = tuple(hit.spans[-1] for hit in hits[:2])
    if any(NO_FABRICS.search(one) for one in words) and _lacks_fabrics(modules):
        loaded = common.look(node, "nvme-modules", ("grep", "^nvme", "/proc/modules"), MODULES, MODULES_EXPECT)
        return Judged((NO_MODULE,), Certainty.CONFIRMED, spans, (loaded,))
    silent = common.portals(node, volume, info.portals if info else (), checks, signals)
    if silent is not None:
        return silent
    if "No portal available" in says:
        return Judged((PORTALS_GONE.fill(volume=volume),), Certainty.LIKELY)
    if REFUSED.search(says) or any(hit.field("says") for hit in hits):
        reason = says if REFUSED.search(says) else next(hit.field("says") or "" for hit in hits if hit.field("says"))
        return Judged((REFUSAL.fill(says=" ".join(reason.split())),), Certainty.LIKELY, spans)
    return None


def _lacks_fabrics(modules: KernelModules | Unknown) -> bool:
    return not isinstance(modules, Unknown) and not modules.has("nvme_fabrics")


def _namespace(node: str, volume: str, says: str, controllers: NvmeControllers | Unknown) -> Judged | None:
    if isinstance(controllers, Unknown):
        return None
    fabric = [one for one in controllers.controllers if one.transport in ("tcp", "rdma", "fc")]
    live = [one for one in fabric if one.state == "live"]
    if not live:
        return Judged((NO_CONNECTION, *LIST), Certainty.POSSIBLE, tuple(one.span for one in fabric))
    sure = Certainty.LIKELY if "symbolic link" in says or "Find device of lun" in says else Certainty.POSSIBLE
    found = NO_NAMESPACE.fill(live=len(live), volume=volume)
    return Judged((found,), sure, tuple(one.span for one in live[:2]), (common.check_mapping(node, volume),))
