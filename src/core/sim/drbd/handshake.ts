// Two replicas meet: generations are compared, split brain is found, and a resync begins or none is needed.
// Source: DRBD 9 User's Guide, "Generation identifiers", "Automatic split brain recovery policies".
import { differences } from '../disk.ts'
import type { Side, Verdict } from './generations.ts'
import { compare } from './generations.ts'
import { giveUpOn, leaveBehind, resumeIo } from './io.ts'
import type { Drbd } from './ports.ts'
import { moveConnection, moveDisk, moveReplication, peerOf, upToDatePeer } from './ports.ts'
import { startResync } from './resync.ts'
import type { Replica, ResourceSite } from './types.ts'

const side = (r: Replica): Side => ({
  node: r.node,
  meta: r.meta,
  crashedPrimary: r.meta.primary && r.role !== 'Primary',
})

export function handshake(drbd: Drbd, site: ResourceSite, a: Replica, b: Replica): void {
  if (a.diskless || b.diskless || a.disk === 'Diskless' || b.disk === 'Diskless') {
    const stranger = [a, b].find(r => r.role === 'Primary' && isStrange(r, r === a ? b : a))
    if (stranger) {
      refuse(drbd, site, a, b, { kind: 'unrelated', why: `${stranger.node} had other data than this` })
      return
    }
    for (const [r, other] of [
      [a, b],
      [b, a],
    ] as const)
      vouch(r, other)
    connected(drbd, site, a, b)
    moveReplication(peerOf(a, b.node), 'no-sync')
    moveReplication(peerOf(b, a.node), 'no-sync')
    // What it writes from here on, its own disk will not have.
    for (const [r, other] of [
      [a, b],
      [b, a],
    ] as const)
      if (isWithoutItsDisk(r) && other.disk === 'UpToDate' && (other.meta.bitmap.get(r.node) ?? 0) === 0)
        leaveBehind(drbd, site, r)
    settle(drbd, site, a, b.node)
    settle(drbd, site, b, a.node)
    return
  }
  for (const [r, other] of [
    [a, b],
    [b, a],
  ] as const)
    noteInFlight(r, other.node)
  const verdict = resolve(drbd, site, a, b, judged(drbd, a, b))
  if (verdict.kind === 'split-brain' || verdict.kind === 'unrelated') refuse(drbd, site, a, b, verdict)
  else if (verdict.kind === 'equal') meetAsEquals(drbd, site, a, b, verdict.why)
  else meetToSync(drbd, site, a, b, verdict)
}

const isWithoutItsDisk = (r: Replica): boolean => r.role === 'Primary' && !r.diskless && r.disk === 'Diskless'

/** A Primary that has lost its disk and every good peer connects only to the data that it had last. */
const isStrange = (r: Replica, other: Replica): boolean =>
  r.disk === 'Diskless' && !upToDatePeer(r) && hasData(other) && other.meta.current !== r.exposed

const hasData = (r: Replica): boolean => ['Consistent', 'Outdated', 'UpToDate'].includes(r.disk)

/** What the peer without a disk says of ours: nothing newer exists, or these are the data that it worked with. */
function vouch(r: Replica, other: Replica): void {
  const isLast = other.role === 'Primary' && !other.diskless && r.meta.current === other.exposed
  if (isLast && r.disk === 'Outdated') moveDisk(r, 'peer-is-equal')
  else if (r.disk === 'Consistent' && !other.diskless && (isLast || other.role !== 'Primary'))
    moveDisk(r, 'peer-is-older')
  if (isLast) r.meta.outdated = false
}

/** Writes that were under way when the connection broke count as differing, until the resync has copied them. */
function noteInFlight(r: Replica, other: string): void {
  for (const request of r.requests.values()) {
    if (!request.unacknowledged.has(other)) continue
    const dirty = r.meta.dirty.get(other) ?? new Set()
    for (const block of request.write.blocks) dirty.add(block)
    r.meta.dirty.set(other, dirty)
  }
}

function judged(drbd: Drbd, a: Replica, b: Replica): Verdict {
  const verdict = compare(side(a), side(b))
  const { bugs } = drbd.ports
  if (verdict.kind === 'sync' && bugs.has('sync-from-the-older-generation'))
    return { ...verdict, source: verdict.source === 'left' ? 'right' : 'left' }
  if (verdict.kind !== 'equal') return verdict
  const aDirty = a.meta.dirty.get(b.node)?.size ?? 0
  const bDirty = b.meta.dirty.get(a.node)?.size ?? 0
  if (aDirty + bDirty === 0) return verdict
  const left = givesWay(b, a) || (!givesWay(a, b) && aDirty >= bDirty)
  return { kind: 'sync', source: left ? 'left' : 'right', full: false, why: 'writes were under way when they parted' }
}

/** Of two of the same generation the Primary's blocks stand; else those that nobody has called outdated. */
const givesWay = (r: Replica, other: Replica): boolean =>
  r.role !== other.role ? other.role === 'Primary' : r.disk === 'Outdated' && other.disk !== 'Outdated'

/** after-sb-0pri, -1pri, -2pri: only the policies that do not ask a person discard anything. */
function resolve(drbd: Drbd, site: ResourceSite, a: Replica, b: Replica, verdict: Verdict): Verdict {
  if (verdict.kind !== 'split-brain') return verdict
  const victim = victimOf(site, a, b)
  if (!victim) return verdict
  const source = victim === a ? 'right' : 'left'
  const other = victim === a ? b : a
  drbd.ports.say(
    'alarm',
    victim.node,
    `${site.config.name}: split brain, ${discards(drbd, site, a, b).length} blocks discarded by policy`,
  )
  return { kind: 'sync', source, full: false, why: `split brain: ${victim.node} gives way to ${other.node} by policy` }
}

export const discards = (drbd: Drbd, site: ResourceSite, a: Replica, b: Replica): number[] =>
  differences(drbd.ports.disk(a.node, site.config.name), drbd.ports.disk(b.node, site.config.name))

function victimOf(site: ResourceSite, a: Replica, b: Replica): Replica | undefined {
  if (peerOf(a, b.node).discardMyData) return a
  if (peerOf(b, a.node).discardMyData) return b
  const primaries = [a, b].filter(r => r.role === 'Primary')
  const policy = site.config.afterSplitBrain[primaries.length === 0 ? 0 : primaries.length === 1 ? 1 : 2]
  const changes = (r: Replica, other: Replica): number => r.meta.dirty.get(other.node)?.size ?? 0
  const [fromA, fromB] = [changes(a, b), changes(b, a)]
  if (policy === 'discard-zero-changes') return fromA === 0 ? a : fromB === 0 ? b : undefined
  if (policy === 'discard-least-changes') return fromA <= fromB ? a : b
  if (policy === 'discard-younger-primary') return a.meta.current > b.meta.current ? a : b
  if (policy === 'discard-older-primary') return a.meta.current > b.meta.current ? b : a
  if (policy === 'discard-secondary' && primaries.length === 1) return primaries[0] === a ? b : a
  return undefined
}

function refuse(drbd: Drbd, site: ResourceSite, a: Replica, b: Replica, verdict: Verdict): void {
  const what = verdict.kind === 'split-brain' ? 'split brain detected' : 'unrelated data'
  for (const [r, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const p = peerOf(r, other.node)
    moveConnection(p, 'refused')
    moveConnection(p, 'cleaned-up')
    drbd.ports.say('alarm', r.node, `${site.config.name}: ${what} with ${other.node} (${verdict.why}); StandAlone`)
  }
  if (verdict.kind === 'split-brain') drbd.ports.runHandler('split-brain', a.node, site.config.name, b.node)
}

/** A Primary becomes a target only where it has good data beside it, and none of its own. */
const canFlow = (source: Replica, target: Replica): boolean =>
  target.role === 'Primary'
    ? source.disk === 'UpToDate' && target.disk !== 'UpToDate'
    : source.disk === 'UpToDate' || source.disk === 'Consistent'

/** A disk comes back to a connection that never broke. */
export function meetAgain(drbd: Drbd, site: ResourceSite, r: Replica, other: Replica): void {
  if (other.disk === 'Diskless' || r.disk === 'Diskless') return
  noteInFlight(r, other.node)
  const verdict = judged(drbd, r, other)
  if (verdict.kind === 'equal') {
    if (r.disk !== 'Inconsistent' && other.disk === 'UpToDate' && r.disk !== 'UpToDate') moveDisk(r, 'peer-is-equal')
    r.meta.outdated = false
    r.meta.bitmap.set(other.node, 0)
    if (r.role !== 'Primary') r.meta.primary = false
  } else if (
    verdict.kind === 'sync' &&
    canFlow(verdict.source === 'left' ? r : other, verdict.source === 'left' ? other : r)
  ) {
    const [source, target] = verdict.source === 'left' ? [r, other] : [other, r]
    if (source.disk === 'Consistent') moveDisk(source, 'peer-is-older')
    moveDisk(target, 'become-target')
    target.meta.consistent = false
    startResync(drbd, site, source, target, verdict)
  } else {
    moveDisk(r, 'detach')
    moveDisk(r, 'released')
    drbd.ports.say('alarm', r.node, `${site.config.name}: the disk is not taken back: ${verdict.why}`)
  }
}

/** Both ends are Connected and know each other's role and disk. */
export function connected(drbd: Drbd, site: ResourceSite, a: Replica, b: Replica): void {
  const session = drbd.state.nextSession++
  for (const [r, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const p = peerOf(r, other.node)
    moveConnection(p, 'handshake')
    p.session = session
    p.role = other.role
    p.disk = other.disk
    p.handler = 'idle'
    p.discardMyData = false
    r.meta.leftBehind.delete(other.node)
    drbd.ports.say('state', r.node, `${site.config.name}: connected to ${other.node}`)
  }
}

/** A disk is decided upon when it has met the others: none of them is left that could have newer data. */
const seesAll = (site: ResourceSite, r: Replica, met: Replica): boolean =>
  site.config.replicas.every(
    c => c.diskless || c.node === r.node || c.node === met.node || peerOf(r, c.node).connection === 'Connected',
  )

function meetAsEquals(drbd: Drbd, site: ResourceSite, a: Replica, b: Replica, why: string): void {
  if (a.role === 'Primary' && b.role === 'Primary' && !site.config.allowTwoPrimaries) {
    refuse(drbd, site, a, b, { kind: 'unrelated', why: 'two Primaries are not allowed' })
    return
  }
  const both = a.disk === 'Consistent' && b.disk === 'Consistent'
  for (const [r, other] of [
    [a, b],
    [b, a],
  ] as const)
    if (r.disk === 'Consistent' && other.disk === 'Outdated' && seesAll(site, r, other)) moveDisk(r, 'peer-is-equal')
  const either = a.disk === 'UpToDate' || b.disk === 'UpToDate'
  for (const r of [a, b])
    if (r.disk === 'Consistent' ? both || either : r.disk === 'Outdated' && either) {
      moveDisk(r, 'peer-is-equal')
      r.meta.outdated = false
    }
  connected(drbd, site, a, b)
  for (const [r, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const p = peerOf(r, other.node)
    moveReplication(p, 'no-sync')
    r.meta.bitmap.set(other.node, 0)
    if (r.role !== 'Primary') r.meta.primary = false
    settle(drbd, site, r, other.node)
  }
  drbd.ports.say('detail', a.node, `${site.config.name}: no resync with ${b.node}: ${why}`)
  drbd.ports.runHandler(
    'unfence-peer',
    a.role === 'Primary' ? a.node : b.node,
    site.config.name,
    a.role === 'Primary' ? b.node : a.node,
  )
}

function meetToSync(drbd: Drbd, site: ResourceSite, a: Replica, b: Replica, verdict: Verdict & { kind: 'sync' }): void {
  const [source, target] = verdict.source === 'left' ? [a, b] : [b, a]
  const bothPrimary = a.role === 'Primary' && b.role === 'Primary' && !site.config.allowTwoPrimaries
  const shows = target.role === 'Primary' && target.disk !== 'Inconsistent'
  if (shows || bothPrimary || source.disk === 'Inconsistent') {
    refuse(drbd, site, a, b, {
      kind: 'unrelated',
      why: `${target.node} should become the target of a resync, but cannot`,
    })
    return
  }
  if (source.disk === 'Consistent') moveDisk(source, 'peer-is-older')
  moveDisk(target, 'become-target')
  target.meta.consistent = false
  connected(drbd, site, a, b)
  startResync(drbd, site, source, target, verdict)
  for (const [r, other] of [
    [a, b],
    [b, a],
  ] as const)
    settle(drbd, site, r, other.node)
}

/** Nothing has to wait for this peer's fate any more. */
function settle(drbd: Drbd, site: ResourceSite, r: Replica, other: string): void {
  r.newGenerationDue = [...r.peers.values()].some(p => r.newGenerationDue && p.connection !== 'Connected')
  const asking = [...r.peers.values()].some(p => p.handler === 'running' && p.node !== other)
  giveUpOn(drbd, site, r, other)
  if (!asking) r.suspendedByFencing = false
  resumeIo(drbd, site, r)
}
