// The small pieces that every part of the compiled CIB is made of; ids follow their owner's.

import { type Milliseconds, seconds } from '../base/units.ts'
import type { Colocation, Location, Operation, Order, PairSet, Primitive } from '../cib/types.ts'
import type { Platform } from './artifacts.ts'
import { isAtLeast } from './versions.ts'

export const pairs = (id: string, values: Readonly<Record<string, string>>): PairSet => ({
  id,
  pairs: Object.entries(values).map(([name, value]) => ({ id: `${id}-${name}`, name, value })),
})

const optionalPairs = (id: string, values: Readonly<Record<string, string>>): readonly PairSet[] =>
  Object.keys(values).length === 0 ? [] : [pairs(id, values)]

export const metaOf = (owner: string, values: Readonly<Record<string, string>>): readonly PairSet[] =>
  optionalPairs(`${owner}-meta`, values)

export interface PrimitiveParts {
  readonly class: string
  readonly provider?: string | undefined
  readonly type: string
  readonly parameters: Readonly<Record<string, string>>
  readonly meta?: Readonly<Record<string, string>>
  readonly operations: readonly OperationParts[]
}

export interface OperationParts {
  readonly name: string
  readonly timeout: Milliseconds
  readonly interval?: Milliseconds | undefined
  readonly role?: string
}

export const primitive = (id: string, parts: PrimitiveParts): Primitive => ({
  kind: 'primitive',
  id,
  class: parts.class,
  provider: parts.provider,
  type: parts.type,
  parameters: optionalPairs(`${id}-parameters`, parts.parameters),
  meta: metaOf(id, parts.meta ?? {}),
  operations: parts.operations.map(operation => operationOf(id, operation)),
  utilization: [],
})

const inSeconds = (span: Milliseconds): string => `${span / 1_000}s`

const operationOf = (owner: string, { name, timeout, interval = seconds(0), role }: OperationParts): Operation => ({
  id: `${owner}-${name}-${inSeconds(interval)}`,
  name,
  interval: inSeconds(interval),
  attributes: new Map([...(role === undefined ? [] : [['role', role] as const]), ['timeout', inSeconds(timeout)]]),
  meta: [],
  parameters: [],
})

/** `resource` only where `target` is, in that role. */
export const together = (resource: string, target: string, role?: string): Colocation => ({
  kind: 'colocation',
  id: `together-${resource}-${target}`,
  rsc: resource,
  withRsc: target,
  withRole: role,
  score: 'INFINITY',
  sets: [],
})

export const inOrder = (first: string, then: string, firstAction = 'start'): Order => ({
  kind: 'order',
  id: `order-${first}-${then}`,
  firstRsc: first,
  firstAction,
  thenRsc: then,
  thenAction: 'start',
  orderKind: 'Mandatory',
  sets: [],
})

export const located = (
  kind: 'prefer' | 'apart',
  resource: string,
  node: string,
  score: string,
  role?: string,
): Location => ({
  kind: 'location',
  id: `${kind}-${resource}-${node}`,
  rsc: resource,
  role,
  node,
  score,
  rules: [],
  sets: [],
})

/** Never there, and not even looked for there: its agent may not be installed. */
export const banned = (resource: string, node: string): Location => ({
  ...located('apart', resource, node, '-INFINITY'),
  resourceDiscovery: 'never',
})

/** The agents advertise 20 to 40 s; a stalled disk or a machine that is booting passes that, and the wrong alarm is dearer. */
export const monitorTimeout: Milliseconds = seconds(60)

/** Below stickiness, so that it decides where a service starts and never moves a running one. */
export const preference = '100'

interface RoleWords {
  readonly promoted: string
  readonly unpromoted: string
  readonly promotedMax: string
  readonly promotedNodeMax: string
}

/** Pacemaker 2.1 brought the words; releases before it know only the old ones. */
export const roleWords = (platform: Platform): RoleWords =>
  isAtLeast(platform.pacemaker, '2.1')
    ? {
        promoted: 'Promoted',
        unpromoted: 'Unpromoted',
        promotedMax: 'promoted-max',
        promotedNodeMax: 'promoted-node-max',
      }
    : { promoted: 'Master', unpromoted: 'Slave', promotedMax: 'master-max', promotedNodeMax: 'master-node-max' }
