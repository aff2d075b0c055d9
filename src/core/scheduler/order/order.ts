// The sixth phase: orderings become relations between actions, and the actions settle.

import { notifyInstances } from '../act/notify.ts'
import type { Fenced, Ordered } from '../world.ts'
import { applyOrders } from './apply.ts'
import { flagsOf } from './flags.ts'
import { dropInvalid } from './invalid.ts'
import { orderProbes } from './probes.ts'
import { settle } from './update.ts'

export function orderActions(world: Fenced): Ordered {
  applyOrders(world)
  orderProbes(world)
  settle(world)
  dropInvalid(world)
  sumUp(world)
  notifyInstances(world)
  return { ...world, ordered: true }
}

/** What the instances do in the end is what their clone does. */
function sumUp(world: Fenced): void {
  for (const rsc of world.byId.values()) {
    if (rsc.kind === 'clone' || rsc.kind === 'bundle') for (const action of rsc.actions) flagsOf(action, undefined)
  }
}
