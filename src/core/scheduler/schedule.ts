// The whole policy engine, in order: a CIB and an instant go in, a decision comes out.
// Each phase takes what the one before has worked out and says more; see `world.ts` for the types.
import type { Instant } from '../base/units.ts'
import type { Cib } from '../cib/types.ts'
import { act } from './act/act.ts'
import { fence } from './act/fenced.ts'
import { constrain } from './constrain/constrain.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { orderActions } from './order/order.ts'
import { place } from './place/place.ts'
import { unpack } from './unpack/unpack.ts'
import { assign } from './variants/variant.ts'

export interface ScheduleOptions {
  /** Keep who contributed what to every score, for `explain`. Costs nothing when false. */
  readonly trace?: boolean
  /** Keep the allocation scores as crm_simulate lists them; true unless said otherwise. */
  readonly scores?: boolean
}

export function schedule(cib: Cib, now: Instant, options: ScheduleOptions = {}): Decision {
  const unpacked = unpack(cib, now, assign, options) //  nodes, resources, and what the history says of them
  const constrained = constrain(unpacked) //             location, colocation, order, tickets
  const placed = place(constrained) //                   scores, stickiness, bans; then a node and a role for each
  const acted = act(placed) //                           probe, start, stop, promote, monitor, migrate, notify
  const fenced = fence(acted) //                         who is fenced or shut down, and what waits for it
  const ordered = orderActions(fenced) //                what is required, what can run, what comes first
  return decide(ordered) //                              the graph, and the summary for people
}
