"""A plain node: LUNs of the driver that are either residual in every respect, or whole and in use."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.analyzer.random_nodes.truth import (
    ARRAYS,
    DRIVERS_IQN,
    Link,
    Lun,
    Map,
    Node,
    Path,
    PathState,
    Place,
    Use,
    Wanted,
)

FIRST_HOSTS = (2, 11, 139)
FLAT = 0x4100  # the kernel keeps the addressing bits of a LUN number above 255


def plain_node(random: Random, residual: tuple[bool, ...]) -> Node:
    node = Node(luns=[], links=list(_links(random)))
    for number, is_residual in enumerate(residual):
        node.luns.append(_lun(node, random, number, is_residual=is_residual))
    return node


def _links(random: Random) -> Iterator[Link]:
    host, session = random.choice(FIRST_HOSTS), random.randint(1, 40)
    for rank, array in enumerate(ARRAYS):
        is_fc = random.random() < 0.3
        for side in range(2):
            port = f"20{rank}{side}0022a10bc14f"
            yield Link(is_fc, host + 2 * rank + side, 0, session + 2 * rank + side, array, port)


def _lun(node: Node, random: Random, number: int, *, is_residual: bool) -> Lun:
    wwn = f"618cf24100f8f45701{number}a764c{random.randrange(16**8):08x}"
    lun = Lun(number, wwn, "HUAWEI", [], None, Wanted())
    has_map = random.random() < 0.6
    for _ in range(random.choice((1, 2, 2, 2, 3, 4) if has_map else (1, 1, 1, 2))):
        lun.paths.append(another_path(node, lun, random))
    if has_map:
        name = lun.wwid if random.random() < 0.2 else f"mpath{chr(ord('a') + number)}"
        lun.map = Map(name, minor=number, queues=random.random() < 0.25)
    if is_residual:
        _is_left_over(lun, random)
    else:
        _is_in_use(lun)
    return lun


def another_path(node: Node, lun: Lun, random: Random, *, in_map: bool = True, late: bool = False) -> Path:
    rank = sum(len(other.paths) for other in (*node.luns, lun) if other is not lun) + len(lun.paths)
    links = [link for link in node.links if link.array == (lun.paths[0].link.array if lun.paths else DRIVERS_IQN)]
    # no two disks of a link have the same number: those that are no LUN's first two paths have one of their own
    many = len(lun.paths) >= 2 or late or not in_map
    number = 1 + lun.number + (16 * len(lun.paths) if many else 0)
    if lun.number % 3 == 2:
        number += FLAT
    link = links[len(lun.paths) % 2]
    return Path(_disk(rank), _dev_t(rank), number, link, PathState.ALIVE, in_map=in_map, late=late)


def _disk(rank: int) -> str:
    """sda to sdz, then sdaa."""
    letters = chr(ord("a") + rank % 26)
    return f"sd{letters}" if rank < 26 else f"sd{chr(ord('a') + rank // 26 - 1)}{letters}"


def _dev_t(rank: int) -> str:
    return f"{8 if rank < 16 else 63 + rank // 16}:{16 * (rank % 16)}"


def _is_left_over(lun: Lun, random: Random) -> None:
    for path in lun.paths:
        path.state = PathState.GONE
    lun.wanted.attached = random.choice((Place.NOWHERE, Place.ELSEWHERE))
    lun.wanted.pod = lun.wanted.attached
    lun.wanted.staged = random.random() < 0.5
    if lun.map and lun.map.queues and random.random() < 0.5:
        lun.stuck = 1


def _is_in_use(lun: Lun) -> None:
    lun.uses.add(Use.MOUNTED)
    lun.wanted.attached = lun.wanted.pod = Place.HERE
