// What a parser of a part of the CIB needs: where id-refs lead, and where to complain.
import type { Problem, Span } from '../base/result.ts'
import type { Element } from '../xml/types.ts'

export interface Reading {
  readonly byId: ReadonlyMap<string, Element>
  /** Rules that are being read: one that refers to one of them would have no end. */
  readonly open: Set<Element>
  complain(severity: Problem['severity'], code: string, message: string, at: Span | undefined, hint?: string): void
}
