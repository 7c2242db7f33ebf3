"""The sentences of mount-point-occupied."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts.driver import DriverVersion
from analyzer.rules.mounts.occupied import Occupied, Seen
from analyzer.rules.mounts.users import Users
from analyzer.texts import Text, lines

SHOWN = 5
_KUBELET = re.compile(r"v?(?P<major>\d+)\.(?P<minor>\d+)")

TITLE = Text(en="A mount point holds another source", zh="挂载点已被其他来源占用")
TITLE_RUNNING = Text(en="A running pod uses the wrong volume", zh="运行中的 Pod 挂载了错误的卷")
TITLE_SAME = Text(en="The driver takes the right mount for a wrong one", zh="驱动将正确的挂载误判为错误")
TITLE_NODE = Text(
    en="A device node lies where a raw block volume is to be mounted", zh="裸块卷的挂载位置上已有一个设备节点"
)

WRONG = Text(
    en="{point} holds {source} (device {dev}) and not its own volume {pv}.",
    zh="{point} 上挂载的是 {source}（设备 {dev}），而不是它自己的卷 {pv}。",
)
RUNS = Text(
    en="Pod {pod} runs, and reads and writes the wrong volume: not {pv}.",
    zh="Pod {pod} 正在运行，但读写的是错误的卷，而不是 {pv}。",
)
RUNS_ON = Text(
    en="Pod {pod} runs, and reads and writes the wrong volume ({other}): not {pv}.",
    zh="Pod {pod} 正在运行，但读写的是错误的卷（{other}），而不是 {pv}。",
)
DATA = Text(
    en="What the pod has written since lies in that other volume, and is missing in its own: save or compare the data "
    "before the pod is made anew. Nothing is unmounted under a running pod.",
    zh="此后该 Pod 写入的数据在另一个卷中，而不在它自己的卷中：重建 Pod 之前请先备份或比对数据。"
    "不会在 Pod 运行时卸载。",
)
GONE = Text(
    en="The pod with uid {uid} is no longer in the cluster: the mount was left behind.",
    zh="uid 为 {uid} 的 Pod 已不在集群中：该挂载是残留。",
)
WAITS = Text(
    en="Pod {pod} waits for this place and does not run yet, so unmounting it takes nothing from anybody.",
    zh="Pod {pod} 正在等待该挂载点且尚未运行，因此卸载不影响任何业务。",
)
PODS_UNKNOWN = Text(
    en="Whether its pod still runs could not be read, so nothing is unmounted.",
    zh="未能确认其 Pod 是否仍在运行，因此不进行卸载。",
)
STAGED_THERE = Text(
    en="This is the place where the volume is staged for all pods of the node: it becomes free when they leave.",
    zh="这是该卷在本节点上供所有 Pod 使用的暂存路径：相关 Pod 离开后即被释放。",
)
LAYERS = Text(
    en="{n} mounts lie on each other there, so one umount is not enough.",
    zh="该处叠加了 {n} 层挂载，一次 umount 不够。",
)
REPEATED = Text(
    en="The same source is mounted, in the same peer group, at: {points}. What was mounted onto one of them the kernel "
    "has repeated at the others, and takes away there too.",
    zh="同一来源还以同一 peer group 挂载在：{points}。在其中一处的叠加挂载会被内核复制到其他各处，卸载时也会一并移除。",
)

SAME = Text(
    en="{point} holds the right volume: {source} (device {dev}) is what is wanted there. The driver refuses it by "
    "mistake.",
    zh="{point} 上挂载的就是正确的卷：{source}（设备 {dev}）。驱动误判并拒绝。",
)
OLD_DRIVER = Text(
    en="The driver {version} compares the names of folders, which differ since Kubernetes 1.24 (here {kubelet}): so "
    "each mount fails that is tried again after a restart of the kubelet. V4.1.0 and newer compare the devices.",
    zh="驱动 {version} 比较的是目录名，而 Kubernetes 1.24 起（此处为 {kubelet}）目录名不同，"
    "因此重启 kubelet 后的每次重新挂载都会失败。V4.1.0 及以上版本比较的是设备。",
)
NOT_OLD = Text(
    en="This is known of drivers before V4.1.0 on Kubernetes 1.24 and newer; here they are {version} and {kubelet}, so "
    "what made the driver think so is not known. Another mount may have lain there at that moment.",
    zh="已知该问题出现在 V4.1.0 之前的驱动配合 Kubernetes 1.24 及以上版本；此处为 {version} 与 {kubelet}，"
    "误判原因不明，可能当时该处有其他挂载。",
)
NO_UMOUNT = Text(en="Do not unmount it: the pod may be using it.", zh="不要卸载：Pod 可能正在使用。")

REFUSED = Text(
    en="The driver refused to mount at {point}, which it found taken by {actual}.",
    zh="驱动拒绝在 {point} 挂载：发现该处已被 {actual} 占用。",
)
NO_TABLE = Text(
    en="The node's mount table was not read ({status}), so two causes are left: another volume is mounted there, or it "
    "is the right one and the driver (before V4.1.0) mistakes it. Do not unmount before that is known.",
    zh="未能读取该节点的挂载表（{status}），因此有两种可能：该处挂载了其他卷；或挂载正确而驱动（V4.1.0 之前）误判。"
    "确认之前不要卸载。",
)
NOT_ON_HOST = Text(
    en="The host has nothing mounted there now: either it was unmounted meanwhile, and the kubelet's next try "
    "succeeds; or only the driver's own container still sees that mount.",
    zh="主机上该处现在没有挂载：可能已被卸载，kubelet 下次重试即可成功；也可能只有驱动容器内仍看到该挂载。",
)
NODE = Text(
    en="The driver refused to mount raw block volume {pv} at {point}: a device node lies there that is not the one of "
    "the volume. It says so (`bind mount already exist on …`) only where nothing is mounted and a device node was made "
    "in that place, by hand, by another program, or by what restored the folder.",
    zh="驱动拒绝在 {point} 挂载裸块卷 {pv}：该处有一个不属于该卷的设备节点。仅当该处没有挂载、却存在一个设备节点"
    "（由人工、其他程序或目录恢复操作创建）时，驱动才会报 `bind mount already exist on …`。",
)
NODE_TRIES = Text(
    en="Each try of the kubelet fails until the node is gone. To which device it leads, `ls -l` tells (its major and "
    "minor number); removing the node itself takes no data away.",
    zh="在该节点文件被删除之前，kubelet 的每次重试都会失败。用 `ls -l` 可查看它指向哪个设备（主、次设备号）；"
    "删除节点文件本身不会丢失数据。",
)
NO_WANTED = Text(
    en="What ought to be there could not be told ({wanted} is not mounted, or by several devices), so two causes are "
    "left: another volume, or the right one that the driver (before V4.1.0) mistakes. Do not unmount before that is "
    "known.",
    zh="无法确定该处应挂载什么（{wanted} 未挂载，或有多个设备），因此有两种可能：挂载了其他卷；或挂载正确而驱动"
    "（V4.1.0 之前）误判。确认之前不要卸载。",
)


def mistakes(version: DriverVersion | None, kubelet: str) -> bool:
    """Whether this driver on this Kubernetes is known to take a right mount for a wrong one."""
    match = _KUBELET.match(kubelet)
    fixed = DriverVersion.of("4.1.0")
    if version is None or match is None or fixed is None:
        return False
    return (
        version < fixed and version.numbers[:3] != (3, 2, 3) and (int(match["major"]), int(match["minor"])) >= (1, 24)
    )


def wrong(one: Occupied, found: Seen, who: Users, peers: tuple[str, ...]) -> Text:
    return lines(*_wrong(one, found, who, peers))


def _wrong(one: Occupied, found: Seen, who: Users, peers: tuple[str, ...]) -> Iterator[Text]:
    top = found.wrong[0]
    if who.runs:
        yield _whose(one, who, peers)
    yield WRONG.fill(point=one.target, source=top.source or "?", dev=f"{top.dev_t} {top.root}", pv=one.pv or "?")
    yield DATA if who.runs else _whose(one, who, peers)
    if not one.pod_uid:
        yield STAGED_THERE
    if len(found.stack) > 1:
        yield LAYERS.fill(n=len(found.stack))
    if peers:
        yield REPEATED.fill(points=", ".join(peers[:SHOWN]))


def _whose(one: Occupied, who: Users, peers: tuple[str, ...]) -> Text:
    names = ", ".join(pod.full_name for pod in who.pods)
    if who.runs:
        owners = sorted(
            {match[1] for peer in peers if (match := re.search(r"/kubernetes\.io~csi/([^/]+)/mount$", peer))}
        )
        says = RUNS_ON.fill(pod=names, other=", ".join(owners), pv=one.pv or "?") if owners else None
        return says or RUNS.fill(pod=names, pv=one.pv or "?")
    if not who.is_known:
        return PODS_UNKNOWN
    return WAITS.fill(pod=names) if who.pods else GONE.fill(uid=one.pod_uid or "?")
