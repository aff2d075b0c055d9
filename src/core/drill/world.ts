// The port between a scenario and the world it runs in. The simulator and the lab both offer it (and, for safe drills,
// the live machines); the runner of scenarios and the expectations know nothing else.
import type { Result } from '../base/result.ts'
import type { Instant, Milliseconds, NodeName } from '../base/units.ts'
import type { Snapshot } from '../live/snapshot.ts'

/** Everything that can be done to a cluster. A world that cannot do one answers `unsupported`; it never ignores it. */
export type Fault =
  | { readonly kind: 'power'; readonly node: NodeName; readonly action: 'off' | 'on' | 'reset' }
  | { readonly kind: 'pause'; readonly node: NodeName }
  | { readonly kind: 'resume'; readonly node: NodeName }
  /** Absent `link`: all cluster links. `replication`: the link that DRBD uses, wherever it is. */
  | {
      readonly kind: 'cut'
      readonly from: NodeName
      readonly to: NodeName
      readonly link?: number | 'replication'
      readonly oneWay: boolean
    }
  | { readonly kind: 'heal'; readonly from: NodeName; readonly to: NodeName; readonly link?: number | 'replication' }
  | {
      readonly kind: 'loss'
      readonly from: NodeName
      readonly to: NodeName
      readonly link?: number
      readonly share: number
    }
  | {
      readonly kind: 'delay'
      readonly from: NodeName
      readonly to: NodeName
      readonly link?: number
      readonly delay: Milliseconds
      readonly jitter: Milliseconds
    }
  | {
      readonly kind: 'kill'
      readonly node: NodeName
      readonly what: Process
      readonly signal: 'KILL' | 'STOP' | 'CONT'
    }
  | {
      readonly kind: 'bmc'
      readonly node: NodeName
      readonly state: 'working' | 'down' | 'slow' | 'lying'
      readonly delay?: Milliseconds
    }
  | {
      readonly kind: 'disk'
      readonly node: NodeName
      readonly volume: string
      readonly state: 'working' | 'error' | 'hang' | 'full'
    }
  | { readonly kind: 'clock'; readonly node: NodeName; readonly jump: Milliseconds }
  | { readonly kind: 'standby'; readonly node: NodeName; readonly on: boolean }
  | { readonly kind: 'switchover'; readonly service: string; readonly to?: NodeName }
  | { readonly kind: 'witness'; readonly state: 'up' | 'down' }
  | { readonly kind: 'crash'; readonly node: NodeName }
  | {
      readonly kind: 'agent'
      readonly service: string
      readonly node?: NodeName
      readonly behaviour: 'working' | 'hang' | 'lying'
    }

/** `service:NAME` is the main process of that service. */
export type Process =
  | 'corosync'
  | 'pacemakerd'
  | 'pacemaker-controld'
  | 'pacemaker-execd'
  | 'pacemaker-fenced'
  | `service:${string}`

export type WorldFailure =
  | { readonly kind: 'unsupported'; readonly what: string; readonly why: string }
  | { readonly kind: 'impossible'; readonly what: string; readonly why: string }
  | { readonly kind: 'broken'; readonly what: string; readonly why: string }

/** What a client wrote, and what it still finds. Times are of the client's own monotonic clock, mapped to `Instant`. */
export interface Ledger {
  readonly service: string
  /** Where the service keeps no data: the address that is asked for answers. A row is such a request then; none can be lost. */
  readonly asks?: string
  /** Row numbers that were acknowledged to the client, ascending, with the instant of the acknowledgement. */
  readonly acknowledged: readonly { readonly row: number; readonly at: Instant }[]
  /** Attempts that got an error or no answer in time. */
  readonly failed: readonly { readonly at: Instant; readonly why: string }[]
  /** Acknowledged rows that a final read did not find; absent before that read. */
  readonly lost?: readonly number[]
}

/** One thing that happened, for the timeline. */
export interface WorldEvent {
  readonly at: Instant
  readonly node?: NodeName
  readonly source: 'fault' | 'client' | 'corosync' | 'pacemaker' | 'drbd' | 'fencing' | 'service' | 'drill' | 'holdfast'
  readonly text: string
  /** Where this event ends one phase of a failover, so that an outage can be split. */
  readonly mark?: Mark
}

/** The end of a phase of a failover of `service`, in the order in which they come. */
export interface Mark {
  readonly phase: Phase
  /** Absent for what concerns all services of the lost node (detection, fencing). */
  readonly service?: string
}
/**
 * `detection`: the survivor's membership lost the node; `fencing`: its fencing is confirmed; `promotion`: the volume is Primary
 * elsewhere; `mount`: its filesystem is; `recovery`: the program itself answers its agent; `address`: the service address is up.
 */
export type Phase = 'detection' | 'fencing' | 'promotion' | 'mount' | 'recovery' | 'address'

export interface World {
  readonly kind: 'sim' | 'lab' | 'live'
  now(): Instant
  inject(fault: Fault): Promise<Result<void, WorldFailure>>
  /** The state now. */
  look(): Promise<Snapshot>
  /** Lets time pass until something changed or `deadline` came, and answers the state then. */
  next(deadline: Instant): Promise<Snapshot>
  /** Everything since the world began, oldest first. */
  events(): readonly WorldEvent[]
  /** The clients' books. `final` reads every acknowledged row back through the service first. */
  ledgers(final: boolean): Promise<readonly Ledger[]>
}
