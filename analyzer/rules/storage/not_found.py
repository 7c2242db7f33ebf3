"""What the rules about devices that were not found share: the volume's protocol, its portals, and what to look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import PersistentVolumes, PublishInfo, StorageBackends, VolumeAttachments
from analyzer.facts.host import PortalCheck, PortalChecks
from analyzer.facts.logs import Signals
from analyzer.facts.storage import Disk, DiskState, NodeStorage
from analyzer.findings import Certainty
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text

NOT_FOUND = re.compile(r"volume ?device ?not ?found", re.IGNORECASE)
FAMILY = {"iscsi": "iscsi", "fc": "fc", "roce": "nvme", "roce-nvme": "nvme", "tcp-nvme": "nvme", "fc-nvme": "nvme"}

MESSAGE = Text(
    en="The driver looked for the device of {volume} on this node and did not find it.",
    zh="驱动在该节点上查找 {volume} 的设备但未找到。",
)
SHARED = Text(en="The message is shared by several causes:", zh="该报错可能由多种原因引起：")
NO_ANSWER = Text(
    en="None of the portals of {volume} answers from this node ({portals}): the network, a firewall, or the array's "
    "ports.",
    zh="{volume} 的所有业务端口都无法从本节点访问（{portals}）：请检查网络、防火墙或阵列端口。",
)
NO_PING = Text(
    en="The portals of {volume} accept connections ({portals}) but do not answer ping. The driver pings a portal first "
    "and skips one that does not answer: allow ICMP echo between this node and the portals.",
    zh="{volume} 的业务端口可以建立 TCP 连接（{portals}），但不响应 ping。驱动会先 ping 端口，不通则跳过："
    "请放通本节点与业务端口之间的 ICMP echo。",
)
SOME_ANSWER = Text(
    en="- the network: {portals} do not answer from this node, the others do;",
    zh="- 网络问题：{portals} 无法从本节点访问，其他端口正常；",
)
LOSES = Text(
    en="- the network loses packets: {portal} answered {received} of {sent} echo requests;",
    zh="- 网络丢包：{portal} 只应答了 {sent} 个 ping 请求中的 {received} 个；",
)
PORTALS_FINE = Text(
    en="Ruled out: the network; the portals {portals} answer.", zh="已排除：网络问题；业务端口 {portals} 均有应答。"
)
RESIDUAL = Text(
    en="A residual disk of this node holds the LUN number of {volume}: {disks}. A new LUN cannot appear under it. "
    "Remove the residual as its own finding tells; the kubelet then tries again by itself.",
    zh="本节点的残留盘符占用了 {volume} 的 LUN 号：{disks}。新 LUN 无法以该 LUN 号出现。"
    "请按对应问题的步骤清除残留，之后 kubelet 会自动重试。",
)
MAPPING_DO = Text(
    en="On the array, check that the LUN of {volume} is mapped to this host with its initiator, on each array of a "
    "HyperMetro pair, and that the host's initiator is online",
    zh="在阵列上检查 {volume} 的 LUN 是否映射给了该主机及其启动器（双活场景下两台阵列都要检查），且启动器状态为在线",
)
NETWORK_DO = Text(
    en="Check the way from this node to the portals {portals}: address and VLAN of the storage interface (`ip addr`), "
    "route (`ip route get ADDRESS`), firewall, the array's logical ports",
    zh="检查本节点到业务端口 {portals} 的链路：存储网口的地址和 VLAN（`ip addr`）、路由（`ip route get 地址`）、"
    "防火墙、阵列逻辑端口",
)
IT_IS_SO = Text(en="It is so", zh="确认无误")
COLLECT = Text(en="Collect again after the change, and compare the bundles.", zh="修改后重新采集，并比较两次的诊断包。")


@dataclass(frozen=True, slots=True)
class Judged:
    """A cause with its certainty, its evidence, and its own steps."""

    says: tuple[Text, ...]
    certainty: Certainty
    spans: tuple[Span, ...] = ()
    steps: tuple[Step, ...] = ()


def publish_info(node: str, pv: str, attachments: VolumeAttachments | Unknown) -> PublishInfo | None:
    if isinstance(attachments, Unknown):
        return None
    return next((one.publish_info for one in attachments.items if (one.node, one.pv) == (node, pv)), None)


def family(
    pv: str, info: PublishInfo | None, volumes: PersistentVolumes | Unknown, backends: StorageBackends | Unknown
) -> str:
    """iscsi, fc or nvme: by what the volume was published with, else by its backend; "" where neither tells."""
    if info is not None and (info.iqns or info.wwpns or info.lun_guid):
        return "iscsi" if info.iqns else "fc" if info.wwpns else "nvme"
    if isinstance(volumes, Unknown) or isinstance(backends, Unknown):
        return ""
    backend = next((one.backend for one in volumes.items if one.name == pv), None)
    return next((FAMILY.get(one.protocol.lower(), "") for one in backends.items if one.name == backend), "")


def portals(
    node: str, volume: str, wanted: Iterable[str], checks: PortalChecks | Unknown, signals: Signals | Unknown
) -> Judged | None:
    """Whether the portals answer; None when nobody asked them all, or some answer."""
    asked = list(_asked(tuple(wanted), checks))
    refused = _driver_says(tuple(wanted), signals)
    if not asked or any(tcp is None and ping is None for _, ping, tcp, _ in asked):
        return None
    names, spans = ", ".join(name for name, *_ in asked), tuple(span for *_, span in asked)
    if all(not _answers(ping, tcp) for _, ping, tcp, _ in asked):
        sure = Certainty.CONFIRMED if refused else Certainty.LIKELY
        steps = (_check(node, "portals", NETWORK_DO.fill(portals=names)),)
        return Judged((NO_ANSWER.fill(volume=volume, portals=names),), sure, (*spans, *refused), steps)
    if refused and all(ping is False and tcp for _, ping, tcp, _ in asked):
        return Judged((NO_PING.fill(volume=volume, portals=names),), Certainty.CONFIRMED, (*spans, *refused))
    return None


def about_portals(wanted: Iterable[str], checks: PortalChecks | Unknown) -> Iterator[Text]:
    """Which portals do not answer, or that all do."""
    asked = list(_asked(tuple(wanted), checks))
    silent = [name for name, ping, tcp, _ in asked if not _answers(ping, tcp)]
    if silent:
        yield SOME_ANSWER.fill(portals=", ".join(silent))
    lossy = [check for check in _checks(tuple(wanted), checks) if check.received and check.lost]
    for check in lossy:
        name, received, sent = f"{check.address}:{check.port}", f"{check.received}", f"{check.sent}"
        yield LOSES.fill(portal=name, received=received, sent=sent)
    if asked and not silent and not lossy:
        yield PORTALS_FINE.fill(portals=", ".join(name for name, *_ in asked))


def residual(volume: str, info: PublishInfo | None, storage: NodeStorage | Unknown) -> Judged | None:
    """A disk on one of the volume's targets, under its LUN number, whose own LUN the array took away."""
    if info is None or isinstance(storage, Unknown):
        return None
    targets = {*info.iqns, *(one.lower().removeprefix("0x").replace(":", "") for one in info.wwpns)}
    own = f"3{info.lun_wwn}"
    held = [
        disk
        for disk in storage.disks
        if disk.state is DiskState.GONE
        and disk.target in targets
        and lun_of(disk) in info.host_luns
        and disk.wwid != own
    ]
    if not held:
        return None
    names = ", ".join(f"{disk.name} ({disk.device.hctl}, {disk.wwid})" for disk in held)
    says = RESIDUAL.fill(volume=volume, disks=names)
    return Judged((says,), Certainty.LIKELY, tuple(disk.device.span for disk in held))


def lun_of(disk: Disk) -> str:
    return (disk.device.hctl or "").rpartition(":")[2]


def check_mapping(node: str, volume: str) -> Step:
    return _check(node, f"mapping-{volume}", MAPPING_DO.fill(volume=volume))


def look(node: str, target: str, argv: tuple[str, ...], does: Text, expect: Text) -> Step:
    return Step(node, Phase.CHECK, target, Effect.READS, does, Command(argv), expect, COLLECT)


def _check(node: str, target: str, does: Text) -> Step:
    return Step(node, Phase.CHECK, target, Effect.READS, does, None, IT_IS_SO, COLLECT)


def _asked(
    wanted: tuple[str, ...], checks: PortalChecks | Unknown
) -> Iterator[tuple[str, bool | None, bool | None, Span]]:
    for one in _checks(wanted, checks):
        yield f"{one.address}:{one.port}", one.ping, one.tcp, one.span


def _checks(wanted: tuple[str, ...], checks: PortalChecks | Unknown) -> Iterator[PortalCheck]:
    addresses = {address_of(portal) for portal in wanted}
    found = () if isinstance(checks, Unknown) else checks.checks
    return (one for one in found if one.address in addresses)


def _answers(ping: bool | None, tcp: bool | None) -> bool:
    return bool(tcp) if tcp is not None else bool(ping)


def _driver_says(wanted: tuple[str, ...], signals: Signals | Unknown) -> tuple[Span, ...]:
    if isinstance(signals, Unknown):
        return ()
    addresses = {address_of(portal) for portal in wanted}
    hits = signals.of("driver-portal-unreachable")
    return tuple(hit.spans[-1] for hit in hits if address_of(hit.field("portal") or "") in addresses)


def address_of(portal: str) -> str:
    """`192.0.2.1:3260`, `[2001:db8::1]:3260` or a bare address, without the port."""
    if portal.startswith("["):
        return portal[1:].partition("]")[0]
    return portal.partition(":")[0] if portal.count(":") == 1 else portal
