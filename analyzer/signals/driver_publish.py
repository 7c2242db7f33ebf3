"""What the driver says of volumes that it attaches by itself, and of mount points that hold another source.

Source: eSDK_K8S_Plugin, the file named with each signature.  Samples are composed from its format strings.
"""

from __future__ import annotations

from analyzer.signals.driver import REQUEST, driver_signal

TARGET = (
    "/var/lib/kubelet/pods/5a1f0000-0000-4000-8000-000000000002/volumes/kubernetes.io~csi/"
    "pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4/mount"
)
STAGED = (
    "/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/"
    "29362e5b4bb0c94f5b8fcfd1d688d1edcb233b24145b8b61aea0f9200ce7edbd/globalmount"
)
# every wording of a mount point that holds another source; `says` of a failed call has the same
OCCUPIED = (
    r"(?:(?i:the) mount (?P<target>\S+) is already exist, "
    r"(?:but the source path is not (?P<wanted>[^\s,]+)(?:, instead of (?P<actual>[^\s,]+))?"
    r"|source: (?P<wanted_share>\S+) realSource: (?P<actual_share>\S+))"
    r"|bind mount already exist on: (?P<block_target>[^,\s]+),\s?and it is not the expected device: (?P<block>\S+)"
    r"|The source path is (?P<stage_wanted>[^\s,]+), the real path is (?P<stage_actual>\S+))"
)

SIGNALS = (
    driver_signal(
        "driver-attaches-by-itself",
        rb" need to be published",
        r"\bVolume (?P<handle>\S+) need to be published",
        f"[INFO]: {REQUEST}Volume fc-155.pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4 need to be published",
        "v4.11 to v4.12",
        "csi/manage/manager_helper.go",
    ),
    driver_signal(
        "driver-mount-point-occupied",
        rb"is already exist, but the source path is not |is already exist, source: |bind mount already exist on: |"
        rb"The source path is ",
        OCCUPIED,
        f"[ERROR]: {REQUEST}The mount {TARGET} is already exist, but the source path is not {STAGED}, "
        "instead of /dev/mapper/mpathc",
        "V2.2.13.1 to v4.12; before V4.1.0 a failed publish is told by this line only",
        "connector/utils/mount.go, connector/nfsplus/nfs_plus_helper.go",
    ),
)
