"""Steps on the admin host that look at what attaches volumes; nothing on the storage is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.findings import Affected
from analyzer.remedies.manual import step_by_hand
from analyzer.remedies.pods import see_whether_they_run
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

MOST_PODS = 3

ASK = Text(
    en="Send what it prints to whoever runs the container platform.",
    zh="请将输出发给容器平台侧工程师。",
)
LATER = Text(
    en="If it does not come, collect a new bundle and compare it with this one.",
    zh="如果仍未出现，请重新采集，并与本次诊断包对比。",
)
BY_HAND = Text(
    en="Look at {kind} {name} with kubectl; its name is not a valid one, so no command is offered",
    zh="请用 kubectl 查看 {kind} {name}；其名称不合法，因此不提供命令",
)


def kubectl(
    words: Iterable[str], target: str, does: Text, expect: Text, *, phase: Phase = Phase.CHECK, if_fails: Text = ASK
) -> Step:
    """A reading kubectl command; `words` are literals or values of `identifiers`."""
    return Step(
        host=ADMIN,
        phase=phase,
        target=target,
        effect=Effect.READS,
        does=does,
        command=Command(("kubectl", *words)),
        expect=expect,
        if_fails=if_fails,
    )


def object_step(
    verb: tuple[str, ...], kind: str, namespace: str, name: str, does: Text, expect: Text, *, phase: Phase = Phase.CHECK
) -> Step:
    """`kubectl [-n namespace] verb kind name`, or by hand when a name is no name."""
    target = f"{'-'.join(verb)}-{kind}-{namespace}-{name}"
    try:
        where = ("-n", KubernetesName(namespace)) if namespace else ()
        return kubectl((*where, verb[0], kind, KubernetesName(name), *verb[1:]), target, does, expect, phase=phase)
    except UnsafeValueError:
        return step_by_hand(ADMIN, target, BY_HAND.fill(kind=kind, name=f"{namespace}/{name}"), phase)


def describe_pod(namespace: str, name: str) -> Step:
    return object_step(
        ("describe",),
        "pod",
        namespace,
        name,
        Text(en="Read the events of pod {pod}", zh="查看 Pod {pod} 的事件").fill(pod=f"{namespace}/{name}"),
        Text(en="The last lines tell what it waits for.", zh="末尾的事件说明其等待的原因。"),
    )


def see_pods(users: Iterable[Affected]) -> Iterator[Step]:
    """That the pods run, at the end; a few of them stand for all."""
    yield from see_whether_they_run([one for one in users if one.pod][:MOST_PODS])


def see_attachments() -> Step:
    return kubectl(
        ("get", "volumeattachment"),
        "volumeattachments",
        Text(en="See whether the volumes are attached", zh="确认卷已完成 attach"),
        Text(
            en="A line with the PV and the node appears within a minute, then its column ATTACHED becomes true.",
            zh="一分钟内出现包含该 PV 和该节点的一行，随后 ATTACHED 列变为 true。",
        ),
        phase=Phase.CONFIRM,
        if_fails=LATER,
    )


def look_at_controller_manager() -> Iterator[Step]:
    yield kubectl(
        ("-n", "kube-system", "get", "lease", "kube-controller-manager", "-o", "yaml"),
        "controller-manager-lease",
        Text(
            en="Read the lease of kube-controller-manager, twice, ten seconds apart",
            zh="查看 kube-controller-manager 的租约（间隔十秒执行两次）",
        ),
        Text(
            en="renewTime moves on between the two; if it stands still, no controller manager is at work. Its holder "
            "is the master to look at.",
            zh="两次输出的 renewTime 应有变化；如果不变，说明没有 controller-manager 在工作。"
            "holderIdentity 即需要检查的 master 节点。",
        ),
    )
    yield kubectl(
        ("-n", "kube-system", "get", "pods", "-l", "component=kube-controller-manager", "-o", "wide"),
        "controller-manager-pods",
        Text(en="See its pods, their masters and restarts", zh="查看其 Pod、所在 master 节点及重启次数"),
        Text(
            en="Each is 1/1 Running, and RESTARTS does not grow. An empty list: this distribution keeps it "
            "elsewhere (k3s: in its own process; OpenShift: namespace openshift-kube-controller-manager; managed "
            "clusters: at the provider).",
            zh="每个 Pod 均为 1/1 Running，且 RESTARTS 不再增长。如果列表为空，说明该发行版的部署方式不同"
            "（k3s：在其自身进程内；OpenShift：命名空间 openshift-kube-controller-manager；托管集群："
            "由云服务商维护）。",
        ),
    )
    yield kubectl(
        ("-n", "kube-system", "logs", "-l", "component=kube-controller-manager", "--tail=500", "--prefix"),
        "controller-manager-log",
        Text(en="Read its log", zh="查看其日志"),
        Text(
            en="`failed to renew lease`, `leaderelection lost`, timeouts towards the API server or etcd name the "
            "fault; lines of attach_detach_controller tell of the volumes.",
            zh="`failed to renew lease`、`leaderelection lost`、访问 API server 或 etcd 超时等指出故障原因；"
            "attach_detach_controller 的日志行与卷有关。",
        ),
    )


def restart_controller_manager() -> Step:
    return step_by_hand(
        ADMIN,
        "controller-manager-restart",
        Text(
            en="Have whoever runs the container platform restart kube-controller-manager on the master that holds the "
            "lease. kubeadm: move /etc/kubernetes/manifests/kube-controller-manager.yaml to /root, wait until its "
            "container is gone (`crictl ps`), move it back. k3s: `systemctl restart k3s`. RKE2: "
            "`systemctl restart rke2-server`. OpenShift: `oc delete pod` of it in openshift-kube-controller-manager. "
            "Binary installation: `systemctl restart kube-controller-manager`. Managed cluster: ask the provider. "
            "Where its log names another fault (etcd, API server, a certificate), mend that first. Running pods "
            "are not touched. Change nothing on the storage",
            zh="请容器平台侧工程师在持有租约的 master 节点上重启 kube-controller-manager。kubeadm："
            "将 /etc/kubernetes/manifests/kube-controller-manager.yaml 移到 /root，"
            "等其容器退出（`crictl ps`）后再移回。"
            "k3s：`systemctl restart k3s`。RKE2：`systemctl restart rke2-server`。"
            "OpenShift：在 openshift-kube-controller-manager 中用 `oc delete pod` 删除其 Pod。"
            "二进制部署：`systemctl restart kube-controller-manager`。托管集群：联系云服务商。"
            "若其日志指出其他故障（etcd、API server、证书），请先排除。运行中的 Pod 不受影响。无需在存储上做任何操作",
        ),
        Phase.CONFIGURE,
    )
