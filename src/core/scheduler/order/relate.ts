// Relating two actions, or noting that two are to be related once they exist.
import type { Action, OrderRule, Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { Kind } from './types.ts'

/** Puts `first` before `then`; true where the relation is new. One that shares a kind with a known one is not. */
export function relate(first: Action | undefined, then: Action | undefined, type: number): boolean {
  if (!first || !then || type === Kind.none || first === then) return false
  if ((typesTo(first, then) & type) !== 0) return false
  first.after.push({ action: then, type, inGraph: false })
  then.before.push({ action: first, type, inGraph: false })
  first.afterTypes?.set(then, (first.afterTypes.get(then) ?? 0) | type)
  return true
}

function typesTo(first: Action, then: Action): number {
  if (!first.afterTypes && first.after.length > 12) {
    first.afterTypes = new Map()
    for (const { action, type } of first.after) first.afterTypes.set(action, (first.afterTypes.get(action) ?? 0) | type)
  }
  if (first.afterTypes) return first.afterTypes.get(then) ?? 0
  let types = 0
  for (const relation of first.after) if (relation.action === then) types |= relation.type
  return types
}

/** Of two resources, by task: to be resolved when all actions are there. */
export function orderTasks(
  world: Unpacked,
  first: Resource,
  firstTask: string,
  then: Resource,
  thenTask: string,
  type: number,
): void {
  world.orders.push({
    id: '',
    firstRsc: first,
    firstTask,
    firstAction: undefined,
    thenRsc: then,
    thenTask,
    thenAction: undefined,
    type,
  })
}

export function order(world: Unpacked, rule: Partial<OrderRule> & { readonly type: number }): void {
  world.orders.push({
    id: rule.id ?? '',
    firstRsc: rule.firstRsc ?? rule.firstAction?.rsc,
    firstTask: rule.firstTask ?? '',
    firstAction: rule.firstAction,
    thenRsc: rule.thenRsc ?? rule.thenAction?.rsc,
    thenTask: rule.thenTask ?? '',
    thenAction: rule.thenAction,
    type: rule.type,
  })
}
