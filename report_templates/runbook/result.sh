# The result, for programs: one JSON file beside the transcript.  It is replaced as a whole after each step, so that it
# is never half a file, and tells how far a script came that was killed.

result='' started='' reason=''

# json TEXT: as a JSON string of ASCII.  What is no UTF-8 becomes U+FFFD.
json() {
    printf '%s' "$1" | od -An -v -tx1 | awk '
        function value(digit) { return index("0123456789abcdef", digit) - 1 }
        function put(point) {
            if (point > 65535) {
                point -= 65536
                printf "\\u%04x\\u%04x", 55296 + int(point / 1024), 56320 + point % 1024
            } else if (point < 32 || point > 126 || point == 34 || point == 92) printf "\\u%04x", point
            else printf "%c", point
        }
        function begin(bits, more, from) { point = bits; wanted = more; least = from }
        function take(byte) {
            if (wanted && byte >= 128 && byte < 192) {
                point = point * 64 + byte - 128
                if (--wanted) return
                put(point < least || point > 1114111 || (point >= 55296 && point < 57344) ? 65533 : point)
                return
            }
            if (wanted) { wanted = 0; put(65533) }
            if (byte < 128) put(byte)
            else if (byte >= 192 && byte < 224) begin(byte - 192, 1, 128)
            else if (byte >= 224 && byte < 240) begin(byte - 224, 2, 2048)
            else if (byte >= 240 && byte < 248) begin(byte - 240, 3, 65536)
            else put(65533)
        }
        BEGIN { printf "\"" }
        { for (i = 1; i <= NF; i++) take(16 * value(substr($i, 1, 1)) + value(substr($i, 2, 1))) }
        END { if (wanted) put(65533); printf "\"" }'
}

# json_or_null TEXT: a text that is known to need no escapes, or null for "".
json_or_null() {
    if [ -n "$1" ]; then printf '"%s"' "$1"; else printf null; fi
}

# record STATUS EXIT_CODE REASON: how the step $number went; "" is null.  With it the result is written anew.
record() {
    [ -n "$result" ] || return 0
    seconds "$step_tick"
    {
        printf '"status": "%s", "exit_code": %s, "started": ' "$1" "${2:-null}"
        json_or_null "$step_at"
        printf ', "seconds": %s, "reason": ' "${seconds:-null}"
        if [ -n "$3" ]; then json "$3"; else printf null; fi
        printf '\n'
    } >"$work/step.$number"
    write_result running null
}

# tell_step: one step of the result, when the steps are only walked through.
tell_step() {
    printf '%s\n    {"number": %s, "id": %s, "effect": "%s", ' "$comma" "$number" "$id" "$effect"
    comma=,
    line='"exit_code": null, "started": null, "seconds": null, "reason": null'
    if [ -f "$work/step.$number" ]; then IFS= read -r line <"$work/step.$number"
    elif ! chosen "$number"; then line="\"status\": \"skipped\", $line"
    elif [ "$number" = "$running" ]; then line="\"status\": \"running\", $line"
    else line="\"status\": \"not-run\", $line"
    fi
    printf '%s}' "$line"
}

# write_result OUTCOME EXIT_CODE
write_result() {
    [ -n "$result" ] || return 0
    rm -f -- "$result.part"
    if (set -C; tell_result "$1" "$2" >"$result.part") 2>/dev/null && mv -f -- "$result.part" "$result"; then return 0; fi
    complain "$T_no_result" "$result"
    result=''  # said once; the transcript tells all of it
}

tell_result() {
    clock
    printf '{\n  "schema": 1,\n  %s,\n  "script": "%s.sh",\n  "script_sha256": ' "$bound_to" "$script_name"
    json_or_null "$script_sha256"
    printf ',\n  "transcript": "%s",\n  "started": ' "${transcript#./}"
    json_or_null "$started"
    printf ',\n  "ended": '
    [ "$1" != running ] || at=''
    json_or_null "$at"
    printf ',\n  "outcome": "%s",\n  "exit_code": %s,\n  "reason": ' "$1" "$2"
    if [ -n "$reason" ]; then json "$reason"; else printf null; fi
    printf ',\n  "steps": ['
    walking=yes comma=''
    steps
    printf '\n  ]\n}\n'
}

# outcome EXIT_CODE
outcome() {
    case $1 in 0) printf done ;; 3) printf refused ;; 4) printf failed ;; 5) printf declined ;; 6) printf unfinished ;; *) printf interrupted ;; esac
}

own_sha256() {
    script_sha256=''
    [ -f "$0" ] && script_sha256=$(sha256sum <"$0" 2>/dev/null) || return 0
    script_sha256=${script_sha256%% *}
    case $script_sha256 in *[!0-9a-f]*) script_sha256='' ;; esac
}
