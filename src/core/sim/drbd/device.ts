// The door of the simulated DRBD: what drbdadm and the kernel offer to the agent (up, down, primary, secondary), the
// events that belong to it, and what a loss of power leaves of it. A promotion is refused where the kernel refuses it.
// Source: drbdadm(8), DRBD 9 User's Guide, "Resource roles", "Fencing".

import type { DiskState } from '../../drbd/states.ts'
import {
  attempt,
  check,
  connect,
  disconnect,
  handlerDone,
  lose,
  pathChanged,
  startFencing,
  updateQuorum,
} from './connection.ts'
import { meetAgain } from './handshake.ts'
import { beginGeneration, deliver, diskAnswers, leaveBehind, localDone, peerDone, submit } from './io.ts'
import type { Drbd } from './ports.ts'
import { announce, moveDisk, peerOf, replicaOf, siteOf, upToDatePeer } from './ports.ts'
import { interruptResync, resyncDone } from './resync.ts'
import type { DrbdEvent, Peer, Replica, ResourceSite } from './types.ts'
import { forget } from './types.ts'

export { connect, disconnect, diskAnswers, handlerDone, pathChanged, submit }

export function handle(drbd: Drbd, event: DrbdEvent): void {
  switch (event.kind) {
    case 'attempt':
      attempt(drbd, event.res, event.a, event.b)
      return
    case 'check':
      check(drbd, event.res, event.node, event.peer, event.session)
      return
    case 'deliver':
      arrive(drbd, event)
      return
    case 'local-done':
      watchingDisk(drbd, event, site => localDone(drbd, site, event.node, event.write))
      return
    case 'peer-done':
      watchingDisk(drbd, event, site => peerDone(drbd, site, event.node, event.from, event.session, event.write))
      return
    case 'resync-done':
      resyncDone(drbd, siteOf(drbd, event.res), event.a, event.b, event.session)
      return
    default:
      event satisfies never
  }
}

/** A write may find out that the disk has failed, and then it has no vote any more. */
function watchingDisk(
  drbd: Drbd,
  { res, node }: { res: string; node: string },
  write: (site: ResourceSite) => void,
): void {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  const before = r.disk
  write(site)
  if (r.disk !== before) for (const other of site.replicas.values()) updateQuorum(drbd, site, other)
}

/** A message for a connection that is no more is answered with a reset. */
function arrive(drbd: Drbd, event: DrbdEvent & { kind: 'deliver' }): void {
  const site = siteOf(drbd, event.res)
  const to = peerOf(replicaOf(site, event.to), event.from)
  if (to.session === event.session) {
    deliver(drbd, site, event.to, event.from, event.message)
    return
  }
  const sender = replicaOf(site, event.from)
  const p = peerOf(sender, event.to)
  if (p.session === event.session && p.connection === 'Connected') lose(drbd, site, sender, p, 'peer-closed')
}

/** drbdadm up: attach and connect. */
export function up(drbd: Drbd, res: string, node: string): void {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  if (r.up) return
  r.up = true
  if (!r.diskless) attach(drbd, site, r)
  for (const peer of r.peers.keys()) connect(drbd, site, r, peer)
  updateQuorum(drbd, site, r)
  announce(drbd, site, r)
}

export function attach(drbd: Drbd, site: ResourceSite, r: Replica): DiskState {
  moveDisk(r, 'attach')
  if (drbd.ports.disk(r.node, site.config.name).health === 'error') {
    moveDisk(r, 'io-error')
    moveDisk(r, 'released')
    drbd.ports.say('alarm', r.node, `${site.config.name}: the backing disk cannot be read`)
    return r.disk
  }
  moveDisk(r, 'metadata-read')
  applyActivityLog(drbd, r)
  const isLast = [...r.peers.keys()].every(peer => r.meta.leftBehind.has(peer))
  const careful = site.config.quorum || (site.config.fencing !== 'dont-care' && !isLast)
  if (isLast) for (const p of r.peers.values()) if (p.connection !== 'Connected') p.disk = 'Outdated'
  if (!r.meta.consistent) moveDisk(r, 'found-inconsistent')
  else if (r.meta.outdated) moveDisk(r, 'found-outdated')
  else moveDisk(r, careful ? 'found-consistent' : 'found-current')
  drbd.ports.say('detail', r.node, `${site.config.name}: attached, ${r.disk}`)
  return r.disk
}

/** drbdadm adjust: as it is configured, so with its disk, if that works, and with its peers. */
export function adjust(drbd: Drbd, res: string, node: string): void {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  reattach(drbd, res, node)
  for (const peer of r.peers.keys()) {
    connect(drbd, site, r, peer)
    const other = replicaOf(site, peer)
    if (other.up) connect(drbd, site, other, node)
  }
}

/** After a crash, or an I/O error, as Primary: what was being written may differ anywhere. */
function applyActivityLog(drbd: Drbd, r: Replica): void {
  if (!r.meta.primary || drbd.ports.bugs.has('ignore-activity-log')) return
  for (const peer of r.peers.keys())
    r.meta.dirty.set(peer, new Set([...(r.meta.dirty.get(peer) ?? []), ...r.meta.activity]))
  r.meta.activity.clear()
}

/**
 * drbdadm attach, once the disk works again: it becomes the target of whoever went on. A Primary that had no other data
 * takes back only what it lost last, and that is current. Source: drbdsetup(8), attach, "the data we lost last".
 */
function reattach(drbd: Drbd, res: string, node: string): void {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  const others = [...r.peers.values()].filter(p => p.connection === 'Connected').map(p => replicaOf(site, p.node))
  if (!r.up || r.diskless || r.disk !== 'Diskless') return
  const disk = attach(drbd, site, r)
  if (r.role === 'Primary' && disk === 'Consistent' && !upToDatePeer(r)) moveDisk(r, 'peer-is-older')
  for (const other of others) meetAgain(drbd, site, r, other)
  updateQuorum(drbd, site, r)
  announce(drbd, site, r)
}

/** drbdadm down. Answers why it cannot be done, or nothing. */
export function down(drbd: Drbd, res: string, node: string): string | undefined {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  if (!r.up) return undefined
  if (r.role === 'Primary') return r.open ? 'Device is held open by someone' : 'Device is Primary'
  for (const peer of r.peers.keys()) disconnect(drbd, site, r, peer)
  if (r.disk !== 'Diskless') {
    r.meta.primary = false
    r.meta.activity.clear()
  }
  forget(r)
  announce(drbd, site, r)
  return undefined
}

export type Promotion =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly why: string }
  /** The fence-peer handler runs; `ask again when it is over. */
  | { readonly kind: 'asking' }
  /** A peer that counts as connected does not answer: ask again when it does, or is known to be lost. */
  | { readonly kind: 'again' }

/** drbdadm primary. */
export function promote(drbd: Drbd, res: string, node: string): Promotion {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  if (r.role === 'Primary') return { kind: 'done' }
  const silent = [...r.peers.values()].filter(
    p => p.connection === 'Connected' && !drbd.ports.reachable(node, p.node, site.config.link),
  )
  if (silent.length > 0) {
    for (const { node: peer, session } of silent)
      drbd.ports.timer.after(site.config.pingTimeout, node, { kind: 'check', res, node, peer, session })
    return { kind: 'again' }
  }
  const refused = refusal(drbd, site, r)
  if (refused) return { kind: 'refused', why: refused }
  const unknown = unknownPeers(site, r)
  const gaveUp = unknown.find(p => p.handler === 'failed')
  if (gaveUp) {
    gaveUp.handler = 'idle'
    return {
      kind: 'refused',
      why: `the fence-peer handler would not vouch for it: ${gaveUp.node} is not known to be kept out`,
    }
  }
  if (unknown.length > 0) {
    for (const p of unknown) if (p.handler !== 'running') startFencing(drbd, site, r, p)
    return { kind: 'asking' }
  }
  const needs = r.disk !== 'UpToDate' && !upToDatePeer(r)
  if (needs && !drbd.ports.bugs.has('promote-outdated-data'))
    return { kind: 'refused', why: `Need access to UpToDate data (own disk is ${r.disk})` }
  becomePrimary(drbd, site, r)
  return { kind: 'done' }
}

function refusal(drbd: Drbd, site: ResourceSite, r: Replica): string | undefined {
  const { bugs } = drbd.ports
  if (!r.up) return 'not configured'
  const primary = [...r.peers.values()].find(p => p.connection === 'Connected' && p.role === 'Primary')
  if (primary && !site.config.allowTwoPrimaries)
    return `Multiple primaries not allowed by config (${primary.node} is Primary)`
  if (site.config.quorum && !r.hadQuorum) return 'No quorum'
  const bad = r.disk === 'Outdated' || r.disk === 'Inconsistent' || r.disk === 'Diskless'
  if (bad && !upToDatePeer(r) && !bugs.has('promote-outdated-data'))
    return `Need access to UpToDate data (own disk is ${r.disk})`
  return undefined
}

const unknownPeers = (site: ResourceSite, r: Replica): Peer[] =>
  site.config.fencing === 'dont-care'
    ? []
    : [...r.peers.values()].filter(p => p.connection !== 'Connected' && p.disk === 'DUnknown' && hasDisk(site, p.node))

const hasDisk = (site: ResourceSite, node: string): boolean =>
  site.config.replicas.some(c => c.node === node && !c.diskless)

function becomePrimary(drbd: Drbd, site: ResourceSite, r: Replica): void {
  if (r.disk === 'Consistent' || r.disk === 'Outdated' || (r.disk === 'Inconsistent' && !upToDatePeer(r)))
    moveDisk(r, 'force')
  r.role = 'Primary'
  if (r.disk !== 'Diskless') r.meta.primary = true
  else if (r.diskless) r.exposed = goodData(site, r)?.meta.current ?? 0
  else goOnWithoutDisk(drbd, site, r)
  const apart = [...r.peers.values()].filter(p => p.connection !== 'Connected' || p.disk !== 'UpToDate')
  if (!r.diskless && apart.some(p => (r.meta.bitmap.get(p.node) ?? 0) === 0)) beginGeneration(drbd, site, r)
  drbd.ports.say('state', r.node, `${site.config.name}: Primary`)
  announce(drbd, site, r)
}

/** What it writes from here on, its own disk will not have: its peers begin a generation without it. */
function goOnWithoutDisk(drbd: Drbd, site: ResourceSite, r: Replica): void {
  const good = goodData(site, r)
  if (good && (good.meta.bitmap.get(r.node) ?? 0) === 0) leaveBehind(drbd, site, r)
  else r.exposed = good?.meta.current ?? 0
}

const goodData = (site: ResourceSite, r: Replica): Replica | undefined => {
  const peer = [...r.peers.values()].find(p => p.connection === 'Connected' && p.disk === 'UpToDate')
  return peer && site.replicas.get(peer.node)
}

/** drbdadm secondary. Answers why it cannot be done, or nothing. */
export function demote(drbd: Drbd, res: string, node: string): string | undefined {
  const site = siteOf(drbd, res)
  const r = replicaOf(site, node)
  if (r.role !== 'Primary') return undefined
  if (r.open) return 'Device is held open by someone'
  if (r.suspendedByFencing || r.suspendedByQuorum) return 'I/O is suspended'
  if ([...r.requests.values()].some(q => !q.completed)) return 'I/O is under way'
  r.role = 'Secondary'
  if (r.disk !== 'Diskless') r.meta.primary = false
  drbd.ports.say('state', node, `${res}: Secondary`)
  announce(drbd, site, r)
  return undefined
}

/** The machine lost its power, crashed or was reset. */
export function powerLost(drbd: Drbd, node: string): void {
  for (const site of drbd.state.resources.values()) {
    const r = site.replicas.get(node)
    if (!r) continue
    for (const p of r.peers.values()) interruptResync(drbd, site, r, p)
    forget(r)
  }
}

export const openDevice = (drbd: Drbd, res: string, node: string, open: boolean): void => {
  replicaOf(siteOf(drbd, res), node).open = open
}
