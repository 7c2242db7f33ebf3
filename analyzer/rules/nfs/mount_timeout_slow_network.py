"""Mounting the share takes longer than the driver waits: the network between the node and the array is too slow.

How we know
    The timed mounts of this share from this node, made by the collection, were slow: they did not end within its
    limit, got no answer in time, or took longer than the driver waits (30 s, or its --exec-command-timeout), while the
    portal can be opened.  Every version that the array did not refuse was slow, NFSv4 among them.  Confirmed: one took
    longer than the driver waits, or was stopped after that while the portal answered ping and TCP.  What ping and the
    connection measured is told beside it.  All shares of one portal are one finding of the node.
Not reported here
    A portal that does not answer at all.  NFSv3 slow while NFSv4 is quick: that is no slow network (open files, or the
    ports of rpcbind and mountd, which NFSv3 needs beside 2049).
False alarms
    A node under very high load is slow too.  A mount that took some seconds, but less than the driver waits, is told as
    possible, and only where the driver's own timed out.
Remedy
    Measure loss, path, frame size and interface errors towards the portal and mend that.  Raising the driver's limit
    (csiDriver.execCommandTimeout, V4.2.0 and newer) is a stopgap.
Source
    Huawei CSI FAQ, case 4, cause 3; recorded: nfs (3 s of delay a packet: NFSv3 55 s, NFSv4.1 over 60 s).
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import ClusterNodes, PersistentVolumes, Pods, StorageBackends
from analyzer.facts.driver import Driver
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import NfsMountTest, NfsMountTests, NrOpen, PortalChecks, ProcessLimits, UnitLimits
from analyzer.facts.logs import Signals
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_held_up
from analyzer.rules import node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.nfs import measured, path_steps
from analyzer.rules.nfs.mounts import FailedMount, address_of, check_of, failed_mounts
from analyzer.rules.nfs.open_files import open_files
from analyzer.rules.nfs.ruled_out import blames_network, driver_limit_s, is_reachable, relevant
from analyzer.texts import Text, lines

RULE = "mount-timeout-slow-network"
NAMED = 5
CERTAINTIES = tuple(Certainty)
TITLE = Text(en="NFS mounts are slower than the driver waits", zh="NFS 挂载耗时超过驱动的超时时间")
CAUSE = Text(
    en="The network between {node} and the array's portal {portal} is too slow: the driver's mounts do not end within "
    "the {limit} s that it waits, and the timed mounts of the collection were slow too.",
    zh="{node} 与阵列业务 IP {portal} 之间的网络过慢：驱动的挂载未能在其等待时间 {limit} 秒内完成，"
    "采集时的测试挂载同样缓慢。",
)
SHARES = Text(en="Mounts that timed out: {shares}.", zh="挂载超时的共享：{shares}。")
MEASURED = Text(en="Timed mounts of {share}:", zh="{share} 的测试挂载：")
TOOK = Text(en="NFSv{version}: done after {seconds} s.", zh="NFSv{version}：耗时 {seconds} 秒后完成。")
NOT_DONE = Text(
    en="NFSv{version}: not done after {seconds} s, then stopped.", zh="NFSv{version}：{seconds} 秒后仍未完成，已停止。"
)
NO_ANSWER = Text(
    en="NFSv{version}: no answer within {seconds} s ({message}).",
    zh="NFSv{version}：{seconds} 秒内无应答（{message}）。",
)
REACHED = Text(
    en="Ruled out: a portal out of reach; TCP port 2049 of {portal} can be opened from this node.",
    zh="已排除业务 IP 不通：该节点可以连接 {portal} 的 TCP 端口 2049。",
)
STALLS = Text(
    en="The kernel says so too: nfs: server {server} not responding.",
    zh="内核日志同样显示：nfs: server {server} not responding。",
)
NEAR = Text(
    en="That is less than the driver waits, but far above the second or two of a healthy mount; it may be worse at "
    "other times. An overloaded node or array looks the same.",
    zh="虽未超过驱动的等待时间，但远高于正常挂载的一两秒，其他时段可能更慢。节点或阵列负载过高也会有相同表现。",
)


@node_rule(RULE, Severity.ERROR, TITLE)
def mount_timeout_slow_network(
    node: str,
    failures: VolumeFailures,
    tests: NfsMountTests,
    signals: Signals | Unknown,
    checks: PortalChecks | Unknown,
    limits: ProcessLimits | Unknown,
    units: UnitLimits | Unknown,
    nr_open: NrOpen | Unknown,
    nodes: ClusterNodes | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    driver: Driver | Unknown,
    pods: Pods | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    limit = driver_limit_s(node, driver)
    huge = open_files(node, limits, units, nr_open, nodes).inherits_huge
    slow: dict[str, list[FailedMount]] = {}
    for one in failed_mounts(failures, signals, volumes, backends):
        if blames_network(one, tests, checks, files_are_huge=huge):
            slow.setdefault(one.portal, []).append(one)
    for portal, by_name in slow.items():
        failed = sorted(
            by_name, key=lambda one: CERTAINTIES.index(_certainty(one, relevant(one, tests), checks, limit))
        )
        found = relevant(failed[0], tests)
        stalls = _stalls(portal, signals)
        yield Finding(
            rule=RULE,
            severity=Severity.ERROR,
            certainty=_certainty(failed[0], found, checks, limit),
            nodes=(node,),
            subject=f"portal:{address_of(portal)}",
            title=TITLE,
            cause=lines(*_says(node, failed, found, checks, limit, bool(stalls))),
            evidence=tuple(Evidence.of(node, span) for span in _spans(failed, found, checks, stalls)),
            affects=users_held_up(bindings, pods, {one.failure.pv for one in failed if one.failure.pv}, (node,)),
            steps=(
                *path_steps.measure(node, portal),
                path_steps.mend_path(node, portal),
                path_steps.more_time("" if isinstance(driver, Unknown) else driver.namespace),
                path_steps.mount_again(node, failed[0].share, failed[0].version),
            ),
        )
    if not slow:
        yield from unheard(RULE, node, failures)


def _certainty(
    one: FailedMount, found: tuple[NfsMountTest, ...], checks: PortalChecks | Unknown, limit: float
) -> Certainty:
    """Confirmed: longer than the driver waits was measured.  Likely: it was cut off, while the portal answers.

    Possible: only slow, unless the way to the portal was itself measured to be bad.
    """
    if any(test.exit_code == 0 and test.seconds > limit for test in found):
        return Certainty.CONFIRMED
    check = check_of(one.portal, checks)
    if check is not None and check.ping and check.tcp and any(_still_ran(test, limit) for test in found):
        return Certainty.CONFIRMED
    if not is_reachable(one, checks):
        return Certainty.POSSIBLE
    if all(test.exit_code == 0 for test in found) and not measured.is_bad(check):
        return Certainty.POSSIBLE
    return Certainty.LIKELY


def _still_ran(test: NfsMountTest, limit: float) -> bool:
    return test.exit_code is None and test.seconds >= limit


def _stalls(portal: str, signals: Signals | Unknown) -> tuple[Span, ...]:
    if isinstance(signals, Unknown):
        return ()
    hits = [hit for hit in signals.of("kernel-nfs-not-responding") if hit.field("server") == portal]
    return tuple(hit.spans[-1] for hit in hits[:1])


def _says(
    node: str,
    failed: list[FailedMount],
    found: tuple[NfsMountTest, ...],
    checks: PortalChecks | Unknown,
    limit: float,
    stalls: bool,
) -> Iterator[Text]:
    one = failed[0]
    yield CAUSE.fill(node=node, portal=one.portal, limit=f"{limit:g}")
    rest = len(failed) - NAMED
    yield SHARES.fill(shares=", ".join(each.share for each in failed[:NAMED]) + (f" +{rest}" if rest > 0 else ""))
    yield MEASURED.fill(share=one.share)
    for test in found:
        words = TOOK if test.exit_code == 0 else NOT_DONE if test.exit_code is None else NO_ANSWER
        values = {"version": test.version, "seconds": f"{test.seconds:g}"}
        yield words.fill(**values, message=test.message) if words is NO_ANSWER else words.fill(**values)
    if all(test.exit_code == 0 and test.seconds <= limit for test in found):
        yield NEAR
    check = check_of(one.portal, checks)
    yield from measured.numbers(check)
    if measured.is_good(check):
        yield measured.SMALL_ARE_QUICK
    if is_reachable(one, checks):
        yield REACHED.fill(portal=one.portal)
    if stalls:
        yield STALLS.fill(server=one.portal)


def _spans(
    failed: list[FailedMount],
    found: tuple[NfsMountTest, ...],
    checks: PortalChecks | Unknown,
    stalls: tuple[Span, ...],
) -> tuple[Span, ...]:
    check = check_of(failed[0].portal, checks)
    own = tuple(span for one in failed[:2] for span in one.spans)
    return (*own, *(test.span for test in found), *((check.span,) if check else ()), *stalls)
