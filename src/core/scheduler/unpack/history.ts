import type { NodeState, ResourceHistory } from '../../cib/types.ts'
import { asInteger } from '../../cib/values.ts'
import { obtain } from '../act/actions.ts'
import { type ClusterNode, type Resource, Role } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { type Event, readEvents, Status } from './event.ts'
import { hasFailures } from './failcounts.ts'
import { findInHistory } from './find-instance.ts'
import { linkOrphanedFillers, orphan } from './orphans.ts'
import { happened, type Reading, readEvent } from './results.ts'
import { setNextRole, targetRole } from './roles.ts'
import { settle } from './settle.ts'

export function readNodeHistory(world: Unpacked, node: ClusterNode, state: NodeState): void {
  let foundOrphanedContainers = false
  for (const history of state.history ?? []) {
    const rsc = readResourceHistory(world, node, history)
    if (rsc?.orphan && history.container !== undefined) foundOrphanedContainers = true
  }
  // A container that is gone from the configuration: what runs inside learns where it belongs.
  if (foundOrphanedContainers) linkOrphanedFillers(world, state)
}

function readResourceHistory(world: Unpacked, node: ClusterNode, history: ResourceHistory): Resource | undefined {
  if (history.entries.length === 0 && !world.options.shutdownLock) return undefined
  let rsc = findInHistory(world, node, history.id)
  if (!rsc) {
    if (history.entries.length === 0) return undefined
    rsc = orphan(world, history)
  }
  if (world.options.shutdownLock) readShutdownLock(world, rsc, node, history)
  const saved = rsc.role
  if (saysNotHere(rsc, node, history)) {
    rsc.role = Role.stopped
    setNextRole(rsc, Role.unknown, 'not running')
    settle(world, rsc, node, 'ignore')
  } else readResults(world, rsc, node, history)
  const requested = targetRole(rsc)
  if (requested !== undefined && (rsc.nextRole === Role.unknown || requested < rsc.nextRole)) {
    setNextRole(rsc, requested, 'target-role')
  }
  if (saved > rsc.role) rsc.role = saved
  return rsc
}

/**
 * Nearly all that is remembered in a large cluster is one probe that found nothing: what the rules below make of that is
 * said at once, unless a failure may have to be forgotten first.
 */
function saysNotHere(rsc: Resource, node: ClusterNode, { entries }: ResourceHistory): boolean {
  const entry = entries[0]
  return (
    entries.length === 1 &&
    entry?.operation === 'monitor' &&
    entry.rcCode === '7' &&
    entry.opStatus === '0' &&
    entry.interval === '0' &&
    (rsc.failureTimeout === 0 || !hasFailures(node)) &&
    !entry.id.endsWith('_last_failure_0')
  )
}

function readResults(world: Unpacked, rsc: Resource, node: ClusterNode, history: ResourceHistory): void {
  rsc.role = Role.unknown
  const events = readEvents(rsc, node, history)
  const state: Reading = { onFail: 'ignore', lastFailure: undefined }
  for (const event of events) readEvent(world, event, state)
  markRecurring(world, rsc, node, events)
  if (world.trace && state.lastFailure && state.onFail !== 'ignore') {
    world.trace.fact(rsc, node, `on-fail=${state.onFail}`, happened(state.lastFailure))
  }
  settle(world, rsc, node, state.onFail)
}

/** Recurring operations that still run are known, so that they need not be started again. */
function markRecurring(world: Unpacked, rsc: Resource, node: ClusterNode, events: readonly Event[]): void {
  if (!node.online) return
  const { start, stop } = activeRange(events)
  const since = start < stop ? stop + 1 : Math.max(0, start)
  for (const { entry, task, interval } of events.slice(since)) {
    if (interval === 0 || asInteger(entry.opStatus, 0) === Status.pending) continue
    obtain(world, rsc, task, interval, node, true)
  }
}

/** Where the resource last came up, and where it last went down. */
export function activeRange(events: readonly Event[]): { start: number; stop: number } {
  let start = -1
  let stop = -1
  let byMonitor = -1
  let byRole = -1
  events.forEach(({ task, entry }, index) => {
    if (task === 'stop' && asInteger(entry.opStatus, 0) === 0) stop = index
    else if (task === 'start' || task === 'migrate_from') start = index
    else if (start <= stop && task === 'monitor') {
      const rc = asInteger(entry.rcCode, 0)
      if ((rc === 0 || rc === 8) && byMonitor === -1) byMonitor = index
    } else if (task === 'promote' || task === 'demote') byRole = index
  })
  if (start === -1) start = byRole !== -1 ? byRole : byMonitor
  return { start, stop }
}

function readShutdownLock(world: Unpacked, rsc: Resource, node: ClusterNode, history: ResourceHistory): void {
  const since = asInteger(history.shutdownLock, 0)
  if (since === 0) return
  const now = Math.trunc(world.now / 1_000)
  const limit = Math.trunc(world.options.shutdownLockLimit / 1_000)
  if (limit > 0 && now > since + limit) {
    obtain(world, rsc, 'lrm_delete', 0, node, false)
    return
  }
  rsc.lockNode = node
  rsc.lockTime = since
}
