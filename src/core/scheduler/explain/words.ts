// Small words of the explanations: scores, points in time, results of agents, places.
import type { Span } from '../../base/result.ts'
import { score, show } from '../../base/score.ts'
import type { Source } from '../trace.ts'

/** "+200", "−INFINITY". */
export function signed(value: number): string {
  const text = show(score(value)).replace('-', '−')
  return value > 0 ? `+${text}` : text
}

/** Without sign where it is positive. */
export const points = (value: number): string => show(score(value)).replace('-', '−')

/** Inside of parentheses. */
export const comma = (at: Span | undefined): string => (at ? `, ${at.file}:${at.line}` : '')

export const place = (at: Span | undefined): string => (at ? ` (${at.file}:${at.line})` : '')

export const moment = (seconds: number): string =>
  `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** Source: "Pacemaker Explained" 2.1, "OCF Return Codes". */
const results: Readonly<Record<number, string>> = {
  0: 'running',
  1: 'an error',
  2: 'invalid parameters',
  3: 'not implemented',
  4: 'insufficient privileges',
  5: 'not installed',
  6: 'not configured',
  7: 'not running',
  8: 'running promoted',
  9: 'failed while promoted',
  190: 'degraded',
  191: 'degraded while promoted',
}

/** `its monitor every 10 s said "not running" (7), 2026-…: exit reason`. */
export function happened({ operation, code, timedOut, exitReason, since }: Source, on = ''): string {
  const result = timedOut
    ? 'timed out'
    : `said ${results[code ?? -1] === undefined ? 'result' : `"${results[code ?? -1]}"`} (${code})`
  const when = since === undefined || since === 0 ? '' : `, ${moment(since)}`
  const why = exitReason === undefined || exitReason === '' ? '' : `: ${exitReason}`
  return `its ${operation ?? 'operation'}${on} ${result}${when}${why}`
}

export const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
