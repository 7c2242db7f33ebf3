"""A storage portal does not answer nodes whose volumes need it: their mounts time out, their devices are not found.

How we know
    From the node the portal's TCP port (2049 of NFS, else the one of its publishInfo) could not be opened, nor did it
    answer ping, when the bundle was made; and the driver failed there to mount a share from it, or found no device of a
    volume all of whose portals are out of reach.  All nodes are told in one finding, with those that do reach it:
    so a portal that is down is told from a node without a route.  The error of the connection tells a port that nobody
    listens on from packets that are dropped.
Not reported here
    A portal that only ping does not reach, of an NFS backend: ping may be filtered, and mount does not need it.
False alarms
    Nodes that are not meant to use this storage: they are named only beside nodes that failed.  A portal that nobody
    reaches, although no failure is known, is a warning: pods that use it hang rather than fail.
Remedy
    Other nodes reach it: the address, VLAN, route or firewall of the node.  Nobody does: the array's logical port, its
    service, the switch.  ping answers but TCP does not: the service is off, or a firewall filters the port.  The iSCSI
    and NVMe parts of the driver ping a portal first, and skip it when ping is filtered.
Source
    Huawei CSI FAQ, case 4, cause 1; eSDK_K8S_Plugin, connector/iscsi/iscsi_helper.go; recorded: nfs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolumes, Pods, StorageBackend, StorageBackends, VolumeAttachments
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import PortalCheck, PortalChecks
from analyzer.facts.logs import Signals
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_held_up
from analyzer.rules import cluster_rule
from analyzer.rules.nfs import measured, path_steps
from analyzer.rules.nfs.mounts import NFS, NFS_PORT, address_of
from analyzer.rules.nfs.needed_portals import NeedsPortal, failed_devices, failed_shares
from analyzer.runbook import Step
from analyzer.texts import Text, lines

RULE = "mount-timeout-portal-unreachable"
QUOTED_NODES = 5
FIRST_NODES = 2  # whose steps are given: the others are the same

TITLE = Text(en="Storage portal cannot be reached", zh="存储业务 IP 不通")
TITLE_OF = Text(en="Storage portal {portal} cannot be reached", zh="存储业务 IP {portal} 不通")
CAUSE = Text(
    en="The storage portal {portal} (TCP {port}) cannot be reached from {nodes}, so the driver cannot mount or attach "
    "its volumes there.",
    zh="{nodes} 无法访问存储业务 IP {portal}（TCP {port}），因此驱动无法在这些节点上挂载其卷。",
)
SERVICE = Text(
    en="It answers ping, but the port cannot be opened: the service on the array is off, or a firewall filters the "
    "port.",
    zh="该地址可以 ping 通，但端口无法连接：阵列上的服务未开启，或端口被防火墙过滤。",
)
PING_ONLY = Text(
    en="The port can be opened, but ping is not answered: ICMP is filtered. The driver pings a portal first and skips "
    "it when there is no answer, so ICMP must be let through.",
    zh="端口可以连接，但 ping 无应答：ICMP 被过滤。驱动会先 ping 业务 IP，无应答则跳过，因此必须放通 ICMP。",
)
OTHERS_DO = Text(
    en="Other nodes reach it ({nodes}): the portal works, and the fault is on the way from these nodes: address, VLAN, "
    "route, cable or firewall.",
    zh="其他节点可以访问（{nodes}）：业务 IP 正常，问题在上述节点到它的通路上：地址、VLAN、路由、线缆或防火墙。",
)
NOBODY_DOES = Text(
    en="None of the {count} nodes that were asked reaches it: the portal itself, its link, its switch, or a wrong "
    "address in the backend.",
    zh="被询问的 {count} 个节点均无法访问：业务 IP 本身、其链路、交换机故障，或后端配置的地址有误。",
)
ONE_ASKED = Text(
    en="Only this node was asked, so it is open whether the portal or the node's own way to it is at fault.",
    zh="仅采集了该节点，无法判断是业务 IP 故障还是该节点到它的通路故障。",
)
NOT_YET = Text(
    en="No failed mount is known; what is mounted already hangs until the portal answers again.",
    zh="目前没有挂载失败的记录；已挂载的卷会一直挂起，直到业务 IP 恢复应答。",
)


@dataclass(frozen=True, slots=True)
class _Case:
    """A portal, the nodes that cannot reach it, and the volumes that failed there."""

    portal: str
    port: int
    cut_off: tuple[tuple[str, PortalCheck], ...]
    reached_from: tuple[str, ...]
    volumes: frozenset[str]
    spans: tuple[tuple[str, Span], ...]
    ping_only: bool = False

    @property
    def address(self) -> str:
        return address_of(self.portal, self.port)


@cluster_rule(RULE, Severity.ERROR, TITLE)
def mount_timeout_portal_unreachable(
    checks: Across[PortalChecks],
    failures: Across[VolumeFailures],
    signals: Across[Signals],
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    attachments: VolumeAttachments | Unknown,
    pods: Pods | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    failed = [
        *failed_shares(failures, signals, volumes, backends),
        *failed_devices(failures, signals, attachments),
    ]
    for case in (*_cases(failed, checks), *_silent(failed, checks, volumes, backends, pods)):
        yield _finding(case, pods, bindings)
    asked = {node for node, _ in checks.known()}
    for node in sorted({one.node for one in failed} - asked):
        unknown = checks.of(node)
        if isinstance(unknown, Unknown):
            yield Inconclusive(RULE, node, (unknown,))
    if not failed:
        for node, unknown in failures.unknown():
            yield Inconclusive(RULE, node, (unknown,))


def _cases(failed: Iterable[NeedsPortal], checks: Across[PortalChecks]) -> Iterator[_Case]:
    """One a portal; a volume with several portals counts when none of them can be used."""
    blamed: dict[tuple[str, int, bool], list[NeedsPortal]] = {}
    for one in failed:
        answers = [_check(one.node, portal, checks) for portal in sorted(one.portals)]
        if answers and all(answer is not None and not _is_usable(answer, one.is_block) for answer in answers):
            for answer in answers:
                if answer is not None:
                    blamed.setdefault((answer.address, answer.port, bool(answer.tcp)), []).append(one)
    for (address, port, ping_only), suffering in sorted(blamed.items(), key=lambda item: item[0]):
        cut_off = tuple(_cut_off(address, port, checks, ping_only=ping_only))
        yield _Case(
            portal=address,
            port=port,
            cut_off=cut_off,
            reached_from=_reached_from(address, port, checks, ping_only=ping_only),
            volumes=frozenset(one.pv for one in suffering if one.pv),
            spans=tuple((one.node, span) for one in suffering[:QUOTED_NODES] for span in one.spans[:3]),
            ping_only=ping_only,
        )


def _silent(
    failed: list[NeedsPortal],
    checks: Across[PortalChecks],
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    pods: Pods | Unknown,
) -> Iterator[_Case]:
    """NFS portals that nobody reaches, though pods on such nodes use them; of which no failure is known."""
    if isinstance(volumes, Unknown) or isinstance(backends, Unknown) or isinstance(pods, Unknown):
        return
    told = {portal for one in failed for portal in one.portals}
    for backend in backends.items:
        for portal in backend.portals if backend.protocol.lower() in NFS else ():
            address = portal.strip("[]")
            cut_off = tuple(_cut_off(address, NFS_PORT, checks, ping_only=False))
            used = _used_on({node for node, _ in cut_off}, backend, volumes, pods)
            reached = _reached_from(address, NFS_PORT, checks, ping_only=False)
            if used and not reached and (address, NFS_PORT) not in told:
                yield _Case(address, NFS_PORT, cut_off, (), used, ())


def _used_on(nodes: set[str], backend: StorageBackend, volumes: PersistentVolumes, pods: Pods) -> frozenset[str]:
    here = {(pod.namespace, claim) for pod in pods.items if pod.node in nodes for claim in pod.claims}
    own = (one for one in volumes.items if one.backend == backend.name)
    return frozenset(one.name for one in own if (one.claim_namespace, one.claim_name) in here)


def _check(node: str, portal: tuple[str, int], checks: Across[PortalChecks]) -> PortalCheck | None:
    known = checks.of(node)
    if not isinstance(known, PortalChecks):
        return None
    return next((one for one in known.checks if (one.address, one.port) == portal), None)


def _is_usable(check: PortalCheck, is_block: bool) -> bool:
    """By this kind of volume, as far as is known."""
    return check.tcp is not False and not (is_block and check.tcp and check.ping is False)


def _cut_off(
    address: str, port: int, checks: Across[PortalChecks], *, ping_only: bool
) -> Iterator[tuple[str, PortalCheck]]:
    for node, _ in checks.known():
        check = _check(node, (address, port), checks)
        if check is not None and (check.tcp is True and check.ping is False if ping_only else check.tcp is False):
            yield node, check


def _reached_from(address: str, port: int, checks: Across[PortalChecks], *, ping_only: bool) -> tuple[str, ...]:
    asked = ((node, _check(node, (address, port), checks)) for node, _ in checks.known())
    return tuple(node for node, one in asked if one and one.tcp is True and (one.ping is True or not ping_only))


def _finding(case: _Case, pods: Pods | Unknown, bindings: Bindings | Unknown) -> Finding:
    nodes = tuple(node for node, _ in case.cut_off)
    evidence = (
        *(Evidence.of(node, span) for node, span in case.spans),
        *(Evidence.of(node, check.span) for node, check in case.cut_off[:QUOTED_NODES]),
    )
    return Finding(
        rule=RULE,
        severity=Severity.ERROR if case.spans else Severity.WARNING,
        certainty=Certainty.CONFIRMED,
        nodes=nodes,
        subject=f"portal:{case.address}",
        title=TITLE_OF.fill(portal=case.portal),
        cause=lines(*_says(case, nodes)),
        evidence=evidence,
        affects=users_held_up(bindings, pods, case.volumes, nodes),
        steps=tuple(_steps(case, nodes)),
    )


def _says(case: _Case, nodes: tuple[str, ...]) -> Iterator[Text]:
    yield CAUSE.fill(portal=case.portal, port=case.port, nodes=_few(nodes))
    if case.ping_only:
        yield PING_ONLY
    elif all(check.ping for _, check in case.cut_off):
        yield SERVICE
    yield from _why(case)
    if case.reached_from:
        yield OTHERS_DO.fill(nodes=_few(case.reached_from))
    elif len(nodes) == 1:
        yield ONE_ASKED
    else:
        yield NOBODY_DOES.fill(count=len(nodes))
    if not case.spans:
        yield NOT_YET


def _why(case: _Case) -> Iterator[Text]:
    """What the connection's own error tells, where it is the same from every node."""
    means = {measured.error_means(check) for _, check in case.cut_off}
    if len(means) == 1:
        yield from (text for text in means if text is not None)


def _few(nodes: tuple[str, ...]) -> str:
    rest = len(nodes) - QUOTED_NODES
    return ", ".join(nodes[:QUOTED_NODES]) + (f" +{rest}" if rest > 0 else "")


def _steps(case: _Case, nodes: tuple[str, ...]) -> Iterator[Step]:
    for node in nodes[:FIRST_NODES]:
        yield from path_steps.reach(node, case.portal, case.port, from_others=bool(case.reached_from))
