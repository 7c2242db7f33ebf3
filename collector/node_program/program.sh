#!/bin/sh
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

  @LIMITS@
  user=$(id -u) || user=unknown
  main=$$ active='' running=0 questions=0 held='' sent=0 weight=0 over='' beats=0 guard='' temporary=''
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

  # What the guard needs as well, it gets as text.
  family=@FAMILY@
  guard_text=@GUARD@
  eval "$family"

@BOUNDS@

@SENDING@

  leave() {
    trap - EXIT
    trap '' HUP INT PIPE TERM
    exec 2>/dev/null
    for started in $(cat "/proc/$main/task/$main/children"); do end_family "$started"; done
    clean
    [ -z "$guard" ] || end_family "$guard"  # last: until then it would clean up in our place
    exit "$1"
  }

  # Begins before there is a folder.  Its pid is read to the end, which is when it stands.
  stand_guard() {
    read -r born </proc/$$/stat
    set -- ${born##*) }
    guard=$(
      main=$main born=${20} deadline=@DEADLINE@ temporary=$temporary own_group=$own_group \
        CSI_TRIAGE_GUARD="$family$guard_text" \
        $own_group $sh -c 'eval "$CSI_TRIAGE_GUARD"' csi-triage 2>/dev/null </dev/null &
    )
    [ -n "$guard" ] || { echo "csi-triage: the folder $temporary cannot be made; nothing was asked." >&2; exit 73; }
  }

  # 512 zero bytes between archives mean nothing to tar, and tell the program that nobody reads any more.
  still_read() { dd if=/dev/zero bs=512 count=1 2>/dev/null || leave 141; }

  missing() {
    for command in $1; do
      command -v "$command" >/dev/null 2>&1 || { echo "$command"; return; }
    done
  }

  # run FOLDER BYTES KEEP ARGV...: the command with its limits, in a group of its own; ends with the message "end".
  # What has a reader of its own can be read to its end also when a process that cannot be killed holds the pipe.
  run() {
    folder=$1 bytes=$2 keep=$3
    shift 3
    exec 3>&- >/dev/null 2>&1 </dev/null
    cd /
    read -r self _ </proc/self/stat
    echo "$self" >"$folder/runner" || exit
    export CSI_TRIAGE_TMP="$folder/tmp"
    bind_process "$bytes"
    if [ "$keep" = last ]; then
      mkfifo "$folder/said" "$folder/heard"
      cat <"$folder/said" >"$folder/heard" 4>&- &
      echo $! >"$folder/relay"
      { tail -c $((bytes + 1)) <"$folder/heard" >"$folder/out"; echo >"$folder/read"; } 4>&- &
      reader=$!
      $own_group "$@" >"$folder/said" 2>"$folder/err" 4>&- &
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

  # probe NAME SECONDS BYTES KEEP NEEDS ARGV...: starts as soon as there is a place.
  probe() {
    while [ "$running" -ge "$most_at_once" ]; do next_message; done
    name=$1 limit=$2 bytes=$3 keep=$4 lacks=$(missing "$5")
    shift 5
    folder=$temporary/$name
    mkdir "$folder" "$folder/tmp" || leave 73
    : >"$folder/out" 2>"$folder/err"
    { echo "probe $name"; echo "started $(date -u +%Y-%m-%dT%H:%M:%SZ)"; } >"$folder/meta"
    if [ -n "$lacks" ] || [ -n "$over" ]; then
      if [ -n "$lacks" ]; then echo "end absent $lacks"; else echo "end $over"; fi >>"$folder/meta"
      emit "$name"
      return
    fi
    now
    eval "began_$name=$now_cs until_$name=$((now_s + limit + 1)) bytes_$name=$bytes keep_$name=$keep"
    run "$folder" "$bytes" "$keep" "$@" &
    running=$((running + 1)) active="$active $name"
    if [ "$keep" = first ]; then questions=$((questions + 1)); fi
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
        past_limit
        watch_use ;;
      end) [ -e "$temporary/$name/ending" ] || finish "$name" ;;  # else it is being cut off, and told by that
      cut) finish "$name" ;;
    esac
  }

  past_limit() {
    now
    for each in $active; do
      eval "until=\$until_$each"
      if [ "$now_s" -ge "$until" ]; then give_up "$each" timeout; fi
    done
  }

  give_up() { # NAME HOW
    [ ! -e "$temporary/$1/ending" ] || return 0
    echo "$2" >"$temporary/$1/ending"
    cut_off "$temporary/$1" &
  }

  # TERM, a second's grace, KILL.  What survives that cannot be waited for: it is written down and left behind.
  cut_off() {
    exec 3>&- >/dev/null 2>&1 </dev/null
    soon "$1/pid"
    read -r leader <"$1/pid" || leader=''
    if [ -n "$leader" ]; then
      signal_group TERM "$leader"
      soon "$1/rc" || { signal_group KILL "$leader"; soon "$1/rc"; }
      nap
      survivors "$leader" "$1/rc" >"$1/survivors"
      if [ ! -e "$1/rc" ] && read -r relay <"$1/relay"; then kill -s KILL "$relay" && soon "$1/read"; fi
    fi
    echo "cut ${1##*/}" >&4
  }

  # Whether a file is there within a second.
  soon() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
      [ ! -s "$1" ] || return 0
      nap
    done
    return 1
  }

  # "PID STATE WCHAN" of what is left of a group.  Where its leader has ended, so have all that could be ended.
  survivors() { # LEADER ENDED
    for process in /proc/[0-9]*; do
      read -r stat 2>/dev/null <"$process/stat" || continue
      rest=${stat##*) }
      state=${rest%% *} rest=${rest#* }
      rest=${rest#* }
      [ "${rest%% *}" = "$1" ] || [ "${process#/proc/}" = "$1" ] || continue
      case $state in Z) continue ;; D) ;; *) [ ! -e "$2" ] || continue ;; esac
      waits=''
      read -r waits 2>/dev/null <"$process/wchan"
      echo "${process#/proc/} $state ${waits:-?}"
    done
  }

  finish() { # NAME
    rest=" $active "
    case $rest in *" $1 "*) ;; *) return ;; esac
    active="${rest%% "$1" *} ${rest#* "$1" }" running=$((running - 1))
    folder=$temporary/$1
    if [ ! -e "$folder/rc" ]; then
      { read -r left <"$folder/runner" && kill -s KILL "$left" && wait "$left"; } 2>/dev/null
    fi
    now
    eval "took=\$((now_cs - began_$1)) keep=\$keep_$1"
    {
      echo "user $user"
      echo "took $((took / 100)).$((took % 100 / 10))$((took % 10))"
      [ ! -s "$folder/survivors" ] || { read -r left <"$folder/survivors" && echo "left $left"; }
    } >>"$folder/meta"
    settle "$1" "$keep"
  }

  be_gentle
  choose_folder
  stand_guard
  trap 'leave 129' HUP
  trap 'leave 130' INT
  trap 'leave 141' PIPE
  trap 'leave 143' TERM
  trap 'leave $?' EXIT
  measure_blocks
  page=$(getconf PAGESIZE 2>/dev/null) || page=4096
  small=''
  if tar -b 1 -cf /dev/null -C / dev/null 2>/dev/null; then small='-b 1'; fi
  mkfifo "$temporary/messages"
  exec 3<>"$temporary/messages" 4>"$temporary/messages"

@PROBES@
  while [ "$running" -gt 0 ]; do next_message; done
  leave 0
}
csi_triage_program
