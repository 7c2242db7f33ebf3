"""csi-attacher that is not allowed to hold its lease: what the API server refuses, and how the right comes back.

Source   client-go, tools/leaderelection; eSDK_K8S_Plugin, helm/esdk/templates/huawei-csi-controller.yaml: Role
         huawei-csi-attacher-cfg and RoleBinding huawei-csi-attacher-role-cfg.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.driver import ATTACHER, Driver
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.facts.logs import ClusterSignals, SignalHit
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.attach import steps
from analyzer.runbook import ADMIN, Phase, Step
from analyzer.texts import Text

FORBIDDEN, ACQUIRED = "sidecar-lease-forbidden", "sidecar-lease-acquired"
ACCOUNT = "system:serviceaccount:"
ROLE, BINDING = "huawei-csi-attacher-cfg", "huawei-csi-attacher-role-cfg"

SAYS = Text(
    en="csi-attacher runs (pod {pod}), but may not hold its lease{lease}, and without it passes no request to attach "
    "on to the driver: the API server refuses ServiceAccount {user} the right to {verb} leases (RBAC; `is forbidden`, "
    "{n} times in its log).",
    zh="csi-attacher 在运行（Pod {pod}），但无权持有其租约{lease}，因而不会把 attach 请求转给驱动："
    "API server 拒绝 ServiceAccount {user} 对 leases 执行 {verb}（RBAC；日志中有 {n} 次 `is forbidden`）。",
)
LOOK = Text(
    en="See the {kind} that lets csi-attacher hold its lease",
    zh="查看允许 csi-attacher 持有租约的 {kind}",
)
COMPARE = Text(
    en="`NotFound`: it was deleted. Else compare its rules or subjects with the chart's.",
    zh="`NotFound` 表示已被删除；否则请将其 rules 或 subjects 与 chart 对比。",
)
MEND = Text(
    en="Give ServiceAccount {user} the right back: Role {role} and RoleBinding {binding} in namespace {namespace} let "
    "it get, watch, list, create, update and delete leases of coordination.k8s.io. The chart has them (`helm upgrade` "
    "with the same values), and so have the manifests of a manual installation. Tell whoever took the right away, or "
    "it will be gone again. csi-attacher tries by itself every few seconds: nothing has to be restarted",
    zh="恢复 ServiceAccount {user} 的权限：命名空间 {namespace} 中的 Role {role} 和 RoleBinding {binding} "
    "允许其对 coordination.k8s.io 的 leases 执行 get、watch、list、create、update、delete。"
    "chart 中包含它们（用相同的 values 执行 `helm upgrade`），手工安装的部署文件中也有。"
    "请告知收回该权限的人员，否则权限会再次丢失。csi-attacher 每隔几秒自动重试，无需重启",
)


@dataclass(frozen=True, slots=True)
class Barred:
    """What csi-attacher's log says of it last, and how often it says so."""

    hit: SignalHit
    times: int

    @property
    def says(self) -> Text:
        lease = self.hit.field("lease")
        named = f" {lease}" if lease else ""
        pod = self.hit.spans[-1].capture.split("/")[-2]
        return SAYS.fill(pod=pod, lease=named, user=self._user, verb=self.hit.field("verb") or "?", n=self.times)

    @property
    def _user(self) -> str:
        """`namespace/name`."""
        return (self.hit.field("user") or "?").removeprefix(ACCOUNT).replace(":", "/")

    def steps(self, driver: Driver) -> Iterator[Step]:
        namespace = self.hit.field("namespace") or driver.namespace
        yield from self._may(namespace, Phase.CHECK)
        for kind, name in (("role", ROLE), ("rolebinding", BINDING)):
            yield steps.object_step(("get", "-o", "yaml"), kind, namespace, name, LOOK.fill(kind=kind), COMPARE)
        does = MEND.fill(user=self._user, role=ROLE, binding=BINDING, namespace=namespace)
        yield step_by_hand(ADMIN, "attacher-rights", does, Phase.CONFIGURE)
        yield from self._may(namespace, Phase.CONFIRM)

    def _may(self, namespace: str, phase: Phase) -> Iterator[Step]:
        """`kubectl auth can-i` in the name of the account; nothing where a name is no name."""
        of, _, account = self._user.partition("/")
        try:
            where, verb = KubernetesName(namespace), KubernetesName(self.hit.field("verb") or "")
            who = f"{ACCOUNT}{KubernetesName(of)}:{KubernetesName(account)}"
        except UnsafeValueError:
            return
        yield steps.kubectl(
            ("auth", "can-i", verb, "leases.coordination.k8s.io", "-n", where, f"--as={who}"),
            "attacher-lease-right",
            Text(en="Ask whether {user} may {verb} leases", zh="查询 {user} 能否对 leases 执行 {verb}").fill(
                user=self._user, verb=verb
            ),
            Text(en="`yes` once the right is back, `no` until then.", zh="权限恢复后为 `yes`，恢复前为 `no`。"),
            phase=phase,
        )


def barred(logs: ClusterSignals | Unknown) -> Barred | None:
    """By csi-attacher's own log, unless it got its lease after that."""
    if isinstance(logs, Unknown):
        return None
    refused = [hit for hit in logs.of(FORBIDDEN) if _is_attachers(hit)]
    got = [hit for hit in logs.of(ACQUIRED) if _is_attachers(hit)]
    still = [hit for hit in refused if not any(_is_after(one, hit) for one in got)]
    last = max(still, key=lambda hit: hit.spans[-1].first_line, default=None)
    return Barred(last, sum(hit.total for hit in still)) if last else None


def _is_attachers(hit: SignalHit) -> bool:
    return hit.spans[-1].capture.endswith(f"/{ATTACHER}.log")


def _is_after(hit: SignalHit, other: SignalHit) -> bool:
    """Further down in the same log."""
    one, before = hit.spans[-1], other.spans[-1]
    return one.capture == before.capture and one.first_line > before.first_line
