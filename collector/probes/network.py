"""Whether the portals that the cluster objects name answer from this node."""

from __future__ import annotations

from collector.probes.probe import LOOP_EXIT_CODES, AnyProbe, Probe
from collector.probes.side_by_side import SIDE_BY_SIDE

# A TCP connection that is opened and closed; nothing is sent.  Without a tool to open one the answer is "na".
_PORTALS = (
    SIDE_BY_SIDE
    + r"""
[ $# -gt 0 ] || exit 21
pinged() {
  command -v ping >/dev/null 2>&1 || { echo na; return; }
  said=$(ping -n -c 1 -W 2 "$1" 2>&1)
  case $?,$said in
    0,*) echo ok ;;
    *ermitted* | *ermission* | *'invalid option'* | *'apability'*) echo na ;;
    *) echo fail ;;
  esac
}
connected() {
  if command -v bash >/dev/null 2>&1; then
    bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null && echo ok || echo fail
  elif command -v nc >/dev/null 2>&1; then
    nc -z -w 3 "$1" "$2" >/dev/null 2>&1 && echo ok || echo fail
  else
    echo na
  fi
}
ask() {
  case $1 in
    ping,*) pinged "${1#ping,}" ;;
    tcp,*) address=${1#tcp,} address=${address%,*}; connected "$address" "${1##*,}" ;;
  esac
}
tell() {
  said=fail
  [ "$2" = 124 ] || read -r said <"$answer"
  case $1 in
    ping,*) ping=$said ;;
    tcp,*) address=${1#tcp,}; echo "${address%,*} ${1##*,} ping=$ping tcp=$said" ;;
  esac
}
for portal do
  address=${portal%,*}
  all="${all-} ping,$address tcp,$address,${portal##*,}"
done
batches 4 $all
exit 0
"""
)

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "portals",
        ("sh", "-c", _PORTALS, "portals"),
        reads="ping and a TCP connection to each storage portal that the cluster objects name",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=60,
        active=True,
    ),
)
