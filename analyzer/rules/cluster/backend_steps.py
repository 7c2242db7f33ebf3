"""The steps that show why a backend is offline and bring it back; passwords are a human's business."""

from __future__ import annotations

from analyzer.facts import Unknown
from analyzer.facts.cluster import StorageBackend
from analyzer.facts.driver import Driver
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.remedies.manual import step_by_hand
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

AGAIN = Text(en="Collect again, and send the bundle to support.", zh="请重新采集，并将诊断包发送给技术支持。")
STOP_FIRST = Text(
    en="Unlock the account on the array and set the right password. Before that, stop the driver's controller so that "
    "it does not lock the account again: kubectl scale deployment huawei-csi-controller -n {namespace} --replicas=0. "
    "Then: oceanctl update backend {backend} -n {namespace} --password; and scale the controller back to the number of "
    "replicas it had ({replicas}). While it is stopped no volume is created, attached or detached; "
    "mounted volumes go on.",
    zh="在阵列上解锁账号并设置正确的密码。操作前请先停止驱动控制器，以免账号再次被锁定："
    "kubectl scale deployment huawei-csi-controller -n {namespace} --replicas=0。"
    "然后执行：oceanctl update backend {backend} -n {namespace} --password；"
    "最后将控制器恢复为原来的副本数（{replicas}）。"
    "停止期间无法创建、attach 或 detach 卷；已挂载的卷不受影响。",
)
NETWORK = Text(
    en="From the host of the controller's pod, see whether the array's management port answers (curl -k "
    "https://ADDRESS:8088/deviceManager/rest, with the address of the backend's urls), and mend network or firewall. "
    "When it does answer, look for a changed password or a locked account on the array.",
    zh="在控制器 Pod 所在主机上检查阵列管理端口是否可达（curl -k https://地址:8088/deviceManager/rest，"
    "地址见后端的 urls），并修复网络或防火墙。如果可达，请在阵列上检查密码是否已修改、账号是否被锁定。",
)


def bring_online(backend: StorageBackend, driver: Driver | Unknown, *, refused: bool) -> tuple[Step, ...]:
    namespace = backend.namespace or "huawei-csi"
    pods = () if isinstance(driver, Unknown) else driver.controller_pods
    names = {"backend": backend.name, "namespace": namespace, "replicas": len(pods) or "?"}
    does = STOP_FIRST.fill(**names) if refused else NETWORK
    by_hand = step_by_hand(ADMIN, f"backend-{backend.name}", does, Phase.CONFIGURE)
    try:
        return (_look(KubernetesName(namespace)), by_hand, _confirm())
    except UnsafeValueError:
        return (by_hand, _confirm())


def _look(namespace: KubernetesName) -> Step:
    return Step(
        host=ADMIN,
        phase=Phase.CHECK,
        target="backends",
        effect=Effect.READS,
        does=Text(
            en="List the driver's controller pods and the hosts they run on", zh="查看驱动控制器 Pod 及其所在主机"
        ),
        command=Command(("kubectl", "get", "pods", "-n", namespace, "-l", "app=huawei-csi-controller", "-o", "wide")),
        expect=Text(en="Running, every container ready", zh="状态为 Running，所有容器就绪"),
        if_fails=AGAIN,
    )


def _confirm() -> Step:
    return Step(
        host=ADMIN,
        phase=Phase.CONFIRM,
        target="backends",
        effect=Effect.READS,
        does=Text(en="See whether the backends are online", zh="查看后端是否在线"),
        command=Command(("kubectl", "get", "storagebackendcontents.xuanwu.huawei.io")),
        expect=Text(
            en="true in the column ONLINE of every backend, a minute after the change; empty means offline",
            zh="修改后一分钟内，各后端 ONLINE 列为 true；为空表示离线",
        ),
        if_fails=AGAIN,
    )
