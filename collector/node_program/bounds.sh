# What the program may cost this node: most_* are its limits (collector/node_program/limits.py).

  # The least of the processors and of the disks; what is started later inherits it.
  be_gentle() {
    renice -n 19 -p "$main" >/dev/null 2>&1 || echo "csi-triage: going on without renice." >&2
    ionice -c 3 -p "$main" >/dev/null 2>&1 || echo "csi-triage: going on without ionice." >&2
  }

  # KiB that are free in a folder.  Asked of that folder alone: df may ask every mount, and a dead one holds it for ever.
  # On a tmpfs all that is written takes memory.
  free_kib() {
    set -- $(stat -f -c '%a %S %T' "$1" 2>/dev/null) 0 0 none
    free=$(($1 * $2 / 1024))
    [ "$3" = tmpfs ] || return 0
    while read -r key value _; do
      if [ "$key" = MemAvailable: ] && [ "$((value / 2))" -lt "$free" ]; then free=$((value / 2)); fi
    done </proc/meminfo
  }

  # Prefers a tmpfs with room; any folder that can be written will do.  Of what is free, half is left to others.
  choose_folder() {
    for room in $((most_folder_bytes / 1024 * 2)) $((most_least_free_bytes / 1024)); do
      for parent in ${CSI_TRIAGE_FOLDERS:-} @FOLDERS@; do
        [ -d "$parent" ] && [ -w "$parent" ] || continue
        free_kib "$parent"
        [ "$free" -ge "$room" ] || continue
        folder_kib=$((most_folder_bytes / 1024))
        [ "$folder_kib" -le $((free / 2)) ] || folder_kib=$((free / 2))
        temporary=$(mktemp -u "$parent/csi-triage.XXXXXXXXXX" 2>/dev/null) && return 0
      done
    done
    echo "csi-triage: no folder of this node can be written and has $((most_least_free_bytes / 1048576)) MiB free; nothing was asked." >&2
    exit 73
  }

  # bash counts `ulimit -f` in blocks of 1024 bytes, dash and busybox in blocks of 512: measured, not guessed.
  measure_blocks() {
    (
      ignore_file_size_signal
      ulimit -f 1 && dd if=/dev/zero of="$temporary/block" bs=256 count=8
    ) >/dev/null 2>&1
    block=$(wc -c <"$temporary/block" 2>/dev/null) || block=512
    case ${block##* } in 1024) block=1024 ;; *) block=512 ;; esac
    rm -f "$temporary/block"
  }

  # Ignored, the signal becomes a failed write, and no core is dumped.
  ignore_file_size_signal() { trap '' XFSZ 2>/dev/null || trap '' 25; }

  # What the kernel keeps for each process of a probe; what it does not know is left out.  `ulimit -v` would count the
  # mapped files of a journal, which take no memory that is missed; `-d` does not (Linux 4.7).
  bind_process() { # BYTES
    ignore_file_size_signal
    ulimit -f $(($1 / block + 1))
    ulimit -c 0
    ulimit -S -t "$most_process_cpu_s"
    ulimit -H -t $((most_process_cpu_s + 5))
    ulimit -d $((most_process_memory_bytes / 1024))
  } 2>/dev/null

  # Adds to $cpu (hundredths of a second) and $pages what a process and its descendants use, without starting one.
  weigh() { # PID
    set -- "$1"
    while [ $# -gt 0 ]; do
      state='' children='' resident=0 shared=0
      read -r state 2>/dev/null <"/proc/$1/stat"
      read -r _ resident shared _ 2>/dev/null <"/proc/$1/statm"
      read -r children 2>/dev/null <"/proc/$1/task/$1/children"
      shift
      [ -n "$state" ] || continue
      add_times ${state##*) }
      pages=$((pages + resident - shared))
      set -- "$@" $children
    done
  }

  # Of proc_pid_stat(5) the fields 14 to 17: utime, stime, and those of children that were waited for.
  add_times() { cpu=$((cpu + ${12} + ${13} + ${14} + ${15})); }

  # Every second.
  watch_use() {
    cpu=0 pages=0
    weigh "$main"
    if [ -z "$over" ] && [ "$cpu" -ge $((most_cpu_s * 100)) ]; then
      over="over cpu $most_cpu_s"
      for each in $active; do give_up "$each" "$over"; done
    fi
    if [ $((pages * page / 1024)) -gt $((most_memory_bytes / 1024)) ]; then
      give_up_largest "over memory $most_memory_bytes" held_by
    fi
    folder_size "$temporary"
    if [ "$kib" -gt "$folder_kib" ]; then give_up_largest "over folder $((folder_kib * 1024))" written_by; fi
  }

  folder_size() {
    kib=$(du -sk "$1" 2>/dev/null)
    kib=${kib%%[!0-9]*} kib=${kib:-0}
  }

  held_by() {
    pages=0
    read -r runner 2>/dev/null <"$temporary/$1/runner" && weigh "$runner"
    use=$pages
  }

  written_by() { folder_size "$temporary/$1"; use=$kib; }

  # What is being ended already has yet to give back what it holds: until then nothing else is.
  give_up_largest() { # HOW MEASURE
    largest='' most=-1
    for each in $active; do
      [ ! -e "$temporary/$each/ending" ] || return 0
      "$2" "$each"
      if [ "$use" -gt "$most" ]; then largest=$each most=$use; fi
    done
    [ -z "$largest" ] || give_up "$largest" "$1"
  }
