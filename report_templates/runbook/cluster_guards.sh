# Guards of the cluster: each asks the API server one question through the admin's own kubectl, and changes nothing.
# They answer as those of a node do: 0, 10 (gone: nothing is left to do) or 3, with the reason in $why.

seen_pod='' gone=''
replaced=' '  # dry run only: the pods that an earlier step would have deleted

# pod_is NAMESPACE NAME UID
pod_is() {
    seen_pod=$3
    pod_at "$1" "$2" || return
    [ -n "$pod_uid" ] || return 10
    [ "$pod_uid" != "$3" ] || return 0
    gone=$(printf "$T_other_pod" "$1/$2" "$3" "$pod_uid" | tr -d '[:cntrl:]')
    return 10
}

# pod_at NAMESPACE NAME: the uid of the pod that has this name in $pod_uid, its node in $pod_node; "" where there is none.
pod_at() {
    reply 30 kubectl get pod "$2" -n "$1" --ignore-not-found -o 'jsonpath={.metadata.uid} {.spec.nodeName}' || return
    pod_uid='' pod_node=''
    read -r pod_uid pod_node <"$answer.out" || return 0  # no line end: what there is, is read
}

# pod_is_placed_anew NAMESPACE NAME UID
pod_is_placed_anew() {
    case $replaced in *" $3 "*) return 0 ;; esac
    looks=60
    [ "$mode" = apply ] || looks=1
    while [ "$looks" -gt 0 ]; do
        looks=$((looks - 1))
        pod_at "$1" "$2" || return
        [ "$pod_uid" = "$3" ] || [ -z "$pod_node" ] || return 0
        sleep 2
    done
    refuse "$T_not_placed" "$1/$2"
}

# is_this_cluster: a node of the cluster that the bundle knew still runs under the boot it had then.
is_this_cluster() {
    reply 30 kubectl get nodes -o 'jsonpath={range .items[*]}{.status.nodeInfo.bootID}{"\n"}{end}' || return
    while read -r boot; do
        case " $expected_boots " in *" ${boot:-none} "*) return 0 ;; esac
    done <"$answer.out"
    refuse "$T_other_cluster"
}
