"""What an error of attaching may mean, by its words, and where to look further."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts.driver import Driver
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.findings import Affected
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.attach import steps
from analyzer.runbook import ADMIN, Phase, Step
from analyzer.texts import Text

CAUSE = Text(
    en="The array or the driver does not attach {pv} to {node}: {says}",
    zh="阵列或驱动未能将 {pv} attach 到 {node}：{says}",
)
HINTS = (
    (
        re.compile(r"^no answer since "),
        Text(
            en="The driver's controller began to attach it and has neither succeeded nor failed since: it hangs, most "
            "often while it waits for the array. csi-attacher waits for hours (its --timeout).",
            zh="驱动控制器已开始 attach，但至今既未成功也未失败：它挂起了，多数情况是在等待阵列响应。"
            "csi-attacher 会等待数小时（由其 --timeout 决定）。",
        ),
    ),
    (
        re.compile(r"Client\.Timeout|connection refused|no route to host|i/o timeout|unconnected|EOF"),
        Text(
            en="The words say that the array's management address does not answer from the controller's node.",
            zh="该报错表示从控制器所在节点无法访问阵列的管理地址。",
        ),
    ),
    (
        re.compile(
            r"timed out waiting for external-attacher|Attach timeout for volume|DeadlineExceeded|deadline exceeded"
        ),
        Text(
            en="Nobody answered in time: csi-attacher or the driver's controller does not run, or waits for the array.",
            zh="没有组件及时响应：csi-attacher 或驱动控制器未运行，或在等待阵列响应。",
        ),
    ),
    (
        re.compile(r"does not contain driver"),
        Text(
            en="The node does not know the driver: its node plugin is not registered there.",
            zh="该节点不认识该驱动：节点插件未在该节点注册。",
        ),
    ),
    (
        re.compile(r"not ?found|does not exist|not exist", re.IGNORECASE),
        Text(
            en="Something that the driver looked up is gone: the volume, the host or the backend, on the array "
            "or in the cluster.",
            zh="驱动查找的对象不存在：阵列或集群中的卷、主机或后端。",
        ),
    ),
)
SHARED = Text(
    en="The error alone does not tell its cause. It may be: the node's initiators (missing, in use by another "
    "host, not unique), the volume or its mapping on the array, an account or license of the array, or the "
    "array's own state.",
    zh="仅凭该报错无法确定原因。可能是：节点的启动器（缺失、被其他主机占用、重复）、阵列上的卷或映射、"
    "阵列账号或许可证，或阵列自身状态。",
)
LOOK = Text(
    en="In the log of the driver's controller (/var/log/huawei/huawei-csi-controller on the node that runs it), find "
    "`controller publish volume {pv}` and read the lines of the same requestID; look an error code up in the array's "
    "documentation",
    zh="在驱动控制器日志（其所在节点的 /var/log/huawei/huawei-csi-controller）中查找 `controller publish volume {pv}`，"
    "查看相同 requestID 的日志行；如有错误码，请查阅阵列文档",
)


def says(pv: str, node: str, error: str) -> Iterator[Text]:
    yield CAUSE.fill(pv=pv, node=node, says=error)
    yield from (text for pattern, text in HINTS if pattern.search(error))
    yield SHARED


def look(pv: str, driver: Driver, users: tuple[Affected, ...]) -> tuple[Step, ...]:
    return (
        *(steps.describe_pod(one.namespace, one.pod) for one in users[:2] if one.pod),
        *_controllers(driver),
        step_by_hand(ADMIN, f"attach-log-{pv}", LOOK.fill(pv=pv), Phase.CHECK),
        steps.see_attachments(),
        *steps.see_pods(users),
    )


def _controllers(driver: Driver) -> Iterator[Step]:
    try:
        where = KubernetesName(driver.namespace)
    except UnsafeValueError:
        return
    yield steps.kubectl(
        ("-n", where, "get", "pods", "-l", "app=huawei-csi-controller", "-o", "wide"),
        "controller-pods",
        Text(en="See on which node the driver's controller runs", zh="查看驱动控制器运行在哪个节点"),
        Text(en="Running, READY with the same number on both sides.", zh="Running，且 READY 两侧数字相同。"),
    )
