// The fourth phase: every resource gets the actions that take it where it shall be.
import type { Acted, Placed } from '../world.ts'
import { createActions } from './create.ts'
import { scheduleProbes } from './probes.ts'
import { orderRemoteActions } from './remote.ts'

export function act(world: Placed): Acted {
  scheduleProbes(world)
  for (const rsc of world.roots) createActions(world, rsc)
  orderRemoteActions(world)
  return { ...world, acted: true }
}
