// Notifications of clones: before and after every change, every active instance is told what is changing.
// Source: "Pacemaker Explained" 2.1, "Clone Notifications"; "Pacemaker Administration", "Clone Resource Agents".
import { INFINITY } from '../../base/score.ts'
import { type Action, type ClusterNode, type NotifyData, type Resource, Role } from '../model.ts'
import { relate } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { uberParent } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { obtainNamed } from './actions.ts'
import { setMeta } from './blank.ts'

export const notifyKey = (id: string, type: string, task: string): string => `${id}_${type}_notify_${task}_0`

/** The pseudo-actions around one kind of change: told before, change, told after. */
export function notificationActions(
  world: Unpacked,
  clone: Resource,
  task: string,
  action: Action,
  complete: Action,
): void {
  const notes = clone.clone?.notifications
  if (!notes || notes.has(task)) return
  const pre = announce(world, clone, task, 'pre', action)
  const preDone = announce(world, clone, task, 'confirmed-pre', action)
  relate(pre, preDone, Kind.optional)
  relate(preDone, action, Kind.optional)
  const { post, postDone } = announceAfter(world, clone, task, complete)
  relate(preDone, post, Kind.optional)
  notes.set(task, { task, pre, preDone, post, postDone })
}

function announceAfter(
  world: Unpacked,
  rsc: Resource,
  task: string,
  complete: Action,
): { post: Action; postDone: Action } {
  const post = announce(world, rsc, task, 'post', complete)
  const postDone = announce(world, rsc, task, 'confirmed-post', complete)
  for (const action of [post, postDone]) {
    action.priority = INFINITY
    action.runnable = complete.runnable
  }
  relate(complete, post, Kind.impliesThen)
  relate(post, postDone, Kind.impliesThen)
  return { post, postDone }
}

function announce(world: Unpacked, rsc: Resource, task: string, type: string, about: Action): Action {
  const name = type.startsWith('confirmed') ? 'notified' : 'notify'
  const action = obtainNamed(world, rsc, notifyKey(rsc.id, type, about.task), name, undefined, about.optional)
  action.pseudo = true
  action.runnable = true
  setMeta(action, {
    notify_type: type.replace('confirmed-', ''),
    notify_operation: task,
    notify_key_type: type,
    notify_key_operation: about.task,
  })
  return action
}

/** A stop that fencing implies is told as well, once the node is fenced. */
export function announceFencing(world: Unpacked, rsc: Resource, stop: Action, fencing: Action): void {
  const { post, postDone } = announceAfter(world, rsc, stop.task, fencing)
  world.fencingNotes.push({
    clone: uberParent(rsc),
    notes: { task: stop.task, pre: undefined, preDone: undefined, post, postDone },
  })
}

/** When everything is settled: who is told. */
export function notifyInstances(world: Unpacked): void {
  for (const rsc of world.byId.values()) {
    for (const task of ['start', 'stop', 'promote', 'demote']) {
      const notes = rsc.clone?.notifications.get(task)
      if (notes) notify(world, rsc, notes)
    }
  }
  for (const { clone, notes } of world.fencingNotes) notify(world, clone, notes)
}

function notify(world: Unpacked, clone: Resource, notes: NotifyData): void {
  const instances = primitivesIn(clone)
  const happens = instances.some(rsc =>
    rsc.actions.some(action => action.task === notes.task && !action.optional && action.runnable && action.node),
  )
  // A stop may be implied by fencing, so that it is told anyway.
  if (!happens && notes.task !== 'stop') return
  for (const rsc of instances) notifyOne(world, rsc, notes)
}

const primitivesIn = (rsc: Resource): readonly Resource[] =>
  rsc.children.length === 0 ? [rsc] : rsc.children.flatMap(primitivesIn)

function notifyOne(world: Unpacked, rsc: Resource, notes: NotifyData): void {
  const { task } = notes
  const find = (name: string): Action | undefined => rsc.actions.find(action => action.task === name)
  if (rsc.role !== Role.stopped && (task === 'stop' || task === 'demote')) {
    const stop = find('stop')
    for (const node of rsc.runningOn) {
      // Nobody can be told who is being fenced.
      if (stop?.pseudo && (node.unclean || node.remoteRequiresReset)) continue
      tell(world, rsc, node, notes.pre, notes.preDone)
      if (task === 'demote' || !stop || stop.optional) tellAfter(world, rsc, node, notes)
    }
  }
  if (rsc.nextRole !== Role.stopped && (task === 'start' || task === 'promote') && rsc.assigned) {
    const start = find('start')
    // Who cannot come up is told nothing.
    if (start && !start.optional && !start.runnable) return
    if (task !== 'start' || !start || start.optional) tell(world, rsc, rsc.assigned, notes.pre, notes.preDone)
    tellAfter(world, rsc, rsc.assigned, notes)
  }
}

function tell(
  world: Unpacked,
  rsc: Resource,
  node: ClusterNode,
  about: Action | undefined,
  done: Action | undefined,
): Action | undefined {
  if (!about || !done || !node.online || !about.runnable) return undefined
  const type = about.meta.get('notify_type') ?? ''
  const key = notifyKey(rsc.id, type, about.meta.get('notify_operation') ?? '')
  const action = obtainNamed(world, rsc, key, about.task, node, about.optional)
  const names = ['notify_type', 'notify_operation', 'notify_key_type', 'notify_key_operation']
  setMeta(action, Object.fromEntries(names.map(name => [name, about.meta.get(name) ?? ''])))
  relate(about, action, Kind.optional)
  relate(action, done, Kind.optional)
  return action
}

/** Monitors go on when everybody knows. */
function tellAfter(world: Unpacked, rsc: Resource, node: ClusterNode, notes: NotifyData): void {
  const action = tell(world, rsc, node, notes.post, notes.postDone)
  if (action) action.priority = INFINITY
  for (const monitor of rsc.actions) {
    if (monitor.interval > 0 && monitor.task !== 'cancel') relate(notes.postDone, monitor, Kind.optional)
  }
}
