"""Samples of several nodes: one answer of each kind, and the cluster of the demonstration."""

from __future__ import annotations

from bundle.capture import Capture, Outcome, Status
from collector.probes import catalogue
from samples.composing.renaming import machines, node, on_node
from samples.composing.scenarios import (
    DISK_RULES,
    FAILED_OVER,
    HEALTHY_NAMES,
    HOME,
    MAP_RULES,
    MOVED_S,
    NODE_WAS_LOST,
    OTHER_RULES,
    OTHERS,
    PENDING_S,
    VOL1,
    VOL2,
    VOL3,
    VOL3_BLOCK,
    VOL4,
    Expected,
    Sample,
    not_prepared,
    residual_disks,
    residual_maps,
    subject,
    wwid,
)
from samples.composing.volumes import Placed

EARLIER_S = 2189  # the demonstration's worker-3 was recorded so long before its worker-1


def outage() -> Sample:
    down = "192.0.2.12 does not answer on port 22 within 10 s; check that the node is up and reachable."
    refused = "192.0.2.13 refuses every key offered for user root; name the right key with --identity."
    partial = "some probes need root; run with --sudo."
    hangs = "multipath_ll did not end within its limit."
    nodes = (
        node(1, "stale_fail", staged=(VOL1, VOL2, VOL3)),
        node(2, "healthy", outcome=Outcome.UNREACHABLE, reason=down, replaced=_unreachable(down)),
        node(3, "healthy", outcome=Outcome.UNREACHABLE, reason=refused, replaced=_unreachable(refused)),
        node(
            4, "path_down/healed", VOL1, VOL2, VOL3, outcome=Outcome.PARTIAL, reason=partial, replaced=_unprivileged()
        ),
        node(5, "no_multipath", VOL1, VOL2, VOL3, staged=(VOL2,)),
        node(
            6, "path_down/healed", VOL1, VOL2, VOL3, outcome=Outcome.PARTIAL, reason=hangs, replaced=_multipath_hangs()
        ),
    )
    placed = [*FAILED_OVER]
    placed += [
        Placed(on_node(number, volume), f"worker-{number}") for number in (4, 6) for volume in (VOL1, VOL2, VOL3)
    ]
    placed += [Placed(on_node(5, volume), "worker-5") for volume in (VOL1, VOL3)]
    dead = on_node(5, VOL2)
    return Sample(
        "outage",
        "Six nodes, six honest answers: worker-1 is whole and has residual maps, worker-2 is down, worker-3 "
        "refuses the key, worker-4 was asked without sudo, worker-5 has no multipath tools and two residual "
        "disks, on worker-6 multipath hangs.",
        nodes,
        tuple(placed),
        (
            Expected(residual_maps(VOL2, VOL3), (wwid(VOL2), wwid(VOL3)), HEALTHY_NAMES),
            Expected(
                (*residual_disks(dead), not_prepared("worker-5")),
                ("sdb", "sde"),
                ("sda", "sdc", "sdd", "sdf"),
                nodes=("worker-5",),
            ),
        ),
        unattached=(dead,),
        machines=machines(6),
        events=NODE_WAS_LOST,
        inconclusive={
            "worker-2": (*MAP_RULES, *DISK_RULES, *OTHER_RULES, OTHERS),
            "worker-3": (*MAP_RULES, *DISK_RULES, *OTHER_RULES, OTHERS),
            "worker-4": (*MAP_RULES, *DISK_RULES, OTHERS),
            "worker-5": (*MAP_RULES, OTHERS),
            "worker-6": (*MAP_RULES, OTHERS),
        },
        composed="The answers that are missing on worker-2, 3, 4 and 6 are composed, with the messages of the tools.",
    )


def _unreachable(reason: str) -> tuple[Capture, ...]:
    return tuple(Capture(probe.name, Status.UNREACHABLE, reason=reason) for probe in catalogue())


DENIED = {
    "multipath_ll": "need to be root\n",
    "multipathd_show_maps": "need to be root\n",
    "multipathd_show_paths": "need to be root\n",
    **dict.fromkeys(
        ("dmsetup_info", "dmsetup_table", "dmsetup_status", "dmsetup_tree"),
        "/dev/mapper/control: open failed: Permission denied\n"
        "Failure to communicate with kernel device-mapper driver.\n"
        "Incompatible libdevmapper 1.02.185 (2022-05-18) and kernel driver (unknown version).\n",
    ),
    "scsi_id": "scsi_id: cannot open /dev/sda: Permission denied\n",
    "sg_turs": "open error: /dev/sda: Permission denied\n",
    "sg_luns": "open error: /dev/sda: Permission denied\n",
    "lvm_pvs": "  WARNING: Running as a non-root user. Functionality may be unavailable.\n",
    "iscsiadm_session": "iscsiadm: must be run as root\n",
    "kernel_log": "dmesg: read kernel buffer failed: Operation not permitted\n",
    "block_openers": "the open files of other users' processes: permission denied\n",
    "driver_wwn_files": "ls: cannot open directory '/var/lib/kubelet/plugins': Permission denied\n",
    "initiators": "/etc/iscsi/initiatorname.iscsi: permission denied\n",
    "mount_stat": "/dev/mapper/control: open failed: Permission denied\n",
    "direct_read": "dd: failed to open '/dev/sda': Permission denied\n",
}


def _unprivileged() -> tuple[Capture, ...]:
    return tuple(
        Capture(
            probe,
            Status.DENIED,
            exit_code=1,
            started="2026-11-22T15:14:48Z",
            reason=f"permission denied ({said.splitlines()[0].strip()}); run with --sudo",
            err=said.encode(),
        )
        for probe, said in DENIED.items()
    )


def _multipath_hangs() -> tuple[Capture, ...]:
    at = "2026-11-22T15:14:48Z"
    reason = "still running after 40 s; in D state (pid 4397, wchan blkdev_llseek), left behind"
    return (Capture("multipath_ll", Status.TIMEOUT, started=at, seconds=40.0, reason=reason),)


def demo() -> Sample:
    """Three nodes of one cluster, each with its own volumes; worker-1's vol3 went to worker-2."""
    nodes = (
        node(1, "stale_fail", staged=(VOL1, VOL2, VOL3)),
        node(2, "healthy", VOL1, VOL2, staged=(VOL1,)),
        node(3, "lun_reused", VOL1, VOL2, VOL3, VOL4, staged=(VOL1, VOL2)),
    )
    placed = (
        *HOME,
        Placed(VOL3_BLOCK, "worker-2", age_s=MOVED_S),
        Placed(on_node(2, VOL1), "worker-2", "Running"),
        Placed(on_node(3, VOL1), "worker-3", "Running", EARLIER_S + 1510),
        Placed(on_node(3, VOL2), "worker-2", age_s=EARLIER_S + MOVED_S),
        Placed(on_node(3, VOL3), "worker-3", age_s=EARLIER_S + 1510),
        Placed(on_node(3, VOL4), "worker-3", "Pending", EARLIER_S + PENDING_S),
    )
    return Sample(
        "demo",
        "Three nodes of one cluster: worker-1 has two residual maps, worker-2 is healthy, and on worker-3 a LUN "
        "id was given to another volume, so that a map looks healthy and reads foreign data.",
        nodes,
        placed,
        (
            Expected(residual_maps(VOL2, VOL3), (wwid(VOL2), wwid(VOL3), "sda", "sdb", "sdd", "sde"), HEALTHY_NAMES),
            Expected(
                (("lun-id-reused", subject(on_node(3, VOL2)), "confirmed"),),
                (),
                ("delete", "multipath -f"),
                nodes=("worker-3",),
            ),
        ),
        unattached=(VOL2,),
        machines=machines(3),
        events=NODE_WAS_LOST,
        composed="worker-2 and worker-3 are recorded nodes whose host name and volumes were replaced by others of the "
        "same length.",
    )
