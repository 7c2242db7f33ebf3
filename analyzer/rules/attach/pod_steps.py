"""Steps that show why a pod of the driver does not work, and have it run again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from analyzer.facts.driver import ATTACHER, CONTAINER, Driver
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.facts.workloads import Workload
from analyzer.findings import Affected
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.attach import steps
from analyzer.rules.attach.driver_pod import Trouble, remedies_of
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

MOST = 3
NAMESPACE = "huawei-csi"  # the chart's own

MEND = Text(
    en="Mend what the pod's events and log name, in the chart or manifest that installed the driver",
    zh="根据 Pod 的事件和日志，在安装驱动所用的 chart 或部署文件中修正问题",
)
RESTART = Text(
    en="Restart the controller's pods, one after the other; pods that run keep their volumes meanwhile",
    zh="依次重启控制器的 Pod；期间已运行的 Pod 的卷不受影响",
)
REGISTER = Text(
    en="Compare the kubelet's --root-dir on the node with kubeletConfigDir of the chart (default /var/lib/kubelet). If "
    "they agree, delete the node's pod huawei-csi-node with kubectl: its DaemonSet makes it anew and it registers "
    "itself; mounted volumes stay mounted meanwhile",
    zh="对比节点 kubelet 的 --root-dir 与 chart 的 kubeletConfigDir（默认 /var/lib/kubelet）。若一致，"
    "用 kubectl 删除该节点的 huawei-csi-node Pod：DaemonSet 会重建并重新注册；期间已挂载的卷保持挂载",
)
PLACE = Text(
    en="Compare the node's labels and taints (`kubectl describe node`) with nodeSelector and tolerations of the "
    "DaemonSet huawei-csi-node, and have it run there (node.tolerations, node.nodeSelector in the chart); or keep pods "
    "with volumes of the driver away from that node",
    zh="对比节点的标签和污点（`kubectl describe node`）与 DaemonSet huawei-csi-node 的 nodeSelector 和 tolerations，"
    "使其能在该节点运行（chart 中的 node.tolerations、node.nodeSelector）；或者不要把使用该驱动的 Pod 调度到该节点",
)
SCALED = Text(
    en="The pods are made within a minute.",
    zh="一分钟内会创建 Pod。",
)


def mend_controller(
    namespace: str, troubles: Sequence[Trouble], remedies: Sequence[Text], deployment: Workload | None
) -> tuple[Step, ...]:
    namespace = namespace or (deployment.namespace if deployment else "") or NAMESPACE
    scaled = (_scale_up(deployment),) if deployment is not None and deployment.desired == 0 else ()
    return (
        steps.object_step(
            ("get", "-o", "wide"),
            "deployment",
            namespace,
            "huawei-csi-controller",
            Text(en="See the controller's Deployment", zh="查看控制器的 Deployment"),
            Text(en="READY is 1/1 or 2/2 when all is well.", zh="正常时 READY 为 1/1 或 2/2。"),
        ),
        *look_at(troubles, CONTAINER),
        *(scaled or _mend(remedies, "controller")),
        _see_driver(namespace, "huawei-csi-controller"),
    )


def mend_node(
    driver: Driver,
    nodes: Sequence[str],
    troubles: Sequence[Trouble],
    remedies: Sequence[Text],
    is_unregistered: bool,
    users: Iterable[Affected],
) -> tuple[Step, ...]:
    namespace = driver.namespace or NAMESPACE
    mend = _mend(remedies, "node") if troubles else iter(())
    return (
        *look_at(troubles, CONTAINER),
        *(_look_at_node(node) for node in nodes[:MOST] if not troubles),
        *mend,
        *((step_by_hand(ADMIN, "driver-node-registration", REGISTER, Phase.CONFIGURE),) if is_unregistered else ()),
        *(() if troubles or is_unregistered else (step_by_hand(ADMIN, "driver-node-placing", PLACE, Phase.CONFIGURE),)),
        _see_driver(namespace, "huawei-csi-node"),
        *steps.see_pods(users),
    )


def _look_at_node(node: str) -> Step:
    return steps.object_step(
        ("get", "-o", "yaml"),
        "csinode",
        "",
        node,
        Text(en="See which drivers the kubelet of {node} knows", zh="查看 {node} 的 kubelet 已注册的驱动").fill(
            node=node
        ),
        Text(en="spec.drivers lists the driver's name when it is registered.", zh="已注册时 spec.drivers 中有该驱动。"),
    )


def mend_attacher(driver: Driver, troubles: Sequence[Trouble]) -> tuple[Step, ...]:
    namespace = driver.namespace or NAMESPACE
    logs = (step for pod in driver.controller_pods[:MOST] for step in _attacher_logs(pod.namespace, pod.name))
    return (
        *look_at(troubles, ATTACHER),
        *logs,
        *(_mend(remedies_of(troubles), "attacher") if troubles else (_restart(namespace),)),
        _see_driver(namespace, "huawei-csi-controller"),
        steps.see_attachments(),
    )


def _attacher_logs(namespace: str, pod: str) -> Iterator[Step]:
    for container in (ATTACHER, CONTAINER):
        try:
            where, name = KubernetesName(namespace), KubernetesName(pod)
        except UnsafeValueError:
            return
        yield steps.kubectl(
            ("-n", where, "logs", name, "-c", container, "--tail=200"),
            f"log-{where}-{name}-{container}",
            Text(en="Read the log of {which} in {name}", zh="查看 {name} 中 {which} 的日志").fill(
                which=container, name=name
            ),
            Text(
                en="It names the volume, or says what it waits for. (huawei-csi-driver usually writes to "
                "/var/log/huawei/huawei-csi-controller on its node instead.)",
                zh="其中会提到相应的卷，或说明其等待的原因。"
                "（huawei-csi-driver 通常写入其所在节点的 /var/log/huawei/huawei-csi-controller。）",
            ),
        )


def look_at(troubles: Iterable[Trouble], container: str) -> Iterator[Step]:
    """Events of the pods, and the end of the log of what ended."""
    for one in list(troubles)[:MOST]:
        yield steps.describe_pod(one.pod.namespace, one.pod.name)
        bad = next((it.name for it in one.pod.containers if not it.ready and it.restarts), "")
        if bad:
            yield from _log(one.pod.namespace, one.pod.name, bad or container)


def _log(namespace: str, pod: str, container: str) -> Iterator[Step]:
    try:
        where, name, which = KubernetesName(namespace), KubernetesName(pod), KubernetesName(container)
    except UnsafeValueError:
        return
    yield steps.kubectl(
        ("-n", where, "logs", name, "-c", which, "--previous", "--tail=50"),
        f"log-{where}-{name}-{which}",
        Text(en="Read why container {which} of {name} ended", zh="查看 {name} 的容器 {which} 退出的原因").fill(
            which=which, name=name
        ),
        Text(en="The last lines name the fault.", zh="最后几行说明故障原因。"),
    )


def _mend(remedies: Sequence[Text], kind: str) -> Iterator[Step]:
    for number, text in enumerate(remedies or [MEND]):
        yield step_by_hand(ADMIN, f"driver-{kind}-{number}", text, Phase.CONFIGURE)


def _restart(namespace: str) -> Step:
    target = "restart-controller"
    try:
        where = KubernetesName(namespace)
    except UnsafeValueError:
        return step_by_hand(ADMIN, target, RESTART, Phase.CONFIGURE)
    return Step(
        host=ADMIN,
        phase=Phase.CONFIGURE,
        target=target,
        effect=Effect.CHANGES,
        does=RESTART,
        command=Command(("kubectl", "-n", where, "rollout", "restart", "deployment", "huawei-csi-controller")),
        expect=SCALED,
        if_fails=steps.ASK,
    )


def _scale_up(deployment: Workload) -> Step:
    target = "scale-controller"
    does = Text(
        en="Ask who scaled the controller to 0, and why. If that work is done, start it again with one replica",
        zh="先确认是谁、因何将控制器副本数置为 0。若相关操作已完成，将其恢复为 1 个副本",
    )
    try:
        where, name = KubernetesName(deployment.namespace), KubernetesName(deployment.name)
    except UnsafeValueError:
        return step_by_hand(ADMIN, target, does, Phase.CONFIGURE)
    return Step(
        host=ADMIN,
        phase=Phase.CONFIGURE,
        target=target,
        effect=Effect.CHANGES,
        does=does,
        command=Command(("kubectl", "-n", where, "scale", "deployment", name, "--replicas=1")),
        expect=SCALED,
        if_fails=steps.ASK,
    )


def _see_driver(namespace: str, app: str) -> Step:
    does = Text(en="See whether the driver's pods run", zh="确认驱动的 Pod 已运行")
    expect = Text(
        en="Every pod is Running, and READY shows the same number on both sides.",
        zh="所有 Pod 均为 Running，且 READY 两侧数字相同。",
    )
    words: tuple[str, ...] = ("get", "pods", "-A", "-l", f"app={app}", "-o", "wide")
    with suppress(UnsafeValueError):
        words = ("-n", KubernetesName(namespace), "get", "pods", "-l", f"app={app}", "-o", "wide")
    return steps.kubectl(words, f"pods-{app}", does, expect, phase=Phase.CONFIRM, if_fails=steps.LATER)
