# Arguments: resource. `adjust` brings up what is down and changes nothing that is right.
modprobe drbd
drbdadm adjust "$1" >&2 9>&-
rm -f -- "$pending/drbd-adjust"
