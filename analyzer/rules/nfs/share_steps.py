"""Steps about a share that was refused: what the array offers, from which address the node comes, and the remedy."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts.identifiers import PortalAddress, UnsafeValueError
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.nfs import path_steps
from analyzer.rules.nfs.mounts import FailedMount
from analyzer.rules.nfs.share_clients import ShareClients
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

AUTO = Text(
    en="With nfsAutoAuthClient on the backend, the driver does it by itself: then helm value csiDriver.reportNodeIP "
    "must be true, and nfsAutoAuthClientCIDRs must hold that address",
    zh="如果后端启用了 nfsAutoAuthClient，则由驱动自动授权：此时 helm 参数 csiDriver.reportNodeIP 须为 true，"
    "且 nfsAutoAuthClientCIDRs 须包含该地址",
)
KNOWN_AS = Text(en="; Kubernetes knows the node as {addresses}", zh="；Kubernetes 中该节点的地址为 {addresses}")
DTREE = Text(en="the DTree {name} in the file system {parent}", zh="文件系统 {parent} 中的 DTree {name} ")
FILE_SYSTEM = Text(en="the file system {name}", zh="文件系统 {name} ")


def steps(node: str, one: FailedMount, kind: str, clients: ShareClients) -> tuple[Step, ...]:
    """`kind`: permission, share, folder or both."""
    return tuple(_steps(node, one, kind, clients))


def _steps(node: str, one: FailedMount, kind: str, clients: ShareClients) -> Iterator[Step]:
    if kind == "folder":
        yield _folder()
        return
    yield from _asked(node, one)
    on_array = {"permission": _permission(one, clients), "share": _share(one)}
    wanted = ("share", "permission") if clients.lets_in else ("permission", "share")  # the likelier first
    yield from (on_array[each] for each in wanted if kind in (each, "both"))
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


def _permission(one: FailedMount, clients: ShareClients) -> Step:
    says = Text(
        en="On the array look at the clients of the share {share}: {address} must be among them, or a network with it. "
        "If it is not, add it with the rights that the other clients have.{later} {auto}",
        zh="在阵列上查看共享 {share} 的客户端：其中应包含{address}，或其所在网段。如果没有，请添加，"
        "权限与其他客户端一致。{later}{auto}",
    ).fill(
        share=one.share or one.name,
        address=_address(one, clients),
        later="" if clients.lets_in else _for_later(clients),
        auto=AUTO,
    )
    return step_by_hand(ADMIN, f"permission-{one.name}", says, phase=Phase.CONFIGURE)


def _address(one: FailedMount, clients: ShareClients) -> Text:
    """Where it comes from is printed on the node, not here."""
    known = ", ".join(clients.addresses)
    return Text(
        en="the address that {node} comes from (on {node}: `ip route get {portal}`, the word after `src`{known})",
        zh="{node} 访问时使用的源地址（在 {node} 上执行 `ip route get {portal}`，`src` 之后的地址{known}）",
    ).fill(node=clients.node, portal=_portal(one), known=KNOWN_AS.fill(addresses=known) if known else "")


def _portal(one: FailedMount) -> str:
    """An address that may be typed; else a word that says what to put there."""
    try:
        return PortalAddress(one.portal)
    except UnsafeValueError:
        return "PORTAL"


def _for_later(clients: ShareClients) -> Text:
    return Text(
        en=" For volumes made later correct authClient of the StorageClass {cls} (now: {told}): addresses or networks, "
        "separated by `;`.",
        zh="对以后创建的卷，修正 StorageClass {cls} 的 authClient（当前：{told}），多个地址或网段用 `;` 分隔。",
    ).fill(cls=clients.storage_class or "-", told=clients.told or "-")


def _share(one: FailedMount) -> Step:
    return step_by_hand(
        ADMIN,
        f"share-{one.name}",
        Text(
            en="On the array look whether {thing} exists, and whether it is shared. It exists: share it again as "
            "{share}. It does not: its data is gone from this array; do not delete the PV or the claim before it is "
            "clear from which backup or replica it comes back",
            zh="在阵列上确认{thing}是否存在、是否已共享。存在但未共享：重新创建共享 {share}。不存在："
            "该阵列上已没有此数据；在确认可从哪个备份或副本恢复之前，不要删除 PV 或 PVC",
        ).fill(thing=_thing(one), share=one.share or one.name),
        phase=Phase.CONFIGURE,
    )


def _thing(one: FailedMount) -> Text:
    name = one.share.rpartition("/")[2] or one.failure.volume or one.name
    return DTREE.fill(name=name, parent=one.parent) if one.parent else FILE_SYSTEM.fill(name=name)


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
