// A resource agent as the executor sees it: a call is looked at again and again until it is done; between two looks time
// passes. The agents are tables by operation; what they find and change is the state of the machine and of DRBD.
// Exit codes are those of the OCF standard. Source: Pacemaker Administration, "OCF Return Codes".
import type { Prng } from '../../base/prng.ts'
import type { Bugs } from '../bugs.ts'
import type { Drbd } from '../drbd/ports.ts'
import type { Durations, Range } from '../durations.ts'
import type { Host, VolumeContent } from '../host.ts'
import type { Journal } from '../journal.ts'

export const ok = 0
export const genericError = 1
export const notRunning = 7
export const runningPromoted = 8

export interface AgentPorts extends Journal {
  readonly drbd: Drbd
  readonly random: Prng
  readonly durations: Durations
  readonly bugs: Bugs
  now(): number
  host(node: string): Host
  content(volume: string): VolumeContent
  /** The promotion score that the agent gives itself; undefined takes it away. */
  setScore(node: string, rsc: string, score: number | undefined): void
  /** Does the fence device that this resource stands for answer? */
  fenceDeviceAnswers(rsc: string): boolean
  /** DRBD resource behind a device path; undefined for anything else. */
  volumeOfDevice(device: string): string | undefined
  phase(node: string, phase: 'promotion' | 'mount' | 'recovery' | 'address', rsc: string): void
}

export interface Call {
  readonly node: string
  readonly rsc: string
  readonly operation: string
  readonly parameters: ReadonlyMap<string, string>
  /** 0 when it begins. */
  readonly look: number
  readonly startedAt: number
  /** OCF_CHECK_LEVEL of this operation. */
  readonly depth: number
}

export type Answer =
  | { readonly kind: 'wait'; readonly span: number }
  | { readonly kind: 'done'; readonly rc: number; readonly why?: string }

export const wait = (span: number): Answer => ({ kind: 'wait', span })
export const done = (rc: number, why?: string): Answer => ({ kind: 'done', rc, ...(why === undefined ? {} : { why }) })

export const draw = (ports: AgentPorts, range: Range): number => range[0] + (range[1] - range[0]) * ports.random.next()

/** One operation: how long it takes, and what it finds or does then. */
export interface OperationRow {
  readonly takes: (ports: AgentPorts, call: Call) => number
  readonly finish: (ports: AgentPorts, call: Call) => Answer
}

export type AgentTable = Readonly<Record<string, OperationRow>>

export const nothing: OperationRow = { takes: () => 5, finish: () => done(ok) }

/** Runs one look of a call by its agent's table. */
export function lookAt(table: AgentTable, ports: AgentPorts, call: Call): Answer {
  const row = table[call.operation] ?? nothing
  return call.look === 0 ? wait(row.takes(ports, call)) : row.finish(ports, call)
}
