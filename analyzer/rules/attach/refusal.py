"""What an error of attaching may mean, by its words, and where to look further."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
CAUSE_BEFORE = Text(
    en="Kubernetes does not get {pv} attached to {node}: {says}",
    zh="Kubernetes 未能将 {pv} attach 到 {node}：{says}",
)
# said by Kubernetes before the driver is asked, or without its answer
UNASKED = re.compile(r"does not contain driver")
UNANSWERED = re.compile(r"timed out waiting for external-attacher|[Aa]ttach(?:ment)? timeout for volume")
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
        re.compile(f"{UNANSWERED.pattern}|DeadlineExceeded|deadline exceeded"),
        Text(
            en="Nobody answered in time: csi-attacher or the driver's controller does not work, or waits for the "
            "array.",
            zh="没有组件及时响应：csi-attacher 或驱动控制器未正常工作，或在等待阵列响应。",
        ),
    ),
    (
        UNASKED,
        Text(
            en="The node does not know the driver: its node plugin is not registered there. Neither the driver's "
            "controller nor the array was asked.",
            zh="该节点不认识该驱动：节点插件未在该节点注册。驱动控制器和阵列均未收到请求。",
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
SHARED_OF_FILES = Text(
    en="The error alone does not tell its cause. It may be: the file system on the array, an account or license of "
    "the array, or the array's own state.",
    zh="仅凭该报错无法确定原因。可能是：阵列上的文件系统、阵列账号或许可证，或阵列自身状态。",
)
LOOK = Text(
    en="In the log of the driver's controller (/var/log/huawei/huawei-csi-controller on the node that runs it), find "
    "`controller publish volume` with {volume} and read the lines of the same requestID; look an error code up in the "
    "array's documentation",
    zh="在驱动控制器日志（其所在节点的 /var/log/huawei/huawei-csi-controller）中查找 {volume} 的 "
    "`controller publish volume`，查看相同 requestID 的日志行；如有错误码，请查阅阵列文档",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of attaching, and what is known around it."""

    pv: str
    volume: str  # its name on the array, as the driver's log has it
    node: str
    error: str
    is_file_system: bool = False
    was_called: bool | None = None  # the driver's controller, by its log; None where that was not read

    def says(self) -> Iterator[Text]:
        is_before = UNASKED.search(self.error) or UNANSWERED.search(self.error)
        yield (CAUSE_BEFORE if is_before else CAUSE).fill(pv=self.pv, node=self.node, says=self.error)
        yield from (text for pattern, text in HINTS if pattern.search(self.error))
        if not is_before:
            yield SHARED_OF_FILES if self.is_file_system else SHARED

    def look(self, driver: Driver, users: tuple[Affected, ...]) -> Iterator[Step]:
        yield from (steps.describe_pod(one.namespace, one.pod) for one in users[:2] if one.pod)
        if not UNASKED.search(self.error):
            yield from _controllers(driver)
        if not UNASKED.search(self.error) and not (UNANSWERED.search(self.error) and self.was_called is False):
            yield step_by_hand(ADMIN, f"attach-log-{self.pv}", LOOK.fill(volume=self.volume), Phase.CHECK)
        yield steps.see_attachments()
        yield from steps.see_pods(users)


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
