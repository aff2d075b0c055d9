// Runs a decided transition on paper: every action succeeds, or fails where the caller says so, and the status section
// of the CIB becomes what the nodes would report. Scheduling the result again shows where everything is.
// Found by running crm_simulate 2.1.5 and comparing what it saved: cancelled monitors, cleared failure counts and
// deleted histories stay in the status, notifications and cancellations become entries of the history.
import type { Instant } from '../base/units.ts'
import { instant } from '../base/units.ts'
import type { Cib, NodeState } from '../cib/types.ts'
import { digestOf } from './act/digests.ts'
import type { Decision, GraphAction } from './decision.ts'
import { agentsOf, changeState, implicitAgent, type OperationSpec, readOperationSpec } from './inject.ts'
import { type Agent, type Ended, record } from './record.ts'

export interface SimulateOptions {
  /** RSC_OP_INTERVAL@NODE=RC: operations that fail when they run. */
  readonly failures?: readonly string[]
  /** A node was brought up just before: as crm_simulate does it then, whoever acts is written down as a node. */
  readonly listsNodes?: boolean
  /** When the results are said to have happened; without it, the CIB's own execution date. */
  readonly now?: Instant
}

export function simulate(cib: Cib, decision: Decision, options: SimulateOptions = {}): Cib {
  const failures = (options.failures ?? []).flatMap(spec => readOperationSpec(spec) ?? [])
  const at = options.now ?? instant(Number(cib.attributes.get('execution-date') ?? 0) * 1_000)
  const states = new Map(cib.nodeStates.map(state => [state.uname ?? '', state]))
  const results = new Map<string, Ended[]>()
  const settle = (node: string): void => {
    const ended = results.get(node) ?? []
    results.delete(node)
    if (ended.length > 0) states.set(node, record(states.get(node) ?? newState(cib, node), ended, at))
  }
  const agentOf = agentFinder(cib)
  let nodes = cib.configuration.nodes
  for (const { action, failure } of executed(decision, failures)) {
    const { node } = action
    // A history that is deleted stays, and nobody looks at the node.
    if (node === undefined || action.op === 'delete') continue
    if (options.listsNodes && !nodes.some(known => known.uname === node)) {
      nodes = [...nodes, { id: states.get(node)?.id ?? node, uname: node, attributes: [], utilization: [] }]
    }
    if (action.kind === 'cluster') {
      if (action.op !== 'stonith' || action.fence === 'on') continue
      settle(node)
      states.set(node, fenced(states.get(node) ?? newState(cib, node)))
    } else if (action.rsc !== undefined) {
      const rsc = historyName(action)
      const list = results.get(node) ?? []
      list.push(endOf(action, rsc, agentOf(rsc), failure))
      results.set(node, list)
    }
  }
  for (const node of [...results.keys()]) settle(node)
  return { ...cib, configuration: { ...cib.configuration, nodes }, nodeStates: [...states.values()] }
}

/** The configuration's agents, and for what it no longer knows those that some node remembers. */
function agentFinder(cib: Cib): (rsc: string) => Agent {
  const configured = agentsOf(cib)
  const remembered = new Map(cib.nodeStates.flatMap(s => (s.history ?? []).map(h => [h.id, h] as const)))
  return rsc => configured(rsc) ?? remembered.get(rsc) ?? implicitAgent(rsc)
}

/** A node of which nothing was known: a remote one has no membership of its own. */
function newState(cib: Cib, uname: string): NodeState {
  const states = changeState({ ...cib, nodeStates: [] }, uname, state => state).nodeStates
  return states[0] ?? { id: uname, uname, transient: [] }
}

const fenced = (state: NodeState): NodeState => ({
  ...state,
  inCcm: 'false',
  crmd: 'offline',
  join: 'down',
  expected: 'down',
  transient: [],
  history: undefined,
})

interface Executed {
  readonly action: GraphAction
  readonly failure: OperationSpec | undefined
}

/**
 * The actions that get their turn, in the order in which they do: pass by pass over the list, each as soon as what it
 * waits for is done. After a failure nothing more is started. What waits in a ring waits for ever.
 */
export function* executed({ actions, edges }: Decision, failures: readonly OperationSpec[]): Generator<Executed> {
  const waits = actions.map(() => 0)
  const after: number[][] = actions.map(() => [])
  for (const [before, then] of edges) {
    waits[then] = (waits[then] ?? 0) + 1
    after[before]?.push(then)
  }
  const done = new Set<number>()
  for (let before = -1; before < done.size; ) {
    before = done.size
    for (const action of actions) {
      if (waits[action.id] !== 0 || action.waitsForever || done.has(action.id)) continue
      const failure = action.kind === 'rsc' ? failures.find(spec => isMeant(spec, action)) : undefined
      if (action.kind !== 'pseudo') yield { action, failure }
      if (failure) return
      done.add(action.id)
      for (const then of after[action.id] ?? []) waits[then] = (waits[then] ?? 0) - 1
    }
  }
}

const isMeant = (spec: OperationSpec, action: GraphAction): boolean =>
  spec.node === action.node &&
  spec.operation === action.op &&
  spec.interval === action.interval &&
  (spec.key === action.key || spec.rsc === historyName(action))

/** Interchangeable instances share the resource's name; unique ones have their number. */
const historyName = ({ rsc = '', instance, historyId }: GraphAction): string =>
  historyId ?? (instance === undefined ? rsc : `${rsc}:${instance}`)

function endOf(action: GraphAction, rsc: string, agent: Agent, failure: OperationSpec | undefined): Ended {
  const { op, interval, expected, parameters, meta } = action
  const notification = /_((?:pre|post)_notify_[a-z_]+)_0$/.exec(action.key)?.[1]
  const suffix = [`_${notification}_0`, `_${action.cancels ?? op}_${interval}`].find(ending =>
    action.key.endsWith(ending),
  )
  const counted = interval > 0 ? new Map([...parameters, ['CRM_meta_timeout', String(action.timeout)]]) : parameters
  const [source, target] = [meta.get('migrate_source'), meta.get('migrate_target')]
  return {
    rsc,
    instance: suffix === undefined ? undefined : action.key.slice(0, -suffix.length),
    agent,
    // A reloaded resource counts as started with the new parameters.
    operation: op.startsWith('reload') ? 'start' : op,
    interval,
    code: failure?.code ?? expected,
    expected,
    digest: digestOf(counted),
    notification,
    migration: source === undefined || target === undefined ? undefined : { source, target },
    exitReason: failure ? 'Simulated action result' : '',
  }
}
