"""A node lacks something that its storage protocols need: a tool, a service, a kernel module, an initiator, a setting.

How we know
    The protocols in use are those of the volumes attached to the node, and those of the driver's backends.  For each
    the table of preconditions is held against what the node answered: commands on its path, services as systemd has
    them, modules, initiator names, ports, multipath.conf.
Not reported here
    Whether a portal answers, and limits of open files: other rules have them.  Nothing is said of a protocol that is
    not in use, nor of an answer that was not collected, nor of a machine that is no node of the cluster.
False alarms
    A tool outside the folders that were searched.  A service under another name.  A backend of a protocol that this
    node will never use.
Remedy
    What is missing is named one by one, each with the command that starts it or the package that holds it.  Where a
    rule of its own mends the same (iscsi_tcp, multipathd, the NFS client), the steps are that rule's, listed once.
Source
    User guide 4.1.1.5 and 4.1.1.6; eSDK_K8S_Plugin, which checks only multipath services, and in V4 not even those.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import ClusterNodes, StorageBackends, VolumeAttachments
from analyzer.facts.driver import Driver
from analyzer.facts.host import KernelModules, ModuleLoading, OsRelease
from analyzer.facts.initiators import Initiators
from analyzer.facts.modules_at_boot import ModulesAtBoot
from analyzer.facts.multipath_conf import MultipathConf
from analyzer.facts.nvme_multipath import NvmeMultipath
from analyzer.facts.services import Services
from analyzer.facts.tools import Tools
from analyzer.facts.transport import FcPorts
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.rules import Cause, node_rule
from analyzer.rules.preflight import repairs
from analyzer.rules.preflight.lacks import Host, Lack, lacks
from analyzer.rules.preflight.protocols import uses
from analyzer.texts import Text, lines

TITLE = Text(en="Node is not prepared for {protocols}", zh="节点未满足 {protocols} 的使用条件")
CAUSE_ONE = Text(
    en="{node} lacks what {protocols} volumes need: {lack}.", zh="{node} 缺少使用 {protocols} 卷所需的条件：{lack}。"
)
CAUSE = Text(
    en="{node} lacks {count} things that {protocols} volumes need; the remedy of each stands below.",
    zh="{node} 缺少使用 {protocols} 卷所需的 {count} 项条件，处理方法见下文。",
)


@node_rule(
    "node-not-prepared",
    Severity.WARNING,
    Text(en="Node is not prepared for its storage", zh="节点未满足存储使用条件"),
    explained_by=(
        Cause("iscsi-tcp-not-loaded"),
        Cause("multipathd-not-running"),
        Cause("user-friendly-names-off"),
        Cause("initiator-missing"),
        Cause("nfs-client-missing"),
        Cause("nvme-device-not-found"),
    ),
)
def node_not_prepared(
    node: str,
    tools: Tools | Unknown,
    services: Services | Unknown,
    modules: KernelModules | Unknown,
    loading: ModuleLoading | Unknown,
    initiators: Initiators | Unknown,
    ports: FcPorts | Unknown,
    conf: MultipathConf | Unknown,
    nvme: NvmeMultipath | Unknown,
    at_boot: ModulesAtBoot | Unknown,
    release: OsRelease | Unknown,
    driver: Driver | Unknown,
    attachments: VolumeAttachments | Unknown,
    backends: StorageBackends | Unknown,
    nodes: ClusterNodes | Unknown,
) -> Iterator[Finding | Inconclusive]:
    is_ours = isinstance(nodes, Unknown) or any(one.name == node for one in nodes.items)
    in_use = uses(node, attachments, backends if is_ours else StorageBackends(()))
    host = Host(tools, services, modules, loading, initiators, ports, conf, nvme, driver, at_boot, release)
    found = tuple(lacks(host, in_use))
    if found:
        yield _finding(node, found, host)
        return
    missing = [fact for fact in (tools, services) if isinstance(fact, Unknown)]
    if isinstance(attachments, Unknown) and isinstance(backends, Unknown):
        missing.append(attachments)
    if missing and (in_use or isinstance(attachments, Unknown)):
        yield Inconclusive("node-not-prepared", node, tuple(missing))


def _finding(node: str, found: tuple[Lack, ...], host: Host) -> Finding:
    protocols = ", ".join(use.value for use in sorted({lack.use for lack in found}))
    spans: dict[Span, None] = {lack.span: None for lack in found if lack.span is not None}
    return Finding(
        rule="node-not-prepared",
        severity=Severity.WARNING,
        certainty=Certainty.CONFIRMED,
        nodes=(node,),
        subject=f"node:{node}",
        title=TITLE.fill(protocols=protocols),
        cause=lines(*_cause(node, protocols, found)),
        evidence=tuple(Evidence.of(node, span) for span in spans),
        steps=tuple(step for lack in found for step in repairs.steps(node, lack, host)),
    )


def _cause(node: str, protocols: str, found: tuple[Lack, ...]) -> Iterator[Text]:
    if len(found) == 1:
        yield CAUSE_ONE.fill(node=node, protocols=protocols, lack=found[0].says)
        return
    yield CAUSE.fill(node=node, protocols=protocols, count=len(found))
    yield from (_item(lack.says) for lack in found)


def _item(says: Text) -> Text:
    return Text(en=f"- {says.en}", zh=f"- {says.zh}")
