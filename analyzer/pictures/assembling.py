"""Findings, the cluster's objects and the nodes' sights -> the pictures of the volumes that the findings name.

Input    the findings in the order of the verdict; the cluster's facts, each of which may be `Unknown`; each node's
         sight, packed.
Output   `Gallery`: the same whatever the order in which the nodes were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.facts.cluster import ClusterNodes
from analyzer.findings import Finding
from analyzer.pictures.looking import Facts, known
from analyzer.pictures.naming import Choice, Named, choose
from analyzer.pictures.nodes import NodeSeen, node_part
from analyzer.pictures.objects import Objects, Volume
from analyzer.pictures.parts import LunPart, NodePart, Part, Remark, State, VolumePicture, What
from analyzer.pictures.sight import SeenVolume, Sight
from analyzer.sparing import spared

NODES = 8  # drawn of one volume; the most interesting first
PODS = 8
ATTACHMENTS = 8
NAMES = 2  # of nodes, in a remark


@dataclass(frozen=True, slots=True)
class Gallery:
    """`left_out` counts the volumes that findings name, and that have no picture here."""

    pictures: tuple[VolumePicture, ...] = ()
    left_out: int = 0


def pictures_of(findings: Sequence[Finding], cluster: Facts, sights: Mapping[str, bytes]) -> Gallery:
    objects = Objects.of(cluster)
    choice = choose(findings, objects.pv_of)
    if not choice.chosen:
        return Gallery()
    return spared(
        lambda: Gallery(tuple(_pictures(choice, objects, cluster, sights)), choice.left_out),
        lambda _: Gallery((), len(choice.chosen) + choice.left_out),
    )


def _pictures(choice: Choice, objects: Objects, cluster: Facts, sights: Mapping[str, bytes]) -> Iterator[VolumePicture]:
    volumes = [objects.volume(named) for named in choice.chosen]
    for named, volume, seen in zip(choice.chosen, volumes, _seen(choice, volumes, cluster, sights), strict=True):
        yield _picture(volume, seen, named.findings)


def _seen(
    choice: Choice, volumes: Sequence[Volume], cluster: Facts, sights: Mapping[str, bytes]
) -> list[dict[str, NodeSeen]]:
    """For each volume what each node saw of it; one sight is unpacked at a time.

    The names are the cluster's: an inventory may call a machine otherwise, its boot id is the same.
    """
    nodes = known(cluster, ClusterNodes)
    by_boot = {one.boot_id: one.name for one in nodes.items if one.boot_id} if nodes else {}
    wanted, told_of = _index(choice.chosen, volumes), [_told_of(named) for named in choice.chosen]
    found: list[dict[str, NodeSeen]] = [{} for _ in volumes]
    for name in sorted(sights):
        sight = Sight.unpack(sights[name])
        seen: dict[int, list[SeenVolume]] = {}
        for one in sight.volumes:
            for number in sorted({wanted[key] for key in (*one.wwns, *one.names) if key in wanted}):
                seen.setdefault(number, []).append(one)
        for number, volume in enumerate(volumes):
            node = by_boot.get(sight.boot_id, name)
            if number in seen or {name, node} & volume.nodes or name in told_of[number]:
                found[number][name] = NodeSeen(name, node, tuple(seen.get(number, ())), sight.portals, sight.gaps)
    return found


def _index(chosen: Iterable[Named], volumes: Iterable[Volume]) -> dict[str, int]:
    """What a volume may be seen as, its WWN, its PV or its name on the array, by its number."""
    found: dict[str, int] = {}
    for number, (named, volume) in enumerate(zip(chosen, volumes, strict=True)):
        share_name = volume.array_name if volume.is_share else ""
        for key in (named.wwn, volume.wwn, volume.pv.name, share_name):
            if key:
                found.setdefault(key, number)
    return found


def _told_of(named: Named) -> frozenset[str]:
    """The nodes on which a finding is about this very volume."""
    subject = f"pv:{named.pv}" if named.pv else None
    return frozenset(node for one in named.findings if one.subject == subject for node in one.nodes)


def _picture(volume: Volume, seen: Mapping[str, NodeSeen], findings: Sequence[Finding]) -> VolumePicture:
    nodes = [node_part(volume, one, findings) for one in seen.values()]
    absent = volume.nodes - {name for one in seen.values() for name in (one.name, one.cluster_name)}
    nodes += [node_part(volume, NodeSeen.not_collected(name), findings) for name in sorted(absent)]
    nodes.sort(key=_interest)
    return VolumePicture(
        pv=volume.marked(findings),
        pvc=volume.pvc,
        pods=volume.pods[:PODS],
        storage_class=volume.storage_class,
        driver=volume.driver,
        protocol=volume.protocol,
        attachments=volume.attachments_marked(findings)[:ATTACHMENTS],
        lun=_lun(volume, seen.values(), nodes),
        nodes=tuple(nodes[:NODES]),
        findings=tuple(one.id for one in findings),
        more_pods=max(0, len(volume.pods) - PODS),
        more_attachments=max(0, len(volume.attachments) - ATTACHMENTS),
        more_nodes=max(0, len(nodes) - NODES),
    )


def _interest(node: NodePart) -> tuple[bool, bool, bool, str]:
    """Nodes that findings are about first, then those where something is not alive, then where it is used."""
    parts = [*(one.part for one in node.devices), *(one.part for one in node.mounts)]
    marked = bool(node.findings) or any(part.findings for part in parts)
    return not marked, all(part.state is State.ALIVE for part in parts), not node.wanted, node.node


def _lun(volume: Volume, seen: Iterable[NodeSeen], nodes: Sequence[NodePart]) -> LunPart:
    share = next((one.share for node in seen for one in node.volumes if one.share), volume.share)
    part = Part(share, _of_share(nodes)) if volume.is_share else _of_lun(volume, nodes)
    return LunPart(part, volume.is_share, volume.array_name, volume.host_luns)


def _of_lun(volume: Volume, nodes: Sequence[NodePart]) -> Part:
    """No host sees the array itself: what is known of a LUN is which nodes it answers, and which it refuses.

    It is dead where it is wanted and refused; a node that it was taken away from as it should be says nothing of it.
    """
    told = [(node, _answer(one.part)) for node in nodes for one in node.devices]
    answers = sorted({node.node for node, state in told if state is State.ALIVE})
    refused = {node.node: node.wanted for node, state in told if state is State.DEAD}
    is_dead = not answers and any(refused.values())
    remarks = [Remark(What.ANSWERS, name) for name in answers[:NAMES]]
    remarks += [Remark(What.REFUSES, name) for name in sorted(refused)[:NAMES]]
    return Part(volume.wwn, State.ALIVE if answers else State.DEAD if is_dead else State.UNKNOWN, tuple(remarks))


def _answer(part: Part) -> State:
    """What a node's device says of the LUN itself."""
    told = {remark.what for remark in part.remarks}
    if What.TAKEN_AWAY in told:
        return State.DEAD
    answers = part.state is State.ALIVE or told & {What.DEGRADED, What.REMEMBERS_OTHER}
    return State.ALIVE if answers else State.UNKNOWN


def _of_share(nodes: Iterable[NodePart]) -> State:
    """Alive where its portal answers a node that has it mounted; a mount alone, or a portal alone, says nothing."""
    for node in nodes:
        answers = any(one.part.state is State.ALIVE for one in node.devices)
        if answers and any(one.part.state is State.ALIVE for one in node.mounts):
            return State.ALIVE
    return State.UNKNOWN
