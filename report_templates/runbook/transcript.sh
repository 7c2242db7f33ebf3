# What is said, on the screen and in the transcript: descriptor 9, which is /dev/null in a dry run.

at='' tick=''

say() {
    printf '%s\n' "$*"
    printf '%s\n' "$*" >&9
}

sayf() {
    format=$1
    shift
    say "$(printf "$format" "$@")"
}

note() {
    printf '%s\n' "$*" >&9
}

complain() {
    format=$1
    shift
    printf "$format\n" "$@" >&2
}

# clock: the time now, for people in $at (UTC) and in seconds in $tick; both "" where `date` tells neither.
clock() {
    now=$(date -u '+%Y-%m-%dT%H:%M:%SZ %s' 2>/dev/null)
    at=${now%% *} tick=${now##* }
    case $at in ????-??-??T??:??:??Z) ;; *) at='' ;; esac
    case $tick in '' | *[!0-9]*) tick='' ;; esac
}

# seconds SINCE: from that tick to now in $seconds; "" if unknown.  A clock that was set back gives 0.
seconds() {
    seconds=''
    clock
    [ -n "$1" ] && [ -n "$tick" ] || return 0
    seconds=$((tick - $1))
    [ "$seconds" -ge 0 ] || seconds=0
}

# show_answer: a tool's own words reach a terminal here, without what would steer it.
show_answer() {
    for stream in "$answer.out" "$answer.err"; do
        tr -d '\000-\010\013-\037\177' <"$stream" >"$work/shown"
        while IFS= read -r line || [ -n "$line" ]; do say "    | $line"; done <"$work/shown"
    done
}
