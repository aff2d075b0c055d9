// What a node's history says about the resources: where each runs, in which role, what failed and what follows from it.
// Source: "Pacemaker Explained" 2.1, "Status – Here be dragons" (operation history) and "Handling Resource Failure".
import { MINUS_INFINITY } from '../../base/score.ts'
import type { HistoryEntry, NodeState, Primitive, ResourceHistory } from '../../cib/types.ts'
import { asInteger } from '../../cib/values.ts'
import { demoteAction, imagined, obtain, stopAction } from '../act/actions.ts'
import { needsHost, paramsChangedSinceFailure } from '../act/digests.ts'
import { canFence, fenceAction, fenceNode } from '../act/fence-node.ts'
import { ban, banFromAll } from '../constrain/bans.ts'
import { type Action, type ClusterNode, type OnFail, type Resource, Role } from '../model.ts'
import { relate } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import type { Source } from '../trace.ts'
import type { Unpacked } from '../world.ts'
import { type Event, readEvents, Status } from './event.ts'
import { clearFailcount, failuresOf, hasFailures } from './failcounts.ts'
import { findInHistory } from './find-instance.ts'
import { migrateFromFailed, migrateToFailed, migrateToSucceeded } from './migrations.ts'
import { isBareRemote, isGuest, isRemote } from './nodes.ts'
import { makeResource } from './resources.ts'
import { isBundled, setNextRole, targetRole, uberParent } from './roles.ts'
import { addRunning } from './running.ts'

/** All others tell the role: even a cancelled monitor says that the resource was there. */
const tellsNothing = new Set(['notify', 'meta-data'])

export function readNodeHistory(world: Unpacked, node: ClusterNode, state: NodeState): void {
  let foundOrphanedContainers = false
  for (const history of state.history ?? []) {
    const rsc = readResourceHistory(world, node, history)
    if (rsc?.orphan && history.container !== undefined) foundOrphanedContainers = true
  }
  // A container that is gone from the configuration: what runs inside learns where it belongs.
  if (foundOrphanedContainers) linkOrphanedFillers(world, state)
}

function linkOrphanedFillers(world: Unpacked, state: NodeState): void {
  for (const history of state.history ?? []) {
    if (history.container === undefined) continue
    const rsc = world.byId.get(history.id)
    const container = world.byId.get(history.container)
    if (!rsc || !container || rsc.container || !rsc.orphan) continue
    rsc.container = container
    container.fillers.push(rsc)
  }
}

function readResourceHistory(world: Unpacked, node: ClusterNode, history: ResourceHistory): Resource | undefined {
  if (history.entries.length === 0 && !world.options.shutdownLock) return undefined
  let rsc = findInHistory(world, node, history.id)
  if (!rsc) {
    if (history.entries.length === 0) return undefined
    rsc = orphan(world, node, history)
  }
  if (!rsc) return undefined
  if (world.options.shutdownLock) readShutdownLock(world, rsc, node, history)
  const saved = rsc.role
  if (saysNotHere(rsc, node, history)) {
    rsc.role = Role.stopped
    setNextRole(rsc, Role.unknown, 'not running')
    settle(world, rsc, node, 'ignore')
  } else readResults(world, rsc, node, history)
  const requested = targetRole(rsc)
  if (requested !== undefined && (rsc.nextRole === Role.unknown || requested < rsc.nextRole)) {
    setNextRole(rsc, requested, 'target-role')
  }
  if (saved > rsc.role) rsc.role = saved
  return rsc
}

/**
 * Nearly all that is remembered in a large cluster is one probe that found nothing: what the rules below make of that is
 * said at once, unless a failure may have to be forgotten first.
 */
function saysNotHere(rsc: Resource, node: ClusterNode, { entries }: ResourceHistory): boolean {
  const entry = entries[0]
  return (
    entries.length === 1 &&
    entry?.operation === 'monitor' &&
    entry.rcCode === '7' &&
    entry.opStatus === '0' &&
    entry.interval === '0' &&
    (rsc.failureTimeout === 0 || !hasFailures(node)) &&
    !entry.id.endsWith('_last_failure_0')
  )
}

function readResults(world: Unpacked, rsc: Resource, node: ClusterNode, history: ResourceHistory): void {
  rsc.role = Role.unknown
  const events = readEvents(rsc, node, history)
  const state: Reading = { onFail: 'ignore', lastFailure: undefined }
  for (const event of events) readEvent(world, event, state)
  markRecurring(world, rsc, node, events)
  if (world.trace && state.lastFailure && state.onFail !== 'ignore') {
    world.trace.fact(rsc, node, `on-fail=${state.onFail}`, happened(state.lastFailure))
  }
  settle(world, rsc, node, state.onFail)
}

interface Reading {
  onFail: OnFail
  lastFailure: Event | undefined
}

const severity: readonly OnFail[] = [
  'ignore',
  'demote',
  'recover',
  'reset-remote',
  'restart-container',
  'ban',
  'block',
  'stop',
  'standby',
  'fence',
]
const worse = (a: OnFail, b: OnFail): OnFail => (severity.indexOf(a) >= severity.indexOf(b) ? a : b)

const isProbe = (event: Event): boolean => event.task === 'monitor' && event.interval === 0

function readEvent(world: Unpacked, event: Event, state: Reading): void {
  const { rsc, node } = event
  if (tellsNothing.has(event.task) || event.status === Status.unknown) return
  const expired = isExpired(world, event)
  const originalRc = event.rc
  remap(world, event, state, expired)
  if (expired && event.rc !== event.expected) {
    if (event.interval === 0) return
    if (node.online && !node.unclean) {
      restartRecurring(world, event)
      return
    }
  }
  if (!isBundled(rsc) && masksProbe(event.entry, event)) {
    maskProbe(world, event, originalRc, state)
    return
  }
  const parent = rsc.unique ? rsc : uberParent(rsc)
  switch (event.status) {
    case Status.pending:
      readPending(world, event)
      return
    case Status.done:
      succeeded(world, event, event.rc, state)
      return
    case Status.notInstalled:
      if (failureOf(world, event).onFail === 'ignore') state.onFail = 'ban'
      ban(world, parent, node, MINUS_INFINITY, 'hard-error', happened(event))
      failed(world, event, state)
      return
    case Status.notConnected: {
      const connection = node.remoteResource
      if (isRemote(node) && connection?.managed) {
        connection.failed = true
        connection.mustStop = true
      }
      break
    }
    default:
      break
  }
  const { onFail } = failureOf(world, event)
  if (onFail === 'ignore' || (onFail === 'restart-container' && event.task === 'stop')) {
    succeeded(world, event, event.expected, state)
    rsc.failureIgnored = true
    if (onFail === 'restart-container') state.onFail = worse(state.onFail, onFail)
    return
  }
  failed(world, event, state)
  if (event.status === Status.hard) ban(world, parent, node, MINUS_INFINITY, 'hard-error', happened(event))
  else if (event.status === Status.fatal) ban(world, parent, undefined, MINUS_INFINITY, 'fatal-error', happened(event))
}

/** For the trace. */
const happened = ({ rsc, task, interval, rc, status, entry }: Event): Source => ({
  other: rsc.id,
  operation: interval > 0 ? `${task} every ${interval / 1_000} s` : task,
  code: rc,
  timedOut: status === Status.timeout,
  exitReason: entry.exitReason,
  since: asInteger(entry.lastRcChange, 0),
})

const failureOf = (world: Unpacked, { rsc, task, interval }: Event): { onFail: OnFail; failRole: Role } =>
  imagined(world, rsc, task, interval)

/** A recurring failure that expired: the operation is scheduled anew, as if its parameters had changed. */
function restartRecurring(world: Unpacked, event: Event): void {
  if (event.entry.opDigest === undefined && event.entry.transitionMagic === undefined) return
  world.rescheduled.add(event.entry)
}

/** -1 where a probe's result only says that the resource cannot be there. */
function masksProbe(entry: HistoryEntry, { task, interval }: Event): boolean {
  if (task !== 'monitor' || interval !== 0) return false
  const rc = asInteger(entry.rcCode, 0)
  return rc === 5 || rc === 2 || asInteger(entry.opStatus, Status.unknown) === Status.notInstalled
}

function maskProbe(world: Unpacked, event: Event, _originalRc: number, state: Reading): void {
  const banned = event.rsc.unique ? event.rsc : uberParent(event.rsc)
  succeeded(world, event, event.expected, state)
  ban(world, banned, event.node, MINUS_INFINITY, 'masked-probe-failure', happened(event))
}

function isExpired(world: Unpacked, event: Event): boolean {
  const { rsc, node, entry } = event
  if (event.status === Status.notInstalled) return false
  const isLastFailure = entry.id.endsWith('_last_failure_0')
  let expired = false
  let unexpired = 0
  if (rsc.failureTimeout > 0 && entry.lastRcChange !== undefined) {
    const timeout = Math.trunc(rsc.failureTimeout / 1_000)
    const [now, lastRun] = [Math.trunc(world.now / 1_000), asInteger(entry.lastRcChange, 0)]
    if (now >= lastRun + timeout && !waitsForFencing(world, event)) expired = true
    unexpired = failuresOf(world, rsc, node, true).count
  }
  let reason: string | undefined
  if (expired) {
    if (failuresOf(world, rsc, node, false).count !== 0) {
      if (unexpired === 0) reason = 'it expired'
      else expired = false
    } else if (isLastFailure && rsc.remoteReconnect > 0) reason = 'reconnect interval is set'
  }
  if (!expired && isLastFailure) {
    if (needsHost(rsc)) world.laterChecks.push(event)
    else if (paramsChangedSinceFailure(world, event)) reason = 'resource parameters have changed'
  }
  if (reason !== undefined) forgiveAfterFencing(world, rsc, clearFailcount(world, rsc, node, reason))
  if (expired && event.interval === 0 && event.task === 'monitor' && [0, 7, 8, 190, 191].includes(event.rc))
    return false
  return expired
}

/** A connection that waits before it is tried again is forgiven once the node behind it was fenced. */
function forgiveAfterFencing(world: Unpacked, rsc: Resource, clear: Action): void {
  const remote = world.nodeByName.get(rsc.id.toLowerCase())
  if (!world.options.fencing || rsc.remoteReconnect === 0 || !remote) return
  relate(fenceAction(world, remote, undefined, true, undefined), clear, Kind.impliesThen)
}

/** The failed monitor of a remote connection stays until the node behind it was fenced. */
function waitsForFencing(world: Unpacked, { rsc, interval, task }: Event): boolean {
  if (rsc.remoteReconnect === 0 || !world.options.fencing || interval === 0 || task !== 'monitor') return false
  const remote = world.nodeByName.get(rsc.id.toLowerCase())
  return remote !== undefined && !remote.remoteWasFenced
}

/** What the result means, given what was expected. */
function remap(world: Unpacked, event: Event, state: Reading, expired: boolean): void {
  const { rsc, entry } = event
  if (event.rc === 190) event.rc = 0
  else if (event.rc === 191) event.rc = 8
  if (!isBundled(rsc) && masksProbe(entry, event) && (event.status !== Status.done || event.rc !== 7)) {
    event.status = Status.done
    event.rc = 7
  }
  if (event.status === Status.noFenceDevice || event.status === Status.noSecrets) event.status = Status.hard
  if (event.status !== Status.done && event.status !== Status.error) return
  if (event.expected >= 0) event.status = event.rc === event.expected ? Status.done : Status.error
  const probe = isProbe(event)
  switch (event.rc) {
    case 0:
      if (probe && event.expected === 7) event.status = Status.done
      return
    case 7:
      if (probe || event.expected === event.rc || !rsc.managed) {
        event.status = Status.done
        rsc.role = Role.stopped
        state.onFail = 'ignore'
        setNextRole(rsc, Role.unknown, 'not running')
      }
      return
    case 8:
      if (probe && event.rc !== event.expected) event.status = Status.done
      if (!expired || event.rc === event.expected) rsc.role = Role.promoted
      return
    case 9:
      if (!expired) rsc.role = Role.promoted
      event.status = Status.error
      return
    case 6:
      event.status = Status.fatal
      return
    case 3:
      if (event.interval === 0) {
        if (!expired) blockUnlessFenced(world, event)
        event.status = Status.hard
      } else event.status = Status.notSupported
      return
    case 2:
    case 4:
    case 5:
      if (!expired) blockUnlessFenced(world, event)
      event.status = Status.hard
      return
    default:
      if (event.status === Status.done) event.status = Status.error
  }
}

function blockUnlessFenced(world: Unpacked, { task, node, rsc }: Event): void {
  if (task !== 'stop' || canFence(world, node)) return
  rsc.managed = false
  rsc.blocked = true
  world.trace?.fact(rsc, node, 'stop-failed-without-fencing')
}

function setActive(rsc: Resource): void {
  rsc.role = uberParent(rsc).promotable ? Role.unpromoted : Role.started
}

function succeeded(world: Unpacked, event: Event, rc: number, state: Reading): void {
  const { rsc, task } = event
  let clears = false
  if (rc === 5 || (!isBundled(rsc) && masksProbe(event.entry, event))) rsc.role = Role.stopped
  else if (rc === 7) clears = true
  else if (task === 'monitor') {
    if (state.lastFailure && historyKey(event) === historyKey(state.lastFailure)) clears = true
    if (rsc.role < Role.started) setActive(rsc)
  } else if (task === 'start' || task === 'migrate_from') {
    rsc.role = Role.started
    clears = true
  } else if (task === 'stop') {
    rsc.role = Role.stopped
    clears = true
  } else if (task === 'promote') {
    rsc.role = Role.promoted
    clears = true
  } else if (task === 'demote') {
    if (state.onFail === 'demote') clears = true
    rsc.role = Role.unpromoted
  } else if (task === 'migrate_to') migrateToSucceeded(world, event)
  else if (rsc.role < Role.started) setActive(rsc)
  if (clears) clearPast(rsc, state)
}

const historyKey = ({ entry }: Event): string => entry.operationKey ?? entry.id

function clearPast(rsc: Resource, state: Reading): void {
  switch (state.onFail) {
    case 'stop':
    case 'ban':
    case 'standby':
    case 'fence':
      return
    case 'reset-remote':
      if (rsc.remoteReconnect === 0) {
        state.onFail = 'ignore'
        setNextRole(rsc, Role.unknown, 'clear past failures and reset remote')
      }
      return
    default:
      state.onFail = 'ignore'
      setNextRole(rsc, Role.unknown, 'clear past failures')
  }
}

function failed(world: Unpacked, event: Event, state: Reading): void {
  const { rsc, node, task } = event
  state.lastFailure = event
  const { onFail, failRole } = failureOf(world, event)
  state.onFail = worse(state.onFail, onFail)
  if (task === 'stop') ban(world, rsc, node, MINUS_INFINITY, '__stop_fail__', happened(event))
  else if (task === 'migrate_from') migrateFromFailed(world, event)
  else if (task === 'migrate_to') migrateToFailed(world, event)
  else if (task === 'promote') rsc.role = Role.promoted
  else if (task === 'demote') {
    if (onFail === 'block') {
      rsc.role = Role.promoted
      setNextRole(rsc, Role.stopped, 'demote with on-fail=block')
    } else rsc.role = event.rc === 7 ? Role.stopped : Role.unpromoted
  }
  if (isProbe(event) && event.rc === 5) rsc.role = Role.stopped
  else if (rsc.role < Role.started) setActive(rsc)
  if (failRole !== Role.started && rsc.nextRole < failRole) setNextRole(rsc, failRole, 'failure')
  if (failRole === Role.stopped) banFromAll(world, rsc, happened(event))
}

function readPending(world: Unpacked, event: Event): void {
  const { rsc, node, task } = event
  if (task === 'start') {
    rsc.startPending = true
    setActive(rsc)
  } else if (task === 'promote') rsc.role = Role.promoted
  else if (task === 'migrate_to' && node.unclean) {
    // Whether it still runs here or already there, the fencing of this node decides.
    const target = event.entry.migrateTarget
    const there = target === undefined ? undefined : world.nodeByName.get(target.toLowerCase())
    if (there) stopAction(world, rsc, there, false)
  }
  if (rsc.pendingTask !== undefined) return
  if (isProbe(event)) {
    // A probe that never came back says nothing.
    rsc.pendingTask = undefined
    return
  }
  rsc.pendingTask = task
  rsc.pendingNode = node
}

/** Recurring operations that still run are known, so that they need not be started again. */
function markRecurring(world: Unpacked, rsc: Resource, node: ClusterNode, events: readonly Event[]): void {
  if (!node.online) return
  const { start, stop } = activeRange(events)
  const since = start < stop ? stop + 1 : Math.max(0, start)
  for (const { entry, task, interval } of events.slice(since)) {
    if (interval === 0 || asInteger(entry.opStatus, 0) === Status.pending) continue
    obtain(world, rsc, task, interval, node, true)
  }
}

/** Where the resource last came up, and where it last went down. */
export function activeRange(events: readonly Event[]): { start: number; stop: number } {
  let start = -1
  let stop = -1
  let byMonitor = -1
  let byRole = -1
  events.forEach(({ task, entry }, index) => {
    if (task === 'stop' && asInteger(entry.opStatus, 0) === 0) stop = index
    else if (task === 'start' || task === 'migrate_from') start = index
    else if (start <= stop && task === 'monitor') {
      const rc = asInteger(entry.rcCode, 0)
      if ((rc === 0 || rc === 8) && byMonitor === -1) byMonitor = index
    } else if (task === 'promote' || task === 'demote') byRole = index
  })
  if (start === -1) start = byRole !== -1 ? byRole : byMonitor
  return { start, stop }
}

/** What follows from it all for the resource on this node. */
function settle(world: Unpacked, rsc: Resource, node: ClusterNode, worst: OnFail): void {
  // A probe that is still under way says nothing yet.
  if (rsc.role !== Role.unknown) rememberKnown(rsc, node)
  settleRole(world, rsc, node, worst)
}

function rememberKnown(rsc: Resource, node: ClusterNode): void {
  for (let one: Resource | undefined = rsc; one; one = one.parent) {
    one.known[node.index] = 1
    if (one.unique) break
  }
}

function settleRole(world: Unpacked, rsc: Resource, node: ClusterNode, worst: OnFail): void {
  if (rsc.role > Role.stopped && !node.online && !node.maintenance && rsc.managed) suspect(world, rsc, node)
  const onFail: OnFail = node.unclean ? 'ignore' : worst
  react(world, rsc, node, onFail)
  if (rsc.failed && rsc.isRemoteConnection) {
    const remote = world.nodeByName.get(rsc.id.toLowerCase())
    if (remote?.unclean) remote.unseen = false
  }
  if (rsc.role !== Role.stopped && rsc.role !== Role.unknown) {
    addRunning(world, rsc, node)
    if (onFail !== 'ignore') {
      rsc.failed = true
      if (onFail !== 'demote' && onFail !== 'block') rsc.mustStop = true
    }
  } else if (rsc.historyId?.includes(':')) rsc.historyId = undefined
  else for (const action of rsc.actions) if (action.task === 'stop' && action.node === node) action.optional = true
  const { partialMigrationSource: source, partialMigrationTarget: target } = rsc
  if (rsc.role === Role.stopped && source === node && target && rsc.runningOn.length > 0) rsc.role = Role.started
}

/** It is said to run on a node that is not there: unless the node is fenced, nobody knows. */
function suspect(world: Unpacked, rsc: Resource, node: ClusterNode): void {
  let reason = `${rsc.id} is thought to be active there`
  if (isGuest(node)) {
    rsc.failed = true
    rsc.mustStop = true
  } else if (world.options.fencing) {
    if (isBareRemote(node) && node.remoteResource && !node.remoteResource.failed) {
      node.unseen = true
      reason = `${rsc.id} is active there (fencing will be revoked if remote connection can be re-established elsewhere)`
    }
  } else return
  fenceNode(world, node, reason, false)
}

function react(world: Unpacked, rsc: Resource, node: ClusterNode, onFail: OnFail): void {
  if (onFail === 'ignore') return
  const active = rsc.role !== Role.stopped && rsc.role !== Role.unknown
  const recover = (): void => {
    rsc.failed = true
    rsc.mustStop = true
  }
  switch (onFail) {
    case 'demote':
      rsc.failed = true
      demoteAction(world, rsc, node, false)
      return
    case 'fence':
      fenceNode(world, node, `${rsc.id} failed there`, false)
      return
    case 'standby':
      node.standby = true
      node.standbyOnFail = true
      return
    case 'block':
      rsc.managed = false
      rsc.blocked = true
      return
    case 'ban':
      ban(world, rsc, node, MINUS_INFINITY, '__action_migration_auto__')
      return
    case 'stop':
      setNextRole(rsc, Role.stopped, 'on-fail=stop')
      return
    case 'recover':
      if (!active) return
      recover()
      stopAction(world, rsc, node, false)
      return
    case 'restart-container':
      recover()
      if (rsc.container && isBundled(rsc)) world.stopNeeded.unshift(rsc.container)
      else if (rsc.container) stopAction(world, rsc.container, node, false)
      else if (active) stopAction(world, rsc, node, false)
      return
    case 'reset-remote':
      recover()
      resetRemote(world, rsc, node)
      return
    default:
      onFail satisfies never
  }
}

function resetRemote(world: Unpacked, rsc: Resource, node: ClusterNode): void {
  if (world.options.fencing && rsc.isRemoteConnection) {
    const remote = world.nodeByName.get(rsc.id.toLowerCase())
    if (remote && isBareRemote(remote) && !remote.remoteWasFenced) {
      fenceNode(world, remote, 'remote connection is unrecoverable', false)
    }
  }
  if (rsc.role > Role.stopped) stopAction(world, rsc, node, false)
  if (rsc.remoteReconnect > 0) setNextRole(rsc, Role.stopped, 'remote reset')
}

/** A resource that the configuration does not know, but a node's history does. */
function orphan(world: Unpacked, node: ClusterNode, history: ResourceHistory): Resource | undefined {
  const source: Primitive = {
    kind: 'primitive',
    id: history.id,
    class: history.class,
    provider: history.provider,
    type: history.type,
    meta: [],
    parameters: [],
    operations: [],
    utilization: [],
  }
  const rsc = makeResource(world, source, undefined, history.id)
  rsc.orphan = true
  if (rsc.isRemoteConnection) attachOrphanedRemote(world, rsc)
  const container = history.container === undefined ? undefined : world.byId.get(history.container)
  if (container) {
    rsc.container = container
    container.fillers.push(rsc)
    rsc.container = container
  }
  world.roots.push(rsc)
  if (!world.options.stopOrphans) rsc.managed = false
  else for (const one of world.nodes) ban(world, rsc, one, MINUS_INFINITY, '__orphan_do_not_run__')
  void node
  return rsc
}

function attachOrphanedRemote(world: Unpacked, rsc: Resource): void {
  const remote = world.nodeByName.get(rsc.id.toLowerCase())
  if (remote?.kind !== 'remote') return
  remote.remoteResource = rsc
  remote.shutdown = true
  world.haveRemoteNodes = true
}

function readShutdownLock(world: Unpacked, rsc: Resource, node: ClusterNode, history: ResourceHistory): void {
  const since = asInteger(history.shutdownLock, 0)
  if (since === 0) return
  const now = Math.trunc(world.now / 1_000)
  const limit = Math.trunc(world.options.shutdownLockLimit / 1_000)
  if (limit > 0 && now > since + limit) {
    obtain(world, rsc, 'lrm_delete', 0, node, false)
    return
  }
  rsc.lockNode = node
  rsc.lockTime = since
}
