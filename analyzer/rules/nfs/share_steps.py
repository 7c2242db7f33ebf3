"""Steps about a share that was refused: what the array offers, from which address the node comes, and the remedy."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.claims import StorageClasses
from analyzer.facts.identifiers import UnsafeValueError
from analyzer.facts.nfs import PortalAddress
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.nfs import path_steps
from analyzer.rules.nfs.mounts import FailedMount
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text


def steps(node: str, one: FailedMount, kind: str, classes: StorageClasses | Unknown) -> tuple[Step, ...]:
    """`kind`: permission, share, folder or both."""
    return tuple(_steps(node, one, kind, classes))


def _steps(node: str, one: FailedMount, kind: str, classes: StorageClasses | Unknown) -> Iterator[Step]:
    if kind == "folder":
        yield _folder()
        return
    yield from _asked(node, one)
    if kind in ("permission", "both"):
        yield _permission(one, classes)
    if kind in ("share", "both"):
        yield _share(one)
    if one.share:
        yield _try(node, one)


def _asked(node: str, one: FailedMount) -> Iterator[Step]:
    try:
        address = PortalAddress(one.portal)
    except UnsafeValueError:
        return
    yield _read(
        node,
        f"from-{address}",
        Text(en="See from which address this node comes to {portal}", zh="查看该节点访问 {portal} 时使用的源地址").fill(
            portal=address
        ),
        Command(("ip", "route", "get", address)),
        Text(
            en="The address after `src` is the one that the array must let mount the share",
            zh="`src` 后的地址即阵列需要允许挂载该共享的客户端地址",
        ),
    )
    yield _read(
        node,
        f"exports-{address}",
        Text(en="Ask {portal} for its shares and who may mount them", zh="查询 {portal} 上的共享及允许的客户端").fill(
            portal=address
        ),
        Command(("showmount", "-e", address)),
        Text(
            en="A line with the path of the share and that address, a network with it, or *; no line: it is not "
            "shared. An array without NFSv3 answers nothing here",
            zh="应有一行包含该共享路径以及上述地址、其所在网段或 *；没有该行说明未共享。未开启 NFSv3 的阵列不会应答",
        ),
    )


def _permission(one: FailedMount, classes: StorageClasses | Unknown) -> Step:
    named = one.volume.storage_class if one.volume else ""
    own = None if isinstance(classes, Unknown) else classes.of(named)
    told = own.parameter("authClient") if own else ""
    return step_by_hand(
        ADMIN,
        f"permission-{one.name}",
        Text(
            en="If that address is missing: on the array add it to the clients of the share of {volume}, with the "
            "rights that its other clients have. For volumes made later correct authClient of StorageClass {cls} "
            "(now: {told}): addresses or networks, separated by `;`. With nfsAutoAuthClient on the backend, the driver "
            "does it by itself: then helm value csiDriver.reportNodeIP must be true, and nfsAutoAuthClientCIDRs must "
            "hold that address",
            zh="如果缺少该地址：在阵列上把它加入 {volume} 的共享客户端，权限与其他客户端一致。对以后创建的卷，"
            "修正 StorageClass {cls} 的 authClient（当前：{told}），多个地址或网段用 `;` 分隔。如果后端启用了 "
            "nfsAutoAuthClient，则由驱动自动授权：此时 helm 参数 csiDriver.reportNodeIP 须为 true，"
            "且 nfsAutoAuthClientCIDRs 须包含该地址",
        ).fill(volume=one.name, cls=named or "?", told=told or "?"),
        phase=Phase.CONFIGURE,
    )


def _share(one: FailedMount) -> Step:
    return step_by_hand(
        ADMIN,
        f"share-{one.name}",
        Text(
            en="If the share is not listed: on the array look whether the file system of {volume} exists. It exists: "
            "share it again under {share}. It does not: its data is gone from this array; do not delete the PV or the "
            "claim before it is clear from which backup or replica it comes back",
            zh="如果没有该共享：在阵列上确认 {volume} 对应的文件系统是否存在。存在：重新以 {share} 创建共享。不存在："
            "该阵列上已没有此数据；在确认可从哪个备份或副本恢复之前，不要删除 PV 或 PVC",
        ).fill(volume=one.name, share=one.share or "?"),
        phase=Phase.CONFIGURE,
    )


def _folder() -> Step:
    return step_by_hand(
        ADMIN,
        "kubelet-folder",
        Text(
            en="Compare the kubelet's --root-dir with the helm value kubeletConfigDir of the driver, and correct the "
            "latter with `helm upgrade`",
            zh="比较 kubelet 的 --root-dir 与驱动的 helm 参数 kubeletConfigDir，并通过 `helm upgrade` 修正后者",
        ),
        phase=Phase.CONFIGURE,
    )


def _try(node: str, one: FailedMount) -> Step:
    named, test = path_steps.mount_command(one.share, one.version)
    return step_by_hand(
        node,
        f"mount-{named}",
        Text(
            en="See on the host that the share can be mounted: `{test}`. No error is printed; the kubelet then tries "
            "again by itself within two minutes",
            zh="在主机上确认可以挂载该共享：`{test}`。应无报错；之后 kubelet 会在两分钟内自动重试",
        ).fill(test=test),
        phase=Phase.CONFIRM,
    )


def _read(node: str, target: str, does: Text, command: Command, expect: Text) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target=target,
        effect=Effect.READS,
        does=does,
        command=command,
        expect=expect,
        if_fails=Text(en="Without the tool look on the array instead.", zh="如果主机没有该工具，请直接在阵列上查看。"),
    )
