// What changed in the configuration since an operation ran: restart, reload, another monitor, or cancel it.
// Source: "Pacemaker Explained" 2.1, "Reloading an Agent After a Definition Change", stop-orphan-actions.
import type { NodeState, ResourceHistory } from '../../cib/types.ts'
import type { ClusterNode, Resource } from '../model.ts'
import { order } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { isAvailable } from '../place/weigh.ts'
import { type Event, readEvents } from '../unpack/event.ts'
import { clearFailcount, failuresOf } from '../unpack/failcounts.ts'
import { activeRange } from '../unpack/history.ts'
import { isAnonymousClone, uberParent } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { findOperation, obtain, stopAction } from './actions.ts'
import { cleanUp } from './create.ts'
import { compareDigests, needsHost, paramsChangedSinceFailure } from './digests.ts'
import { cancelAction } from './recurring.ts'
import { unfenceAgain } from './unfence.ts'

/** `late`: connections into bundles, whose address is known only when their containers have their nodes. */
export function handleChanges(world: Unpacked, late = false): void {
  if (late && ![...world.byId.values()].some(needsHost)) return
  const states = new Map(world.cib.nodeStates.map(state => [nodeOf(world, state), state]))
  const instances = instancesByHistoryId(world)
  for (const node of world.nodes) {
    if (!(node.maintenance || isAvailable(node))) continue
    for (const history of states.get(node)?.history ?? []) {
      if (history.entries.length === 0) continue
      const rsc = world.byId.get(history.id)
      if (rsc?.kind === 'primitive' && needsHost(rsc) === late) check(world, rsc, node, history)
      for (const one of instances.get(history.id) ?? none) {
        if (needsHost(one) === late) check(world, one, node, history)
      }
    }
  }
}

const none: readonly Resource[] = []

/** Failures of which it can be told only now whether they were made with other parameters. */
export function forgetOutdatedFailures(world: Unpacked): void {
  for (const event of world.laterChecks) {
    if (!paramsChangedSinceFailure(world, event)) continue
    clearFailcount(world, event.rsc, event.node, 'resource parameters have changed')
  }
}

const nodeOf = (world: Unpacked, state: NodeState): ClusterNode | undefined =>
  world.nodeByName.get((state.uname ?? '').toLowerCase()) ?? world.nodes.find(node => node.id === state.id)

/** Instances of anonymous clones, by the clone's name, under which a history knows them. */
function instancesByHistoryId(world: Unpacked): ReadonlyMap<string, readonly Resource[]> {
  const found = new Map<string, Resource[]>()
  for (const rsc of world.byId.values()) {
    if (rsc.kind !== 'primitive' || rsc.historyId === undefined || rsc.historyId === rsc.id) continue
    const known = found.get(rsc.historyId)
    if (known) known.push(rsc)
    else found.set(rsc.historyId, [rsc])
  }
  return found
}

function check(world: Unpacked, rsc: Resource, node: ClusterNode, history: ResourceHistory): void {
  if (rsc.orphan) {
    if (!isAnonymousClone(uberParent(rsc))) cleanUp(world, rsc, node, false)
    return
  }
  const active = rsc.runningOn.includes(node)
  if (agentChanged(rsc, history)) {
    unfenceAgain(world, rsc, node, 'Device definition changed')
    if (active) stopAction(world, rsc, node, false).reason = 'definition change'
    cleanUp(world, rsc, node, false)
  }
  if (!active) return
  const events = readEvents(rsc, node, history)
  const { start, stop } = activeRange(events)
  if (start < stop) return
  for (const event of events.slice(Math.max(0, start))) checkOperation(world, event)
}

function agentChanged(rsc: Resource, history: ResourceHistory): boolean {
  return (
    rsc.agentClass !== (history.class ?? '') ||
    (rsc.provider ?? '') !== (history.provider ?? '') ||
    rsc.agentType !== (history.type ?? '')
  )
}

const checked = new Set(['monitor', 'start', 'promote', 'migrate_from'])

function checkOperation(world: Unpacked, event: Event): void {
  const { rsc, node, task, interval } = event
  if (interval > 0 && (rsc.maintenance || node.maintenance)) {
    cancel(world, event)
    return
  }
  if (interval === 0 && !checked.has(task)) return
  if (changed(world, event) && failuresOf(world, rsc, node, true).count !== 0) {
    clearFailcount(world, rsc, node, 'action definition changed')
  }
}

function cancel(world: Unpacked, { rsc, node, task, interval }: Event): void {
  const action = cancelAction(world, rsc, task, interval, node)
  order(world, { firstRsc: rsc, firstTask: 'stop', thenAction: action, type: Kind.optional })
}

function changed(world: Unpacked, event: Event): boolean {
  const { rsc, node, interval, entry } = event
  if (interval > 0 && !findOperation(rsc, event.task, interval)) {
    if (!world.options.stopOrphanActions) return false
    cancel(world, event)
    return true
  }
  const task = interval === 0 ? 'start' : event.task
  switch (compareDigests(world, rsc, node, entry)) {
    case 'restart':
      forceRestart(world, rsc, node, task, interval)
      return true
    case 'changed':
    case 'unknown':
      if (interval > 0) {
        unfenceAgain(world, rsc, node, 'Device parameters changed (reschedule)')
        obtain(world, rsc, task, interval, node, true).reschedule = true
      } else if (entry.opRestartDigest !== undefined) {
        unfenceAgain(world, rsc, node, 'Device parameters changed (reload)')
        reload(world, rsc, node)
      } else forceRestart(world, rsc, node, task, interval)
      return true
    default:
      return false
  }
}

function forceRestart(world: Unpacked, rsc: Resource, node: ClusterNode, task: string, interval: number): void {
  const action = obtain(world, rsc, task, interval, undefined, false)
  action.reason = 'resource definition change'
  unfenceAgain(world, rsc, node, 'Device parameters changed')
}

function reload(world: Unpacked, rsc: Resource, node: ClusterNode): void {
  if (!rsc.managed || rsc.failed) return
  if (rsc.startPending) {
    stopAction(world, rsc, node, false)
    return
  }
  rsc.reloading = true
  const action = obtain(world, rsc, 'reload-agent', 0, node, false)
  action.reason = 'resource definition change'
  for (const task of ['stop', 'demote']) {
    const type = Kind.optional | Kind.thenCancelsFirst
    order(world, { firstAction: action, thenRsc: rsc, thenTask: task, type })
  }
}
