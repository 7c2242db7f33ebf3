"""Which volumes the cluster wants on a node: the second clause of the law of removal.

Input    the cluster's objects; each kind may be `Unknown`.
Output   for one node: the WWNs that belong there, those known elsewhere, and every reason why this is not certain.
Source   VolumeAttachment.status.attachmentMetadata.publishInfo and PersistentVolume.spec.csi.volumeAttributes.lunWWN,
         both written by the driver: 32 hex digits, the WWID without its leading 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from analyzer.facts import Span, Unknown
from analyzer.facts.claims import PersistentVolumeClaim, PersistentVolumeClaims
from analyzer.facts.cluster import (
    ClusterNode,
    ClusterNodes,
    PersistentVolume,
    PersistentVolumes,
    Pod,
    Pods,
    StorageBackend,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.driver import DEFAULT_NAME, HUAWEI_DRIVERS, Driver
from bundle.capture import Status

T = TypeVar("T")

FILE_PROTOCOLS = frozenset({"nfs", "nfs+", "dpc", "dtfs"})
FINISHED = ("Succeeded", "Failed")
ATTACHMENT = "VolumeAttachment "


@dataclass(frozen=True, slots=True)
class Binding:
    """A cluster object that ties a WWN to a node: a VolumeAttachment, or a pod with its volume."""

    wwn: str
    node: str
    name: str  # "VolumeAttachment csi-…" or "Pod default/mypod"
    pv: str
    span: Span
    may_be: str = ""  # of a doubt: `lun:2`, `dev:/dev/mapper/mpathb`, "" when it may mean any LUN


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """Who uses a CSI volume: its PV, the claim bound to it, and a pod with that claim ("" where there is none)."""

    wwn: str  # "" of a volume that is no LUN
    pv: str
    namespace: str
    pvc: str
    pod: str


@dataclass(frozen=True, slots=True)
class Bindings:
    """All bindings of the cluster.  `doubts` are objects whose WWN cannot be told; they may mean any WWN.

    Such are an attachment without publishInfo, and a pod with a claim whose PV is not listed or tells no WWN, unless
    that PV is known to be no LUN.
    """

    bound: tuple[Binding, ...]
    doubts: tuple[Binding, ...]  # with wwn ""
    claims: tuple[Claim, ...]
    nodes: tuple[ClusterNode, ...]
    known_wwns: frozenset[str]  # of every volume the driver ever published or provisioned that is still an object
    iqns: frozenset[str]  # of the arrays the driver publishes from
    wwpns: frozenset[str]

    def of(self, wwn: str) -> tuple[Binding, ...]:
        return tuple(binding for binding in self.bound if binding.wwn == wwn)

    def doubts_on(self, node: str) -> tuple[Binding, ...]:
        return tuple(binding for binding in self.doubts if binding.node == node)

    def names(self, name: str, boot_id: str | None) -> frozenset[str]:
        """What the cluster calls this machine: an inventory may have another name for it, the boot id is the same."""
        return frozenset({name, *(node.name for node in self.nodes if boot_id and node.boot_id == boot_id)})

    def node(self, name: str, boot_id: str | None) -> ClusterNode | None:
        """The cluster's own object for this node: the same name, and the same boot of it."""
        found = next((node for node in self.nodes if node.name == name), None)
        return None if found is None or (boot_id and found.boot_id != boot_id) else found


def assemble(facts: Mapping[type, object]) -> Bindings | Unknown:
    """`Unknown` as soon as one of the four kinds is: nothing is concluded from half of the objects."""
    attachments = _kind(facts, VolumeAttachments, "volumeattachments")
    volumes = _kind(facts, PersistentVolumes, "persistentvolumes")
    pods = _kind(facts, Pods, "pods")
    nodes = _kind(facts, ClusterNodes, "nodes")
    if isinstance(attachments, Unknown):
        return attachments
    if isinstance(volumes, Unknown):
        return volumes
    if isinstance(pods, Unknown):
        return pods
    if isinstance(nodes, Unknown):
        return nodes
    claims, backends, driver = facts.get(PersistentVolumeClaims), facts.get(StorageBackends), facts.get(Driver)
    return bind(
        attachments.items,
        volumes.items,
        pods.items,
        nodes.items,
        asked=claims.items if isinstance(claims, PersistentVolumeClaims) else None,
        backends=backends.items if isinstance(backends, StorageBackends) else (),
        driver=driver.name if isinstance(driver, Driver) and (driver.node_pods or driver.controller_pods) else None,
    )


def bind(
    attachments: tuple[VolumeAttachment, ...],
    volumes: tuple[PersistentVolume, ...],
    pods: tuple[Pod, ...],
    nodes: tuple[ClusterNode, ...],
    *,
    asked: tuple[PersistentVolumeClaim, ...] | None = (),
    backends: tuple[StorageBackend, ...] = (),
    driver: str | None = DEFAULT_NAME,
) -> Bindings:
    """`asked` are the claims, None when they are not known; `driver` is the driver's name, None when it is not."""
    wwns = {volume.name: volume.lun_wwn for volume in volumes if volume.lun_wwn}
    wwns |= {one.pv: one.publish_info.lun_wwn for one in attachments if one.publish_info and one.publish_info.lun_wwn}
    attached = tuple(_of_attachment(one, wwns) for one in attachments)
    published = tuple(one.publish_info for one in attachments if one.publish_info is not None)
    drivers = HUAWEI_DRIVERS | {volume.driver for volume in volumes if volume.lun_wwn} | {driver or DEFAULT_NAME}

    def is_ours(name: str) -> bool:
        return name in drivers or (driver is None and name != "")

    doubtful = {one.name for one in attachments if one.publish_info is None and is_ours(one.driver)}
    published_pvs = {one.pv for one in attachments if one.publish_info is not None}
    others = {one.name for one in volumes if not is_ours(one.driver) and (one.driver or _is_no_lun(one))}
    told = {*wwns, *published_pvs, *others, *_on_file_servers(volumes, backends)}
    claimed = {(one.claim_namespace, one.claim_name): one.name for one in volumes if one.claim_name}
    claimed = {(one.namespace, one.name): one.volume for one in asked or () if one.volume} | claimed
    return Bindings(
        bound=(*(binding for binding in attached if binding.wwn), *_of_pods(pods, claimed, wwns)),
        doubts=(
            *(one for one in attached if not one.wwn and one.name.removeprefix(ATTACHMENT) in doubtful),
            *_doubtful_pods(pods, claimed, volumes, told.__contains__, claims_known=asked is not None),
        ),
        claims=tuple(sorted(_claims(pods, volumes, wwns))),
        nodes=nodes,
        known_wwns=frozenset(wwns.values()),
        iqns=frozenset(iqn for info in published for iqn in info.iqns),
        wwpns=frozenset(wwpn.lower() for info in published for wwpn in info.wwpns),
    )


def _kind(facts: Mapping[type, object], kind: type[T], plural: str) -> T | Unknown:
    value = facts.get(kind)
    if isinstance(value, (kind, Unknown)):
        return value
    return Unknown(plural, Status.ABSENT, "the bundle has no cluster objects of this kind")


def _of_attachment(attachment: VolumeAttachment, wwns: Mapping[str, str]) -> Binding:
    info = attachment.publish_info
    wwn = info.lun_wwn if info is not None and info.lun_wwn else wwns.get(attachment.pv, "")
    return Binding(wwn, attachment.node, f"{ATTACHMENT}{attachment.name}", attachment.pv, attachment.span)


def _of_pods(
    pods: tuple[Pod, ...], claimed: Mapping[tuple[str, str], str], wwns: Mapping[str, str]
) -> Iterator[Binding]:
    for pod, pv in _wanted(pods, claimed):
        if pv in wwns:
            yield Binding(wwns[pv], pod.node, f"Pod {pod.namespace}/{pod.name}", pv, pod.span)


def _is_no_lun(volume: PersistentVolume) -> bool:
    """One that Kubernetes itself attaches, and that is no device; of an unknown source it may be any."""
    return volume.source != "" and not volume.may_be


def _doubtful_pods(
    pods: tuple[Pod, ...],
    claimed: Mapping[tuple[str, str], str],
    volumes: tuple[PersistentVolume, ...],
    is_told: Callable[[str], bool],
    *,
    claims_known: bool,
) -> Iterator[Binding]:
    """Pods with a claim whose PV tells no WWN; and, while the claims are not known, with one that may be bound."""
    hints = {one.name: one.may_be for one in volumes}
    for pod, pv in _wanted(pods, claimed):
        if not is_told(pv) if pv else not claims_known:
            yield from _doubts(pod, pv, hints.get(pv) or ("",))
    for pod in pods:
        if pod.node and pod.phase not in FINISHED:
            yield from _doubts(pod, "", pod.may_be)


def _doubts(pod: Pod, pv: str, hints: tuple[str, ...]) -> Iterator[Binding]:
    return (Binding("", pod.node, f"Pod {pod.namespace}/{pod.name}", pv, pod.span, hint) for hint in hints)


def _wanted(pods: tuple[Pod, ...], claimed: Mapping[tuple[str, str], str]) -> Iterator[tuple[Pod, str]]:
    """Each claim of each pod on a node that is not finished, as the PV behind it, "" where none is known."""
    for pod in pods:
        if pod.node and pod.phase not in FINISHED:
            yield from ((pod, claimed.get((pod.namespace, claim), "")) for claim in pod.claims)


def _on_file_servers(volumes: tuple[PersistentVolume, ...], backends: tuple[StorageBackend, ...]) -> Iterator[str]:
    """PVs that are no LUN: shares."""
    shared = {one.name for one in backends if one.protocol.lower() in FILE_PROTOCOLS}
    return (one.name for one in volumes if one.backend in shared or one.fs_type.lower() in FILE_PROTOCOLS)


def _claims(pods: tuple[Pod, ...], volumes: tuple[PersistentVolume, ...], wwns: Mapping[str, str]) -> Iterator[Claim]:
    users: dict[tuple[str, str], list[str]] = {}
    for pod in pods:
        for claim in pod.claims:
            users.setdefault((pod.namespace, claim), []).append(pod.name)
    for volume in volumes:
        for pod_name in users.get((volume.claim_namespace, volume.claim_name), [""]):
            if volume.driver or volume.name in wwns:
                wwn = wwns.get(volume.name, "")
                yield Claim(wwn, volume.name, volume.claim_namespace, volume.claim_name, pod_name)
