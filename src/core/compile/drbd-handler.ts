// What DRBD 8.4 asks before it writes on without its peer, and after it has caught up again: the handlers `fence-peer` and
// `after-resync-target`, as one shell script on every node. The distribution's crm-fence-peer.sh cannot be used with the
// Pacemaker of today: it does not understand the node states that Pacemaker writes since 2.1.7 (time stamps), so it waits
// out its time and then takes a peer for dead that nobody has fenced. Seen in the lab, with I/O frozen meanwhile.
// The rules: a peer counts as kept out once it is itself known to have the constraint that forbids its promotion, or once
// Pacemaker has confirmed that it is down; nothing is ever assumed because time has passed. A disk that is only
// Consistent (the peer may have newer data) is not made good by shooting the peer.
// Source: drbd.conf-8.4(5), "fence-peer" and its exit codes; DRBD User's Guide 8.4, "Resource-level fencing".
import type { Platform } from './artifacts.ts'
import { roleWords } from './cib-parts.ts'

export const drbdHandlerPath = '/usr/lib/holdfast/drbd-handler'

interface Handlers {
  readonly 'fence-peer': string
  readonly 'after-resync-target': string
}

/** `clone`: the id of the volume's promotable clone. */
export const drbdHandlers = (clone: string, platform: Platform, isFenced: boolean): Handlers => ({
  'fence-peer': `${drbdHandlerPath} fence ${clone} ${roleWords(platform).promoted} ${isFenced ? 'confirmed' : 'gone'}`,
  'after-resync-target': `${drbdHandlerPath} unfence ${clone}`,
})

// `drbdadm` and `drbdsetup` would wait for the very state change that this script is asked about: /proc/drbd does not.
export const drbdHandlerScript = `#!/bin/sh
# Handlers of DRBD 8.4 for a cluster run by Pacemaker. Called by drbdadm, which sets DRBD_RESOURCE, DRBD_PEER, DRBD_MINOR.
#   drbd-handler fence CLONE ROLE confirmed|gone   may this node go on without its peer?
#   drbd-handler unfence CLONE                     this node has caught up: its peer's constraint can go
# Exit status of fence: 4 the peer has the constraint; 7 the peer is down; 1 neither is certain, so I/O stays frozen.
set -u
clone=$2
constraint=drbd-fence-by-handler-$DRBD_RESOURCE-$clone
own=$(uname -n)

say() { logger -t holdfast-drbd -p daemon.notice -- "$DRBD_RESOURCE: $*"; }

# value ATTRIBUTE: of the first element on standard input.
value() { sed -n "s/^ *<[^>]* $1=\\"\\([^\\"]*\\)\\".*/\\1/p" | head -n 1; }

has_quorum() { [ "$(cibadmin --query --no-children --xpath /cib 2>/dev/null | value have-quorum)" = 1 ]; }

# What Pacemaker knows of the peer: member, down or unknown.
peer_state() {
  state=$(cibadmin --query --no-children --xpath "/cib/status/node_state[@uname='$DRBD_PEER']" 2>/dev/null) || state=
  in_ccm=$(printf '%s\\n' "$state" | value in_ccm)
  crmd=$(printf '%s\\n' "$state" | value crmd)
  expected=$(printf '%s\\n' "$state" | value expected)
  case $in_ccm/$crmd in
    / | */ | /*) echo unknown ;;
    false/* | 0/*) if [ "$expected" = down ] || [ "$gone" = gone ]; then echo down; else echo unknown; fi ;;
    */offline | */0) if [ "$expected" = down ]; then echo down; else echo unknown; fi ;;
    *) echo member ;;
  esac
}

# Its controller answers: so what was sent to the whole cluster before has reached it as well.
peer_answers() { crmadmin --timeout 5s --status "$DRBD_PEER" >/dev/null 2>&1; }

# local_state N: the roles (1) or the disk states (2) of this node, one for each minor.
local_state() {
  for minor in $DRBD_MINOR; do
    sed -n "s/^ *$minor: .* ro:\\([A-Za-z]*\\)\\/.* ds:\\([A-Za-z]*\\)\\/.*/\\\\$1/p" /proc/drbd
  done
}

# Puts the constraint in place. Fails if it may be there or not; refuses where it belongs to somebody else.
hold() {
  status=0
  there=$(cibadmin --query --xpath "//rsc_location[@id='$constraint']//expression" 2>/dev/null) || status=$?
  case $status in
    0) holder=$(printf '%s\\n' "$there" | value value) ;;
    105) holder= ;;
    *) return 1 ;;
  esac
  [ "$holder" != "$own" ] || return 0
  [ -z "$holder" ] || refuse "only $holder may be promoted, by $constraint"
  for disk in $(local_state 2); do
    [ "$disk" = UpToDate ] || refuse "this disk is $disk, and the peer's data may be newer"
  done
  cibadmin --create --scope constraints --xml-text "<rsc_location id=\\"$constraint\\" rsc=\\"$clone\\"><rule id=\\"$constraint-rule\\" role=\\"$role\\" score=\\"-INFINITY\\"><expression id=\\"$constraint-expr\\" attribute=\\"#uname\\" operation=\\"ne\\" value=\\"$own\\"/></rule></rsc_location>" >/dev/null 2>&1 || return 1
  say "only $own may be promoted until $DRBD_PEER has caught up ($constraint)"
}

refuse() {
  say "refused: $*"
  exit 1
}

# Ends the script where the question is settled.
try() {
  has_quorum || return 0
  case $(peer_state) in
    down)
      hold || return 0
      say "$DRBD_PEER is down"
      exit 7
      ;;
    member)
      peer_answers && hold && peer_answers || return 0
      say "$DRBD_PEER is kept from being promoted"
      exit 4
      ;;
  esac
}

now() { sed 's/[. ].*//' /proc/uptime; }

case $1 in
  fence)
    role=$3
    gone=$4
    # A promotion is tried again by Pacemaker; a Primary with frozen I/O has nothing better to do than wait.
    case $(local_state 1) in *Primary*) patience=3600 ;; *) patience=80 ;; esac
    until=$(($(now) + patience))
    while [ "$(now)" -lt "$until" ]; do
      try
      sleep 0.5
    done
    refuse "within $patience s $DRBD_PEER was neither confirmed to be down nor reached"
    ;;
  unfence)
    for disk in $(local_state 2); do [ "$disk" = UpToDate ] || exit 0; done
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
      cibadmin --query --xpath "//rsc_location[@id='$constraint']" >/dev/null 2>&1
      [ $? -ne 105 ] || exit 0
      if cibadmin --delete --xpath "//rsc_location[@id='$constraint']" >/dev/null 2>&1; then
        say "$constraint is removed: this node has caught up"
        exit 0
      fi
      sleep 3
    done
    say "could not remove $constraint"
    exit 1
    ;;
esac
`
