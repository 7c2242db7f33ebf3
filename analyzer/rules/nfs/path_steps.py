"""Steps that look at the way from a node to a portal, and what is then done by hand."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts.identifiers import NfsShare, PortalAddress, UnsafeValueError
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.nfs.refusals import VERSIONS
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

ASK = Text(en="Show the output to whoever runs the storage network.", zh="请把输出交给存储网络管理员。")


def reach(node: str, portal: str, port: int, *, from_others: bool) -> tuple[Step, ...]:
    """Route, ping, TCP; then the cause by hand, by whether other nodes reach the portal."""
    try:
        address = PortalAddress(portal)
    except UnsafeValueError:
        return (_mend(node, portal, from_others=from_others),)
    return (
        _read(
            node,
            f"route-{address}",
            Text(en="Which way {node} takes to the portal {portal}", zh="查看 {node} 到业务 IP {portal} 的路由").fill(
                node=node, portal=address
            ),
            Command(("ip", "route", "get", address)),
            Text(
                en="A route over the interface of the storage network; `unreachable` or the default gateway means that "
                "the route or the address of that interface is missing",
                zh="应从存储业务网口发出；若显示 `unreachable` 或走默认网关，说明缺少路由或该网口的地址配置",
            ),
        ),
        _ping(node, address),
        _mend(node, portal, from_others=from_others),
        _opens(node, address, port),
    )


def measure(node: str, portal: str) -> tuple[Step, ...]:
    """Loss, path, frame size and errors of the interfaces."""
    try:
        address = PortalAddress(portal)
    except UnsafeValueError:
        return ()
    return tuple(_measurements(node, address))


def _measurements(node: str, address: PortalAddress) -> Iterator[Step]:
    yield _read(
        node,
        f"loss-{address}",
        Text(en="Measure loss and delay to {portal}", zh="测量到 {portal} 的丢包和时延").fill(portal=address),
        Command(("ping", "-n", "-c", "100", "-i", "0.2", address)),
        Text(
            en="0% packet loss and an average below a few milliseconds; loss or more than 100 ms explains the mounts",
            zh="丢包率为 0%，平均时延在几毫秒以内；如有丢包或超过 100 毫秒，即可解释挂载缓慢",
        ),
    )
    yield _read(
        node,
        f"mtu-{address}",
        Text(
            en="See whether large frames pass to {portal} (only where the interface has an MTU of 9000)",
            zh="确认到 {portal} 的大帧能否通过（仅适用于网口 MTU 为 9000 的情况）",
        ).fill(portal=address),
        Command(("ping", "-n", "-c", "3", "-M", "do", "-s", "8972", address)),
        Text(
            en="Three answers; `message too long` or no answer, while the plain ping works, means that a switch or the "
            "array has a smaller MTU",
            zh="收到三个应答；若普通 ping 正常而此处报 `message too long` 或无应答，说明交换机或阵列的 MTU 较小",
        ),
    )
    yield _read(
        node,
        f"hops-{address}",
        Text(en="Show the path to {portal}", zh="查看到 {portal} 的路径").fill(portal=address),
        Command(("tracepath", "-n", address)),
        Text(
            en="One or two hops inside the storage network, and the same pmtu on each",
            zh="存储网络内一到两跳，且各跳 pmtu 一致",
        ),
    )
    yield _read(
        node,
        "interface-errors",
        Text(en="Show the errors of all interfaces", zh="查看所有网口的错误计数"),
        Command(("ip", "-s", "link")),
        Text(
            en="errors and dropped of the storage interface stay the same when asked twice; rising ones mean a cable, "
            "a transceiver or a switch port",
            zh="间隔两次查询，存储网口的 errors、dropped 不应增长；持续增长说明线缆、光模块或交换机端口有问题",
        ),
    )


def mount_command(share: str, version: str) -> tuple[NfsShare, str]:
    """The same mount by hand: read-only, soft, ended after two minutes, on a folder of its own."""
    try:
        named = NfsShare(share)
    except UnsafeValueError:
        named = NfsShare("PORTAL:/SHARE")
    options = f" -o ro,soft,nfsvers={version}" if version in VERSIONS else " -o ro,soft"
    mount = f"time timeout 120 mount -t nfs{options} {named} /tmp/test_mount"
    return named, f"mkdir -p /tmp/test_mount && {mount}; umount /tmp/test_mount"


def mount_again(node: str, share: str, version: str, phase: Phase = Phase.CONFIRM) -> Step:
    """The FAQ's own test: the same mount on the host, timed."""
    named, test = mount_command(share, version)
    return step_by_hand(
        node,
        f"timed-mount-{named}",
        Text(
            en="Mount the share on the host itself and see how long it takes: `{test}`. Slow here too: the network. "
            "Quick here and slow for the driver: its limit of open files",
            zh="在主机上手动挂载该共享并观察耗时：`{test}`。主机上同样缓慢：网络问题；主机上很快而驱动挂载缓慢："
            "打开文件数上限问题",
        ).fill(test=test),
        phase=phase,
    )


def mend_path(node: str, portal: str) -> Step:
    """What the measurements show."""
    return step_by_hand(
        node,
        f"path-{portal}",
        Text(
            en="Mend what the measurements show. Loss or errors that rise: cable, transceiver, switch port, duplex. "
            "Large frames that do not pass: the same MTU on the host, every switch and the array's port. Delay without "
            "loss: a link that is full, a detour over a router, or an array or node under heavy load",
            zh="按测量结果修复。丢包或错误计数增长：线缆、光模块、交换机端口、双工模式。大帧不通：主机、各级交换机与阵列端口的"
            "MTU 保持一致。无丢包但时延高：链路拥塞、绕行路由器，或阵列、节点负载过高",
        ),
        phase=Phase.CONFIGURE,
    )


def more_time(namespace: str) -> Step:
    """A stopgap; the driver's limit is an argument of its pods."""
    return step_by_hand(
        ADMIN,
        "exec-command-timeout",
        Text(
            en="Only as a stopgap while the network is mended, and from driver V4.2.0: raise the driver's limit by the "
            "helm value csiDriver.execCommandTimeout (1 to 600 s, default 30), with `helm upgrade` of its release "
            "(namespace {namespace}), which makes the driver's pods anew. Before V4.2.0 it is fixed at 30 s",
            zh="仅作为修复网络期间的临时措施（V4.2.0 及以后版本）：通过 `helm upgrade` 调大 "
            "csiDriver.execCommandTimeout（1～600 秒，默认 30），驱动 Pod（命名空间 {namespace}）会被重建。"
            "V4.2.0 之前固定为 30 秒",
        ).fill(namespace=namespace or "huawei-csi"),
        phase=Phase.CONFIGURE,
    )


def _ping(node: str, address: PortalAddress) -> Step:
    return _read(
        node,
        f"ping-{address}",
        Text(en="Ping the portal {portal}", zh="ping 业务 IP {portal}").fill(portal=address),
        Command(("ping", "-n", "-c", "3", "-W", "2", address)),
        Text(
            en="Three answers; none: addressing, VLAN, cable, or the portal itself",
            zh="收到三个应答；若无应答：检查地址配置、VLAN、线缆或该业务 IP 本身",
        ),
    )


def _opens(node: str, address: PortalAddress, port: int) -> Step:
    return Step(
        host=node,
        phase=Phase.CONFIRM,
        target=f"tcp-{address}-{port}",
        effect=Effect.READS,
        does=Text(
            en="See that TCP port {port} of {portal} can be opened", zh="确认可以连接 {portal} 的 TCP 端口 {port}"
        ).fill(port=port, portal=address),
        command=Command(("nc", "-z", "-w", "5", address, str(port))),
        expect=Text(
            en="Exit code 0. The kubelet then tries the volume again by itself within two minutes",
            zh="退出码为 0。之后 kubelet 会在两分钟内自动重试",
        ),
        if_fails=Text(
            en="`Connection refused`: the service is off on that portal. No answer: a firewall or the network. Without "
            "nc on the host: collect again, the bundle has this test.",
            zh="`Connection refused`：该业务 IP 上的服务未开启。无应答：防火墙或网络问题。主机没有 nc 时，"
            "请重新采集，诊断包中包含该检查。",
        ),
    )


def _mend(node: str, portal: str, *, from_others: bool) -> Step:
    says = (
        Text(
            en="Other nodes reach {portal}, so the array is fine: mend this node's address, VLAN, route, cable or "
            "firewall towards it, or the array's or firewall's list of allowed hosts",
            zh="其他节点能访问 {portal}，阵列侧正常：请修复本节点到该地址的 IP 配置、VLAN、路由、线缆或防火墙，"
            "或检查防火墙、阵列的主机访问白名单",
        )
        if from_others
        else Text(
            en="No node reaches {portal}: on the array see that this logical port is up and its link is, that its "
            "service (NFS or iSCSI) is on; then switch and VLAN. Only if the address itself is wrong: the portals "
            "stand in the backend's configuration, and `oceanctl update backend` changes the account only; have "
            "support confirm for your driver version that the backend may be deleted and created again under the same "
            "name with the right portals",
            zh="没有节点能访问 {portal}：请在阵列上确认该逻辑端口及其链路正常、对应服务（NFS 或 iSCSI）已开启，"
            "再检查交换机和 VLAN。仅当地址本身配置错误时：portals 位于后端配置中，而 `oceanctl update backend` "
            "只能修改账号；请联系技术支持，按驱动版本确认能否删除后端并以相同名称、正确的 portals 重新创建",
        )
    )
    return step_by_hand(node, f"portal-{portal}", says.fill(portal=portal), phase=Phase.CONFIGURE)


def _read(node: str, target: str, does: Text, command: Command, expect: Text) -> Step:
    return Step(
        host=node,
        phase=Phase.CHECK,
        target=target,
        effect=Effect.READS,
        does=does,
        command=command,
        expect=expect,
        if_fails=ASK,
    )
