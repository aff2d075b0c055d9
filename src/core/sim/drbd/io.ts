// The write path: local disk, peers, acknowledgements by protocol A, B or C, and what happens to requests whose peer is
// lost: they wait while I/O is suspended, and are completed, or not, once the fate of the peer is known.
// Source: DRBD 9 User's Guide, "Replication modes", "Suspending I/O"; drbd.conf(5) `timeout`, `ko-count`, `on-io-error`.

import type { Write } from '../disk.ts'
import { store } from '../disk.ts'
import { newGeneration } from './generations.ts'
import type { Drbd } from './ports.ts'
import { announce, moveDisk, moveReplication, peerOf, receivers, replicaOf, siteOf, upToDatePeer } from './ports.ts'
import { interruptResync } from './resync.ts'
import type { Message, Peer, Replica, Request, ResourceSite } from './types.ts'

export type Accepted = 'accepted' | 'refused'

/** The application writes. `completed` is called when it is over; never, if the machine dies before. */
export function submit(drbd: Drbd, res: string, node: string, write: Write): Accepted {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  if (r.role !== 'Primary') return 'refused'
  if (r.suspendedByFencing || r.suspendedByQuorum) {
    r.held.push(write)
    return 'accepted'
  }
  if (lacksQuorum(site, r)) return 'refused'
  return perform(drbd, site, r, write)
}

const lacksQuorum = (site: ResourceSite, r: Replica): boolean => site.config.quorum && !r.hadQuorum

function perform(drbd: Drbd, site: ResourceSite, r: Replica, write: Write): Accepted {
  const local = !r.diskless && (r.disk === 'UpToDate' || (r.disk === 'Inconsistent' && upToDatePeer(r)))
  const takers = receivers(r)
  if (!local && !takers.some(p => p.disk === 'UpToDate')) return 'refused'
  if (r.newGenerationDue) beginGeneration(drbd, site, r)
  const request: Request = {
    write,
    localDone: !local,
    sentAt: drbd.ports.timer.now(),
    unacknowledged: new Set(takers.map(p => p.node)),
    waitsFor: waitsFor(drbd, site, takers),
    acknowledgedBy: new Set(),
    safe: false,
    completed: false,
  }
  r.requests.set(write.id, request)
  const missing = [...markMissing(drbd, r, takers, write), ...(local ? [] : [r.node])]
  if (local) {
    for (const block of write.blocks) r.meta.activity.add(block)
    drbd.ports.timer.after(diskTime(drbd, r), r.node, {
      kind: 'local-done',
      res: site.config.name,
      node: r.node,
      write: write.id,
    })
  }
  for (const p of takers) {
    send(drbd, site, r, p, { kind: 'data', write, nodes: missing })
    armTimeout(drbd, site, r, p)
  }
  progress(drbd, site, r, request)
  return 'accepted'
}

function waitsFor(drbd: Drbd, site: ResourceSite, takers: readonly Peer[]): Set<string> {
  const waits = site.config.protocol !== 'A' && !drbd.ports.bugs.has('acknowledge-before-the-peer-has-it')
  return new Set(waits ? takers.map(p => p.node) : [])
}

/** Peers that do not get this write: their bitmap remembers it. */
function markMissing(drbd: Drbd, r: Replica, takers: readonly Peer[], write: Write): string[] {
  const missing = [...r.peers.keys()].filter(name => !takers.some(p => p.node === name))
  for (const name of missing) markDirty(drbd, r, name, write)
  return missing
}

export function markDirty(drbd: Drbd, r: Replica, peer: string, write: Write): void {
  if (drbd.ports.bugs.has('forget-the-bitmap') || r.disk === 'Diskless') return
  const dirty = r.meta.dirty.get(peer) ?? new Set()
  for (const block of write.blocks) dirty.add(block)
  r.meta.dirty.set(peer, dirty)
}

function clearDirty(r: Replica, peer: string, write: Write): void {
  const dirty = r.meta.dirty.get(peer)
  for (const block of write.blocks) dirty?.delete(block)
}

/** From here on this replica goes its own way; whoever is connected and has a good disk goes with it. */
export function beginGeneration(drbd: Drbd, site: ResourceSite, r: Replica): void {
  r.newGenerationDue = false
  if (drbd.ports.bugs.has('no-new-generation')) return
  const generation = drbd.state.nextGeneration++
  const together = [...r.peers.values()].filter(p => p.connection === 'Connected' && p.disk === 'UpToDate')
  const apart = [...r.peers.keys()].filter(name => !together.some(p => p.node === name))
  r.exposed = generation
  if (r.disk !== 'Diskless') newGeneration(r.meta, generation, apart)
  for (const p of together) {
    const other = replicaOf(site, p.node)
    if (!other.diskless)
      newGeneration(
        other.meta,
        generation,
        apart.filter(name => name !== p.node),
      )
  }
}

export function send(drbd: Drbd, site: ResourceSite, r: Replica, p: Peer, message: Message): void {
  const { link, name: res } = site.config
  if (!drbd.ports.reachable(r.node, p.node, link)) {
    p.outbox.push(message)
    return
  }
  const delay = inOrder(p, drbd.ports.timer.now(), drbd.ports.latency(r.node, p.node, link))
  drbd.ports.timer.after(delay, p.node, { kind: 'deliver', res, from: r.node, to: p.node, session: p.session, message })
}

export function inOrder(p: Peer, now: number, latency: number): number {
  p.lastArrival = Math.max(p.lastArrival, now + latency)
  return p.lastArrival - now
}

function diskTime(drbd: Drbd, r: Replica): number {
  if (drbd.ports.bugs.has('writes-out-of-order')) return 2_500 * drbd.ports.random.next()
  const now = drbd.ports.timer.now()
  r.diskBusyUntil = Math.max(r.diskBusyUntil, now + drbd.ports.diskLatency())
  return r.diskBusyUntil - now
}

/** `timeout`: an unanswered write finds out about a dead peer sooner than the ping does. */
export function armTimeout(
  drbd: Drbd,
  site: ResourceSite,
  r: Replica,
  p: Peer,
  delay: number = site.config.timeout,
): void {
  if (p.timeoutArmed) return
  p.timeoutArmed = true
  drbd.ports.timer.after(delay, r.node, {
    kind: 'check',
    res: site.config.name,
    node: r.node,
    peer: p.node,
    session: p.session,
  })
}

const koCount = 7

/** True where a peer that can be reached has not acknowledged a write for `ko-count` × `timeout`. */
export function overdue(drbd: Drbd, site: ResourceSite, r: Replica, p: Peer): boolean {
  p.timeoutArmed = false
  const waiting = [...r.requests.values()].filter(q => q.unacknowledged.has(p.node))
  const oldest = waiting[0]
  if (!oldest) return false
  if (drbd.ports.timer.now() - oldest.sentAt >= koCount * site.config.timeout) return true
  armTimeout(drbd, site, r, p)
  return false
}

export function deliver(drbd: Drbd, site: ResourceSite, to: string, from: string, message: Message): void {
  const r = replicaOf(site, to)
  const p = peerOf(r, from)
  if (message.kind === 'data') receiveData(drbd, site, r, p, message)
  else if (message.kind === 'peers-have') for (const name of message.nodes) clearDirty(r, name, message.write)
  else acknowledge(drbd, site, r, p, message)
}

function receiveData(drbd: Drbd, site: ResourceSite, r: Replica, p: Peer, message: Message): void {
  const { write } = message
  if (site.config.protocol === 'B') send(drbd, site, r, p, { kind: 'received', write, nodes: [] })
  for (const name of r.peers.keys())
    if (name !== p.node || message.nodes.includes(name)) markDirty(drbd, r, name, write)
  drbd.ports.timer.after(diskTime(drbd, r), r.node, {
    kind: 'peer-done',
    res: site.config.name,
    node: r.node,
    from: p.node,
    session: p.session,
    write,
  })
}

/** The peer's disk has (or should have) the write. */
export function peerDone(
  drbd: Drbd,
  site: ResourceSite,
  node: string,
  from: string,
  session: number,
  write: Write,
): void {
  const r = replicaOf(site, node)
  const disk = drbd.ports.disk(node, site.config.name)
  if (disk.health === 'hang') {
    r.stuck.push({ kind: 'peer-done', res: site.config.name, node, from, session, write })
    return
  }
  if (disk.health === 'error') failDisk(drbd, site, r)
  else if (r.disk !== 'Diskless') store(disk, write)
  const p = peerOf(r, from)
  if (p.connection === 'Connected' && p.session === session) send(drbd, site, r, p, { kind: 'ack', write, nodes: [] })
}

function acknowledge(drbd: Drbd, site: ResourceSite, r: Replica, p: Peer, message: Message): void {
  const request = r.requests.get(message.write.id)
  if (!request) return
  request.waitsFor.delete(p.node)
  if (message.kind === 'ack') {
    request.unacknowledged.delete(p.node)
    if (p.disk === 'Diskless') markDirty(drbd, r, p.node, request.write)
    else request.acknowledgedBy.add(p.node)
    if (p.disk === 'UpToDate') request.safe = true
  }
  progress(drbd, site, r, request)
}

export function localDone(drbd: Drbd, site: ResourceSite, node: string, id: number): void {
  const r = replicaOf(site, node)
  const request = r.requests.get(id)
  if (!request) return
  const disk = drbd.ports.disk(node, site.config.name)
  if (disk.health === 'hang') {
    r.stuck.push({ kind: 'local-done', res: site.config.name, node, write: id })
    return
  }
  if (disk.health === 'error') failDisk(drbd, site, r)
  else if (r.disk !== 'Diskless') store(disk, request.write)
  request.localDone = true
  progress(drbd, site, r, request)
}

/** A disk that hung answers again, with data or with an error: what stood still in it is over now, in its order. */
export function diskAnswers(drbd: Drbd, res: string, node: string): void {
  const r = replicaOf(siteOf(drbd, res), node)
  for (const event of r.stuck.splice(0)) drbd.ports.timer.after(0, node, event)
}

/** on-io-error detach: go on with the peer's disk, if there is one. */
export function failDisk(drbd: Drbd, site: ResourceSite, r: Replica): void {
  if (drbd.ports.bugs.has('failed-disk-taken-for-good')) return
  if (r.disk === 'Diskless' || r.disk === 'Failed') return
  drbd.ports.say('alarm', r.node, `${site.config.name}: I/O error, the backing disk is detached`)
  for (const p of r.peers.values()) if (p.resync) stopResync(drbd, site, r, p)
  moveDisk(r, 'io-error')
  moveDisk(r, 'released')
  leaveBehind(drbd, site, r)
  announce(drbd, site, r)
}

/** A resync cannot go on without this disk. */
function stopResync(drbd: Drbd, site: ResourceSite, r: Replica, p: Peer): void {
  const theirs = peerOf(replicaOf(site, p.node), r.node)
  interruptResync(drbd, site, r, p)
  theirs.resync = undefined
  for (const end of [p, theirs]) {
    // One end may have noticed a broken connection before the other.
    if (end.replication === 'Off') continue
    moveReplication(end, 'connection-lost')
    moveReplication(end, 'no-sync')
  }
}

/** The failed disk's data is old from here on: whoever still has good data begins a generation without it. */
export function leaveBehind(drbd: Drbd, site: ResourceSite, r: Replica): void {
  const { link } = site.config
  const others = [...r.peers.values()].filter(
    p => p.connection === 'Connected' && p.disk === 'UpToDate' && drbd.ports.reachable(r.node, p.node, link),
  )
  r.exposed = r.meta.current
  const inUse = r.role === 'Primary' || [...r.peers.values()].some(p => p.role === 'Primary')
  if (!inUse || others.length === 0 || drbd.ports.bugs.has('no-new-generation')) return
  const generation = drbd.state.nextGeneration++
  r.exposed = generation
  for (const { node } of others) {
    const other = replicaOf(site, node)
    newGeneration(
      other.meta,
      generation,
      [...other.peers.keys()].filter(name => !others.some(p => p.node === name)),
    )
    for (const request of r.requests.values()) markDirty(drbd, other, r.node, request.write)
  }
}

/** Completes the request (with an error where no up-to-date disk has it: `on-no-data-accessible io-error`) when everything it waits for is there, and forgets it when nothing more can come. */
function progress(drbd: Drbd, site: ResourceSite, r: Replica, request: Request): void {
  if (!request.completed && request.localDone && request.waitsFor.size === 0) {
    request.completed = true
    drbd.ports.completed(r.node, site.config.name, request.write.id, r.disk === 'UpToDate' || request.safe)
  }
  if (!request.completed || request.unacknowledged.size > 0) return
  r.requests.delete(request.write.id)
  if (r.disk !== 'Diskless') for (const block of request.write.blocks) r.meta.activity.delete(block)
  if (r.peers.size > 1) tellWhoHasIt(drbd, site, r, request)
}

function tellWhoHasIt(drbd: Drbd, site: ResourceSite, r: Replica, request: Request): void {
  const nodes = [...request.acknowledgedBy]
  for (const p of receivers(r)) send(drbd, site, r, p, { kind: 'peers-have', write: request.write, nodes })
}

/** The peer is gone for good: what it has not acknowledged is in its bitmap, and nobody waits for it any more. */
export function giveUpOn(drbd: Drbd, site: ResourceSite, r: Replica, peer: string): void {
  for (const request of [...r.requests.values()]) {
    if (!request.unacknowledged.has(peer) && !request.waitsFor.has(peer)) continue
    markDirty(drbd, r, peer, request.write)
    request.unacknowledged.delete(peer)
    request.waitsFor.delete(peer)
    progress(drbd, site, r, request)
  }
}

/** I/O goes on: first what was in flight towards lost peers, then what was held back. */
export function resumeIo(drbd: Drbd, site: ResourceSite, r: Replica): void {
  if (r.suspendedByFencing || r.suspendedByQuorum) return
  for (const p of r.peers.values()) if (p.connection !== 'Connected') giveUpOn(drbd, site, r, p.node)
  const held = r.held
  r.held = []
  for (const write of held)
    if (submit(drbd, site.config.name, r.node, write) === 'refused')
      drbd.ports.completed(r.node, site.config.name, write.id, false)
}

/** on-no-quorum io-error: everything that is under way fails. */
export function failIo(drbd: Drbd, site: ResourceSite, r: Replica): void {
  const waiting = [...r.requests.values()].filter(q => !q.completed)
  for (const request of waiting) {
    request.completed = true
    drbd.ports.completed(r.node, site.config.name, request.write.id, false)
  }
  for (const p of r.peers.values()) if (p.connection !== 'Connected') giveUpOn(drbd, site, r, p.node)
}
