# Arguments: resource, part, device. The look and the writing are one command, so nothing comes in between.
blockdev --flushbufs "$3"
carried=$(wipefs --no-act --noheadings --output TYPE -- "$3" | sort -u | paste -sd,)
case $carried in
  '') ;;
  drbd) exit 0 ;;
  *) refuse device-carries "$3 $carried" ;;
esac
if lsblk --noheadings --output MOUNTPOINTS "$3" | grep -q '[^[:space:]]'; then refuse device-in-use "$3 a mount"; fi
drbdadm create-md --force "$1/$2" >&2
