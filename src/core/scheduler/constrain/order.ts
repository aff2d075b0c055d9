// Order constraints: what must have happened before what; plain and in sets.
// Source: "Pacemaker Explained" 2.1, "Specifying the Order in which Resources Should Start/Stop", "Resource Sets".
import { holds } from '../../cib/rules.ts'
import type { Order, ResourceSet } from '../../cib/types.ts'
import { asBoolean, asInteger, asScore } from '../../cib/values.ts'
import { clusterAction } from '../act/blank.ts'
import type { Action, Resource } from '../model.ts'
import { order, orderTasks } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import type { Unpacked } from '../world.ts'
import { expand, isCollection, resolve } from './find.ts'

type OrderKind = 'mandatory' | 'optional' | 'serialize'
type Direction = 'only' | 'forth' | 'back'

export function constrainOrders(world: Unpacked, constraint: Order): void {
  if (constraint.lifetime && !holds(constraint.lifetime, world.rules)) return
  const kind = kindOf(constraint.orderKind, constraint.score)
  const symmetrical = isSymmetrical(constraint.symmetrical, kind)
  const sets = constraint.sets.length > 0 ? constraint.sets : setsOfTags(world, constraint)
  if (!sets) {
    simple(world, constraint, kind, symmetrical)
    return
  }
  let last: ResourceSet | undefined
  for (const written of sets) {
    const set = { ...written, members: written.members.flatMap(id => expand(world, id)) }
    withinSet(world, set, kind, constraint.symmetrical)
    if (last) {
      betweenSets(world, constraint.id, last, set, kind, symmetrical ? 'forth' : 'only')
      if (symmetrical) betweenSets(world, constraint.id, set, last, kind, 'back')
    }
    last = set
  }
}

function kindOf(text: string | undefined, score: string | undefined): OrderKind {
  switch (text?.toLowerCase()) {
    case 'optional':
      return 'optional'
    case 'serialize':
      return 'serialize'
    case undefined:
      return score !== undefined && asScore(score) === 0 ? 'optional' : 'mandatory'
    default:
      return 'mandatory'
  }
}

const isSymmetrical = (text: string | undefined, kind: OrderKind): boolean =>
  kind !== 'serialize' && asBoolean(text, true)

/** A template or tag in a plain constraint makes it one of sets without order inside. */
function setsOfTags(world: Unpacked, constraint: Order): readonly ResourceSet[] | undefined {
  const { firstRsc, thenRsc } = constraint
  if (firstRsc === undefined || thenRsc === undefined) return undefined
  if (!isCollection(world, firstRsc) && !isCollection(world, thenRsc)) return undefined
  const firstAction = constraint.firstAction
  const thenAction = constraint.thenAction ?? firstAction
  const set = (id: string, action: string | undefined): ResourceSet => ({
    id,
    members: expand(world, id),
    action,
    sequential: isCollection(world, id) ? 'false' : undefined,
  })
  return [set(firstRsc, firstAction), set(thenRsc, thenAction)]
}

function kindBits(kind: OrderKind, firstTask: string, direction: Direction): number {
  if (kind === 'optional') return Kind.optional
  if (kind === 'serialize') return Kind.optional | Kind.serialize
  if (direction === 'only') return Kind.optional | Kind.asymmetrical
  if (direction === 'back') return Kind.optional | Kind.impliesFirst
  const needed = firstTask === 'start' || firstTask === 'promote' ? Kind.runnableLeft : Kind.none
  return Kind.optional | Kind.impliesThen | needed
}

const inverse: Readonly<Record<string, string>> = { start: 'stop', stop: 'start', promote: 'demote', demote: 'promote' }
const invert = (task: string): string => inverse[task] ?? task

function simple(world: Unpacked, constraint: Order, kind: OrderKind, symmetrical: boolean): void {
  const firstTask = constraint.firstAction ?? 'start'
  const thenTask = constraint.thenAction ?? firstTask
  const first = instanceOf(world, constraint.firstRsc, constraint.firstInstance)
  const then = instanceOf(world, constraint.thenRsc, constraint.thenInstance)
  if (!first || !then) return
  const follows = kind === 'optional' && then.restartType === 'restart' ? Kind.impliesThen : Kind.none
  const bits = kindBits(kind, firstTask, symmetrical ? 'forth' : 'only') | follows
  const minimum = requiredInstances(first, constraint.requireAll)
  if (minimum > 0) enoughInstances(world, constraint.id, first, firstTask, then, thenTask, bits, minimum)
  else orderTasks(world, first, firstTask, then, thenTask, bits)
  if (!symmetrical) return
  const [undoThen, undoFirst] = [invert(thenTask), invert(firstTask)]
  const leads = kind === 'optional' && first.restartType === 'restart' ? Kind.impliesFirst : Kind.none
  orderTasks(world, then, undoThen, first, undoFirst, kindBits(kind, undoThen, 'back') | leads)
}

function instanceOf(world: Unpacked, id: string | undefined, instance: string | undefined): Resource | undefined {
  if (id === undefined) return undefined
  return instance === undefined ? resolve(world, id) : world.byId.get(`${id}:${instance}`)
}

/** clone-min, or with require-all=false any one instance, is enough. */
function requiredInstances(first: Resource, requireAll: string | undefined): number {
  if (first.kind !== 'clone') return 0
  const minimum = first.meta.get('clone-min')
  if (minimum !== undefined) return asInteger(minimum, 0)
  return requireAll !== undefined && !asBoolean(requireAll, true) ? 1 : 0
}

export function clusterPseudo(world: Unpacked, name: string): Action {
  const known = world.clusterActions.get(name)
  if (known) return known
  const action = clusterAction(world, name, name, undefined, true)
  action.pseudo = true
  action.runnable = true
  return action
}

function enoughInstances(
  world: Unpacked,
  id: string,
  first: Resource,
  firstTask: string,
  then: Resource,
  thenTask: string,
  bits: number,
  minimum: number,
): void {
  const met = clusterPseudo(world, `clone-one-or-more:${id}`)
  met.requiredRunnableBefore = minimum
  met.requiresAny = true
  for (const instance of first.children) {
    order(world, {
      firstRsc: instance,
      firstTask,
      thenAction: met,
      type: Kind.oneOrMore | Kind.impliesThenPrinted,
    })
  }
  order(world, {
    firstAction: met,
    thenRsc: then,
    thenTask,
    type: bits | Kind.runnableLeft,
  })
}

function withinSet(
  world: Unpacked,
  set: ResourceSet,
  parentKind: OrderKind,
  parentSymmetrical: string | undefined,
): void {
  const kind = set.kind === undefined ? parentKind : kindOf(set.kind, undefined)
  const task = set.action ?? 'start'
  const symmetrical = isSymmetrical(parentSymmetrical, kind)
  const members = set.members.flatMap(id => resolve(world, id) ?? [])
  // What may not happen at the same time may not whatever its order.
  if (!asBoolean(set.sequential, true) && kind !== 'serialize') return
  const bits = kindBits(kind, task, symmetrical ? 'forth' : 'only')
  for (const [i, member] of members.entries()) {
    if (kind === 'serialize')
      for (const later of members.slice(i + 1)) orderTasks(world, member, task, later, task, bits)
    else {
      const before = members[i - 1]
      if (before) orderTasks(world, before, task, member, task, bits)
    }
  }
  if (!symmetrical) return
  const undo = invert(task)
  const back = kindBits(kind, undo, 'back')
  for (const [i, member] of members.entries()) {
    const before = members[i - 1]
    if (before) orderTasks(world, member, undo, before, undo, back)
  }
}

function betweenSets(
  world: Unpacked,
  id: string,
  set1: ResourceSet,
  set2: ResourceSet,
  kind: OrderKind,
  direction: Direction,
): void {
  const back = direction === 'back'
  const task1 = back ? invert(set1.action ?? 'start') : (set1.action ?? 'start')
  const task2 = back ? invert(set2.action ?? 'start') : (set2.action ?? 'start')
  // In sets it is what follows that says whether the first must be possible.
  const bits = kindBits(kind, task2, direction)
  const firsts = set1.members.flatMap(member => resolve(world, member) ?? [])
  const thens = set2.members.flatMap(member => resolve(world, member) ?? [])
  // "One is enough" holds while things come up; before anything goes down, all that need it must be gone.
  const requireAll = asBoolean(set1.requireAll, true) || task1 === 'stop' || task1 === 'demote'
  if (!requireAll) {
    const any = clusterPseudo(world, `one-or-more:${set1.id}`)
    any.requiresAny = true
    for (const rsc of firsts) {
      const type = Kind.oneOrMore | Kind.impliesThenPrinted
      order(world, { firstRsc: rsc, firstTask: task1, thenAction: any, type })
    }
    for (const rsc of thens) {
      order(world, { firstAction: any, thenRsc: rsc, thenTask: task2, type: bits | Kind.runnableLeft })
    }
    return
  }
  // Only a set that says so is taken as a chain whose first and last member count.
  const ends = (list: readonly Resource[], set: ResourceSet, atStart: boolean): readonly Resource[] =>
    !asBoolean(set.sequential, false) ? list : atStart ? list.slice(0, 1) : list.slice(-1)
  for (const first of ends(firsts, set1, back)) {
    for (const then of ends(thens, set2, !back)) orderTasks(world, first, task1, then, task2, bits)
  }
  void id
}
