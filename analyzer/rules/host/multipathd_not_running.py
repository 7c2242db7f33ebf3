"""The multipath daemon does not run on a node whose volumes need it.

How we know
    systemd has multipathd.service as not active, and no multipathd is among the processes, while the driver uses
    DM-multipath (its default) and the node has multipath maps, or SAN volumes attached.  Where systemd could not be
    asked: the processes alone, or the driver's `failed to query the multipathing information`.  How it ended is told
    in systemd's last words (`Failed with result 'oom-kill'`).
Not reported here
    A driver that uses UltraPath, or no multipath at all (volume-use-multipath=false).  NVMe, whose multipath is the
    kernel's own.  A configuration that multipathd does not accept.  A host without the multipath tools of which the
    driver has not complained yet (node-not-prepared).
False alarms
    `multipath -ll` works without the daemon, and existing maps keep reading and writing: all looks well until a path
    fails or a new volume comes.
Remedy
    The service is enabled and started.  It then takes every multipath-capable disk that its configuration does not
    exclude, so the configuration is looked at first.
Source
    eSDK_K8S_Plugin, connector/utils/utils.go (`Service status verified failed`), connector/connector_utils.go; recorded
    on a real kernel: stale_fail, with multipathd stopped `multipathd show` ends with 1 and prints nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import VolumeAttachments
from analyzer.facts.driver import Driver
from analyzer.facts.host import Processes
from analyzer.facts.logs import SignalHit, Signals
from analyzer.facts.multipath import DaemonMaps, MultipathMaps
from analyzer.facts.services import Service, Services
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import node_rule
from analyzer.rules.host import multipathd_steps
from analyzer.rules.host.driver_commands import name_of
from analyzer.texts import Text, lines

RULE = "multipathd-not-running"
UNIT = "multipathd.service"
ENDED, KILLED = "multipathd-service-failed", "multipathd-oom-killed"
SAID = ("driver-multipathd-silent", "driver-multipath-service-bad")

TITLE = Text(en="multipathd does not run", zh="multipathd 未运行")
CAUSE = Text(
    en="The multipath daemon does not run on {node}, and the driver needs it there.",
    zh="{node} 上的多路径守护进程 multipathd 未运行，而驱动需要它。",
)
STATE = Text(
    en="systemd has it as {state} ({load}, {enabled}).", zh="systemd 中的状态为 {state}（{load}，{enabled}）。"
)
OOM = Text(
    en="The kernel killed it at {when} because memory was short (`{says}`): see what used the memory up, or it is "
    "killed again.",
    zh="{when} 因内存不足被内核终止（`{says}`）：请查明占用内存的原因，否则它会再次被终止。",
)
FAILED = Text(
    en="systemd noted at {when} how it ended: `{says}`.", zh="systemd 在 {when} 记录了它的结束原因：`{says}`。"
)
FOLLOWS = Text(
    en="So no new volume gets a multipath device (the driver says `failed to query the multipathing information`, then "
    "VolumeDeviceNotFound), and a path that fails is not taken back when it works again.",
    zh="因此新的卷得不到多路径设备（驱动报 `failed to query the multipathing information`，"
    "随后报 VolumeDeviceNotFound），故障的路径恢复后也不会被重新启用。",
)
MISLEADS = Text(
    en="`multipath -ll` still works and shows nothing of this: it checks the paths by itself.",
    zh="`multipath -ll` 仍可正常执行，看不出问题：它会自行检查路径。",
)
PERHAPS = Text(
    en="The driver's log says so; neither the services nor the processes of this node are known, and it may have been "
    "started since.",
    zh="依据是驱动日志；该节点的服务和进程状态未知，它可能已被重新启动。",
)


@node_rule(RULE, Severity.ERROR, TITLE)
def multipathd_not_running(
    node: str,
    services: Services | Unknown,
    processes: Processes | Unknown,
    daemon: DaemonMaps | Unknown,
    printed: MultipathMaps | Unknown,
    signals: Signals | Unknown,
    attachments: VolumeAttachments | Unknown,
    driver: Driver | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    if not _uses_dm_multipath(driver) or _answers(daemon, processes):
        return
    service = None if isinstance(services, Unknown) else services.get(UNIT)
    if service is not None and service.is_active:
        return
    said = () if isinstance(signals, Unknown) else tuple(hit.spans[-1] for hit in signals.of(*SAID))
    if service is not None and service.load_state == "not-found" and not said:
        return
    wanting = _wanting(node, attachments)
    maps = () if isinstance(printed, Unknown) else tuple(one.span for one in printed.maps)
    unseen = service is None and isinstance(processes, Unknown)
    ended = _ended(service, signals)
    if (not wanting and not maps) or (unseen and not said):
        yield from _unsure(node, services, printed, attachments, needed=bool(wanting or maps))
        return
    yield Finding(
        rule=RULE,
        severity=Severity.ERROR if wanting or said else Severity.WARNING,
        certainty=_certainty(service, processes),
        nodes=(node,),
        subject=f"unit:{UNIT}",
        title=TITLE,
        cause=lines(*_cause(node, service, ended, unseen=unseen)),
        evidence=tuple(Evidence.of(node, span) for span in _quoted(service, ended, said, wanting, maps)),
        affects=users_of_volumes(bindings, {pv for pv, _ in wanting}),
        steps=multipathd_steps.start(node, service),
    )


def _uses_dm_multipath(driver: Driver | Unknown) -> bool:
    """What the driver does unless it is told otherwise."""
    if isinstance(driver, Unknown):
        return True
    if (driver.argument("volume-use-multipath", driver.node_pods) or "true").lower() == "false":
        return False
    return (driver.argument("scsi-multipath-type", driver.node_pods) or "DM-multipath") == "DM-multipath"


def _answers(daemon: DaemonMaps | Unknown, processes: Processes | Unknown) -> bool:
    """It told its maps, or it is there, whoever started it."""
    if not isinstance(daemon, Unknown):
        return True
    return not isinstance(processes, Unknown) and any(
        name_of(one) == "multipathd" and one.command.split()[1:2] in ([], ["-d"], ["-s"]) for one in processes.processes
    )


def _wanting(node: str, attachments: VolumeAttachments | Unknown) -> tuple[tuple[str, Span], ...]:
    """SCSI volumes attached here."""
    known = () if isinstance(attachments, Unknown) else attachments.items
    return tuple(
        (one.pv, one.span)
        for one in known
        if one.node == node and one.publish_info is not None and (one.publish_info.iqns or one.publish_info.wwpns)
    )


def _certainty(service: Service | None, processes: Processes | Unknown) -> Certainty:
    if service is not None:
        return Certainty.CONFIRMED
    return Certainty.POSSIBLE if isinstance(processes, Unknown) else Certainty.LIKELY


def _ended(service: Service | None, signals: Signals | Unknown) -> tuple[SignalHit, ...]:
    """How the service failed, by systemd's last word; what it says of an earlier end is over."""
    if service is None or service.active_state != "failed" or isinstance(signals, Unknown):
        return ()
    last = max(signals.of(ENDED), key=lambda hit: hit.last, default=None)
    if last is None:
        return ()
    killed = [hit for hit in signals.of(KILLED) if last.field("result") == "oom-kill"]
    return (*killed[:1], last)


def _cause(node: str, service: Service | None, ended: tuple[SignalHit, ...], *, unseen: bool) -> Iterator[Text]:
    yield CAUSE.fill(node=node)
    if service is not None:
        yield STATE.fill(state=service.active_state, load=service.load_state, enabled=service.enabled or "-")
    for hit in ended[-1:]:
        words = OOM if hit.field("result") == "oom-kill" else FAILED
        yield words.fill(when=hit.last, says=f"Failed with result '{hit.field('result')}'")
    yield FOLLOWS
    yield PERHAPS if unseen else MISLEADS


def _quoted(
    service: Service | None,
    ended: tuple[SignalHit, ...],
    said: tuple[Span, ...],
    wanting: tuple[tuple[str, Span], ...],
    maps: tuple[Span, ...],
) -> tuple[Span, ...]:
    own = (service.span,) if service is not None else ()
    how = (hit.spans[-1] for hit in ended)
    return (*own, *how, *said[:2], *(span for _, span in wanting[:2]), *(() if wanting else maps[:1]))


def _unsure(
    node: str,
    services: Services | Unknown,
    printed: MultipathMaps | Unknown,
    attachments: VolumeAttachments | Unknown,
    *,
    needed: bool,
) -> Iterator[Inconclusive]:
    """It does not run, or may not; whether it is needed must have been seen too."""
    unknown = tuple(one for one in (printed, attachments) if isinstance(one, Unknown))
    if needed and isinstance(services, Unknown):
        yield Inconclusive(RULE, node, (services,))
    elif not needed and len(unknown) == len((printed, attachments)):
        yield Inconclusive(RULE, node, unknown)
