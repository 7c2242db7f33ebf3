"""What a probe could see of a path at the moment it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from tests.analyzer.random_nodes.truth import Link, LinkState, Lun, Node, Path, PathState


class Seen(StrEnum):
    ALIVE = "alive"
    GONE = "gone"
    REUSED = "reused"
    UNAVAILABLE = "unavailable"
    OFFLINE = "offline"
    LINK_FREE = "link free"
    LINK_FAILED = "link failed"
    LINK_SILENT = "link silent"


ANSWERING = (Seen.ALIVE, Seen.REUSED, Seen.UNAVAILABLE)
HANGING = (Seen.LINK_FAILED, Seen.LINK_SILENT)
NOT_OPENED = (Seen.LINK_FREE, Seen.OFFLINE)

_OF_LINK = {
    LinkState.FREE: Seen.LINK_FREE,
    LinkState.FAILED: Seen.LINK_FAILED,
    LinkState.SILENT: Seen.LINK_SILENT,
}
_OF_PATH = {
    PathState.ALIVE: Seen.ALIVE,
    PathState.GONE: Seen.GONE,
    PathState.REUSED: Seen.REUSED,
    PathState.UNAVAILABLE: Seen.UNAVAILABLE,
    PathState.OFFLINE: Seen.OFFLINE,
}


def link_state(node: Node, probe: str, link: Link) -> LinkState:
    return LinkState.FREE if link.healed and probe in node.early else link.state


def seen(node: Node, probe: str, path: Path) -> Seen:
    return _OF_LINK.get(link_state(node, probe, path.link), _OF_PATH[path.state])


def paths_of(node: Node, probe: str, lun: Lun) -> list[Path]:
    return [path for path in lun.paths if not (path.late and probe in node.blind)]


def map_paths(node: Node, probe: str, lun: Lun) -> list[Path]:
    return [path for path in paths_of(node, probe, lun) if path.in_map]


def all_paths(node: Node, probe: str) -> Iterator[tuple[Lun, Path]]:
    """In the order of their names, as globs list them."""
    found = [(lun, path) for lun in node.luns for path in paths_of(node, probe, lun)]
    return iter(sorted(found, key=lambda pair: pair[1].disk))
