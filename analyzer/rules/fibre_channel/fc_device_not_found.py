"""The driver found no Fibre Channel device for a volume it had to stage on this node.

How we know
    The driver's log says `Stage volume … error: failed to execute waitDeviceDiscovery. VolumeDeviceNotFound` (before
    it: `Fibre Channel volume device not found.`), or the kubelet's journal or an event of the pod says so; and the
    volume is still attached to this node and was not staged since.  Or it says that there is no FC support, no FC port
    that is Online, or no FC device at all.  sysfs tells which: no port, none Online, none of the target ports seen.
Not reported here
    The same words of iSCSI and NVMe volumes (iscsi-device-not-found, nvme-device-not-found).
False alarms
    The message does not tell its cause.  Residual maps or disks on the same node are the usual one (a residual keeps
    its LUN number, and a new LUN cannot appear under it); then this finding is folded under them.  Else it stays
    possible, with what is left: zoning, mapping on the array, the HBA.  Where the node sees none of the volume's target
    ports, that is told as likely.
Remedy
    Folded under a residual: the residual's removal.  Else reading commands, and what to check on switches and array.
Source
    Huawei CSI FAQ, case 2; eSDK_K8S_Plugin, connector/fibrechannel/fc_helper.go, V2.2.13.1 to v4.12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolumes, PublishInfo, StorageBackends, VolumeAttachments
from analyzer.facts.failures import Call, Failure, VolumeFailures
from analyzer.facts.logs import Signals
from analyzer.facts.transport import FcPort, FcPorts
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import Cause, node_rule
from analyzer.rules.fibre_channel import port_steps
from analyzer.rules.hearing import unheard
from analyzer.rules.storage.not_found import family, publish_info
from analyzer.texts import Text, lines

STEP = "waitDeviceDiscovery"  # only the driver's FC connector has it
NO_TARGET = "can not find any Fibre Channel devices"
NO_SUPPORT = re.compile(r"no Fibre Channel support detected on system|there is no available port")
NOT_FOUND = re.compile(rf"volume ?device ?not ?found|{NO_TARGET}|{NO_SUPPORT.pattern}", re.IGNORECASE)

TITLE = Text(en="Fibre Channel device not found", zh="未找到 Fibre Channel 设备")
TITLE_OF = Text(en="Fibre Channel device of {volume} not found", zh="未找到 {volume} 的 Fibre Channel 设备")
RESIDUALS = Text(
    en="Residual disks on this node: a residual keeps its LUN number, and a new LUN cannot appear under it, so that "
    "the driver finds no device. Remove the residuals; the kubelet then tries again by itself.",
    zh="该节点上有残留盘符：残留设备仍占用其 LUN 号，新 LUN 无法以该 LUN 号出现，导致驱动找不到设备。"
    "清除残留后，kubelet 会自动重试。",
)
CAUSE = Text(
    en="The driver looked for the device of {volume} on this node and did not find it.",
    zh="驱动在该节点上查找 {volume} 的设备但未找到。",
)
SHARED = Text(en="The message is shared by several causes:", zh="该报错可能由多种原因引起：")
NO_PORT = Text(en="No FC port of this node is Online: {ports}.", zh="该节点没有处于 Online 状态的 FC 端口：{ports}。")
NO_ADAPTER = Text(
    en="This node has no Fibre Channel port at all (/sys/class/fc_host): no HBA, or its driver is not loaded.",
    zh="该节点没有任何 Fibre Channel 端口（/sys/class/fc_host）：未安装 HBA 卡，或其驱动未加载。",
)
NO_SUCH_DEVICE = Text(
    en="The driver saw no Fibre Channel device of any array: the zoning, the cabling, or no mapping at all.",
    zh="驱动没有看到任何阵列的 Fibre Channel 设备：请检查 zone 划分、线缆，或阵列上完全没有映射。",
)
NOT_SEEN = Text(
    en="This node sees none of the volume's target ports ({wwpns}): the zoning, the cabling, or the array's ports.",
    zh="该节点看不到该卷的任何目标端口（{wwpns}）：请检查 zone 划分、线缆或阵列端口。",
)
ZONING = Text(
    en="- zoning or cabling: the node does not see the array's target ports;",
    zh="- zone 划分或线缆问题：节点看不到阵列的目标端口；",
)
MAPPING = Text(
    en="- mapping: the LUN is not mapped to this host's initiators on the array, or to only some of them;",
    zh="- 映射问题：阵列上 LUN 未映射给该主机的启动器，或只映射给了部分启动器；",
)
ADAPTER = Text(en="- the HBA, its driver or firmware;", zh="- HBA 卡、其驱动或固件问题；")
METRO = Text(
    en="- HyperMetro: the device of one of the two arrays is missing.", zh="- HyperMetro 双活：两台阵列之一的设备缺失。"
)
SEEN = Text(
    en="Ruled out: the zoning of {wwpns}; these target ports are visible and Online here.",
    zh="已排除：{wwpns} 的 zone 划分；这些目标端口在该节点可见且状态为 Online。",
)


@node_rule(
    "fc-device-not-found",
    Severity.ERROR,
    TITLE,
    explained_by=(Cause("residual-multipath-map", says=RESIDUALS), Cause("residual-scsi-disk", says=RESIDUALS)),
)
def fc_device_not_found(
    node: str,
    failures: VolumeFailures,
    signals: Signals | Unknown,
    ports: FcPorts | Unknown,
    attachments: VolumeAttachments | Unknown,
    bindings: Bindings | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
) -> Iterator[Finding | Inconclusive]:
    found = [(one, publish_info(node, one.pv, attachments)) for one in failures.saying(NOT_FOUND)]
    found = [(one, info) for one, info in found if _is_fc(one, family(one.pv, info, volumes, backends))]
    found = found or [(one, None) for one in _without_a_volume(signals)]
    for failure, info in found:
        yield _finding(node, failure, info, ports, users_of_volumes(bindings, {failure.pv}))
    if not found:
        yield from unheard("fc-device-not-found", node, failures)


def _is_fc(failure: Failure, protocol: str) -> bool:
    words = STEP in failure.says or NO_TARGET in failure.says or NO_SUPPORT.search(failure.says)
    return bool(words) or protocol == "fc"


def _without_a_volume(signals: Signals | Unknown) -> Iterator[Failure]:
    """The driver's message as such, when no line that names a volume is in the log."""
    if isinstance(signals, Unknown) or any(signals.of("driver-stage-failed", "driver-volume-staged")):
        return
    for hit in signals.of("driver-fc-device-not-found"):
        yield Failure("", "", Call.STAGE, "", STEP, hit.total, hit.first, hit.last, hit.spans[-1:], ())


def _finding(
    node: str, failure: Failure, info: PublishInfo | None, ports: FcPorts | Unknown, users: tuple[Affected, ...]
) -> Finding:
    says, certainty, seen = _causes(failure.says, info, ports)
    volume = failure.pv or failure.volume or "?"
    message = CAUSE.fill(volume=volume)
    return Finding(
        rule="fc-device-not-found",
        severity=Severity.ERROR,
        certainty=certainty,
        nodes=(node,),
        subject=failure.subject,
        title=TITLE_OF.fill(volume=volume),
        cause=lines(message, *says) if certainty is Certainty.POSSIBLE else lines(*says, message),
        evidence=tuple(Evidence.of(node, span) for span in (*failure.spans, *seen)),
        affects=users,
        steps=port_steps.look_into(node, volume, _host_wwpns(ports), users, zoning=certainty is Certainty.LIKELY),
    )


Left = tuple[list[Text], Certainty, tuple[Span, ...]]  # the cause, how sure that is, and the lines that say so


def _causes(said: str, info: PublishInfo | None, ports: FcPorts | Unknown) -> Left:
    if isinstance(ports, Unknown):
        return [SHARED, ZONING, MAPPING, ADAPTER, METRO], Certainty.POSSIBLE, ()
    return _on_the_host(said, ports) or _beyond(said, info, ports)


def _on_the_host(said: str, ports: FcPorts) -> Left | None:
    """No port, or none that is Online."""
    if not ports.hosts:
        return [NO_ADAPTER], Certainty.CONFIRMED if NO_SUPPORT.search(said) else Certainty.LIKELY, ()
    if any(map(_is_online, ports.hosts)):
        return None
    states = ", ".join(f"{port.name} {port.port_state}" for port in ports.hosts)
    return [NO_PORT.fill(ports=states)], Certainty.LIKELY, tuple(port.span for port in ports.hosts)


def _beyond(said: str, info: PublishInfo | None, ports: FcPorts) -> Left:
    """The way to the array's ports, else what no node can tell."""
    online = tuple(port.span for port in ports.hosts if _is_online(port))
    wanted = {_plain(wwpn) for wwpn in info.wwpns} if info else set()
    if not wanted and NO_TARGET in said and not any(map(_is_online, ports.remote_ports)):
        return [NO_SUCH_DEVICE], Certainty.LIKELY, online
    if not wanted:
        return [SHARED, ZONING, MAPPING, ADAPTER, METRO], Certainty.POSSIBLE, ()
    seen = [port for port in ports.remote_ports if _plain(port.port_name or "") in wanted and _is_online(port)]
    if not seen:
        return [NOT_SEEN.fill(wwpns=", ".join(sorted(wanted)))], Certainty.LIKELY, online
    names = {_plain(port.port_name or "") for port in seen}
    zoning = [ZONING] if names != wanted else []
    says = [SHARED, *zoning, MAPPING, ADAPTER, METRO, SEEN.fill(wwpns=", ".join(sorted(names)))]
    return says, Certainty.POSSIBLE, tuple(port.span for port in seen)


def _is_online(port: FcPort) -> bool:
    return port.port_state == "Online"


def _host_wwpns(ports: FcPorts | Unknown) -> tuple[str, ...]:
    return () if isinstance(ports, Unknown) else tuple(_plain(port.port_name or "") for port in ports.hosts)


def _plain(wwpn: str) -> str:
    """`0x2100…` of sysfs and `2100…` or `21:00:…` of the array, as one."""
    return wwpn.lower().removeprefix("0x").replace(":", "")
