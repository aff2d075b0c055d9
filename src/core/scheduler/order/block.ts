// When something cannot start, what must run with it cannot start either.
// Source: "Pacemaker Explained" 2.1, "Mandatory Placement".
import { INFINITY } from '../../base/score.ts'
import { type Action, type Resource, Role } from '../model.ts'
import { topmost } from '../unpack/roles.ts'

/** The actions that became impossible because this one is. */
export function blockDependents(action: Action, blocked: Action[] = []): readonly Action[] {
  const isStart = action.task === 'start'
  if (action.runnable || (!isStart && action.task !== 'promote') || !action.rsc) return blocked
  const rsc = topmost(action.rsc)
  // Who is with a group is with its last member, and only wholes are asked here.
  if (rsc.kind === 'group') return blocked
  // As long as one part can do it, the whole can.
  const able = rsc.children.some(child => child.actions.find(one => one.task === action.task)?.runnable ?? true)
  if (able) return blocked
  for (const rule of rsc.withThis) {
    if (rule.score < INFINITY || (!isStart && rule.primaryRole !== Role.promoted)) continue
    blockTask(rule.dependent, rule.dependentRole === Role.promoted ? 'promote' : 'start', blocked)
  }
  return blocked
}

function blockTask(rsc: Resource, task: string, blocked: Action[]): void {
  for (const action of rsc.actions) {
    if (action.task !== task || !action.runnable) continue
    action.runnable = false
    action.reason ??= `colocation with ${rsc.id}`
    blocked.push(action)
    blockDependents(action, blocked)
  }
  for (const child of rsc.children) blockTask(child, task, blocked)
}
