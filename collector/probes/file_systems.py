"""Whether mounted file systems still work: ext4 counts its errors, and an xfs that was shut down refuses a `stat`.

/proc/mounts says rw of both all the while.
"""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, MIB, AnyProbe, Probe
from collector.probes.side_by_side import SIDE_BY_SIDE
from collector.probes.unsafe_maps import UNSAFE_MAPS

_EXT4_ERRORS = r"""
[ -d /sys/fs/ext4 ] || exit 21
for fs in /sys/fs/ext4/*; do
  case $fs in */features | */\*) continue ;; esac
  if [ ! -e "$fs/errors_count" ] && [ -d "$fs" ]; then echo "skipped: this kernel counts no errors" >&2; exit 75; fi
  grep -sH '' "$fs/errors_count" "$fs/first_error_time" "$fs/last_error_time"
done
exit 0
"""

# What the mount stands on is followed down to its disks; where a reader could hang, nothing is asked.  Of mounts on one
# directory the last is on top.  A mount point is told as mountinfo writes it, without blanks: \040.
_MOUNT_STAT = (
    UNSAFE_MAPS
    + SIDE_BY_SIDE
    + r"""
stuck=$suspended
while IFS= read -r line; do
  [ -n "$line" ] || continue
  if unsafe "${line%%: *}" "${line#*: }"; then stuck="$stuck/${line%%: *}/"; fi
done <<END
${status-}
END
hangs() {
  at=$1 live='' controllers=''
  if [ -e "$at/partition" ]; then at=$at/..; fi
  if read -r name 2>/dev/null <"$at/dm/name"; then
    case $stuck in */"$name"/*) why="map $name is suspended, or queues without a usable path"; return 0 ;; esac
  fi
  if read -r state 2>/dev/null <"$at/device/state"; then
    case $state in *blocked* | connecting | resetting) why="a disk below it is $state"; return 0 ;; esac
  fi
  for controller in "$at"/device/nvme*/state; do
    read -r state 2>/dev/null <"$controller" || continue
    controllers=1
    if [ "$state" = live ]; then live=1; fi
  done
  if [ -n "$controllers" ] && [ -z "$live" ]; then why="no NVMe controller below it is live"; return 0; fi
  for below in "$at"/slaves/*; do
    [ -e "$below" ] || continue
    hangs "$below" && return 0
  done
  return 1
}
# A line of mountinfo: id, parent, major:minor, root, mount point, options and tags, "-", type, source, more options.
chosen=' ' skipped=''
choose() {
  while read -r _ _ device _ point rest; do
    case $point in */plugins/kubernetes.io/csi/* | */volumes/kubernetes.io~csi/*) ;; *) continue ;; esac
    case $chosen in *" $point "*) chosen="${chosen%%" $point "*} ${chosen#*" $point "}" ;; esac
    rest=${rest#* - }
    case $rest in ext[234]' /dev/'* | 'xfs /dev/'*) ;; *) continue ;; esac
    if hangs "/sys/dev/block/$device"; then printf 'skipped: %s: %s\n' "$point" "$why" >&2; skipped=1; continue; fi
    chosen="$chosen$point "
  done
}
mounts=$(cat /proc/1/mountinfo) || exit 77
choose <<END
$mounts
END
plain() {
  rest=$1 text=''
  while :; do
    case $rest in *\\*) text="$text${rest%%\\*}\\0" rest=${rest#*\\} ;; *) break ;; esac
  done
  printf '%b.' "$text$rest"
}
ask() {
  point=$(plain "$1")
  stat "${point%.}" >/dev/null
}
tell() {
  said=''
  [ "$2" = 124 ] || said=$(tr -s '\n\t\r ' '    ' <"$complaint")
  case $said in *'ermission denied'*) printf '%s: permission denied\n' "$1" >&2; exit 77 ;; esac
  printf '%s rc=%s%s\n' "$1" "$2" "${said:+ $said}"
}
set -f
if [ -n "${chosen# }" ]; then batches 6 $chosen; exit 0; fi
[ -n "$skipped" ] && exit 75
exit 21
"""
)

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "ext4_errors",
        ("sh", "-c", _EXT4_ERRORS),
        reads="the error counter of each mounted ext4 with the times of its first and last error",
        exit_codes=LOOP_EXIT_CODES,
        needs=("grep",),
    ),
    Probe(
        "mount_stat",
        ("sh", "-c", _MOUNT_STAT),
        reads="stat of each mounted CSI volume (ext4, xfs), but where a reader could hang; 6 s for each",
        root="the kubelet's folders are open to root only",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=90,
        limit_bytes=8 * MIB,
        active=True,
        needs=("cat", "stat", "tr"),
    ),
)
