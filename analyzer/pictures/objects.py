"""The cluster's side of a picture: pods, claim, PV and VolumeAttachments of a volume.

Input    the cluster's facts; each may be `Unknown`, and its part is then unknown, never missing.
Output   `Volume`: parts by their Kubernetes names, each with its state, and where the cluster wants the volume.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analyzer.facts.bindings import FILE_PROTOCOLS
from analyzer.facts.claims import PersistentVolumeClaim, PersistentVolumeClaims
from analyzer.facts.cluster import (
    PersistentVolume,
    PersistentVolumes,
    Pod,
    Pods,
    PublishInfo,
    StorageBackend,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.findings import Finding
from analyzer.pictures.looking import Facts, known, plain
from analyzer.pictures.naming import Named
from analyzer.pictures.parts import AttachmentPart, Part, PodPart, Remark, State, What
from analyzer.rules.nfs.mounts import share_of

_PHASES = {
    "Running": State.ALIVE,
    "Succeeded": State.ALIVE,
    "Bound": State.ALIVE,
    "Available": State.ALIVE,
    "Pending": State.WRONG,
    "Released": State.WRONG,
    "Lost": State.DEAD,
    "Failed": State.DEAD,
}
NOT_KNOWN = Part("", State.UNKNOWN)
NOT_THERE = Part("", State.MISSING)


@dataclass(frozen=True, slots=True)
class Volume:
    """`nodes` are those on which the cluster wants it, by the cluster's names; `wants_known` is False when that is
    not known."""

    pv: Part
    pvc: Part
    pods: tuple[PodPart, ...]
    attachments: tuple[AttachmentPart, ...]
    storage_class: str
    driver: str
    protocol: str
    wwn: str  # "" where it is not known, and of a share
    array_name: str
    host_luns: tuple[str, ...]
    is_share: bool
    share: str
    nodes: frozenset[str]
    with_pods: frozenset[str]  # nodes on which a pod that is not finished has it
    wants_known: bool

    def is_own(self, wwid: str) -> bool:
        return bool(self.wwn) and plain(wwid) == self.wwn

    def marked(self, findings: Iterable[Finding]) -> Part:
        """The PV, with the findings about it as an object of the cluster."""
        subject = f"pv:{self.pv.name}"
        return replace(self.pv, findings=tuple(one.id for one in findings if one.subject == subject and not one.nodes))

    def attachments_marked(self, findings: Iterable[Finding]) -> tuple[AttachmentPart, ...]:
        """Those that are not as they should be, with the findings about the volume on their nodes."""
        about = [one for one in findings if one.subject == f"pv:{self.pv.name}"]
        return tuple(
            one
            if one.part.state is State.ALIVE
            else replace(one, part=replace(one.part, findings=tuple(f.id for f in about if one.node in f.nodes)))
            for one in self.attachments
        )


@dataclass(frozen=True, slots=True)
class Objects:
    """None where a kind is not known."""

    volumes: Mapping[str, PersistentVolume] | None
    claims: tuple[PersistentVolumeClaim, ...] | None
    pods: tuple[Pod, ...] | None
    attachments: tuple[VolumeAttachment, ...] | None
    backends: Mapping[str, StorageBackend]
    pv_of: Mapping[str, str]  # by WWN

    @classmethod
    def of(cls, facts: Facts) -> Objects:
        volumes, claims, pods = (
            known(facts, PersistentVolumes),
            known(facts, PersistentVolumeClaims),
            known(facts, Pods),
        )
        attachments, backends = known(facts, VolumeAttachments), known(facts, StorageBackends)
        by_name = {one.name: one for one in volumes.items} if volumes else {}
        attached = attachments.items if attachments else ()
        wwns = {one.publish_info.lun_wwn: one.pv for one in attached if one.publish_info and one.publish_info.lun_wwn}
        wwns |= {one.lun_wwn: one.name for one in by_name.values() if one.lun_wwn}
        return cls(
            volumes=by_name if volumes else None,
            claims=claims.items if claims else None,
            pods=pods.items if pods else None,
            attachments=attachments.items if attachments else None,
            backends={one.name: one for one in backends.items} if backends else {},
            pv_of=wwns,
        )

    def volume(self, named: Named) -> Volume:
        volume = (self.volumes or {}).get(named.pv)
        backend = self.backends.get(volume.backend) if volume else None
        attached = [one for one in self.attachments or () if one.pv == named.pv] if named.pv else []
        published = next((one.publish_info for one in attached if one.publish_info), None)
        claim = self._claim_name(named.pv, volume)
        users = [one for one in self.pods or () if claim and one.namespace == claim[0] and claim[1] in one.claims]
        with_pods = frozenset(one.node for one in users if one.node and not one.is_finished)
        protocol = _protocol(volume, backend, published)
        return Volume(
            pv=self._pv_part(named, volume),
            pvc=self._claim_part(claim, volume),
            pods=self._pod_parts(users, is_known=volume is not None),
            attachments=self._attachment_parts(named.pv, attached),
            storage_class=volume.storage_class if volume else "",
            driver=volume.driver if volume else next((one.driver for one in attached), ""),
            protocol=protocol,
            wwn=named.wwn or (volume.lun_wwn if volume else "") or _wwn_of(published),
            array_name=volume.array_name if volume else "",
            host_luns=published.host_luns if published else (),
            is_share=protocol in FILE_PROTOCOLS,
            share=share_of(volume, backend),
            nodes=frozenset({*with_pods, *(one.node for one in attached)}),
            with_pods=with_pods,
            wants_known=self.attachments is not None and self.pods is not None,
        )

    def _claim_name(self, pv: str, volume: PersistentVolume | None) -> tuple[str, str] | None:
        if volume and volume.claim_name:
            return volume.claim_namespace, volume.claim_name
        return next(((one.namespace, one.name) for one in self.claims or () if pv and one.volume == pv), None)

    def _pv_part(self, named: Named, volume: PersistentVolume | None) -> Part:
        if volume is not None:
            return Part(volume.name, *_of_phase(volume.phase))
        return Part(named.pv, State.UNKNOWN if self.volumes is None else State.MISSING)

    def _claim_part(self, name: tuple[str, str] | None, volume: PersistentVolume | None) -> Part:
        if name is None:
            return NOT_THERE if volume is not None else NOT_KNOWN
        full_name = "/".join(name)
        if self.claims is None:
            return Part(full_name, State.UNKNOWN)
        claim = next((one for one in self.claims if (one.namespace, one.name) == name), None)
        if claim is None:
            return Part(full_name, State.MISSING)
        return Part(full_name, *_of_phase(claim.phase, deleting=claim.deleting))

    def _pod_parts(self, users: Sequence[Pod], *, is_known: bool) -> tuple[PodPart, ...]:
        if not users or self.pods is None:
            return (PodPart(NOT_THERE if is_known and self.pods is not None else NOT_KNOWN, ""),)
        parts = [PodPart(Part(one.full_name, *_of_phase(one.phase, deleting=one.deleting)), one.node) for one in users]
        return tuple(sorted(parts, key=lambda one: (one.part.state is State.ALIVE, one.part.name)))

    def _attachment_parts(self, pv: str, attached: Iterable[VolumeAttachment]) -> tuple[AttachmentPart, ...]:
        if self.attachments is None:
            return (AttachmentPart(NOT_KNOWN, ""),)
        parts = [AttachmentPart(_of_attachment(one), one.node) for one in attached]
        if not parts:
            return (AttachmentPart(NOT_THERE if pv else NOT_KNOWN, ""),)
        return tuple(sorted(parts, key=lambda one: (one.part.state is State.ALIVE, one.node, one.part.name)))


def _of_phase(phase: str, *, deleting: bool = False) -> tuple[State, tuple[Remark, ...]]:
    remarks = (Remark(What.PHASE, phase),) if phase else ()
    state = _PHASES.get(phase, State.UNKNOWN)
    if deleting:
        return State.WRONG if state is State.ALIVE else state, (*remarks, Remark(What.DELETING))
    return state, remarks


def _of_attachment(one: VolumeAttachment) -> Part:
    remarks = [Remark(What.DELETING)] if one.deleting else []
    state = State.WRONG if one.deleting else State.ALIVE
    if one.attached and not one.has_publish_info:
        state, remarks = State.WRONG, [*remarks, Remark(What.NO_PUBLISH_INFO)]
    if not one.attached:
        state, remarks = State.WRONG, [*remarks, Remark(What.NOT_ATTACHED)]
    if one.detach_error:
        state, remarks = State.WRONG, [*remarks, Remark(What.DETACH_ERROR, one.detach_error)]
    if one.attach_error:
        state, remarks = State.DEAD, [*remarks, Remark(What.ATTACH_ERROR, one.attach_error)]
    return Part(one.name, state, tuple(remarks))


def _wwn_of(published: PublishInfo | None) -> str:
    return (published.lun_wwn or published.lun_guid.lower()) if published else ""


def _protocol(volume: PersistentVolume | None, backend: StorageBackend | None, info: PublishInfo | None) -> str:
    """Of the backend, else by what the driver published; "" where neither tells."""
    if backend and backend.protocol:
        return backend.protocol.lower()
    if volume and volume.fs_type.lower() in FILE_PROTOCOLS:
        return volume.fs_type.lower()
    if info is None:
        return ""
    return "iscsi" if info.iqns else "fc" if info.wwpns else ""
