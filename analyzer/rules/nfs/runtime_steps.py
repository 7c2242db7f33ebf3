"""Steps that bring the container runtime's limit of open files down; its restart is told by hand, with what it stops.

A drop-in wins by its name over others of the unit, so it is named to be the last.  What runs keeps its limit: first
the runtime is restarted, then the driver's pod on that node is made anew.
"""

from __future__ import annotations

from analyzer.facts.cluster import Pod
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.rules.nfs.open_files import PROCESS_OF, OpenFiles
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text

LIMIT = 1048576
DROP_IN = "zz-limit-nofile.conf"

SHOWN = Text(en="LimitNOFILE=1048576 and NeedDaemonReload=no", zh="输出 LimitNOFILE=1048576 和 NeedDaemonReload=no")
OTHER = Text(
    en="If another value is shown, a drop-in with a later name sets it: `systemctl cat {unit}` shows all, the last "
    "LimitNOFILE wins.",
    zh="如果显示其他值，说明有名称排序更靠后的 drop-in 文件：`systemctl cat {unit}` 可列出全部，"
    "最后一个 LimitNOFILE 生效。",
)
RESTART = {
    "containerd.service": Text(
        en="containerd's unit has KillMode=process, so containers that run keep running; the node may be NotReady for "
        "some seconds, and no pod starts or stops meanwhile (check first: `systemctl show containerd -p KillMode`)",
        zh="containerd 的单元为 KillMode=process，正在运行的容器不受影响；节点可能短暂 NotReady，期间无法启停 Pod"
        "（请先确认：`systemctl show containerd -p KillMode`）",
    ),
    "docker.service": Text(
        en="without live-restore (`docker info | grep -i live`) EVERY container of this node is stopped",
        zh="如果未启用 live-restore（`docker info | grep -i live`），该节点上的所有容器都会停止",
    ),
    "crio.service": Text(
        en="containers that run keep running; the node may be NotReady for some seconds",
        zh="正在运行的容器不受影响；节点可能短暂 NotReady",
    ),
}


def correct(node: str, files: OpenFiles, pod: Pod | None) -> tuple[Step, ...]:
    """What is left to do: nothing that was done already is told again."""
    steps: list[Step] = []
    units = [one.unit for one in files.units if one.unit in PROCESS_OF] or [files.unit]
    for unit in units:
        own = next((one for one in files.units if one.unit == unit), None)
        if own is None or files.is_huge(own.limit_nofile) is not False or own.need_daemon_reload:
            steps += _configure(node, unit)
    if files.runtime_is_huge is not False:
        steps += [_restart(node, unit) for unit in units]
    return (*steps, _driver_anew(node, pod), see_limit(node, Phase.CONFIRM))


def _configure(node: str, unit: str) -> tuple[Step, ...]:
    folder = f"/etc/systemd/system/{unit}.d"
    return (
        _step(
            node,
            f"{unit}-folder",
            Text(en="Make the folder for drop-ins of {unit}", zh="创建 {unit} 的 drop-in 目录").fill(unit=unit),
            Command(("install", "-d", "-m", "755", folder)),
            Text(en="No output", zh="无输出"),
        ),
        _step(
            node,
            f"{unit}-drop-in",
            Text(
                en="Write a drop-in that limits {unit} to 1048576 open files; nothing changes until it is restarted. "
                "To undo it, delete this file",
                zh="写入 drop-in，把 {unit} 的打开文件数限制为 1048576；重启前不会生效。撤销方法：删除该文件",
            ).fill(unit=unit),
            Command(("tee", f"{folder}/{DROP_IN}"), stdin=f"[Service]\nLimitNOFILE={LIMIT}"),
            Text(en="The two lines are printed back", zh="回显写入的两行内容"),
        ),
        _step(
            node,
            "daemon-reload",
            Text(
                en="Have systemd read its unit files again; nothing is restarted",
                zh="让 systemd 重新读取单元文件（不会重启任何服务）",
            ),
            Command(("systemctl", "daemon-reload")),
            Text(en="No output", zh="无输出"),
        ),
        Step(
            host=node,
            phase=Phase.CONFIGURE,
            target=f"{unit}-shown",
            effect=Effect.READS,
            does=Text(en="See that {unit} has the new limit", zh="确认 {unit} 已使用新的限制").fill(unit=unit),
            command=Command(("systemctl", "show", unit, "-p", "LimitNOFILE", "-p", "NeedDaemonReload")),
            expect=SHOWN,
            if_fails=OTHER.fill(unit=unit),
        ),
    )


def _restart(node: str, unit: str) -> Step:
    return _step(
        node,
        f"{unit}-restart",
        Text(
            en="In a maintenance window, restart {unit}: {effect}. Safest: `kubectl drain {node} --ignore-daemonsets` "
            "first (if it refuses because of emptyDir data, decide about that data; do not force), then on the node "
            "`systemctl restart {unit}`, then `kubectl uncordon {node}`",
            zh="在维护窗口重启 {unit}：{effect}。最稳妥的做法：先执行 `kubectl drain {node} --ignore-daemonsets`"
            "（若因 emptyDir 数据被拒绝，请先确认这些数据如何处理，不要强制执行），再在该节点执行 "
            "`systemctl restart {unit}`，最后执行 `kubectl uncordon {node}`",
        ).fill(unit=unit, node=_safe(node, "NODE"), effect=RESTART[unit]),
        None,
        Text(
            en="`kubectl get node {node}` shows Ready. Where it cannot be restarted now, mount with NFSv4 instead",
            zh="`kubectl get node {node}` 显示 Ready。如果暂时不能重启，可改用 NFSv4 挂载",
        ).fill(node=_safe(node, "NODE")),
    )


def _driver_anew(node: str, pod: Pod | None) -> Step:
    namespace, name = (_safe(pod.namespace, "NAMESPACE"), _safe(pod.name, "POD")) if pod else ("NAMESPACE", "POD")
    return _step(
        node,
        "driver-pod",
        Text(
            en="After that, delete the driver's pod of this node, whose process keeps the old limit; its DaemonSet "
            "makes it anew and mounted volumes stay mounted: `kubectl -n {namespace} delete pod {name}` "
            "(find it: `kubectl get pods -A -o wide | grep huawei-csi-node | grep {node}`)",
            zh="之后删除该节点上的驱动 Pod（其进程仍保留旧的限制），DaemonSet 会自动重建，已挂载的卷不受影响："
            "`kubectl -n {namespace} delete pod {name}`"
            "（查询：`kubectl get pods -A -o wide | grep huawei-csi-node | grep {node}`）",
        ).fill(node=_safe(node, "NODE"), namespace=namespace, name=name),
        None,
        Text(
            en="A new pod runs within a minute; the kubelet tries the mount again by itself",
            zh="一分钟内新的 Pod 正常运行；kubelet 会自动重试挂载",
        ),
    )


def _safe(name: str, otherwise: str) -> str:
    """A name that may be typed into a command; else a word that says what to put there."""
    try:
        return KubernetesName(name)
    except UnsafeValueError:
        return otherwise


def see_limit(node: str, phase: Phase = Phase.CHECK) -> Step:
    """What is in force in the running driver."""
    return Step(
        host=node,
        phase=phase,
        target="open-files",
        effect=Effect.READS,
        does=Text(
            en="See how many files the running driver may open: "
            "`for p in $(pgrep -x huawei-csi); do grep 'Max open files' /proc/$p/limits; done`",
            zh="查看运行中的驱动进程的打开文件数上限："
            "`for p in $(pgrep -x huawei-csi); do grep 'Max open files' /proc/$p/limits; done`",
        ),
        command=None,
        expect=Text(
            en="Every line says 1048576, or less; 1000000000 and more is the fault",
            zh="每一行为 1048576 或更小；达到 1000000000 及以上即为故障原因",
        ),
        if_fails=Text(
            en="Still huge after a correction: the runtime was not restarted, or the driver's pod is older than that.",
            zh="修正后仍然过大：容器运行时未重启，或驱动 Pod 早于重启时间。",
        ),
    )


def _step(node: str, target: str, does: Text, command: Command | None, expect: Text) -> Step:
    return Step(
        host=node,
        phase=Phase.CONFIGURE,
        target=target,
        effect=Effect.CHANGES,
        does=does,
        command=command,
        expect=expect,
        if_fails=Text(en="Stop here, and ask support with the output.", zh="请停止操作，携带输出联系技术支持。"),
    )
