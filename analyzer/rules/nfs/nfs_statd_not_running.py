"""rpc.statd does not run on the host, and NFSv3 needs it for locks: the mount is refused by the host itself.

How we know
    mount said `rpc.statd is not running but is required for remote locking`; systemd's state of rpc-statd and rpcbind
    says the same (confirmed).
Not reported here
    A statd that is not running where no mount complained: mount starts it by itself when it is needed.
False alarms
    Where the runtime's limit of open files is huge, statd started by the driver may be too slow to be seen: then
    mount-timeout-runtime-nofile is told too, and comes first.
Remedy
    Mount with NFSv4 where the array has it, which needs neither; or start rpcbind and rpc-statd.  Units that are masked
    were switched off on purpose: a human unmasks them (rpcbind.socket too), after asking why.
Source
    nfs-utils, utils/mount/network.c; rpc.statd(8).
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolumes, Pods, StorageBackends
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import NfsMountTests
from analyzer.facts.logs import Signals
from analyzer.facts.services import Services
from analyzer.findings import Affected, Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_held_up
from analyzer.rules import Cause, Through, node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.nfs import client_steps, version_steps
from analyzer.rules.nfs.mounts import FailedMount, failed_mounts
from analyzer.rules.nfs.offered import offered, v4_of
from analyzer.rules.nfs.refusals import statd_missing
from analyzer.runbook import Step
from analyzer.texts import Text, lines

RULE = "nfs-statd-not-running"
NEEDED = ("rpc-statd.service", "rpcbind.service")

TITLE = Text(en="rpc.statd does not run, which NFSv3 needs", zh="NFSv3 所需的 rpc.statd 未运行")
CAUSE = Text(
    en="rpc.statd does not run on {node}; NFSv3 needs it for locks, so mount refused to mount {volume}.",
    zh="{node} 上 rpc.statd 未运行；NFSv3 的锁功能依赖它，因此 mount 拒绝挂载 {volume}。",
)
STATE = Text(en="systemd has {unit} as {state}.", zh="systemd 中 {unit} 的状态为 {state}。")
RUNS_NOW = Text(
    en="Both run by now; the kubelet tries again by itself.", zh="目前两个服务均在运行，kubelet 会自动重试。"
)


@node_rule(RULE, Severity.ERROR, TITLE, explained_by=(Cause("mount-timeout-runtime-nofile", Through.VOLUME),))
def nfs_statd_not_running(
    node: str,
    failures: VolumeFailures,
    signals: Signals | Unknown,
    tests: NfsMountTests | Unknown,
    services: Services | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    pods: Pods | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    failed = [one for one in failed_mounts(failures, signals, volumes, backends) if statd_missing(one)]
    if not failed:
        yield from unheard(RULE, node, failures)
        return
    states = tuple(_states(services))
    down = [state for _, state, _ in states if state != "active"]
    certainty = Certainty.CONFIRMED if down else Certainty.POSSIBLE if states else Certainty.LIKELY
    users = users_held_up(bindings, pods, {one.failure.pv for one in failed if one.failure.pv}, (node,))
    said = tuple(STATE.fill(unit=unit, state=state) for unit, state, _ in states)
    yield Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=certainty,
        nodes=(node,),
        subject=f"unit:{NEEDED[0]}",
        title=TITLE,
        cause=lines(
            CAUSE.fill(node=node, volume=", ".join(one.name for one in failed[:3])),
            *said,
            *((RUNS_NOW,) if states and not down else ()),
        ),
        evidence=tuple(
            Evidence.of(node, span)
            for span in (*(span for one in failed[:2] for span in one.spans), *(span for _, _, span in states))
        ),
        affects=users,
        steps=(*_by_v4(failed, tests, users), *client_steps.statd(node, _masked(services))),
    )


def _by_v4(failed: list[FailedMount], tests: NfsMountTests | Unknown, users: tuple[Affected, ...]) -> tuple[Step, ...]:
    instead = v4_of(offered(one, tests) for one in failed)
    volumes = [one.volume for one in failed if one.volume]
    return version_steps.other_version(volumes, instead, users, version_steps.WITHOUT_STATD) if instead else ()


def _masked(services: Services | Unknown) -> tuple[str, ...]:
    known = () if isinstance(services, Unknown) else map(services.get, client_steps.STATD_UNITS)
    return tuple(unit.unit for unit in known if unit is not None and unit.load_state == "masked")


def _states(services: Services | Unknown) -> Iterator[tuple[str, str, Span]]:
    for name in NEEDED if not isinstance(services, Unknown) else ():
        unit = services.get(name) if not isinstance(services, Unknown) else None
        if unit is not None:
            yield name, unit.active_state if unit.exists else unit.load_state, unit.span
