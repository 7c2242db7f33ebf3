"""Where everything in the picture of a volume stands, on a wide sheet and on a narrow one.

Wide     the way runs from left to right, from pod to LUN.  Each node lies below, in the same direction: what is
         mounted, the device, its paths, and the wire up to the LUN.
Narrow   all of it runs downwards, for a telephone's screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from analyzer.pictures.parts import Aspect, DevicePart, Gap, MountPart, NodePart, Part, State, VolumePicture
from analyzer.report.picture.sheet import GAP, LINE, PAD, SIZE, Box, Draft, Line, Panel, Sheet
from analyzer.report.picture.text import SENTENCE, packed, shortened, width
from analyzer.report.picture.words import Teller, Told
from analyzer.report.printable import printable

WIDE, PHONE = 800.0, 340.0
COLUMN, STEP = 143.0, 21.25  # five columns and four steps are 800
PANEL, TRUNK = 776.0, 789.0  # the right edge of a node, and the wire beside it
COLUMNS = ((12.0, 226.0), (264.0, 200.0), (490.0, 262.0))  # of a node: mounts, device, paths
HEAD_SIZE = 13.0  # of the type of a node's name
ALONE = 320.0  # the width of a device without paths
INDENT = 14.0  # of paths below their device, on the narrow sheet

_KUBELET = re.compile(r"^.{8,}?/(?=(?:pods|plugins)/)")


def wide(picture: VolumePicture, teller: Teller) -> Sheet:
    draft = Draft(Sheet(WIDE), replace(teller, spell=shortened))
    columns = [
        _column(draft, head, told, more, number * (COLUMN + STEP), 0, COLUMN)
        for number, (head, told, more) in enumerate(_chain(picture, draft.teller))
    ]
    for before, after in pairwise(columns):
        _arrow(draft, before[0], after[0])
    lun, y = columns[-1][0], max(box.bottom for column in columns for box in column) + 2 * GAP
    if picture.more_pods or picture.more_attachments:
        y += 2 * GAP
    ends: list[Box] = []
    for node in picture.nodes:
        y, reached = _wide_node(draft, node, y)
        ends += reached
    _trunk(draft, lun, ends)
    return _finished(draft, picture, y)


def narrow(picture: VolumePicture, teller: Teller) -> Sheet:
    draft, y = Draft(Sheet(PHONE), replace(teller, spell=shortened)), 0.0
    before: Box | None = None
    for head, told, more in _chain(picture, draft.teller):
        boxes = _column(draft, head, told, more, 0, y, PHONE)
        if before is not None:
            _down(draft, before, boxes[0], PHONE - 24)
        before, y = boxes[-1], boxes[-1].bottom + GAP + (2 * GAP if more else 0)
    for node in picture.nodes:
        y = _narrow_node(draft, node, y + GAP)
    return _finished(draft, picture, y)


def _finished(draft: Draft, picture: VolumePicture, y: float) -> Sheet:
    if picture.more_nodes:
        text = draft.teller.words.say("picture.more_nodes", n=picture.more_nodes)
        draft.sheet.lines.append(Line(0, y + 12, text, "says"))
        y += 22
    draft.sheet.h = y
    return draft.sheet


def _chain(picture: VolumePicture, teller: Teller) -> Iterator[tuple[str, list[Told], int]]:
    """The five columns, and how many more would stand in each."""
    words = teller.words
    pv, lun = teller.pv(picture.pv), teller.lun(picture)
    about = (printable(one) for one in (picture.storage_class, picture.protocol) if one)
    pv = replace(pv, says=(*pv.says, *about))
    yield words.say("picture.pod"), [teller.pod(one) for one in picture.pods], picture.more_pods
    yield words.say("picture.pvc"), [teller.pvc(picture.pvc)], 0
    yield words.say("picture.pv"), [pv], 0
    attached = [teller.attachment(one) for one in picture.attachments]
    yield words.say("picture.attachment"), attached, picture.more_attachments
    yield lun.what, [lun], 0


def _column(draft: Draft, head: str, told: Iterable[Told], more: int, x: float, y: float, w: float) -> list[Box]:
    boxes = draft.stack(told, x, draft.head(head, x, y), w)
    if more:
        text = draft.teller.words.say("picture.more", n=more)
        draft.sheet.lines.append(Line(x + PAD, boxes[-1].bottom + 15, text, "says"))
    return boxes


def _wide_node(draft: Draft, node: NodePart, top: float) -> tuple[float, list[Box]]:
    """Where the next node begins, and what the wire to the LUN ends at."""
    y = _titled(draft, node, top, COLUMNS[0][0], PANEL)
    if any(gap.aspect is Aspect.NODE for gap in node.gaps):
        blind = [_blind(draft, gap, COLUMNS[0][0], y, PANEL - 24) for gap in node.gaps]
        return _closed(draft, node, top, blind[-1].bottom, PANEL), blind[-1:]
    (left, w), (middle, device_w), (right, path_w) = COLUMNS
    mounts = draft.stack((_mount(draft.teller, one) for one in node.mounts), left, y, w)
    below = mounts[-1].bottom + GAP if mounts else y
    mounts += [_blind(draft, gap, left, below, w) for gap in node.gaps if gap.aspect is Aspect.MOUNTS]
    if not mounts:
        draft.sheet.lines.append(Line(left, y + 18, draft.teller.words.say("picture.nothing_mounted"), "head"))
    devices: list[Box] = []
    ends: list[Box] = []
    for device in node.devices:
        paths = draft.stack(map(draft.teller.path, device.paths), right, y, path_w)
        devices.append(_beside(draft, device, paths, middle, y, device_w))
        for path in paths:
            _elbow(draft, devices[-1], path)
        ends += paths or ([] if device.is_foreign else devices[-1:])
        y = max(box.bottom for box in (*devices, *paths)) + GAP
    for gap in node.gaps:
        if gap.aspect is not Aspect.MOUNTS:
            devices.append(_blind(draft, gap, middle, y, device_w))
            ends += devices[-1:] if gap.aspect is Aspect.DEVICES and not node.devices else []
            y = devices[-1].bottom + GAP
    _mounted(draft, mounts, devices, [one.is_foreign for one in node.devices])
    return _closed(draft, node, top, max((box.bottom for box in (*mounts, *devices, *ends)), default=y), PANEL), ends


def _mounted(draft: Draft, mounts: Sequence[Box], devices: Sequence[Box], foreign: Sequence[bool]) -> None:
    """What is mounted leads to the device; to the foreign one, where one is mounted in the volume's place."""
    if devices:
        device = devices[foreign.index(True) if True in foreign else 0]
        for mount in mounts:
            _elbow(draft, mount, device)


def _beside(draft: Draft, device: DevicePart, paths: Sequence[Box], x: float, y: float, w: float) -> Box:
    """The device at half the height of its paths."""
    told, w = _named_kind(draft.teller, device), w if paths else ALONE
    box = draft.box(told, x, y, w)
    room = (paths[-1].bottom - y if paths else 0) - box.h
    if room <= 0:
        return box
    draft.sheet.boxes.remove(box)
    return draft.box(told, x, y + room / 2, w)


def _narrow_node(draft: Draft, node: NodePart, top: float) -> float:
    y, x, w = _titled(draft, node, top, PAD, PHONE), PAD, PHONE - 2 * PAD
    boxes = draft.stack((_mount(draft.teller, one) for one in node.mounts), x, y, w)
    for device in node.devices:
        boxes += draft.stack([_named_kind(draft.teller, device)], x, _next(boxes, y), w)
        for path in draft.stack(map(draft.teller.path, device.paths), x + INDENT, _next(boxes, y), w - INDENT):
            _down(draft, boxes[-1], path, PHONE - 24)
            boxes.append(path)
    for gap in node.gaps:
        boxes.append(_blind(draft, gap, x, _next(boxes, y), w))
    return _closed(draft, node, top, boxes[-1].bottom if boxes else y, PHONE)


def _next(boxes: Sequence[Box], y: float) -> float:
    return boxes[-1].bottom + GAP if boxes else y


def _named_kind(teller: Teller, device: DevicePart) -> Told:
    """`Map mpathb (dm-1)`: in a node, a device stands below no heading of its own."""
    told = teller.device(device)
    return replace(told, name=f"{told.what} {told.name}".strip())


def _mount(teller: Teller, mount: MountPart) -> Told:
    """By its place in the kubelet's folder."""
    told = teller.mount(mount)
    return replace(told, name=_KUBELET.sub("…/", told.name), full=told.name)


def _titled(draft: Draft, node: NodePart, y: float, x: float, room: float) -> float:
    words = draft.teller.words
    name = words.say("picture.node", name=printable(node.node))
    wanted = draft.teller.wanted(node)
    beside = x + (width(name) + 1.2) * HEAD_SIZE
    if beside + width(wanted, SENTENCE) * SIZE > room:
        y, beside = y + LINE, x
    top = y if beside > x else y - LINE
    draft.sheet.lines += [Line(x, top + 20, name, "node"), Line(beside, y + 20, wanted, "head")]
    for title in draft.teller.found(node):
        (short,) = packed((title,), (room - x - 2 * PAD) / SIZE, 1)
        draft.sheet.lines.append(Line(x, y + 36, short, "found", title if short != title else ""))
        y += LINE
    return y + (34 if draft.teller.found(node) else 30)


def _blind(draft: Draft, gap: Gap, x: float, y: float, w: float) -> Box:
    told = Told("", "", (draft.teller.gap(gap),), Part("", State.UNKNOWN))
    return draft.box(told, x, y, w)


def _closed(draft: Draft, node: NodePart, top: float, bottom: float, w: float) -> float:
    draft.sheet.panels.append(Panel(0, top, w, bottom + 12 - top, bool(draft.teller.found(node))))
    return bottom + 12 + GAP


def _arrow(draft: Draft, before: Box, after: Box) -> None:
    y = before.y + 18
    draft.wire([(before.right, y), (after.x, y)], _worse(before, after), ((before.right + after.x) / 2, y))


def _elbow(draft: Draft, left: Box, right: Box) -> None:
    x, ends = (left.right + right.x) / 2, [(left.right, left.middle), (right.x, right.middle)]
    draft.wire(
        [ends[0], (x, left.middle), (x, right.middle), ends[1]],
        _worse(left, right),
        ((x + right.x) / 2 - 1, right.middle),
    )


def _down(draft: Draft, above: Box, below: Box, x: float) -> None:
    draft.wire([(x, above.bottom), (x, below.y)], _worse(above, below))


def _trunk(draft: Draft, lun: Box, ends: Sequence[Box]) -> None:
    if ends:
        draft.wire([(TRUNK, lun.bottom), (TRUNK, ends[-1].middle)], None)
    for end in ends:
        draft.wire([(end.right, end.middle), (TRUNK, end.middle)], end.state, ((PANEL + end.right) / 2, end.middle))


def _worse(one: Box, other: Box) -> State:
    """A wire is what the worse of its ends is."""
    order = (State.DEAD, State.WRONG, State.MISSING, State.UNKNOWN, State.ALIVE)
    return min(one.state, other.state, key=order.index)
