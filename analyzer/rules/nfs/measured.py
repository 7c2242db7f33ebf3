"""What the check of a portal measured, in words: echo requests, round trip, connection, and its error.

Input    the check of a portal, which an older collector left without numbers.
Output   sentences; nothing for what was not measured.
How      within a storage network a round trip takes a millisecond or less.  Echo requests are small: that they are
         quick does not show that full packets pass.
Source   connect(2): ECONNREFUSED is the answer of a host on which nobody listens, or of a firewall that rejects; no
         answer at all is that of one that drops, and of no host.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts.host import PortalCheck
from analyzer.texts import Text

SLOW_TRIP_MS = 100.0
QUICK_TRIP_MS = 10.0

ANSWERED = Text(
    en="{portal} answered {received} of {sent} echo requests, after {rtt} ms on average and {most} ms at most.",
    zh="{portal} 应答了 {sent} 个 ping 请求中的 {received} 个，往返时延平均 {rtt} 毫秒，最大 {most} 毫秒。",
)
SILENT = Text(
    en="{portal} answered none of {sent} echo requests.", zh="{portal} 未应答 {sent} 个 ping 请求中的任何一个。"
)
CONNECTED = Text(
    en="A TCP connection to its port {port} took {seconds} s.", zh="与其端口 {port} 建立 TCP 连接耗时 {seconds} 秒。"
)
SMALL_ARE_QUICK = Text(
    en="So small packets pass quickly and without loss: look also at the frame size (full packets may be lost where "
    "the MTU differs), and at the load of the array's NFS service.",
    zh="可见小包传输快且无丢包：还应检查帧大小（MTU 不一致时大包可能丢失），以及阵列 NFS 服务的负载。",
)
REFUSED = Text(
    en="The connection was refused at once (Connection refused): the address is there, but nothing listens on the "
    "port, or a firewall rejects it. Packets do arrive.",
    zh="连接被立即拒绝（Connection refused）：地址存在，但端口无服务监听，或被防火墙拒绝。报文可以到达。",
)
DROPPED = Text(
    en="The connection got no answer at all: packets are dropped on the way (a firewall, a VLAN), or nobody has the "
    "address.",
    zh="连接没有任何应答：报文在途中被丢弃（防火墙、VLAN），或该地址无人使用。",
)
NO_WAY = Text(
    en="The node itself says that there is no way to it ({error}): its route, its address or its link.",
    zh="节点自身报告没有到该地址的通路（{error}）：请检查其路由、地址或链路。",
)
_MEANS = {
    "Connection refused": REFUSED,
    "no answer": DROPPED,
    "Connection timed out": DROPPED,
    "No route to host": NO_WAY,
    "Network is unreachable": NO_WAY,
}


def numbers(check: PortalCheck | None) -> Iterator[Text]:
    if check is None:
        return
    if check.received and check.rtt_ms is not None and check.rtt_max_ms is not None:
        trip = {"rtt": f"{check.rtt_ms:g}", "most": f"{check.rtt_max_ms:g}"}
        yield ANSWERED.fill(portal=check.address, received=f"{check.received}", sent=f"{check.sent}", **trip)
    elif check.sent and check.received == 0:
        yield SILENT.fill(portal=check.address, sent=f"{check.sent}")
    if check.tcp and check.tcp_seconds is not None:
        yield CONNECTED.fill(port=f"{check.port}", seconds=f"{check.tcp_seconds:g}")


def error_means(check: PortalCheck) -> Text | None:
    """What the error of the connection tells of the cause; None where none is told, or it is of another kind."""
    means = _MEANS.get(check.error)
    return means.fill(error=check.error) if means is NO_WAY else means


def is_bad(check: PortalCheck | None) -> bool:
    """The way to the portal itself was measured to be slow, or to lose a good part."""
    if check is None or not check.sent:
        return False
    lost_much = bool(check.received) and check.lost * 2 >= check.sent
    return lost_much or (check.rtt_ms is not None and check.rtt_ms >= SLOW_TRIP_MS)


def is_good(check: PortalCheck | None) -> bool:
    if check is None or not check.sent or check.lost or check.rtt_max_ms is None:
        return False
    return check.rtt_max_ms < QUICK_TRIP_MS
