// What the simulated Pacemaker needs from the rest of the world, and the one value that its parts hand around.

import { found } from '../../base/assert.ts'
import { once } from '../../base/once.ts'
import type { Prng } from '../../base/prng.ts'
import type { Instant } from '../../base/units.ts'
import type { Cib, Primitive } from '../../cib/types.ts'
import type { DiskState, Role } from '../../drbd/states.ts'
import type { Decision } from '../../scheduler/decision.ts'
import type { AgentPorts } from '../agents/agent.ts'
import type { Bugs } from '../bugs.ts'
import type { Durations, Range } from '../durations.ts'
import type { Journal } from '../journal.ts'
import type { Timer } from '../kernel.ts'
import { milliseconds } from './time.ts'
import type { PacemakerEvent, PacemakerState, Stack } from './types.ts'

export interface PacemakerPorts extends Journal {
  readonly timer: Timer<PacemakerEvent>
  readonly random: Prng
  readonly bugs: Bugs
  readonly durations: Durations
  readonly agents: AgentPorts
  readonly nodes: readonly string[]
  schedule(cib: Cib, now: Instant): Decision
  /** By the clock of a node. */
  instant(node: string): Instant
  answers(node: string): boolean
  /** The members of the node's ring as it sees them, and whether the ring turns. */
  members(node: string): readonly string[]
  ringOf(node: string): number
  ringTurns(node: string): boolean
  quorate(node: string): boolean
  switchPower(node: string, on: boolean, why: string): void
  /** The handler of DRBD is done. */
  handlerDone(res: string, node: string, peer: string, succeeded: boolean): void
  phase(node: string, phase: 'detection' | 'fencing'): void
  /** What DRBD says of a node's own replica. */
  replica(res: string, node: string): { readonly role: Role; readonly disk: DiskState }
}

export interface Pacemaker {
  readonly state: PacemakerState
  readonly ports: PacemakerPorts
}

export const stackOf = (p: Pacemaker, node: string): Stack => found(p.state.stacks.get(node), `stack of ${node}`)

/** The node's controller runs and can act. */
export const controls = (p: Pacemaker, node: string): boolean => {
  const stack = p.state.stacks.get(node)
  return stack?.running === 'up' && !stack.controllerDown && p.ports.answers(node)
}

export const drawFrom = (p: Pacemaker, range: Range): number => range[0] + (range[1] - range[0]) * p.ports.random.next()

/** A resource's name without its instance number. */
export const baseName = (rsc: string): string => rsc.replace(/:\d+$/, '')

const byName = once(
  (resources: Stack['cib']['configuration']['resources']): ReadonlyMap<string, Primitive> =>
    new Map(primitivesOf(resources).map(p => [p.id, p])),
)

/** The primitive of this name, wherever it is enclosed. */
export const primitive = (stack: Stack, rsc: string): Primitive | undefined =>
  byName(stack.cib.configuration.resources).get(baseName(rsc))

export const primitivesOf = (resources: Stack['cib']['configuration']['resources']): Primitive[] =>
  resources.flatMap(r => {
    if (r.kind === 'primitive') return [r]
    if (r.kind === 'group') return r.members
    if (r.kind === 'clone') return r.child.kind === 'group' ? r.child.members : [r.child]
    return r.primitive ? [r.primitive] : []
  })

/** Instance parameters: of several sets the first that names one wins. Rules are not looked at. */
export const parameters: (of: Primitive) => ReadonlyMap<string, string> = once(
  (of: Primitive): ReadonlyMap<string, string> => {
    const out = new Map<string, string>()
    for (const set of of.parameters)
      for (const pair of set.pairs) if (!out.has(pair.name)) out.set(pair.name, pair.value ?? '')
    return out
  },
)

/** OCF_CHECK_LEVEL: how deep a monitor looks, as its operation is configured. */
export const depthOf = (of: Primitive, operation: string, interval: number): number =>
  depths(of).get(`${operation} ${interval}`) ?? 0

const depths = once((of: Primitive): ReadonlyMap<string, number> => {
  const out = new Map<string, number>()
  for (const o of of.operations) {
    const level = o.parameters.flatMap(set => set.pairs).find(pair => pair.name === 'OCF_CHECK_LEVEL')?.value
    const key = `${o.name} ${milliseconds(o.interval ?? '0')}`
    if (level !== undefined && !out.has(key)) out.set(key, Number(level))
  }
  return out
})
