"""The container runtime's limits as configured and as they are in force, and what the kubelet has staged."""

from __future__ import annotations

from bundle.capture import Status
from collector.probes.probe import KIB, LOOP_EXIT_CODES, MIB, AnyProbe, FileProbe, Probe

UNITS = ("containerd", "docker", "crio")
PROPERTIES = (
    "Id",
    "LimitNOFILE",
    "LimitNOFILESoft",
    "FragmentPath",
    "DropInPaths",
    "MainPID",
    "ActiveState",
    "NeedDaemonReload",
)
# The kubelet's root folder is an argument of the kubelet; these are the defaults of the distributions in use.
KUBELET_FOLDERS = (
    "/var/lib/kubelet",
    "/var/lib/k0s/kubelet",
    "/var/snap/microk8s/common/var/lib/kubelet",
    "/opt/rke/var/lib/kubelet",
    "/var/vcap/data/kubelet",
    "/data/kubelet",
    "/mnt/paas/kubernetes/kubelet",
)

_UNIT_FILES = r"""
code=1
for unit in containerd docker crio; do systemctl cat --no-pager "$unit" && code=0; done
exit "$code"
"""

# The driver too: what it starts, such as mount, inherits its limits.
_LIMITS = r"""
for process in /proc/[0-9]*; do
  read -r comm 2>/dev/null <"$process/comm" || continue
  case $comm in containerd | dockerd | crio | huawei-csi) ;; *) continue ;; esac
  echo "== ${process#/proc/} $comm"
  cat "$process/limits" || [ ! -d "$process" ] || code=77
done
exit "${code:-0}"
"""

_WWN_FILES = r"""
code=21
for folder do
  [ -d "$folder" ] || continue
  ls "$folder/plugins" >/dev/null || { [ ! -e "$folder/plugins" ] && [ -x "$folder" ] || exit 77; }
  code=0
  grep -sH '' "$folder"/plugins/*/disks/*.wwn
done
exit "$code"
"""

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "runtime_units",
        ("systemctl", "show", *UNITS, *(word for name in PROPERTIES for word in ("-p", name))),
        reads="limit of open files of the container runtime as systemd resolves it, with its unit and drop-in files",
    ),
    Probe(
        "runtime_unit_files",
        ("sh", "-c", _UNIT_FILES),
        reads="unit and drop-in files of the container runtime",
        exit_codes={0: Status.COLLECTED, 1: Status.EMPTY},
        needs=("systemctl",),
    ),
    Probe(
        "runtime_limits",
        ("sh", "-c", _LIMITS),
        reads="limits in force in the running container runtime and in the running CSI driver",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=60,
    ),
    Probe("nr_open", ("cat", "/proc/sys/fs/nr_open"), reads="the kernel's upper bound of that limit"),
    Probe(
        "driver_wwn_files",
        ("sh", "-c", _WWN_FILES, "driver_wwn_files", *KUBELET_FOLDERS),
        reads="the WWNs of volumes that the CSI driver says it has staged on this node",
        root="the kubelet's folders are open to root only",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=60,
        needs=("grep", "ls"),
    ),
    FileProbe(
        "kubelet_volumes",
        tuple(f"{folder}/plugins/kubernetes.io/csi/*/*/vol_data.json" for folder in KUBELET_FOLDERS),
        reads="the kubelet's record of each staged CSI volume",
        root="the kubelet's folders are open to root only",
        limit_s=60,
        limit_bytes=64 * KIB,
        total_bytes=8 * MIB,
        follow_links=False,
    ),
)
