// Who contributed what to a score: kept only where it was asked for.

import type { Span } from '../base/result.ts'
import type { Score } from '../base/score.ts'

export interface Contribution {
  readonly rsc: string
  readonly node: string
  readonly score: Score | number
  /** stickiness, location, colocation, failcount … */
  readonly cause: string
  /** The constraint's id or the other resource. */
  readonly by: string
  readonly at: Span | undefined
}

export class Trace {
  readonly contributions: Contribution[] = []

  add(rsc: string, node: string, score: number, cause: string, by: string, at?: Span): void {
    this.contributions.push({ rsc, node, score, cause, by, at })
  }
}
