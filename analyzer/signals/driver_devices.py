"""What the Huawei CSI driver says around devices: detached, not connected, not named, and its cleaner at start-up.

Form and versions as in the module `driver`.  Source: eSDK_K8S_Plugin and the file named with each signature.
"""

from __future__ import annotations

from analyzer.signals.driver import REQUEST, driver_signal

HANDLE = "fc-155.pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4"

DETACH = (
    driver_signal(
        "driver-controller-unpublish",
        rb"Start to controller unpublish volume ",
        r"\bStart to controller unpublish volume (?P<handle>\S+) from node (?P<node>.*\S)",
        f'[INFO]: {REQUEST}Start to controller unpublish volume {HANDLE} from node {{"HostName":"node-1"}}',
        "2.1.0 to v4.12",
        "csi/driver/controller.go",
    ),
)

CLEANER = (
    driver_signal(
        "driver-cleaner-volumes",
        rb"PV list from node side for this node:",
        r"PV list from node side for this node:\s+\[(?P<volumes>.*)\]",
        "[INFO]: PV list from node side for this node:  []",
        "V2.2.15 to v4.12",
        "csi/garbage_collector.go",
    ),
    driver_signal(
        "driver-cleaner-count",
        rb"Clear stale device count: ",
        r"Clear stale device count: (?P<count>\d+)",
        "[INFO]: Clear stale device count: 0",
        "V2.2.15 to v4.12",
        "csi/garbage_collector.go",
    ),
    driver_signal(
        "driver-cleaner-incomplete",
        rb"Stale device garbage collection incomplete|Stale device garbage collection exited with error",
        r"Stale device garbage collection (?P<how>incomplete|exited with error)",
        "[WARNING]: Stale device garbage collection incomplete, exited due to timeout",
        "V2.2.15 to v4.12",
        "csi/main.go",
    ),
    driver_signal(
        "driver-cleaner-failed",
        rb"Cleanup failed for the volume |Cleanup volume \[",
        r"Cleanup (?:failed for the )?volume \[(?P<handle>[^\]]+)\](?: timeout)?, error: (?P<says>.+)",
        f"[WARNING]: Cleanup failed for the volume [{HANDLE}], error: exit status 1",
        "V2.2.15 to v4.12",
        "csi/garbage_collector.go",
    ),
)

NOT_CONNECTED = (
    driver_signal(
        "driver-panic",
        rb"slice bounds out of range \[:1\] with capacity 0",
        r"Panic message: \[runtime error: slice bounds out of range \[:1\] with capacity 0\]",
        f"[ERROR]: {REQUEST}Panic message: [runtime error: slice bounds out of range [:1] with capacity 0]\n"
        "Panic stack: [goroutine 81 [running]:]",
        "V3.0.0 to v4.12",
        "utils/utils.go; connector/iscsi/iscsi_helper.go",
    ),
    driver_signal(
        "driver-nvme-not-connected",
        rb"Cannot discover nvme target |Connect NVMe portal |No portal available\. ",
        r"(?:Cannot discover nvme target (?P<target>[^\s,]+), reason: "
        r"|Connect NVMe portal (?P<portal>\S+) error, reason: )"
        r"(?P<says>.+)|No portal available\. ",
        f"[ERROR]: {REQUEST}Cannot discover nvme target 192.0.2.10, reason: Failed to write to /dev/nvme-fabrics",
        "2.2.RC2 to v4.12",
        "connector/nvme/nvme_helper.go",
    ),
    driver_signal(
        "driver-ultrapath-stale-lun",
        rb"found need clean device, device: ",
        r"found need clean device, device: (?P<device>[^\s,]+), deviceId: (?P<lun>[^\s,]+), arrayId: (?P<array>\S+)",
        f"[INFO]: {REQUEST}found need clean device, device: sdc, deviceId: 61, arrayId: 0",
        "V4.2.1 to v4.12",
        "connector/ultrapath.go",
    ),
)

NAMES = (
    driver_signal(
        "driver-no-alias",
        rb"Get DMDevice by alias|Can not get DMDevice by alias",
        r"(?:Get|Can not get) DMDevice by alias: ?(?P<device>[\w.-]+)",
        f"[ERROR]: {REQUEST}check device: dm-1 is a partition device failed. error: Get DMDevice by alias:dm-1 failed. "
        "error: Can not get DMDevice by alias: dm-1",
        "V2.2.5.1 to v4.12",
        "connector/connector_utils.go",
    ),
)

INITIATORS = (
    driver_signal(
        "driver-initiator-missing",
        rb"no 0 initiator|no 1 initiator|no 2 initiator",
        r"(?:\bvolume (?P<volume>\S+) to node (?P<node>.*?) error: .*?)?\bno (?P<number>[012]) initiator\b",
        f"[ERROR]: {REQUEST}no 0 initiator",
        "V2.2.5.1 to v4.12",
        "storage/oceanstorage/base/attacher/attacher_utils.go",
    ),
    driver_signal(
        "driver-initiator-in-use",
        rb"is already associated to another host",
        # the name may be masked, and the blank behind it with it
        r"(?:\bvolume (?P<volume>\S+) to node (?P<node>.*?) error: .*?)?"
        r"(?P<kind>ISCSI|FC|NVMe|connector) initiator (?P<name>.*?)"
        r"is already associated to another host(?: (?P<host>[\w.-]+))?",
        f"[ERROR]: {REQUEST}FC initiator 21000024ff7ee1f4 is already associated to another host k8s_node-2",
        "2.1.0 to v4.12",
        "storage/oceanstorage/base/attacher/attacher.go",
        any_case=True,
    ),
)

SIGNALS = (*DETACH, *CLEANER, *NOT_CONNECTED, *NAMES, *INITIATORS)
