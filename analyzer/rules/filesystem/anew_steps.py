"""The steps after a file system stopped: see that it did, have its pods made anew, see that it is mounted anew."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts.cluster import Pod
from analyzer.facts.identifiers import DeviceNumber, KubernetesName, PodUid, UnsafeValueError
from analyzer.facts.kubelet_volumes import KUBELET_ROOT
from analyzer.findings import Certainty
from analyzer.remedies import pods as remedy
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.filesystem.paths_below import Below
from analyzer.rules.filesystem.volume_mounts import VolumeMount
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

SAID = "Aborting journal|Remounting filesystem read-only|has been shut down|hutting down filesystem|mounted filesystem"

AGAIN = Text(en="Collect again, and send the new bundle.", zh="请重新采集并提供新的诊断包。")
LATER = Text(
    en="After the way to the array works again: collect again, then have these pods made anew on {node}: {pods}",
    zh="到阵列的链路恢复后：重新采集，然后重建 {node} 上的以下 Pod：{pods}",
)
IF_SO = Text(
    en="If the steps of {node} show that it has stopped, and `multipath -ll` shows its paths `active ready`: have "
    "every pod that uses volume {pv} on {node} made anew, all of them before one starts there again: {pods}",
    zh="若 {node} 上的步骤确认其已停止工作，且 `multipath -ll` 显示其路径为 `active ready`："
    "请重建 {node} 上使用卷 {pv} 的所有 Pod（全部删除后才允许在该节点重新启动）：{pods}",
)
NO_POD = Text(
    en="No pod on {node} uses volume {pv}, and yet it is mounted there. Do not unmount it by hand: the kubelet should "
    "do so by itself. Collect again in ten minutes; if it is still mounted, ask support",
    zh="{node} 上没有 Pod 使用卷 {pv}，但它仍处于挂载状态。不要手工卸载，kubelet 应会自动卸载。"
    "十分钟后重新采集，若仍挂载请联系技术支持",
)
THEM = Text(en="`kubectl get pods -A -o wide` lists them", zh="可用 `kubectl get pods -A -o wide` 查看")


def steps(
    node: str, mounted: VolumeMount, paths: Below, users: tuple[Pod, ...] | None, certainty: Certainty
) -> tuple[Step, ...]:
    return (
        *_look(node, mounted, certainty),
        *_anew(node, mounted, paths, users, certainty),
        *_confirm(node, mounted),
    )


def _anew(
    node: str, mounted: VolumeMount, paths: Below, users: tuple[Pod, ...] | None, certainty: Certainty
) -> tuple[Step, ...]:
    target = f"anew-{mounted.pv}"
    pods = ", ".join(one.full_name for one in users or ()) or THEM
    if users == ():
        return (step_by_hand(node, target, NO_POD.fill(pv=mounted.pv, node=node)),)
    if paths is Below.FAILING:
        return (step_by_hand(ADMIN, target, LATER.fill(node=node, pods=pods), Phase.RECREATE),)
    if users is None or certainty is Certainty.POSSIBLE or paths is not Below.WORKS:
        does = IF_SO.fill(pv=mounted.pv, node=node, pods=pods)
        return (step_by_hand(ADMIN, target, does, Phase.RECREATE),)
    return remedy.recreate(users, away_from=node)


def _look(node: str, mounted: VolumeMount, certainty: Certainty) -> Iterator[Step]:
    """What is certain needs no looking: the new pods may be there before somebody comes to it."""
    if certainty is Certainty.CONFIRMED:
        return
    if certainty is Certainty.POSSIBLE:
        yield _kernel_lines(node)
    if mounted.is_xfs:
        yield from _stat(node, mounted, Phase.CHECK, STOPPED)
    else:
        yield _counters(node, mounted.device or "?")


TOO_SOON = Text(
    en="If the device was not mounted anew, a new pod came before the old mount was gone, and has the stopped file "
    "system too. Scale its workload to 0 (of a DaemonSet: take away the label that brings it to this node), wait until "
    "this prints nothing, and scale it back.",
    zh="若设备没有重新挂载，说明新 Pod 在旧挂载消失之前启动，用的仍是停止的文件系统。请将其工作负载缩容到 0"
    "（DaemonSet：去掉使其调度到该节点的标签），待此命令无输出后再恢复。",
)
STOPPED = Text(
    en="`Input/output error`: the file system is still stopped", zh="输出 `Input/output error`：文件系统仍处于停止状态"
)
ANEW = Text(
    en="The folder's line, or `No such file or directory` where the pod runs elsewhere now",
    zh="输出该目录的信息；若 Pod 已在其他节点运行，则为 `No such file or directory`",
)


def _kernel_lines(node: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target="kernel-lines",
        effect=Effect.READS,
        does=Text(
            en="Look for what the kernel said: the journal keeps it longer than dmesg",
            zh="查看内核日志：journal 保留的时间比 dmesg 更长",
        ),
        command=Command(("journalctl", "-k", "--no-pager", "-g", SAID)),
        expect=Text(
            en="A line that the volume's device stopped, and none after it that the device was mounted: then it has "
            "stopped",
            zh="若有该卷设备停止工作的记录，且其后没有该设备重新挂载的记录，则说明已停止工作",
        ),
        if_fails=AGAIN,
    )


def _counters(node: str, device: str) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target="ext4-errors",
        effect=Effect.READS,
        does=Text(en="Show the error counters of all mounted ext4", zh="查看所有已挂载 ext4 的错误计数"),
        command=Command(("find", "/sys/fs/ext4", "-name", "errors_count", "-exec", "grep", "-H", ".", "{}", "+")),
        expect=Text(
            en="For {device} the number grows with every write that is refused: look twice, a minute apart",
            zh="{device} 的计数会随每次写入被拒绝而增加：间隔一分钟查看两次",
        ).fill(device=device),
        if_fails=AGAIN,
    )


def _stat(node: str, mounted: VolumeMount, phase: Phase, expect: Text) -> Iterator[Step]:
    """Of a pod's mount point, where it lies in the kubelet's usual folder and its names are what they should be."""
    path = next(filter(None, (_checked(mount.mount_point, mounted.pv) for mount in mounted.mounts)), None)
    if path is None:
        return
    yield Step(
        host=node,
        phase=phase,
        target=f"stat-{mounted.pv}",
        effect=Effect.READS,
        does=Text(en="Ask the file system for its top folder", zh="读取该文件系统的顶层目录"),
        command=Command(("ls", "-ld", path)),
        expect=expect,
        if_fails=AGAIN,
    )


def _checked(mount_point: str, pv: str) -> str | None:
    head, _, rest = mount_point.removeprefix(f"{KUBELET_ROOT}/pods/").partition("/")
    try:
        path = f"{KUBELET_ROOT}/pods/{PodUid(head)}/volumes/kubernetes.io~csi/{KubernetesName(pv)}/mount"
    except UnsafeValueError:
        return None
    return path if path == mount_point and rest else None


def _confirm(node: str, mounted: VolumeMount) -> Iterator[Step]:
    if mounted.is_xfs:
        yield from _stat(node, mounted, Phase.CONFIRM, ANEW)
    try:
        pv, dev_t = KubernetesName(mounted.pv), DeviceNumber(mounted.mounts[0].dev_t)
    except UnsafeValueError:
        return
    yield Step(
        host=node,
        phase=Phase.CONFIRM,
        target=f"mounts-{pv}",
        effect=Effect.READS,
        does=Text(
            en="Once the old pods are gone: see whether volume {pv}, or device {dev}, is still mounted here; the place "
            "where the driver stages it does not have the volume's name",
            zh="旧 Pod 删除后：查看卷 {pv} 或设备 {dev} 是否仍挂载在该节点；驱动的 stage 目录不含卷名",
        ).fill(pv=pv, dev=dev_t),
        command=Command(("sed", "-nE", f"/ {dev_t} |{pv}/p", "/proc/1/mountinfo")),
        expect=Text(
            en="Nothing when its pods run elsewhere now; else a mount of the new pod only, and in `dmesg` the device's "
            "newest line is that it was mounted",
            zh="若 Pod 已在其他节点运行，则无输出；否则只有新 Pod 的挂载，且 `dmesg` 中该设备的最新一条是重新挂载",
        ),
        if_fails=TOO_SOON,
    )
