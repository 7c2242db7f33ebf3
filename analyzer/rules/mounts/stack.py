"""What lies at a mount point, the top first, and which mounts repeat each other.

A later line of mountinfo is not always higher: of mounts on one directory, the one that none of them has for its parent
lies on top.  Mounts of one peer group repeat what is mounted onto any of them.
Source: proc_pid_mountinfo(5), mount_namespaces(7).
"""

from __future__ import annotations

from analyzer.facts.host import Mount, Mounts


def stack_at(mounts: Mounts, point: str) -> tuple[Mount, ...]:
    """The top first."""
    left = [one for one in mounts.mounts if one.mount_point == point]
    ordered: list[Mount] = []
    while left:
        parents = {one.parent for one in left}
        top = next((one for one in reversed(left) if one.id not in parents), left[-1])
        ordered.append(top)
        left.remove(top)
    return tuple(ordered)


def repeated(mounts: Mounts, wrong: Mount, folder: str) -> tuple[Mount, ...]:
    """The mounts below `folder` that share the peer group of `wrong`, at other points."""
    if wrong.peer_group is None:
        return ()
    return tuple(
        one
        for one in mounts.mounts
        if one.peer_group == wrong.peer_group
        and one.mount_point != wrong.mount_point
        and one.mount_point.startswith(f"{folder}/")
    )
