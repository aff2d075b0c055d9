// Making actions: what an operation needs, what its failure means, and whether it can run at all.
// Source: "Pacemaker Explained" 2.1, "Resource Operations"; on-fail defaults from the same chapter.

import { once } from '../../base/once.ts'
import { combine, combineOverwriting, hasRule } from '../../cib/rules.ts'
import type { Configuration, Operation } from '../../cib/types.ts'
import { asBoolean, asMilliseconds } from '../../cib/values.ts'
import { type Action, type ClusterNode, type OnFail, type Resource, Role } from '../model.ts'
import { isGuest } from '../unpack/nodes.ts'
import type { QuorumPolicy } from '../unpack/options.ts'
import { setNextRole } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { blank, clusterTasks } from './blank.ts'
import { canFence, fenceNode } from './fence-node.ts'

export const keyOf = (id: string, task: string, interval: number): string => `${id}_${task}_${interval}`

/** An action that exists once, whatever asks for it; asking for a required one makes it required. */
export function obtain(
  world: Unpacked,
  rsc: Resource,
  task: string,
  interval: number,
  node: ClusterNode | undefined,
  optional: boolean,
): Action {
  const known = existing(rsc, task, interval, node)
  const action = known ?? create(world, rsc, keyOf(rsc.id, task, interval), task, interval, node, optional)
  return prepare(world, rsc, action, optional)
}

/** The same for what has a name of its own: the notifications of clones. */
export function obtainNamed(
  world: Unpacked,
  rsc: Resource,
  key: string,
  task: string,
  node: ClusterNode | undefined,
  optional: boolean,
): Action {
  const known = rsc.actions.find(action => action.key === key && isOn(action, node))
  return prepare(world, rsc, known ?? create(world, rsc, key, task, 0, node, optional), optional)
}

/** The end of a recurring operation: the one that runs becomes its own end, with the orderings that it has. */
export function obtainEnd(world: Unpacked, rsc: Resource, task: string, interval: number, node: ClusterNode): Action {
  const known = existing(rsc, task, interval, node)
  const action = known ?? create(world, rsc, keyOf(rsc.id, task, interval), 'cancel', interval, node, false)
  prepare(world, rsc, action, false)
  action.task = 'cancel'
  action.interval = 0
  action.cancelTask = task
  action.cancelInterval = interval
  return action
}

/** What an operation would be, without its becoming part of anything. */
export function imagined(world: Unpacked, rsc: Resource, task: string, interval: number): Action {
  const action = blank(world, rsc, keyOf(rsc.id, task, interval), task, undefined)
  readConfiguration(world, action, rsc, findOperation(rsc, task, interval, true), interval)
  return action
}

/** Whether it is that operation, or its end. */
export const isOperation = (action: Action, task: string, interval: number): boolean =>
  action.cancelTask === undefined
    ? action.task === task && action.interval === interval
    : action.cancelTask === task && action.cancelInterval === interval

function existing(rsc: Resource, task: string, interval: number, node: ClusterNode | undefined): Action | undefined {
  for (const action of rsc.actions) if (isOperation(action, task, interval) && isOn(action, node)) return action
  return undefined
}

/** Whether it is there, or nowhere yet: then that becomes its node. */
function isOn(action: Action, node: ClusterNode | undefined): boolean {
  if (node) action.node ??= node
  return !node || action.node === node
}

function create(
  world: Unpacked,
  rsc: Resource,
  key: string,
  task: string,
  interval: number,
  node: ClusterNode | undefined,
  optional: boolean,
): Action {
  const action = blank(world, rsc, key, task, node)
  action.optional = optional
  action.onDc = clusterTasks.has(task)
  readConfiguration(world, action, rsc, findOperation(rsc, task, interval, true), interval)
  world.actions.push(action)
  rsc.actions.push(action)
  return action
}

function prepare(world: Unpacked, rsc: Resource, action: Action, optional: boolean): Action {
  if (!action.pseudo && !rsc.managed && action.node && action.interval === 0) action.optional = true
  else if (!optional) action.optional = false
  updateRunnable(world, action, rsc)
  if (action.task === 'start') rsc.startPending = false
  return action
}

export function pseudo(world: Unpacked, rsc: Resource, task: string, optional: boolean, runnable: boolean): Action {
  const action = obtain(world, rsc, task, 0, undefined, optional)
  action.pseudo = true
  if (runnable) action.runnable = true
  return action
}

type Maker = (world: Unpacked, rsc: Resource, node: ClusterNode | undefined, optional: boolean) => Action
const basic =
  (task: string): Maker =>
  (world, rsc, node, optional) =>
    obtain(world, rsc, task, 0, node, optional)
export const startAction: Maker = basic('start')
export const stopAction: Maker = basic('stop')
export const promoteAction: Maker = basic('promote')
export const demoteAction: Maker = basic('demote')

/** The configured operation that an action means; disabled ones are left out unless asked for. */
export function findOperation(
  rsc: Resource,
  task: string,
  interval: number,
  disabledToo = false,
): Operation | undefined {
  const migrates = task === 'migrate_to' || task === 'migrate_from'
  return (
    operationNamed(rsc, task, interval, disabledToo) ??
    (migrates ? operationNamed(rsc, 'migrate', 0, disabledToo) : undefined)
  )
}

function operationNamed(rsc: Resource, name: string, interval: number, disabledToo: boolean): Operation | undefined {
  for (const op of rsc.operations) {
    if (op.name !== name || intervalIn(op) !== interval) continue
    if (disabledToo || asBoolean(op.attributes.get('enabled'), true)) return op
  }
  return undefined
}

/** Read once for all the resources, nodes and questions of a what-if. */
const intervalIn = once((op: Operation): number => asMilliseconds(op.interval) ?? 0)

/** Where no rule has a say, an operation's words are the same for all resources, nodes and questions of a what-if. */
const sharedMeta = once((_: Configuration) => new Map<Operation | undefined, ReadonlyMap<string, string>>())

export const isMetaRuled = (world: Unpacked, op: Operation | undefined): boolean =>
  world.cib.configuration.operationDefaults.some(hasRule) || (op?.meta.some(hasRule) ?? false)

/** An operation's words: its attributes, its meta attributes, then the defaults. */
export function operationMeta(
  world: Unpacked,
  rsc: Resource,
  op: Operation | undefined,
  task: string,
  interval: number,
): ReadonlyMap<string, string> {
  if (isMetaRuled(world, op)) return makeMeta(world, rsc, op, task, interval)
  const shared = sharedMeta(world.cib.configuration)
  let meta = shared.get(op)
  if (!meta) {
    meta = makeMeta(world, rsc, op, task, interval)
    shared.set(op, meta)
  }
  return meta
}

function makeMeta(
  world: Unpacked,
  rsc: Resource,
  op: Operation | undefined,
  task: string,
  interval: number,
): ReadonlyMap<string, string> {
  const context = {
    ...world.rules,
    resource: { class: rsc.agentClass, provider: rsc.provider, type: rsc.agentType },
    operation: { name: task, interval },
  }
  const meta = op ? combineOverwriting(op.meta, context) : new Map<string, string>()
  op?.attributes.forEach((value, name) => {
    if (!notMeta.has(name)) meta.set(name, value)
  })
  return combine(world.cib.configuration.operationDefaults, context, meta)
}
const notMeta = new Set(['id', 'name', 'interval', 'description'])

function readConfiguration(
  world: Unpacked,
  action: Action,
  rsc: Resource,
  op: Operation | undefined,
  interval: number,
): void {
  const { task } = action
  action.meta = operationMeta(world, rsc, op, task, interval)
  action.interval = interval
  action.config = op
  if (task === 'start' || task === 'promote') {
    action.needs = rsc.needsFencing ? 'fencing' : rsc.needsQuorum ? 'quorum' : 'nothing'
  }
  // What happens to an operation that is disabled does not matter.
  if (op && !asBoolean(op.attributes.get('enabled'), true)) action.onFail = 'ignore'
  else readOnFail(world, action, rsc, onFailText(world, action, rsc, op))
  if (action.failRole === Role.unknown) action.failRole = task === 'promote' ? Role.unpromoted : Role.started
}

/** What the configuration says about a failure, where it is allowed to say so. */
function onFailText(world: Unpacked, action: Action, rsc: Resource, op: Operation | undefined): string | undefined {
  const value = action.meta.get('on-fail')?.toLowerCase()
  if (value === undefined) return action.task === 'demote' ? promotedMonitorOnFail(world, rsc) : undefined
  if (action.task === 'stop' && value === 'standby') return undefined
  if (value === 'demote') {
    const promotedMonitor =
      action.task === 'monitor' && action.interval > 0 && isPromotedRole(op?.attributes.get('role'))
    return action.task === 'promote' || promotedMonitor ? value : undefined
  }
  return value
}

export const isPromotedRole = (role: string | undefined): boolean =>
  role?.toLowerCase() === 'promoted' || role?.toLowerCase() === 'master'

/** A demote that says nothing takes over from the monitor of the promoted role. */
function promotedMonitorOnFail(world: Unpacked, rsc: Resource): string | undefined {
  for (const op of rsc.operations) {
    const interval = asMilliseconds(op.interval) ?? 0
    if (op.name !== 'monitor' || interval === 0 || !isPromotedRole(op.attributes.get('role'))) continue
    if (!asBoolean(op.attributes.get('enabled'), true)) continue
    const value = operationMeta(world, rsc, op, 'monitor', interval).get('on-fail')?.toLowerCase()
    if (value !== undefined && value !== 'demote') return value
  }
  return undefined
}

const direct: Readonly<Record<string, OnFail>> = {
  block: 'block',
  fence: 'fence',
  standby: 'standby',
  ignore: 'ignore',
  nothing: 'ignore',
  migrate: 'ban',
  stop: 'stop',
  restart: 'recover',
  demote: 'demote',
}

function readOnFail(world: Unpacked, action: Action, rsc: Resource, text: string | undefined): void {
  const { task } = action
  const { fencing } = world.options
  action.failRole = Role.unknown
  const said = text === undefined ? undefined : direct[text]
  const isConnection = rsc.isRemoteConnection
  const dropsConnection = isConnection && task !== 'start' && !(task === 'monitor' && action.interval === 0)
  if (text === 'restart-container' && rsc.container) action.onFail = 'restart-container'
  else if (said !== undefined && !(dropsConnection && !rsc.managed)) {
    action.onFail = said === 'fence' && !fencing ? 'stop' : said
    if (action.onFail === 'stop') action.failRole = Role.stopped
  } else if (rsc.container && said === undefined) action.onFail = 'restart-container'
  else if (dropsConnection) {
    if (!rsc.managed) {
      action.onFail = 'stop'
      action.failRole = Role.stopped
    } else {
      if (rsc.remoteReconnect > 0) action.failRole = Role.stopped
      action.onFail = 'reset-remote'
    }
  } else if (task === 'stop') action.onFail = fencing ? 'fence' : 'block'
  else action.onFail = 'recover'
}

function updateRunnable(world: Unpacked, action: Action, rsc: Resource): void {
  if (action.pseudo) return
  const { node } = action
  if (!node) {
    action.runnable = false
    return
  }
  if (!action.onDc && !node.online && (!isGuest(node) || node.remoteRequiresReset)) {
    action.runnable = false
    if (rsc.managed && action.task === 'stop' && !node.unclean) {
      fenceNode(world, node, 'stop is unrunnable', false)
    }
    return
  }
  if (!action.onDc && node.pending) action.runnable = false
  else if (action.needs === 'nothing') {
    action.runnable = !(isGuest(node) && !canFence(world, node))
  } else action.runnable = quorumAllows(world, rsc, action)
}

function quorumAllows(world: Unpacked, rsc: Resource, action: Action): boolean {
  const policy = effectivePolicy(world, rsc)
  if (policy === 'stop') {
    action.reason ??= 'no quorum'
    return false
  }
  if (policy === 'freeze') {
    if (isActive(rsc, true) && rsc.nextRole <= rsc.role) return true
    action.reason ??= 'quorum freeze'
    return false
  }
  return true
}

/** no-quorum-policy=demote lets a promotable resource go on unpromoted, and stops everything else. */
function effectivePolicy(world: Unpacked, rsc: Resource): QuorumPolicy {
  const { quorate, quorumPolicy } = world.options
  if (quorate) return 'ignore'
  if (quorumPolicy !== 'demote') return quorumPolicy
  if (rsc.role !== Role.promoted && rsc.role !== Role.unpromoted) return 'stop'
  if (rsc.nextRole > Role.unpromoted) setNextRole(rsc, Role.unpromoted, 'no-quorum-policy=demote')
  return 'ignore'
}

/** Whether all (or any) of a resource is active somewhere. */
export function isActive(rsc: Resource, all: boolean): boolean {
  if (rsc.kind === 'primitive') return hasLiveNode(rsc)
  if (rsc.children.length === 0) return false
  return all ? rsc.children.every(child => isActive(child, all)) : rsc.children.some(child => isActive(child, all))
}

function hasLiveNode(rsc: Resource): boolean {
  for (const node of rsc.runningOn) {
    if (node.unclean) return true
    if (!node.online && rsc.managed) continue
    return true
  }
  return false
}

export const actionsOf = (rsc: Resource, task: string, node?: ClusterNode): readonly Action[] =>
  rsc.actions.filter(
    action => action.task === task && action.interval === 0 && (node === undefined || action.node === node),
  )

/** The newest, where there are several. */
export const firstAction = (rsc: Resource, task: string, node?: ClusterNode): Action | undefined =>
  rsc.actions.findLast(
    action => action.task === task && action.interval === 0 && (node === undefined || action.node === node),
  )
