#!/bin/sh
# What runs when a tool of a replayed node is called.  As long as nothing was changed on the node, an invocation that
# was recorded is answered from its file; all else is answer.py's.
tool=${0##*/}
if [ -e "/.replay/hangs/$tool" ]; then
  while :; do sleep 3600; done
fi
if [ -e "/.replay/root_only/$tool" ] && [ "$(id -u)" != 0 ]; then
  echo "$tool: permission denied: need to be root" >&2
  exit 1
fi
said="/.replay/said/$tool/$*"
if [ -e "$said/.code" ] && [ ! -e /.replay/state/changed ]; then
  cat "$said/.err" >&2
  cat "$said/.out"
  read -r code <"$said/.code"
  exit "$code"
fi
case $tool in
  dd | stat | uname) exec "/usr/bin/$tool" "$@" ;;
  ls) case " $*" in *' -l'*) ;; *) exec /usr/bin/ls "$@" ;; esac
    case " $*" in *' /sys'* | *' /dev/'* | *' sd'* | *' nvme'*) ;; *) exec /usr/bin/ls "$@" ;; esac ;;
esac
exec /.replay/python -IBS /.replay/answer.py "$tool" "$@"
