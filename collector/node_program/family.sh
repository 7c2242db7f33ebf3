# Ends processes with what they started, and removes the private folder.  Used by the program and by its guard.
# Needs $own_group and $temporary.

nap() { sleep 0.05 2>/dev/null || sleep 1; }

signal_group() { # SIGNAL PID
  if [ -n "$own_group" ]; then kill -s "$1" -- "-$2" 2>/dev/null; return; fi
  for child in $(cat "/proc/$2/task/$2/children" 2>/dev/null); do signal_group "$1" "$child"; done
  kill -s "$1" "$2" 2>/dev/null
}

# A process and what it started.  Stopped first, it starts nothing more, and its children keep their numbers.  A child
# that has just been started may not have a group of its own yet.
end_family() {
  kill -s STOP "$1" 2>/dev/null
  for member in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
    signal_group KILL "$member"
    kill -s KILL "$member" 2>/dev/null
  done
  kill -s KILL "$1" 2>/dev/null
}

# Renamed first: a probe that is starting just now does not find its folder, and ends before it runs anything.
clean() {
  mv "$temporary" "$temporary.end" 2>/dev/null
  for record in "$temporary.end"/*/runner; do
    read -r left 2>/dev/null <"${record%runner}pid" && signal_group KILL "$left"
    read -r left 2>/dev/null <"$record" && end_family "$left"
  done
  cd /
  for _ in 1 2 3; do
    rm -rf "${temporary:?}.end" 2>/dev/null && return
    nap
  done
}
