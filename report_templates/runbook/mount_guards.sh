# Guards of what is mounted on the node's own mount table, and of who uses it.  They answer as those of devices do.

unmounted=''  # dry run only: the mount points that an earlier step would have laid bare

# mount_is POINT MAJOR:MINOR ROOT
mount_is() {
    sees_the_host || return
    seen_mount=$1
    POINT=$1 awk '
        $5 == ENVIRON["POINT"] { line[$1] = $3 " " $4; below[$2] = 1 }
        END {
            if (NR == 0) exit 1
            # of those on one directory, the one that no other has for its parent lies on top
            for (id in line) {
                where = (id in below) ? "below" : "top"
                print where, line[id]
            }
        }' /proc/1/mountinfo >"$work/stack" 2>/dev/null || { refuse "$T_unreadable" /proc/1/mountinfo; return; }
    top='' tops=0 here=no
    while read -r where found; do
        [ "$found" != "$2 $3" ] || here=yes
        [ "$where" != top ] || { top=$found; tops=$((tops + 1)); }
    done <"$work/stack"
    [ "$here" = yes ] || return 10
    [ "$tops" -eq 1 ] || { refuse "$T_unreadable" "$1"; return; }
    # what an earlier step takes away may still hide it in a dry run
    case " $unmounted " in *" $1 "*) return 0 ;; esac
    [ "$top" = "$2 $3" ] || { refuse "$T_other_mount" "$1" "$2 $3" "$top"; return; }
}

# sees_the_host: PID 1 is the host's; a container has another mount table, and other processes.
sees_the_host() {
    value_of /proc/2/comm || return
    [ "$value" = kthreadd ] || { refuse "$T_container"; return; }
}

# pod_has_no_process UID: systemd writes the uid with underscores into the names of its slices.
pod_has_no_process() {
    sees_the_host || return
    slice=$(printf '%s' "$1" | tr '-' '_')
    for entry in /proc/[0-9]*; do
        is_outside_pod "$entry" "pod$1" "pod$slice" || return
    done
}

# is_outside_pod PROCESS NAME NAME
is_outside_pod() {
    groups=''
    { while IFS= read -r value || [ -n "$value" ]; do groups="$groups $value"; done <"$1/cgroup"; } 2>/dev/null
    if [ -z "$groups" ]; then
        [ -d "$1" ] || return 0  # it has ended
        refuse "$T_unreadable" "$1/cgroup"
        return
    fi
    case $groups in *"$2"* | *"$3"*) ;; *) return 0 ;; esac
    value_of "$1/comm" || value='?'
    refuse "$T_pod_lives" "${2#pod}" "$value" "${1#/proc/}"
}
