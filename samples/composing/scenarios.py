"""The samples: which recorded moment each node is, the cluster around it, and the truth it must come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bundle.capture import Capture, Outcome
from samples.composing.objects import Json, event
from samples.composing.volumes import IQN, Machine, Placed, Volume

BOOT_ID = "5b0a7000-0000-4000-8000-{:012d}"
VOL1 = Volume(1, "618cf24100f8f457014a764c000001f6", "200Mi", 1)
VOL2 = Volume(2, "618cf24100f8f457015a764c000001f7", "300Mi", 2)
VOL3 = Volume(3, "618cf24100f8f457016a764c000001f8", "400Mi", 3)
VOL3_BLOCK = Volume(3, VOL3.wwn, "400Mi", 3, mode="Block")
VOL4 = Volume(4, "618cf24100f8f457017a764c000002a0", "500Mi", 2)
WORKERS = (
    Machine("worker-1", "192.0.2.11", BOOT_ID.format(1), ready_since="2026-11-22T14:41:00Z"),
    Machine("worker-2", "192.0.2.12", BOOT_ID.format(2), ready_since="2026-11-20T08:00:00Z"),
)


@dataclass(frozen=True, slots=True)
class SampleNode:
    """A node made from a recorded moment.  `renames` replace bytes of equal length, so that columns stay."""

    name: str
    moment: str  # "stale_fail", "path_down/early"
    boot_id: str = BOOT_ID.format(1)
    address: str = ""
    staged: Sequence[Volume] = ()
    openers: str = ""
    driver_log: str = ""
    portals_up: Sequence[bool] = (True, True)
    renames: Mapping[str, str] = field(default_factory=dict)
    replaced: Sequence[Capture] = ()
    outcome: Outcome = Outcome.COLLECTED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the analysis must say.  A finding is rule, subject, certainty; words are asked of a node's runbook."""

    findings: Sequence[tuple[str, str, str]] = ()
    must_appear: Sequence[str] = ()
    must_not_appear: Sequence[str] = ()
    nodes: Sequence[str] = ("worker-1",)  # the nodes of every finding


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    says: str  # the truth, for the README
    nodes: Sequence[SampleNode]
    placed: Sequence[Placed]
    expected: Sequence[Expected]
    unattached: Sequence[Volume] = ()
    machines: Sequence[Machine] = WORKERS
    events: Sequence[Json] = ()
    inconclusive: Mapping[str, Sequence[str]] = field(default_factory=dict)  # node -> rules that cannot know
    composed: str = ""  # what the README says of parts no recording holds, beyond the usual


def wwid(volume: Volume) -> str:
    return f"3{volume.wwn}"


def subject(volume: Volume) -> str:
    return f"wwid:{wwid(volume)}"


MOVED_S, PENDING_S = 960, 360  # after the last stage on the node that lost them; before the first failure
HOME = (Placed(VOL1, "worker-1", "Running"),)
FAILED_OVER = (*HOME, Placed(VOL2, "worker-2", "Running", MOVED_S), Placed(VOL3, "worker-2", "Running", MOVED_S))
FAILED_OVER_BLOCK = (*FAILED_OVER[:2], Placed(VOL3_BLOCK, "worker-2", "Running", MOVED_S))
ALL_HERE = (*HOME, Placed(VOL2, "worker-1"), Placed(VOL3, "worker-1"))
NODE_WAS_LOST = (
    event("Node", "worker-1", "NodeNotReady", "Node worker-1 status is now: NodeNotReady", at="2026-11-22T14:31:07Z"),
    event("Node", "worker-1", "NodeReady", "Node worker-1 status is now: NodeReady", at="2026-11-22T14:41:00Z"),
)


def one(moment: str, **more: object) -> tuple[SampleNode, ...]:
    return (SampleNode("worker-1", moment, address="192.0.2.11", **more),)  # type: ignore[arg-type]


def residual_maps(*volumes: Volume) -> tuple[tuple[str, str, str], ...]:
    return tuple(("residual-multipath-map", subject(volume), "confirmed") for volume in volumes)


def residual_disks(*volumes: Volume) -> tuple[tuple[str, str, str], ...]:
    return tuple(("residual-scsi-disk", subject(volume), "confirmed") for volume in volumes)


def not_prepared(node: str) -> tuple[str, str, str]:
    """It lacks tools or a module that its volumes need."""
    return ("node-not-prepared", f"node:{node}", "confirmed")


LINK_DOWN = (("path-degraded", "portal:10.10.2.1:3260", "confirmed"),)
MAP_RULES = ("array-unreachable", "map-queues-forever", "path-degraded", "residual-multipath-map")
DISK_RULES = ("lun-id-reused", "residual-scsi-disk")
OTHERS = "..."  # at the end of rules that cannot know: and others may be among them
OTHER_RULES = ("fc-device-not-found", "iscsi-tcp-not-loaded")
HEALTHY_NAMES = (wwid(VOL1), "mpathc", "dm-2", "sdc", "sdf")
STORAGE = (
    Sample(
        "healthy",
        "Nothing is wrong. vol1 is mounted in a pod, vol2 is an LVM physical volume of the host, vol3 is attached and "
        "idle.",
        one("healthy", staged=(VOL1,)),
        (*HOME, Placed(VOL3_BLOCK, "worker-1")),
        (Expected(),),
        composed="vol2 belongs to the host (volume group vgdata) and has no object in Kubernetes.",
    ),
    Sample(
        "stale_fail",
        "vol2 and vol3 were moved to worker-2 after a failover and unmapped from worker-1: their maps and all four "
        "disks are residual. vol1 is healthy and mounted. The array answers on both networks.",
        one("stale_fail", staged=(VOL1, VOL2, VOL3)),
        FAILED_OVER,
        (
            Expected(
                residual_maps(VOL2, VOL3),
                (wwid(VOL2), wwid(VOL3), "sda", "sdb", "sdd", "sde"),
                HEALTHY_NAMES,
            ),
        ),
        events=NODE_WAS_LOST,
    ),
    Sample(
        "stale_queue",
        "As stale_fail, but the maps queue I/O for ever (no_path_retry queue): two udev workers hang in D state on the "
        "residual maps and hold them open. Queueing must be stopped before the flush; killing does not help.",
        one(
            "stale_queue",
            staged=(VOL1, VOL2, VOL3),
            openers="3665 /dev/dm-0 (udev-worker)\n3669 /dev/dm-1 (udev-worker)\n",
        ),
        FAILED_OVER,
        (
            Expected(
                (
                    *residual_maps(VOL2, VOL3),
                    *(("map-queues-forever", subject(dead), "confirmed") for dead in (VOL2, VOL3)),
                ),
                (wwid(VOL2), wwid(VOL3), "disablequeueing", "sda", "sdb", "sdc", "sdd"),
                (wwid(VOL1), "mpathc", "dm-2", "sde", "sdf", "kill"),
            ),
        ),
        events=NODE_WAS_LOST,
    ),
    Sample(
        "stale_mounted",
        "vol2 and vol3 are residual but in use on worker-1: vol2 is still mounted, vol3 is held open by process 6556. "
        "Nothing may be removed before its holder is gone. vol1 is healthy.",
        one(
            "stale_mounted",
            staged=(VOL1, VOL2, VOL3_BLOCK),
            openers="6556 /dev/dm-0 sh\n6557 /dev/dm-0 sleep\n",
        ),
        FAILED_OVER_BLOCK,
        (Expected(residual_maps(VOL2, VOL3), ("29362e5b4bb0", "6556"), ("multipath -f", "delete", *HEALTHY_NAMES)),),
        events=NODE_WAS_LOST,
    ),
    Sample(
        "lun_reused",
        "LUN id 2 now carries vol4; nothing was rescanned, so the map of vol2 looks healthy and reads vol4's data. "
        "Nothing may act on the sd names: they belong to vol4 after the next rescan. vol1 and vol3 are healthy.",
        one("lun_reused", staged=(VOL1, VOL2)),
        (
            *HOME,
            Placed(VOL2, "worker-2", "Running", MOVED_S),
            Placed(VOL3, "worker-1"),
            Placed(VOL4, "worker-1", "Pending", PENDING_S),
        ),
        (Expected((("lun-id-reused", subject(VOL2), "confirmed"),), (), ("delete", "multipath -f", *HEALTHY_NAMES)),),
        events=(
            event(
                "Pod",
                "app-4-0",
                "FailedMount",
                f'MountVolume.MountDevice failed for volume "{VOL4.pv}" : rpc error: code = Internal '
                "desc = the device WWN is not equal to lun WWN",
                at="2026-11-22T15:06:20Z",
                node="worker-1",
            ),
        ),
    ),
    Sample(
        "path_down",
        "One of two storage networks is cut. Every map keeps one good path: degraded, nothing is residual.",
        one("path_down", staged=(VOL1,), portals_up=(True, False)),
        ALL_HERE,
        (Expected(LINK_DOWN, (), ("delete", "multipath -f")),),
    ),
    Sample(
        "path_down_early",
        "Five seconds after one of two storage networks was cut: the checks of the lost paths are still pending.",
        one("path_down/early", staged=(VOL1,), portals_up=(True, False)),
        ALL_HERE,
        (Expected(LINK_DOWN, (), ("delete", "multipath -f")),),
        composed="multipathd_show_maps, dmsetup_info and iscsiadm_session are put together from what was recorded "
        "(JSON, other columns, sysfs); disk_by_path, lsmod and the journal are the run's main moment.",
    ),
    Sample(
        "path_down_healed",
        "The network is back: all paths are active again, nothing is wrong.",
        one("path_down/healed", staged=(VOL1,)),
        ALL_HERE,
        (Expected(),),
        composed="As path_down_early.",
    ),
    Sample(
        "all_paths_down",
        "Both storage networks are cut: every path reads `failed faulty running`, yet nothing is residual. The array "
        "is out of reach, also for vol2, which is attached nowhere.",
        one("all_paths_down", staged=(VOL1,), portals_up=(False, False)),
        (*HOME, Placed(VOL3, "worker-1")),
        (
            Expected(
                (
                    ("array-unreachable", f"array:{IQN}", "confirmed"),
                    ("volume-read-only-after-io-error", f"pv:{VOL1.pv}", "likely"),  # its journal was aborted
                ),
                (),
                ("delete", "multipath -f"),
            ),
        ),
        unattached=(VOL2,),
    ),
    Sample(
        "stale_sd_nomap",
        "The vendor is blacklisted in multipath.conf, so there is no map. vol2 and vol3 were unmapped: their four "
        "disks are residual and read as empty, not as broken. vol1's disks are healthy.",
        one("stale_sd_nomap", staged=(VOL2, VOL3)),
        (Placed(VOL1, "worker-1"), *FAILED_OVER[1:]),
        (
            Expected(
                residual_disks(VOL2, VOL3),
                ("sda", "sdb", "sdd", "sde"),
                ("sdc", "sdf", "multipath -f"),
            ),
        ),
        events=NODE_WAS_LOST,
    ),
    Sample(
        "no_multipath",
        "The multipath tools are not installed. vol2 was unmapped: its two disks are residual. vol1 and vol3 are "
        "healthy.",
        one("no_multipath", staged=(VOL2,)),
        (Placed(VOL1, "worker-1"), FAILED_OVER[1], Placed(VOL3, "worker-1")),
        (
            Expected(
                (*residual_disks(VOL2), not_prepared("worker-1")),
                ("sdb", "sde"),
                ("sda", "sdc", "sdd", "sdf"),
            ),
        ),
        inconclusive={"worker-1": (*MAP_RULES, OTHERS)},
        events=NODE_WAS_LOST,
    ),
    Sample(
        "half_cleaned",
        "After the residual vol2 of stale_fail was removed by hand: vol3 is still residual, vol1 is healthy.",
        one("stale_fail/after", staged=(VOL1, VOL3)),
        FAILED_OVER,
        (Expected(residual_maps(VOL3), (wwid(VOL3), "sda", "sdd"), (wwid(VOL2), *HEALTHY_NAMES)),),
        events=NODE_WAS_LOST,
        composed="As path_down_early.",
    ),
)
