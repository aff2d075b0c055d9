import { asInteger } from '../../cib/values.ts'
import { needsHost, paramsChangedSinceFailure } from '../act/digests.ts'
import { fenceAction } from '../act/fence-node.ts'
import type { Action, Resource } from '../model.ts'
import { relate } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import type { Unpacked } from '../world.ts'
import { type Event, Status } from './event.ts'
import { clearFailcount, failuresOf } from './failcounts.ts'

export function isExpired(world: Unpacked, event: Event): boolean {
  const { rsc, node, entry } = event
  if (event.status === Status.notInstalled) return false
  const isLastFailure = entry.id.endsWith('_last_failure_0')
  let expired = false
  let unexpired = 0
  if (rsc.failureTimeout > 0 && entry.lastRcChange !== undefined) {
    const timeout = Math.trunc(rsc.failureTimeout / 1_000)
    const [now, lastRun] = [Math.trunc(world.now / 1_000), asInteger(entry.lastRcChange, 0)]
    if (now >= lastRun + timeout && !waitsForFencing(world, event)) expired = true
    unexpired = failuresOf(world, rsc, node, true).count
  }
  let reason: string | undefined
  if (expired) {
    if (failuresOf(world, rsc, node, false).count !== 0) {
      if (unexpired === 0) reason = 'it expired'
      else expired = false
    } else if (isLastFailure && rsc.remoteReconnect > 0) reason = 'reconnect interval is set'
  }
  if (!expired && isLastFailure) {
    if (needsHost(rsc)) world.laterChecks.push(event)
    else if (paramsChangedSinceFailure(world, event)) reason = 'resource parameters have changed'
  }
  if (reason !== undefined) forgiveAfterFencing(world, rsc, clearFailcount(world, rsc, node, reason))
  if (expired && event.interval === 0 && event.task === 'monitor' && [0, 7, 8, 190, 191].includes(event.rc))
    return false
  return expired
}

/** A connection that waits before it is tried again is forgiven once the node behind it was fenced. */
function forgiveAfterFencing(world: Unpacked, rsc: Resource, clear: Action): void {
  const remote = world.nodeByName.get(rsc.id.toLowerCase())
  if (!world.options.fencing || rsc.remoteReconnect === 0 || !remote) return
  relate(fenceAction(world, remote, undefined, true, undefined), clear, Kind.impliesThen)
}

/** The failed monitor of a remote connection stays until the node behind it was fenced. */
function waitsForFencing(world: Unpacked, { rsc, interval, task }: Event): boolean {
  if (rsc.remoteReconnect === 0 || !world.options.fencing || interval === 0 || task !== 'monitor') return false
  const remote = world.nodeByName.get(rsc.id.toLowerCase())
  return remote !== undefined && !remote.remoteWasFenced
}
