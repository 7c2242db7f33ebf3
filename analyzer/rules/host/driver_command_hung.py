"""A command of the driver hangs on this node, and every later call for the same volume waits for it.

How we know
    ps shows a command that the driver started (iscsiadm, multipath, mount, umount, dd, blkid, scsi_id, nvme …) in
    uninterruptible sleep for half a minute and more, or running for more than two minutes, four times what the driver
    gives it.  Or a volume fails with `get lock timeout, lock file path: […/hw-pvc-lock-<WWN>]` or `acquire [connect]
    semaphore timeout`: an earlier call still holds that lock.
Not reported here
    mkfs, resize2fs and xfs_growfs, which take as long as they take (volume-still-formatting).  Commands that a person
    or another program started.
False alarms
    Lock timeouts alone may come from many volumes attached or detached at once (connectorThreads, 4 by default): then
    this is no more than possible.
Remedy
    Mend what it waits for: the map that queues, the array out of reach, the NFS server.  In uninterruptible sleep
    kill -9 has no effect, and a restart of the driver's pod leaves the command behind.
Source
    eSDK_K8S_Plugin, utils/utils_linux.go (the limit, and which commands are killed) and
    connector/utils/lock/lock_utils.go; recorded on a real kernel: stale_queue, where kill -9 ended no reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.failures import Failure, VolumeFailures
from analyzer.facts.host import Process, Processes
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import Cause, node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.host.driver_commands import hanging, name_of
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text, lines

RULE = "driver-command-hung"
LOCKED = re.compile(r"get lock timeout, lock file path: |acquire \[\w+\] semaphore timeout")
STUCK_S, LONG_S = 30, 120
CAUSES = (
    "map-queues-forever",
    "array-unreachable",
    "residual-multipath-map",
    "iscsi-tcp-not-loaded",
    "mount-timeout-portal-unreachable",
)
TOLD = 5
QUOTED = 3  # of each volume: the driver's log, the kubelet's, an event

TITLE = Text(en="A command of the driver hangs: {names}", zh="驱动的命令挂起：{names}")
TITLE_MANY = Text(en="{count} commands of the driver hang: {names}", zh="驱动的 {count} 个命令挂起：{names}")
TITLE_LOCK = Text(en="Calls of the driver wait for an earlier one", zh="驱动的调用在等待之前的调用")
CAUSE = Text(
    en="`{command}` (pid {pid}), which the driver started on {node}, does not come back: state {stat}, for {age}, "
    "waits in {wchan}. Later calls for the same volume wait for it.",
    zh="驱动在 {node} 上启动的 `{command}`（pid {pid}）没有返回：状态 {stat}，已持续 {age}，等待于 {wchan}。"
    "同一卷的后续调用都在等待它。",
)
ONE = Text(
    en="- `{command}` (pid {pid}) hangs too: state {stat}, for {age}, waits in {wchan}",
    zh="- `{command}`（pid {pid}）也已挂起：状态 {stat}，已持续 {age}，等待于 {wchan}",
)
MORE = Text(en="- and {count} more", zh="- 以及另外 {count} 个")
NO_KILL = Text(
    en="In state D a process cannot be ended, not by kill -9 and not by a restart of the driver's pod: it ends when "
    "what it waits for answers or gives up.",
    zh="处于 D 状态的进程无法结束，kill -9 或重启驱动 Pod 都不起作用：只有它等待的对象应答或放弃后才会结束。",
)
WAITING = Text(
    en="Waiting for a lock: volume {volume}, `{says}`.",
    zh="正在等待锁：卷 {volume}，`{says}`。",
)
ENDED = Text(
    en="No command of the driver hung when the node was asked: the earlier call has ended since, or many volumes were "
    "attached or detached at once (connectorThreads).",
    zh="采集时没有挂起的驱动命令：之前的调用可能已结束，或当时有大量卷同时挂载/卸载（connectorThreads）。",
)
UNSEEN = Text(
    en="An earlier call hangs (a map that queues, an array out of reach, a mount that gets no answer), or many volumes "
    "are attached or detached at once: the processes of this node are not known, so which it is cannot be told.",
    zh="之前的调用挂起（多路径设备排队、阵列不可达、mount 无应答），或大量卷同时挂载/卸载："
    "该节点的进程列表未知，无法判断是哪一种。",
)
DO = Text(
    en="Mend what these commands wait for (see the causes above, or the stacks that the step before shows); then they "
    "end by themselves and the kubelet tries again. Do not restart the driver's pod and remove no lock files. A node "
    "on which they stay although all paths work has to be drained and rebooted.",
    zh="请先解决这些命令所等待的问题（见前述原因，或上一步显示的调用栈），之后它们会自行结束，kubelet 会自动重试。"
    "不要重启驱动 Pod，也不要删除锁文件。若路径均已正常而进程仍不结束，只能排空（drain）并重启该节点。",
)


@node_rule(
    RULE,
    Severity.ERROR,
    Text(en="Command of the driver hangs", zh="驱动的命令挂起"),
    explained_by=tuple(Cause(rule) for rule in CAUSES),
)
def driver_command_hung(
    node: str, processes: Processes | Unknown, failures: VolumeFailures | Unknown, bindings: Bindings | Unknown
) -> Iterator[Finding | Inconclusive]:
    hang = () if isinstance(processes, Unknown) else hanging(processes, STUCK_S, LONG_S)
    stuck = tuple(sorted(hang, key=lambda one: -one.elapsed_s))  # the others may wait for the oldest
    locked = () if isinstance(failures, Unknown) else failures.saying(LOCKED)
    if stuck or locked:
        yield _finding(node, stuck, locked, processes, bindings)
    elif isinstance(processes, Unknown):
        yield Inconclusive(RULE, node, (processes,))
        yield from unheard(RULE, node, failures)


def _finding(
    node: str,
    stuck: tuple[Process, ...],
    locked: tuple[Failure, ...],
    processes: Processes | Unknown,
    bindings: Bindings | Unknown,
) -> Finding:
    names = ", ".join(sorted({name_of(one) for one in stuck}))
    title = (TITLE_MANY if len(stuck) > 1 else TITLE).fill(count=len(stuck), names=names) if stuck else TITLE_LOCK
    spans = [one.span for one in stuck[:TOLD]] + [span for one in locked[:TOLD] for span in one.spans[:QUOTED]]
    return Finding(
        rule=RULE,
        severity=Severity.ERROR if stuck else Severity.WARNING,
        certainty=Certainty.CONFIRMED if stuck else Certainty.POSSIBLE,
        nodes=(node,),
        subject=f"node:{node}",
        title=title,
        cause=lines(*_cause(node, stuck, locked, processes)),
        evidence=tuple(Evidence.of(node, span) for span in spans),
        affects=users_of_volumes(bindings, {one.pv for one in locked if one.pv}),
        steps=(_look(node, stuck), step_by_hand(node, "hung-commands", DO)),
    )


def _cause(
    node: str, stuck: tuple[Process, ...], locked: tuple[Failure, ...], processes: Processes | Unknown
) -> Iterator[Text]:
    for rank, one in enumerate(stuck[:TOLD]):
        names = {"command": one.command, "stat": one.stat, "wchan": one.wchan, "node": node}
        yield (ONE if rank else CAUSE).fill(pid=one.pid, age=age(one.elapsed_s), **names)
    if len(stuck) > TOLD:
        yield MORE.fill(count=len(stuck) - TOLD)
    if any(one.is_uninterruptible for one in stuck):
        yield NO_KILL
    for failure in locked[:TOLD]:
        yield WAITING.fill(volume=failure.pv or failure.volume or "?", says=failure.says)
    if not stuck:
        yield UNSEEN if isinstance(processes, Unknown) else ENDED


def age(seconds: int) -> Text:
    if seconds < 120:
        return Text(en="{n} s", zh="{n} 秒").fill(n=seconds)
    if seconds < 7200:
        return Text(en="{n} min", zh="{n} 分钟").fill(n=seconds // 60)
    return Text(en="{n} h", zh="{n} 小时").fill(n=seconds // 3600)


def _look(node: str, stuck: tuple[Process, ...]) -> Step:
    """Of those that hang, where; else all that wait."""
    pids = [f"{one.pid:d}" for one in stuck[:TOLD]]
    which = tuple(f"/proc/{pid}/stack" for pid in pids)
    ps = ("ps", "-eo", "pid,ppid,stat,wchan:32,etimes,args", "--sort=-etimes")
    return Step(
        host=node,
        phase=Phase.CHECK,
        target="hung-commands",
        effect=Effect.READS,
        does=Text(
            en="Show what the commands that hang wait for in the kernel",
            zh="查看挂起的命令在内核中等待什么",
        )
        if which
        else Text(en="Show what runs, oldest first", zh="查看正在运行的进程（最早的在前）"),
        command=Command(("grep", "-H", ".", *which) if which else ps),
        expect=Text(
            en="Names as blk_mq, dm_, scsi_ mean a disk, rpc_ or nfs_ an NFS server. No such file: it has ended",
            zh="出现 blk_mq、dm_、scsi_ 表示等待磁盘，rpc_ 或 nfs_ 表示等待 NFS 服务器；文件不存在则说明已结束",
        )
        if which
        else Text(
            en="Commands of the driver (children of huawei-csi) in state D or older than two minutes",
            zh="处于 D 状态或超过两分钟的驱动命令（huawei-csi 的子进程）",
        ),
        if_fails=Text(en="It has ended meanwhile: collect again.", zh="进程已结束：请重新采集。"),
    )
