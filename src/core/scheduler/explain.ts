// Why here, why not there, why stopped, why fenced, why waiting: a decision's trace in words a person reads.
import type { Decision } from './decision.ts'

export interface Question {
  readonly rsc: string
  readonly node?: string
}

export function explain(_decision: Decision, _question: Question): readonly string[] {
  return []
}
