// Changes of a CIB on paper, as an administrator would make them: what `remedies.ts` tries out.
import type {
  Cib,
  Clone,
  Configuration,
  Constraint,
  Group,
  NodeState,
  PairSet,
  Primitive,
  Resource,
} from '../../cib/types.ts'
import { plainId } from './about.ts'

type Change = (set: PairSet) => PairSet

const without =
  (wanted: (name: string, value: string | undefined) => boolean): Change =>
  set => ({ ...set, pairs: set.pairs.filter(pair => !wanted(pair.name, pair.value)) })

const configured = (cib: Cib, change: Partial<Configuration>): Cib => ({
  ...cib,
  configuration: { ...cib.configuration, ...change },
})

export const withQuorum = (cib: Cib): Cib => ({
  ...cib,
  attributes: new Map([...cib.attributes, ['have-quorum', '1']]),
})

export const optionValue = (cib: Cib, name: string): string | undefined =>
  cib.configuration.options.flatMap(set => set.pairs).find(pair => pair.name === name)?.value

export const withoutOption = (cib: Cib, name: string): Cib =>
  configured(cib, { options: cib.configuration.options.map(without(n => n === name)) })

export const withConstraint = (cib: Cib, constraint: Constraint): Cib =>
  configured(cib, { constraints: [...cib.configuration.constraints, constraint] })

export const withoutConstraint = (cib: Cib, id: string): Cib =>
  configured(cib, {
    constraints: cib.configuration.constraints.filter(
      one => one.id !== id && !(one.kind === 'location' && one.rules.some(rule => rule.id === id)),
    ),
  })

/** Everywhere where the option has that value. */
export function withoutMeta(cib: Cib, name: string, value: string): Cib {
  const change = without((n, v) => n === name && v?.toLowerCase() === value.toLowerCase())
  const primitive = (one: Primitive): Primitive => ({ ...one, meta: one.meta.map(change) })
  const group = (one: Group): Group => ({ ...one, meta: one.meta.map(change), members: one.members.map(primitive) })
  const clone = (one: Clone): Clone => ({
    ...one,
    meta: one.meta.map(change),
    child: one.child.kind === 'group' ? group(one.child) : primitive(one.child),
  })
  const resource = (one: Resource): Resource => {
    if (one.kind === 'primitive') return primitive(one)
    if (one.kind === 'group') return group(one)
    if (one.kind === 'clone') return clone(one)
    return { ...one, meta: one.meta.map(change), primitive: one.primitive && primitive(one.primitive) }
  }
  return configured(cib, {
    resources: cib.configuration.resources.map(resource),
    resourceDefaults: cib.configuration.resourceDefaults.map(change),
  })
}

export function withoutNodeAttribute(cib: Cib, uname: string, name: string): Cib {
  const change = without(n => n === name)
  const nodes = cib.configuration.nodes.map(node =>
    node.uname === uname ? { ...node, attributes: node.attributes.map(change) } : node,
  )
  return onNode(configured(cib, { nodes }), uname, state => ({ ...state, transient: state.transient.map(change) }))
}

export const withNodeAttribute = (cib: Cib, uname: string, name: string, value: string): Cib =>
  onNode(cib, uname, state => ({
    ...state,
    transient: [{ id: `on-paper-${name}`, pairs: [{ name, value }] }, ...state.transient.map(without(n => n === name))],
  }))

/** As after a restart of the node. */
export const forgotten = (cib: Cib, uname: string): Cib =>
  onNode(cib, uname, state => ({ ...state, transient: [], history: [] }))

/** What `crm_resource --cleanup` does: failures are forgotten, and counts with them. */
export function withoutFailuresOn(cib: Cib, uname: string, rsc: string): Cib {
  const isOf = (id: string): boolean => plainId(id) === rsc
  const counts = without(name => {
    const match = /^(?:fail-count|last-failure)-(.+?)(?:#.*)?$/.exec(name)
    return match !== null && isOf(match[1] ?? '')
  })
  return onNode(cib, uname, state => ({
    ...state,
    transient: state.transient.map(counts),
    history: state.history?.map(history =>
      isOf(history.id) ? { ...history, entries: history.entries.filter(entry => !isFailure(entry)) } : history,
    ),
  }))
}

const isFailure = ({
  id,
  rcCode,
  transitionKey,
  operation,
}: NonNullable<NodeState['history']>[number]['entries'][number]): boolean => {
  const expected = /^-?\d+:-?\d+:(-?\d+):/.exec(transitionKey ?? '')?.[1]
  const probe = operation === 'monitor' && /_last_(?:failure_)?0$|_monitor_0$/.test(id)
  return id.includes('_last_failure_') || (expected !== undefined && expected !== rcCode && !(probe && rcCode === '7'))
}

const onNode = (cib: Cib, uname: string, change: (state: NodeState) => NodeState): Cib => ({
  ...cib,
  nodeStates: cib.nodeStates.map(state => (nameOf(cib, state) === uname ? change(state) : state)),
})

const nameOf = (cib: Cib, state: NodeState): string | undefined =>
  state.uname ?? cib.configuration.nodes.find(node => node.id === state.id)?.uname
