# Arguments: device. Planned only with the administrator's word for this volume. A device in use is refused.
if lsblk --noheadings --output MOUNTPOINTS "$1" | grep -q '[^[:space:]]'; then refuse device-in-use "$1 a mount"; fi
[ "$(blkid --probe --match-tag LABEL --output value "$1" || true)" != hf-ready ] || refuse device-carries "$1 hf-ready"
wipefs --all --quiet "$1" >&2
