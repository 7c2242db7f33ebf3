# Asking: how guards read this host.
# What cannot be read refuses: a missing tool or file is never taken for "none".

asked=0

refuse() {
    format=$1
    shift
    why=$(printf "$format" "$@" | tr -d '[:cntrl:]')  # a disk's own words reach a terminal here
    return 3
}

# value_of FILE: its first line in $value.
value_of() {
    value=''
    { IFS= read -r value <"$1"; } 2>/dev/null || [ -n "$value" ] || { refuse "$T_unreadable" "$1"; return; }
}

# ask SECONDS COMMAND...: its output in $answer.out and .err, its exit code in $code.
# It runs in the background, where no signal to this script cuts it in two, and is left behind after the limit: in state
# D it survives even SIGKILL (seen with readers of a map that queues), and waiting for it would never end.
ask() {
    ticks=$(($1 * 10))
    shift
    asked=$((asked + 1))
    answer=$work/$asked
    (
        trap '' HUP INT TERM QUIT
        "$@" >"$answer.out" 2>"$answer.err"
        printf '%s\n' "$?" >"$answer.code"
    ) </dev/null >/dev/null 2>&1 9>/dev/null &
    child=$!
    until [ -s "$answer.code" ]; do
        [ "$ticks" -gt 0 ] || { kill -KILL "$child" 2>/dev/null; return 1; }
        ticks=$((ticks - 1))
        sleep 0.1 2>/dev/null || sleep 1  # POSIX knows whole seconds only
    done
    IFS= read -r code <"$answer.code"
}

# reply SECONDS COMMAND...: as ask, and refuses unless the command ended with 0.
reply() {
    command -v "$2" >/dev/null || { refuse "$T_no_tool" "$2"; return; }
    ask "$@" || { shift; refuse "$T_late" "$*"; return; }
    [ "$code" -eq 0 ] || { shift; refuse "$T_tool_failed" "$*" "$code"; return; }
}
