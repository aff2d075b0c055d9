# Argument: resource. Lines on standard input, in this order:
#   part MINOR FILESYSTEM MOUNT · directory PATH OWNER GROUP MODE · command CREATES USER BASE64… · file PATH MODE OWNER BASE64
# A filesystem carries the label hf-new while it is being filled and hf-ready when it is whole, so one that was left half
# filled is known to be ours and is made anew. One that carries another label is somebody's data: looked at, not filled.
resource=$1
mounted=''
leave() {
  status=$?
  trap - EXIT
  for mount in $mounted; do umount "$mount" || status=1; done
  drbdadm secondary "$resource" || status=1
  exit "$status"
}
drbdadm primary "$resource" >&2
trap leave EXIT
trap 'exit 1' HUP INT TERM
made=''
ours=no
value() { blkid --probe --match-tag "$2" --output value "$1" || true; }
mount_part() {
  device=/dev/drbd$1
  type=$(value "$device" TYPE)
  label=$(value "$device" LABEL)
  if [ -z "$type" ] || [ "$label" = hf-new ]; then
    say "making the filesystem $2 on $device"
    case $2 in
      ext4) mkfs.ext4 -q -F -L hf-new -E lazy_itable_init=1,lazy_journal_init=1,nodiscard "$device" >&2 ;;
      xfs) mkfs.xfs -q -f -K -L hf-new "$device" >&2 ;;
    esac
    made="$made $2:$device"
    ours=yes
  elif [ "$type" != "$2" ]; then
    refuse device-carries "$device $type"
  fi
  mkdir -p -- "$3"
  mountpoint -q "$3" || mount -t "$2" "$device" "$3"
  mounted="$3 $mounted"
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
while IFS=' ' read -r verb rest; do
  set -- $rest
  [ "$verb" = part ] || [ "$ours" = yes ] || continue
  case $verb in
    part) mount_part "$@" ;;
    directory) install -d -o "$2" -g "$3" -m "$4" -- "$1" ;;
    command) run_command "$@" ;;
    file)
      printf '%s' "${4-}" | base64 -d >"$1"
      chown -- "$3" "$1"
      chmod -- "$2" "$1"
      ;;
    *) refuse step-failed "unknown line $verb" ;;
  esac
done
for mount in $mounted; do umount "$mount"; done
mounted=''
for one in $made; do
  case $one in
    ext4:*) tune2fs -L hf-ready "${one#*:}" >&2 ;;
    xfs:*) xfs_admin -L hf-ready "${one#*:}" >&2 ;;
  esac
done
sync
