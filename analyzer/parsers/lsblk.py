"""`lsblk -J -o NAME,KNAME,PKNAME,TYPE,SIZE,MOUNTPOINTS,…` -> LsblkDevices.

Input    JSON of util-linux 2.27 or newer, children nested; `mountpoints` (2.37 and newer) or `mountpoint`; columns that
         were not asked for may be missing.
Output   every device, parents before children, one that stands under several parents once under each; the parent is
         `pkname` or else the device it is nested in.
Errors   ParseError when the JSON is cut off or has another shape.
Source   lsblk(8); util-linux, misc-utils/lsblk.c.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import ParseError, Span
from analyzer.facts.block import LsblkDevice, LsblkDevices
from analyzer.parsers import Parser
from analyzer.parsers.json_text import Object, Places, decode, objects, word

_PROBE = "lsblk"


def parse(text: str) -> LsblkDevices:
    if not text.strip():
        return LsblkDevices(())
    root = decode(_PROBE, text)
    if not isinstance(root, dict):
        raise ParseError(_PROBE, 1, "not the object of lsblk -J")
    found = list(_with_parents(objects(_PROBE, root.get("blockdevices")), None))
    spans = Places(_PROBE, text, "name", inner="children").spans(len(found))
    pairs = zip(found, spans, strict=True)
    return LsblkDevices(tuple(_device(item, parent, span) for (item, parent), span in pairs))


def _with_parents(items: list[Object], parent: str | None) -> Iterator[tuple[Object, str | None]]:
    """Depth first, with a stack of its own: the nesting is a stranger's."""
    stack = [(item, parent) for item in reversed(items)]
    while stack:
        item, above = stack.pop()
        yield item, above
        kname = word(_PROBE, item, "kname") or word(_PROBE, item, "name")
        stack.extend((child, kname) for child in reversed(objects(_PROBE, item.get("children"))))


def _device(item: Object, parent: str | None, span: Span) -> LsblkDevice:
    line = span.first_line
    name = word(_PROBE, item, "name", line)
    if not name:
        raise ParseError(_PROBE, line, "a device without a name")
    return LsblkDevice(
        name=name,
        kname=word(_PROBE, item, "kname", line) or name,
        parent=word(_PROBE, item, "pkname", line) or parent,
        kind=word(_PROBE, item, "type", line) or "",
        mount_points=_mount_points(item, line),
        fs_type=word(_PROBE, item, "fstype", line),
        wwn=word(_PROBE, item, "wwn", line),
        state=word(_PROBE, item, "state", line),
        span=span,
    )


def _mount_points(item: Object, line: int) -> tuple[str, ...]:
    several = item.get("mountpoints")
    if several is None:
        single = word(_PROBE, item, "mountpoint", line)
        return (single,) if single else ()
    if not isinstance(several, list) or not all(point is None or isinstance(point, str) for point in several):
        raise ParseError(_PROBE, line, "mountpoints is not a list of paths")
    return tuple(point for point in several if point)


PARSER = Parser(_PROBE, LsblkDevices, parse)
