"""Lines of /var/log/huawei/huawei-csi-node in the format of driver 4.12, composed from its format strings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from samples.composing.volumes import WWPNS, Volume

PID = 28417


def clock(started: str, seconds_before: float) -> datetime:
    return datetime.fromisoformat(started.replace("Z", "+00:00")) - timedelta(seconds=seconds_before)


def line(at: datetime, level: str, message: str, request: int | None = None) -> str:
    """One record; every gRPC call has a request id, background work has none."""
    prefix = f"[requestID:{request}] " if request else ""
    return f"{at:%Y-%m-%d %H:%M:%S.%f} {PID} [{level}]: {prefix}{message}\n"


def started_driver(started: str) -> str:
    """The start-up garbage collection that sees no volume of a recent kubelet, and so cleans nothing."""
    at = clock(started, 1900.488)
    return "".join(
        (
            line(at + timedelta(seconds=0.2), "INFO", "PV list from node side for this node:  []"),
            line(at + timedelta(seconds=0.31), "INFO", "Clear stale device count: 0"),
            line(at + timedelta(seconds=0.312), "INFO", "Successfully completed stale device garbage collection"),
        )
    )


def staged(started: str, volumes: Sequence[Volume]) -> str:
    """Each volume staged without trouble."""
    text = ""
    for index, volume in enumerate(volumes):
        at = clock(started, 1500.793 - 40 * index)
        request = 3301746797 + 104729 * index
        text += line(at, "INFO", f"Start to stage volume {volume.handle}", request)
        text += line(at + timedelta(seconds=3.4), "INFO", f"Volume {volume.handle} is staged", request)
    return text


def fc_device_not_found(started: str, volume: Volume, *, attempts: int) -> str:
    """Stage calls of one FC volume that end with `Fibre Channel volume device not found`."""
    text = ""
    for attempt in range(attempts):
        at, request = clock(started, 300.211 - 61 * attempt), 3895851383 + 7919 * attempt
        info = (
            f"map[multiPathType:DM-multipath portWWNList:[] protocol:fc tgtHostLUNs:[{volume.lun} {volume.lun}] "
            f"tgtIQNs:[] tgtLunGuid: tgtLunWWN:{volume.wwn} tgtPortals:[] tgtWWNs:[{' '.join(WWPNS)}] "
            "volumeUseMultiPath:true]"
        )
        device = "pci-0000:3b:00.0-fc-0x{}-lun-{}"
        devices = " ".join(f"/dev/disk/by-path/{device.format(wwpn, volume.lun)}" for wwpn in WWPNS)
        records = (
            (0.0, "INFO", f"Start to stage volume {volume.handle}"),
            (0.1, "INFO", f"Enter func: ClearResidualPath. lunWWN:[{volume.wwn}]. volumeMode:[<nil>]"),
            (0.2, "INFO", f"FC Start to connect volume ==> connect info: {info}"),
            (0.3, "INFO", f"Get host devices are [{devices}]"),
            (20.1, "ERROR", "Fibre Channel volume device not found."),
            (20.101, "ERROR", "failed to execute waitDeviceDiscovery. VolumeDeviceNotFound"),
            (
                20.102,
                "ERROR",
                f"Stage volume {volume.pv} error: failed to execute waitDeviceDiscovery. VolumeDeviceNotFound",
            ),
        )
        text += "".join(line(at + timedelta(seconds=after), level, said, request) for after, level, said in records)
    return text


def iscsi_login_failed(started: str, volume: Volume, portal: str, output: str) -> str:
    """A stage call whose logins fail because the transport is not there; `output` is iscsiadm's."""
    at, request = clock(started, 400.613), 3726184919
    command = f"iscsiadm -m node -T ***-p {portal}:3260 --login"
    records = (
        (0.0, "INFO", f"Start to stage volume {volume.handle}"),
        (0.1, "INFO", f"Gonna run shell cmd {command}."),
        (0.4, "WARNING", f"Run shell cmd {command} output: [{output}], error: [exit status 12]"),
        (0.401, "INFO", "Run shell cmd failed."),
        (121.5, "WARNING", f"build iSCSI session {portal}:3260 error"),
        (121.6, "ERROR", "VolumeDeviceNotFound"),
        (121.61, "ERROR", f"Stage volume {volume.pv} error: VolumeDeviceNotFound"),
    )
    return "".join(line(at + timedelta(seconds=after), level, said, request) for after, level, said in records)
