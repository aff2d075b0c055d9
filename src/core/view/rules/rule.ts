// What a rule is: one condition with a name, the document it comes from, and the words for it when it does not hold.
// Rules are rows of tables (takeover.ts, loss.ts, down.ts, warnings.ts); protection.ts asks them all.
import type { Facts } from '../facts.ts'

export interface Finding {
  /** Stable and greppable, kebab-case. Listed in docs/status-json.md. */
  readonly code: string
  /** What is the case, without a full stop: "pgdata on beta is Inconsistent". */
  readonly text: string
  /** The way out. */
  readonly hint?: string
}

export interface Rule<Subject> {
  readonly code: string
  /** The document or the invariant that asks for it. */
  readonly source: string
  readonly find: (facts: Facts, subject: Subject) => readonly Words[]
}

/** A finding without its rule's code. */
export type Words = Omit<Finding, 'code'>

export const words = (text: string, hint?: string): Words => (hint === undefined ? { text } : { text, hint })

export const apply = <S>(rules: readonly Rule<S>[], facts: Facts, subject: S): Finding[] =>
  rules.flatMap(rule => rule.find(facts, subject).map(found => ({ code: rule.code, ...found })))

/** Pacemaker's fail count at which a resource may not come back to a node. */
export const INFINITY: number = 1_000_000
