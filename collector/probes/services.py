"""What the driver needs of the host: services that run, and commands that it starts."""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, AnyProbe, Probe

UNITS = (
    "multipathd.service",
    "multipathd.socket",
    "iscsid.service",
    "iscsid.socket",
    "iscsi.service",
    "open-iscsi.service",
    "nxup.service",
    "upudev.service",
    "upService_plus.service",
    "rpcbind.service",
    "rpcbind.socket",
    "rpc-statd.service",
    "kubelet.service",
)
PROPERTIES = ("Id", "Names", "LoadState", "ActiveState", "SubState", "UnitFileState")

TOOLS = (
    "multipath",
    "multipathd",
    "iscsiadm",
    "scsi_id",
    "mount.nfs",
    "nvme",
    "upadmin",
    "upadmin_plus",
    "lsblk",
    "blkid",
    "blockdev",
    "dd",
    "findmnt",
    "mount",
    "umount",
    "ping",
    "ls",
    "awk",
    "systemctl",
    "nsenter",
    "mkfs.ext4",
    "mkfs.xfs",
)

# `command -v` would answer for what busybox' own shell has built in, so the folders are searched.
_TOOLS = r"""
IFS=:
for name do
  found=-
  for folder in $PATH; do
    if [ -f "$folder/$name" ] && [ -x "$folder/$name" ]; then
      found=$folder/$name
      break
    fi
  done
  echo "$name $found"
done
unset IFS
command -v nvme >/dev/null 2>&1 || exit 0
nvme version 2>/dev/null | while read -r first second version _; do
  case "$first $second $version" in 'nvme version '[0-9]*) echo "nvme-version $version" ;; esac
done
exit 0
"""

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "services",
        ("systemctl", "show", *UNITS, *(word for name in PROPERTIES for word in ("-p", name))),
        reads="whether the services that storage needs are there, enabled and running",
    ),
    Probe(
        "tools",
        ("sh", "-c", _TOOLS, "tools", *TOOLS),
        reads="which of the commands that the CSI driver runs are on the host, and the version of nvme-cli",
        exit_codes=LOOP_EXIT_CODES,
    ),
)
