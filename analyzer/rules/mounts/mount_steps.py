"""What is done about a mount point that holds another source; unmounting only where no pod runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.facts.cluster import Pod
from analyzer.facts.host import Mount
from analyzer.facts.identifiers import KubeletPath, UnsafeValueError
from analyzer.findings import Affected, Finding
from analyzer.remedies.manual import step_by_hand
from analyzer.remedies.pods import recreate, see_whether_they_run
from analyzer.remedies.unmount import unmount
from analyzer.rules.mounts.occupied import Occupied
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

DIFFERS = Text(
    en="If it is not as expected, change nothing, and ask support with this output.",
    zh="若与预期不符，请不要做任何变更，并将输出发给技术支持。",
)


def mended(finding: Finding, steps: tuple[Step, ...]) -> Finding:
    return replace(finding, steps=steps)


def unmounted(node: str, one: Occupied, wrong: tuple[Mount, ...]) -> tuple[Step, ...]:
    """By hand when a name in it is none that a command is built from."""
    try:
        return (*unmount(node, wrong, one.pod_uid), look(node, one.target, Phase.CONFIRM))
    except UnsafeValueError:
        return (by_hand(node, one),)


def by_hand(node: str, one: Occupied) -> Step:
    does = Text(
        en="Find out whether a process still uses {point} (`fuser -vm`), and only if none does and its pod is gone, "
        "unmount what does not belong there; never with `umount -l` or `-f`",
        zh="确认是否仍有进程使用 {point}（`fuser -vm`）；仅当没有进程使用且其 Pod 已不存在时，"
        "才卸载不属于该位置的挂载；不要使用 `umount -l` 或 `-f`",
    )
    return step_by_hand(node, f"mount-{one.target or one.pv}", does.fill(point=one.target or one.pv), Phase.UNMOUNT)


def look(node: str, point: str, phase: Phase = Phase.CHECK) -> Step:
    """Every layer at the point, with its device; by hand for a point that no command is built from."""
    does = Text(en="See what is mounted at {point}", zh="查看 {point} 上挂载了什么").fill(point=point)
    try:
        words = ("awk", f'$5 == "{KubeletPath(point)}"', "/proc/1/mountinfo")
    except UnsafeValueError:
        return step_by_hand(node, f"look-{point}", does, phase)
    expect = Text(
        en="One line a mount; the third word is the device, and it is that of the volume's globalmount. No line: "
        "nothing is mounted there",
        zh="每层挂载一行，第三列为设备号，应与该卷 globalmount 的一致；无输出表示该处没有挂载",
    )
    return Step(node, phase, f"look-{point}", Effect.READS, does, Command(words), expect, DIFFERS)


def anew(pods: tuple[Pod, ...], pv: str) -> tuple[Step, ...]:
    if pods:
        return recreate(pods)
    does = Text(
        en="Find the pod that uses volume {pv} on this node, and have it made anew",
        zh="找出该节点上使用卷 {pv} 的 Pod，并重建它",
    )
    return (step_by_hand(ADMIN, f"pods-of-{pv}", does.fill(pv=pv or "?"), Phase.RECREATE),)


def leave(pods: tuple[Pod, ...]) -> tuple[Step, ...]:
    """The pods use the right volume: what is wrong is the driver's message."""
    does = Text(
        en="Leave pod {pods} alone: it runs on the right volume, and deleting it would only stop it. Only if the "
        "failed tries must end before that, and in a maintenance window, have it made anew; they come back with the "
        "next restart of the kubelet",
        zh="不要改动 Pod {pods}：它正在使用正确的卷，删除只会中断业务。仅当必须提前消除这些失败重试时，"
        "才在维护窗口中重建它；下次重启 kubelet 后仍会再次出现",
    )
    names = ", ".join(pod.full_name for pod in pods)
    return (step_by_hand(ADMIN, f"leave-{names}", does.fill(pods=names), Phase.RECREATE),)


def device_node(node: str, one: Occupied) -> tuple[Step, ...]:
    """What lies there is looked at, and removed by a human."""
    does = Text(en="See what lies at {point}", zh="查看 {point} 处是什么").fill(point=one.target)
    try:
        point = KubeletPath(one.target)
    except UnsafeValueError:
        return step_by_hand(node, f"node-{one.target}", does, Phase.CHECK), _node_gone(node, one, "rm")
    expect = Text(
        en="One line that begins with b (or c): a device node; the two numbers before the date tell to which device it "
        "leads (`lsblk` lists them as MAJ:MIN)",
        zh="一行以 b（或 c）开头的输出，表示设备节点；日期前的两个数字为设备号（可与 `lsblk` 的 MAJ:MIN 对照）",
    )
    looked = Command(("ls", "-l", point))
    look_at = Step(node, Phase.CHECK, f"node-{point}", Effect.READS, does, looked, expect, NOT_A_NODE)
    return look_at, _node_gone(node, one, f"rm {point}")


NOT_A_NODE = Text(
    en="Another kind of file, or none: it has changed since; leave it, and collect again.",
    zh="若为其他类型的文件或文件不存在：说明此后已有变化，请勿做任何变更，并重新采集。",
)


def _node_gone(node: str, one: Occupied, command: str) -> Step:
    does = Text(
        en="Only if it is a device node and the pod that waits for it does not run: remove that node alone, with "
        "`{command}` (never -r). Then find out what made it. The kubelet's next try mounts the volume there",
        zh="仅当该处是设备节点且等待它的 Pod 未运行时：用 `{command}`（不要加 -r）只删除该节点文件，并查明由什么创建。"
        "kubelet 下次重试时会在该处挂载该卷",
    )
    return step_by_hand(node, f"node-gone-{one.target}", does.fill(command=command), Phase.UNMOUNT)


def save_data(pods: tuple[Pod, ...], pv: str) -> Step:
    """Before the pod goes: nothing else tells which data belongs where."""
    does = Text(
        en="Before the next steps: stop the application in {pods} from writing, and copy what it has written since it "
        "started; it lies in another volume, and the new pod will see {pv} as it was before",
        zh="执行后续步骤之前：让 {pods} 中的应用停止写入，并备份它启动后写入的数据；这些数据在另一个卷中，"
        "重建后的 Pod 看到的是 {pv} 之前的内容",
    )
    said = does.fill(pods=", ".join(pod.full_name for pod in pods), pv=pv or "?")
    return step_by_hand(ADMIN, f"save-data-{pv}", said, Phase.RELEASE)


def see(pods: tuple[Pod, ...]) -> Iterator[Step]:
    return see_whether_they_run(Affected(pod.namespace, pod.name, "", "") for pod in pods)


def upgrade(is_old: bool) -> Iterator[Step]:
    if is_old:
        does = Text(
            en="Upgrade the driver to V4.1.0 or newer: until then this comes back after each restart of the kubelet",
            zh="将驱动升级到 V4.1.0 或更高版本：否则每次重启 kubelet 后都会再次出现",
        )
        yield step_by_hand(ADMIN, "upgrade-driver-mount-check", does, Phase.CONFIGURE)


def decide(node: str, one: Occupied, is_gone: bool) -> Iterator[Step]:
    """Reading only."""
    for point in dict.fromkeys((one.target, one.wanted)):
        if point.startswith("/") and not point.startswith("/dev/"):
            yield look(node, point)
    if is_gone:
        does = Text(
            en="If the pod still does not start within five minutes, restart the driver's pod on {node} "
            "(`kubectl delete pod` of huawei-csi-node there): it may see a mount that the host no longer has",
            zh="若五分钟后 Pod 仍未启动，请重启 {node} 上的驱动 Pod（对该节点的 huawei-csi-node 执行 "
            "`kubectl delete pod`）：它可能看到主机上已不存在的挂载",
        )
        yield step_by_hand(ADMIN, f"driver-pod-{node}", does.fill(node=node), Phase.CONFIRM)
