"""What lies at a mount point, the top first, and which mounts repeat each other.

A later line of mountinfo is not always higher: of mounts on one directory, the one that none of them has for its parent
lies on top.  Mounts of one peer group repeat what is mounted onto any of them.
Source: proc_pid_mountinfo(5), mount_namespaces(7).
"""

from __future__ import annotations

import re

from analyzer.facts.host import Mount, Mounts

_LINE = re.compile(r"(?P<id>\d+) (?P<parent>\d+) \S+ \S+ \S+ \S+ (?P<tags>.*?)- ")
_PEERS = re.compile(r"\bshared:(?P<group>\d+)")


def stack_at(mounts: Mounts, point: str) -> tuple[Mount, ...]:
    """The top first."""
    left = [one for one in mounts.mounts if one.mount_point == point]
    ordered: list[Mount] = []
    while left:
        parents = {_parent(one) for one in left}
        top = next((one for one in reversed(left) if _id(one) not in parents), left[-1])
        ordered.append(top)
        left.remove(top)
    return tuple(ordered)


def repeated(mounts: Mounts, wrong: Mount, folder: str) -> tuple[Mount, ...]:
    """The mounts below `folder` that share the peer group of `wrong`, at other points."""
    group = _group(wrong)
    if group is None:
        return ()
    return tuple(
        one
        for one in mounts.mounts
        if _group(one) == group and one.mount_point != wrong.mount_point and one.mount_point.startswith(f"{folder}/")
    )


def _id(mount: Mount) -> str:
    match = _LINE.match(mount.span.text[0])
    return match["id"] if match else ""


def _parent(mount: Mount) -> str:
    match = _LINE.match(mount.span.text[0])
    return match["parent"] if match else ""


def _group(mount: Mount) -> str | None:
    line = _LINE.match(mount.span.text[0])
    match = _PEERS.search(line["tags"]) if line else None
    return match["group"] if match else None
