"""Shell text shared by probes that read through maps: which of them a reader would hang on.

A reader of a map that queues without a usable path, of a suspended map, or of a blocked disk sleeps uninterruptibly.

Output   shell text that asks dmsetup once: `$suspended` holds "/NAME/" of each suspended map, `$status` the lines of
         `dmsetup status` of multipath maps (unset without any map); `usable_path STATUS` is true for a map with an
         active path; `unsafe NAME STATUS` is true for a map that must not be read, and says `$why`.
Errors   ends with 75 when there are maps and dmsetup does not tell of them: then every map counts as unsafe.
"""

from __future__ import annotations

UNSAFE_MAPS = r"""
suspended='' queueing='' maps=''
for map in /sys/block/dm-*; do [ -e "$map" ] && maps=1; done
if [ -n "$maps" ]; then
  if ! command -v dmsetup >/dev/null 2>&1; then
    echo "skipped: there are maps, and without dmsetup it is not known whether they queue" >&2
    exit 75
  fi
  info=$(dmsetup info -c --noheadings --separator '|' -o name,suspended) || exit 75
  table=$(dmsetup table --target multipath) || exit 75
  status=$(dmsetup status --target multipath) || exit 75
  while IFS='|' read -r name state; do
    case $state in [Ss]uspended | 1) suspended="$suspended/$name/" ;; esac
  done <<END
$info
END
  while IFS= read -r line; do
    case " $line " in *' queue_if_no_path '*) queueing="$queueing/${line%%: *}/" ;; esac
  done <<END
$table
END
fi
usable_path() {
  before=''
  for word in $1; do
    case $before,$word in [0-9]*:[0-9]*,A) return 0 ;; esac
    before=$word
  done
  return 1
}
unsafe() {
  case $suspended in */"$1"/*) why="map $1 is suspended"; return 0 ;; esac
  case $queueing in */"$1"/*) ;; *) return 1 ;; esac
  usable_path "$2" && return 1
  why="map $1 queues without a usable path"
}
"""
