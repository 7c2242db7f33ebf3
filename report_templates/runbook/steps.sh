# A step: shown, asked for, run and recorded.

number=0 refused=0 done_steps='' running='' walking=no step_at='' step_tick=''
otherwise='' hands='' left_out=''  # since the last yes: readings that failed, steps by hand, and steps not chosen
odd=''  # all readings that failed
unsaved=' ' closed=' '  # pods whose manifest was to be saved before this step, and nodes that were closed before us
spared=yes  # no pod was touched

# identity NUMBER GUARDS: all of them before anything is destroyed, so that one disk letter that now means another disk
# stops the whole, and not the rest.
identity() {
    chosen "$1" || return 0
    number=$1
    "$2"
    case $? in 0 | 10) ;; *) stop 3 "$(printf "$T_step_refused" "$1" "$why")" refused ;; esac
}

# step NUMBER EFFECT PHASE ID DOES SHOWN EXPECT IF_FAILS
step() {
    number=$1 effect=$2 phase=$3 id=$4 shown=$6 if_fails=$8 act=act
    [ "$walking" = no ] || { tell_step; return; }
    seen_map='' seen_disk='' seen_pod='' seen_mount='' gone=''
    [ "$number" -ge "$first" ] || left_out="$left_out $number"
    chosen "$number" || return 0
    [ "$effect" != reads ] || act=look
    say ''
    begin_clock
    say "$number/$total  $5"
    case $effect in destroys) word=$T_destroys ;; changes) word=$T_changes ;; *) word=$T_reads ;; esac
    say "    [$word]  $shown"
    [ -z "$7" ] || sayf "$T_expect" "$7"
}

begin_clock() {
    [ "$mode" = apply ] || return 0
    clock
    step_at=$at step_tick=$tick
    note "$at"
}

# playing: this step is to be played, not only walked past.
playing() {
    [ "$walking" = no ] && chosen "$number"
}

by_hand() {
    playing || return 0
    say "    $T_by_hand"
    hands="$hands $number"
    record by-hand '' ''
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
    if [ "$walking" = no ] && [ "$number" -lt "$first" ]; then
        [ -e "$file" ] || ! "$check" || unsaved="$unsaved$seen_pod "
        return 0
    fi
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
    playing || return 0
    allowed || return 0
    if [ "$mode" = show ]; then
        say "    $T_would_run"
        foresee
        return 0
    fi
    if [ "$sure" = no ] && needs_word; then
        agreed || stop 5 "$(printf "$T_declined" "$number")" declined
        allowed || return 0  # a question may wait for hours
    fi
    "$act" "$@"
    done_steps="$done_steps $number"
}

# needs_word: what destroys, or closes a node for what destroys, or opens one that was closed before; whatever comes
# after a step by hand, for a reading too tells nothing before that is done; and any change after a reading that failed
# or a step that was left out.
needs_word() {
    case $effect/$phase in
    destroys/* | */cordon) return 0 ;;
    */uncordon) ! was_closed || return 0 ;;
    esac
    [ -z "$hands" ] || return 0
    [ "$effect" != reads ] && [ -n "$otherwise$left_out" ]
}

was_closed() {
    case $closed in *" ${id##*/} "*) return 0 ;; esac
    return 1
}

# allowed: the guards hold now.  Gone is no failure: the script can be run again.
allowed() {
    "$check" && is_saved
    case $? in
    0) return 0 ;;
    10)
        spared=no  # by an earlier run, or another hand
        say "    ${gone:-$T_already_done}"
        record already-done '' "$gone"
        return 1
        ;;
    esac
    [ "$mode" = show ] || stop 3 "$(printf "$T_step_refused" "$number" "$why")" refused
    sayf "$T_would_refuse" "$why"
    refused=$((refused + 1))
    return 1
}

is_saved() {
    case $effect$unsaved in destroys*" $seen_pod "*) refuse "$T_unsaved" ;; esac
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
    [ -z "$left_out" ] || sayf "$T_left_out" "$left_out"
    [ "$phase" != uncordon ] || ! was_closed || say "$T_closed_before"
    answered "$(printf "$T_question" "$number")" || return 1
    hands='' otherwise='' left_out=''
}

# answered QUESTION: it is put, and answered with yes.
answered() {
    printf '%s ' "$1"
    typed=''
    if (: </dev/tty) 2>/dev/null; then
        read -r typed </dev/tty || typed=''
    else
        read -r typed || typed=''
        printf '\n'
    fi
    note "$(printf '%s' "$1 $typed" | tr -d '[:cntrl:]')"
    case $typed in y | Y | yes | Yes | YES) return 0 ;; esac
    return 1
}

# timed SECONDS COMMAND...: as ask, with its times in the transcript.
timed() {
    clock
    step_at=$at step_tick=$tick running=$number
    note "$at \$ $shown"
    write_result running null
    ask "$@" || { code=''; return 1; }
    running=''
    show_answer
    seconds "$step_tick"
    note "exit code $code after ${seconds:-?} s"
}

# act COMMAND...
act() {
    [ "$effect" != destroys ] || spared=no
    timed 600 "$@" || stop 4 "$(printf "$T_no_end" "$number" "$shown" "$if_fails")" running
    [ "$code" -eq 0 ] || stop 4 "$(printf "$T_failed" "$number" "$code" "$if_fails")" failed "$code"
    has_gone || stop 4 "$(printf "$T_still_there" "$number" "$if_fails")" failed "$code"
    if [ "$phase" = cordon ] && grep -q 'already cordoned' "$answer.out"; then spared=no closed="$closed${id##*/} "; fi
    say "    $T_step_done"
    record done "$code" ''
}

# look COMMAND...: a reading.  That it fails is an answer too (a portal that takes no ping, a word that is not found),
# so the script goes on.
look() {
    if timed 120 "$@"; then
        [ "$code" -ne 0 ] || { say "    $T_step_done"; record done 0 ''; return 0; }
        told=$(printf "$T_read_failed" "$code") status=done
    else
        told=$T_read_late status=running running=''
    fi
    otherwise="$otherwise $number" odd="$odd $number"
    say "    $told"
    [ -z "$if_fails" ] || say "    $if_fails"
    record "$status" "$code" "$told"
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
