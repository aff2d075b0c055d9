// Orderings that would keep the cluster from ever getting on are dropped once everything is settled: what happens inside a
// guest against the guest itself, which takes its inside along when it stops; and of two that move alive past one
// another, each waiting for the room of the other, the newer need not wait.
// Source: the graphs of `crm_simulate -G`.
import { matters } from '../graph.ts'
import type { Action, Relation } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { Kind } from './types.ts'

export function dropInvalid(world: Unpacked): void {
  if (!world.haveRemoteNodes && world.options.placement === 'default') return
  for (const action of world.actions.toReversed()) {
    for (const relation of action.before.toReversed()) {
      if (isInsideOf(relation, action) || waitsInRing(relation, action)) relation.type = Kind.none
    }
  }
}

/** Something on a guest node before the virtual machine or container of that node. */
function isInsideOf({ type, action: first }: Relation, then: Action): boolean {
  const container = first.node?.remoteResource?.container
  return first.rsc !== undefined && container !== undefined && then.rsc === container && !(type & Kind.preserve)
}

function waitsInRing(relation: Relation, then: Action): boolean {
  if (!(relation.type & Kind.load) || then.task !== 'migrate_to') return false
  return !counts(relation, then) || leadsTo(relation.action, then)
}

/** Whether the graph would have it. */
const counts = (relation: Relation, then: Action): boolean =>
  (!relation.action.optional || relation.action.printAlways) && relation.action.runnable && matters(then, relation)

/** Whether `target` has to happen before `from`. */
function leadsTo(from: Action, target: Action): boolean {
  const seen = new Set<Action>([from])
  const open = [from]
  for (let action = open.pop(); action; action = open.pop()) {
    for (const relation of action.before) {
      if (relation.type === Kind.none || seen.has(relation.action) || !counts(relation, action)) continue
      if (relation.action === target) return true
      seen.add(relation.action)
      open.push(relation.action)
    }
  }
  return false
}
