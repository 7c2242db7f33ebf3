"""What makes a node's initiator name, and has the driver read it: names and files by hand, the rest as commands."""

from __future__ import annotations

from analyzer.facts import Unknown
from analyzer.facts.driver import Driver
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.facts.initiators import Kind
from analyzer.remedies.manual import step_by_hand
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

MAKE: dict[Kind, Text] = {
    "iscsi": Text(
        en="Make the iSCSI initiator name: install open-iscsi (Debian, Ubuntu, SUSE) or iscsi-initiator-utils "
        "(openEuler, RHEL) if /etc/iscsi is missing; run `iscsi-iname`, write `InitiatorName=` and its output as one "
        "line into /etc/iscsi/initiatorname.iscsi, and run `systemctl restart iscsid`. The name must be this node's "
        "alone: never copy the file from another node",
        zh="生成 iSCSI 启动器名称：若没有 /etc/iscsi，先安装 open-iscsi（Debian、Ubuntu、SUSE）或 iscsi-initiator-utils"
        "（openEuler、RHEL）；执行 `iscsi-iname`，将 `InitiatorName=` 加其输出写成一行保存到 "
        "/etc/iscsi/initiatorname.iscsi，然后执行 `systemctl restart iscsid`。名称必须是该节点独有的，"
        "不要从其他节点复制",
    ),
    "nvme": Text(
        en="Make the NVMe host NQN: install nvme-cli if the command is missing, and write the output of `nvme "
        "gen-hostnqn` as one line into /etc/nvme/hostnqn. It must be this node's alone",
        zh="生成 NVMe 主机 NQN：若没有 nvme 命令，先安装 nvme-cli；将 `nvme gen-hostnqn` 的输出写成一行保存到 "
        "/etc/nvme/hostnqn。名称必须是该节点独有的",
    ),
    "fc": Text(
        en="See whether the node has an FC HBA (`lspci | grep -i fibre`) and its driver is loaded (`ls "
        "/sys/class/fc_host`): lpfc or qla2xxx. Without an FC HBA, keep pods with FC volumes off this node",
        zh="检查该节点是否有 FC HBA 卡（`lspci | grep -i fibre`）以及驱动是否加载（`ls /sys/class/fc_host`）："
        "lpfc 或 qla2xxx。若没有 FC HBA 卡，请不要把使用 FC 卷的 Pod 调度到该节点",
    ),
}
FIND = Text(en="Find the driver's pod on {node}", zh="查找 {node} 上的驱动 Pod")
FOUND = Text(en="One pod huawei-csi-node-…, Running", zh="一个 huawei-csi-node-… Pod，状态 Running")
NOT_FOUND = Text(
    en="Without such a pod the driver does not run on the node: mend that first.",
    zh="没有该 Pod 说明驱动未在该节点运行：请先处理此问题。",
)
RESTART = Text(
    en="Then delete that pod ({command}): the DaemonSet makes it anew, and it reads the name at its start. Mounted "
    "volumes stay mounted; the volume is attached again by itself within minutes.",
    zh="然后删除该 Pod（{command}）：DaemonSet 会重建它，并在启动时读取名称。已挂载的卷不受影响；"
    "几分钟内会自动重新挂载该卷。",
)
ITS_NAME = "`kubectl delete pod NAME -n {namespace}`"


def make(node: str, kind: Kind) -> tuple[Step, ...]:
    return (step_by_hand(node, f"initiator-{kind}", MAKE[kind], Phase.CONFIGURE),)


def restart(node: str, driver: Driver | Unknown) -> tuple[Step, ...]:
    """The driver's pod of this node, by the DaemonSet's own doing."""
    try:
        namespace = KubernetesName(driver.namespace if isinstance(driver, Driver) else "")
        target = KubernetesName(node)
    except UnsafeValueError:
        command = ITS_NAME.format(namespace="huawei-csi")
        return (step_by_hand(ADMIN, f"driver-pod-{node}", RESTART.fill(command=command), Phase.RECREATE),)
    argv = ("kubectl", "get", "pods", "-n", namespace, "-l", "app=huawei-csi-node", "-o", "wide")
    find = Step(
        host=ADMIN,
        phase=Phase.CHECK,
        target=f"driver-pod-{target}",
        effect=Effect.READS,
        does=FIND.fill(node=target),
        command=Command((*argv, "--field-selector", f"spec.nodeName={target}")),
        expect=FOUND,
        if_fails=NOT_FOUND,
    )
    command = ITS_NAME.format(namespace=namespace)
    return (find, step_by_hand(ADMIN, f"driver-pod-{target}", RESTART.fill(command=command), Phase.RECREATE))
