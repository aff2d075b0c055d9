# Arguments: resource, "blank" or "written", the numbers of its parts. Runs on the node that is the source if there has to be one.
# What the peer's port answers to a plain connection: "ADDRESS PORT answers|refused|no-route|silent", the worst of several.
knock() {
  drbdsetup show "$1" | sed -n '/_remote_host/,/;/s/.*ipv[46] \[\{0,1\}\([^];]*\)\]\{0,1\}:\([0-9]*\);.*/\1 \2/p' |
    while read -r address port; do
      answer=silent
      if said=$(timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$address" "$port" 2>&1); then answer=answers; fi
      case $said in
        *refused*) answer=refused ;;
        *'No route'* | *unreachable*) answer=no-route ;;
      esac
      printf '%s %s %s\n' "$address" "$port" "$answer"
    done | sort -k 3r | head -n 1
}
waited=0
until [ "$(drbdadm cstate "$1" 2>/dev/null | sort -u)" = Connected ]; do
  [ "$waited" -lt 60 ] || refuse port-blocked "$(drbdadm cstate "$1" 2>&1 | paste -sd,) $(knock "$1")"
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
    resource=$1
    shift 2
    for part in "$@"; do
      case $(cat /sys/module/drbd/version) in
        8.*) drbdadm -- --clear-bitmap new-current-uuid "$resource/$part" >&2 ;;
        *) drbdadm new-current-uuid --clear-bitmap "$resource/$part" >&2 ;;
      esac
    done
    ;;
  *)
    drbdadm primary --force "$1" >&2
    drbdadm secondary "$1" >&2
    ;;
esac
