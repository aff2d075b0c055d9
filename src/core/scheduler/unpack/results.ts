// What one result of an operation says: which role the resource has after it, whether it is a failure, and which failures
// before it no longer count. Source: "Pacemaker Explained" 2.1, "How are OCF Return Codes Interpreted?" and on-fail.
import { MINUS_INFINITY } from '../../base/score.ts'
import type { HistoryEntry } from '../../cib/types.ts'
import { asInteger } from '../../cib/values.ts'
import { imagined, stopAction } from '../act/actions.ts'
import { canFence } from '../act/fence-node.ts'
import { ban, banFromAll } from '../constrain/bans.ts'
import { type OnFail, type Resource, Role } from '../model.ts'
import type { Source } from '../trace.ts'
import type { Unpacked } from '../world.ts'
import { type Event, Status } from './event.ts'
import { isExpired } from './expiry.ts'
import { migrateFromFailed, migrateToFailed, migrateToSucceeded } from './migrations.ts'
import { isRemote } from './nodes.ts'
import { isBundled, setNextRole, uberParent } from './roles.ts'

export interface Reading {
  onFail: OnFail
  lastFailure: Event | undefined
}

/** All others tell the role: even a cancelled monitor says that the resource was there. */
const tellsNothing = new Set(['notify', 'meta-data'])

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

export function readEvent(world: Unpacked, event: Event, state: Reading): void {
  const { rsc, node } = event
  if (tellsNothing.has(event.task) || event.status === Status.unknown) return
  const expired = isExpired(world, event)
  remap(world, event, state, expired)
  if (expired && event.rc !== event.expected) {
    if (event.interval === 0) return
    if (node.online && !node.unclean) {
      restartRecurring(world, event)
      return
    }
  }
  if (!isBundled(rsc) && masksProbe(event.entry, event)) {
    maskProbe(world, event, state)
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
export const happened = ({ rsc, task, interval, rc, status, entry }: Event): Source => ({
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

function maskProbe(world: Unpacked, event: Event, state: Reading): void {
  const banned = event.rsc.unique ? event.rsc : uberParent(event.rsc)
  succeeded(world, event, event.expected, state)
  ban(world, banned, event.node, MINUS_INFINITY, 'masked-probe-failure', happened(event))
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
