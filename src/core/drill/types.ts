// The scenario language, decoded: statements in the order of the text. The text of house.md:
//
//   cut link alpha beta
//   expect within 5s    beta: connection Connecting
//   expect within 60s   alpha fenced; db running on beta
//   heal link alpha beta
//   expect never        pgdata Primary on alpha, beta
import type { Milliseconds, NodeName } from '../base/units.ts'
import type { ConnectionState, DiskState } from '../drbd/words.ts'
import type { Fault } from './world.ts'

export interface Scenario {
  readonly name: string
  readonly text: string
  readonly statements: readonly Statement[]
}

export type Statement = { readonly line: number; readonly text: string } & (
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'wait'; readonly span: Milliseconds }
  /** All conditions hold together at one moment before the span is over. */
  | { readonly kind: 'expect-within'; readonly span: Milliseconds; readonly conditions: readonly Condition[] }
  /** All conditions hold at every moment of the span. */
  | { readonly kind: 'expect-for'; readonly span: Milliseconds; readonly conditions: readonly Condition[] }
  /** None of the conditions holds at any moment of the whole run, wherever the line stands. */
  | { readonly kind: 'expect-never'; readonly conditions: readonly Condition[] }
  /** Judged after the last statement, from the client's ledger. */
  | { readonly kind: 'expect-outage'; readonly service: string; readonly below: Milliseconds }
  | { readonly kind: 'expect-lost'; readonly service: string; readonly rows: number }
)

export type Condition =
  | { readonly kind: 'not'; readonly condition: Condition }
  /** A successful fencing of the node since the run began. */
  | { readonly kind: 'fenced'; readonly node: NodeName }
  | { readonly kind: 'membership'; readonly node: NodeName; readonly state: 'online' | 'offline' | 'unclean' }
  | { readonly kind: 'quorate'; readonly node: NodeName }
  /** Without nodes: anywhere. With several: on each of them. */
  | { readonly kind: 'running'; readonly service: string; readonly on: readonly NodeName[] }
  | { readonly kind: 'stopped'; readonly service: string }
  /** On all of the nodes at the same moment. */
  | { readonly kind: 'primary'; readonly volume: string; readonly on: readonly NodeName[] }
  | { readonly kind: 'disk'; readonly volume?: string; readonly on: readonly NodeName[]; readonly state: DiskState }
  | { readonly kind: 'connection'; readonly volume?: string; readonly node: NodeName; readonly state: ConnectionState }

/** The names that a scenario may use, and how a service is recognised in a snapshot. */
export interface Vocabulary {
  readonly nodes: readonly NodeName[]
  readonly volumes: readonly string[]
  readonly services: readonly {
    readonly name: string
    /** Ids of primitives which must all be started on a node for the service to run there. */
    readonly resources: readonly string[]
    /** The DRBD resources it stands on. */
    readonly volumes: readonly string[]
  }[]
  /** Number of cluster links. */
  readonly links: number
  readonly witness: boolean
}
