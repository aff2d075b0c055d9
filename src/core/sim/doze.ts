// Clients whose answers are known beforehand: as long as nothing happens to a service that works, each request of its
// client ends as the one before it did. Such a client dozes: it is not asked at every tick, and what it would have written
// is accounted for in one step, on the disks and in its books, before anything is done to its service or anybody looks.
// What is the same afterwards: rows, disks, bitmaps, WAL and the books. What is not: the dice that the requests would
// have thrown (how long a disk took). Only the survivability table lets its clients doze.
import { assert } from '../base/assert.ts'
import type { ClientPorts, ClientState, Doze } from './clients.ts'
import { book, serving, writeOf } from './clients.ts'
import type { Write } from './disk.ts'
import { store } from './disk.ts'
import { armTimeout, markDirty } from './drbd/io.ts'
import type { Drbd } from './drbd/ports.ts'
import { receivers, replicaOf, siteOf } from './drbd/ports.ts'
import type { DrbdEvent, Peer, Replica, ResourceSite } from './drbd/types.ts'
import { cable, type NetworkState } from './network.ts'
import { parameters, primitive } from './pacemaker/ports.ts'
import type { Stack } from './pacemaker/types.ts'
import type { SimEvent, SimState } from './state.ts'

export interface DozePorts {
  readonly state: SimState
  readonly drbd: Drbd
  readonly clients: ClientPorts
}

/** How the next request will end, if nothing happens; undefined where that is not certain. */
export function foreseen(p: DozePorts, c: ClientState): Doze | undefined {
  const now = p.clients.timer.now()
  const last = c.acknowledged.at(-1)
  const answered = last?.row === c.nextRow - 1 && c.underWay.size === 0 && now - c.askedAt < 1.5 * c.pace
  const node = answered ? serving(p.clients, c) : undefined
  if (node === undefined || last === undefined || node !== c.connectedTo || now < c.reconnectAt) return undefined
  const volume = c.service.volumes[0]
  const disks = volume === undefined ? [] : takers(p, volume, node)
  const latency = last.at - c.askedAt
  const isAsBefore = last.twice === (volume === undefined || (disks?.length ?? 0) > 1)
  return disks && isAsBefore && latency < c.pace ? { since: now, from: now, node, latency, disks } : undefined
}

/** Whose disks take a write now, all of them at ease; undefined where something is under way, or stands still. */
function takers(p: DozePorts, volume: string, node: string): string[] | undefined {
  const site = siteOf(p.drbd, volume)
  const r = replicaOf(site, node)
  const at = receivers(r)
  const nodes = [node, ...at.map(peer => peer.node)]
  const isAtEase =
    r.role === 'Primary' &&
    r.disk === 'UpToDate' &&
    !(r.suspendedByFencing || r.suspendedByQuorum || r.newGenerationDue || r.held.length > 0 || r.requests.size > 0) &&
    (!site.config.quorum || r.hadQuorum) &&
    [...r.peers.values()].every(peer => !peer.resync && peer.handler !== 'running') &&
    at.every(peer => takesAtEase(p, site, r, peer)) &&
    nodes.every(n => p.drbd.ports.disk(n, volume).health === 'working' && replicaOf(site, n).stuck.length === 0)
  return isAtEase ? nodes : undefined
}

const takesAtEase = ({ state, drbd }: DozePorts, { config }: ResourceSite, r: Replica, peer: Peer): boolean =>
  peer.disk === 'UpToDate' &&
  peer.replication === 'Established' &&
  peer.outbox.length === 0 &&
  drbd.ports.reachable(r.node, peer.node, config.link) &&
  isSteady(state.network, r.node, peer.node, config.link) &&
  isSteady(state.network, peer.node, r.node, config.link)

/** Nothing is left to chance on this cable. */
function isSteady(network: NetworkState, from: string, to: string, link: number): boolean {
  const c = cable(network, from, to, link)
  return c?.up === true && c.loss === 0 && c.jitter === 0
}

/** Accounts for what a client has asked until now, and been answered. */
export function account(p: DozePorts, c: ClientState): void {
  const { doze } = c
  if (!doze) return
  const volume = c.service.volumes[0]
  for (const now = p.clients.timer.now(); doze.from + doze.latency <= now; doze.from += c.pace) {
    const row = c.nextRow++
    if (volume !== undefined) storeAtOnce(p, volume, doze, writeOf(row))
    book(p.clients, c, row, doze.from + doze.latency, volume === undefined || doze.disks.length > 1)
    c.askedAt = doze.from
  }
}

/** What the write path leaves behind when it is done: blocks, and bits for those disks that do not have them. */
function storeAtOnce({ drbd }: DozePorts, volume: string, { disks }: Doze, write: Write): void {
  const site = siteOf(drbd, volume)
  const without = site.config.replicas.filter(c => !c.diskless && !disks.includes(c.node))
  for (const node of disks) {
    store(drbd.ports.disk(node, volume), write)
    for (const peer of without) markDirty(drbd, replicaOf(site, node), peer.node, write)
  }
}

/** Something is about to happen to the service: its client asks again, as of the first tick that has no answer yet. */
export function wake(p: DozePorts, c: ClientState, index: number): void {
  account(p, c)
  const { doze } = c
  if (!doze) return
  const expected = c.service.volumes[0] === undefined ? [] : takers(p, c.service.volumes[0], doze.node)
  assert(
    serving(p.clients, c) === doze.node && expected?.join() === doze.disks.join(),
    `nothing had happened to ${c.service.name} while its client dozed`,
  )
  c.doze = undefined
  if (c.service.volumes[0] !== undefined) rearm(p, c.service.volumes[0], doze, c.pace)
  p.clients.timer.after(doze.from - p.clients.timer.now(), undefined, { kind: 'tick', client: index })
}

/** The check that one of the writes would have left behind: every so many ticks one of them finds none, and sets one. */
function rearm({ drbd, clients }: DozePorts, volume: string, { since, node, disks }: Doze, pace: number): void {
  const site = siteOf(drbd, volume)
  const r = replicaOf(site, node)
  const { timeout } = site.config
  const left = timeout - ((clients.timer.now() - since) % ((Math.floor(timeout / pace) + 1) * pace))
  for (const peer of r.peers.values()) if (left > 0 && disks.includes(peer.node)) armTimeout(drbd, site, r, peer, left)
}

/** The services to which an event may do something. */
export function touched(
  { state, drbd }: DozePorts,
  event: SimEvent,
): 'all' | 'none' | { readonly volume: string } | Operation {
  switch (event.room) {
    case 'client':
    case 'membership':
    case 'move':
      return 'none'
    case 'machine':
      return 'all'
    case 'drbd':
      return findsNothing(drbd, event.event) ? 'none' : { volume: event.event.res }
    case 'pacemaker': {
      const { event: e } = event
      if (e.kind === 'handler') return { volume: e.res }
      if (e.kind === 'execute') return operationOn(state.pacemaker.stacks.get(e.node), e.operation)
      if (e.kind === 'look') {
        const stack = state.pacemaker.stacks.get(e.node)
        const running = stack?.operations.get(e.operation)
        return running ? operationOn(stack, running) : 'none'
      }
      return 'none'
    }
    default:
      return event satisfies never
  }
}

/** A part of a write that is under way (nobody dozes then), or a check of a connection that is as it was. */
function findsNothing({ state, ports }: Drbd, event: DrbdEvent): boolean {
  if (event.kind === 'local-done' || event.kind === 'peer-done') return true
  if (event.kind !== 'deliver' && event.kind !== 'check') return false
  const [node, peer] = event.kind === 'check' ? [event.node, event.peer] : [event.to, event.from]
  const site = state.resources.get(event.res)
  const ends = [site?.replicas.get(node)?.peers.get(peer), site?.replicas.get(peer)?.peers.get(node)]
  return (
    ends.every(end => end?.connection === 'Connected' && end.session === event.session) &&
    ports.reachable(node, peer, site?.config.link ?? 0)
  )
}

/** Agents that only look. */
const looking: ReadonlySet<string> = new Set(['monitor', 'notify', 'cancel'])

export interface Operation {
  /** A primitive. */
  readonly rsc: string
  /** The DRBD resource that it runs. */
  readonly volume: string | undefined
}

function operationOn(stack: Stack | undefined, of: { rsc: string; operation: string }): Operation | 'none' {
  const what = stack && primitive(stack, of.rsc)
  if (!what || what.class === 'stonith' || looking.has(of.operation)) return 'none'
  return { rsc: what.id, volume: parameters(what).get('drbd_resource') }
}

/** Something is about to be done to all of these machines: those who have a part on each of them. */
export function wakeOn(p: DozePorts, nodes: readonly string[]): void {
  const isOn = (volume: string): boolean =>
    nodes.every(node => siteOf(p.drbd, volume).config.replicas.some(c => c.node === node))
  wakeSome(p, ({ service }) => service.volumes.length === 0 || service.volumes.some(isOn))
}

export function wakeFor(p: DozePorts, what: ReturnType<typeof touched>): void {
  if (what === 'none') return
  wakeSome(p, ({ service }) => {
    if (what === 'all') return true
    if ('rsc' in what && service.resources.includes(what.rsc)) return true
    return what.volume !== undefined && service.volumes.includes(what.volume)
  })
}

function wakeSome(p: DozePorts, which: (c: ClientState) => boolean): void {
  for (const [index, c] of p.state.clients.entries()) if (c.doze && which(c)) wake(p, c, index)
}
