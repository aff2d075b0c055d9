// What happens next to a generated cluster: the CIB that crm_simulate left behind is changed as administrators and
// failures change it, and events are added. Each step is one more case.
import { epoch, transientAttributes } from '../generate.ts'
import { child, mapTree, named, type Tree, withAttributes, withChildren } from '../tree.ts'
import { type Draw, pairs } from './draw.ts'

export interface Step {
  readonly cib: Tree
  /** Options of crm_simulate. */
  readonly events: readonly string[]
}

type Change = (draw: Draw, cib: Tree) => Step

/** From which level on, how often in proportion, what. */
const changes: readonly (readonly [level: number, weight: number, change: Change])[] = [
  [1, 4, (draw, cib) => event(cib, '--node-down', node(draw, cib))],
  [1, 4, (draw, cib) => event(cib, '--node-up', node(draw, cib))],
  [1, 2, editParameter],
  [1, 3, toggleTarget],
  [1, 2, dropConstraint],
  [1, 1, dropResource],
  [1, 1, (_, cib) => ({ cib, events: [] })],
  [1, 1, forgetHistory],
  [4, 4, newPromotionScores],
  [5, 6, (draw, cib) => event(cib, '--node-fail', node(draw, cib))],
  [5, 10, injectResult],
  [5, 8, failOperation],
  [5, 4, toggleNode],
  [5, 1, (draw, cib) => event(cib, '--quorum', draw.pick(['0', '1']))],
  [5, 4, spoilHistory],
  [5, 2, later],
  [5, 1, shutDown],
  [5, 2, activeTwice],
  [5, 2, uncleanNode],
  [6, 5, ticket],
  [7, 14, failInside],
]

export function nextStep(draw: Draw, cib: Tree): Step {
  const possible = changes.flatMap(([level, weight, change]) =>
    level > draw.level ? [] : Array.from({ length: weight }, () => change),
  )
  const once = (step: Step): Step => {
    const next = draw.pick(possible)(draw, step.cib)
    return { cib: next.cib, events: [...step.events, ...next.events] }
  }
  let step: Step = { cib: settled(cib), events: [] }
  for (let i = draw.pick([1, 1, 1, 2, 2, 3]); i > 0; i -= 1) step = once(step)
  return step
}

/** crm_simulate writes the machine's time into the history; a case must not depend on it. */
function settled(cib: Tree): Tree {
  const isNow = (time: string | undefined): boolean => Number(time ?? 0) > epoch + 1e7
  const still = (time: string | undefined): string | undefined => (isNow(time) ? String(epoch - 60) : time)
  return mapTree(cib, tree => {
    const { 'last-rc-change': change, 'last-run': run, value, name = '' } = tree.attributes
    if (tree.name === 'lrm_rsc_op')
      return withAttributes(tree, { 'last-rc-change': still(change), 'last-run': still(run) })
    if (tree.name === 'nvpair' && /^(last-failure|shutdown)/.test(name))
      return withAttributes(tree, { value: still(value) })
    if (tree.name === 'ticket_state' && tree.attributes['last-granted']) {
      return withAttributes(tree, { 'last-granted': still(tree.attributes['last-granted']) })
    }
    if (tree.name === 'node_state') {
      const { in_ccm, crmd } = tree.attributes
      return withAttributes(tree, { in_ccm: in_ccm && still(in_ccm), crmd: crmd && still(crmd) })
    }
    return tree
  })
}

const event = (cib: Tree, option: string, value: string | undefined): Step => ({
  cib,
  events: value === undefined ? [] : [option, value],
})

const pickOr = <T>(draw: Draw, items: readonly T[]): T | undefined =>
  items.length === 0 ? undefined : draw.pick(items)
const node = (draw: Draw, cib: Tree): string | undefined =>
  pickOr(draw, named(cib, 'node_state'))?.attributes['uname'] ?? pickOr(draw, named(cib, 'node'))?.attributes['uname']
const resourceKinds = new Set(['primitive', 'group', 'clone', 'bundle'])
const topResources = (cib: Tree): readonly Tree[] =>
  named(cib, 'resources')[0]?.children.filter(t => resourceKinds.has(t.name)) ?? []

const replace = (cib: Tree, old: Tree, make: (tree: Tree) => Tree | undefined): Tree =>
  mapTree(cib, tree => (tree === old || sameId(tree, old) ? make(tree) : tree))
const sameId = (a: Tree, b: Tree): boolean =>
  a.name === b.name && a.attributes['id'] !== undefined && a.attributes['id'] === b.attributes['id']

/** Sets or removes one pair of an element's set of that kind. */
function setPair(tree: Tree, tag: string, name: string, value: string | undefined): Tree {
  const id = `of-${tree.attributes['id']}-${tag}`
  const existing = tree.children.find(c => c.name === tag)
  const rest = existing?.children.filter(c => c.attributes['name'] !== name) ?? []
  const made = pairs(tag, existing?.attributes['id'] ?? id, { [name]: value })[0]
  const set = { ...(existing ?? made), children: [...rest, ...(made?.children ?? [])] }
  if (!existing && !made) return tree
  const whole: Tree = { name: tag, attributes: set.attributes ?? {}, children: set.children }
  if (existing)
    return withChildren(
      tree,
      tree.children.map(c => (c === existing ? whole : c)),
    )
  const at = tree.children.findIndex(c => c.name !== 'instance_attributes')
  const place = at < 0 ? tree.children.length : at
  return withChildren(tree, [...tree.children.slice(0, place), whole, ...tree.children.slice(place)])
}

function editParameter(draw: Draw, cib: Tree): Step {
  const chosen = pickOr(
    draw,
    named(cib, 'primitive').filter(p => p.attributes['type'] !== 'remote'),
  )
  if (!chosen) return { cib, events: [] }
  const value = draw.pick(['1', '2', '3', undefined])
  return { cib: replace(cib, chosen, tree => setPair(tree, 'instance_attributes', 'state', value)), events: [] }
}

function toggleTarget(draw: Draw, cib: Tree): Step {
  const chosen = pickOr(draw, topResources(cib))
  if (!chosen) return { cib, events: [] }
  const [name, value] = draw.pick([
    ['target-role', 'Stopped'],
    ['target-role', undefined],
    ['is-managed', 'false'],
    ['is-managed', undefined],
    ['resource-stickiness', '0'],
  ] as const)
  return { cib: replace(cib, chosen, tree => setPair(tree, 'meta_attributes', name, value)), events: [] }
}

function dropConstraint(draw: Draw, cib: Tree): Step {
  const chosen = pickOr(draw, named(cib, 'constraints')[0]?.children ?? [])
  return { cib: chosen ? replace(cib, chosen, () => undefined) : cib, events: [] }
}

/** Leaves an orphan behind. What spoke of it goes with it. */
function dropResource(draw: Draw, cib: Tree): Step {
  const chosen = pickOr(draw, topResources(cib))
  if (!chosen) return { cib, events: [] }
  const gone = new Set(
    ['primitive', 'group', 'clone', 'bundle'].flatMap(kind => named(chosen, kind)).map(t => t.attributes['id']),
  )
  const speaksOfIt = (tree: Tree): boolean =>
    ['rsc', 'with-rsc', 'first', 'then'].some(name => gone.has(tree.attributes[name] ?? '')) ||
    ((tree.name === 'resource_ref' || tree.name === 'obj_ref') && gone.has(tree.attributes['id']))
  const without = replace(cib, chosen, () => undefined)
  const cleaned = mapTree(without, tree => {
    if (speaksOfIt(tree)) return undefined
    const isEmptied = ['resource_set', 'tag', 'tags'].includes(tree.name) && tree.children.length === 0
    const lostSets = /^rsc_(colocation|order|ticket)$/.test(tree.name) && !hasSubject(tree)
    return isEmptied || lostSets ? undefined : tree
  })
  return { cib: cleaned, events: [] }
}

const hasSubject = (tree: Tree): boolean =>
  tree.children.length > 0 || tree.attributes['rsc'] !== undefined || tree.attributes['first'] !== undefined

const histories = (cib: Tree): readonly Tree[] => named(cib, 'lrm_resource')

function forgetHistory(draw: Draw, cib: Tree): Step {
  const [state] = draw.sample(named(cib, 'node_state'), 1)
  const chosen = state && pickOr(draw, histories(state))
  if (!state || !chosen) return { cib, events: [] }
  return { cib: replace(cib, state, tree => mapTree(tree, t => (sameId(t, chosen) ? undefined : t))), events: [] }
}

/** The clones' members: those whose transient attributes may hold a promotion score. */
const promotableMembers = (cib: Tree): string[] =>
  named(cib, 'primitive')
    .filter(p => p.attributes['type'] === 'Stateful')
    .map(p => p.attributes['id'] ?? '')

function newPromotionScores(draw: Draw, cib: Tree): Step {
  const chosen = pickOr(draw, named(cib, 'node_state'))
  const made = [{ promotable: true, members: promotableMembers(cib) }]
  const isUp = chosen?.attributes['crmd'] === 'online' || chosen?.attributes['remote_node'] === 'true'
  if (!chosen || !isUp) return { cib, events: [] }
  const { id = '', uname = '' } = chosen.attributes
  const fresh = transientAttributes(draw, id, uname, made)
  const change = (tree: Tree): Tree =>
    withChildren(tree, [...fresh, ...tree.children.filter(c => c.name !== 'transient_attributes')])
  return { cib: replace(cib, chosen, change), events: [] }
}

const operationOf = (op: Tree): string => op.attributes['operation_key'] ?? op.attributes['id'] ?? ''

/** A result that a node reports out of turn: mostly of an operation in its history. */
function injectResult(draw: Draw, cib: Tree): Step {
  const state = pickOr(
    draw,
    named(cib, 'node_state').filter(s => s.attributes['crmd'] === 'online'),
  )
  const uname = state?.attributes['uname']
  const op =
    state &&
    pickOr(
      draw,
      named(state, 'lrm_rsc_op').filter(o => !/_(notify|migrate|cancel)/.test(operationOf(o))),
    )
  if (!uname || !op) return { cib, events: [] }
  const code = draw.pick(['0', '1', '1', '5', '6', '7', '7', '8', '9'])
  return { cib, events: ['--op-inject', `${operationOf(op)}@${uname}=${code}`] }
}

function failOperation(draw: Draw, cib: Tree): Step {
  const rsc = pickOr(draw, named(cib, 'primitive'))?.attributes['id']
  const uname = node(draw, cib)
  if (rsc === undefined || uname === undefined) return { cib, events: [] }
  const operation = draw.pick([
    'start_0',
    'start_0',
    'stop_0',
    'promote_0',
    'demote_0',
    'monitor_0',
    'monitor_10000',
    'migrate_to_0',
    'migrate_from_0',
  ])
  return { cib, events: ['--op-fail', `${rsc}_${operation}@${uname}=${draw.pick(['1', '1', '5', '6'])}`] }
}

/** What fails is whatever some node has: a container, an address, a connection, what runs inside. */
function failInside(draw: Draw, cib: Tree): Step {
  const state = pickOr(draw, named(cib, 'node_state'))
  const rsc = state && pickOr(draw, histories(state))?.attributes['id']
  const uname = state?.attributes['uname']
  if (rsc === undefined || uname === undefined) return { cib, events: [] }
  const operation = draw.pick(['start_0', 'stop_0', 'monitor_60000', 'monitor_30000', 'monitor_10000', 'promote_0'])
  const way = draw.pick(['--op-fail', '--op-inject'])
  return { cib, events: [way, `${rsc}_${operation}@${uname}=${draw.pick(['1', '1', '5', '7'])}`] }
}

function toggleNode(draw: Draw, cib: Tree): Step {
  const chosen = pickOr(draw, named(cib, 'node'))
  if (!chosen) return { cib, events: [] }
  const [name, value] = draw.pick([
    ['standby', 'on'],
    ['standby', undefined],
    ['maintenance', 'true'],
    ['maintenance', undefined],
  ] as const)
  return { cib: replace(cib, chosen, tree => setPair(tree, 'instance_attributes', name, value)), events: [] }
}

/** Another result, an operation still running, a digest that no longer fits. */
function spoilHistory(draw: Draw, cib: Tree): Step {
  const state = pickOr(draw, named(cib, 'node_state'))
  const chosen = state && pickOr(draw, named(state, 'lrm_rsc_op'))
  if (!state || !chosen) return { cib, events: [] }
  const { 'transition-key': key = '' } = chosen.attributes
  const result = (rc: string, status: string): Record<string, string> => ({
    'rc-code': rc,
    'op-status': status,
    'transition-magic': `${status}:${rc};${key}`,
  })
  const change = draw.pick([
    result('1', '4'),
    result('7', '0'),
    result('0', '0'),
    result('193', '-1'),
    result('1', '2'),
    result('5', '4'),
    result('8', '0'),
    { 'op-digest': '00000000000000000000000000000000' },
  ])
  const spoilt = (tree: Tree): Tree => mapTree(tree, t => (sameId(t, chosen) ? withAttributes(t, change) : t))
  return { cib: replace(cib, state, spoilt), events: [] }
}

function later(draw: Draw, cib: Tree): Step {
  const now = Number(cib.attributes['execution-date'] ?? epoch) + draw.pick([10, 60, 700, 4000])
  return { cib: withAttributes(cib, { 'execution-date': String(now) }), events: [] }
}

function setTransient(cib: Tree, state: Tree, name: string, value: string): Tree {
  const { id = '', uname = '' } = state.attributes
  return replace(cib, state, tree => {
    const existing = child(tree, 'transient_attributes')
    const owner = existing ?? { name: 'transient_attributes', attributes: { id }, children: [] }
    const changed = setPair({ ...owner, attributes: { id: `status-${uname}` } }, 'instance_attributes', name, value)
    const others = tree.children.filter(c => c !== existing)
    return withChildren(tree, [{ ...changed, attributes: owner.attributes }, ...others])
  })
}

function shutDown(draw: Draw, cib: Tree): Step {
  const chosen = pickOr(
    draw,
    named(cib, 'node_state').filter(s => s.attributes['crmd'] === 'online'),
  )
  return { cib: chosen ? setTransient(cib, chosen, 'shutdown', String(epoch - 30)) : cib, events: [] }
}

/** What one node remembers of a resource, another one comes to remember too. */
function activeTwice(draw: Draw, cib: Tree): Step {
  const [from, to] = draw.sample(named(cib, 'node_state'), 2)
  const history = from && pickOr(draw, histories(from))
  if (!history || !to) return { cib, events: [] }
  const copy = (tree: Tree): Tree => {
    if (tree.name !== 'lrm_resources') return tree
    return withChildren(tree, [...tree.children.filter(c => !sameId(c, history)), history])
  }
  return { cib: replace(cib, to, tree => mapTree(tree, copy)), events: [] }
}

function uncleanNode(draw: Draw, cib: Tree): Step {
  const chosen = pickOr(
    draw,
    named(cib, 'node_state').filter(s => s.attributes['remote_node'] === undefined),
  )
  const states = [
    { in_ccm: 'false', crmd: 'offline', join: 'down', expected: 'member' },
    { in_ccm: 'true', crmd: 'offline', join: 'member', expected: 'member' },
    { in_ccm: 'true', crmd: 'online', join: 'pending', expected: 'member' },
    { in_ccm: 'false', crmd: 'online', join: 'member', expected: 'member' },
    { in_ccm: 'true', crmd: 'online', join: 'down', expected: 'down' },
  ]
  return { cib: chosen ? replace(cib, chosen, tree => withAttributes(tree, draw.pick(states))) : cib, events: [] }
}

function ticket(draw: Draw, cib: Tree): Step {
  const option = draw.pick(['--ticket-grant', '--ticket-revoke', '--ticket-standby', '--ticket-activate'])
  return event(cib, option, draw.pick(['ticketA', 'ticketB']))
}
