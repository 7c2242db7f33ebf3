# The guard: a process of a session of its own, so that what ends the program does not end it.  Ticks every second.  When
# the program was killed, or has not ended by its deadline, it cleans up in its place.  It makes the folder itself, so that
# there is no folder without a guard, and then tells the program its pid.
# Needs $main and $born (the program's pid and the time it began at), $deadline, and family.sh.
trap "" HUP INT PIPE TERM
mkdir "$temporary" || exit
echo "$$"
exec >/dev/null

main_runs() {
  read -r state 2>/dev/null <"/proc/$main/stat" || return 1
  set -- ${state##*) }
  [ "$1" != Z ] && [ "${20}" = "$born" ]
}

ticks=0
while sleep 1 && main_runs; do
  ticks=$((ticks + 1))
  [ "$ticks" -lt "$deadline" ] || break
  [ ! -p "$temporary/messages" ] || echo tick 1<>"$temporary/messages"
done
if main_runs; then
  kill -s STOP "$main" 2>/dev/null
  for child in $(cat "/proc/$main/task/$main/children" 2>/dev/null); do end_family "$child"; done
  kill -s KILL "$main" 2>/dev/null
fi
clean
