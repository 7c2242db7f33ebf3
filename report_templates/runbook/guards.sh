# Guards of maps and disks: each asks this node one question and changes nothing.
# They answer 0 (it holds), 10 (the device is gone: nothing is left to do) or 3, with the reason in $why.

seen_map='' seen_disk=''
leaving=' ' unqueued=' '  # dry run only: the maps that an earlier step would have flushed, or stopped queueing

# find_map WWID: the kernel's name of the map in $map, its own name in $map_name.
# By UUID only: a name or dm number written down earlier may mean another map by now.
find_map() {
    map=''
    [ -d /sys/block ] || { refuse "$T_unreadable" /sys/block; return; }
    for entry in /sys/block/dm-*; do
        [ -e "$entry" ] || continue
        # a device without a UUID prints an empty line, which read takes well
        if ! { IFS= read -r value <"$entry/dm/uuid"; } 2>/dev/null; then
            [ -e "$entry" ] || continue  # it has gone meanwhile
            refuse "$T_unreadable" "$entry/dm/uuid"
            return
        fi
        [ "$value" = "mpath-$1" ] || continue
        value_of "$entry/dm/name" || return
        map=${entry##*/}
        map_name=$value
        return 0
    done
    return 10
}

# map_is_dead WWID [DISK=HCTL]...
map_is_dead() {
    seen_map=$1
    find_map "$1" || return
    value_of "/sys/block/$map/dm/suspended" || return
    [ "$value" = 0 ] || { refuse "$T_suspended" "$1"; return; }
    [ -d "/sys/block/$map/slaves" ] || { refuse "$T_unreadable" "/sys/block/$map/slaves"; return; }
    path_states "$map_name" || return
    for slave in "/sys/block/$map/slaves"/*; do
        [ -e "$slave" ] || [ -L "$slave" ] || continue
        path_is_dead "${slave##*/}" "$@" || return
    done
}

# path_is_dead DISK WWID [DISK=HCTL]...
path_is_dead() {
    hctl=''
    path=$1 wwid=$2
    shift 2
    for known in "$@"; do
        [ "${known%%=*}" != "$path" ] || hctl=${known#*=}
    done
    [ -n "$hctl" ] || { refuse "$T_new_path" "$wwid" "$path" "$*"; return; }
    value_of "/sys/block/$path/dev" || return
    path_dev=$value
    # Idle paths are checked every 20 s only, so A is no proof of life, and F alone no proof of death.
    state=$(DEV=$path_dev awk '$1 == ENVIRON["DEV"] { print $2 }' "$states")
    [ "$state" = F ] || { refuse "$T_path_state" "$path" "$wwid" "${state:-?}"; return; }
    disk_is_dead "$path" "$hctl" "$wwid"
    verdict=$?
    [ "$verdict" -ne 10 ] || refuse "$T_unreadable" "/sys/block/$path" || verdict=3
    return "$verdict"
}

# path_states NAME: lines `8:16 F` in the file $states; each must be there for the map to be judged.
path_states() {
    reply 10 dmsetup status || return
    MAP=$1 awk '
        $1 == ENVIRON["MAP"] ":" && $4 == "multipath" {
            found = 1
            for (i = 5; i < NF; i++) if ($i ~ /^[0-9]+:[0-9]+$/) print $i, $(i + 1)
        }
        END { exit !found }' "$answer.out" >"$work/states" || { refuse "$T_not_listed" "$1" "dmsetup status"; return; }
    states=$work/states
}

# map_is_named WWID NAME
map_is_named() {
    seen_map=$1
    find_map "$1" || return
    [ "$map_name" = "$2" ] || { refuse "$T_renamed" "$1" "$2" "$map_name"; return; }
}

# map_does_not_queue WWID: else the flush would wait for what never comes.  The kernel's table tells it as it is now.
map_does_not_queue() {
    case $unqueued in *" $1 "*) return 0 ;; esac
    find_map "$1" || return
    reply 10 dmsetup table || return
    MAP=$map_name awk '
        $1 == ENVIRON["MAP"] ":" && $4 == "multipath" {
            found = 1
            for (i = 6; i < 6 + $5; i++) if ($i == "queue_if_no_path") queues = 1
        }
        END { if (!found) exit 1; print queues + 0 }' "$answer.out" >"$work/queues" ||
        { refuse "$T_not_listed" "$1" "dmsetup table"; return; }
    value_of "$work/queues" || return
    [ "$value" = 0 ] || { refuse "$T_queues" "$1"; return; }
}

# map_is_free WWID
map_is_free() {
    find_map "$1" || return
    is_unheld "/sys/block/$map" "$map" || return
    value_of "/sys/block/$map/dev" || return
    is_unmounted "$map" "$value" "$map_name" || return
    is_not_swap "$map" || return
    is_not_open "$1"
}

# disk_is_dead DISK HCTL WWID
# `failed faulty running` and an EIO are also what an unreachable array gives, so the transport must be up.
disk_is_dead() {
    seen_disk=$1
    [ -d /sys/block ] || { refuse "$T_unreadable" /sys/block; return; }
    [ -e "/sys/block/$1" ] || [ -L "/sys/block/$1" ] || return 10
    device=$(readlink -f "/sys/block/$1/device") || { refuse "$T_unreadable" "/sys/block/$1/device"; return; }
    [ "${device##*/}" = "$2" ] || { refuse "$T_other_hctl" "$1" "$2" "${device##*/}"; return; }
    value_of "/sys/block/$1/device/wwid" || return
    [ "$value" = "naa.${3#3}" ] || { refuse "$T_other_wwid" "$1" "naa.${3#3}" "$value"; return; }
    value_of "/sys/block/$1/device/state" || return
    [ "$value" = running ] || { refuse "$T_state" "$1" running "$value"; return; }
    transport_is_up "$1" "$device" || return
    is_silent "$1"
}

# transport_is_up DISK DEVICE
transport_is_up() {
    case $2 in
    */session[0-9]*/*)
        session=${2##*/session}
        value_of "/sys/class/iscsi_session/session${session%%/*}/state" || return
        [ "$value" = LOGGED_IN ] || { refuse "$T_session" "$1" "session${session%%/*}" LOGGED_IN "$value"; return; }
        ;;
    */rport-[0-9]*/*)
        rport=${2##*/rport-}
        rport=${rport%%/*}
        value_of "/sys/class/fc_remote_ports/rport-$rport/port_state" || return
        [ "$value" = Online ] || { refuse "$T_session" "$1" "rport-$rport" Online "$value"; return; }
        value_of "/sys/class/fc_host/host${rport%%:*}/port_state" || return
        [ "$value" = Online ] || { refuse "$T_session" "$1" "host${rport%%:*}" Online "$value"; return; }
        ;;
    *)
        refuse "$T_transport" "$1" "$2"
        ;;
    esac
}

# is_silent DISK: no identity in answer to INQUIRY.  Any identity refuses: its own means the LUN is back, another one
# that its number was given to another volume, which looks healthy in every other respect.
is_silent() {
    command -v scsi_id >/dev/null || { refuse "$T_no_tool" scsi_id; return; }
    # a plain file is what a copy leaves in /dev while the disk is away; it would be silent too
    if [ -f "/dev/$1" ] || [ ! -e "/dev/$1" ]; then refuse "$T_no_node" "/dev/$1"; return; fi
    ask 10 inquire "$1" || { refuse "$T_late" "scsi_id /dev/$1"; return; }
    [ "$code" -ne 97 ] || { refuse "$T_not_opened" "/dev/$1"; return; }
    value=''
    IFS= read -r value <"$answer.out" || [ -n "$value" ] || value=''
    [ ! -s "$answer.out" ] || { refuse "$T_alive" "$1" "$value"; return; }
    [ "$code" -eq 1 ] || { refuse "$T_tool_failed" "scsi_id /dev/$1" "$code"; return; }
}

# The disk of an array that is out of reach cannot be opened; one whose LUN was taken away can.
inquire() {
    true <"/dev/$1" || return 97
    scsi_id -g -u -d "/dev/$1"
}

# disk_is_free DISK
disk_is_free() {
    [ -d /sys/block ] || { refuse "$T_unreadable" /sys/block; return; }
    [ -e "/sys/block/$1" ] || [ -L "/sys/block/$1" ] || return 10
    for entry in "/sys/block/$1" "/sys/block/$1/$1"[0-9]*; do
        [ -e "$entry" ] || continue
        is_unheld "$entry" "${entry##*/}" || return
        value_of "$entry/dev" || return
        is_unmounted "${entry##*/}" "$value" '' || return
        is_not_swap "${entry##*/}" || return
    done
    is_without_reader "$1"
}

# is_unheld FOLDER NAME
is_unheld() {
    [ -d "$1/holders" ] || { refuse "$T_unreadable" "$1/holders"; return; }
    for holder in "$1/holders"/*; do
        [ -e "$holder" ] || [ -L "$holder" ] || continue
        holder=${holder##*/}
        value=''
        { IFS= read -r value <"/sys/block/$holder/dm/uuid"; } 2>/dev/null || true
        case $leaving in *" ${value#mpath-} "*) [ -z "$value" ] || continue ;; esac
        refuse "$T_held" "$2" "$holder"
        return
    done
    # btrfs does not show as a holder, and its mounts carry a device number of their own
    for holder in /sys/fs/btrfs/*/devices/"$2"; do
        [ ! -e "$holder" ] || { refuse "$T_held" "$2" btrfs; return; }
    done
}

# is_unmounted NAME MAJOR:MINOR MAP_NAME
# Also a bind mount of the device node itself: so a pod gets a volume in Block mode, and nothing else shows it.
is_unmounted() {
    # Without the node's own PID 1 the mount table is that of a container.
    value_of /proc/2/comm || return
    [ "$value" = kthreadd ] || { refuse "$T_container"; return; }
    NAME=$1 DEV=$2 MAP=$3 awk '
        {
            for (dash = 7; dash < NF && $dash != "-"; dash++);
            kind = $(dash + 1); source = $(dash + 2)
            if ($3 == ENVIRON["DEV"] || source == "/dev/" ENVIRON["NAME"] ||
                (ENVIRON["MAP"] != "" && source == "/dev/mapper/" ENVIRON["MAP"]) ||
                (kind == "devtmpfs" && $4 == "/" ENVIRON["NAME"])) print "mounted", $5
            else if ($3 ~ /^0:/ && source ~ /^\/dev\//) print source, $5
        }
        END { if (NR == 0) exit 1 }' /proc/1/mountinfo >"$work/mounts" 2>/dev/null ||
        { refuse "$T_unreadable" /proc/1/mountinfo; return; }
    while read -r source point; do
        [ "$source" != mounted ] || { refuse "$T_mounted" "$1" "$point"; return; }
        is_same_node "$source" "$1" && { refuse "$T_mounted" "$1" "$point"; return; }
    done <"$work/mounts"
    return 0
}

# is_same_node PATH NAME
is_same_node() {
    real=$(readlink -f "$1") || return
    [ "$real" = "/dev/$2" ]
}

# is_not_swap NAME
is_not_swap() {
    awk 'NR > 1 { print $1 } END { if (NR == 0) exit 1 }' /proc/swaps >"$work/swaps" 2>/dev/null ||
        { refuse "$T_unreadable" /proc/swaps; return; }
    while read -r source; do
        is_same_node "$source" "$1" && { refuse "$T_swap" "$1"; return; }
    done <"$work/swaps"
    return 0
}

# is_not_open WWID: open count 0 twice, a second apart.  udev looks at a map for moments at any time, and what was stuck
# in its queue ends within seconds after the queueing stopped: some patience, but no flush of what stays open.
is_not_open() {
    zeros=0 readings=8
    while [ "$zeros" -lt 2 ]; do
        [ "$readings" -gt 0 ] || { refuse "$T_open" "$1" "$count" "$map"; return; }
        readings=$((readings - 1))
        [ "$readings" -eq 7 ] || sleep 1
        reply 10 dmsetup info -c --noheadings --separator '|' \
            -o name,uuid,major,minor,open,segments,attr,suspended,blkdevname,blkdevs_used,names_using_dev || return
        count=$(ID=mpath-$1 awk -F '|' '$2 == ENVIRON["ID"] { print $5 }' "$answer.out")
        case $count in
        0) zeros=$((zeros + 1)) ;;
        '' | *[!0-9]*) refuse "$T_not_listed" "$1" "dmsetup info"; return ;;
        *) case $unqueued in *" $1 "*) return 0 ;; *) zeros=0 ;; esac ;;
        esac
    done
}

# is_without_reader DISK: a disk has no open count to read, so the descriptors of every process are looked at.
# multipathd keeps the paths it has watched open, and lets go when they vanish.
is_without_reader() {
    ask 20 ls -l /proc/[0-9]*/fd /dev/null || { refuse "$T_late" "ls /proc/*/fd"; return; }
    DISK=/dev/$1 awk '
        /^\/proc\/[0-9]+\/fd:$/ { split($0, part, "/"); pid = part[3] }
        $NF == ENVIRON["DISK"] { print pid }' "$answer.out" >"$work/readers"
    while read -r pid; do
        value_of "/proc/$pid/comm" || continue  # it has ended
        [ "$value" = multipathd ] || { refuse "$T_read" "$1" "$value" "$pid"; return; }
    done <"$work/readers"
    return 0
}
