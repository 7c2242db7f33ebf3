"""A volume is being formatted, and that takes longer than the driver waits: the pod has to wait, and nothing is wrong.

How we know
    ps shows the driver's mkfs at work for more than a minute, or staging fails with `the disk is in formatting, please
    wait`.
Not reported here
    mkfs that was refused.  A mkfs that has only begun.
False alarms
    A mkfs on a map that queues, or whose array is out of reach, does not get on: then it is told under that cause.
Remedy
    Wait: the driver gives mkfs 60 seconds and does not end it, so it goes on, and the kubelet tries again until it is
    done.  Ending it, or deleting the pod or its claim meanwhile, makes it begin anew.
Source
    eSDK_K8S_Plugin, connector/nfs/nfs_helper.go (`The disk %s is in formatting, wait for 10 second`),
    utils/utils_linux.go; user guide, chapter 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.failures import Failure, VolumeFailures
from analyzer.facts.host import Process, Processes
from analyzer.facts.storage import NodeStorage
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.remedies import pods as remedy
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import Cause, node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.host.driver_command_hung import age
from analyzer.rules.host.driver_commands import formatting
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text, lines

RULE = "volume-still-formatting"
SAYS = re.compile(r"the disk is in formatting, please wait")
LIMIT_S = 60
DEVICE = re.compile(r"/dev/(?:mapper/)?(?P<name>[\w.-]+)$")

TITLE = Text(en="Volume {volume} is still being formatted", zh="卷 {volume} 仍在格式化")
CAUSE = Text(
    en="Volume {volume} is new and being formatted on {node}; until that is done the driver answers `the disk is in "
    "formatting, please wait`, and the pod waits. A big volume may take many minutes.",
    zh="卷 {volume} 是新卷，正在 {node} 上格式化；完成之前驱动会返回 `the disk is in formatting, please wait`，"
    "Pod 需要等待。大容量卷可能需要很多分钟。",
)
RUNS = Text(en="`{command}` (pid {pid}) has been at work for {age}.", zh="`{command}`（pid {pid}）已运行 {age}。")
ENDED = Text(
    en="No mkfs was at work when the node was asked: it has ended, and the kubelet's next try mounts the volume.",
    zh="采集时没有正在运行的 mkfs：它已结束，kubelet 下一次重试会挂载该卷。",
)
UNSEEN = Text(en="Whether mkfs is still at work is not known here.", zh="无法得知 mkfs 是否仍在运行。")
STUCK = Text(
    en="It is in state D: if that stays so, it waits for the disk and does not get on; look at `multipath -ll`.",
    zh="它处于 D 状态：若一直如此，说明它在等待磁盘而没有进展，请查看 `multipath -ll`。",
)
DO = Text(
    en="Wait until mkfs has ended. Do not end it, and do not delete the pod or the claim: it would begin anew",
    zh="请等待 mkfs 结束。不要终止它，也不要删除 Pod 或 PVC，否则会重新开始格式化",
)


@node_rule(
    RULE,
    Severity.WARNING,
    Text(en="Volume still being formatted", zh="卷仍在格式化"),
    explained_by=(Cause("map-queues-forever"), Cause("array-unreachable")),
)
def volume_still_formatting(
    node: str,
    processes: Processes | Unknown,
    failures: VolumeFailures | Unknown,
    storage: NodeStorage | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    at_work = () if isinstance(processes, Unknown) else formatting(processes)
    told = {one.subject: one for one in (() if isinstance(failures, Unknown) else failures.saying(SAYS))}
    by_subject = {_subject(one, storage, bindings): one for one in at_work}
    if len(by_subject) == len(told) == 1 and not next(iter(by_subject)).startswith("pv:"):
        by_subject = {next(iter(told)): at_work[0]}  # the only one that can be meant
    for subject, process in by_subject.items():
        if subject in told or process.elapsed_s > LIMIT_S:
            yield _finding(node, subject, process, told.get(subject), processes, bindings)
    for subject, failure in told.items():
        if subject not in by_subject:
            yield _finding(node, subject, None, failure, processes, bindings)
    if not told and isinstance(processes, Unknown):
        yield from unheard(RULE, node, failures)


def _subject(process: Process, storage: NodeStorage | Unknown, bindings: Bindings | Unknown) -> str:
    """The volume on the device that it formats; the device's name while that cannot be told."""
    match = DEVICE.search(process.command)
    name = match["name"] if match else "?"
    for one in () if isinstance(storage, Unknown) else storage.maps:
        if name in (one.device.name, one.device.dm_name):
            bound = () if isinstance(bindings, Unknown) else bindings.of(one.wwid.removeprefix("3"))
            return next((f"pv:{binding.pv}" for binding in bound if binding.pv), one.subject)
    return f"disk:{name}"


def _finding(
    node: str,
    subject: str,
    process: Process | None,
    failure: Failure | None,
    processes: Processes | Unknown,
    bindings: Bindings | Unknown,
) -> Finding:
    volume = subject.partition(":")[2]
    users = users_of_volumes(bindings, {volume})
    spans = [process.span] if process else []
    spans += list(failure.spans[-2:]) if failure else []
    return Finding(
        rule=RULE,
        severity=Severity.WARNING,
        certainty=Certainty.CONFIRMED if process else Certainty.LIKELY,
        nodes=(node,),
        subject=subject,
        title=TITLE.fill(volume=volume),
        cause=lines(CAUSE.fill(volume=volume, node=node), *_seen(process, processes)),
        evidence=tuple(Evidence.of(node, span) for span in spans),
        affects=users,
        steps=(
            _look(node),
            step_by_hand(node, f"wait-{volume}", DO),
            *remedy.see_whether_they_run(one for one in users if one.pod),
        ),
    )


def _seen(process: Process | None, processes: Processes | Unknown) -> Iterator[Text]:
    if process is None:
        yield UNSEEN if isinstance(processes, Unknown) else ENDED
        return
    yield RUNS.fill(command=process.command, pid=process.pid, age=age(process.elapsed_s))
    if process.is_uninterruptible:
        yield STUCK


def _look(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target="mkfs",
        effect=Effect.READS,
        does=Text(en="See whether mkfs is still at work", zh="查看 mkfs 是否仍在运行"),
        command=Command(("pgrep", "-a", "mkfs|mke2fs")),
        expect=Text(
            en="A line while it is at work; nothing (exit code 1) when it is done",
            zh="运行时输出一行；完成后无输出（返回码 1）",
        ),
        if_fails=Text(en="No line: mkfs is done.", zh="无输出：mkfs 已完成。"),
    )
