"""What the sidecars of the driver's pods say: that they lost the driver, the lease, or found their port taken.

Line form, klog: `I0703 02:15:01.204511       1 controller.go:123] message`; no year, and in the container's zone.  From
2024 on some messages are structured: `"Still connecting" address="unix:///csi/csi.sock"`.
"""

from __future__ import annotations

import re

from analyzer.signals.signal import Log, Signal

SIDECARS = "csi-attacher 2 to 4, csi-provisioner 1 to 5, livenessprobe 2"


def _sidecar(signal_id: str, pattern: bytes, decode: str, sample: str, printed_by: str) -> Signal:
    return Signal(signal_id, Log.SIDECAR, pattern, re.compile(decode), SIDECARS, sample, printed_by)


SIGNALS = (
    _sidecar(
        "sidecar-driver-lost",
        rb"Lost connection to CSI driver|Lost connection to unix:|Still connecting",
        r"Lost connection to (?:CSI driver|unix:\S+)|Still connecting(?:\"| to unix:)",
        "W0703 02:15:01.204511       1 connection.go:173] Still connecting to unix:///csi/csi.sock",
        "csi-lib-utils, connection/connection.go",
    ),
    _sidecar(
        "sidecar-lease-lost",
        rb"failed to renew lease|Failed to renew lease|stopped leading|leader election lost",
        r"[Ff]ailed to renew lease|stopped leading|leader election lost",
        "I0703 02:15:01.204511       1 leaderelection.go:283] failed to renew lease "
        "huawei-csi/external-attacher-leader-csi-huawei-com: timed out waiting for the condition",
        "client-go, tools/leaderelection/leaderelection.go; csi-lib-utils, leaderelection",
    ),
    _sidecar(
        "sidecar-lease-forbidden",
        rb"leases\.coordination\.k8s\.io ",
        r"leases\.coordination\.k8s\.io (?:\\?\"(?P<lease>[^\"\\]+)\\?\" )?is forbidden: "
        r"User \\?\"(?P<user>[^\"\\]+)\\?\" cannot (?P<verb>\w+) resource \\?\"leases\\?\""
        r"(?:.*? in the namespace \\?\"(?P<namespace>[^\"\\]+))?",
        "E0703 02:15:01.204511       1 leaderelection.go:327] error retrieving resource lock "
        "huawei-csi/external-attacher-leader-csi-huawei-com: leases.coordination.k8s.io "
        '"external-attacher-leader-csi-huawei-com" is forbidden: User '
        '"system:serviceaccount:huawei-csi:huawei-csi-controller" cannot get resource "leases" in API group '
        '"coordination.k8s.io" in the namespace "huawei-csi"',
        "kubernetes, apiserver/pkg/endpoints/handlers/responsewriters; client-go, tools/leaderelection",
    ),
    _sidecar(
        "sidecar-lease-acquired",
        rb"uccessfully acquired lease",
        r"[Ss]uccessfully acquired lease",
        "I0703 02:15:01.204511       1 leaderelection.go:255] successfully acquired lease "
        "huawei-csi/external-attacher-leader-csi-huawei-com",
        "client-go, tools/leaderelection/leaderelection.go",
    ),
    _sidecar(
        "sidecar-port-in-use",
        rb"bind: address already in use",
        r"listen tcp \S*?:(?P<port>\d+): bind: address already in use",
        "F0703 02:15:01.204511       1 main.go:148] failed to start http server with error: listen tcp :9808: bind: "
        "address already in use",
        "livenessprobe, cmd/livenessprobe/main.go",
    ),
)
