"""Shell text shared by probes that ask many disks (or portals, or shares): one stuck item never holds up the others.

Input    `ask ITEM` (prints the answer) and `tell ITEM RC` (prints one item's record from `$answer` and `$complaint`),
         both shell functions of the probe.
Output   shell text defining `batches LIMIT ITEM...`: 32 at a time, each under LIMIT seconds; an item that has not
         answered by then gets rc 124 and is left behind, also when it is in uninterruptible sleep.
         `LIMITED` adds `limited SECONDS SLIP COMMAND...`: the command's exit code, or 124 after it and all that it
         started were ended; `SECONDS` adds `elapsed FROM TO`: from one reading of /proc/uptime to another, in seconds.
Needs    $CSI_TRIAGE_TMP, the probe's private folder, which the node program makes and removes.
"""

from __future__ import annotations

SIDE_BY_SIDE = r"""
cd "$CSI_TRIAGE_TMP" || exit 70
uptime_s() { read -r now _ </proc/uptime; now=${now%.*}; }
nap() { # short at first, so that waiting for long does not start many processes
  naps=$((naps + 1)) pause=0.05
  [ "$naps" -lt 40 ] || pause=0.5
  sleep "$pause" 2>/dev/null || sleep 1
}
start_one() {
  ( ask "$2" >"$1.out" 2>"$1.err" </dev/null; echo $? >"$1.tmp"; mv "$1.tmp" "$1.rc" ) &
}
answered() {
  at=0
  while [ "$at" -lt "$1" ]; do
    at=$((at + 1))
    [ -e "$at.rc" ] || return 1
  done
}
one_batch() {
  limit=$1 count=0 naps=0
  shift
  for item do
    count=$((count + 1))
    start_one "$count" "$item"
  done
  uptime_s
  end=$((now + limit))
  until answered "$count"; do
    uptime_s
    [ "$now" -lt "$end" ] || break
    nap
  done
  count=0
  for item do
    count=$((count + 1)) rc=124
    if [ -e "$count.rc" ]; then read -r rc <"$count.rc"; fi
    answer=$count.out complaint=$count.err
    tell "$item" "$rc"
    rm -f "$count.rc" "$count.out" "$count.err"
  done
}
batches() {
  of=$1 size=0 batch=0
  shift
  for item do
    size=$((size + 1))
    eval "item_$size=\$item"
  done
  while [ "$batch" -lt "$size" ]; do
    set --
    while [ $# -lt 32 ] && [ "$batch" -lt "$size" ]; do
      batch=$((batch + 1))
      eval "set -- \"\$@\" \"\$item_$batch\""
    done
    mkdir "batch$batch" && cd "batch$batch" || exit 70
    one_batch "$of" "$@"
    cd ..
  done
}
"""

# Stopped first, a process starts nothing more, and its children keep their numbers.  What is in uninterruptible sleep
# ends when it wakes; nobody waits for it.
LIMITED = r"""
end_tree() {
  kill -s STOP "$1" 2>/dev/null
  for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do end_tree "$child"; done
  kill -s KILL "$1" 2>/dev/null
}
limited() {
  uptime_s
  last=$((now + $1)) slip=$2 naps=0
  shift 2
  rm -f "$slip.rc"
  ( "$@"; echo $? >"$slip.tmp"; mv "$slip.tmp" "$slip.rc" ) &
  started=$!
  while [ ! -e "$slip.rc" ]; do
    uptime_s
    [ "$now" -lt "$last" ] || { end_tree "$started"; return 124; }
    nap
  done
  read -r code <"$slip.rc"
  return "$code"
}
"""

SECONDS = r"""
elapsed() {
  from=${1%.*}${1#*.} to=${2%.*}${2#*.}
  while :; do case $from in 0?*) from=${from#0} ;; *) break ;; esac; done
  while :; do case $to in 0?*) to=${to#0} ;; *) break ;; esac; done
  hundredths=$((to - from))
  rest=$((hundredths % 100))
  [ "$rest" -gt 9 ] || rest=0$rest
  echo "$((hundredths / 100)).$rest"
}
"""

# A disk that may not be opened would answer like a dead one, so without permission nothing is asked.
DISKS = r"""
disks() {
  set --
  for disk in /dev/sd*; do
    case ${disk#/dev/sd} in *[!a-z]* | '') continue ;; esac
    [ -e "$disk" ] || continue
    [ -r "$disk" ] || { echo "$disk: permission denied" >&2; exit 77; }
    set -- "$@" "$disk"
  done
  list=$*
}
disks
"""
