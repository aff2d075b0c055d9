// Giving a resource its node.
// Source: "Pacemaker Explained" 2.1, "How Resource Placement is Decided".
import { type Action, type ClusterNode, type Resource, Role } from '../model.ts'
import { isGuest } from '../unpack/nodes.ts'
import { setNextRole } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { consume, release } from './utilization.ts'
import { isAvailable } from './weigh.ts'

/** False where the resource can run nowhere. `force`: whatever the node's state is. */
export function assignTo(world: Unpacked, rsc: Resource, node: ClusterNode | undefined, force: boolean): boolean {
  if (rsc.kind !== 'primitive') {
    let changed = false
    for (const child of rsc.children) changed = assignTo(world, child, node, force) || changed
    rsc.provisional = false
    return changed
  }
  let chosen = node
  if (chosen && !force) {
    const points = rsc.scores[chosen.index] ?? 0
    if (points < 0 || (!isAvailable(chosen) && !isGuest(chosen))) {
      setNextRole(rsc, Role.stopped, 'node availability')
      chosen = undefined
    }
  }
  unassign(rsc)
  rsc.provisional = false
  if (!chosen) {
    setNextRole(rsc, Role.stopped, 'unable to assign')
    for (const action of rsc.actions) {
      if (action.task === 'stop') action.optional = false
      else if (action.task === 'start') action.runnable = false
      else if (isRecurring(action) && action.meta.get('op_target_rc') !== '7') action.runnable = false
    }
    return false
  }
  rsc.assigned = chosen
  rsc.assignedScore = rsc.scores[chosen.index] ?? 0
  chosen.assignedCount += 1
  consume(chosen, rsc)
  void world
  return true
}

const isRecurring = (action: Action): boolean => action.interval > 0 || action.cancelTask !== undefined

export function unassign(rsc: Resource): void {
  const old = rsc.assigned
  rsc.provisional = true
  if (!old) return
  rsc.assigned = undefined
  old.assignedCount -= 1
  release(old, rsc)
}
