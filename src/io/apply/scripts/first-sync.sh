# Arguments: resource, "blank" or "written". Runs on the node that is the source if there has to be one.
waited=0
until [ "$(drbdadm cstate "$1" 2>/dev/null | sort -u)" = Connected ]; do
  [ "$waited" -lt 60 ] || refuse port-blocked "$(drbdadm cstate "$1" 2>&1 | paste -sd,)"
  [ $((waited % 4)) -ne 0 ] || say "waiting for the peer's DRBD of $1"
  waited=$((waited + 1))
  sleep 0.5
done
disks=$(drbdadm dstate "$1" | sort -u | paste -sd,)
case $disks in
  *UpToDate*) exit 0 ;;
  Inconsistent/Inconsistent | Inconsistent) ;;
  *) refuse step-failed "$1 has the disk states $disks, which are none that may be declared equal" ;;
esac
case $2 in
  blank)
    if [ "$(cat /sys/module/drbd/version | cut -d. -f1)" = 8 ]; then
      drbdadm -- --clear-bitmap new-current-uuid "$1" >&2
    else
      drbdadm new-current-uuid --clear-bitmap "$1" >&2
    fi
    ;;
  *)
    drbdadm primary --force "$1" >&2
    drbdadm secondary "$1" >&2
    ;;
esac
