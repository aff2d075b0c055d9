// Runs a decided transition on paper: every action succeeds, or fails where the caller says so, and the status section
// of the CIB becomes what the nodes would report. Scheduling the result again shows where everything is.
import type { Cib } from '../cib/types.ts'
import type { Decision } from './decision.ts'

export interface SimulateOptions {
  /** RSC_OP_INTERVAL@NODE=RC: operations that fail when they run. */
  readonly failures?: readonly string[]
}

export function simulate(cib: Cib, _decision: Decision, _options: SimulateOptions = {}): Cib {
  return cib
}
