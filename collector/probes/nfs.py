"""NFS: the client's configuration, and a timed mount of each share with each version."""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, AnyProbe, FileProbe, Probe
from collector.probes.side_by_side import SIDE_BY_SIDE

# Each mount is made in a mount namespace of its own, read-only, without locks, and only when nothing there is shared
# with the host: it cannot be seen outside, and it ends with its process.
_IN_NAMESPACE = r"""
mount --make-rprivate / || exit 75
if grep -q ' shared:' /proc/self/mountinfo; then echo "skipped: the mount would be seen outside" >&2; exit 75; fi
read -r start _ </proc/uptime
mount -t nfs -o "ro,nolock,soft,retry=0,timeo=50,retrans=1,vers=$2" "$1" "$3" </dev/null
code=$?
read -r end _ </proc/uptime
[ "$code" = 0 ] && umount -l "$3"
echo "$start $end"
exit "$code"
"""

# A mount may run longer than the 30 s after which the driver gives up, so that this can be measured.
_NFS_MOUNT = (
    SIDE_BY_SIDE
    + r"""
[ $# -gt 0 ] || exit 21
longest=40
inside=$1
shift
[ "$(id -u)" = 0 ] || { echo "mounting needs root: permission denied" >&2; exit 77; }
ask() {
  point=$(mktemp -d "$PWD/mount.XXXXXX") || return 75
  unshare -m $CSI_TRIAGE_SHELL -c "$inside" nfs_mount "${1%@*}" "${1##*@}" "$point"
}
tell() {
  start=0.00 end=$longest.00
  [ "$2" = 124 ] || read -r start end <"$answer" || end=$start
  echo "${1%@*} vers=${1##*@} rc=$2 seconds=$(elapsed "$start" "$end") $(tr -s '\n\t\r ' '    ' <"$complaint")"
}
elapsed() {
  from=${1%.*}${1#*.} to=${2%.*}${2#*.}
  while :; do case $from in 0?*) from=${from#0} ;; *) break ;; esac; done
  while :; do case $to in 0?*) to=${to#0} ;; *) break ;; esac; done
  hundredths=$((to - from))
  rest=$((hundredths % 100))
  [ "$rest" -gt 9 ] || rest=0$rest
  echo "$((hundredths / 100)).$rest"
}
for share do
  for version in 3 4.0 4.1 4.2; do all="${all-} $share@$version"; done
done
[ -n "${all-}" ] || exit 21
batches "$longest" $all
exit 0
"""
)

PROBES: tuple[AnyProbe, ...] = (
    FileProbe(
        "nfs_conf",
        ("/etc/nfsmount.conf", "/etc/nfsmount.conf.d/*.conf", "/etc/nfs.conf", "/etc/nfs.conf.d/*.conf"),
        reads="configuration of the NFS client",
    ),
    Probe(
        "nfs_mount",
        ("sh", "-c", _NFS_MOUNT, "nfs_mount", _IN_NAMESPACE),
        reads="mounts each NFS share read-only with each version in a private namespace, timed, and unmounts it",
        root="mounts",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=120,
        active=True,
        needs=("unshare", "mount", "umount", "mount.nfs", "grep", "mktemp", "tr"),
    ),
)
