// Three kinds of wrong, kept apart everywhere in Holdfast:
//   Problem: the user's input is not right. Collected as a list, each with its place and a hint.
//   Failure: the world said no. Returned as data that carries the facts; text is made at the edge.
//   Defect:  we are wrong. Thrown by `assert.ts`, never caught midway.

/** A stretch of a text file. Lines and columns count from 1; `end` is exclusive. */
export interface Span {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine?: number
  readonly endColumn?: number
}

export interface Problem {
  readonly severity: 'error' | 'warning'
  /** Stable and greppable, kebab-case: `unknown-key`, `no-second-link`. */
  readonly code: string
  /** One sentence: what is wrong. */
  readonly message: string
  readonly at?: Span
  /** The way out: "did you mean `volumes`?". */
  readonly hint?: string
}

/** The value is absent where an error (not a mere warning) was found. */
export interface Checked<T> {
  readonly value?: T
  readonly problems: readonly Problem[]
}

export type Result<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: F }

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })
export const fail = <F>(failure: F): { readonly ok: false; readonly failure: F } => ({ ok: false, failure })

export const hasErrors = (problems: readonly Problem[]): boolean => problems.some(p => p.severity === 'error')
