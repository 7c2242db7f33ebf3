"""A LUN is staged without publishInfo: the node is not told which LUN to look for, and the pod does not start.

How we know
    The driver returned `publishInfo doesn't exist` (V4.0.0 to v4.10.1), and the VolumeAttachment of this volume and
    node has none, or Kubernetes never attaches this driver's volumes at all (CSIDriver attachRequired false, or no
    container csi-attacher).  For a DTree, in every version from v4.7.0 on, the driver says `failed to get dtree parent
    name`: neither publishInfo nor `parentname` of the backend names its file system.  From v4.11 on the node attaches a
    LUN by itself; if that fails it says `publish volume … failed, err: attach volume failed …`.  Whether or not it
    failed yet: under 4.0 to 4.10 each attachment of a LUN without publishInfo fails at the next stage.
Not reported here
    NFS, NFS+, DPC and DTFS volumes, whose publishInfo is `{}` and never read.  A volume that was never attached
    although Kubernetes should (attach-never-requested).  An offline backend (backend-offline) is told as the cause.
False alarms
    Drivers before 4.0 write no publishInfo at all, and need none; from v4.11 on its absence mends itself.
Remedy
    An attachment that an older driver made: all pods of that node that use the volume must leave it, so that the
    attachment is made anew.  Attachment switched off: making pods anew does not help; switch it on, or upgrade (LUNs),
    or name the file system in the backend (DTrees: an upgrade does not help).
Source
    Huawei CSI FAQ, case 6; eSDK_K8S_Plugin, csi/manage/manager_helper.go (getDTreeSourcePath), san_manager.go;
    issue 142.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import (
    ClusterNodes,
    PersistentVolumes,
    Pods,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.driver import Driver
from analyzer.facts.failures import Failure, VolumeFailures
from analyzer.facts.workloads import CsiDrivers
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import Cause, Through, cluster_rule
from analyzer.rules.publish import publish_said as said
from analyzer.rules.publish import publish_steps
from analyzer.rules.publish.attachments import Cluster, DTree, is_before, needs_publish_info
from analyzer.runbook import Step
from analyzer.texts import Text, lines

RULE = "publish-info-missing"
QUOTED = 3

MISSING = re.compile(
    r"publishInfo doesn['’‘]t exist|caused by publishInfo is not exist|publishInfo not fount while connect volume"
)
DTREE = re.compile(r"failed to get dtree parent name, please ensure that the attachRequired parameter is enabled")
BY_ITSELF = re.compile(r"publish volume \S+ failed, err: (?P<why>attach volume failed.+)", re.S)
ANY = re.compile(f"{MISSING.pattern}|{DTREE.pattern}|publish volume \\S+ failed, err: attach volume failed")


@dataclass(frozen=True, slots=True)
class _Case:
    """One volume that could not be staged on one node, all wordings together."""

    node: str
    pv: str
    failures: tuple[Failure, ...]

    def saying(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return next((match for one in self.failures if (match := pattern.search(one.says))), None)

    @property
    def subject(self) -> str:
        return self.failures[0].subject

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(Evidence.of(self.node, span) for one in self.failures for span in one.spans[:2])


@cluster_rule(RULE, Severity.ERROR, said.TITLE, explained_by=(Cause("backend-offline", Through.VOLUME),))
def publish_info_missing(
    attachments: VolumeAttachments | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
    pods: Pods | Unknown,
    driver: Driver | Unknown,
    objects: CsiDrivers | Unknown,
    nodes: ClusterNodes | Unknown,
    bindings: Bindings | Unknown,
    failures: Across[VolumeFailures],
) -> Iterator[Finding | Inconclusive]:
    cluster = Cluster(attachments, volumes, backends, pods, driver)
    cases = tuple(_cases(failures))
    off = tuple(one for one in cases if cluster.is_never_attached and not one.saying(BY_ITSELF))
    for one in cases:
        if one not in off and (finding := _told(one, cluster, nodes, bindings)) is not None:
            yield finding
    if isinstance(driver, Driver) and off:
        yield _never_attached(off, driver, cluster, objects, bindings)
    elif not off:
        yield from _will_fail(cluster, {(one.node, one.pv) for one in cases}, bindings)
    if isinstance(attachments, Unknown) and not cases:
        yield Inconclusive(RULE, "", (attachments,))


def _cases(failures: Across[VolumeFailures]) -> Iterator[_Case]:
    for node, known in failures.known():
        by_volume: dict[str, list[Failure]] = {}
        for failure in known.saying(ANY):
            by_volume.setdefault(failure.subject, []).append(failure)
        for same in by_volume.values():
            yield _Case(node, same[0].pv, tuple(same))


def _told(one: _Case, cluster: Cluster, nodes: ClusterNodes | Unknown, bindings: Bindings | Unknown) -> Finding | None:
    """None when the attachment has its publishInfo by now: the kubelet's next try succeeds."""
    attachment = cluster.attachment(one.pv, one.node)
    if match := one.saying(BY_ITSELF):
        return _attached_in_vain(one, match["why"].strip(), attachment, bindings)
    if attachment is not None and attachment.has_publish_info and one.saying(DTREE) is None:
        return None
    certainty = _certainty(one, attachment, cluster)
    name = attachment.name if attachment else ""
    steps = [publish_steps.look(one.pv or "?")]
    if certainty is not Certainty.POSSIBLE:
        steps = publish_steps.attach_anew(one.pv or "?", one.node, name, cluster.users(one.pv, one.node), nodes)
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=certainty,
        nodes=(one.node,),
        subject=one.subject,
        title=said.TITLE,
        cause=said.cause(one.node, one.pv, attachment, cluster, is_dtree=one.saying(DTREE) is not None),
        evidence=(*one.evidence[:QUOTED], *((Evidence.of("", attachment.span),) if attachment else ())),
        affects=users_of_volumes(bindings, {one.pv}),
        steps=tuple(steps),
    )


def _certainty(one: _Case, attachment: VolumeAttachment | None, cluster: Cluster) -> Certainty:
    if isinstance(cluster.attachments, Unknown):
        return Certainty.LIKELY if cluster.is_surely_attached else Certainty.POSSIBLE
    if attachment is None or not attachment.attached or attachment.has_publish_info:
        return Certainty.LIKELY
    return Certainty.CONFIRMED


def _attached_in_vain(
    one: _Case, why: str, attachment: VolumeAttachment | None, bindings: Bindings | Unknown
) -> Finding:
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=(one.node,),
        subject=one.subject,
        title=said.TITLE_BY_ITSELF,
        cause=said.BY_ITSELF.fill(pv=one.pv or one.subject, node=one.node, why=why[:300]),
        evidence=(*one.evidence[:QUOTED], *((Evidence.of("", attachment.span),) if attachment else ())),
        affects=users_of_volumes(bindings, {one.pv}),
        steps=(publish_steps.look_at_backends(why), publish_steps.look(one.pv or "?")),
    )


def _never_attached(
    off: tuple[_Case, ...],
    driver: Driver,
    cluster: Cluster,
    objects: CsiDrivers | Unknown,
    bindings: Bindings | Unknown,
) -> Finding:
    dtrees = {one.pv for one in off if one.saying(DTREE) is not None}
    own = None if isinstance(objects, Unknown) else objects.of(driver.name)
    shown = (Evidence.of("", own.span),) if own is not None else ()
    pvs = {one.pv for one in off}
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=tuple(sorted({one.node for one in off})),
        subject=f"csidriver:{driver.name}",
        title=said.TITLE_OFF,
        cause=lines(
            (said.OFF if driver.attach_required is False else said.NO_ATTACHER).fill(driver=driver.name),
            *((said.OFF_DTREE,) if dtrees else ()),
            said.OFF_USELESS,
            said.listed({(one.node, one.pv or one.subject) for one in off}),
        ),
        evidence=(*(quote for one in off[:QUOTED] for quote in one.evidence[:1]), *shown),
        affects=users_of_volumes(bindings, pvs),
        steps=tuple(_attachment_on(driver, {one.pv for one in off} - dtrees, cluster.dtrees(dtrees))),
    )


def _attachment_on(driver: Driver, luns: set[str], dtrees: tuple[DTree, ...]) -> Iterator[Step]:
    yield publish_steps.look_at_driver(driver.name)
    yield publish_steps.require_attachment(driver.name, with_luns=bool(luns))
    yield from publish_steps.name_the_parent(driver.namespace, dtrees)


def _will_fail(
    cluster: Cluster, told: set[tuple[str, str]], bindings: Bindings | Unknown
) -> Iterator[Finding | Inconclusive]:
    """One finding a driver version, of all LUNs attached without publishInfo."""
    by_version: dict[str, list[VolumeAttachment]] = {}
    for one in cluster.bare_luns():
        if (one.node, one.pv) not in told:
            version = cluster.version_on(one.node)
            by_version.setdefault(version.text if version else "", []).append(one)
    if isinstance(cluster.driver, Unknown) and by_version:
        yield Inconclusive(RULE, "", (cluster.driver,))
        return
    for text, bare in sorted(by_version.items()):
        version = cluster.version_on(bare[0].node)
        if version is None or needs_publish_info(version):
            certainty = Certainty.POSSIBLE if version is None else Certainty.CONFIRMED
            yield _scan(bare, text, Severity.WARNING, certainty, said.WILL_FAIL, bindings)
        elif is_before(version, "4.0"):
            yield _scan(bare, text, Severity.INFO, Certainty.CONFIRMED, said.UPGRADE, bindings)


def _scan(
    bare: list[VolumeAttachment],
    version: str,
    severity: Severity,
    certainty: Certainty,
    cause: Text,
    bindings: Bindings | Unknown,
) -> Finding:
    pairs = {(one.node, one.pv) for one in bare}
    first = said.VERSION_UNKNOWN if not version else cause
    return Finding(
        rule=RULE,
        severity=severity,
        certainty=certainty,
        nodes=tuple(sorted({one.node for one in bare})),
        subject=f"driver:{version or 'unknown'}",
        title=said.TITLE_SCAN.fill(n=len(pairs)) if severity is Severity.WARNING else said.TITLE_UPGRADE,
        cause=lines(first.fill(n=len(pairs), version=version or "?"), said.listed(pairs)),
        evidence=tuple(Evidence.of("", one.span) for one in bare[:QUOTED]),
        affects=users_of_volumes(bindings, {one.pv for one in bare}),
        steps=(publish_steps.before_it_fails(severity is Severity.WARNING), publish_steps.look(bare[0].pv)),
    )
