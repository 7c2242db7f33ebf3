"""A backend of the driver is offline: the driver cannot manage that array, and its volumes are not made or attached.

How we know
    The StorageBackendContent of the backend has a status without `online: true` (the key is omitted when false).  The
    controllers' logs tell why: a login that the array refused, or a management address that does not answer.
Not reported here
    A backend whose content was never synchronised and that still waits for its first login; an array whose storage
    network fails while its management works (array-unreachable, mount-timeout-portal-unreachable).
False alarms
    An array that is being restarted or upgraded: the driver logs in again by itself within minutes.
Remedy
    Password changed: stop the controller first, for an array locks the account after a few refused logins; unlock it,
    then `oceanctl update backend`.  No answer: the management network between the controller and the array.
Source
    eSDK_K8S_Plugin, client/apis/xuanwu/v1 and storage/oceanstorage/base/client_restful.go; user guide 8.2.2 and 8.2.3.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.claims import PersistentVolumeClaims, StorageClasses
from analyzer.facts.cluster import PersistentVolumes, StorageBackend, StorageBackends
from analyzer.facts.driver import Driver
from analyzer.facts.logs import ClusterSignals, SignalHit, Signals
from analyzer.findings import Affected, Certainty, Evidence, Finding, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import cluster_rule
from analyzer.rules.cluster import backend_steps
from analyzer.texts import Text, lines

REFUSED, NO_ANSWER, OFFLINE = "driver-login-refused", "driver-array-no-answer", "driver-backend-offline"

TITLE = Text(en="Backend {backend} is offline", zh="后端 {backend} 离线")
CAUSE = Text(
    en="The driver cannot manage the array behind backend {backend} ({protocol}): it is offline, so that no volume of "
    "it can be created, attached or detached.",
    zh="驱动无法管理后端 {backend}（{protocol}）对应的阵列：该后端离线，因此其卷无法创建、attach 或 detach。",
)
WHY_REFUSED = Text(
    en="The array refused the driver's login, last with: {says}. A changed password or a locked account are the usual "
    "reasons.",
    zh="阵列拒绝了驱动的登录，最近一次报错：{says}。常见原因是密码已修改或账号被锁定。",
)
BEFORE = Text(en="Before that: {says}.", zh="此前的报错：{says}。")
WHY_NO_ANSWER = Text(
    en="The management address {url} did not answer the controller in time: network, firewall, or the array itself.",
    zh="管理地址 {url} 未在时限内应答控制器：请检查网络、防火墙或阵列本身。",
)
WHY_UNKNOWN = Text(
    en="No log says why: a changed password or locked account, or a management network that does not answer.",
    zh="没有日志说明原因：可能是密码已修改、账号被锁定，或管理网络不通。",
)
STILL = Text(
    en="Volumes that are mounted already keep working: data does not pass through this connection.",
    zh="已挂载的卷不受影响：数据不经过该管理连接。",
)


@cluster_rule("backend-offline", Severity.ERROR, Text(en="Backend offline", zh="后端离线"))
def backend_offline(
    backends: StorageBackends,
    volumes: PersistentVolumes | Unknown,
    claims: PersistentVolumeClaims | Unknown,
    classes: StorageClasses | Unknown,
    bindings: Bindings | Unknown,
    driver: Driver | Unknown,
    controllers: ClusterSignals | Unknown,
    of_nodes: Across[Signals],
) -> Iterator[Finding]:
    offline = [backend for backend in backends.items if backend.online is False]
    # a log names the array's address, not the backend: of several offline ones it may mean any
    hits = tuple(_hits(controllers, of_nodes)) if len(offline) == 1 else ()
    for backend in offline:
        waiting = _waiting(backend, claims, classes)
        users = users_of_volumes(bindings, _volumes(backend, volumes))
        yield _finding(backend, hits, tuple(sorted({*users, *waiting})), driver)


def _hits(controllers: ClusterSignals | Unknown, of_nodes: Across[Signals]) -> Iterator[tuple[str, SignalHit]]:
    """Of the controllers' logs, whether kubectl gave them or they lay on a node; with that node."""
    wanted = (REFUSED, NO_ANSWER, OFFLINE)
    if not isinstance(controllers, Unknown):
        yield from (("", hit) for hit in controllers.of(*wanted))
    for node, signals in of_nodes.known():
        yield from ((node, hit) for hit in signals.of(*wanted))


def _volumes(backend: StorageBackend, volumes: PersistentVolumes | Unknown) -> set[str]:
    return set() if isinstance(volumes, Unknown) else {one.name for one in volumes.items if one.backend == backend.name}


def _waiting(
    backend: StorageBackend, claims: PersistentVolumeClaims | Unknown, classes: StorageClasses | Unknown
) -> Iterator[Affected]:
    """Claims that wait for a volume of this backend, as far as their class names it."""
    if isinstance(claims, Unknown) or isinstance(classes, Unknown):
        return
    own = {one.name for one in classes.items if one.parameter("backend") == backend.name}
    for claim in claims.items:
        if claim.phase == "Pending" and claim.storage_class in own:
            yield Affected(claim.namespace, "", claim.name, "")


def _finding(
    backend: StorageBackend,
    hits: tuple[tuple[str, SignalHit], ...],
    users: tuple[Affected, ...],
    driver: Driver | Unknown,
) -> Finding:
    told = _told(hits, REFUSED)[-1:] or _told(hits, NO_ANSWER)[-1:]
    last = told[0] if told else None
    names = {"backend": backend.name, "protocol": backend.protocol or "?"}
    quoted = [*told, *(one for one in hits if (one[1].field("backend") or "") == backend.name)][:2]
    return Finding(
        rule="backend-offline",
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=(),
        subject=f"backend:{backend.name}",
        title=TITLE.fill(**names),
        cause=lines(CAUSE.fill(**names), *_why(last, hits), STILL),
        evidence=(Evidence.of("", backend.span), *(Evidence.of(node, hit.spans[-1]) for node, hit in quoted)),
        affects=users,
        steps=backend_steps.bring_online(backend, driver, refused=last is not None and last[1].signal == REFUSED),
    )


def _told(hits: tuple[tuple[str, SignalHit], ...], signal: str) -> list[tuple[str, SignalHit]]:
    """Oldest first: at the beginning the password is wrong, at the end the account is locked."""
    return sorted((one for one in hits if one[1].signal == signal), key=lambda one: one[1].last)


def _why(told: tuple[str, SignalHit] | None, hits: tuple[tuple[str, SignalHit], ...]) -> Iterator[Text]:
    if told is None:
        yield WHY_UNKNOWN
    elif told[1].signal == NO_ANSWER:
        yield WHY_NO_ANSWER.fill(url=told[1].field("url") or "?")
    else:
        said = list(dict.fromkeys(_says(hit) for _, hit in reversed(_told(hits, REFUSED))))
        yield WHY_REFUSED.fill(says=said[0])
        yield from (BEFORE.fill(says=says) for says in said[1:2])


def _says(hit: SignalHit) -> str:
    return (hit.field("says") or "?").strip("{}. \n")[:300]
