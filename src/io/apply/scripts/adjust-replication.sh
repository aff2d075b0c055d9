# Arguments: resources that are up.
for resource in "$@"; do drbdadm adjust "$resource" >&2 9>&-; done
rm -f -- "$pending/drbd-adjust"
