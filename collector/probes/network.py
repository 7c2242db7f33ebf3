"""Whether the portals that the cluster objects, the command line or the node itself name answer from this node."""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, AnyProbe, Probe
from collector.probes.side_by_side import LIMITED, SECONDS, SIDE_BY_SIDE

# Five echo requests, and a TCP connection that is opened and closed; nothing is sent over it.  Without a tool the
# answer is "na".  A busybox ping may know neither -n nor -i.  The portals of the node's own sessions and mounts follow
# those it was told, so that a program that was told none has something to ask.  A connection that had less than three
# seconds, since a node under load took so long to start the tool, tells nothing: "na" too.
_PORTALS = (
    SIDE_BY_SIDE
    + LIMITED
    + SECONDS
    + r"""
most=32 longest=13 patience=10 least=3
refuses_option() { case $1 in *'nvalid option'* | *'nrecognized option'* | *sage:*) return 0 ;; *) return 1 ;; esac; }
told_of() { # WORDS: "5 packets transmitted, 4 received" and "min/avg/max = 0.1/0.2/0.3 ms", as both pings print them
  sent=${1%%" packets transmitted"*} sent=${sent##*[!0-9]}
  received=${1#*" packets transmitted, "} received=${received%%[!0-9]*}
  average=${1##*"min/avg/max"} average=${average#*= } average=${average#*/}
  greatest=${average#*/} average=${average%%/*} greatest=${greatest%%[!0-9.]*}
  case $1 in *"min/avg/max"*"= "*) trip=" rtt_ms=$average rtt_max_ms=$greatest" ;; *) trip='' ;; esac
  case $sent,$received in *[!0-9,]* | ,* | *,) ;; *) echo "sent=$sent received=$received$trip" ;; esac
}
pinged() {
  command -v ping >/dev/null 2>&1 || { echo na; return; }
  said=$(ping -n -c 5 -i 0.2 -W 4 "$1" 2>&1)
  code=$?
  if refuses_option "$said"; then
    said=$(ping -c 3 -W 3 "$1" 2>&1)
    code=$?
  fi
  case $code,$said in
    0,*) echo "ok $(told_of "$said")" ;;
    *ermitted* | *ermission* | *'apability'*) echo na ;;
    *) refuses_option "$said" && echo na || echo "fail $(told_of "$said")" ;;
  esac
}
connects() { # leaves the clock's readings before and after, with bash also without the time that starting it took
  if command -v bash >/dev/null 2>&1; then
    bash -c "$timed" "$1" "$2" >"$slip.times" 2>"$slip.words"
    return
  fi
  read -r began _ </proc/uptime
  echo "$began" >"$slip.times"
  nc -z -w "$patience" "$1" "$2" >/dev/null 2>"$slip.words"
  code=$?
  read -r ended _ </proc/uptime
  echo "$began $ended" >>"$slip.times"
  return "$code"
}
timed='read -r began _ </proc/uptime
echo "$began"
true 3<>"/dev/tcp/$0/$1"
code=$?
read -r ended _ </proc/uptime
echo "$began $ended"
exit "$code"'
connected() {
  command -v bash >/dev/null 2>&1 || command -v nc >/dev/null 2>&1 || { echo na; return; }
  limited "$patience" "tcp.$1,$2" connects "$1" "$2"
  code=$? began='' ended=''
  said=$(tr -s '\n\t\r ' '    ' <"$slip.words")
  if refuses_option "$said"; then echo na; return; fi
  { read -r began _; read -r _ ended; } <"$slip.times"
  [ -n "$ended" ] || read -r ended _ </proc/uptime
  took=$(elapsed "${began:-$ended}" "$ended") said=${said##*: }
  case $code in
    0) echo "ok tcp_s=$took" ;;
    124) [ "${took%.*}" -ge "$least" ] && echo "fail tcp_s=$took error=no answer" || echo na ;;
    *) echo "fail tcp_s=$took error=${said% }" ;;
  esac
}
ask() {
  case $1 in
    ping,*) pinged "${1#ping,}" ;;
    tcp,*) address=${1#tcp,} address=${address%,*}; connected "$address" "${1##*,}" ;;
  esac
}
tell() {
  said=na more=''
  [ "$2" = 124 ] || read -r said more <"$answer"
  [ -n "$said" ] || said=na
  case $1 in
    ping,*) ping=$said of_ping=$more ;;
    tcp,*) address=${1#tcp,}; echo "${address%,*} ${1##*,} ping=$ping tcp=$said${of_ping:+ $of_ping}${more:+ $more}" ;;
  esac
}
own_iscsi() {
  for connection in /sys/class/iscsi_connection/*; do
    read -r address 2>/dev/null <"$connection/persistent_address" || continue
    read -r port 2>/dev/null <"$connection/persistent_port" && echo "$address,$port"
  done
}
own_nvme() {
  for controller in /sys/class/nvme/*; do
    read -r kind 2>/dev/null <"$controller/transport" && [ "$kind" = tcp ] || continue
    read -r words 2>/dev/null <"$controller/address" || continue
    address=${words#*traddr=} port=${words#*trsvcid=}
    echo "${address%%,*},${port%%,*}"
  done
}
own_nfs() {
  mounts=/proc/1/mountinfo
  cat "$mounts" >/dev/null 2>&1 || mounts=/proc/self/mountinfo
  sed -n 's#.* - nfs4\{0,1\} \[\{0,1\}\([0-9A-Za-z.:-]*[0-9A-Za-z]\)\]\{0,1\}:/.*#\1,2049#p' "$mounts"
}
is_portal() {
  case $1 in -* | *[!A-Za-z0-9.:,-]* | ,* | *,*[!0-9]* | *,) return 1 ;; *,*) return 0 ;; *) return 1 ;; esac
}
all='' chosen='' count=0
for portal in "$@" $(own_iscsi) $(own_nvme) $(own_nfs); do
  case " $chosen " in *" $portal "*) continue ;; esac
  [ "$count" -lt "$most" ] && is_portal "$portal" || continue
  chosen="$chosen $portal" count=$((count + 1))
  all="$all ping,${portal%,*} tcp,$portal"
done
[ -n "$all" ] || exit 21
batches "$longest" $all
exit 0
"""
)

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "portals",
        ("sh", "-c", _PORTALS, "portals"),
        reads="ping and a TCP connection to each storage portal of the cluster objects and of the node's own sessions",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=60,
        active=True,
    ),
)
