// The whole policy engine, in order. Each type extends the last, so that phases cannot be swapped unnoticed.
import type { Instant } from '../base/units.ts'
import type { Cib } from '../cib/types.ts'
import type { Decision } from './decision.ts'

export interface ScheduleOptions {
  /** Keep who contributed what to every score, for `explain`. Costs nothing when false. */
  readonly trace?: boolean
}

export function schedule(_cib: Cib, _now: Instant, _options: ScheduleOptions = {}): Decision {
  return {
    nodes: [],
    current: [],
    placements: [],
    fencing: [],
    actions: [],
    edges: [],
    scores: [],
    promotion: [],
    changes: [],
    problems: [],
  }
}
