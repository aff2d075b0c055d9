// The fifth phase: who must be fenced is fenced, who shuts down shuts down, and the rest waits for it.
import type { Acted, Fenced } from '../world.ts'
import { scheduleFencing } from './fence.ts'

export function fence(world: Acted): Fenced {
  scheduleFencing(world)
  return { ...world, fenced: true }
}
