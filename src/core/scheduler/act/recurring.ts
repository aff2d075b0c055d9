// Recurring operations: monitors that must run, and those that must end.
// Source: "Pacemaker Explained" 2.1, "Monitoring Resources for Failure".

import type { Operation } from '../../cib/types.ts'
import { asBoolean, asMilliseconds } from '../../cib/values.ts'
import { type Action, type ClusterNode, type Resource, Role } from '../model.ts'
import { order, relate } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { roleNamed } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { actionsOf, isOperation, obtain, obtainEnd, startAction } from './actions.ts'
import { setMeta } from './blank.ts'

interface Recurring {
  readonly name: string
  readonly interval: number
  readonly role: Role
}

export function recurring(world: Unpacked, rsc: Resource): void {
  if (rsc.blocked || rsc.maintenance) return
  let start: Action | undefined
  if (rsc.assigned?.maintenance) return
  if (rsc.assigned && (rsc.nextRole !== Role.stopped || !rsc.managed))
    start = startAction(world, rsc, rsc.assigned, true)
  const found = rsc.operations.flatMap(op => read(op) ?? [])
  for (const one of found) {
    // Of two with the same name and interval, nobody knows which is meant.
    if (found.some(other => other !== one && other.name === one.name && other.interval === one.interval)) continue
    if (one.role === Role.stopped) whereStopped(world, rsc, one)
    else if (start) whereActive(world, rsc, one, start)
  }
}

const notRecurring = new Set(['start', 'stop', 'promote', 'demote'])

function read(op: Operation): Recurring | undefined {
  const interval = asMilliseconds(op.interval) ?? 0
  if (interval === 0 || notRecurring.has(op.name) || !asBoolean(op.attributes.get('enabled'), true)) return undefined
  return { name: op.name, interval, role: roleNamed(op.attributes.get('role')) }
}

const onNode = (rsc: Resource, { name, interval }: Recurring, node: ClusterNode): Action | undefined =>
  rsc.actions.find(action => action.node === node && isOperation(action, name, interval))

function whereActive(world: Unpacked, rsc: Resource, op: Recurring, start: Action): void {
  const node = rsc.assigned
  if (!node) return
  const known = onNode(rsc, op, node)
  const optional = known ? start.optional && !known.reschedule : false
  const wrongRole = op.role === Role.unknown ? rsc.nextRole === Role.promoted : op.role !== rsc.nextRole
  if (wrongRole) {
    if (optional) cancelBeforeChange(world, rsc, op, node)
    return
  }
  const monitor = obtain(world, rsc, op.name, op.interval, node, optional)
  if (!start.runnable || !node.online || node.unclean) monitor.runnable = false
  if (rsc.nextRole === Role.promoted) setMeta(monitor, { op_target_rc: '8' })
  if (!rsc.managed) return
  const needed = Kind.impliesThen | Kind.runnableLeft
  order(world, { firstRsc: rsc, firstTask: 'start', thenAction: monitor, type: needed })
  order(world, { firstRsc: rsc, firstTask: 'reload-agent', thenAction: monitor, type: needed })
  const task = rsc.nextRole === Role.promoted ? 'promote' : rsc.role === Role.promoted ? 'demote' : undefined
  if (task !== undefined) {
    order(world, {
      firstRsc: rsc,
      firstTask: task,
      thenAction: monitor,
      type: Kind.optional | Kind.runnableLeft,
    })
  }
}

/** A monitor of a role that the resource leaves ends before it does. */
function cancelBeforeChange(world: Unpacked, rsc: Resource, op: Recurring, node: ClusterNode): void {
  const cancel = cancelAction(world, rsc, op.name, op.interval, node)
  let task: string | undefined
  if (rsc.role === Role.unpromoted || rsc.role === Role.started) {
    task = rsc.nextRole === Role.promoted ? 'promote' : rsc.nextRole === Role.stopped ? 'stop' : undefined
  } else if (rsc.role === Role.promoted) task = 'demote'
  if (task !== undefined) {
    order(world, { firstAction: cancel, thenRsc: rsc, thenTask: task, type: Kind.runnableLeft })
  }
}

export function cancelAction(
  world: Unpacked,
  rsc: Resource,
  name: string,
  interval: number,
  node: ClusterNode,
): Action {
  const action = obtainEnd(world, rsc, name, interval, node)
  setMeta(action, { operation: name, interval: String(interval) })
  return action
}

/** Monitors with role=Stopped run on all other nodes. */
function whereStopped(world: Unpacked, rsc: Resource, op: Recurring): void {
  if (!rsc.unique) return
  const active = rsc.assigned
  if (active && onNode(rsc, op, active)) {
    const cancel = cancelAction(world, rsc, op.name, op.interval, active)
    if (rsc.nextRole === Role.started || rsc.nextRole === Role.unpromoted) {
      order(world, { firstAction: cancel, thenRsc: rsc, thenTask: 'start', type: Kind.runnableLeft })
    }
  }
  for (const node of world.nodes) if (node !== active) whereStoppedOn(world, rsc, op, node)
}

function whereStoppedOn(world: Unpacked, rsc: Resource, op: Recurring, node: ClusterNode): void {
  const known = onNode(rsc, op, node) !== undefined
  const monitor = obtain(world, rsc, op.name, op.interval, node, known)
  setMeta(monitor, { op_target_rc: '7' })
  const probes = actionsOf(rsc, 'monitor', node)
  if (rsc.managed) for (const probe of probes) relate(probe, monitor, Kind.runnableLeft)
  let stopOptional = true
  for (const stop of actionsOf(rsc, 'stop', node)) {
    if (!stop.optional) stopOptional = false
    if (!stop.runnable) monitor.runnable = false
    if (rsc.managed)
      order(world, { firstAction: stop, thenAction: monitor, type: Kind.impliesThen | Kind.runnableLeft })
  }
  if (!known && probes.every(probe => probe.optional) && stopOptional && !rsc.managed) monitor.optional = true
  if (!node.online || node.unclean) monitor.runnable = false
}
