"""NVMe connections to an array are left over: they are live, and nothing on this node uses them.

How we know
    `nvme list-subsys` shows fabric controllers in state live to a subsystem of the array (its NQN names Huawei, or its
    address is a portal of an NVMe backend), this node has no block device of that subsystem or of those controllers,
    and no volume of an NVMe backend is attached to it.  So it is after many volumes were deleted at once: the last
    unmapping comes after the unstage, and the driver keeps a connection whose namespaces are still there.
Not reported here
    Connections with a namespace.  Nodes to which a volume is attached of which it is not known what it is.
False alarms
    A volume that is just being attached.
Remedy
    None needed: the next volume uses the connection again.  Who wants it gone disconnects it by hand, controller by
    controller, after the reading commands have shown that no namespace is there.
Source
    Huawei CSI guide, 8.4.12; nvme-disconnect(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.block import BlockDevices
from analyzer.facts.cluster import PersistentVolumes, StorageBackend, StorageBackends, VolumeAttachments
from analyzer.facts.nvme_multipath import NvmeMultipath
from analyzer.facts.transport import NvmeController, NvmeControllers
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import node_rule
from analyzer.rules.storage import not_found as common
from analyzer.runbook import Phase
from analyzer.texts import Text

FABRICS = ("tcp", "rdma", "fc")
_NAME = re.compile(r"nvme[0-9]{1,5}", re.ASCII)
_INSTANCE = re.compile(r"[0-9]{1,5}\Z", re.ASCII)
_ADDRESS = re.compile(r"traddr=([^\s,]+)")

TITLE = Text(en="Unused NVMe connections: {controllers}", zh="未使用的 NVMe 连接：{controllers}")
CAUSE = Text(
    en="The NVMe connections {controllers} to {nqn} are live, but this node has no namespace of it, and no NVMe volume "
    "is attached here: they were left over when the last volumes went. They do no harm, and the next volume uses them "
    "again.",
    zh="到 {nqn} 的 NVMe 连接 {controllers} 处于 live 状态，但本节点没有其命名空间，也没有挂载任何 NVMe 卷："
    "它们是最后一批卷移除后遗留的。没有危害，下一个卷会继续使用这些连接。",
)
LIST = Text(en="List the NVMe namespaces of this node", zh="列出该节点的 NVMe 命名空间")
EXPECT = Text(en="None of {nqn}: no device of {controllers}", zh="没有 {nqn} 的命名空间：没有 {controllers} 的设备")
DO = Text(
    en="Leave them, or, if they are to go and the step before showed no namespace: {commands}. A volume that is "
    "attached at the same moment would fail once and be tried again.",
    zh="可以保留；如需断开且上一步确认没有命名空间，请执行：{commands}。若恰好有卷正在挂载，会失败一次后自动重试。",
)


@node_rule("residual-nvme-connection", Severity.WARNING, Text(en="Unused NVMe connections", zh="未使用的 NVMe 连接"))
def residual_nvme_connection(
    node: str,
    controllers: NvmeControllers | Unknown,
    module: NvmeMultipath | Unknown,
    blocks: BlockDevices,
    attachments: VolumeAttachments,
    volumes: PersistentVolumes,
    backends: StorageBackends,
) -> Iterator[Finding | Inconclusive]:
    if isinstance(controllers, Unknown):
        if isinstance(module, NvmeMultipath) and module.enabled is None:
            return  # nvme_core is not loaded: there is no connection
        if any(common.FAMILY.get(one.protocol.lower(), "nvme") == "nvme" for one in backends.items if _is_san(one)):
            yield Inconclusive("residual-nvme-connection", node, (controllers,))
        return
    if _may_be_used(node, attachments, volumes, backends):
        return
    portals = {
        common.address_of(portal)
        for one in backends.items
        if common.FAMILY.get(one.protocol.lower()) == "nvme"
        for portal in one.portals
    }
    subsystems: dict[str, list[NvmeController]] = {}
    for one in controllers.controllers:
        if one.transport in FABRICS and _NAME.fullmatch(one.name):
            subsystems.setdefault(one.nqn, []).append(one)
    for nqn, members in subsystems.items():
        is_array = "huawei" in nqn.lower() or any(_address(one) in portals for one in members)
        live = [one for one in members if one.state == "live"]
        if live and is_array and not _has_namespace(members, blocks):
            yield _finding(node, nqn, live)


def _is_san(backend: StorageBackend) -> bool:
    """Also one that does not tell its protocol."""
    return backend.protocol.lower() in ("", *common.FAMILY)


def _may_be_used(
    node: str, attachments: VolumeAttachments, volumes: PersistentVolumes, backends: StorageBackends
) -> bool:
    for one in attachments.items:
        if one.node == node:
            family = common.family(one.pv, one.publish_info, volumes, backends)
            if family == "nvme" or (not family and one.publish_info is None):
                return True
    return False


def _address(controller: NvmeController) -> str:
    match = _ADDRESS.search(controller.address)
    return match[1] if match else ""


def _has_namespace(members: list[NvmeController], blocks: BlockDevices) -> bool:
    """A namespace bears the number of its subsystem, or, without native multipath, of its controller."""
    names = {one.name for one in members} | {one.subsystem for one in members}
    numbers = {match[0] for name in names if (match := _INSTANCE.search(name))}
    return any(re.match(rf"nvme{number}(?:c[0-9]+)?n[0-9]", one.name) for number in numbers for one in blocks.devices)


def _finding(node: str, nqn: str, live: list[NvmeController]) -> Finding:
    names = ", ".join(one.name for one in live)
    commands = ", ".join(f"`nvme disconnect -d {one.name}`" for one in live)
    listing = common.look(node, "nvme-namespaces", ("nvme", "list"), LIST, EXPECT.fill(nqn=nqn, controllers=names))
    return Finding(
        rule="residual-nvme-connection",
        severity=Severity.WARNING,
        certainty=Certainty.LIKELY,
        nodes=(node,),
        subject=f"nqn:{nqn}",
        title=TITLE.fill(controllers=names),
        cause=CAUSE.fill(controllers=names, nqn=nqn),
        evidence=tuple(Evidence.of(node, one.span) for one in live),
        steps=(listing, step_by_hand(node, f"disconnect-{nqn}", DO.fill(commands=commands), Phase.DELETE_PATH)),
    )
