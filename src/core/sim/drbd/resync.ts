// Resync: blocks that differ are copied at a rate; the target is Inconsistent until the last one has arrived, and an
// interrupted resync keeps what it has copied. Source: DRBD 9 User's Guide, "Efficient synchronization", "Resync rate".
import { copyBlock, differences } from '../disk.ts'
import type { Verdict } from './generations.ts'
import { joinGenerations } from './generations.ts'
import type { Drbd } from './ports.ts'
import { announce, moveDisk, moveReplication, peerOf, replicaOf } from './ports.ts'
import type { Peer, Replica, ResourceSite } from './types.ts'

/** What one block of the model stands for when a resync is timed: one extent of the activity log. */
const bytesPerBlock = 4 * 2 ** 20
const setUp = 300

export function startResync(
  drbd: Drbd,
  site: ResourceSite,
  source: Replica,
  target: Replica,
  verdict: Verdict & { kind: 'sync' },
): void {
  const [s, t] = [peerOf(source, target.node), peerOf(target, source.node)]
  moveReplication(s, 'start-source')
  moveReplication(s, 'bitmap-sent')
  moveReplication(t, 'start-target')
  moveReplication(t, 'bitmap-received')
  moveReplication(t, 'identifier-received')
  s.disk = target.disk
  t.disk = source.disk
  const blocks = blocksToCopy(drbd, site, source, target, verdict.full)
  source.meta.dirty.set(target.node, new Set(blocks))
  target.meta.dirty.set(source.node, new Set(blocks))
  if (verdict.full)
    for (const [r, other] of [
      [source, target],
      [target, source],
    ] as const)
      r.meta.full.add(other.node)
  const bytes = verdict.full ? site.config.size : blocks.length * bytesPerBlock
  const duration = setUp + (bytes / site.config.resyncRate) * 1_000
  const now = drbd.ports.timer.now()
  s.resync = { startedAt: now, endsAt: now + duration, bytes }
  t.resync = s.resync
  drbd.ports.say('state', target.node, `${site.config.name}: SyncTarget of ${source.node}: ${verdict.why}`)
  drbd.ports.timer.after(duration, undefined, {
    kind: 'resync-done',
    res: site.config.name,
    a: source.node,
    b: target.node,
    session: s.session,
  })
}

function blocksToCopy(drbd: Drbd, site: ResourceSite, source: Replica, target: Replica, full: boolean): number[] {
  if (full || source.meta.full.has(target.node) || target.meta.full.has(source.node))
    return differences(drbd.ports.disk(source.node, site.config.name), drbd.ports.disk(target.node, site.config.name))
  const union = new Set([...(source.meta.dirty.get(target.node) ?? []), ...(target.meta.dirty.get(source.node) ?? [])])
  return [...union].sort((x, y) => x - y)
}

/** What a write that is under way will make of a block: the kernel lets no resync read pass such a write. */
function inFlight(source: Replica): ReadonlyMap<number, number> {
  const coming = new Map<number, number>()
  for (const { write, localDone } of source.requests.values())
    if (!localDone) for (const block of write.blocks) coming.set(block, write.id)
  return coming
}

/** Copies the first `share` of what differs. */
function copy(drbd: Drbd, site: ResourceSite, source: Replica, target: Replica, share: number): void {
  const union = new Set([...(source.meta.dirty.get(target.node) ?? []), ...(target.meta.dirty.get(source.node) ?? [])])
  const blocks = [...union].sort((x, y) => x - y)
  const [from, to] = [drbd.ports.disk(source.node, site.config.name), drbd.ports.disk(target.node, site.config.name)]
  const coming = inFlight(source)
  for (const block of blocks.slice(0, Math.floor(blocks.length * share))) {
    const newer = coming.get(block)
    if (newer === undefined) copyBlock(from, to, block)
    else to.blocks.set(block, newer)
    source.meta.dirty.get(target.node)?.delete(block)
    target.meta.dirty.get(source.node)?.delete(block)
    for (const [peer, dirty] of target.meta.dirty) if (peer !== source.node) dirty.add(block)
  }
}

/** Nothing is copied while a disk hangs, or while the source's disk still owes writes. */
function stands(drbd: Drbd, site: ResourceSite, source: Replica, target: Replica): boolean {
  const hangs = (r: Replica): boolean => drbd.ports.disk(r.node, site.config.name).health === 'hang'
  const owed = [...source.requests.values()].some(q => !q.localDone && drbd.ports.timer.now() - q.sentAt > 500)
  return hangs(source) || hangs(target) || owed
}

/** The connection breaks in the middle: what is copied stays, the rest is still in the bitmap. */
export function interruptResync(drbd: Drbd, site: ResourceSite, r: Replica, p: Peer): void {
  const { resync } = p
  if (!resync) return
  const other = replicaOf(site, p.node)
  const [source, target] = p.replication === 'SyncSource' ? [r, other] : [other, r]
  const share = (drbd.ports.timer.now() - resync.startedAt) / Math.max(1, resync.endsAt - resync.startedAt)
  const first = peerOf(other, r.node).resync === resync
  if (first && !stands(drbd, site, source, target)) copy(drbd, site, source, target, Math.min(0.99, share))
  p.resync = undefined
}

export function resyncDone(
  drbd: Drbd,
  site: ResourceSite,
  sourceName: string,
  targetName: string,
  session: number,
): void {
  const [source, target] = [replicaOf(site, sourceName), replicaOf(site, targetName)]
  const [s, t] = [peerOf(source, targetName), peerOf(target, sourceName)]
  if (s.session !== session || t.session !== session || !s.resync || !t.resync) return
  const rivals = otherSources(site, source, target)
  const stuck =
    stands(drbd, site, source, target) || rivals.some(r => r.disk === 'UpToDate' && source.disk !== 'UpToDate')
  if (stuck || !drbd.ports.reachable(sourceName, targetName, site.config.link)) {
    drbd.ports.timer.after(1_000, undefined, {
      kind: 'resync-done',
      res: site.config.name,
      a: sourceName,
      b: targetName,
      session,
    })
    return
  }
  copy(drbd, site, source, target, drbd.ports.bugs.has('resync-ends-early') ? 0.5 : 1)
  finish(source, target)
  for (const rival of rivals) callOff(rival, target)
  endResync(source, target)
  drbd.ports.say('state', targetName, `${site.config.name}: resync done, ${target.disk}`)
  for (const r of [source, target]) announce(drbd, site, r)
  drbd.ports.runHandler('unfence-peer', sourceName, site.config.name, targetName)
}

/** A target may have several sources; those that are up to date come first, and the first that is done is enough. */
const otherSources = (site: ResourceSite, source: Replica, target: Replica): Replica[] =>
  [...target.peers.values()]
    .filter(p => p.node !== source.node && p.resync !== undefined && p.replication === 'SyncTarget')
    .map(p => replicaOf(site, p.node))

function endResync(source: Replica, target: Replica): void {
  for (const [r, other] of [
    [source, target],
    [target, source],
  ] as const) {
    const p = peerOf(r, other.node)
    moveReplication(p, 'finished')
    p.resync = undefined
    p.disk = other.disk
  }
}

/** The target has all of it from another source by now. */
function callOff(source: Replica, target: Replica): void {
  endResync(source, target)
  if (source.disk === 'UpToDate' && target.disk === 'UpToDate') agree(source, target)
}

function finish(source: Replica, target: Replica): void {
  agree(source, target)
  moveDisk(target, 'resync-finished')
  target.meta.consistent = true
  target.meta.outdated = false
  if (source.disk !== 'Outdated') return
  moveDisk(target, 'outdate')
  target.meta.outdated = true
}

/** Both have the same blocks and the same generation, and know the same of others. */
function agree(source: Replica, target: Replica): void {
  joinGenerations(
    { node: source.node, meta: source.meta, crashedPrimary: false },
    { node: target.node, meta: target.meta, crashedPrimary: false },
  )
  for (const [r, other] of [
    [source, target],
    [target, source],
  ] as const) {
    r.meta.dirty.get(other.node)?.clear()
    r.meta.full.delete(other.node)
    if (r.role !== 'Primary') r.meta.primary = false
    r.meta.activity.clear()
  }
  for (const [peer, dirty] of source.meta.dirty) {
    if (peer === target.node) continue
    const theirs = target.meta.dirty.get(peer) ?? new Set()
    for (const block of dirty) theirs.add(block)
    target.meta.dirty.set(peer, theirs)
  }
  if (source.role === 'Primary')
    for (const q of source.requests.values()) for (const block of q.write.blocks) source.meta.activity.add(block)
}
