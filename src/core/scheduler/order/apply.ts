// From orderings between resources to relations between the actions that there are.
import { keyOf, obtain } from '../act/actions.ts'
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
    else if (rule.thenRsc) applyThen(rule.firstAction, rule.thenRsc, rule)
    else relate(rule.firstAction, rule.thenAction, rule.type)
  }
}

function applyFirst(world: Unpacked, rule: OrderRule, first: Resource): void {
  let actions = rule.firstAction ? [rule.firstAction] : byKey(first, rule.firstKey)
  if (actions.length === 0) {
    if (first === rule.thenRsc) return
    const { task, interval } = split(rule.firstKey)
    const role = roleNow(first)
    // What is not there need not go.
    if ((role === Role.stopped || role === Role.unknown) && task === 'stop') return
    if (role === Role.unpromoted && task === 'demote') return
    actions = [obtain(world, first, keyOf(first.id, task, interval), task, undefined, true)]
  }
  for (const action of actions) {
    if (rule.thenRsc) applyThen(action, rule.thenRsc, rule)
    else relate(action, rule.thenAction, rule.type)
  }
}

function applyThen(first: Action | undefined, then: Resource, rule: OrderRule): void {
  const actions = rule.thenAction ? [rule.thenAction] : byKey(then, rule.thenKey)
  const dangles = first?.rsc === then && first.dangling
  const type = dangles ? rule.type & ~Kind.impliesThen : rule.type
  for (const action of actions) {
    if (first) relate(first, action, type)
    else if (type & Kind.impliesThen) action.runnable = false
  }
}

function byKey(rsc: Resource, key: string): Action[] {
  const found = rsc.actions.filter(action => action.key === key && action.cancelTask === undefined)
  if (found.length > 0 || rsc.actions.length === 0) return found
  const { task, interval } = split(key)
  const own = keyOf(rsc.id, task, interval)
  return own === key ? found : rsc.actions.filter(action => action.key === own && action.cancelTask === undefined)
}

const multiWord = ['migrate_to', 'migrate_from', 'lrm_delete', 'clear_failcount', 'reload-agent'].map(
  task => `_${task}`,
)

/** "db_migrate_to_0" → migrate_to, 0. */
function split(key: string): { task: string; interval: number } {
  const at = key.lastIndexOf('_')
  const interval = Number(key.slice(at + 1))
  const rest = key.slice(0, at)
  const known = multiWord.find(ending => rest.endsWith(ending))
  return { task: known?.slice(1) ?? rest.slice(rest.lastIndexOf('_') + 1), interval }
}

/** A resource that moves alive is ordered by its migration rather than by its start and stop. */
function addMigrations(world: Unpacked): void {
  for (const rule of [...world.orders]) {
    const { firstRsc: first, thenRsc: then } = rule
    if (!first || !then || first === then || rule.firstKey === '' || rule.thenKey === '') continue
    if (isParent(first, then) || isParent(then, first) || !then.allowMigrate) continue
    addMigration(world, first, split(rule.firstKey).task, then, split(rule.thenKey).task)
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
      firstKey: keyOf(first.id, task, 0),
      firstAction: undefined,
      thenRsc: then,
      thenKey: keyOf(then.id, thenTask2, 0),
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
