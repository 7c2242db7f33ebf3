"""NFS: the client's configuration, and a timed mount of each share with each version."""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, AnyProbe, FileProbe, Probe
from collector.probes.side_by_side import LIMITED, SECONDS, SIDE_BY_SIDE

# One attempt, in a mount namespace of its own: read-only, without locks, seen by nobody outside, and gone with the last
# process in it, however that ends.  The host's mounts are slaves in it, not private: what the host unmounts meanwhile
# is unmounted here too, so that no device is kept busy.  What mount did is written before it is unmounted, since that
# may hang.  `umount` is not lazy: an NFSv3 server is told, and keeps no entry of this node.  -n: nothing in /etc/mtab.
_IN_NAMESPACE = r"""
own=$(readlink /proc/self/ns/mnt)
if [ -z "$own" ] || [ "$own" = "$4" ]; then echo "skipped: no mount namespace of its own" >&2; exit 75; fi
mount --make-rslave / || exit 75
if grep -q ' shared:' /proc/self/mountinfo; then echo "skipped: the mount would be seen outside" >&2; exit 75; fi
version=,vers=$2
[ "$2" != any ] || version=
read -r start _ </proc/uptime
mount -n -t nfs -o "ro,nolock,soft,retry=0,timeo=50,retrans=1$version" "$1" "$3" </dev/null
code=$?
read -r end _ </proc/uptime
echo "mounted $code $start $end"
[ "$code" = 0 ] || exit 0
echo "is $(grep -F " $3 nfs" /proc/self/mounts)"
umount -n "$3" && read -r gone _ </proc/uptime && echo "unmounted 0 $end $gone"
"""

# The versions in turn, so that none waits for another; different shares side by side.  A mount may run longer than the
# 30 s after which the driver gives up, so that this can be measured; when one did not succeed within the shorter limit,
# the next ones of this share have only that: it is far above a healthy mount's second or two, and enough to tell if it
# is this version alone.  So a share takes 5 * 40 s at most, 40 s + 4 * 15 s when nobody answers.
# "any" is a mount without a version: what the driver asks for where a volume has no mount options.
_NFS_MOUNT = (
    SIDE_BY_SIDE
    + LIMITED
    + SECONDS
    + r"""
set -f
longest=40 shorter=15 most=5
inside=$1 outside=$(readlink /proc/self/ns/mnt)
shift
is_share() {
  case $1 in -* | *[!]A-Za-z0-9._/:[-]* | */../* | */..) return 1 ;; *?:/*) return 0 ;; *) return 1 ;; esac
}
mounts=/proc/1/mountinfo
cat "$mounts" >/dev/null 2>&1 || mounts=/proc/self/mountinfo
mounted_here() { sed -n "\\#$1# s#.* - nfs4\\{0,1\\} \\([^ ]*\\) .*#\\1#p" "$mounts"; }
chosen='' count=0
for share in "$@" $(mounted_here kubernetes.io) $(mounted_here /); do
  case " $chosen " in *" $share "*) continue ;; esac
  [ "$count" -lt "$most" ] && is_share "$share" || continue
  chosen="$chosen $share" count=$((count + 1))
done
[ -n "$chosen" ] || exit 21
[ "$(id -u)" = 0 ] || { echo "mounting needs root: permission denied" >&2; exit 77; }
apart='unshare -m --propagation slave' # without it newer ones make all private, older ones change nothing
$apart true 2>/dev/null || apart='unshare -m'
ask() {
  point=$(mktemp -d "$PWD/mount.XXXXXX") || return 75
  limit=$longest
  for version in 3 4.0 4.1 4.2 any; do
    : >"$point.out" 2>"$point.err"
    limited "$limit" "$point" one_mount "$1" "$version"
    result "$1" "$version" $?
    [ "$mounted" = 0 ] || [ "${took%.*}" -lt "$shorter" ] || limit=$shorter
  done
}
one_mount() {
  $apart $CSI_TRIAGE_SHELL -c "$inside" nfs_mount "$1" "$2" "$point" "$outside" >"$point.out" 2>"$point.err"
}
result() {
  mounted=$3 took=0.00 facts=''
  [ "$3" != 124 ] || took=$limit.00
  while read -r what one two three four _; do
    case $what in
      'mounted') mounted=$one took=$(elapsed "$two" "$three") ;;
      'is') facts="$facts options=$four" ;;
      'unmounted') facts="$facts unmount=$(elapsed "$two" "$three")" ;;
    esac
  done <"$point.out"
  echo "$1 vers=$2 rc=$mounted seconds=$took$facts $(words "$point.err")"
}
words() { tr -s '\n\t\r ' '    ' <"$1"; }
tell() {
  [ "$2" != 124 ] || echo "$1: not every version was tried within its time" >&2
  [ -s "$answer" ] || echo "$1 vers=any rc=$2 seconds=0.00 $(words "$complaint")"
  cat "$answer"
}
batches $((5 * longest + 15)) $chosen
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
        limit_s=230,
        active=True,
        needs=("unshare", "mount", "umount", "mount.nfs", "readlink", "sed", "grep", "mktemp", "tr"),
    ),
)
