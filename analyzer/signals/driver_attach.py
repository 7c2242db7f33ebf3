"""What the driver's controller says of attaching, and the kubelet of a driver it does not know.

Source: eSDK_K8S_Plugin, csi/driver/controller.go; kubernetes, pkg/volume/csi/csi_client.go.  The node is named by the
driver's own id, JSON with the host name: `{"HostName":"node-1"}`.
"""

from __future__ import annotations

import re

from analyzer.signals.driver import REQUEST, driver_signal
from analyzer.signals.signal import Log, Signal

HOST = r"(?:\{\"HostName\":\s*\"(?P<host>[^\"]*)\"\}|\S+)"
HANDLE = "fc-155.pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4"

SIGNALS = (
    driver_signal(
        "driver-attach-started",
        rb"Run controller publish volume ",
        rf"\bRun controller publish volume (?P<handle>\S+) to node {HOST}",
        f'[INFO]: {REQUEST}Run controller publish volume {HANDLE} to node {{"HostName":"node-1"}}',
        "V2.2.15 to v4.12",
        "csi/driver/controller.go",
    ),
    driver_signal(
        "driver-attached",
        rb" is controller published to node ",
        rf"\bVolume (?P<handle>\S+) is controller published to node {HOST}",
        f'[INFO]: {REQUEST}Volume {HANDLE} is controller published to node {{"HostName":"node-1"}}',
        "V4.0.0 to v4.12",
        "csi/driver/controller.go",
    ),
    driver_signal(
        "driver-attach-failed",
        rb"controller publish volume ",
        rf"(?<!Run )\bcontroller publish volume (?P<volume>\S+) to node {HOST} error: (?P<says>.+)",
        f"[ERROR]: {REQUEST}controller publish volume pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4 to node "
        '{"HostName":"node-1"} error: unconnected',
        "V4.0.0 to v4.12",
        "csi/driver/controller.go",
    ),
    Signal(
        "kubelet-driver-not-registered",
        Log.KUBELET,
        rb"not found in the list of registered CSI drivers",
        re.compile(r"driver name (?P<driver>\S+) not found in the list of registered CSI drivers"),
        "Kubernetes 1.13 and newer",
        "2026-07-03T10:15:13+0800 node-1 kubelet[1877]: E0703 10:15:13.002412    1877 nestedpendingoperations.go:348] "
        'Operation for "{volumeName:kubernetes.io/csi/csi.huawei.com^fc-155.pvc-0f3c podName: nodeName:}" failed. No '
        "retries permitted until 2026-07-03 10:15:21 +0800 CST (durationBeforeRetry 8s). Error: "
        'MountVolume.MountDevice failed for volume "pvc-0f3c" (UniqueName: '
        '"kubernetes.io/csi/csi.huawei.com^fc-155.pvc-0f3c") pod "db-0" (UID: "5b0e6c38-6a0e-4f0c-9d0d-4c1f1b6c1f10")'
        " : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name csi.huawei.com "
        "not found in the list of registered CSI drivers",
        "kubernetes, pkg/volume/csi/csi_client.go",
    ),
)
