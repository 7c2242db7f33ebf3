"""Maps have lost some of their paths and still work on the others.  Nothing is stale, and nothing may be removed.

How we know
    At least one path of the map is usable and at least one is not: its session is not logged in or its port not online,
    its device is blocked or offline, its checker or the kernel has failed it, or the array denies the LUN there.  Paths
    lost with one link are one finding: it names the portal of the session, or the host's own port where that is not
    Online, or else the array's port that the host sees no more.
Not reported here
    Maps without any usable path (array-unreachable, residual-multipath-map).
False alarms
    Right after a fault everything still prints `active ready`, since idle paths are checked every 20 s only.
Remedy
    Restore the link, or the mapping on the array, by hand.  Nothing is removed: the LUN is alive on another path.
Source
    Capture of a real kernel: path_down, with `i/o pending` in its first seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.multipath import MultipathMaps
from analyzer.facts.storage import Disk, NodeStorage, StorageMap, Transport
from analyzer.facts.transport import AdmSessions, FcPort, FcPorts
from analyzer.findings import Certainty, Finding, Severity
from analyzer.impact import users_of_luns
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import Cause, node_rule
from analyzer.rules.storage import proof
from analyzer.texts import Text, lines

TITLE_LINK = Text(
    en="Link down ({link}): {count} maps run on fewer paths", zh="链路中断（{link}）：{count} 个多路径设备路径减少"
)
TITLE_MAP = Text(en="Map {map} runs on fewer paths", zh="多路径设备 {map} 路径减少")
CAUSE_LINK = Text(
    en="The link {link} is down, so that {maps} have lost these paths: {disks}. They still work on the others. "
    "Nothing is stale: nothing is to be removed.",
    zh="链路 {link} 中断，{maps} 失去了以下路径：{disks}。它们仍可通过其他路径工作。没有残留，不要清除任何设备。",
)
CAUSE_PORT = Text(
    en="This host's port {link} (WWPN {wwpn}) is {state}, so that {maps} have lost these paths: {disks}. They still "
    "work on the others. Nothing is stale: nothing is to be removed.",
    zh="该主机的端口 {link}（WWPN {wwpn}）状态为 {state}，{maps} 失去了以下路径：{disks}。它们仍可通过其他路径工作。"
    "没有残留，不要清除任何设备。",
)
CAUSE_MAP = Text(
    en="{maps} has lost these paths, although their link is up: {disks}. It still works on the others. "
    "Nothing is stale: nothing is to be removed.",
    zh="{maps} 失去了以下路径，但其链路正常：{disks}。它仍可通过其他路径工作。没有残留，不要清除任何设备。",
)
BEYOND = Text(
    en="This host's own port {port} (WWPN {wwpn}) is {state}: the link is lost beyond it.",
    zh="该主机自身的端口 {port}（WWPN {wwpn}）状态为 {state}：链路在其对端一侧中断。",
)
DO_LINK = Text(
    en="Restore the link {link}: cable, switch, port, array controller. The paths come back by themselves.",
    zh="恢复链路 {link}：线缆、交换机、端口、阵列控制器。路径会自动恢复。",
)
DO_PORT = Text(
    en="Restore the link of this host's port {link} (WWPN {wwpn}): its cable and transceiver, the switch port it is "
    "plugged into. The paths come back by themselves.",
    zh="恢复该主机端口 {link}（WWPN {wwpn}）的链路：检查线缆、光模块及其所连接的交换机端口。路径会自动恢复。",
)
DO_MAP = Text(
    en="On the array, check that {maps} is mapped to this host on every controller.",
    zh="在阵列上检查 {maps} 是否在每个控制器上都映射给了该主机。",
)


@node_rule(
    "path-degraded",
    Severity.WARNING,
    Text(en="Paths lost", zh="路径减少"),
    explained_by=(Cause("array-unreachable"),),
)
def path_degraded(
    node: str,
    storage: NodeStorage,
    printed: MultipathMaps,
    sessions: AdmSessions | Unknown,
    bindings: Bindings | Unknown,
    ports: FcPorts | Unknown,
) -> Iterator[Finding]:
    lost: dict[str, dict[str, StorageMap]] = {}
    ways = Ways(sessions, ports)
    for storage_map in storage.maps:
        if not storage_map.is_usable:
            continue
        for disk in storage_map.disks:
            if not disk.is_usable:
                lost.setdefault(_cause(disk, storage_map, ways), {})[storage_map.wwid] = storage_map
    for subject, maps in lost.items():
        yield _finding(node, subject, tuple(maps.values()), ways, bindings)


@dataclass(frozen=True, slots=True)
class Ways:
    """To the array: what is known of sessions and ports."""

    sessions: AdmSessions | Unknown
    ports: FcPorts | Unknown

    def portal(self, disk: Disk) -> str | None:
        for session in () if isinstance(self.sessions, Unknown) else self.sessions.sessions:
            if f"session{session.sid}" == disk.device.session:
                return session.portal.partition(",")[0]
        return None

    def own_port(self, disk: Disk) -> FcPort | None:
        """The host's, by the first number of the disk's address."""
        number = (disk.device.hctl or "").partition(":")[0]
        hosts = () if isinstance(self.ports, Unknown) else self.ports.hosts
        return next((port for port in hosts if str(port.host) == number), None)


def _cause(disk: Disk, storage_map: StorageMap, ways: Ways) -> str:
    """The subject: the link that is down, else the map."""
    if disk.transport is not Transport.DOWN:
        return storage_map.subject
    portal, own = ways.portal(disk), ways.own_port(disk)
    if portal is not None:
        return f"portal:{portal}"
    if own is not None and _is_down(own):
        return f"link:{own.name}"
    return f"link:{disk.device.session or disk.target or '?'}"


def _is_down(port: FcPort) -> bool:
    return port.port_state is not None and port.port_state != "Online"


def _finding(
    node: str, subject: str, maps: tuple[StorageMap, ...], ways: Ways, bindings: Bindings | Unknown
) -> Finding:
    is_link = not subject.startswith("wwid:")
    link = subject.partition(":")[2]
    disks = tuple(
        disk for one in maps for disk in one.disks if not disk.is_usable and _cause(disk, one, ways) == subject
    )
    own = ways.own_port(disks[0]) if subject.startswith("link:") else None
    is_own = own is not None and own.name == link
    names = _names(link, maps, disks, own)
    says, does = (CAUSE_PORT, DO_PORT) if is_own else (CAUSE_LINK, DO_LINK) if is_link else (CAUSE_MAP, DO_MAP)
    spans = [one.printed.span for one in maps if one.printed is not None]
    spans += [span for disk in disks for span in (*disk.transport_spans[:2], disk.device.span)]
    return Finding(
        rule="path-degraded",
        severity=Severity.WARNING,
        certainty=Certainty.CONFIRMED,
        nodes=(node,),
        subject=subject,
        title=(TITLE_LINK.fill(link=link, count=len(maps)) if is_link else TITLE_MAP.fill(map=maps[0].name)),
        cause=lines(says.fill(**names), *([BEYOND.fill(**names)] if own is not None and not is_own else [])),
        evidence=proof.quoted(node, [own.span, *spans] if own is not None else spans),
        affects=users_of_luns(bindings, (one.wwid for one in maps)),
        steps=(step_by_hand(node, f"restore-{link}", does.fill(**names)),),
    )


def _names(link: str, maps: tuple[StorageMap, ...], disks: tuple[Disk, ...], own: FcPort | None) -> dict[str, str]:
    names = {
        "link": link,
        "maps": ", ".join(f"{one.name} ({one.wwid})" for one in maps),
        "disks": ", ".join(f"{disk.name} ({disk.device.state or '?'})" for disk in disks),
    }
    if own is not None:
        wwpn = (own.port_name or "?").removeprefix("0x")
        names |= {"port": own.name, "wwpn": wwpn, "state": own.port_state or "?"}
    return names
