// The journal of a simulated run: what happened, when, on which machine, and why; the timeline is printed from it.
// Levels: `fault` was done to the cluster, `state` a person would want to see, `detail` explains, `alarm` needs a person.
import type { Time } from './kernel.ts'

export type Level = 'fault' | 'state' | 'detail' | 'alarm' | 'violation'

export interface Entry {
  readonly at: Time
  /** A node, a link, a fence device, a client or the cluster as a whole. */
  readonly who: string
  readonly level: Level
  readonly text: string
  /** Where this ends one phase of a failover: of the resource's service, or of all services. */
  readonly mark?: { readonly phase: Phase; readonly rsc?: string }
}

export type Phase = 'detection' | 'fencing' | 'promotion' | 'mount' | 'recovery' | 'address'

export interface Journal {
  say(level: Level, who: string, text: string): void
}

/** "12.345": seconds with three decimals, so that lines sort and align. */
export const stamp = (at: Time): string => (at / 1_000).toFixed(3)

export function showEntries(entries: readonly Entry[]): string {
  const width = Math.max(7, ...entries.map(entry => entry.who.length))
  return entries
    .map(entry => `${stamp(entry.at).padStart(9)}  ${entry.who.padEnd(width)}  ${mark[entry.level]} ${entry.text}\n`)
    .join('')
}

const mark: Readonly<Record<Level, string>> = { fault: '⚡', state: '●', detail: ' ', alarm: '!', violation: '✗' }
