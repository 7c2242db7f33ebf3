"""A volume on one node: what was seen there, what is missing there, and which findings are about which part.

What the cluster wants on a node and what is not there is missing; where the probe that would have shown it gave no
knowledge, nothing is said but that gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analyzer.findings import Finding
from analyzer.pictures.looking import plain
from analyzer.pictures.naming import wwn_of
from analyzer.pictures.objects import Volume
from analyzer.pictures.parts import (
    Aspect,
    DevicePart,
    Gap,
    Kind,
    MountPart,
    NodePart,
    Part,
    PathPart,
    Remark,
    State,
    Use,
    What,
)
from analyzer.pictures.sight import SeenVolume
from analyzer.rules.nfs.mounts import NFS_PORT, portal_of
from bundle.capture import Status

NVME_PROTOCOLS = ("roce", "nvme")
# what only a finding knows of the mounts of a volume: the mount table keeps `rw` after the journal has aborted
OF_MOUNTS = {"volume-read-only-after-io-error": What.READ_ONLY}


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """What a node saw of one volume; `cluster_name` is what the cluster calls the node."""

    name: str
    cluster_name: str
    volumes: tuple[SeenVolume, ...]
    portals: tuple[Part, ...]
    gaps: tuple[Gap, ...]

    @classmethod
    def not_collected(cls, name: str) -> NodeSeen:
        """A node that the cluster's objects name, and that the bundle does not hold."""
        return cls(name, name, (), (), (Gap(Aspect.NODE, "", Status.ABSENT),))

    def lacks(self, aspect: Aspect) -> bool:
        return any(gap.aspect in (aspect, Aspect.NODE) for gap in self.gaps)


def node_part(volume: Volume, seen: NodeSeen, findings: Sequence[Finding]) -> NodePart:
    names = {seen.name, seen.cluster_name}
    here = [one for one in findings if names & set(one.nodes)]
    wanted = bool(names & volume.nodes) if volume.wants_known or names & volume.nodes else None
    own = [_of_volume(one, volume) for one in seen.volumes]
    devices = tuple(one.device for one in own if one.device is not None)
    if volume.is_share:
        devices = (*_portal(volume, seen), *devices)
    elif all(one.is_foreign for one in devices) and not seen.lacks(Aspect.DEVICES) and (wanted or here):
        devices = (_no_device(volume), *devices)
    if wanted is False:
        devices = tuple(_unwanted(one) for one in devices)
    mounts = tuple(mount for one in own for mount in one.mounts)
    if names & volume.with_pods and not seen.lacks(Aspect.MOUNTS) and all(one.use is not Use.PUBLISH for one in mounts):
        mounts = (*mounts, MountPart(Use.PUBLISH, Part("", State.MISSING)))
    return _marked(NodePart(seen.name, devices, mounts, seen.gaps, wanted), here)


def _of_volume(one: SeenVolume, volume: Volume) -> SeenVolume:
    """Its own device as it is; one that remembers another LUN and reads this one; or one that is only in its place."""
    device = one.device
    if device is None or not (volume.wwn or volume.is_share) or volume.is_own(device.wwid):
        return one
    if volume.is_share or volume.wwn not in one.wwns:
        return _in_its_place(one, device, volume)
    part = replace(device.part, state=State.WRONG, remarks=(Remark(What.REMEMBERS_OTHER, device.wwid),))
    paths = tuple(_reading(path, device.wwid, volume) for path in device.paths)
    return replace(one, device=replace(device, part=part, paths=paths))


def _in_its_place(one: SeenVolume, device: DevicePart, volume: Volume) -> SeenVolume:
    """Another volume, mounted where this one belongs: without its paths, which lead to another LUN."""
    part = replace(device.part, state=State.WRONG, remarks=(Remark(What.IN_ITS_PLACE, device.wwid),))
    mounts = tuple(mount for mount in one.mounts if volume.pv.name in mount.part.name.split("/"))
    strange = tuple(_bent(mount, Remark(What.OF_ANOTHER)) for mount in mounts)
    return replace(one, device=replace(device, part=part, paths=()), mounts=strange)


def _reading(path: PathPart, wwid: str, volume: Volume) -> PathPart:
    told = (
        Remark(What.REMEMBERS_OTHER, wwid) if one.what is What.READS_OTHER and volume.is_own(one.value) else one
        for one in path.part.remarks
    )
    return replace(path, part=replace(path.part, remarks=tuple(told)))


def _no_device(volume: Volume) -> DevicePart:
    """Missing, or not to be told: a LUN whose identity is not known cannot be looked for."""
    kind = Kind.NVME if any(word in volume.protocol for word in NVME_PROTOCOLS) else Kind.MAP
    return DevicePart(kind, Part("", State.MISSING if volume.wwn else State.UNKNOWN), "")


def _unwanted(device: DevicePart) -> DevicePart:
    if device.part.state is State.MISSING or device.kind is Kind.SHARE:
        return device
    return replace(device, part=replace(device.part, remarks=(*device.part.remarks, Remark(What.UNWANTED))))


def _portal(volume: Volume, seen: NodeSeen) -> tuple[DevicePart, ...]:
    """The file server as this node reaches it."""
    share = next((one.share for one in seen.volumes if one.share), volume.share)
    address = portal_of(share)
    if not address:
        return ()
    found = next((one for one in seen.portals if one.name == f"{address}:{NFS_PORT}"), Part(address, State.UNKNOWN))
    return (DevicePart(Kind.SHARE, found, ""),)


def _marked(node: NodePart, here: Iterable[Finding]) -> NodePart:
    """Each finding stands at the parts it is about; at the node where it is about none of them."""
    for finding in here:
        changed = _at_parts(node, finding)
        node = changed if changed != node else replace(node, findings=(*node.findings, finding.id))
    return node


def _at_parts(node: NodePart, finding: Finding) -> NodePart:
    kind, _, name = finding.subject.partition(":")
    if wwn := wwn_of(finding):
        devices = tuple(_named(one, finding.id) if plain(one.wwid) == wwn else one for one in node.devices)
        return replace(node, devices=devices)
    if finding.rule in OF_MOUNTS:
        remark = Remark(OF_MOUNTS[finding.rule])
        return replace(node, mounts=tuple(_told_by(one, remark, finding.id) for one in node.mounts))
    if kind == "mount":
        return replace(node, mounts=tuple(_mount(one, name, finding.id) for one in node.mounts))
    if kind in ("portal", "array"):
        return replace(node, devices=tuple(_ways(one, name, finding.id) for one in node.devices))
    return node


def _named(device: DevicePart, finding: str) -> DevicePart:
    return replace(device, part=_with(device.part, finding))


def _with(part: Part, finding: str) -> Part:
    return replace(part, findings=(*part.findings, finding))


def _mount(mount: MountPart, point: str, finding: str) -> MountPart:
    return replace(mount, part=_with(mount.part, finding)) if mount.part.name == point else mount


def _told_by(mount: MountPart, remark: Remark, finding: str) -> MountPart:
    bent = _bent(mount, remark)
    return replace(bent, part=_with(bent.part, finding))


def _bent(mount: MountPart, remark: Remark) -> MountPart:
    part = mount.part
    state = State.WRONG if part.state is State.ALIVE else part.state
    remarks = part.remarks if remark in part.remarks else (*part.remarks, remark)
    return replace(mount, part=replace(part, state=state, remarks=remarks))


def _ways(device: DevicePart, name: str, finding: str) -> DevicePart:
    """Dead paths to this portal or array; the portal itself where a share has no device."""
    if device.kind is Kind.SHARE:
        return _named(device, finding) if device.part.name == name else device
    return replace(device, paths=tuple(_way(one, name, finding) for one in device.paths))


def _way(path: PathPart, name: str, finding: str) -> PathPart:
    if path.part.state is State.ALIVE or name not in (path.target, path.array):
        return path
    return replace(path, part=_with(path.part, finding))
