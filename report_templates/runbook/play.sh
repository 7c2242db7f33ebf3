# How the script begins, plays its steps and ends.  Exit codes: 0 done, 2 wrong use, 3 refused, 4 a command failed,
# 5 a question was not answered with yes, 6 ran to its end but something is left, 128+N ended by a signal.

work='' transcript='' over=no

begin() {
    parse "$@"
    [ "$role" = node ] || PATH=$PATH:$callers_path  # an admin may keep kubectl anywhere
    work=$(mktemp -d "${TMPDIR:-/tmp}/runbook.XXXXXX") || { complain "$T_no_folder"; exit 2; }
    trap 'cleanup $?' EXIT
    trap 'interrupted 1' HUP
    trap 'interrupted 2' INT
    trap 'interrupted 3' QUIT
    trap 'interrupted 13' PIPE
    trap 'interrupted 15' TERM
    [ "$mode" = apply ] || play 9>/dev/null
    own_sha256
    stem=./runbook-$script_name-$(date -u +%Y%m%dT%H%M%SZ)
    if [ -e "$stem.log" ]; then  # of another run, begun in this very second
        sleep 1
        stem=./runbook-$script_name-$(date -u +%Y%m%dT%H%M%SZ)
    fi
    transcript=$stem.log
    if [ ! -e "$stem.json" ] && [ ! -L "$stem.json" ]; then
        set -C  # the transcript is created, never overwritten, and no link is followed
        play 9>"$transcript"
    fi
    complain "$T_no_transcript" "$transcript"
    exit 2
}

# play: runs with descriptor 9 open on the transcript (or on /dev/null), and never returns.
play() {
    set +C
    if [ "$mode" = apply ]; then result=$stem.json; clock; started=$at; fi
    sayf "$T_heading" "$script_name" "$bundle"
    case $choice in --only) sayf "$T_only" "$first" "$total" ;; --from) sayf "$T_from" "$first" "$total" ;; esac
    note "$at  $0  sha256 ${script_sha256:--}"
    is_this_host || stop 3 "$why"
    [ "$mode" = show ] || preflight
    steps
    say ''
    [ "$mode" = apply ] || foretell
    over=yes
    close
    exit_code=$?
    reopen
    sayf "$T_transcript" "$transcript" "$result"
    exit "$exit_code"
}

# close: the closing sentence, and in $? the exit code that goes with it.
close() {
    [ -z "$hands" ] || [ "$sure" = yes ] || ! answered "$(printf "$T_hands_question" "$hands")" || hands=''
    if [ -n "$hands$odd" ]; then
        reason=$(what_is_left)
        say "$reason"
        return 6
    fi
    if [ -z "$choice" ]; then say "$T_all_done"; else say "$T_chosen_done"; fi
}

what_is_left() {
    printf '%s\n' "$T_unfinished"
    [ -z "$hands" ] || printf "$T_hands_left\n" "$hands"
    [ -z "$odd" ] || printf "$T_otherwise\n" "$odd"
}

foretell() {
    if [ "$refused" -gt 0 ]; then sayf "$T_would_stop" "$refused"; exit 3; fi
    say "$T_would_all_run"
    exit 0
}

# The device names in here are those of one host between two boots.
is_this_host() {
    if [ "$role" != node ]; then
        if [ -n "$expected_boots" ]; then is_this_cluster; else say "$T_which_cluster"; fi
        return
    fi
    if [ -z "$expected_hostname" ] || [ -z "$expected_boot_id" ]; then refuse "$T_unbound"; return; fi
    value_of /proc/sys/kernel/hostname || return
    [ "$value" = "$expected_hostname" ] || { refuse "$T_other_host" "$expected_hostname" "$value"; return; }
    value_of /proc/sys/kernel/random/boot_id || return
    [ "$value" = "$expected_boot_id" ] || { refuse "$T_other_boot" "$expected_boot_id" "$value"; return; }
    [ "$mode" = show ] || [ "$(id -u)" = 0 ] || { refuse "$T_not_root"; return; }
}

# stop EXIT_CODE SENTENCE [STATUS [EXIT_CODE]]: ends the script at this step, and says what was done before.
stop() {
    reason=$2
    [ "${3:-running}" = running ] || running=''
    [ -z "${3-}" ] || record "$3" "${4-}" "$2"
    printf '%s\n' "$2" >&2
    note "$2"
    summary
    reopen
    exit "$1"
}

summary() {
    [ "$mode" = apply ] || return 0
    say ''
    if [ -n "$done_steps" ]; then sayf "$T_done_so_far" "$done_steps"; else say "$T_nothing_done"; fi
    [ -z "$running" ] || sayf "$T_still_running" "$running"
    sayf "$T_transcript" "$transcript" "$result"
}

# take_back STEP STEP_THAT_UNDOES SHOWN COMMAND...: a node must not stay closed for pods that were never deleted.  Once
# one was, the new one may be on its way back to it; a node that was closed before is not ours to open; and who chose to
# end here has a reason: then it is told.
take_back() {
    case "$done_steps " in *" $2 "*) return 0 ;; esac
    case "$done_steps $running " in *" $1 "*) ;; *) return 0 ;; esac
    [ "$1" != "$running" ] || over=yes  # it goes on, and may close the node after us
    number=$2 shown=$3
    shift 3
    if [ "$over" = no ] && [ "$spared" = yes ] && timed 60 "$@" && [ "$code" -eq 0 ]; then
        sayf "$T_taken_back" "$shown"
        record done 0 "$(printf "$T_taken_back" "$shown")"
    else
        sayf "$T_take_back" "$shown"
    fi
}

interrupted() {
    trap '' HUP INT QUIT PIPE TERM
    [ "$1" -ne 13 ] || exec >/dev/null  # nobody reads any more
    number=$running
    stop "$((128 + $1))" "$T_interrupted" "${running:+running}"
}

# cleanup EXIT_CODE
cleanup() {
    trap '' HUP INT QUIT PIPE TERM
    write_result "$(outcome "$1")" "$1"
    [ -z "$work" ] || rm -rf -- "$work"
}
