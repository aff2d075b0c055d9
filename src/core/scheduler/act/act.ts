// The fourth phase: every resource gets the actions that take it where it shall be.
import type { Resource } from '../model.ts'
import { order } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { clearFailcount, failuresOf } from '../unpack/failcounts.ts'
import type { Acted, Placed } from '../world.ts'
import { forgetOutdatedFailures, handleChanges } from './changes.ts'
import { createActions } from './create.ts'
import { scheduleProbes } from './probes.ts'
import { orderRemoteActions } from './remote.ts'

/** The failures of a resource that nobody configured any more count no longer. */
function forgetFailures(world: Placed, rsc: Resource): void {
  if (!rsc.orphan) return
  for (const node of world.nodes) {
    if (!node.online || failuresOf(world, rsc, node, true).count <= 0) continue
    const clear = clearFailcount(world, rsc, node, 'it is orphaned')
    order(world, { firstAction: clear, thenRsc: rsc, thenTask: 'stop', type: Kind.optional })
  }
}

export function act(world: Placed): Acted {
  handleChanges(world, true)
  forgetOutdatedFailures(world)
  scheduleProbes(world)
  if (world.options.stopOrphans) for (const rsc of world.roots) forgetFailures(world, rsc)
  for (const rsc of world.roots) createActions(world, rsc)
  orderRemoteActions(world)
  return { ...world, acted: true }
}
