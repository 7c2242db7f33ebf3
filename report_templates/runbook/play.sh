# What the script does with its steps.  Exit codes: 0 done, 2 wrong use, 3 refused, 4 a command failed,
# 5 a question was not answered with yes, 128+N ended by a signal.

mode=show sure=no total=0 refused=0 number=0 done_steps='' running='' work='' transcript='' asked=0
otherwise='' hands='' spared=yes  # readings that failed, steps by hand before this one, whether no pod was touched

say() {
    printf '%s\n' "$*"
    printf '%s\n' "$*" >&9
}

sayf() {
    format=$1
    shift
    say "$(printf "$format" "$@")"
}

complain() {
    format=$1
    shift
    printf "$format\n" "$@" >&2
}

# stop CODE SENTENCE: ends the script, and says what was done before.
stop() {
    printf '%s\n' "$2" >&2
    printf '%s\n' "$2" >&9
    summary
    reopen
    exit "$1"
}

# take_back STEP STEP_THAT_UNDOES SHOWN COMMAND...: a node must not stay closed for pods that were never deleted.  Once
# one was, the new one may be on its way back to it, and a node that was closed before is not ours to open: then told.
take_back() {
    case "$done_steps " in *" $2 "*) return 0 ;; *" $1 "*) ;; *) return 0 ;; esac
    shown=$3
    shift 3
    if [ "$spared" = yes ] && ask 60 "$@" && [ "$code" -eq 0 ]; then
        sayf "$T_taken_back" "$shown"
    else
        sayf "$T_take_back" "$shown"
    fi
}

summary() {
    [ "$mode" = apply ] || return 0
    say ''
    if [ -n "$done_steps" ]; then sayf "$T_done_so_far" "$done_steps"; else say "$T_nothing_done"; fi
    [ -z "$running" ] || sayf "$T_still_running" "$running"
    sayf "$T_transcript" "$transcript"
}

cleanup() {
    [ -z "$work" ] || rm -rf -- "$work"
}

interrupted() {
    trap '' INT TERM HUP
    stop "$((128 + $1))" "$T_interrupted"
}

parse() {
    while [ "$#" -gt 0 ]; do
        case $1 in
        --apply) mode=apply ;;
        --yes) sure=yes ;;
        -h | --help) usage; exit 0 ;;
        *) complain "$T_bad_option" "$1"; usage >&2; exit 2 ;;
        esac
        shift
    done
    [ "$sure" = no ] || [ "$mode" = apply ] || { complain "$T_yes_alone"; exit 2; }
}

usage() {
    printf "$T_usage\n" "$script_name" "$script_name" "$script_name" "$bundle"
}

# The device names in here are those of one host between two boots.
is_this_host() {
    [ "$role" = node ] || return 0
    if [ -z "$expected_hostname" ] || [ -z "$expected_boot_id" ]; then refuse "$T_unbound"; return; fi
    value_of /proc/sys/kernel/hostname || return
    [ "$value" = "$expected_hostname" ] || { refuse "$T_other_host" "$expected_hostname" "$value"; return; }
    value_of /proc/sys/kernel/random/boot_id || return
    [ "$value" = "$expected_boot_id" ] || { refuse "$T_other_boot" "$expected_boot_id" "$value"; return; }
    [ "$mode" = show ] || [ "$(id -u)" = 0 ] || { refuse "$T_not_root"; return; }
}

# play: runs with descriptor 9 open on the transcript (or on /dev/null), and never returns.
play() {
    set +C
    sayf "$T_heading" "$script_name" "$bundle"
    is_this_host || stop 3 "$why"
    [ "$mode" = show ] || preflight
    steps
    say ''
    if [ "$mode" = show ]; then
        if [ "$refused" -gt 0 ]; then sayf "$T_would_stop" "$refused"; exit 3; fi
        say "$T_would_all_run"
    else
        say "$T_all_done"
        [ -z "$otherwise" ] || sayf "$T_otherwise" "$otherwise"
        sayf "$T_transcript" "$transcript"
    fi
    exit 0
}

# identity NUMBER GUARDS: all of them before anything is destroyed, so that one disk letter that now means another disk
# stops the whole, and not the rest.
identity() {
    "$2"
    case $? in 0 | 10) ;; *) stop 3 "$(printf "$T_step_refused" "$1" "$why")" ;; esac
}

# step NUMBER EFFECT PHASE DOES SHOWN EXPECT IF_FAILS
step() {
    number=$1 effect=$2 phase=$3 shown=$5 if_fails=$7 act=act
    [ "$effect" != reads ] || act=look
    seen_map='' seen_disk='' seen_pod='' seen_mount='' gone=''
    say ''
    say "$number/$total  $4"
    case $effect in destroys) word=$T_destroys ;; changes) word=$T_changes ;; *) word=$T_reads ;; esac
    say "    [$word]  $shown"
    [ -z "$6" ] || sayf "$T_expect" "$6"
}

by_hand() {
    say "    $T_by_hand"
    [ "$effect" = reads ] || hands="$hands $number"
}

# feed STDIN GUARDS COMMAND...
feed() {
    input=$1 check=$2
    shift 2
    take "$check" fed "$@"
}

fed() {
    printf '%s\n' "$input" | "$@"
}

# save FILE GUARDS COMMAND...: later steps count on the file, so this is no reading that may fail.
save() {
    file=$1 check=$2 act=act
    shift 2
    take "$check" saved "$@"
}

# A file that is there is whole, and of an earlier run: the pod may be gone by now, so it is never written over.
saved() {
    [ ! -e "$file" ] || { printf '%s\n' "$file"; return 0; }
    rm -f -- "$file.part"
    set -C
    "$@" >"$file.part" && mv -- "$file.part" "$file"
}

# take GUARDS COMMAND...
take() {
    check=$1
    shift
    allowed || return 0
    if [ "$mode" = show ]; then
        say "    $T_would_run"
        foresee
        return 0
    fi
    if [ "$sure" = no ] && needs_word; then
        agreed || stop 5 "$(printf "$T_declined" "$number")"
        allowed || return 0  # a question may wait for hours
    fi
    "$act" "$@"
    done_steps="$done_steps $number"
}

# needs_word: what destroys, or closes a node for what destroys; and any change after a step by hand, which nobody
# else will wait for, or after a reading that failed.
needs_word() {
    case $effect/$phase in
    reads/*) return 1 ;;
    destroys/* | */cordon) return 0 ;;
    esac
    [ -n "$hands$otherwise" ]
}

# allowed: the guards hold now.  Gone is no failure: the script can be run again.
allowed() {
    "$check"
    case $? in
    0) return 0 ;;
    10)
        spared=no  # by an earlier run, or another hand
        say "    ${gone:-$T_already_done}"
        return 1
        ;;
    esac
    [ "$mode" = show ] || stop 3 "$(printf "$T_step_refused" "$number" "$why")"
    sayf "$T_would_refuse" "$why"
    refused=$((refused + 1))
    return 1
}

# foresee: in a dry run, what later guards would no longer meet once this step has run.
foresee() {
    case $phase in
    flush-map) leaving="$leaving$seen_map " ;;
    stop-queueing) unqueued="$unqueued$seen_map " ;;
    recreate) replaced="$replaced$seen_pod " ;;
    unmount) unmounted="$unmounted $seen_mount" ;;
    esac
}

agreed() {
    [ -z "$hands" ] || sayf "$T_by_hand_before" "$hands"
    [ -z "$otherwise" ] || sayf "$T_otherwise" "$otherwise"
    printf "$T_question " "$number"
    typed=''
    if (: </dev/tty) 2>/dev/null; then
        read -r typed </dev/tty || typed=''
    else
        read -r typed || typed=''
        printf '\n'
    fi
    printf "$T_question %s\n" "$number" "$typed" >&9
    case $typed in y | Y | yes | Yes | YES) hands='' otherwise=''; return 0 ;; esac
    return 1
}

# act COMMAND...: bounded, and not reached by Ctrl-C, which must not cut a flush in two.
act() {
    printf '%s\n' "\$ $shown" >&9
    running=$number
    [ "$effect" != destroys ] || spared=no
    ask 600 "$@" || stop 4 "$(printf "$T_no_end" "$number" "$shown" "$if_fails")"
    running=''
    show_answer
    printf '%s\n' "exit code $code" >&9
    [ "$code" -eq 0 ] || stop 4 "$(printf "$T_failed" "$number" "$code" "$if_fails")"
    has_gone || stop 4 "$(printf "$T_still_there" "$number" "$if_fails")"
    [ "$phase" != cordon ] || ! grep -q 'already cordoned' "$answer.out" || spared=no
    say "    $T_step_done"
}

# look COMMAND...: a reading.  That it fails is an answer too (a portal that takes no ping, a word that is not found),
# so the script goes on.
look() {
    printf '%s\n' "\$ $shown" >&9
    running=$number
    ask 120 "$@" || code=''
    running=''
    show_answer
    printf '%s\n' "exit code ${code:--}" >&9
    [ "$code" != 0 ] || { say "    $T_step_done"; return 0; }
    otherwise="$otherwise $number"
    if [ -n "$code" ]; then sayf "$T_read_failed" "$code"; else say "    $T_read_late"; fi
    [ -z "$if_fails" ] || say "    $if_fails"
}

show_answer() {
    while IFS= read -r line || [ -n "$line" ]; do say "    | $line"; done <"$answer.out"
    while IFS= read -r line || [ -n "$line" ]; do say "    | $line"; done <"$answer.err"
}

# has_gone: an exit code 0 of tee says only that the kernel took the word; the device itself must be gone.
has_gone() {
    looks=100
    while [ "$looks" -gt 0 ]; do
        case $phase in
        flush-map) [ -n "$seen_map" ] || return 0; find_map "$seen_map" ;;
        delete-path) [ -n "$seen_disk" ] || return 0; [ -e "/sys/block/$seen_disk" ] || (exit 10) ;;
        *) return 0 ;;
        esac
        [ "$?" -ne 10 ] || return 0
        looks=$((looks - 1))
        sleep 0.1 2>/dev/null || sleep 1
    done
    return 1
}

begin() {
    parse "$@"
    [ "$role" = node ] || PATH=$PATH:$callers_path  # an admin may keep kubectl anywhere
    work=$(mktemp -d "${TMPDIR:-/tmp}/runbook.XXXXXX") || { complain "$T_no_folder"; exit 2; }
    trap cleanup EXIT
    trap 'interrupted 2' INT
    trap 'interrupted 15' TERM
    trap 'interrupted 1' HUP
    [ "$mode" = apply ] || play 9>/dev/null
    transcript=./runbook-$script_name-$(date -u +%Y%m%dT%H%M%SZ).log
    set -C  # the transcript is created, never overwritten, and no link is followed
    play 9>"$transcript"
    complain "$T_no_transcript" "$transcript"
    exit 2
}
