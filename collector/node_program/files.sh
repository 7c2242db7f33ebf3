# files LIMIT TOTAL NEWEST_FIRST FOLLOW_LINKS WINDOW GLOB...: copies files into the probe's folder and lists them on the way.
# Ends with 0 (copied), 21 (the folder is there, no such file), 69 (no such folder) or 77 (something was refused).
cd "$CSI_TRIAGE_TMP" && mkdir ../files || exit 70
limit=$1 left=$2 newest_first=$3 follow=$4 oldest=0
[ "$5" -eq 0 ] || oldest=$(($(date +%s) - $5))  # seconds; what was last written to before holds nothing newer
shift 5
IFS=
number=0 denied='' folder_seen=''
say() { echo "$1" >&2; }

# Walks down to the last folder that is named without a wildcard.
look_at_folder() {
  at='' rest=${1#/}
  while :; do
    part=${rest%%/*}
    case $part in *[*?[]*) break ;; esac
    [ "$part" != "$rest" ] || { folder_seen=1; return; }
    at=$at/$part rest=${rest#*/}
    [ -d "$at" ] || return
    [ -x "$at" ] || { say "$at: permission denied"; denied=1; return; }
  done
  [ -r "$at" ] || { say "$at: permission denied"; denied=1; return; }
  folder_seen=1
}

take() {
  [ -e "$1" ] || [ -L "$1" ] || return
  case $1 in *[!A-Za-z0-9._/:@%+=,~-]*) say "a name of unusual characters: skipped"; return ;; esac
  if [ -L "$1" ] && [ "$follow" = 0 ]; then say "$1: skipped, a symbolic link"; return; fi
  [ -f "$1" ] || return
  case $1 in *.gz | *.bz2 | *.xz | *.zst | *.zip | *.tgz) say "$1: skipped, compressed"; return ;; esac
  [ -r "$1" ] || { say "$1: permission denied"; denied=1; return; }
  size=$(stat -L -c '%s %Y' "$1") || return
  written=${size#* } size=${size% *}
  if [ "$written" -lt "$oldest" ]; then say "$1: skipped, older than the period"; return; fi
  keep=$size
  [ "$keep" -le "$limit" ] || keep=$limit
  [ "$keep" -le "$left" ] || keep=$left
  if [ "$keep" -eq 0 ] && [ "$size" -gt 0 ]; then
    say "$1: skipped, the limit of all files together is reached"
    echo "cut files" >>../list
    return
  fi
  number=$((number + 1)) left=$((left - keep)) cut=0
  if [ "$keep" -lt "$size" ]; then
    cut=1
    tail -c "$keep" "$1" | head -c "$keep" >"../files/$number"
  else
    head -c "$size" "$1" >"../files/$number"
  fi
  echo "file $number $cut $1" >>../list
}

for glob do
  look_at_folder "$glob"
  if [ "$newest_first" = 1 ]; then
    while IFS= read -r file; do take "$file"; done <<END
$(ls -1td $glob 2>/dev/null)
END
  else
    for file in $glob; do take "$file"; done
  fi
done
[ -z "$denied" ] || exit 77
[ "$number" -eq 0 ] || exit 0
[ -z "$folder_seen" ] || exit 21
exit 69
