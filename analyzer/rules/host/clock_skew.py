"""A node's clock is wrong: its logs carry wrong times, and leases and certificates may fail.

How we know
    The node's own time against the time at which it was asked, by the collecting host's clock.  With three nodes and
    more the middle one is taken for right, so that a wrong clock of the collecting host is not told of every node.
Not reported here
    Less than a minute behind; less than six ahead, for a slow node may have told its time so much later.  A collecting
    host whose clock is wrong beside nodes that agree.  Bundles joined from parts made by hand, which carry no time of
    the asking.
False alarms
    With one or two nodes the collecting host may be the one that is wrong: then this is likely, not confirmed.
Remedy
    The time service is set up and started.  A big step of the clock is best made while the node is drained.
Source
    Huawei CSI user guide, preparation of the nodes; Kubernetes: leases are renewed by time, certificates have a start.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Span
from analyzer.facts.across import Across
from analyzer.facts.host import Clock
from analyzer.facts.taken import ClusterTaken, NodeTaken
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import cluster_rule
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text, lines
from analyzer.timeline.clocks import read

RULE = "clock-skew"

TITLE = Text(en="Clock of {node} is {off} {way}", zh="{node} 的时钟{way} {off}")
BEHIND, AHEAD = Text(en="behind", zh="慢了"), Text(en="ahead", zh="快了")
CAUSE = Text(
    en="The clock of {node} is {off} {way}: it said {said} when it was {taken} by the collecting host's clock.",
    zh="{node} 的时钟{way} {off}：采集主机时间为 {taken} 时，它显示 {said}。",
)
MIDDLE = Text(
    en="Compared with the other nodes ({count} clocks agree within a minute).",
    zh="这是与其他节点比较的结果（{count} 个节点的时钟相差不到一分钟）。",
)
OR_HOST = Text(
    en="Or the collecting host's clock is wrong: there are too few nodes to tell.",
    zh="也可能是采集主机的时钟不准：节点太少，无法判断。",
)
FOLLOWS = Text(
    en="Times in its logs and events mislead by as much; certificates may be refused, and leases run out too early or "
    "too late.",
    zh="其日志和事件的时间会有同样的偏差；证书可能被拒绝，租约（Lease）可能过早或过晚到期。",
)
DO = Text(
    en="Set up the time service (chrony, ntpd or systemd-timesyncd) with a time server that the node reaches, and have "
    "it set the clock. A step of minutes is best made while the node is drained",
    zh="配置时间服务（chrony、ntpd 或 systemd-timesyncd）并使用节点可达的时间服务器校准时钟。"
    "若偏差达数分钟，建议先排空（drain）节点再校准",
)


@cluster_rule(RULE, Severity.WARNING, Text(en="Clock skew", zh="时钟偏差"))
def clock_skew(
    clocks: Across[Clock], taken: Across[NodeTaken], cluster: ClusterTaken
) -> Iterator[Finding | Inconclusive]:
    readings = read(clocks, taken, cluster)
    for node, off in readings.wrong():
        clock, at = clocks.of(node), taken.of(node)
        if isinstance(clock, Clock) and isinstance(at, NodeTaken):
            yield _finding(node, off, clock, at.at, readings.agree)
    for node, unknown in clocks.unknown():
        yield Inconclusive(RULE, node, (unknown,))


def _finding(node: str, off: float, clock: Clock, taken: str, agree: int) -> Finding:
    way, by = (BEHIND if off < 0 else AHEAD), _how_much(abs(off))
    cause = CAUSE.fill(node=node, off=by, way=way, said=clock.local_time, taken=taken)
    said = [cause, MIDDLE.fill(count=agree) if agree else OR_HOST, FOLLOWS]
    return Finding(
        rule=RULE,
        severity=Severity.WARNING,
        certainty=Certainty.CONFIRMED if agree else Certainty.LIKELY,
        nodes=(node,),
        subject=f"node:{node}",
        title=TITLE.fill(node=node, off=by, way=way),
        cause=lines(*said),
        evidence=_quoted(node, clock.span),
        steps=(_look(node), step_by_hand(node, "clock", DO, Phase.CONFIGURE), _confirm(node)),
    )


def _quoted(node: str, span: Span) -> tuple[Evidence, ...]:
    return (Evidence.of(node, span),)


def _how_much(seconds: float) -> Text:
    if seconds < 7200:
        return Text(en="about {n} min", zh="约 {n} 分钟").fill(n=max(1, round(seconds / 60)))
    return Text(en="about {n} h", zh="约 {n} 小时").fill(n=round(seconds / 3600))


def _look(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target="clock",
        effect=Effect.READS,
        does=Text(en="Show the clock and whether it is kept right", zh="查看时钟及其是否已同步"),
        command=Command(("timedatectl",)),
        expect=Text(
            en="`System clock synchronized: no`, or no time service that is active",
            zh="`System clock synchronized: no`，或没有运行中的时间服务",
        ),
        if_fails=Text(en="`date -u` shows the time alone.", zh="可用 `date -u` 仅查看时间。"),
    )


def _confirm(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CONFIRM,
        target="clock",
        effect=Effect.READS,
        does=Text(en="Show the node's time in UTC", zh="查看节点的 UTC 时间"),
        command=Command(("date", "-u")),
        expect=Text(en="The same as on the other nodes, to the second or so", zh="与其他节点一致（误差约一秒）"),
        if_fails=Text(en="The time service has not set it yet.", zh="时间服务尚未完成校准。"),
    )
