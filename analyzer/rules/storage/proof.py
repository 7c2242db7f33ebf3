"""The lines that prove what a storage rule says, in reading order, and why nothing is removed."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from analyzer.facts import Span
from analyzer.facts.storage import Disk, StorageMap
from analyzer.findings import Evidence
from analyzer.remedies.obstacles import Obstacle
from analyzer.texts import Text

WITHHELD = Text(
    en="Nothing is removed here, because this is not proven: {reason}.",
    zh="此处不清除任何设备，因为以下条件未被证实：{reason}。",
)
SETTLE = Text(en=" To settle it, run: {command}", zh=" 如需确认，请执行：{command}")


def of_map(node: str, storage_map: StorageMap) -> tuple[Evidence, ...]:
    spans: list[Span] = []
    if storage_map.printed is not None:
        spans.append(storage_map.printed.span)
    if storage_map.dm is not None:
        spans.append(storage_map.dm.span)
    for disk in storage_map.disks:
        spans.extend(_of_disk(disk))
    for mount in storage_map.mounts or ():
        spans.append(mount.span)
    for opener in storage_map.openers or ():
        spans.append(opener.span)
    return quoted(node, spans)


def of_disk(node: str, disk: Disk) -> tuple[Evidence, ...]:
    return quoted(node, (disk.device.span, *_of_disk(disk)))


def _of_disk(disk: Disk) -> Iterator[Span]:
    if disk.kernel_span is not None:
        yield disk.kernel_span
    if disk.live is not None:
        yield disk.live.span
    yield from disk.refusals[:1]
    yield from disk.transport_spans[:1]


def quoted(node: str, spans: Iterable[Span]) -> tuple[Evidence, ...]:
    """Each span once, capture by capture in the order first named, then by line."""
    once = dict.fromkeys(spans)
    order = {capture: rank for rank, capture in enumerate(dict.fromkeys(span.capture for span in once))}
    ranked = sorted(once, key=lambda span: (order[span.capture], span.first_line, span.last_line))
    return tuple(Evidence.of(node, span) for span in ranked)


def withheld(obstacles: tuple[Obstacle, ...]) -> tuple[Text, ...]:
    """A sentence for each obstacle, with the command that would settle it."""
    return tuple(_withheld(obstacle) for obstacle in obstacles)


def _withheld(obstacle: Obstacle) -> Text:
    says = WITHHELD.fill(reason=obstacle.says)
    if obstacle.settle is None:
        return says
    hint = SETTLE.fill(command=shlex.join(obstacle.settle.argv))
    return Text(en=says.en + hint.en, zh=says.zh + hint.zh)
