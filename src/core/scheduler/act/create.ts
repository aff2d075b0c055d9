// The actions that take every resource from what it is to what it shall be.
// Source: "Pacemaker Explained" 2.1, "Resource Operations", "Migrating Resources".
import { INFINITY } from '../../base/score.ts'
import { type Action, type ClusterNode, type Resource, Role } from '../model.ts'
import { orderTasks, relate } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { activeNode } from '../place/state.ts'
import { naturally } from '../unpack/names.ts'
import { setNextRole } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import {
  actionsOf,
  demoteAction,
  firstAction,
  obtain,
  promoteAction,
  pseudo,
  startAction,
  stopAction,
} from './actions.ts'
import { setMeta } from './blank.ts'
import { fenceAction } from './fence-node.ts'
import { notificationActions } from './notify.ts'
import { recurring } from './recurring.ts'
import { orderAfterUnfencing } from './unfence.ts'

export function createActions(world: Unpacked, rsc: Resource): void {
  switch (rsc.kind) {
    case 'primitive':
      ofPrimitive(world, rsc)
      return
    case 'group':
      ofGroup(world, rsc)
      return
    case 'clone':
      ofClone(world, rsc)
      return
    case 'bundle':
      ofBundle(world, rsc)
      return
    default:
      rsc.kind satisfies never
  }
}

function ofPrimitive(world: Unpacked, rsc: Resource): void {
  if (rsc.nextRole === Role.unknown) setNextRole(rsc, rsc.assigned ? Role.started : Role.stopped, 'default')
  const { node: current, all, clean } = activeNode(rsc)
  for (const node of rsc.dangling) stopAction(world, rsc, node, false).dangling = true
  const moving =
    current !== undefined && rsc.assigned !== undefined && current !== rsc.assigned && rsc.nextRole >= Role.started
  let migrates = moving && canMigrate(rsc, current)
  let mustStop = moving
  let several = false
  if (rsc.partialMigrationSource || rsc.partialMigrationTarget) {
    const goesOn =
      migrates && all === 2 && current === rsc.partialMigrationSource && rsc.assigned === rsc.partialMigrationTarget
    if (!goesOn) {
      mustStop = true
      migrates = false
      rsc.partialMigrationSource = undefined
      rsc.partialMigrationTarget = undefined
    }
  } else several = (rsc.needsFencing ? all : clean) > 1
  rsc.stopUnexpected = several && rsc.recovery === 'stop_unexpected'
  if (several && (rsc.recovery === 'stop_start' || rsc.recovery === 'stop_unexpected')) mustStop = true
  if (rsc.startPending) startAction(world, rsc, rsc.assigned, true).printAlways = true
  let mustPromote = false
  if (moving) mustStop = true
  else if (rsc.failed) {
    if (rsc.mustStop) mustStop = true
    else if (rsc.nextRole === Role.promoted) mustPromote = true
  } else if (rsc.blocked) mustStop = true
  else if (rsc.role > Role.started && current && rsc.assigned) {
    if (!startAction(world, rsc, rsc.assigned, true).optional) mustStop = true
  }
  restart(world, rsc, current, mustStop, mustPromote)
  change(world, rsc)
  recurring(world, rsc)
  if (migrates && current) migrate(world, rsc, current)
}

/** From a role towards another: the next role on the way. */
const step: Readonly<Record<Role, Readonly<Record<Role, Role>>>> = {
  [Role.unknown]: { 0: Role.unknown, 1: Role.stopped, 2: Role.stopped, 3: Role.stopped, 4: Role.stopped },
  [Role.stopped]: { 0: Role.stopped, 1: Role.stopped, 2: Role.started, 3: Role.unpromoted, 4: Role.unpromoted },
  [Role.started]: { 0: Role.stopped, 1: Role.stopped, 2: Role.started, 3: Role.unpromoted, 4: Role.promoted },
  [Role.unpromoted]: { 0: Role.stopped, 1: Role.stopped, 2: Role.stopped, 3: Role.unpromoted, 4: Role.promoted },
  [Role.promoted]: { 0: Role.stopped, 1: Role.unpromoted, 2: Role.unpromoted, 3: Role.unpromoted, 4: Role.promoted },
}

type Doer = (
  world: Unpacked,
  rsc: Resource,
  node: ClusterNode | undefined,
  optional: boolean,
  restarting: boolean,
) => void

/** What it takes to get from one role to the next one. */
function doerFor(from: Role, to: Role): Doer | undefined {
  if (from === Role.stopped) return to === Role.started || to === Role.unpromoted ? start : undefined
  if (from === Role.started) return to === Role.stopped ? stop : to === Role.promoted ? promote : undefined
  if (from === Role.unpromoted) {
    return to === Role.stopped || to === Role.started ? stop : to === Role.promoted ? promote : undefined
  }
  if (from === Role.promoted && to !== Role.promoted) return demote
  return from === Role.unknown && to === Role.stopped ? stop : undefined
}

/** Down to nothing where it is, and up again to the same role where it shall be. */
function restart(
  world: Unpacked,
  rsc: Resource,
  current: ClusterNode | undefined,
  mustStop: boolean,
  mustPromote: boolean,
): void {
  let role = rsc.role
  while (role !== Role.stopped) {
    const next = step[role][Role.stopped]
    const doer = doerFor(role, next)
    if (!doer) break
    doer(world, rsc, current, !mustStop, true)
    role = next
  }
  while (rsc.role <= rsc.nextRole && role !== rsc.role && !rsc.blocked) {
    const next = step[role][rsc.role]
    const doer = doerFor(role, next)
    if (!doer) break
    doer(world, rsc, rsc.assigned, !(mustStop || (next === Role.promoted && mustPromote)), true)
    role = next
  }
}

function change(world: Unpacked, rsc: Resource): void {
  let role = rsc.role
  while (role !== rsc.nextRole) {
    const next = step[role][rsc.nextRole]
    const doer = doerFor(role, next)
    if (!doer) break
    doer(world, rsc, rsc.assigned, false, false)
    role = next
  }
}

/** With multiple-active=stop_unexpected, the copy on the right node is left alone. */
const isExpected = (rsc: Resource, node: ClusterNode | undefined, restarting: boolean): boolean =>
  restarting && rsc.stopUnexpected && rsc.nextRole > Role.stopped && node !== undefined && rsc.assigned === node

function start(
  world: Unpacked,
  rsc: Resource,
  node: ClusterNode | undefined,
  optional: boolean,
  restarting: boolean,
): void {
  const action = startAction(world, rsc, node, true)
  if (node) orderAfterUnfencing(world, rsc, node, action, Kind.impliesThen)
  if (action.runnable && !optional) action.optional = false
  if (isExpected(rsc, node, restarting)) action.pseudo = true
}

function stop(
  world: Unpacked,
  rsc: Resource,
  _node: ClusterNode | undefined,
  isOptional: boolean,
  restarting: boolean,
): void {
  let optional = isOptional
  for (const current of rsc.runningOn) {
    if (isExpected(rsc, current, restarting)) continue
    if (rsc.partialMigrationTarget) {
      if (current === rsc.partialMigrationTarget && current === rsc.assigned) continue
      optional = false
    }
    const action = stopAction(world, rsc, current, optional)
    if (!rsc.assigned) action.reason = 'node availability'
    else if (restarting && rsc.stopUnexpected) action.reason = 'being multiply active'
    if (!rsc.managed) action.runnable = false
    if (world.options.removeAfterStop) cleanUp(world, rsc, current, optional)
    if (rsc.needsUnfencing) relate(action, fenceAction(world, current, 'on', true, undefined), Kind.impliesFirst)
  }
}

function promote(
  world: Unpacked,
  rsc: Resource,
  node: ClusterNode | undefined,
  optional: boolean,
  restarting: boolean,
): void {
  const starts = actionsOf(rsc, 'start').filter(action => action.node === node)
  if (starts.every(action => action.runnable)) {
    const action = promoteAction(world, rsc, node, optional)
    if (isExpected(rsc, node, restarting)) action.pseudo = true
  } else for (const action of actionsOf(rsc, 'promote')) if (action.node === node) action.runnable = false
}

function demote(
  world: Unpacked,
  rsc: Resource,
  _node: ClusterNode | undefined,
  optional: boolean,
  restarting: boolean,
): void {
  for (const current of rsc.runningOn) {
    if (!isExpected(rsc, current, restarting)) demoteAction(world, rsc, current, optional)
  }
}

/** Takes the resource out of the node's memory, after it was stopped. */
export function cleanUp(
  world: Unpacked,
  rsc: Resource,
  node: ClusterNode | undefined,
  optional: boolean,
): Action | undefined {
  if (rsc.failed || !node || node.unclean || !node.online) return undefined
  const action = obtain(world, rsc, 'delete', 0, node, optional)
  orderTasks(world, rsc, 'stop', rsc, 'delete', optional ? Kind.impliesThen : Kind.optional)
  orderTasks(world, rsc, 'delete', rsc, 'start', optional ? Kind.impliesThen : Kind.optional)
  return action
}

function canMigrate(rsc: Resource, current: ClusterNode): boolean {
  return (
    rsc.allowMigrate &&
    rsc.managed &&
    !rsc.failed &&
    !rsc.startPending &&
    !current.unclean &&
    rsc.assigned !== undefined &&
    !rsc.assigned.unclean
  )
}

function migrate(world: Unpacked, rsc: Resource, current: ClusterNode): void {
  const target = rsc.assigned
  const up = startAction(world, rsc, target, true)
  const down = stopAction(world, rsc, current, true)
  const partial = rsc.partialMigrationTarget !== undefined
  const to = partial ? undefined : obtain(world, rsc, 'migrate_to', 0, current, true)
  const from = obtain(world, rsc, 'migrate_from', 0, target, true)
  for (const action of [up, down, from]) action.migrateRunnable = true
  up.pseudo = true
  if (to) {
    to.migrateRunnable = true
    to.needs = up.needs
    orderTasks(world, rsc, 'monitor', rsc, 'migrate_to', Kind.optional)
    orderTasks(world, rsc, 'migrate_to', rsc, 'migrate_from', Kind.optional | Kind.impliesFirstMigratable)
  } else {
    from.needs = up.needs
    orderTasks(world, rsc, 'monitor', rsc, 'migrate_from', Kind.optional)
  }
  const after = Kind.optional | Kind.impliesFirstMigratable
  orderTasks(world, rsc, 'migrate_from', rsc, 'stop', after)
  orderTasks(world, rsc, 'migrate_from', rsc, 'start', after | Kind.pseudoLeft)
  for (const action of to ? [to, from] : [from]) {
    setMeta(action, { migrate_source: current.name, migrate_target: target?.name ?? '' })
  }
}

function ofGroup(world: Unpacked, group: Resource): void {
  for (const member of group.children) createActions(world, member)
  const tasks = ['start', 'running', 'stop', 'stopped']
  if (group.parent?.promotable) tasks.push('demote', 'demoted', 'promote', 'promoted')
  for (const task of tasks) pseudo(world, group, task, true, true)
}

interface Doing {
  active: boolean
  starting: boolean
  stopping: boolean
}

function look(rsc: Resource, doing: Doing): void {
  for (const child of rsc.children) look(child, doing)
  if (rsc.children.length > 0) return
  if (rsc.runningOn.length > 0) doing.active = true
  for (const action of rsc.actions) {
    if (action.optional || (!action.pseudo && !action.runnable)) continue
    if (action.task === 'stop') doing.stopping = true
    else if (action.task === 'start' && action.runnable) doing.starting = true
  }
}

function ofClone(world: Unpacked, clone: Resource): void {
  around(world, clone, clone.children)
  if (clone.clone?.ordered) orderInstances(clone)
  if (clone.promotable) ofPromotable(world, clone)
}

/** The actions of the instances, and the pseudo-actions before and after them. */
function around(world: Unpacked, rsc: Resource, parts: readonly Resource[]): void {
  const whole: Doing = { active: false, starting: false, stopping: false }
  let migrates = true
  for (const part of parts) {
    const doing: Doing = { active: false, starting: false, stopping: false }
    createActions(world, part)
    look(part, doing)
    if (doing.starting && doing.stopping) migrates = false
    whole.active ||= doing.active
    whole.starting ||= doing.starting
    whole.stopping ||= doing.stopping
  }
  const up = pseudo(world, rsc, 'start', !whole.starting, true)
  const running = pseudo(world, rsc, 'running', !whole.starting, false)
  running.priority = INFINITY
  running.runnable = whole.active || whole.starting
  const down = pseudo(world, rsc, 'stop', !whole.stopping, true)
  const stopped = pseudo(world, rsc, 'stopped', !whole.stopping, true)
  stopped.priority = INFINITY
  if (migrates) down.migrateRunnable = true
  if (rsc.kind !== 'clone' || !rsc.notify) return
  notificationActions(world, rsc, 'start', up, running)
  notificationActions(world, rsc, 'stop', down, stopped)
  const notes = rsc.clone?.notifications
  relate(notes?.get('stop')?.postDone, notes?.get('start')?.pre, Kind.optional)
}

function orderInstances(clone: Resource): void {
  let lastStart: Action | undefined
  let lastStop: Action | undefined
  for (const instance of [...clone.children].sort((a, b) => naturally(a.id, b.id))) {
    const down = firstAction(instance, 'stop')
    if (down && !down.optional) {
      relate(down, lastStop, Kind.optional)
      lastStop = down
    }
    const up = firstAction(instance, 'start')
    if (up && !up.optional) {
      relate(lastStart, up, Kind.optional)
      lastStart = up
    }
  }
}

function ofPromotable(world: Unpacked, clone: Resource): void {
  const doing = (rsc: Resource, task: string): boolean =>
    rsc.children.length > 0
      ? rsc.children.some(child => doing(child, task))
      : rsc.actions.some(action => action.task === task && !action.optional)
  const promoting = clone.children.some(child => doing(child, 'promote'))
  const demoting = clone.children.some(child => doing(child, 'demote'))
  const up = pseudo(world, clone, 'promote', !promoting, true)
  const promoted = pseudo(world, clone, 'promoted', !promoting, true)
  const down = pseudo(world, clone, 'demote', !demoting, true)
  const demoted = pseudo(world, clone, 'demoted', !demoting, true)
  promoted.priority = INFINITY
  demoted.priority = INFINITY
  restorePriority(clone)
  if (!clone.notify) return
  notificationActions(world, clone, 'promote', up, promoted)
  notificationActions(world, clone, 'demote', down, demoted)
  const notes = clone.clone?.notifications
  const [starts, stops, promotes, demotes] = ['start', 'stop', 'promote', 'demote'].map(task => notes?.get(task))
  relate(stops?.postDone, promotes?.pre, Kind.optional)
  relate(starts?.postDone, promotes?.pre, Kind.optional)
  for (const later of [promotes, starts, stops]) relate(demotes?.postDone, later?.pre, Kind.optional)
}

function restorePriority(clone: Resource): void {
  for (const instance of clone.children) instance.priority = clone.priority
}

function ofBundle(world: Unpacked, bundle: Resource): void {
  const data = bundle.bundle
  if (!data) return
  for (const { ip, remote } of data.replicas) {
    if (ip) createActions(world, ip)
    if (remote) createActions(world, remote)
  }
  around(
    world,
    bundle,
    data.replicas.map(replica => replica.container),
  )
  if (!data.inner) return
  createActions(world, data.inner)
  if (!data.inner.promotable) return
  for (const task of ['promote', 'promoted', 'demote', 'demoted']) {
    const action = pseudo(world, bundle, task, true, true)
    if (task.endsWith('ed')) action.priority = INFINITY
  }
}
