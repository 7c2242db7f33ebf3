"""What the kubelet says of a volume it could not mount.  Quotes inside its journal lines are escaped: `\\"pvc-…\\"`."""

from __future__ import annotations

import re

from analyzer.signals.signal import Log, Signal

SIGNALS = (
    Signal(
        "kubelet-volume-failed",
        Log.KUBELET,
        rb"Volume\.MountDevice failed|Volume\.SetUp failed|Volume\.SetUpDevice failed|Volume\.MapPodDevice failed",
        re.compile(
            r"(?:MountVolume|MapVolume)\.(?P<call>MountDevice|SetUpDevice|SetUp|MapPodDevice) failed for volume "
            r"\\?\"(?P<pv>[^\"\\]+).*? : (?P<says>rpc error: .*?)(?:\" (?:logger|pod|podUID|err)=.*)?$",
            re.DOTALL,
        ),
        "Kubernetes 1.16 and newer",
        "2026-07-03T10:15:13+0800 node-1 kubelet[1877]: E0703 10:15:13.002412    1877 nestedpendingoperations.go:348] "
        'Operation for "{volumeName:kubernetes.io/csi/csi.huawei.com^fc-155.pvc-0f3c podName: nodeName:}" failed. No '
        "retries permitted until 2026-07-03 10:15:21 +0800 CST (durationBeforeRetry 8s). Error: "
        'MountVolume.MountDevice failed for volume "pvc-0f3c" (UniqueName: '
        '"kubernetes.io/csi/csi.huawei.com^fc-155.pvc-0f3c") pod "db-0" (UID: "5b0e6c38-6a0e-4f0c-9d0d-4c1f1b6c1f10")'
        " : rpc error: code = Internal desc = failed to execute waitDeviceDiscovery. VolumeDeviceNotFound",
        "kubernetes, pkg/volume/util/operationexecutor/operation_generator.go",
    ),
)
