"""By which names the node introduces itself to arrays, as salted digests: to find two nodes that have one name."""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, AnyProbe, Probe

# The salt comes by the environment, and a name reaches sha256sum by a pipe: neither stands in a list of processes.
# As the driver does, only a line that begins with `InitiatorName=` counts.
_INITIATORS = r"""
salt=${CSI_TRIAGE_SALT-}
denied() { echo "$1: permission denied" >&2; exit 77; }
present() {
  if [ -e "$1" ]; then [ -r "$1" ] || denied "$1"; return 0; fi
  [ ! -e "${1%/*}" ] || [ -x "${1%/*}" ] || denied "$1"
  return 1
}
digest() {
  hex=$(printf %s "$1" | sha256sum) || exit 1
  hex=${hex%% *}
}
tell() {
  if [ -z "$2" ]; then echo "$1 empty"; return; fi
  digest "$salt$2"
  printf '%s %.16s\n' "$1" "$hex"
}
digest "$salt"
printf 'salt %.8s\n' "$hex"

file=/etc/iscsi/initiatorname.iscsi name=''
if present "$file"; then
  while read -r word _ || [ -n "$word" ]; do
    case $word in InitiatorName=?*) name=${word#*=}; break ;; esac
  done <"$file"
  tell iscsi "$name"
else
  echo "iscsi missing"
fi

file=/etc/nvme/hostnqn name=''
if present "$file"; then
  read -r name _ <"$file"
  tell nvme "$name"
else
  echo "nvme missing"
fi

for port in /sys/class/fc_host/*/port_name; do
  [ -e "$port" ] || continue
  read -r name <"$port" && tell fc "$name"
done
exit 0
"""

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "initiators",
        ("sh", "-c", _INITIATORS),
        reads="whether the node has an iSCSI initiator name, an NVMe host NQN and FC ports: salted digests, not names",
        root="/etc/iscsi/initiatorname.iscsi is readable by root only",
        exit_codes=LOOP_EXIT_CODES,
        needs=("sha256sum",),
    ),
)
