"""What the findings are about: nodes, volumes, pods and claims; all that the timeline tells concerns one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.facts.cluster import PersistentVolumes, Pod, Pods, VolumeAttachments
from analyzer.facts.driver import Driver
from analyzer.findings import Finding
from analyzer.timeline.moments import Told

Facts = Mapping[type, object]
Named = tuple[str, str]  # namespace, name


@dataclass(frozen=True, slots=True)
class Concern:
    """`beside` are nodes on which a volume concerned is, or a pod with it, though no finding names them."""

    nodes: frozenset[str] = frozenset()
    volumes: frozenset[str] = frozenset()
    pods: frozenset[Named] = frozenset()
    claims: frozenset[Named] = frozenset()
    beside: frozenset[str] = frozenset()

    def is_about(self, told: Told) -> bool:
        return told.node in self.nodes or not self.volumes.isdisjoint(told.volumes)

    @property
    def every_node(self) -> frozenset[str]:
        return self.nodes | self.beside


def concern(findings: Iterable[Finding], facts: Facts) -> Concern:
    """Nothing where there is no finding."""
    found = tuple(findings)
    nodes = frozenset(node for one in found for node in one.nodes)
    volumes = frozenset(_volumes(found, facts))
    claims = frozenset((who.namespace, who.pvc) for one in found for who in one.affects if who.pvc)
    claims |= frozenset(_claims_of(volumes, facts))
    pods = frozenset((who.namespace, who.pod) for one in found for who in one.affects if who.pod)
    using = [one for one in _pods(facts) if any((one.namespace, claim) in claims for claim in one.claims)]
    drivers = [one for one in _drivers_pods(facts) if one.node in nodes]
    beside = {one.node for one in using if one.node} | set(_attached_to(volumes, facts))
    return Concern(
        nodes=nodes,
        volumes=volumes,
        pods=pods | {(one.namespace, one.name) for one in (*using, *drivers)},
        claims=claims,
        beside=frozenset(beside) - nodes,
    )


def _volumes(findings: Iterable[Finding], facts: Facts) -> Iterator[str]:
    """Those that findings name: as the affected one's, and by their subject, `pv:…` or `wwid:…`."""
    subjects = set()
    for one in findings:
        yield from (who.pv for who in one.affects if who.pv)
        subjects.add(one.subject)
    volumes = facts.get(PersistentVolumes)
    for volume in volumes.items if isinstance(volumes, PersistentVolumes) else ():
        if f"pv:{volume.name}" in subjects or (volume.lun_wwn and f"wwid:3{volume.lun_wwn}" in subjects):
            yield volume.name
    attachments = facts.get(VolumeAttachments)
    for attached in attachments.items if isinstance(attachments, VolumeAttachments) else ():
        wwn = attached.publish_info.lun_wwn if attached.publish_info else ""
        if wwn and f"wwid:3{wwn}" in subjects:
            yield attached.pv


def _claims_of(volumes: frozenset[str], facts: Facts) -> Iterator[Named]:
    known = facts.get(PersistentVolumes)
    for one in known.items if isinstance(known, PersistentVolumes) else ():
        if one.name in volumes and one.claim_name:
            yield one.claim_namespace, one.claim_name


def _pods(facts: Facts) -> tuple[Pod, ...]:
    pods = facts.get(Pods)
    return pods.items if isinstance(pods, Pods) else ()


def _drivers_pods(facts: Facts) -> tuple[Pod, ...]:
    driver = facts.get(Driver)
    return (*driver.node_pods, *driver.controller_pods) if isinstance(driver, Driver) else ()


def _attached_to(volumes: frozenset[str], facts: Facts) -> Iterator[str]:
    attachments = facts.get(VolumeAttachments)
    for one in attachments.items if isinstance(attachments, VolumeAttachments) else ():
        if one.pv in volumes and one.node:
            yield one.node
