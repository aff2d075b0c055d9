// The transition graph: of all actions those that are required and can run, and of their relations those that matter.
// Source: the graphs of `crm_simulate -G`; "Pacemaker Administration", "How Pacemaker Decides".
import { milliseconds } from '../base/units.ts'
import { asMilliseconds } from '../cib/values.ts'
import { calledWith } from './act/digests.ts'
import type { GraphAction } from './decision.ts'
import { inGraphOrder } from './graph-order.ts'
import type { Action, Relation, Resource } from './model.ts'
import { Kind } from './order/types.ts'
import { isGuest } from './unpack/nodes.ts'
import { isBundled } from './unpack/roles.ts'
import type { Unpacked } from './world.ts'

export interface Graph {
  readonly actions: readonly GraphAction[]
  readonly edges: readonly (readonly [number, number])[]
}

export function toGraph(world: Unpacked): Graph {
  const chosen = inGraphOrder(world).filter(isWanted)
  for (const action of chosen) action.dumped = true
  const numbers = new Map(chosen.map((action, i) => [action, i]))
  const edges: (readonly [number, number])[] = []
  const waiting = new Set<Action>()
  for (const [i, action] of chosen.entries()) {
    for (const input of merged(action.before)) {
      const from = numbers.get(input.action)
      if (from === undefined) {
        if (isAwaitedInVain(action, input)) waiting.add(action)
      } else if (matters(action, input)) edges.push([from, i])
    }
  }
  const describeOne = (action: Action, id: number): GraphAction => {
    const made = describe(world, action, id)
    return waiting.has(action) ? { ...made, waitsForever: true } : made
  }
  return { actions: chosen.map(describeOne), edges }
}

function isWanted(action: Action): boolean {
  const { rsc, node } = action
  if (!action.runnable || (action.optional && !action.printAlways)) return false
  if (rsc && !rsc.managed && action.task !== 'monitor' && action.interval === 0 && action.cancelTask === undefined) {
    return false
  }
  if (action.pseudo || action.task === 'stonith' || action.task === 'do_shutdown') return true
  if (!node) return false
  if (action.onDc) return true
  if (isGuest(node) && !node.remoteRequiresReset) return true
  return node.online && !node.unclean
}

/** Several relations to the same action count as one. */
function merged(before: readonly Relation[]): readonly Relation[] {
  const byAction = new Map<Action, Relation>()
  for (const relation of before) {
    const known = byAction.get(relation.action)
    if (known) known.type |= relation.type
    else byAction.set(relation.action, { ...relation })
  }
  return [...byAction.values()]
}

/**
 * What is required and is left out of the graph all the same holds back for ever what is ordered after it: it cannot
 * happen, and the ordering is strict; or it could, but nobody manages the resource.
 */
function isAwaitedInVain(then: Action, input: Relation): boolean {
  const { type, action: first } = input
  if ((first.optional && !(first.runnable && first.printAlways)) || !matters(then, input)) return false
  if (first.runnable) return true
  return (type & ~mild) !== 0 && (type & forgoing) === 0
}

/** Only what comes first where both happen. */
const mild = Kind.optional | Kind.impliesFirstPrinted | Kind.impliesThenPrinted
/** What goes on without a first that cannot happen. */
const forgoing = Kind.oneOrMore | Kind.impliesFirstMigratable | Kind.applyFirstNonMigratable

export function matters(action: Action, input: Relation): boolean {
  const { type, action: first } = input
  if (type === Kind.none) return false
  if (type & Kind.applyFirstNonMigratable && first.migrateRunnable) return false
  if (type === Kind.optional && first.migrateRunnable && first.task === 'stop') return false
  if (type === Kind.load) {
    const place = action.rsc && action.task === 'migrate_to' ? action.rsc.assigned : action.node
    return first.node !== undefined && first.node === place && !first.optional
  }
  if (type === Kind.antiColocation) {
    const apart = first.node !== undefined && action.node !== undefined && first.node !== action.node
    return !apart && !first.optional
  }
  const failedUnmanaged = first.rsc && first.rsc !== action.rsc && first.rsc.failed && !first.rsc.managed
  return !(failedUnmanaged && first.task === 'stop' && action.rsc?.kind === 'clone')
}

function describe(world: Unpacked, action: Action, id: number): GraphAction {
  const { rsc, node } = action
  const fencing = action.task === 'stonith'
  const kind = action.pseudo ? 'pseudo' : action.onDc ? 'cluster' : 'rsc'
  const withResource = kind !== 'cluster' && rsc !== undefined
  const key = notificationKey(action)
  return {
    id,
    kind,
    op: action.task,
    ...(withResource
      ? { ...nameOf(rsc), rscId: rsc.id, historyId: rsc.unique ? rsc.id : (rsc.historyId ?? rsc.baseId) }
      : {}),
    key,
    ...(node && (kind !== 'pseudo' || fencing || withNode(action)) ? { node: node.name } : {}),
    interval: milliseconds(
      action.cancelTask === undefined ? action.interval : Number(action.meta.get('interval') ?? 0),
    ),
    timeout: milliseconds(asMilliseconds(action.meta.get('timeout')) ?? 20_000),
    priority: action.priority,
    expected: Number(action.meta.get('op_target_rc') ?? 0),
    ...(fencing ? { fence: action.meta.get('stonith_action') ?? 'reboot' } : {}),
    ...(action.cancelTask === undefined ? {} : { cancels: action.cancelTask }),
    ...notification(action),
    parameters: rsc?.kind === 'primitive' ? calledWith(world, rsc, node) : new Map(),
    meta: action.meta,
    allowFail: action.meta.get('op_no_wait') === 'true',
  }
}

const withNode = (_action: Action): boolean => false

/** "db:0" of a unique clone is instance 0 of db; instances of anonymous clones have no number. */
function nameOf(rsc: Resource): { rsc: string; instance?: number } {
  const match = /^(.*):(\d+)$/.exec(rsc.id)
  if (!match) return { rsc: rsc.id }
  const anonymous = rsc.instance !== undefined && (!rsc.unique || isBundled(rsc))
  return anonymous ? { rsc: rsc.baseId } : { rsc: match[1] ?? rsc.id, instance: Number(match[2]) }
}

const notificationKey = (action: Action): string => action.key

function notification(action: Action): { notification?: string } {
  if (action.task !== 'notify' && action.task !== 'notified') return {}
  const type = action.meta.get('notify_key_type')
  const about = action.meta.get('notify_key_operation')
  if (type === undefined || about === undefined) return {}
  return { notification: action.task === 'notified' ? `${type}_notify_${about}` : `${type}-${about}` }
}
