"""The sample in which the driver finds no Fibre Channel device: once with residual maps as the cause, once without."""

from __future__ import annotations

from bundle.capture import Capture, Status
from samples.composing import driver_log
from samples.composing.objects import event
from samples.composing.renaming import machines, node, on_node
from samples.composing.scenarios import (
    HEALTHY_NAMES,
    HOME,
    MOVED_S,
    NODE_WAS_LOST,
    PENDING_S,
    VOL1,
    VOL2,
    VOL3,
    Expected,
    Sample,
    residual_maps,
    wwid,
)
from samples.composing.volumes import WWPNS, Placed, Volume

SECOND_S = 2065  # before its first failure: its node was asked half an hour before the other one


def fc_device_not_found() -> Sample:
    first = Volume(61, "618cf24100f8f457019a764c0000061a", "100Gi", 2, protocol="fc")
    second = Volume(62, "618cf24100f8f457019a764c0000062a", "100Gi", 2, protocol="fc")
    at = {"stale_fail": "2026-11-22T15:43:13Z", "path_down/healed": "2026-11-22T15:14:48Z"}
    nodes = (
        node(
            1,
            "stale_fail",
            staged=(VOL1, VOL2, VOL3),
            driver_log=driver_log.fc_device_not_found(at["stale_fail"], first, attempts=3),
            replaced=(_fc_ports(1, at["stale_fail"]),),
        ),
        node(
            2,
            "path_down/healed",
            VOL1,
            VOL2,
            VOL3,
            staged=(VOL1,),
            driver_log=driver_log.fc_device_not_found(at["path_down/healed"], second, attempts=2),
            replaced=(_fc_ports(2, at["path_down/healed"]),),
        ),
    )
    events = tuple(
        event(
            "Pod",
            f"app-{volume.number}-0",
            "FailedMount",
            f'MountVolume.MountDevice failed for volume "{volume.pv}" : rpc error: code = Internal desc = failed to '
            "execute waitDeviceDiscovery. VolumeDeviceNotFound",
            at="2026-11-22T15:42:40Z",
            node=f"worker-{number}",
        )
        for number, volume in enumerate((first, second), 1)
    )
    here = tuple(
        Placed(on_node(2, volume), "worker-2", "Running" if volume is VOL1 else "") for volume in (VOL1, VOL2, VOL3)
    )
    return Sample(
        "fc_device_not_found",
        "The driver finds no Fibre Channel device for a new volume on two nodes. worker-1 has residual maps, "
        "which explain it; worker-2 has none, so that the cause stays open: zoning, host mapping or HBA.",
        nodes,
        (
            *HOME,
            Placed(VOL3, "worker-3", "Running", MOVED_S),
            *here,
            Placed(first, "worker-1", "Pending", PENDING_S),
            Placed(second, "worker-2", "Pending", SECOND_S),
        ),
        (
            Expected(
                (*residual_maps(VOL2, VOL3), ("fc-device-not-found", f"pv:{first.pv}", "likely")),
                (wwid(VOL2), wwid(VOL3)),
                HEALTHY_NAMES,
            ),
            Expected((("fc-device-not-found", f"pv:{second.pv}", "possible"),), nodes=("worker-2",)),
        ),
        unattached=(VOL2,),
        machines=machines(3),
        events=(*NODE_WAS_LOST, *events),
        composed="The driver logs and the Fibre Channel ports are composed: no Fibre Channel host was recorded. The "
        "residual maps of worker-1 are recorded ones over iSCSI.",
    )


def _fc_ports(number: int, started: str) -> Capture:
    hosts = {"host4": f"0x21000024ff7ee{number}f4", "host5": f"0x21000024ff7ee{number}f5"}
    rports = {"rport-4:0-0": WWPNS[0], "rport-5:0-0": WWPNS[1]}
    lines = [f"/sys/class/fc_host/{host}/port_name:{wwpn}\n" for host, wwpn in hosts.items()]
    lines += [f"/sys/class/fc_host/{host}/port_state:Online\n" for host in hosts]
    lines += [f"/sys/class/fc_host/{host}/node_name:{wwpn.replace('0x21', '0x20')}\n" for host, wwpn in hosts.items()]
    lines += [f"/sys/class/fc_host/{host}/speed:16 Gbit\n" for host in hosts]
    lines += [f"/sys/class/fc_remote_ports/{rport}/port_name:0x{wwpn}\n" for rport, wwpn in rports.items()]
    lines += [f"/sys/class/fc_remote_ports/{rport}/port_state:Online\n" for rport in rports]
    lines += [f"/sys/class/fc_remote_ports/{rport}/roles:FCP Target\n" for rport in rports]
    lines += [f"/sys/class/fc_remote_ports/{rport}/scsi_target_id:0\n" for rport in rports]
    return Capture("sysfs_fc", Status.COLLECTED, exit_code=0, started=started, out="".join(lines).encode())
