"""The sample whose nodes lack iscsi_tcp: not installed, not loaded, blacklisted."""

from __future__ import annotations

from pathlib import Path

from bundle.capture import Capture, CollectedFile, Status
from samples.composing import driver_log
from samples.composing.objects import event
from samples.composing.renaming import machines, node
from samples.composing.scenarios import PENDING_S, Expected, Sample, SampleNode, not_prepared
from samples.composing.volumes import Placed, Volume

NO_DISKS = "stale_sd_nomap"  # the recorded node that the nodes without disks are made from
NO_DISKS_AT = "2026-11-22T15:44:46Z"
HOSTS = "lrwxrwxrwx 1 root root 0 Nov 22 14:44 {0} -> ../../devices/pci0000:00/0000:00:01.1/{1}/{0}/scsi_host/{0}\n"


def iscsi_module(captures: Path) -> Sample:
    steps = captures / "iscsi_module/steps"
    unloaded = (steps / "02-lsmod-all.out").read_text()
    present = unloaded.replace("\n", f"\n{(steps / '20-lsmod.out').read_text()}", 1)
    volumes = tuple(
        Volume(number, f"618cf24100f8f457018a764c00000{number}f6", "100Gi", number) for number in (51, 52, 53)
    )
    discovery = (steps / "04-discovery.err").read_text()
    blocked = (steps / "30-blacklisted.err").read_text()
    missing = (steps / "07-modprobe-v.err").read_bytes()
    insmod = b"insmod /lib/modules/6.1.0-56-amd64/kernel/drivers/scsi/iscsi_tcp.ko \n"
    journal = "".join((steps / "08-journal.out").read_text().splitlines(keepends=True)[:4])
    nodes = (
        _without_sessions(1, unloaded, discovery, volumes[0], journal, ("modprobe_iscsi_tcp", 1, b"", missing)),
        _without_sessions(2, present, discovery, volumes[1], journal, ("modprobe_iscsi_tcp", 0, insmod, b"")),
        _without_sessions(
            3, present, blocked, volumes[2], journal, ("modprobe_iscsi_tcp", 0, b"install /bin/false \n", b"")
        ),
    )
    events = tuple(
        event(
            "Pod",
            f"app-{volume.number}-0",
            "FailedMount",
            f'MountVolume.MountDevice failed for volume "{volume.pv}" : rpc error: code = Internal '
            "desc = VolumeDeviceNotFound",
            at="2026-11-22T15:42:00Z",
            node=f"worker-{number}",
        )
        for number, volume in enumerate(volumes, 1)
    )
    return Sample(
        "iscsi_module",
        "iscsi_tcp is not loaded on any of three nodes: on worker-1 the kernel package has no such module, on "
        "worker-2 it is only not loaded, on worker-3 it is blacklisted. libiscsi_tcp is loaded on two of them, "
        "which is not the same.",
        nodes,
        tuple(Placed(volume, f"worker-{number}", "Pending", PENDING_S) for number, volume in enumerate(volumes, 1)),
        tuple(
            Expected(
                (
                    ("iscsi-tcp-not-loaded", "module:iscsi_tcp", "confirmed"),
                    ("iscsi-device-not-found", f"pv:{volume.pv}", "likely"),
                    *((not_prepared(f"worker-{number}"),) if number != 2 else ()),  # it cannot be loaded
                ),
                nodes=(f"worker-{number}",),
                must_appear=("modprobe",) if number == 2 else (),
            )
            for number, volume in enumerate(volumes, 1)
        ),
        machines=machines(3),
        events=events,
        composed="lsmod, modprobe and the messages of iscsiadm and libkmod were recorded; the rest of each node is a "
        "recorded node without its disks, and the driver log is composed around the recorded messages.",
    )


def _without_sessions(
    number: int, lsmod: str, said: str, volume: Volume, journal: str, modprobe: tuple[str, int, bytes, bytes]
) -> SampleNode:
    """A node on which no iSCSI session was ever made."""
    libkmod = "".join(line for line in said.splitlines(keepends=True) if "libkmod" in line or "insert module" in line)
    portal = "10.10.1.1"
    target = f"[iface: default, target: ***portal: {portal},3260]"
    output = (
        f"Logging in to {target}\n{libkmod}iscsiadm: Could not login to {target}.\n"
        "iscsiadm: initiator reported error (12 - iSCSI driver not found. Please make sure it is loaded, and retry the "
        "operation)\niscsiadm: Could not log into all portals\n"
    )
    probe, code, out, err = modprobe
    listing = (
        "/sys/class/iscsi_connection:\ntotal 0\n\n/sys/class/iscsi_session:\ntotal 0\n\n"
        "/sys/class/scsi_device/:\ntotal 0\n"
        f"\n/sys/class/scsi_host:\ntotal 0\n{HOSTS.format('host0', 'ata1')}{HOSTS.format('host1', 'ata2')}"
    )
    none = "iscsiadm: No active sessions.\n"
    replaced = [
        _known("lsmod", lsmod.encode()),
        Capture(probe, Status.COLLECTED, exit_code=code, started=NO_DISKS_AT, out=out, err=err),
        _known("sysfs_block", b""),
        _known("sysfs_iscsi", listing.encode()),
        *(_known(name, b"") for name in ("scsi_id", "sg_turs", "sg_luns")),
        Capture(
            "disk_by_id",
            Status.FAILED,
            exit_code=2,
            started=NO_DISKS_AT,
            reason="ls ended with exit code 2",
            err=b"ls: cannot access '/dev/disk/by-id/': No such file or directory\n",
        ),
        _known(
            "disk_by_path",
            b"total 0\nlrwxrwxrwx 1 root root 9 Nov 22 14:37 pci-0000:00:06.0 -> ../../vda\n"
            b"lrwxrwxrwx 1 root root 9 Nov 22 14:37 virtio-pci-0000:00:06.0 -> ../../vda\n",
        ),
        _known("lsblk", LSBLK_VDA.encode()),
        Capture("iscsiadm_session", Status.EMPTY, exit_code=21, started=NO_DISKS_AT, err=none.encode()),
        _known("kernel_log", b"[ 2456.118203] Loading iSCSI transport class v2.0-870.\n"),
        _known("journal_iscsid", journal.encode()),
        _known("journal_multipathd", b""),
        Capture("direct_read", Status.EMPTY, exit_code=21, started=NO_DISKS_AT),
        *((_blacklist(),) if "bin/false" in out.decode() else ()),
    ]
    return node(
        number,
        NO_DISKS,
        driver_log=driver_log.iscsi_login_failed(NO_DISKS_AT, volume, portal, output),
        replaced=replaced,
    )


def _blacklist() -> Capture:
    file = CollectedFile("/etc/modprobe.d/no-iscsi.conf", b"install iscsi_tcp /bin/false\n")
    return Capture("modules_conf", Status.COLLECTED, exit_code=0, started=NO_DISKS_AT, files=(file,))


def _known(probe: str, out: bytes) -> Capture:
    return Capture(probe, Status.COLLECTED, exit_code=0, started=NO_DISKS_AT, seconds=0.2, out=out)


LSBLK_VDA = """{
   "blockdevices": [
      {
         "name": "vda",
         "kname": "vda",
         "pkname": null,
         "type": "disk",
         "size": "4G",
         "mountpoints": [
             "/"
         ],
         "state": null,
         "hctl": null,
         "ro": false,
         "vendor": "0x1af4",
         "model": null,
         "tran": "virtio"
      }
   ]
}
"""
