// Connections: how two replicas meet, what they agree on, how a loss is noticed and what a Primary does then (fencing
// policy, quorum). Source: DRBD 9 User's Guide, "Connection states", "Fencing", "Configuring quorum"; drbd.conf(5).
import type { DiskState } from '../../drbd/states.ts'
import { handshake } from './handshake.ts'
import { failIo, giveUpOn, inOrder, overdue, resumeIo } from './io.ts'
import type { Drbd } from './ports.ts'
import { announce, moveConnection, moveDisk, moveReplication, peerOf, replicaOf, siteOf } from './ports.ts'
import { interruptResync } from './resync.ts'
import type { Peer, Replica, ResourceSite } from './types.ts'

/** Two replicas may be able to meet: something about them or the cable changed. */
export function poke(drbd: Drbd, site: ResourceSite, a: string, b: string, delay: number): void {
  drbd.ports.timer.after(delay, undefined, { kind: 'attempt', res: site.config.name, a, b })
}

export function attempt(drbd: Drbd, res: string, a: string, b: string): void {
  const site = siteOf(drbd, res)
  const [left, right] = [replicaOf(site, a), replicaOf(site, b)]
  const [toRight, toLeft] = [peerOf(left, b), peerOf(right, a)]
  if (!left.up || !right.up || toRight.connection !== 'Connecting' || toLeft.connection !== 'Connecting') return
  if (!drbd.ports.reachable(a, b, site.config.link)) return
  handshake(drbd, site, left, right)
  for (const r of [left, right]) {
    updateQuorum(drbd, site, r)
    announce(drbd, site, r)
  }
}

/** Starts to wait for the peer, as `drbdadm connect` does. */
export function connect(drbd: Drbd, site: ResourceSite, r: Replica, peer: string): void {
  const p = peerOf(r, peer)
  if (p.connection !== 'StandAlone') return
  moveConnection(p, 'connect')
  moveConnection(p, 'listen')
  poke(drbd, site, r.node, peer, 200 + 300 * drbd.ports.random.next())
}

/** Closes on purpose. A Secondary that leaves its Primary marks its own data as outdated, where fencing is on: a change
 *  that both have to agree to, so not where the peer is gone and only nobody has noticed yet. The last good data stays
 *  what it is: a Primary without any writes nothing more. */
export function disconnect(drbd: Drbd, site: ResourceSite, r: Replica, peer: string): void {
  const p = peerOf(r, peer)
  if (p.connection === 'StandAlone') return
  const wasConnected = p.connection === 'Connected'
  const careful = site.config.fencing !== 'dont-care' || site.config.quorum
  const answers = drbd.ports.reachable(r.node, peer, site.config.link)
  if (wasConnected && answers && p.role === 'Primary' && careful && r.disk === 'UpToDate' && goesOn(site, r, peer)) {
    moveDisk(r, 'outdate')
    r.meta.outdated = true
    announce(drbd, site, r)
  }
  const { session } = p
  drop(drbd, site, r, p, 'disconnect')
  moveConnection(p, 'cleaned-up')
  if (!wasConnected || !answers) return
  const other = replicaOf(site, peer)
  const theirs = peerOf(other, r.node)
  if (theirs.session === session && theirs.connection === 'Connected') lose(drbd, site, other, theirs, 'peer-closed')
}

/** Without this replica its Primary still has good data: a disk of its own, or another's. */
function goesOn(site: ResourceSite, r: Replica, primary: string): boolean {
  const other = replicaOf(site, primary)
  const elsewhere = [...other.peers.values()].some(
    p => p.node !== r.node && p.connection === 'Connected' && p.disk === 'UpToDate',
  )
  return other.disk === 'UpToDate' || elsewhere
}

export type Loss = 'network-failure' | 'peer-timeout' | 'peer-closed'

/** The part that every end of a connection has in common. */
function drop(drbd: Drbd, site: ResourceSite, r: Replica, p: Peer, on: Loss | 'disconnect'): void {
  interruptResync(drbd, site, r, p)
  moveConnection(p, on)
  if (p.replication !== 'Off') moveReplication(p, 'connection-lost')
  p.role = 'Unknown'
  if (p.disk !== 'Outdated' && p.disk !== 'Inconsistent') p.disk = 'DUnknown'
  p.outbox = []
  p.session = 0
  p.timeoutArmed = false
}

/** A connection broke: try again, and if we are Primary, find out what became of the peer first. */
export function lose(drbd: Drbd, site: ResourceSite, r: Replica, p: Peer, on: Loss): void {
  const { config } = site
  drbd.ports.say('state', r.node, `${config.name}: connection to ${p.node} lost (${on})`)
  drop(drbd, site, r, p, on)
  moveConnection(p, 'cleaned-up')
  moveConnection(p, 'listen')
  if (r.role === 'Primary') {
    if (r.disk !== 'Diskless' && (r.meta.bitmap.get(p.node) ?? 0) === 0) r.newGenerationDue = true
    const worthIt = r.disk === 'UpToDate' || r.disk === 'Consistent'
    const mustFence = config.fencing !== 'dont-care' && p.disk === 'DUnknown' && !isTieBreaker(site, p.node) && worthIt
    outdateThroughOthers(drbd, site, r, p.node)
    if (mustFence) startFencing(drbd, site, r, p)
    else if (!config.quorum) giveUpOn(drbd, site, r, p.node)
  } else {
    giveUpOn(drbd, site, r, p.node)
    becomeWeak(drbd, site, r, p.node)
  }
  updateQuorum(drbd, site, r)
  if (config.quorum && r.role === 'Primary' && r.hadQuorum) giveUpOn(drbd, site, r, p.node)
  poke(drbd, site, r.node, p.node, config.connectInterval * drbd.ports.random.next())
  announce(drbd, site, r)
}

/** What a Primary knows of a lost peer reaches it through those who see both: its data is outdated from here on. */
function outdateThroughOthers(drbd: Drbd, site: ResourceSite, r: Replica, lost: string): void {
  const other = replicaOf(site, lost)
  const { link } = site.config
  const between = [...r.peers.values()].some(
    p =>
      p.connection === 'Connected' &&
      drbd.ports.reachable(r.node, p.node, link) &&
      other.peers.get(p.node)?.connection === 'Connected' &&
      drbd.ports.reachable(p.node, lost, link),
  )
  if (!between || other.disk !== 'UpToDate' || other.role === 'Primary' || !goesOn(site, other, r.node)) return
  moveDisk(other, 'outdate')
  other.meta.outdated = true
}

/** A Secondary that sees its Primary only through a third node will miss writes: its data counts as outdated at once.
 *  Not where its own was the last good data of that Primary, which cannot write any more. */
function becomeWeak(drbd: Drbd, site: ResourceSite, r: Replica, primary: string): void {
  const { link } = site.config
  const sees = (via: Replica): boolean => {
    const view = via.peers.get(primary)
    return view?.connection === 'Connected' && view.role === 'Primary' && drbd.ports.reachable(via.node, primary, link)
  }
  const indirectly = [...r.peers.values()].some(
    p => p.connection === 'Connected' && drbd.ports.reachable(r.node, p.node, link) && sees(replicaOf(site, p.node)),
  )
  if (!indirectly || r.disk !== 'UpToDate' || !goesOn(site, r, primary)) return
  moveDisk(r, 'outdate')
  r.meta.outdated = true
}

const isTieBreaker = (site: ResourceSite, node: string): boolean =>
  site.config.replicas.some(c => c.node === node && c.diskless)

export function startFencing(drbd: Drbd, site: ResourceSite, r: Replica, p: Peer): void {
  const { config } = site
  if (
    config.fencing === 'resource-and-stonith' &&
    r.role === 'Primary' &&
    !drbd.ports.bugs.has('no-suspend-while-fencing')
  )
    r.suspendedByFencing = true
  p.handler = 'running'
  if (config.fencePeerHandler) drbd.ports.runHandler('fence-peer', r.node, config.name, p.node)
  else
    drbd.ports.say(
      'alarm',
      r.node,
      `${config.name}: fencing is on, but there is no fence-peer handler: I/O stays frozen`,
    )
}

/** The fence-peer handler is done. Exit 3, 4, 5 and 7 mean that the peer will not write. */
export function handlerDone(drbd: Drbd, res: string, node: string, peer: string, succeeded: boolean): void {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  const p = peerOf(r, peer)
  if (p.handler !== 'running') return
  p.handler = succeeded ? 'succeeded' : 'failed'
  if (succeeded && p.connection !== 'Connected') {
    if (p.disk === 'DUnknown') p.disk = 'Outdated'
    if (r.disk === 'UpToDate') r.meta.leftBehind.add(peer)
    if (r.disk === 'Consistent') moveDisk(r, 'peer-is-older')
  }
  const stillAsking = [...r.peers.values()].some(q => q.handler === 'running')
  if (succeeded && !stillAsking && r.suspendedByFencing) {
    r.suspendedByFencing = false
    drbd.ports.say('state', node, `${res}: ${peer} cannot write any more, I/O goes on`)
    resumeIo(drbd, site, r)
  } else if (succeeded && !r.suspendedByFencing && r.role === 'Primary') giveUpOn(drbd, site, r, peer)
  if (!succeeded) drbd.ports.say('alarm', node, `${res}: the fence-peer handler could not make sure of ${peer}`)
  announce(drbd, site, r)
}

/** A check of a connection that may be dead: the ping is due, or a write has waited for `timeout`. */
export function check(drbd: Drbd, res: string, node: string, peer: string, session: number): void {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  const p = peerOf(r, peer)
  if (p.connection !== 'Connected' || p.session !== session) return
  const theirs = peerOf(replicaOf(site, peer), node)
  const open = theirs.session === session
  if (!drbd.ports.reachable(node, peer, site.config.link)) lose(drbd, site, r, p, 'network-failure')
  else if (!open) lose(drbd, site, r, p, 'peer-closed')
  else if (overdue(drbd, site, r, p)) lose(drbd, site, r, p, 'peer-timeout')
}

/** Something between two nodes changed: a cable, or a machine that answers or does not. */
export function pathChanged(drbd: Drbd, a: string, b: string): void {
  for (const site of drbd.state.resources.values()) {
    if (!site.replicas.has(a) || !site.replicas.has(b)) continue
    for (const [node, peer] of [
      [a, b],
      [b, a],
    ] as const)
      pathChangedFor(drbd, site, node, peer)
  }
}

function pathChangedFor(drbd: Drbd, site: ResourceSite, node: string, peer: string): void {
  const p = peerOf(replicaOf(site, node), peer)
  const { config } = site
  const up = drbd.ports.reachable(node, peer, config.link)
  if (p.connection === 'Connecting' && up)
    poke(drbd, site, node, peer, config.connectInterval * drbd.ports.random.next())
  if (p.connection !== 'Connected') return
  const outbox = p.outbox
  if (up) {
    p.outbox = []
    announce(drbd, site, replicaOf(site, node))
    if (outbox.length === 0) return
    const retransmission = inOrder(p, drbd.ports.timer.now(), 200 + 800 * drbd.ports.random.next())
    for (const message of outbox)
      drbd.ports.timer.after(retransmission, peer, {
        kind: 'deliver',
        res: config.name,
        from: node,
        to: peer,
        session: p.session,
        message,
      })
    return
  }
  const ping = config.pingInterval * drbd.ports.random.next() + config.pingTimeout
  drbd.ports.timer.after(ping, node, { kind: 'check', res: config.name, node, peer, session: p.session })
}

/** Votes are the replicas whose disk is there; a diskless one only breaks a tie, in favour of who had quorum before. */
export function countsQuorum(site: ResourceSite, r: Replica): boolean {
  const voters = site.config.replicas.filter(c => !c.diskless)
  const tieBreakers = site.config.replicas.filter(c => c.diskless)
  const here = (name: string): boolean => name === r.node || r.peers.get(name)?.connection === 'Connected'
  const diskOf = (name: string): DiskState | undefined => (name === r.node ? r.disk : r.peers.get(name)?.disk)
  const present = voters.filter(c => here(c.node) && diskOf(c.node) !== 'Diskless').length
  if (2 * present !== voters.length) return 2 * present > voters.length
  return r.hadQuorum && tieBreakers.some(c => here(c.node))
}

export function updateQuorum(drbd: Drbd, site: ResourceSite, r: Replica): void {
  const before = r.hadQuorum
  r.hadQuorum = !site.config.quorum || countsQuorum(site, r)
  if (before === r.hadQuorum || !r.up) return
  drbd.ports.say('state', r.node, `${site.config.name}: quorum ${r.hadQuorum ? 'gained' : 'lost'}`)
  if (r.role !== 'Primary') return
  if (r.hadQuorum) {
    r.suspendedByQuorum = false
    resumeIo(drbd, site, r)
  } else if (site.config.onNoQuorum === 'suspend-io') r.suspendedByQuorum = true
  else failIo(drbd, site, r)
}
