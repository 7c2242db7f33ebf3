"""Block devices as sysfs, udev, lsblk and LVM show them, and one direct read from dead ones."""

from __future__ import annotations

from bundle.capture import Status
from collector.probes.probe import LOOP_EXIT_CODES, MIB, AnyProbe, Probe
from collector.probes.side_by_side import DISKS, SIDE_BY_SIDE
from collector.probes.unsafe_maps import UNSAFE_MAPS

_SYSFS_BLOCK = r"""
cd /sys/block || exit 1
attributes() { of=$1; shift; for attribute do grep -sH '' $of/$attribute; done; }
attributes 'sd*/device' state vendor model rev wwid scsi_level timeout access_state preferred_path dh_state \
  queue_depth ioerr_cnt iodone_cnt iorequest_cnt
attributes 'sd*' size ro dev
attributes 'dm-*/dm' name uuid suspended
attributes 'dm-*' size ro dev
attributes 'nvme*n*' size ro dev wwid
attributes 'nvme*n*/device' state model serial transport address subsysnqn
for d in sd* dm-* nvme*n*; do
  [ -e "$d" ] || continue
  echo "$d/holders:" $d/holders/*
  echo "$d/slaves:" $d/slaves/*
done
for d in sd* nvme*n*; do [ -e "$d" ] && ls -ld "$d" "$d/device"; done
exit 0
"""

_LSBLK = r"""
first=NAME,KNAME,PKNAME,TYPE,SIZE
last=STATE,HCTL,RO,VENDOR,MODEL,TRAN
lsblk -J -o "$first,MOUNTPOINTS,$last" 2>/dev/null || lsblk -J -o "$first,MOUNTPOINT,$last"
"""

_LVM_PVS = (
    UNSAFE_MAPS
    + r"""
skip() { echo "skipped: $1, a reader would hang" >&2; exit 75; }
for state in /sys/block/sd*/device/state; do
  [ -r "$state" ] || continue
  read -r now <"$state"
  disk=${state#/sys/block/}
  case $now in *blocked*) skip "disk ${disk%%/*} is $now" ;; esac
done
[ -z "$suspended" ] || skip "the maps ${suspended} are suspended"
while IFS= read -r line; do
  [ -n "$line" ] || continue
  if unsafe "${line%%: *}" "${line#*: }"; then skip "$why"; fi
done <<END
${status-}
END
exec pvs -o +devices --reportformat json
"""
)

# One block of 4096 bytes from each map whose paths all failed (never from one that queues or is suspended), and from
# each disk that nothing holds and that does not answer INQUIRY.  Bytes are counted: a dead disk may end well with 0.
_DIRECT_READ = (
    UNSAFE_MAPS
    + SIDE_BY_SIDE
    + DISKS
    + r"""
choose_maps() {
  while IFS= read -r line; do
    name=${line%%: *}
    case $line in *': '*' multipath '*) ;; *) continue ;; esac
    usable_path "${line#*: }" && continue
    if unsafe "$name" "${line#*: }"; then echo "skipped: $why" >&2; continue; fi
    [ -e "/dev/mapper/$name" ] && chosen="$chosen /dev/mapper/$name"
  done <<END
${status-}
END
}
ask() { scsi_id -g -u -d "$1"; }
tell() { [ "$2" = 1 ] && chosen="$chosen $1"; }
unheld() {
  idle=''
  for disk in $list; do
    name=${disk#/dev/}
    read -r state 2>/dev/null <"/sys/block/$name/device/state" || continue
    [ "$state" = running ] || continue
    [ -z "$(ls "/sys/block/$name/holders")" ] && idle="$idle $disk"
  done
}
chosen=''
choose_maps
unheld
if command -v scsi_id >/dev/null 2>&1; then mkdir ids && cd ids && batches 6 $idle && cd ..; fi
[ -n "$chosen" ] || exit 21
ask() {
  echo "== $1" >&2
  { dd if="$1" bs=4096 count=1 iflag=direct; echo $? >&3; } 3>"$$.${1##*/}" | wc -c
  read -r code <"$$.${1##*/}"
  return "$code"
}
tell() {
  bytes=0
  [ "$2" = 124 ] || read -r bytes <"$answer"
  cat "$complaint" >&2
  echo "$1 rc=$2 bytes=${bytes##* }"
}
batches 8 $chosen
exit 0
"""
)

_LINKS = {0: Status.COLLECTED, 1: Status.COLLECTED, 2: Status.ABSENT}  # ls: 1 a link went meanwhile, 2 no such folder

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "sysfs_block",
        ("sh", "-c", _SYSFS_BLOCK),
        reads="state, identity, size, holders and slaves of each disk and map, from sysfs",
        limit_s=60,
        limit_bytes=16 * MIB,
        needs=("grep", "ls"),
    ),
    Probe(
        "disk_by_id",
        ("ls", "-l", "/dev/disk/by-id/"),
        reads="udev's names of disks by identity",
        exit_codes=_LINKS,
        limit_bytes=8 * MIB,
    ),
    Probe(
        "disk_by_path",
        ("ls", "-l", "/dev/disk/by-path/"),
        reads="udev's names of disks by path",
        exit_codes=_LINKS,
        limit_bytes=8 * MIB,
    ),
    Probe(
        "lsblk",
        ("sh", "-c", _LSBLK),
        reads="the tree of block devices with mount points (only columns that need no read from a disk)",
        limit_bytes=16 * MIB,
        needs=("lsblk",),
    ),
    Probe(
        "lvm_pvs",
        ("sh", "-c", _LVM_PVS),
        reads="LVM physical volumes; skipped while a reader could hang (a map queues, is suspended, a disk is blocked)",
        root="reads LVM labels from disks",
        limit_s=60,
        exit_codes=LOOP_EXIT_CODES,  # 75 is skipped: failed, with the reason
        needs=("pvs",),
    ),
    Probe(
        "direct_read",
        ("sh", "-c", _DIRECT_READ),
        reads="reads one block from each dead map that does not queue, and from each dead disk that nothing holds",
        root="opens disks and maps",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=90,
        active=True,
        needs=("dd", "wc"),
    ),
)
