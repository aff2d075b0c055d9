// The CIB as the simulated Pacemaker changes it: new values from old ones, and the form that the scheduler reads.
// Source: "Pacemaker Explained", "Status"; node_state, transient_attributes, lrm_resource.
import { once } from '../../base/once.ts'
import type {
  Cib,
  Configuration,
  Constraint,
  Location,
  NodeEntry,
  NodeState,
  Pair,
  PairSet,
  ResourceHistory,
} from '../../cib/types.ts'
import type { CibCopy, NodeStatus, ResourceRecord } from './types.ts'

export const firstCopy = (configuration: Configuration): CibCopy =>
  Object.freeze({ configuration, epoch: 1, updates: 0, statuses: new Map() })

export const withConfiguration = (cib: CibCopy, configuration: Configuration): CibCopy =>
  Object.freeze({ ...cib, configuration, epoch: cib.epoch + 1, updates: 0 })

export function withStatus(cib: CibCopy, node: string, status: NodeStatus): CibCopy {
  const statuses = new Map(cib.statuses)
  statuses.set(node, Object.freeze(status))
  return Object.freeze({ ...cib, updates: cib.updates + 1, statuses })
}

export const unknownNode: NodeStatus = Object.freeze({
  inCcm: false,
  crmd: false,
  joined: false,
  expected: 'member',
  attributes: new Map(),
  history: new Map(),
})

export const statusOf = (cib: CibCopy, node: string): NodeStatus => cib.statuses.get(node) ?? unknownNode

export function withConstraint(configuration: Configuration, constraint: Location): Configuration {
  const others = configuration.constraints.filter(c => c.id !== constraint.id)
  return Object.freeze({ ...configuration, constraints: [...others, constraint] })
}

export function withoutConstraints(configuration: Configuration, gone: (c: Constraint) => boolean): Configuration {
  const constraints = configuration.constraints.filter(c => !gone(c))
  return constraints.length === configuration.constraints.length
    ? configuration
    : Object.freeze({ ...configuration, constraints })
}

/** A permanent attribute of a node, as `crm_standby` sets one; undefined removes it. */
export function withNodeAttribute(
  configuration: Configuration,
  node: string,
  name: string,
  value: string | undefined,
): Configuration {
  const change = (entry: NodeEntry): NodeEntry => {
    if (entry.uname !== node) return entry
    const kept = entry.attributes
      .map(set => ({ ...set, pairs: set.pairs.filter(pair => pair.name !== name) }))
      .filter(set => set.pairs.length > 0)
    const made: PairSet[] =
      value === undefined
        ? []
        : [{ id: `nodes-${entry.id}-${name}`, pairs: [{ id: `nodes-${entry.id}-${name}-v`, name, value }] }]
    return { ...entry, attributes: [...kept, ...made] }
  }
  return Object.freeze({ ...configuration, nodes: configuration.nodes.map(change) })
}

export interface PartitionFacts {
  readonly quorate: boolean
  readonly coordinator: string
}

/** What the scheduler reads. */
export function forScheduler(cib: CibCopy, facts: PartitionFacts): Cib {
  const idOf = new Map(cib.configuration.nodes.map(node => [node.uname, node.id]))
  return {
    file: 'simulated',
    attributes: new Map([
      ['crm_feature_set', '3.16.2'],
      ['have-quorum', facts.quorate ? '1' : '0'],
      ['dc-uuid', idOf.get(facts.coordinator) ?? ''],
    ]),
    configuration: cib.configuration,
    nodeStates: cib.configuration.nodes
      .filter(node => cib.statuses.has(node.uname))
      .map(node => nodeState(node, statusOf(cib, node.uname))),
    tickets: [],
  }
}

const made = new WeakMap<NodeStatus, NodeState>()

function nodeState(node: NodeEntry, status: NodeStatus): NodeState {
  const known = made.get(status)
  if (known) return known
  const state: NodeState = {
    id: node.id,
    uname: node.uname,
    inCcm: String(status.inCcm),
    crmd: status.crmd ? 'online' : 'offline',
    join: status.joined ? 'member' : 'down',
    expected: status.expected,
    transient: [transient(node.id, status.attributes)],
    history: [...status.history.values()].map(resourceHistory),
  }
  made.set(status, state)
  return state
}

function transient(nodeId: string, attributes: ReadonlyMap<string, string>): PairSet {
  const pairs: Pair[] = [...attributes].map(([name, value]) => ({ id: `status-${nodeId}-${name}`, name, value }))
  return { id: `status-${nodeId}`, pairs }
}

const resourceHistory = once((record: ResourceRecord): ResourceHistory => {
  const entries = [record.last, record.failure, ...record.recurring.values()].filter(entry => entry !== undefined)
  return {
    id: record.id,
    class: record.class,
    ...(record.provider === undefined ? {} : { provider: record.provider }),
    type: record.type,
    entries,
  }
})
