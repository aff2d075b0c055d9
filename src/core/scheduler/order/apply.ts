// From orderings between resources to relations between the actions that there are.
import { obtain } from '../act/actions.ts'
import { type Action, type OrderRule, type Resource, Role } from '../model.ts'
import { roleNow } from '../place/state.ts'
import type { Unpacked } from '../world.ts'
import { relate } from './relate.ts'
import { Kind } from './types.ts'

export function applyOrders(world: Unpacked): void {
  addMigrations(world)
  for (const rule of world.orders) {
    if (rule.type === Kind.none) continue
    if (rule.firstRsc) applyFirst(world, rule, rule.firstRsc)
    else applyThen(rule.firstAction, rule)
  }
}

function applyFirst(world: Unpacked, rule: OrderRule, first: Resource): void {
  if (rule.firstAction) {
    applyThen(rule.firstAction, rule)
    return
  }
  const { firstTask } = rule
  let isThere = false
  for (const action of first.actions) {
    if (!isMeant(action, firstTask)) continue
    isThere = true
    applyThen(action, rule)
  }
  if (isThere || first === rule.thenRsc) return
  const role = roleNow(first)
  // What is not there need not go.
  if ((role === Role.stopped || role === Role.unknown) && firstTask === 'stop') return
  if (role === Role.unpromoted && firstTask === 'demote') return
  applyThen(obtain(world, first, firstTask, 0, undefined, true), rule)
}

function applyThen(first: Action | undefined, rule: OrderRule): void {
  const { thenRsc, thenAction, thenTask } = rule
  if (thenAction || !thenRsc) relateBy(rule, first, thenAction)
  else for (const action of thenRsc.actions) if (isMeant(action, thenTask)) relateBy(rule, first, action)
}

function relateBy({ type, thenRsc }: OrderRule, first: Action | undefined, then: Action | undefined): void {
  const dangles = thenRsc !== undefined && first?.rsc === thenRsc && first.dangling
  const kinds = dangles ? type & ~Kind.impliesThen : type
  if (first) relate(first, then, kinds)
  else if (thenRsc && then && kinds & Kind.impliesThen) then.runnable = false
}

/** An ordering by a task never means recurring operations, nor their end. */
export const isMeant = (action: Action, task: string): boolean =>
  action.task === task && action.interval === 0 && action.cancelTask === undefined

/** A resource that moves alive is ordered by its migration rather than by its start and stop. */
function addMigrations(world: Unpacked): void {
  for (const rule of [...world.orders]) {
    const { firstRsc: first, thenRsc: then } = rule
    if (!first || !then || first === then || rule.firstTask === '' || rule.thenTask === '') continue
    if (isParent(first, then) || isParent(then, first) || !then.allowMigrate) continue
    addMigration(world, first, rule.firstTask, then, rule.thenTask)
  }
}

const isParent = (a: Resource, b: Resource): boolean => {
  for (let parent = b.parent; parent; parent = parent.parent) if (parent === a) return true
  return false
}

function addMigration(world: Unpacked, first: Resource, firstTask: string, then: Resource, thenTask: string): void {
  const both = first.allowMigrate
  const type = both ? Kind.optional | Kind.applyFirstNonMigratable : Kind.optional
  const add = (task: string, thenTask2: string, kind: number): void => {
    world.orders.push({
      id: '',
      firstRsc: first,
      firstTask: task,
      firstAction: undefined,
      thenRsc: then,
      thenTask: thenTask2,
      thenAction: undefined,
      type: kind,
    })
  }
  const pair = `${firstTask} ${thenTask}`
  if (pair === 'start start') {
    if (both) add('migrate_from', 'migrate_to', Kind.optional)
    add('start', 'migrate_to', type)
  } else if (pair === 'promote start') add('promote', 'migrate_to', type)
  else if (pair === 'stop stop' || pair === 'demote stop') {
    add(firstTask, 'migrate_to', type)
    if (then.partialMigrationTarget) add(firstTask, 'migrate_from', type)
  }
}
