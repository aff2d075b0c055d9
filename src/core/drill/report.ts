// What a drill found out: the facts of one run, from which the terminal, the HTML page and the JSON file are made.
// Times are instants of the world that the drill ran in.
import type { Instant, Milliseconds, NodeName } from '../base/units.ts'
import type { Phase, WorldEvent } from './world.ts'

export interface DrillReport {
  readonly schema: 1
  readonly cluster: string
  readonly scenario: string
  /** The scenario's own text, as it was run. */
  readonly text: string
  readonly world: 'sim' | 'lab' | 'live'
  /** Of a simulated run: its dice, and the file that its durations come from. */
  readonly simulation?: { readonly seed: number; readonly calibration?: string }
  readonly started: Instant
  readonly ended: Instant
  readonly verdict: 'passed' | 'failed'
  readonly steps: readonly StepReport[]
  readonly services: readonly ServiceReport[]
  readonly lanes: readonly Lane[]
  readonly events: readonly WorldEvent[]
}

export interface StepReport {
  /** Line of the scenario text, from 1. */
  readonly line: number
  readonly text: string
  readonly verdict: 'done' | 'met' | 'failed'
  readonly from?: Instant
  readonly to?: Instant
  /** Always there for `failed`. */
  readonly why?: string
}

export interface ServiceReport {
  readonly service: string
  /** As in the ledger: the client asked this address for answers, and wrote nothing. */
  readonly asks?: string
  readonly acknowledged: number
  readonly refused: number
  /** Acknowledged rows that were not found afterwards; absent where nobody could look. */
  readonly lost?: number
  /** Every stretch in which the client got no acknowledgement, longer than three of its usual intervals. Longest first. */
  readonly outages: readonly Outage[]
  /** Acknowledged rows per second, one value per second from `started`. */
  readonly rate: readonly number[]
}

export const clientOf = ({ service, asks }: ServiceReport): string =>
  asks === undefined ? service : `${service} at ${asks}`

export const allAnswered = ({ asks }: ServiceReport): string =>
  `every ${asks === undefined ? 'write' : 'request'} was answered in time`

export interface Outage {
  readonly from: Instant
  readonly to: Instant
  /** Phases in the order in which they came; their sum is the outage. `client` is what the client itself needed to come back. */
  readonly split: readonly { readonly phase: Phase | 'client'; readonly took: Milliseconds }[]
}

/** The history of one subject as a row of coloured stretches. */
export interface Lane {
  readonly subject:
    | { readonly kind: 'node'; readonly node: NodeName }
    | { readonly kind: 'replica'; readonly node: NodeName; readonly resource: string }
    | { readonly kind: 'service'; readonly service: string }
  /** `state` in the engines' words: `online`, `Primary UpToDate`, `alpha`. */
  readonly spans: readonly { readonly from: Instant; readonly to: Instant; readonly state: string }[]
}
