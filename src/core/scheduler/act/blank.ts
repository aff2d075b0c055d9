// An action before anything is known of it, and the actions that belong to no resource.
import { type Action, type ClusterNode, type Resource, Role } from '../model.ts'
import type { Unpacked } from '../world.ts'

/** Tasks that the cluster controller does itself, whatever node they are about. */
export const clusterTasks: ReadonlySet<string> = new Set([
  'stonith',
  'clear_failcount',
  'lrm_delete',
  'do_shutdown',
  'maintenance_nodes',
])

export function blank(
  world: Unpacked,
  rsc: Resource | undefined,
  key: string,
  task: string,
  node: ClusterNode | undefined,
): Action {
  return {
    id: world.actions.length,
    rsc,
    node,
    task,
    key,
    interval: 0,
    optional: true,
    runnable: true,
    pseudo: false,
    printAlways: false,
    migrateRunnable: false,
    requiresAny: false,
    impliedByFencing: false,
    onDc: false,
    reschedule: false,
    dangling: false,
    dedupe: false,
    needs: 'nothing',
    onFail: 'recover',
    failRole: Role.started,
    role: undefined,
    reason: undefined,
    priority: rsc?.priority ?? 0,
    requiredRunnableBefore: 0,
    runnableBefore: 0,
    meta: nothing,
    config: undefined,
    before: [],
    after: [],
    afterTypes: undefined,
    queued: false,
    dumped: false,
    visited: 0,
    cancelTask: undefined,
    cancelInterval: 0,
    partner: undefined,
  }
}

const nothing: ReadonlyMap<string, string> = new Map()

/** Further meta attributes, for this action alone. */
export function setMeta(action: Action, more: Readonly<Record<string, string>>): void {
  const meta = new Map(action.meta)
  for (const [name, value] of Object.entries(more)) meta.set(name, value)
  action.meta = meta
}

/** An action of the cluster itself, known by its key. */
export function clusterAction(
  world: Unpacked,
  key: string,
  task: string,
  node: ClusterNode | undefined,
  optional: boolean,
): Action {
  const known = world.clusterActions.get(key)
  const action = known ?? blank(world, undefined, key, task, node)
  if (!known) {
    action.optional = optional
    action.onDc = clusterTasks.has(task)
    world.actions.push(action)
    world.clusterActions.set(key, action)
  } else if (!optional) action.optional = false
  return action
}
