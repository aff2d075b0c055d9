// Settling the actions: what is required, and what can run, passes along the orderings until nothing changes any more.
// Each kind of relation is one rule here. Source: "Pacemaker Explained" 2.1, "Specifying the Order…", mandatory and
// advisory ordering; the graphs of `crm_simulate -G`.
import { type Action, type ClusterNode, type Relation, type Resource, Role } from '../model.ts'
import { assignTo } from '../place/assign.ts'
import { compatibleInstance } from '../place/colocate.ts'
import { nodeNext, roleNow } from '../place/state.ts'
import type { Unpacked } from '../world.ts'
import { blockDependents } from './block.ts'
import { type Flags, find, flagsInOrder, flagsOf, instancesOf, taskOfPart } from './flags.ts'
import { relate } from './relate.ts'
import { Kind } from './types.ts'

/**
 * Works through all actions until they are settled. The rules do not all give the same whatever the order they are
 * applied in, so that the order is Pacemaker's: newer actions and relations before older ones, and what changed is
 * looked at again, with what comes after it, before anything else is.
 */
export function settle(world: Unpacked): void {
  for (const action of world.actions) blockDependents(action)
  for (const action of world.actions.toReversed()) settleFrom(world, action)
}

/** An action that is being looked at, and how far. */
interface Visit {
  readonly then: Action
  readonly relations: readonly Relation[]
  at: number
  readonly ranBefore: boolean
  changed: boolean
}

/** Depth first, with a stack of its own: chains of orderings can be long. */
function settleFrom(world: Unpacked, start: Action): void {
  const open: (Action | Visit)[] = [start]
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const visit = 'then' in top ? top : begin(top)
    if (visit !== top) open[open.length - 1] = visit
    const again = settleNext(world, visit)
    if (visit.at >= visit.relations.length && again.length === 0) {
      open.pop()
      pushAll(open, finish(visit))
    } else pushAll(open, again)
  }
}

function pushAll(open: (Action | Visit)[], actions: readonly Action[]): void {
  for (let i = actions.length - 1; i >= 0; i -= 1) {
    const action = actions[i]
    if (action) open.push(action)
  }
}

function begin(then: Action): Visit {
  const ranBefore = then.runnable
  if (then.requiresAny) {
    then.runnableBefore = 0
    then.requiredRunnableBefore ||= 1
    then.runnable = false
  }
  return { then, relations: then.before.toReversed(), at: 0, ranBefore, changed: false }
}

/** Goes on until something else has to be looked at again first. */
function settleNext(world: Unpacked, visit: Visit): readonly Action[] {
  while (visit.at < visit.relations.length) {
    const relation = visit.relations[visit.at]
    visit.at += 1
    if (!relation || relation.type === Kind.none) continue
    const result = settleRelation(world, visit.then, relation)
    visit.changed ||= result.then
    if (!result.first && result.parts.length === 0) continue
    const again = result.first ? [...afters(result.first), result.first] : []
    for (const part of result.parts) again.push(...afters(part))
    if (again.length > 0) return again
  }
  return []
}

const afters = (action: Action): Action[] => action.after.map(relation => relation.action).reverse()

function finish({ then, ranBefore, changed }: Visit): readonly Action[] {
  if (!(then.requiresAny ? then.runnable !== ranBefore : changed)) return []
  const blocked = ranBefore && !then.runnable ? blockDependents(then) : []
  return [...blocked.flatMap(action => [action, ...afters(action)]), then, ...afters(then)]
}

const unchanged: Result = { first: undefined, then: false, parts: [] }

interface Result {
  readonly first: Action | undefined
  readonly then: boolean
  readonly parts: readonly Action[]
}

function settleRelation(world: Unpacked, then: Action, relation: Relation): Result {
  let first = relation.action
  const firstNode = nodeFor(first)
  const thenNode = nodeFor(then)
  if (relation.type & Kind.sameNode && firstNode && thenNode && firstNode !== thenNode) {
    relation.type = Kind.none
    return unchanged
  }
  const firstWas = snapshot(first)
  if (first.rsc && relation.type & Kind.thenCancelsFirst && !then.optional) {
    first.optional = true
    if (first.task === 'reload-agent') first.rsc.reloading = false
  }
  if (first.rsc && then.rsc && first.rsc !== then.rsc && !isInside(then.rsc, first.rsc)) first = completionOf(first)
  if (first !== relation.action) {
    // From now on the end of the whole counts instead of its beginning; what that means is settled in its own turn.
    if (!relate(first, then, relation.type)) return unchanged
    relation.type = Kind.none
    return { ...unchanged, then: true }
  }
  const cancelled = snapshot(first) !== firstWas
  const firstFlags = flagsInOrder(first, thenNode)
  const thenFlags = flagsInOrder(then, firstNode)
  // What looking at the parts of a whole says about the whole is no change that anybody is told of.
  const firstBefore = snapshot(first)
  const thenBefore = snapshot(then)
  const change: Change = { first: false, then: false, parts: [] }
  applyKinds(world, first, then, relation, firstFlags, thenFlags, change)
  const firstChanged = cancelled || change.first || snapshot(first) !== firstBefore
  const thenChanged = change.then || snapshot(then) !== thenBefore
  if (!firstChanged && !thenChanged && change.parts.length === 0) return unchanged
  return { first: firstChanged ? first : undefined, then: thenChanged, parts: change.parts }
}

const snapshot = (action: Action): number =>
  (action.optional ? 1 : 0) + (action.runnable ? 2 : 0) + (action.migrateRunnable ? 4 : 0) + (action.pseudo ? 8 : 0)

/** A group's start happens where the group will be. */
const nodeFor = (action: Action): ClusterNode | undefined =>
  action.rsc?.kind === 'group' && action.task === 'start' ? nodeNext(action.rsc) : action.node

function isInside(rsc: Resource, whole: Resource): boolean {
  for (let parent = rsc.parent; parent; parent = parent.parent) if (parent === whole) return true
  return false
}

const done: Readonly<Record<string, string>> = {
  start: 'running',
  running: 'running',
  stop: 'stopped',
  stopped: 'stopped',
  promote: 'promoted',
  promoted: 'promoted',
  demote: 'demoted',
  demoted: 'demoted',
}

/** What comes after all of a group or clone comes after its last pseudo-action, not after its first. */
function completionOf(action: Action): Action {
  const { rsc, task } = action
  if (!rsc || rsc.kind === 'primitive' || action.key.includes('notify')) return action
  const ended = done[task]
  if (ended === undefined) return action
  const byKey = (key: string): Action | undefined => rsc.actions.find(one => one.key === key)
  const told = rsc.notify ? byKey(`${rsc.id}_confirmed-post_notify_${ended}_0`) : undefined
  return told ?? byKey(`${rsc.id}_${ended}_0`) ?? action
}

interface Change {
  first: boolean
  then: boolean
  /** Parts of groups and clones that changed along. */
  readonly parts: Action[]
}

/** The kinds that have no say before the others had theirs. */
const lastKinds = [Kind.impliesFirstMigratable, Kind.pseudoLeft, Kind.optional, Kind.asymmetrical]
const anyOfThem = lastKinds.reduce<number>((all, kind) => all | kind, Kind.none)

function applyKinds(
  world: Unpacked,
  first: Action,
  then: Action,
  relation: Relation,
  firstFlags: Flags,
  thenFlags: Flags,
  change: Change,
): void {
  let node = then.node
  if (relation.type & Kind.impliesThenOnNode) {
    relation.type = (relation.type & ~Kind.impliesThenOnNode) | Kind.impliesThen
    node = first.node
  }
  const { type } = relation
  if (type & Kind.impliesThen) {
    if (then.rsc) update(world, then.rsc, first, then, node, firstFlags, Kind.impliesThen, change)
    else if (!firstFlags.optional) then.optional = false
  }
  if (type & Kind.restart && then.rsc) update(world, then.rsc, first, then, node, firstFlags, Kind.restart, change)
  if (type & Kind.impliesFirst) {
    if (first.rsc) update(world, first.rsc, first, then, node, firstFlags, Kind.impliesFirst, change)
    else if (!firstFlags.optional && first.runnable) first.runnable = false
  }
  if (type & Kind.promotedImpliesFirst && then.rsc) {
    update(world, then.rsc, first, then, node, thenFlags, Kind.promotedImpliesFirst, change)
  }
  if (type & Kind.oneOrMore) oneMore(world, first, then, node, firstFlags, change)
  if (type & Kind.probe && then.rsc) {
    if (!firstFlags.runnable && (first.rsc?.runningOn.length ?? 0) > 0) relation.type = Kind.none
    else update(world, then.rsc, first, then, node, firstFlags, Kind.runnableLeft, change)
  }
  if (type & Kind.runnableLeft) {
    if (then.rsc) update(world, then.rsc, first, then, node, firstFlags, Kind.runnableLeft, change)
    else if (!firstFlags.runnable) then.runnable = false
  }
  if (then.rsc && type & anyOfThem) {
    for (const kind of lastKinds) if (type & kind) update(world, then.rsc, first, then, node, firstFlags, kind, change)
  }
  if (first.runnable && type & Kind.impliesThenPrinted && !firstFlags.optional) then.printAlways = true
  if (type & Kind.impliesFirstPrinted && !thenFlags.optional) first.printAlways = true
  const blocks = type & (Kind.impliesThen | Kind.impliesFirst | Kind.restart)
  if (blocks && first.rsc && !first.rsc.managed && first.rsc.blocked && !first.runnable && first.task === 'stop') {
    then.runnable = false
  }
}

function oneMore(
  world: Unpacked,
  first: Action,
  then: Action,
  node: ClusterNode | undefined,
  flags: Flags,
  change: Change,
): void {
  if (then.rsc) {
    update(world, then.rsc, first, then, node, flags, Kind.oneOrMore, change)
    return
  }
  if (!flags.runnable) return
  then.runnableBefore += 1
  if (then.runnableBefore >= then.requiredRunnableBefore) then.runnable = true
}

/** One kind of relation, for the resource as a whole and for its parts. */
function update(
  world: Unpacked,
  owner: Resource,
  first: Action,
  then: Action,
  node: ClusterNode | undefined,
  flags: Flags,
  kind: number,
  change: Change,
): void {
  if ((owner.kind === 'clone' || owner.kind === 'bundle') && isInterleaved(first, then)) {
    pairwise(world, first, then, node, kind, change)
    return
  }
  rule(first, then, flags, kind)
  if (owner.kind === 'primitive' || !then.rsc) return
  const isGroup = owner.kind === 'group'
  for (const part of instancesOf(then.rsc)) {
    const action = find(part, then.task, node)
    if (!action || (!isGroup && !flagsOf(action, node).runnable)) continue
    const before = snapshot(action)
    update(world, part, first, action, node, flags, kind, change)
    if (snapshot(action) !== before) {
      change.then = true
      change.parts.push(action)
    }
  }
}

/** Between two clones of which each instance waits only for its neighbour. */
function isInterleaved(first: Action, then: Action): boolean {
  const isMany = (rsc: Resource | undefined): boolean => rsc?.kind === 'clone' || rsc?.kind === 'bundle'
  if (first.rsc === then.rsc || !isMany(first.rsc) || !isMany(then.rsc)) return false
  // Who goes down asks whom it waits for; who comes up asks itself.
  const decides = then.task === 'stop' || then.task === 'demote' ? first.rsc : then.rsc
  return decides?.meta.get('interleave') === 'true' || decides?.clone?.interleave === true
}

function pairwise(
  world: Unpacked,
  first: Action,
  then: Action,
  node: ClusterNode | undefined,
  kind: number,
  change: Change,
): void {
  if (!first.rsc || !then.rsc) return
  const now = /_(stopped|demoted)_0$/.test(first.key)
  const firsts = instancesOf(first.rsc)
  for (const part of instancesOf(then.rsc)) {
    const partner = compatibleInstance(world, part, { ...first.rsc, children: [...firsts] }, Role.unknown, now)
    if (!partner) {
      if (!now && kind & (Kind.runnableLeft | Kind.impliesThen)) takePlace(world, part, change)
      continue
    }
    const before = find(partner, taskOfPart(partner, first), node)
    const after = find(part, then.task, node)
    if (!before || !after) continue
    if (relate(before, after, kind)) {
      change.first = true
      change.then = true
    }
    const was = [snapshot(before), snapshot(after)]
    update(world, part, before, after, node, flagsOf(before, node), kind, change)
    if (snapshot(before) !== was[0]) {
      change.first = true
      change.parts.push(before)
    }
    if (snapshot(after) !== was[1]) {
      change.then = true
      change.parts.push(after)
    }
  }
}

/** An instance without a neighbour runs nowhere. */
function takePlace(world: Unpacked, part: Resource, change: Change): void {
  const actions = actionsWithin(part)
  const before = actions.map(snapshot)
  assignTo(world, part, undefined, true)
  const changed = actions.filter((action, i) => snapshot(action) !== before[i])
  if (changed.length > 0) change.then = true
  change.parts.push(...changed)
}

const actionsWithin = (rsc: Resource): readonly Action[] => [...rsc.actions, ...rsc.children.flatMap(actionsWithin)]

function rule(first: Action, then: Action, flags: Flags, kind: number): void {
  switch (kind) {
    case Kind.asymmetrical:
      asymmetrical(first, then)
      return
    case Kind.impliesFirst:
      if (then.optional) return
      if (!flags.optional && first.optional) require(first)
      if (flags.migrateRunnable && !then.migrateRunnable) first.migrateRunnable = false
      return
    case Kind.promotedImpliesFirst:
      if (!then.optional && then.rsc?.role === Role.promoted) {
        require(first)
        if (first.migrateRunnable && !then.migrateRunnable) first.migrateRunnable = false
      }
      return
    case Kind.impliesFirstMigratable:
      if (!then.migrateRunnable || !then.runnable) first.runnable = false
      if (!then.optional) require(first)
      return
    case Kind.pseudoLeft:
      if (!first.runnable) {
        then.migrateRunnable = false
        then.pseudo = false
      }
      return
    case Kind.runnableLeft:
      if (then.runnable && !flags.runnable) {
        then.runnable = false
        then.migrateRunnable = false
        then.reason ??= because(first)
      }
      return
    case Kind.impliesThen:
      if (then.optional && !flags.optional && !first.migrateRunnable) {
        require(then)
        then.reason ??= because(first)
      }
      return
    case Kind.restart:
      restart(first, then)
      return
    default:
  }
}

const because = (action: Action): string => (action.rsc ? `required ${action.rsc.id} ${action.task}` : action.task)

function require(action: Action): void {
  action.optional = false
}

function asymmetrical(first: Action, then: Action): void {
  if (!then.rsc || first.runnable) return
  if (then.optional) {
    const role = roleNow(then.rsc)
    if (role === Role.stopped && then.task === 'stop') return
    const only = then.rsc.runningOn.length === 1 && then.rsc.runningOn[0] === then.node
    if (role >= Role.started && then.task === 'start' && only) return
  }
  then.optional = false
  then.runnable = false
}

function restart(first: Action, then: Action): void {
  const needed = !then.optional || (!then.runnable && then.rsc?.managed === true && first.rsc === then.rsc)
  if (!needed) return
  if (first.runnable) require(first)
  if (!then.optional) require(first)
  if (!then.migrateRunnable) first.migrateRunnable = false
  if (!first.optional && !first.runnable) then.runnable = false
}
