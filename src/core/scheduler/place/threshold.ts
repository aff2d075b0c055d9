// Whether a resource has failed on a node as often as it may.
// Source: "Pacemaker Explained" 2.1, migration-threshold.
import type { ClusterNode, Resource } from '../model.ts'
import { failuresOf } from '../unpack/failcounts.ts'
import type { Unpacked } from '../world.ts'

export function isReached(world: Unpacked, rsc: Resource, node: ClusterNode): boolean {
  if (rsc.migrationThreshold === 0 || rsc.failureIgnored) return false
  const { count } = failuresOf(world, rsc, node, true, true)
  return count > 0 && rsc.migrationThreshold - count <= 0
}

/** A count that is about to be cleared drives nothing away. */
export const isForgiven = (rsc: Resource, node: ClusterNode): boolean =>
  rsc.actions.some(action => action.task === 'clear_failcount' && action.node === node)
