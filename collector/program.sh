# Asks this node read-only questions and writes the answers to standard output, as tar archives one after the other.
# Needs a POSIX shell, coreutils and tar.  Writes nowhere but in a private folder, which it removes.
# Everything is inside one function: a program cut off in transfer does nothing.
csi_triage_program() {
  umask 077
  set -u
  set +m
  PATH=@PATH@
  export PATH LC_ALL=C
  unset LANGUAGE CDPATH ENV BASH_ENV

  user=$(id -u) || user=unknown
  main=$$ active='' running=0 beats=0 guard='' temporary=''
  sh='sh'
  shell=$(readlink "/proc/$$/exe" 2>/dev/null) || shell=''
  case ${shell##*/} in
    busybox*) sh="$shell sh" ;;
    sh | dash | bash | ash | ksh* | mksh*) sh=$shell ;;
  esac
  export CSI_TRIAGE_SHELL="$sh"
  export CSI_TRIAGE_SALT=@SALT@  # not an argument: those of all processes are collected
  own_group=''
  if command -v setsid >/dev/null 2>&1; then own_group=setsid; fi

  now() {
    read -r uptime _ </proc/uptime
    now_s=${uptime%.*}
    now_cs=$((now_s * 100 + 1${uptime#*.} - 100))
  }

  nap() { sleep 0.05 2>/dev/null || sleep 1; }

  # Prefers a tmpfs with room; any folder that can be written will do.
  make_folder() {
    for room in 262144 0; do
      for parent in ${CSI_TRIAGE_FOLDERS:-} @FOLDERS@; do
        [ -d "$parent" ] && [ -w "$parent" ] || continue
        free=$(df -Pk "$parent" 2>/dev/null | { read -r _; read -r _ _ _ free _; echo "${free:-0}"; })
        [ "${free:-0}" -ge "$room" ] 2>/dev/null || continue
        temporary=$(mktemp -d "$parent/csi-triage.XXXXXX" 2>/dev/null) && return 0
      done
    done
    echo "csi-triage: no folder of this node can be written; nothing was asked." >&2
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

  signal_group() { # SIGNAL PID
    if [ -n "$own_group" ]; then kill -s "$1" -- "-$2" 2>/dev/null; return; fi
    for child in $(cat "/proc/$2/task/$2/children" 2>/dev/null); do signal_group "$1" "$child"; done
    kill -s "$1" "$2" 2>/dev/null
  }

  # A process and what it started.  Stopped first, it starts nothing more, and its children keep their numbers.  A child
  # that has just been started may not have a group of its own yet.
  end_family() {
    kill -s STOP "$1" 2>/dev/null
    for member in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
      signal_group KILL "$member"
      kill -s KILL "$member" 2>/dev/null
    done
    kill -s KILL "$1" 2>/dev/null
  }

  # Ends what still runs and removes the folder; used by the program itself and by its guard.
  clean() {
    trap '' HUP INT PIPE TERM
    for record in "$temporary"/*/runner; do
      read -r left 2>/dev/null <"${record%runner}pid" && signal_group KILL "$left"
      read -r left 2>/dev/null <"$record" && end_family "$left"
    done
    cd / && rm -rf "$temporary"
  }

  leave() {
    trap - EXIT
    trap '' HUP INT PIPE TERM
    exec 2>/dev/null
    for started in $(cat "/proc/$main/task/$main/children"); do end_family "$started"; done
    [ -z "$guard" ] || kill -s KILL "$guard"
    clean
    exit "$1"
  }

  # Ticks every second.  When the program was killed, or has not ended by its deadline, it cleans up in its place.
  # The end of the pipe that is read belongs to the program alone: when it is gone, writing fails.
  stand_guard() {
    exec 3>&- >/dev/null 2>&1 </dev/null
    trap '' HUP INT PIPE TERM
    ticks=0
    while sleep 1; do
      [ -d "/proc/$main" ] && echo tick >&4 || break
      ticks=$((ticks + 1))
      [ "$ticks" -lt @DEADLINE@ ] || break
    done
    read -r self _ </proc/self/stat
    for child in "$main" $(cat "/proc/$main/task/$main/children" 2>/dev/null); do
      [ "$child" = "$self" ] || kill -s KILL "$child" 2>/dev/null
    done
    clean
  }

  # 512 zero bytes between archives mean nothing to tar, and tell the program that nobody reads any more.
  still_read() { dd if=/dev/zero bs=512 count=1 2>/dev/null || leave 141; }

  missing() {
    for command in $1; do
      command -v "$command" >/dev/null 2>&1 || { echo "$command"; return; }
    done
  }

  # run FOLDER BYTES KEEP ARGV...: the command with its limits, in a group of its own; ends with the message "end".
  run() {
    folder=$1 bytes=$2 keep=$3
    shift 3
    exec 3>&- >/dev/null 2>&1 </dev/null
    cd /
    export CSI_TRIAGE_TMP="$folder/tmp"
    ignore_file_size_signal
    ulimit -f $((bytes / block + 1))
    if [ "$keep" = last ]; then
      mkfifo "$folder/pipe"
      tail -c $((bytes + 1)) <"$folder/pipe" >"$folder/out" 4>&- &
      reader=$!
      $own_group "$@" >"$folder/pipe" 2>"$folder/err" 4>&- &
    else
      $own_group "$@" >"$folder/out" 2>"$folder/err" 4>&- &
    fi
    leader=$!
    echo "$leader" >"$folder/pid"
    wait "$leader"
    code=$?
    signal_group KILL "$leader"
    if [ "$keep" = last ]; then wait "$reader"; fi
    echo "$code" >"$folder/rc.new"
    mv "$folder/rc.new" "$folder/rc"
    echo "end ${folder##*/}" >&4
  }

  # probe NAME SECONDS BYTES KEEP NEEDS ARGV...: starts as soon as fewer than eight are running.
  probe() {
    while [ "$running" -ge 8 ]; do next_message; done
    name=$1 limit=$2 bytes=$3 keep=$4 lacks=$(missing "$5")
    shift 5
    folder=$temporary/$name
    mkdir "$folder" "$folder/tmp" || leave 73
    : >"$folder/out" 2>"$folder/err"
    { echo "probe $name"; echo "started $(date -u +%Y-%m-%dT%H:%M:%SZ)"; } >"$folder/meta"
    if [ -n "$lacks" ]; then
      echo "end absent $lacks" >>"$folder/meta"
      emit "$name"
      return
    fi
    now
    eval "began_$name=$now_cs until_$name=$((now_s + limit + 1)) bytes_$name=$bytes keep_$name=$keep"
    run "$folder" "$bytes" "$keep" "$@" &
    echo $! >"$folder/runner"
    running=$((running + 1)) active="$active $name"
  }

  off() {
    mkdir "$temporary/$1" || leave 73
    { echo "probe $1"; echo "end off"; } >"$temporary/$1/meta"
    emit "$1"
  }

  next_message() {
    message='' name=''
    read -r message name <&3 || return 0
    case $message in
      tick)
        beats=$((beats + 1))
        [ $((beats % 4)) -ne 0 ] || still_read
        past_limit ;;
      end | stuck) finish "$name" "$message" ;;
    esac
  }

  past_limit() {
    now
    for name in $active; do
      eval "until=\$until_$name"
      [ "$now_s" -ge "$until" ] || continue
      eval "until_$name=999999999999"
      cut_off "$temporary/$name" &
    done
  }

  # TERM, a second's grace, KILL.  What survives that cannot be waited for: it is written down and left behind.
  cut_off() {
    exec 3>&- >/dev/null 2>&1 </dev/null
    : >"$1/timeout"
    read -r leader <"$1/pid" || return
    signal_group TERM "$leader"
    ended "$1" || signal_group KILL "$leader"
    ended "$1"
    survivors "$leader" >"$1/survivors"
    [ -e "$1/rc" ] || echo "stuck ${1##*/}" >&4
  }

  ended() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
      [ ! -e "$1/rc" ] || return 0
      nap
    done
    return 1
  }

  # "PID STATE WCHAN" of what is left of a group.
  survivors() {
    for process in /proc/[0-9]*; do
      read -r stat 2>/dev/null <"$process/stat" || continue
      rest=${stat##*) }
      state=${rest%% *} rest=${rest#* }
      rest=${rest#* }
      [ "${rest%% *}" = "$1" ] || [ "${process#/proc/}" = "$1" ] || continue
      [ "$state" != Z ] || continue
      waits=''
      read -r waits 2>/dev/null <"$process/wchan"
      echo "${process#/proc/} $state ${waits:-?}"
    done
  }

  finish() { # NAME MESSAGE
    rest=" $active "
    case $rest in *" $1 "*) ;; *) return ;; esac
    active="${rest%% "$1" *} ${rest#* "$1" }" running=$((running - 1))
    folder=$temporary/$1 code='' how=exited
    [ ! -e "$folder/timeout" ] || how=timeout
    if [ "$2" = stuck ]; then
      { read -r left <"$folder/runner" && kill -s KILL "$left" && wait "$left"; } 2>/dev/null
    fi
    if [ -e "$folder/rc" ]; then read -r code <"$folder/rc"; fi
    now
    eval "took=\$((now_cs - began_$1)) bytes=\$bytes_$1 keep=\$keep_$1"
    {
      echo "end $how ${code:--}"
      echo "user $user"
      echo "took $((took / 100)).$((took % 100 / 10))$((took % 10))"
      [ ! -s "$folder/survivors" ] || { read -r left <"$folder/survivors" && echo "left $left"; }
      shorten "$folder/out" "$bytes" "$keep"
      shorten "$folder/err" 65536 first
      cat "$folder/list" 2>/dev/null
    } >>"$folder/meta"
    emit "$1"
  }

  # A copy, so that nothing left behind can change it while it is being sent.
  shorten() { # FILE BYTES KEEP
    size=$(wc -c <"$1")
    if [ "${size##* }" -gt "$2" ]; then echo "cut ${1##*/}"; fi
    if [ "$3" = last ]; then tail -c "$2" <"$1" >"$1.sent"; else head -c "$2" <"$1" >"$1.sent"; fi
    mv -f "$1.sent" "$1"
  }

  # `meta` is the last member: without it the answer has not arrived whole.
  emit() {
    cd "$temporary" || leave 73
    name=$1
    set -- "$name"/files/*
    [ -e "$1" ] || shift
    for stream in err out; do
      if [ -s "$name/$stream" ]; then set -- "$name/$stream" "$@"; fi
    done
    tar $small -cf - "$@" "$name/meta" 2>/dev/null || still_read
    cd /
    rm -rf "${temporary:?}/$name" 2>/dev/null  # who cuts it off may still write there; the end removes the rest
  }

  make_folder
  trap 'leave 129' HUP
  trap 'leave 130' INT
  trap 'leave 141' PIPE
  trap 'leave 143' TERM
  trap 'leave $?' EXIT
  measure_blocks
  small=''
  if tar -b 1 -cf /dev/null -C / dev/null 2>/dev/null; then small='-b 1'; fi
  mkfifo "$temporary/messages"
  exec 3<>"$temporary/messages" 4>"$temporary/messages"
  stand_guard &
  guard=$!

@PROBES@
  while [ "$running" -gt 0 ]; do next_message; done
  leave 0
}
csi_triage_program
