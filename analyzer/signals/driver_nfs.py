"""What the driver says of mounts that failed: which command, what mount printed, and that it did not end in time.

Versions: up to V4.0.0 the record ends with what mount printed; since V4.1.0 the exit status follows it.  What mount
prints ends with a newline, so the record goes over two lines.  The mount of a block device or of a folder fails in the
same words; only the mounts of shares are told here: `portal:/path`, and `/name` of DPC and DTFS.
Source: eSDK_K8S_Plugin, connector/utils/mount.go, utils/utils_linux.go.  Samples are composed from its format strings.
"""

from __future__ import annotations

from analyzer.signals.driver import REQUEST, driver_signal

SHARE = r"(?P<share>[^\s/]+:/\S*|/[^/\s]+)"
GLOBAL_MOUNT = "/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/7a3b/globalmount"
MOUNT = f"mount 192.168.1.155:/pvc_63ebfda5 {GLOBAL_MOUNT}  -o nfsvers=3"

SIGNALS = (
    driver_signal(
        "driver-mount-timed-out",
        rb"\] time out, try to kill",
        rf"Exec mount command: \[mount {SHARE} (?P<target>\S+)(?: +(?P<options>[^\]]*?))? *\] time out, try to kill",
        f"[WARNING]: {REQUEST}Exec mount command: [{MOUNT}] time out, try to kill this processes and subprocesses. "
        "Pid: [30211].",
        "V3.1.0 to v4.12",
        "utils/utils_linux.go",
    ),
    driver_signal(
        "driver-mount-failed",
        rb"failed, error res: |\] Mount |\]: Mount ",
        rf"(?:\]:? |^)Mount {SHARE} to (?P<target>\S+) "
        r"(?:failed, error res: (?P<output>.*?)\s*, error: (?P<error>.+?)|error: (?P<old_output>.*?))\s*$",
        f"[ERROR]: {REQUEST}Mount 192.168.1.155:/pvc_63ebfda5 to {GLOBAL_MOUNT} failed, error res: mount.nfs: Protocol "
        "not supported\n, error: exit status 32",
        "2.1.0 to v4.12",
        "connector/utils/mount.go, connector/nfsplus/nfs_plus_helper.go",
    ),
    driver_signal(
        "driver-mount-command-failed",
        rb"Run shell cmd mount |Run shell cmd \"mount ",
        rf"Run shell cmd \"?mount {SHARE} (?P<target>[^\s\"]+)(?: +(?P<options>-[^\"]*?))? *\"? output: \[?"
        r"(?P<output>.*?)\s*\]?, error: \[?(?P<error>[^\[\]]+)\]?\s*$",
        f"[WARNING]: {REQUEST}Run shell cmd {MOUNT} output: [mount.nfs: access denied by server while mounting "
        "192.168.1.155:/pvc_63ebfda5\n], error: [exit status 32]",
        "2.1.0 to v4.12",
        "utils/utils_linux.go",
    ),
)
