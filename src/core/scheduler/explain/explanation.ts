// What an explanation is: sentences for people, and beside them the figures for programs. `holdfast schedule --why --json`
// prints it as it is; `show.ts` prints it for a terminal.
import type { Span } from '../../base/result.ts'

export interface Explanation {
  /** A resource, one of its instances ("db:0"), or a node. */
  readonly subject: string
  readonly kind: 'resource' | 'node'
  /** One sentence: where it is and what becomes of it. */
  readonly verdict: string
  /** Why: one sentence each. */
  readonly because: readonly string[]
  readonly nodes: readonly Account[]
  /** For instances of promotable clones: the score that decides who is promoted. */
  readonly promotion: readonly Account[]
  readonly waits: readonly Wait[]
}

/** The score of one resource on one node as a sum. */
export interface Account {
  readonly node: string
  /** ±1,000,000 is ±INFINITY; absent where the node is out of the question. */
  readonly score?: number
  readonly chosen: boolean
  /** They add up to `score`: −INFINITY wins over everything, then INFINITY. */
  readonly parts: readonly Part[]
  /** What was left out of the sum, and why. */
  readonly aside: readonly Part[]
  /** Why the score is not all: the node's state, or what excluded the node after the scores were made. */
  readonly but: readonly string[]
  /** What would have to change for it to run here, in order; empty where it does. */
  readonly remedy: readonly string[]
  /** Whether the engine, asked again with all of that changed, puts it here. Absent: not tried. */
  readonly remedySuffices?: boolean
}

export interface Part {
  readonly score: number
  /** location, stickiness, colocation, dependents, failures …: as in docs/policy-engine.md. */
  readonly cause: string
  readonly text: string
  /** Where it is written. */
  readonly at?: Span
}

/** An action of the transition and the real ones before it. */
export interface Wait {
  readonly action: string
  readonly waitsFor: readonly string[]
}
