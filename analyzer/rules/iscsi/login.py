"""Why a node is not logged in to the targets of a volume, as far as iscsiadm's own words in the driver's log tell."""

from __future__ import annotations

from datetime import timedelta

from analyzer.facts import Unknown
from analyzer.facts.cluster import PublishInfo
from analyzer.facts.logs import SignalHit, Signals
from analyzer.facts.times import moment
from analyzer.facts.transport import IscsiSessions
from analyzer.findings import Certainty
from analyzer.rules.storage.not_found import COLLECT, IT_IS_SO, Judged, address_of, look
from analyzer.runbook import Effect, Phase, Step
from analyzer.texts import Text

REFUSED = "driver-iscsi-login-refused"
NOT_AUTHORISED = "24"
BEFORE = timedelta(minutes=10)  # the login is tried for two minutes before the driver tells that it found no device

NO_SESSION = Text(
    en="This node has no session that is logged in to {targets}, although the portals were tried: the login fails. On "
    "the array: the initiator of this host and CHAP; on the node: iscsid.",
    zh="本节点没有登录到 {targets} 的会话（已尝试过业务端口）：登录失败。请检查阵列侧该主机的启动器和 CHAP，"
    "以及节点侧的 iscsid。",
)
REFUSAL = Text(
    en="The array refuses this node's login at {portals}: iscsiadm ends with {code}, `{says}`. So there is no session "
    "to {targets}.",
    zh="阵列在 {portals} 上拒绝了该节点的登录：iscsiadm 返回 {code}，`{says}`。因此没有到 {targets} 的会话。",
)
NO_LEAVE = Text(
    en="Portal and network answer: it is the right to log in that is missing. CHAP is switched on for this initiator "
    "on the array and the node logs in without it or with another name or password, or the array does not know the "
    "initiator.",
    zh="业务端口和网络均有应答，缺少的是登录权限：阵列为该启动器启用了 CHAP，而节点未使用 CHAP 或用户名、密码不一致；"
    "或者阵列上没有登记该启动器。",
)
NAME = Text(en="Show the name with which this node logs in", zh="查看该节点登录时使用的启动器名称")
NAME_EXPECT = Text(
    en="InitiatorName=iqn.…: the array has exactly this initiator under this host",
    zh="InitiatorName=iqn.…：阵列上该主机下有完全相同的启动器",
)
ASK = Text(
    en="On the array that has the portals {portals}, look at the initiator of this host: whether it is there, and "
    "whether CHAP is enabled for it. CHAP on the array needs the same name and password in node.session.auth.* of "
    "/etc/iscsi/iscsid.conf",
    zh="在拥有业务端口 {portals} 的阵列上检查该主机的启动器：是否存在，以及是否启用了 CHAP。"
    "若阵列启用了 CHAP，节点 /etc/iscsi/iscsid.conf 中的 node.session.auth.* 需配置相同的用户名和密码",
)


def judged(
    node: str, info: PublishInfo | None, sessions: IscsiSessions | Unknown, signals: Signals | Unknown, since: str
) -> Judged | None:
    """None when a session is logged in, or nobody can tell; `since`: when the driver first missed the device."""
    if info is None or not info.iqns or isinstance(sessions, Unknown):
        return None
    own = [one for one in sessions.sessions if one.target in info.iqns]
    if any(one.state == "LOGGED_IN" for one in own):
        return None
    targets = ", ".join(dict.fromkeys(info.iqns))
    spans = tuple(one.span for one in own)
    hits = _refusals(info, signals, since)
    if not hits:
        return Judged((NO_SESSION.fill(targets=targets),), Certainty.LIKELY, spans)
    portals = ", ".join(dict.fromkeys(hit.field("portal") or "?" for hit in hits))
    code, said = hits[-1].field("code") or "?", hits[-1].field("says") or "?"
    says = [REFUSAL.fill(portals=portals, code=code, says=said, targets=targets)]
    says += [NO_LEAVE] if code == NOT_AUTHORISED else []
    quoted = (*(hit.spans[-1] for hit in hits[:2]), *spans)
    return Judged(tuple(says), Certainty.LIKELY, quoted, _steps(node, portals))


def _refusals(info: PublishInfo, signals: Signals | Unknown, since: str) -> tuple[SignalHit, ...]:
    """Of the volume's own portals, oldest first; what was refused long before the failure is no part of it."""
    if isinstance(signals, Unknown):
        return ()
    addresses = {address_of(portal) for portal in info.portals}
    hits = [
        hit
        for hit in signals.of(REFUSED)
        if address_of(hit.field("portal") or "") in addresses and not _is_older(hit.last, since)
    ]
    return tuple(sorted(hits, key=lambda hit: hit.last))


def _is_older(last: str, since: str) -> bool:
    told, begun = moment(last), moment(since)
    return told is not None and begun is not None and told < begun - BEFORE


def _steps(node: str, portals: str) -> tuple[Step, ...]:
    does = ASK.fill(portals=portals)
    return (
        look(node, "initiator-name", ("cat", "/etc/iscsi/initiatorname.iscsi"), NAME, NAME_EXPECT),
        Step(node, Phase.CHECK, "initiator-on-array", Effect.READS, does, None, IT_IS_SO, COLLECT),
    )
