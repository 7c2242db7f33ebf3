# The options: $mode, $sure, and the steps from $first to $last.

mode=show sure=no choice='' first=1 last=$total

parse() {
    while [ "$#" -gt 0 ]; do
        case $1 in
        --apply) mode=apply ;;
        --yes) sure=yes ;;
        --only | --from)
            [ "$#" -ge 2 ] || misused "$T_no_number" "$1"
            choose "$1" "$2"
            shift
            ;;
        --only=* | --from=*) choose "${1%%=*}" "${1#*=}" ;;
        -h | --help) usage; exit 0 ;;
        *) misused "$T_bad_option" "$1" ;;
        esac
        shift
    done
    [ "$sure" = no ] || [ "$mode" = apply ] || misused "$T_yes_alone"
}

# choose OPTION NUMBER
choose() {
    [ -z "$choice" ] || misused "$T_one_choice"
    case $2 in '' | 0* | *[!0-9]* | ??????*) misused "$T_no_step" "$2" "$total" ;; esac
    [ "$2" -le "$total" ] || misused "$T_no_step" "$2" "$total"
    choice=$1 first=$2
    [ "$1" = --from ] || last=$2
}

chosen() {
    [ "$1" -ge "$first" ] && [ "$1" -le "$last" ]
}

misused() {
    complain "$@"
    usage >&2
    exit 2
}

usage() {
    printf "$T_usage\n" "$script_name" "$script_name" "$script_name" "$script_name" "$script_name" "$bundle"
}
