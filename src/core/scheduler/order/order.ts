// The sixth phase: orderings become relations between actions, and the actions settle.

import { notifyInstances } from '../act/notify.ts'
import type { Fenced, Ordered } from '../world.ts'
import { applyOrders } from './apply.ts'
import { orderProbes } from './probes.ts'
import { settle } from './update.ts'

export function orderActions(world: Fenced): Ordered {
  applyOrders(world)
  orderProbes(world)
  settle(world)
  notifyInstances(world)
  return { ...world, ordered: true }
}
