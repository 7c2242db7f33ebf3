"""What a picture of a volume says in words: the label of each part, the caption beside it, the whole told as text.

Input    a picture and the words of a language.
Output   printable strings; a caption of a few sentences, and a description that tells all that is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from analyzer.facts.storage import Transport
from analyzer.pictures.parts import (
    AttachmentPart,
    DevicePart,
    Gap,
    Kind,
    MountPart,
    NodePart,
    Part,
    PathPart,
    PodPart,
    Remark,
    State,
    Use,
    VolumePicture,
    What,
)
from analyzer.report.printable import printable
from analyzer.report.words import Words

CAPTION_NODES = 3
CAPTION_PODS = 3

Spell = Callable[[str], str]  # how a value from the bundle is written: in full, or shortened to fit a box


def in_full(value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class Told:
    """A part as it is written: what it is, its name, and each thing that is said of it.

    `full` is what the name is short for, "" where it is whole.
    """

    what: str
    name: str
    says: tuple[str, ...]
    part: Part
    full: str = ""


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells parts in one language."""

    words: Words
    spell: Spell = in_full
    titles: Mapping[str, str] = field(default_factory=dict)  # of findings, by id

    def pod(self, pod: PodPart) -> Told:
        if pod.part.state is State.MISSING:
            return Told("", "", (self.words.say("picture.no_pod"),), pod.part)
        return self._told("picture.pod", pod.part, *self._on(pod.node))

    def pvc(self, part: Part) -> Told:
        return self._told("picture.pvc", part)

    def pv(self, part: Part) -> Told:
        return self._told("picture.pv", part)

    def attachment(self, one: AttachmentPart) -> Told:
        attached = (self.words.say("picture.attached"),) if one.part.state is State.ALIVE else ()
        return self._told("picture.attachment", one.part, *attached, *self._on(one.node))

    def lun(self, picture: VolumePicture) -> Told:
        lun = picture.lun
        ids = dict.fromkeys(map(printable, lun.host_luns))
        more = [self.words.say("picture.host_lun", id=self.words.listed([*ids]))] if ids else []
        if lun.array_name and lun.array_name != picture.pv.name:
            more.append(self.words.say("picture.array_name", name=self.spell(printable(lun.array_name))))
        told = self._told("picture.share" if lun.is_share else "picture.lun", lun.part, *more)
        if lun.part.state is not State.UNKNOWN:
            return told
        unread = () if lun.part.remarks else (self.words.say("picture.unread"),)
        return Told(told.what, told.name, (*unread, *told.says[1:]), told.part)

    def device(self, device: DevicePart) -> Told:
        told = self._told(f"picture_kind.{device.kind}", device.part)
        if not device.dm:
            return told
        return Told(told.what, f"{told.name} ({printable(device.dm)})", told.says, told.part)

    def path(self, path: PathPart) -> Told:
        link = () if path.transport is Transport.UNKNOWN else (self.words.say(f"picture_link.{path.transport}"),)
        told = self._told("picture.path", path.part, *link)
        name = "  ".join(printable(one) for one in (path.part.name, path.hctl, path.target) if one)
        return Told(told.what, name, told.says, told.part)

    def mount(self, mount: MountPart) -> Told:
        if mount.part.state is State.MISSING:
            return Told("", "", (self.words.say("picture.not_mounted"),), mount.part)
        use = () if mount.use is Use.OTHER else (self.words.say(f"picture_use.{mount.use}"),)
        return self._told("picture.mount", mount.part, *use)

    def gap(self, gap: Gap) -> str:
        return self.words.say(
            f"picture_gap.{gap.aspect}", probe=printable(gap.probe), status=self.words.say(f"status.{gap.status}")
        )

    def _on(self, node: str) -> tuple[str, ...]:
        return (self.words.say("picture.on", node=self.spell(printable(node))),) if node else ()

    def _told(self, what: str, part: Part, *more: str) -> Told:
        remarks = [self._remark(one) for one in part.remarks if one.what is not What.UNWANTED]
        says = [*remarks, *more]
        if part.state not in (State.ALIVE, State.WRONG) or not says:
            says = [self.words.say(f"picture_state.{part.state}"), *says]
        return Told(self.words.say(what), printable(part.name), tuple(says), part)

    def _remark(self, remark: Remark) -> str:
        value = self.spell(printable(remark.value)) if remark.what in IDENTITIES else printable(remark.value)
        return self.words.say(f"picture_remark.{remark.what}", value=value)

    def found(self, node: NodePart) -> tuple[str, ...]:
        """What findings say of the volume on this node, and of no part of it."""
        return tuple(self.titles[one] for one in node.findings if one in self.titles)

    def wanted(self, node: NodePart) -> str:
        """Whether the cluster uses the volume on this node."""
        key = {True: "used_here", False: "not_used_here", None: "use_unknown"}[node.wanted]
        return self.words.say(f"picture.{key}")

    def said(self, told: Told) -> str:
        """`dead: the array refuses it, link up`."""
        comma = self.words.say("list.comma")
        if told.says[0] != self.words.say(f"picture_state.{told.part.state}") or len(told.says) == 1:
            return comma.join(told.says)
        return self.words.say("picture.state_says", state=told.says[0], says=comma.join(told.says[1:]))

    def sentence(self, told: Told) -> str:
        if not told.what:
            return self.said(told)
        key = "picture.part" if told.name else "picture.nameless"
        values = {"name": told.name} if told.name else {}
        return self.words.say(key, what=told.what, says=self.said(told), **values)


IDENTITIES = frozenset({What.READS_OTHER, What.REMEMBERS_OTHER, What.IN_ITS_PLACE, What.ANSWERS, What.REFUSES})


def title(picture: VolumePicture, words: Words) -> str:
    return words.say("picture.title", name=printable(picture.name))


def description(picture: VolumePicture, teller: Teller) -> str:
    """All that is drawn, in the order in which it is drawn."""
    return "".join(teller.words.say("picture.sentence", says=one) for one in _all(picture, teller)).strip()


def _all(picture: VolumePicture, teller: Teller) -> Iterator[str]:
    words = teller.words
    for told in chain(picture, teller):
        yield teller.sentence(told)
    for node in picture.nodes:
        here = [teller.sentence(told) for told in on_node(node, teller)] + [teller.gap(gap) for gap in node.gaps]
        says = words.say("list.semicolon").join([teller.wanted(node), *teller.found(node), *here])
        yield words.say("picture.at", node=words.say("picture.node", name=printable(node.node)), says=says)
    if picture.more_nodes:
        yield words.say("picture.more_nodes", n=picture.more_nodes)


def chain(picture: VolumePicture, teller: Teller) -> Iterator[Told]:
    """From the pods to the LUN."""
    yield from (teller.pod(one) for one in picture.pods)
    yield teller.pvc(picture.pvc)
    yield teller.pv(picture.pv)
    yield from (teller.attachment(one) for one in picture.attachments)
    yield teller.lun(picture)


def on_node(node: NodePart, teller: Teller) -> Iterator[Told]:
    yield from (teller.mount(one) for one in node.mounts)
    for device in node.devices:
        yield teller.device(device)
        yield from (teller.path(one) for one in device.paths)


def caption(picture: VolumePicture, words: Words) -> str:
    """Who uses the volume, and how it stands on the first nodes."""
    teller = Teller(words)
    told = [node for node in picture.nodes if node.devices or node.mounts]
    says = [_users(picture, words), *(_standing(node, teller) for node in told[:CAPTION_NODES])]
    blind = [printable(node.node) for node in picture.nodes if not node.devices and not node.mounts and node.gaps]
    if blind:
        says.append(words.say("picture_caption.node_unknown", nodes=words.listed(blind, CAPTION_NODES)))
    if len(told) > CAPTION_NODES:
        says.append(words.say("picture_caption.more"))
    return ("" if words.lang == "zh" else " ").join(says)


def _users(picture: VolumePicture, words: Words) -> str:
    volume = printable(picture.name)
    if not picture.pv.name:
        return words.say("picture_caption.no_pv", volume=volume)
    pods = [printable(one.part.name) for one in picture.pods if one.part.name]
    if pods:
        who = words.listed(pods, CAPTION_PODS)
        return words.say("picture_caption.uses", n=len(pods) + picture.more_pods, pods=who, volume=volume)
    unknown = any(one.part.state is State.UNKNOWN for one in picture.pods)
    return words.say("picture_caption.pods_unknown" if unknown else "picture_caption.no_pod", volume=volume)


def _standing(node: NodePart, teller: Teller) -> str:
    """Its devices, and the mounts that are not as they should be, each saying once."""
    words = teller.words
    bent = [one for one in node.mounts if one.part.state is not State.ALIVE or not node.devices]
    sayings = [teller.sentence(teller.device(one)) for one in node.devices]
    sayings += [teller.sentence(replace(teller.mount(replace(one, use=Use.OTHER)), name="")) for one in bent]
    there = any(one.part.state is not State.MISSING and one.kind is not Kind.SHARE for one in node.devices)
    key = "still_has" if node.wanted is False and there else "node"
    says = words.say("list.semicolon").join(dict.fromkeys(sayings))
    return words.say(f"picture_caption.{key}", node=printable(node.node), says=says)
