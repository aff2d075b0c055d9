# Arguments: devices. Reads samples of each, 16 of 1 MiB from the beginning to just before DRBD's own metadata, and says
# "blank" or "written". Samples only: what it calls blank may hold bytes in between that nobody has read through DRBD yet.
sample() {
  for device in "$@"; do
    chunks=$(($(blockdev --getsize64 "$device") / 1048576 - 4))
    i=0
    while [ "$i" -lt 16 ] && [ "$chunks" -gt 0 ]; do
      dd if="$device" bs=1M skip="$((chunks * i / 16))" count=1 status=none
      i=$((i + 1))
    done
  done
}
if [ "$(sample "$@" | tr -d '\0' | head -c 1 | wc -c)" -eq 0 ]; then echo blank; else echo written; fi
