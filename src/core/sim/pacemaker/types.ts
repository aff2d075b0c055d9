// What the simulated Pacemaker keeps: on every node its daemons, its copy of the CIB, and what its executor knows of its
// resources; on the coordinator also the transition that it runs. The CIB is an immutable value: a change makes a new
// one, and every member of the partition holds the same.
import type { Configuration, HistoryEntry, NodeState, PairSet } from '../../cib/types.ts'
import type { Decision } from '../../scheduler/decision.ts'

export interface CibCopy {
  readonly configuration: Configuration
  /** admin_epoch and epoch in one: the higher one wins when partitions meet. */
  readonly epoch: number
  readonly updates: number
  readonly statuses: ReadonlyMap<string, NodeStatus>
}

/** A node as the partition's CIB tells it. */
export interface NodeStatus {
  readonly inCcm: boolean
  readonly crmd: boolean
  readonly joined: boolean
  /** 'member', or 'down' after a clean shutdown or a confirmed fencing. */
  readonly expected: 'member' | 'down'
  readonly attributes: ReadonlyMap<string, string>
  readonly history: ReadonlyMap<string, ResourceRecord>
}

/** What a node's executor remembers of one resource. */
export interface ResourceRecord {
  readonly id: string
  readonly class: string
  readonly provider: string | undefined
  readonly type: string
  /** The last operation that does not recur. */
  readonly last: HistoryEntry | undefined
  readonly failure: HistoryEntry | undefined
  readonly recurring: ReadonlyMap<number, HistoryEntry>
}

export interface RunningOperation {
  readonly number: number
  look: number
  readonly notification: string | undefined
  readonly rsc: string
  readonly operation: string
  readonly interval: number
  readonly startedAt: number
  readonly timeout: number
  readonly expected: number
  /** Where the answer goes; absent for a repetition. */
  readonly transition: TransitionRef | undefined
}

export interface TransitionRef {
  readonly coordinator: string
  readonly transition: number
  readonly action: number
}

export interface RecurringOperation {
  readonly rsc: string
  readonly operation: string
  readonly interval: number
  readonly timeout: number
  readonly expected: number
  lastRc: number
}

export interface Transition {
  readonly id: number
  readonly decision: Decision
  /** One per action. */
  readonly states: ('waiting' | 'running' | 'done' | 'failed' | 'skipped')[]
  /** Predecessors that are still to come, per action. */
  readonly missing: number[]
  readonly after: readonly (readonly number[])[]
  /** Actions that wait for nothing but their turn. */
  readonly ready: number[]
  /** How many operations each node has been given and has not answered. */
  readonly load: Map<string, number>
  running: number
  aborted: string | undefined
}

export interface Stack {
  readonly node: string
  running: 'down' | 'starting' | 'up' | 'stopping'
  /** For the election: who is up longest. */
  startedAt: number
  coordinator: string | undefined
  cib: CibCopy
  /** Transient attributes of this node, as its attribute manager holds them. */
  attributes: Map<string, string>
  records: Map<string, ResourceRecord>
  operations: Map<number, RunningOperation>
  recurring: Map<string, RecurringOperation>
  /** Operations that wait for an earlier one on the same resource. */
  queue: QueuedOperation[]
  nextCall: number
  attributesChanged: boolean
  /** The coordinator's part. */
  transition: Transition | undefined
  invokeDue: boolean
  /** When the next failure expires, by the node's clock, and somebody has been set to look then. */
  expiry: number
  integrating: boolean
  /** The controller has died and is not back yet: the others see the node without it. */
  controllerDown: boolean
}

export interface QueuedOperation {
  readonly rsc: string
  readonly operation: string
  readonly interval: number
  readonly timeout: number
  readonly expected: number
  readonly transition: TransitionRef | undefined
  readonly notification: string | undefined
}

export interface PacemakerState {
  readonly stacks: Map<string, Stack>
  nextTransition: number
  nextOperation: number
  readonly fencing: FencingState
}

export interface FencingRecord {
  readonly target: string
  readonly action: 'off' | 'reboot' | 'on'
  state: 'pending' | 'success' | 'failed'
  /** When it was asked for; once it is over, when it ended. */
  at: number
  readonly by: string
}

export interface FencingState {
  /** Oldest first. */
  readonly history: FencingRecord[]
  readonly devices: Map<string, DeviceState>
  /** Attempts that failed in a row, per target. */
  readonly attempts: Map<string, number>
  nextRequest: number
  readonly requests: Map<number, FenceRequest>
}

/** The switch itself, by node: what faults do to it. */
export interface DeviceState {
  state: 'working' | 'down' | 'slow' | 'lying'
  delay: number
}

export interface FenceRequest {
  readonly number: number
  readonly target: string
  readonly action: 'off' | 'reboot' | 'on'
  readonly by: string
  readonly transition: TransitionRef
  /** Devices still to be used in this level, first one next. */
  devices: readonly string[]
  /** Levels that come after this one fails. */
  levels: readonly (readonly string[])[]
  readonly record: FencingRecord
  readonly deadline: number
}

export type PacemakerEvent =
  | { readonly kind: 'stack-up'; readonly node: string }
  | { readonly kind: 'elect'; readonly node: string; readonly ring: number; readonly lonely: boolean }
  | { readonly kind: 'integrated'; readonly node: string }
  | { readonly kind: 'invoke'; readonly node: string }
  | { readonly kind: 'execute'; readonly node: string; readonly operation: QueuedOperation }
  | { readonly kind: 'look'; readonly node: string; readonly operation: number }
  | { readonly kind: 'repeat'; readonly node: string; readonly key: string }
  /** A node reports to the coordinator: an operation is over, or an attribute changed. */
  | {
      readonly kind: 'report'
      readonly from: string
      readonly to: string
      readonly transition: TransitionRef | undefined
      readonly succeeded: boolean
      readonly why: string
    }
  | { readonly kind: 'fence-step'; readonly request: number }
  | { readonly kind: 'fence-act'; readonly request: number; readonly device: string }
  | { readonly kind: 'power-on'; readonly target: string }
  | { readonly kind: 'recheck'; readonly node: string }
  | { readonly kind: 'expired'; readonly node: string }
  | { readonly kind: 'gone'; readonly node: string }
  | {
      readonly kind: 'handler'
      readonly node: string
      readonly res: string
      readonly peer: string
      readonly which: 'fence-peer' | 'unfence-peer'
      readonly until: number
      readonly assumesDeath: boolean
    }

export type { HistoryEntry, NodeState, PairSet }
