// Events on a CIB, as crm_simulate injects them: a node comes or goes or fails, an operation result appears,
// quorum is lost, a ticket changes hands. The status section changes; of the configuration only a node that was unknown.
// Found by running crm_simulate 2.1.5 and comparing what it saved.

import type { Checked, Problem } from '../base/result.ts'
import { closest } from '../base/suggest.ts'
import { type Instant, instant } from '../base/units.ts'
import type { Cib, NodeState, Primitive, Resource, TicketState } from '../cib/types.ts'
import { type Agent, record } from './record.ts'
import { unpack } from './unpack/unpack.ts'
import { assign } from './variants/variant.ts'

export type Event =
  | { readonly kind: 'node-up' | 'node-down' | 'node-fail'; readonly node: string }
  /** RSC_OP_INTERVAL@NODE=RC[,outcome], as crm_simulate reads it; interval in milliseconds. */
  | { readonly kind: 'op-inject'; readonly spec: string }
  | { readonly kind: 'quorum'; readonly value: boolean }
  | { readonly kind: 'ticket-grant' | 'ticket-revoke' | 'ticket-standby' | 'ticket-activate'; readonly ticket: string }

/** Whatever the order they are given in, events of one kind happen before those of the next. */
const order: readonly Event['kind'][] = [
  'quorum',
  'node-up',
  'node-down',
  'node-fail',
  'ticket-grant',
  'ticket-revoke',
  'ticket-standby',
  'ticket-activate',
  'op-inject',
]

/** `now` is when injected results are said to have happened; without it, the CIB's own execution date. */
export function inject(cib: Cib, events: readonly Event[], now?: Instant): Checked<Cib> {
  const problems: Problem[] = []
  const at = now ?? instant(Number(cib.attributes.get('execution-date') ?? 0) * 1_000)
  let state = cib
  const agents = events.some(event => event.kind === 'op-inject') ? namedAgents(cib, at) : () => undefined
  for (const kind of order) {
    for (const event of events) {
      if (event.kind !== kind) continue
      const next = happen(state, event, at, agents)
      if ('code' in next) problems.push(next)
      else state = next
    }
  }
  return problems.some(p => p.severity === 'error') ? { problems } : { value: state, problems }
}

type FindAgent = (rsc: string) => Agent | undefined

/** All the questions of a what-if are about one state. */
const lastNamed = new WeakMap<Cib, { readonly now: Instant; readonly find: FindAgent }>()

/**
 * Who can be named before anything happened. An instance without identity has its number, and the clone's name only
 * once some node remembers it by that name.
 */
function namedAgents(cib: Cib, at: Instant): FindAgent {
  const date = Number(cib.attributes.get('execution-date') ?? Number.NaN)
  const now = Number.isFinite(date) ? instant(date * 1_000) : at
  const known = lastNamed.get(cib)
  if (known?.now === now) return known.find
  const find = nameAgents(cib, now)
  lastNamed.set(cib, { now, find })
  return find
}

function nameAgents(cib: Cib, now: Instant): FindAgent {
  const named = new Map<string, Agent>()
  for (const rsc of unpack(cib, now, assign, { scores: false }).byId.values()) {
    if (rsc.kind !== 'primitive') continue
    const agent = { class: rsc.agentClass, provider: rsc.provider, type: rsc.agentType }
    for (const name of [rsc.id, rsc.historyId]) if (name !== undefined) named.set(name, agent)
  }
  return rsc => named.get(rsc)
}

function happen(cib: Cib, event: Event, at: Instant, agents: FindAgent): Cib | Problem {
  switch (event.kind) {
    case 'quorum':
      return { ...cib, attributes: new Map([...cib.attributes, ['have-quorum', event.value ? '1' : '0']]) }
    case 'node-up':
    case 'node-down':
    case 'node-fail':
      return nodeEvent(cib, event.kind, event.node)
    case 'op-inject':
      return injectResult(cib, event.spec, at, agents)
    case 'ticket-grant':
      return setTicket(cib, event.ticket, 'granted', 'true')
    case 'ticket-revoke':
      return setTicket(cib, event.ticket, 'granted', 'false')
    case 'ticket-standby':
      return setTicket(cib, event.ticket, 'standby', 'true')
    case 'ticket-activate':
      return setTicket(cib, event.ticket, 'standby', 'false')
    default:
      return event satisfies never
  }
}

type Membership = Pick<NodeState, 'inCcm' | 'crmd' | 'join' | 'expected'>

const memberships: Readonly<Record<'node-up' | 'node-down' | 'node-fail', Membership>> = {
  'node-up': { inCcm: 'true', crmd: 'online', join: 'member', expected: 'member' },
  'node-down': { inCcm: 'false', crmd: 'offline', join: 'down', expected: 'down' },
  'node-fail': { inCcm: 'false', crmd: 'online', join: 'member', expected: 'member' },
}

function nodeEvent(cib: Cib, kind: keyof typeof memberships, uname: string): Cib | Problem {
  const known = findNode(cib, uname)
  if (!known && kind !== 'node-up') return unknownNode(cib, uname)
  const listed = cib.configuration.nodes.some(node => node.uname === uname)
  const joined = listed || kind !== 'node-up' ? cib : withNode(cib, uname)
  return changeState(joined, uname, state => {
    const next = { ...state, ...memberships[kind] }
    return kind === 'node-down' ? { ...next, transient: [], history: undefined } : next
  })
}

const findNode = (cib: Cib, uname: string): boolean =>
  cib.configuration.nodes.some(node => node.uname === uname) || cib.nodeStates.some(state => state.uname === uname)

function unknownNode(cib: Cib, uname: string): Problem {
  const names = cib.configuration.nodes.map(node => node.uname)
  const near = closest(uname, names)
  const hint = near === undefined ? `known: ${names.join(', ')}` : `did you mean "${near}"?`
  return { severity: 'error', code: 'unknown-node', message: `there is no node "${uname}"`, hint }
}

/** A node that nobody listed joins under its name. */
const withNode = (cib: Cib, uname: string): Cib => {
  const id = cib.nodeStates.find(state => state.uname === uname)?.id ?? uname
  const node = { id, uname, attributes: [], utilization: [] }
  return { ...cib, configuration: { ...cib.configuration, nodes: [...cib.configuration.nodes, node] } }
}

/** Changes what is known of a node's state; a state that is not there yet is made. */
export function changeState(cib: Cib, uname: string, change: (state: NodeState) => NodeState): Cib {
  if (cib.nodeStates.some(state => state.uname === uname)) {
    return { ...cib, nodeStates: cib.nodeStates.map(state => (state.uname === uname ? change(state) : state)) }
  }
  const id = cib.configuration.nodes.find(node => node.uname === uname)?.id ?? uname
  return { ...cib, nodeStates: [...cib.nodeStates, change({ id, uname, transient: [] })] }
}

function setTicket(cib: Cib, id: string, name: string, value: string): Cib {
  const before = cib.tickets.find(ticket => ticket.id === id)
  const after: TicketState = { id, attributes: new Map([...(before?.attributes ?? [['id', id]]), [name, value]]) }
  const tickets = before ? cib.tickets.map(t => (t === before ? after : t)) : [...cib.tickets, after]
  return { ...cib, tickets }
}

export interface OperationSpec {
  /** RSC_OP_INTERVAL. */
  readonly key: string
  readonly rsc: string
  readonly operation: string
  readonly interval: number
  readonly node: string
  readonly code: number
}

export function readOperationSpec(spec: string): OperationSpec | undefined {
  const match = /^((.+)_([a-z]+|migrate_to|migrate_from)_(\d+))@([^=]+)=(\d+)(?:,.*)?$/.exec(spec)
  if (!match) return undefined
  const [, key = '', rsc = '', operation = '', interval, node = '', code] = match
  const whole = /^(.*)_(migrate)$/.exec(rsc)
  return whole && (operation === 'to' || operation === 'from')
    ? {
        key,
        rsc: whole[1] ?? '',
        operation: `migrate_${operation}`,
        interval: Number(interval),
        node,
        code: Number(code),
      }
    : { key, rsc, operation, interval: Number(interval), node, code: Number(code) }
}

const ignored = (message: string): Problem => ({
  severity: 'warning',
  code: 'operation-spec',
  message: `${message}: ignored`,
  hint: 'as db_monitor_10000@alpha=7: RESOURCE_OPERATION_INTERVAL@NODE=RETURN-CODE, the interval in milliseconds',
})

/** A result that no transition asked for. It is expected to have succeeded, whatever the operation. */
function injectResult(cib: Cib, spec: string, at: Instant, agents: FindAgent): Cib | Problem {
  const read = readOperationSpec(spec)
  if (!read) return ignored(`"${spec}" is no operation result`)
  if (!findNode(cib, read.node)) return unknownNode(cib, read.node)
  const agent = agents(read.rsc)
  if (!agent) return ignored(`there is no resource "${read.rsc}"`)
  const exitReason = read.code === 0 ? '' : 'Simulated action result'
  return changeState(cib, read.node, state => record(state, [{ ...read, agent, expected: 0, exitReason }], at))
}

/** What the configuration says an instance's agent is; "db:1" is an instance of "db". */
export function agentsOf(cib: Cib): (rsc: string) => Agent | undefined {
  const { resources, templates } = cib.configuration
  const primitives = new Map(primitivesOf(resources).map(primitive => [primitive.id, primitive]))
  const bundles = resources.filter(resource => resource.kind === 'bundle')
  const guests = new Set(
    [...primitives.values()].flatMap(({ meta }) =>
      meta.flatMap(set => set.pairs.flatMap(pair => (pair.name === 'remote-node' ? (pair.value ?? []) : []))),
    ),
  )
  return rsc => {
    const primitive = primitives.get(rsc) ?? primitives.get(rsc.replace(/:\d+$/, ''))
    if (!primitive) {
      return guests.has(rsc) || bundles.some(({ id }) => rsc.startsWith(`${id}-`)) ? implicitAgent(rsc) : undefined
    }
    const template = templates.find(t => t.id === primitive.template)
    return {
      class: primitive.class ?? template?.class,
      provider: primitive.provider ?? template?.provider,
      type: primitive.type ?? template?.type,
    }
  }
}

/** Of resources that the configuration implies: a guest node's connection, and the parts of a bundle. */
export function implicitAgent(rsc: string): Agent {
  const container = /-(docker|podman|rkt)-\d+$/.exec(rsc)
  if (container) return { class: 'ocf', provider: 'heartbeat', type: container[1] }
  if (/-ip-[\d.]+$/.test(rsc)) return { class: 'ocf', provider: 'heartbeat', type: 'IPaddr2' }
  return { class: 'ocf', provider: 'pacemaker', type: 'remote' }
}

export const primitivesOf = (resources: readonly Resource[]): readonly Primitive[] =>
  resources.flatMap(resource => {
    switch (resource.kind) {
      case 'primitive':
        return [resource]
      case 'group':
        return resource.members
      case 'clone':
        return primitivesOf([resource.child])
      case 'bundle':
        return resource.primitive ? [resource.primitive] : []
      default:
        return resource satisfies never
    }
  })
