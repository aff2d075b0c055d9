# Arguments: resources, `--`, then MINOR:FILESYSTEM:MOUNT of each of their parts. Lines on standard input, in this order:
#   directory PATH OWNER GROUP MODE · command CREATES USER BASE64… · file PATH MODE OWNER BASE64
# A filesystem carries the label hf-new while it is being filled. When all is whole, all of them are labelled hf-ready; so one
# that says hf-ready says it for the others too, and where none does, what is labelled hf-new is made anew. A filesystem with
# another label is somebody's data: it is mounted to see that it can be, and nothing is put into it.
resources='' mounted=''
while [ "$1" != -- ]; do
  resources="$resources $1"
  shift
done
shift
leave() {
  status=$?
  trap - EXIT
  for mount in $mounted; do umount "$mount" || status=1; done
  for resource in $resources; do drbdadm secondary "$resource" || status=1; done
  exit "$status"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM
for resource in $resources; do drbdadm primary "$resource" >&2; done
value() { blkid --probe --match-tag "$2" --output value "$1" || true; }
make() {
  say "making the filesystem on $2"
  case $1 in
    ext4) mkfs.ext4 -q -F -L "$3" -E lazy_itable_init=1,lazy_journal_init=1,nodiscard "$2" >&2 ;;
    xfs) mkfs.xfs -q -f -K -L "$3" "$2" >&2 ;;
  esac
}
relabel() {
  case $1 in
    ext4) tune2fs -L hf-ready "$2" >&2 ;;
    xfs) xfs_admin -L hf-ready "$2" >&2 ;;
  esac
}
write() {
  printf '%s' "${4-}" | base64 -d >"$1"
  chown -- "$3" "$1"
  chmod -- "$2" "$1"
}
run_command() {
  creates=$1 user=$2
  shift 2
  [ ! -e "$creates" ] || return 0
  for word in "$@"; do
    shift
    set -- "$@" "$(printf '%s' "$word" | base64 -d)"
  done
  say "running ${1##*/}"
  (cd / && runuser -u "$user" -- "$@" >&2 </dev/null)
}

whole=no ours='' bare=''
for part in "$@"; do
  rest=${part#*:}
  device=/dev/drbd${part%%:*} filesystem=${rest%%:*}
  type=$(value "$device" TYPE)
  label=$(value "$device" LABEL)
  if [ -z "$type" ]; then
    bare="$bare $filesystem:$device"
  elif [ "$type" != "$filesystem" ]; then
    refuse device-carries "$device $type"
  elif [ "$label" = hf-new ]; then
    ours="$ours $filesystem:$device"
  elif [ "$label" = hf-ready ]; then
    whole=yes
  fi
done
if [ "$whole" = yes ]; then
  for one in $bare; do make "${one%%:*}" "${one#*:}" hf-ready; done
  for one in $ours; do relabel "${one%%:*}" "${one#*:}"; done
  exit 0
fi
ours="$ours$bare"
for one in $ours; do make "${one%%:*}" "${one#*:}" hf-new; done
for part in "$@"; do
  rest=${part#*:}
  mkdir -p -- "${rest#*:}"
  mountpoint -q "${rest#*:}" || mount -t "${rest%%:*}" "/dev/drbd${part%%:*}" "${rest#*:}"
  mounted="${rest#*:} $mounted"
done
while IFS=' ' read -r verb rest; do
  set -- $rest
  [ -n "$ours" ] || continue
  case $verb in
    directory) install -d -o "$2" -g "$3" -m "$4" -- "$1" ;;
    command) run_command "$@" ;;
    file) write "$@" ;;
    *) refuse step-failed "unknown line $verb" ;;
  esac
done
for mount in $mounted; do umount "$mount"; done
mounted=''
sync
for one in $ours; do relabel "${one%%:*}" "${one#*:}"; done
