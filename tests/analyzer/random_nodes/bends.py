"""A plain node, and single things that are otherwise.

A blueprint is small and shrinks well: a seed for what does not matter (names, numbers, how many paths), the LUNs of a
plain node, each residual or in use, and a few bends.  A bend changes one thing of the truth, of one LUN or of the node.
A bend that makes no sense for its LUN changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from tests.analyzer.random_nodes.plain import another_path
from tests.analyzer.random_nodes.truth import (
    DRIVERS_IQN,
    FOREIGN_IQN,
    OTHER_IQN,
    LinkState,
    Lun,
    Node,
    Path,
    PathState,
    Place,
    ScsiId,
    Use,
)

HOSTILE = (
    "a;reboot",
    "$(reboot)",
    "`reboot`",
    "-f",
    "mpatha\\x7csh",
    "名字",
    "a'b",
    'a"b',
    "..",
    "a&b",
    "dm-3",
    "8:16",
    "a/b",
)
HOSTILE_DISKS = ("sda;reboot", "sd$(reboot)", "sd`id`", "sdé", "sda&&reboot")
FORGED = ("dm-0;reboot", "dm-0$(reboot)", "dm-`id`")
HOSTILE_HOSTS = ("a;reboot", "$(reboot)", "-h", "主机")
Bend = Callable[[Node, Lun, Random], None]


def _one(lun: Lun, random: Random) -> Path | None:
    return random.choice(lun.paths) if lun.paths else None


def _state(state: PathState, *, of_all: bool) -> Bend:
    def bend(_: Node, lun: Lun, random: Random) -> None:
        for path in lun.paths if of_all else lun.paths and [random.choice(lun.paths)]:
            path.state = state

    return bend


def _link(state: LinkState, *, of_all: bool) -> Bend:
    def bend(_: Node, lun: Lun, random: Random) -> None:
        for path in lun.paths if of_all else lun.paths and [random.choice(lun.paths)]:
            path.link.state = state

    return bend


def _healed(node: Node, lun: Lun, random: Random) -> None:
    """The outage ended while the node was asked; the LUNs behind it were there all the time."""
    links = [path.link for path in lun.paths]
    for link in links:
        link.healed = True
    for path in (path for other in node.luns for path in other.paths if path.link in links):
        path.state = PathState.ALIVE
    # at the worst: what tells of the paths was asked before, what tells of the way to the array after
    early = ["multipath_ll", "dmsetup_status", "scsi_id", "sg_turs", "sg_luns", "multipathd_show_paths"]
    node.early.update(probe for probe in early if random.random() < 0.9)
    node.early.update(
        probe for probe in ("sysfs_block", "sysfs_iscsi", "iscsiadm_session", "sysfs_fc") if random.random() < 0.1
    )


def _scsi_id(answer: ScsiId) -> Bend:
    def bend(_: Node, lun: Lun, random: Random) -> None:
        if path := _one(lun, random):
            path.scsi_id = answer

    return bend


def _late_path(node: Node, lun: Lun, random: Random) -> None:
    if lun.paths and lun.map:
        lun.paths.append(another_path(node, lun, random, late=True))
        node.half_blind = random.random() < 0.5
        node.blind.update(probe for probe in ("sysfs_block", "scsi_id", "sg_turs", "sg_luns") if random.random() < 0.8)
        node.blind.update(
            probe for probe in ("multipath_ll", "dmsetup_status", "dmsetup_info") if random.random() < 0.3
        )
        if node.half_blind:
            node.blind.add("sysfs_block")


def _alive_elsewhere(node: Node, lun: Lun, random: Random) -> None:
    """Another disk of the same LUN, which no map holds, answers."""
    if lun.paths:
        lun.paths.append(another_path(node, lun, random, in_map=False))


def _denied_before(_: Node, lun: Lun, __: Random) -> None:
    for path in lun.paths:
        path.denied_before = True


def _no_paths(_: Node, lun: Lun, __: Random) -> None:
    if lun.map:
        lun.paths.clear()


def _no_map(_: Node, lun: Lun, __: Random) -> None:
    if lun.paths:
        lun.map, lun.stuck, lun.stuck_twice = None, 0, False


def _map(field: str, value: object) -> Bend:
    def bend(_: Node, lun: Lun, __: Random) -> None:
        if lun.map:
            setattr(lun.map, field, value)

    return bend


def _named(*names: str) -> Bend:
    def bend(_: Node, lun: Lun, random: Random) -> None:
        if lun.map:
            lun.map.name = random.choice(names) if names else lun.wwid

    return bend


def _stuck(_: Node, lun: Lun, random: Random) -> None:
    if lun.map and lun.map.queues and lun.paths and lun.was_taken_away:
        lun.stuck = random.choice((1, 1, 2))


def _stuck_twice(node: Node, lun: Lun, random: Random) -> None:
    if lun.map:
        lun.map.queues = True
        _stuck(node, lun, random)
        lun.stuck_twice = lun.stuck > 0


def _use(use: Use) -> Bend:
    def bend(_: Node, lun: Lun, __: Random) -> None:
        if lun.map or (lun.paths and use is not Use.HIDDEN):  # a disk has no open count that could tell
            lun.uses.add(use)

    return bend


def _wanted(**changes: object) -> Bend:
    def bend(_: Node, lun: Lun, __: Random) -> None:
        if lun.wanted.is_csi:
            for field, value in changes.items():
                setattr(lun.wanted, field, value)

    return bend


def _not_csi(_: Node, lun: Lun, __: Random) -> None:
    lun.wanted.is_csi, lun.wanted.attached, lun.wanted.pod, lun.wanted.staged = (
        False,
        Place.NOWHERE,
        Place.NOWHERE,
        False,
    )


def _array(array: str) -> Bend:
    def bend(node: Node, lun: Lun, random: Random) -> None:
        _not_csi(node, lun, random)
        lun.vendor = "EXAMPLE" if array == FOREIGN_IQN else "HUAWEI"
        links = [link for link in node.links if link.array == array]
        for rank, path in enumerate(lun.paths):
            path.link = links[rank % len(links)]

    return bend


def _node(**changes: object) -> Bend:
    def bend(node: Node, _: Lun, __: Random) -> None:
        for field, value in changes.items():
            setattr(node, field, value)

    return bend


def _hostile_disk(_: Node, lun: Lun, random: Random) -> None:
    if path := _one(lun, random):
        path.disk = random.choice(HOSTILE_DISKS)


def _forged(_: Node, lun: Lun, random: Random) -> None:
    if lun.map:
        lun.map.forged_name = random.choice(FORGED)


def _hostile_host(node: Node, _: Lun, random: Random) -> None:
    node.hostname = random.choice(HOSTILE_HOSTS)


BENDS: Mapping[str, Bend] = {
    "one path alive": _state(PathState.ALIVE, of_all=False),
    "all paths alive": _state(PathState.ALIVE, of_all=True),
    "all paths gone": _state(PathState.GONE, of_all=True),
    "one path reused": _state(PathState.REUSED, of_all=False),
    "all paths reused": _state(PathState.REUSED, of_all=True),
    "one path unavailable": _state(PathState.UNAVAILABLE, of_all=False),
    "all paths unavailable": _state(PathState.UNAVAILABLE, of_all=True),
    "one path offline": _state(PathState.OFFLINE, of_all=False),
    "one link free": _link(LinkState.FREE, of_all=False),
    "all links free": _link(LinkState.FREE, of_all=True),
    "one link failed": _link(LinkState.FAILED, of_all=False),
    "all links failed": _link(LinkState.FAILED, of_all=True),
    "all links silent": _link(LinkState.SILENT, of_all=True),
    "links healed meanwhile": _healed,
    "scsi_id slow": _scsi_id(ScsiId.SLOW),
    "scsi_id crashed": _scsi_id(ScsiId.CRASHED),
    "late path": _late_path,
    "alive elsewhere": _alive_elsewhere,
    "denied before": _denied_before,
    "no paths": _no_paths,
    "no map": _no_map,
    "queues": _map("queues", True),
    "suspended": _map("suspended", True),
    "unwatched": _map("watched", False),
    "multipath lags": _map("lags_in_multipath", True),
    "kernel lags": _map("lags_in_kernel", True),
    "wwid as name": _named(),
    "hostile name": _named(*HOSTILE),
    "stuck readers": _stuck,
    "stuck reader with two descriptors": _stuck_twice,
    **{use.value: _use(use) for use in Use},
    "attached here": _wanted(attached=Place.HERE),
    "attached elsewhere": _wanted(attached=Place.ELSEWHERE),
    "not attached": _wanted(attached=Place.NOWHERE),
    "no publish info": _wanted(publish_info=False),
    "attached here without wwn": _wanted(attached=Place.HERE, publish_info=False, pv_names_wwn=False),
    "pod here": _wanted(pod=Place.HERE),
    "pod elsewhere": _wanted(pod=Place.ELSEWHERE),
    "pod finished here": _wanted(pod=Place.HERE, pod_finished=True),
    "pv not listed": _wanted(pv_listed=False),
    "pv without wwn": _wanted(pv_names_wwn=False),
    "staged": _wanted(staged=True),
    "not csi": _not_csi,
    "of another array": _array(OTHER_IQN),
    "of a foreign array": _array(FOREIGN_IQN),
    "of the driver's array by hand": _array(DRIVERS_IQN),
    "other boot": _node(boot_id_in_cluster="5b0a7000-0000-4000-8000-00000000ffff"),
    "not a cluster node": _node(in_cluster=False),
    "other driver name": _node(driver="san.example.com"),
    "without alua": _node(has_alua=False),
    "quiet log": _node(quiet_log=True),
    "no sg tools": _node(has_sg_tools=False),
    "nothing denies": _node(quiet_log=True, has_sg_tools=False),
    "hostile host": _hostile_host,
}

# a kernel names no disk so, but a bundle may
HOSTILE_BENDS: Mapping[str, Bend] = {
    "hostile name": BENDS["hostile name"],
    "hostile host": BENDS["hostile host"],
    "hostile disk": _hostile_disk,
    "hostile kernel name": _forged,
    "mounted": BENDS["mounted"],
    "open": BENDS["open"],
    "hidden": BENDS["hidden"],
    "attached here": BENDS["attached here"],
    "no map": BENDS["no map"],
    "no paths": BENDS["no paths"],
}
