// What an action amounts to when others are ordered against it: for a group or clone, what its parts together do.
import type { Action, ClusterNode, Resource } from '../model.ts'

export interface Flags {
  readonly optional: boolean
  readonly runnable: boolean
  readonly migrateRunnable: boolean
}

/** `node`: only the parts there count. */
export function flagsOf(action: Action, node: ClusterNode | undefined): Flags {
  const { rsc } = action
  if (!rsc || rsc.kind === 'primitive') return action
  if (rsc.kind === 'group') return ofGroup(rsc, action, node)
  return ofInstances(partsOf(rsc, action), action, node)
}

/**
 * What an action amounts to in an ordering with an action on that node. Only a clone is looked at node by node, and even
 * so it can run if it can run anywhere.
 */
export function flagsInOrder(action: Action, node: ClusterNode | undefined): Flags {
  const everywhere = flagsOf(action, undefined)
  const isMany = action.rsc?.kind === 'clone' || action.rsc?.kind === 'bundle'
  if (!node || !isMany) return everywhere
  const there = flagsOf(action, node)
  return { ...there, runnable: there.runnable || everywhere.runnable }
}

const innerTasks = new Set(['notify', 'notified', 'promote', 'promoted', 'demote', 'demoted'])

/** What an ordering passes on to: the instances of a clone, the containers of a bundle. */
export const instancesOf = (rsc: Resource): readonly Resource[] =>
  rsc.bundle ? rsc.bundle.replicas.map(replica => replica.container) : rsc.children

/** What an action is made of: the instances of a clone; of a bundle its containers, or for what containers cannot do, what runs inside. */
function partsOf(rsc: Resource, action: Action): readonly Resource[] {
  const data = rsc.bundle
  if (!data) return rsc.children
  if (innerTasks.has(action.task)) return data.inner?.children ?? []
  return instancesOf(rsc)
}

const begun: Readonly<Record<string, string>> = {
  running: 'start',
  stopped: 'stop',
  promoted: 'promote',
  demoted: 'demote',
  notified: 'notify',
}

/** What a part does behind the whole's pseudo-action: a primitive's "start" is behind "running". */
export function taskOfPart(part: Resource | undefined, action: Action): string {
  const about = action.task === 'notify' || action.task === 'notified' ? aboutWhat(action.key) : action.task
  return part?.kind === 'primitive' ? (begun[about] ?? about) : about
}

/** The task a notification is about: "c_confirmed-post_notify_running_0" → "running". */
function aboutWhat(key: string): string {
  return key.slice(0, key.lastIndexOf('_')).replace(/^.*_/, '')
}

/** The newest, where there are several. */
export function find({ actions }: Resource, task: string, node: ClusterNode | undefined): Action | undefined {
  for (let i = actions.length - 1; i >= 0; i -= 1) {
    const action = actions[i]
    if (action?.task !== task || action.cancelTask !== undefined) continue
    if (node === undefined || action.node === node) return action
  }
  return undefined
}

function ofGroup(group: Resource, action: Action, node: ClusterNode | undefined): Flags {
  let optional = true
  let runnable = true
  for (const member of group.children) {
    const task = taskOfPart(member, action)
    const part = find(member, task, node)
    if (!part) {
      if (task !== 'stop' && task !== 'demote') runnable = false
      continue
    }
    if (optional && !part.optional) {
      optional = false
      action.optional = false
    }
    if (task !== action.task && runnable && !part.runnable) {
      runnable = false
      action.runnable = false
    }
  }
  return { optional, runnable, migrateRunnable: false }
}

function ofInstances(parts: readonly Resource[], action: Action, node: ClusterNode | undefined): Flags {
  const task = taskOfPart(parts[0], action)
  let optional = true
  let runnable = false
  for (const part of parts) {
    const found = find(part, task, part.children.length > 0 ? undefined : node)
    if (!found) continue
    const flags = flagsOf(found, node)
    if (optional && !flags.optional) {
      optional = false
      action.optional = false
    }
    if (flags.runnable) runnable = true
  }
  if (!runnable && node === undefined) action.runnable = false
  return { optional, runnable, migrateRunnable: false }
}
