# What goes back of a probe, within what a node may send in all.

  # An answer that is whole is sent.  While questions are still at work, logs may take half of what the node may send.
  settle() { # NAME KEEP
    if [ "$2" = first ]; then questions=$((questions - 1)); fi
    if [ "$2" = first ] || may_be_sent "$1"; then send "$1"; else held="$held $1"; fi
    [ "$questions" -eq 0 ] || return 0
    for each in $held; do send "$each"; done
    held=''
  }

  may_be_sent() {
    [ "$questions" -gt 0 ] || return 0
    folder_size "$temporary/$1"
    [ $((sent + kib * 1024)) -le $((most_sent_bytes / 2)) ]
  }

  # The last lines of the record: how it ended, and what did not fit.
  send() {
    folder=$temporary/$1 code=- how=exited
    if [ -e "$folder/ending" ]; then read -r how <"$folder/ending"; fi
    if [ -e "$folder/rc" ]; then read -r code <"$folder/rc"; fi
    eval "bytes=\$bytes_$1 keep=\$keep_$1"
    room=$((most_sent_bytes - sent - 81920)) weight=0 dropped=''  # that is for its errors, its record and tar's headers
    [ "$room" -ge 1024 ] || room=0
    [ "$bytes" -le "$room" ] || bytes=$room
    {
      shorten "$folder/out" "$bytes" "$keep"
      if [ "$size" -gt 0 ] && [ "$bytes" -eq 0 ]; then dropped=all; fi
      shorten_files
      shorten "$folder/err" 65536 first
      if [ "$how" = exited ] && [ "$dropped" = all ]; then how="over sent $most_sent_bytes"; fi
      case $how in over*) echo "end $how" ;; *) echo "end $how $code" ;; esac
    } >>"$folder/meta"
    emit "$1"
  }

  # A copy, so that nothing left behind can change it while it is being sent.
  shorten() { # FILE BYTES KEEP
    size=$(wc -c <"$1") size=${size##* }
    if [ "$size" -gt "$2" ]; then
      echo "cut ${1##*/}"
      weight=$((weight + $2))
    else
      weight=$((weight + size))
    fi
    if [ "$3" = last ]; then tail -c "$2" <"$1" >"$1.sent"; else head -c "$2" <"$1" >"$1.sent"; fi
    mv -f "$1.sent" "$1"
  }

  # Files as they were listed, those of logs the newest first; of the one that does not fit its end.
  shorten_files() {
    [ -s "$folder/list" ] || return 0
    set -- $(wc -c "$folder"/files/* 2>/dev/null | tail -n 1) 0
    if [ "$1" -le "$room" ]; then
      weight=$((weight + $1))
      cat "$folder/list"
      return
    fi
    kept=''
    while read -r word number cut path; do
      [ "$word" = file ] || { echo "$word $number"; continue; }
      size=$(wc -c <"$folder/files/$number") size=${size##* }
      if [ "$size" -gt "$room" ]; then
        echo "cut files"
        if [ "$room" -eq 0 ]; then
          rm -f "$folder/files/$number"
          echo "$path: skipped, the limit of all that this node may send is reached" >>"$folder/err"
          continue
        fi
        tail -c "$room" "$folder/files/$number" >"$folder/part" && mv -f "$folder/part" "$folder/files/$number"
        cut=1 size=$room
      fi
      room=$((room - size)) weight=$((weight + size)) kept=1
      [ "$room" -ge 1024 ] || room=0
      echo "file $number $cut $path"
    done <"$folder/list"
    [ -n "$kept" ] || dropped=all
  }

  # `meta` is the last member: without it the answer has not arrived whole.
  emit() {
    cd "$temporary" || leave 73
    name=$1
    set -- "$name"/files/*
    [ -e "$1" ] || shift
    for stream in err out; do
      if [ -s "$name/$stream" ]; then set -- "$name/$stream" "$@"; fi
    done
    sent=$((sent + weight + $# * 1024 + 2048)) weight=0  # tar adds a header and fills blocks
    tar $small -cf - "$@" "$name/meta" 2>/dev/null || still_read
    cd /
    rm -rf "${temporary:?}/$name" 2>/dev/null  # who cuts it off may still write there; the end removes the rest
  }
