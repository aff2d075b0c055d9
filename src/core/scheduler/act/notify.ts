// Notifications of clones: before and after every change, every active instance is told what is changing.
// Source: "Pacemaker Explained" 2.1, "Clone Notifications"; "Pacemaker Administration", "Clone Resource Agents".
import { INFINITY } from '../../base/score.ts'
import type { Action, Resource } from '../model.ts'
import { relate } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import type { Unpacked } from '../world.ts'
import { obtain } from './actions.ts'

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
  const make = (type: string, name: string, about: string): Action => {
    const made = obtain(
      world,
      clone,
      notifyKey(clone.id, type, about),
      name,
      undefined,
      action.optional && complete.optional,
    )
    made.pseudo = true
    made.runnable = true
    made.meta.set('notify_key_type', type)
    made.meta.set('notify_key_operation', about)
    return made
  }
  const pre = make('pre', 'notify', action.task)
  const preDone = make('confirmed-pre', 'notified', action.task)
  pre.optional = action.optional
  preDone.optional = action.optional
  const post = make('post', 'notify', complete.task)
  const postDone = make('confirmed-post', 'notified', complete.task)
  post.priority = INFINITY
  postDone.priority = INFINITY
  post.optional = complete.optional
  postDone.optional = complete.optional
  post.runnable = complete.runnable
  postDone.runnable = complete.runnable
  relate(pre, preDone, Kind.optional)
  relate(preDone, action, Kind.optional)
  relate(complete, post, Kind.impliesThen)
  relate(post, postDone, Kind.impliesThen)
  notes.set(task, { task, pre, preDone, post, postDone })
}
