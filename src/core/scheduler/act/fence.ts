// Which nodes are fenced or shut down, and what has to wait for that.
// Source: "Pacemaker Explained" 2.1, "Fencing".
import type { Action, ClusterNode, Resource } from '../model.ts'
import { relate } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { isGuest, isRemote } from '../unpack/nodes.ts'
import { isBundled, uberParent } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { actionsOf, firstAction } from './actions.ts'
import { clusterAction, setMeta } from './blank.ts'
import { canFence, fenceAction } from './fence-node.ts'
import { announceFencing } from './notify.ts'

export function scheduleFencing(world: Unpacked): void {
  let dcDown: Action | undefined
  const fencings: Action[] = []
  const shutdowns: Action[] = []
  // Where nothing is managed, nothing is fenced.
  const managed = anyManaged(world.roots)
  for (const node of world.nodes) {
    if (isGuest(node)) {
      if (managed && node.remoteRequiresReset && canFence(world, node)) fenceGuest(world, node)
      continue
    }
    if (managed && node.unclean && canFence(world, node)) {
      const action = fenceAction(world, node, undefined, false, 'node is unclean')
      orderAroundFencing(world, action)
      if (node.isDc) dcDown = action
      else {
        const last = fencings.at(-1)
        if (!world.options.concurrentFencing && last) relate(last, action, Kind.optional)
        fencings.push(action)
      }
    } else if (node.online && node.shutdown && !isRemote(node)) {
      const action = shutDown(world, node)
      if (node.isDc) dcDown = action
      else shutdowns.push(action)
    }
  }
  if (!dcDown) return
  // The cluster's coordinator goes last.
  if (dcDown.task === 'do_shutdown') for (const action of shutdowns) relate(action, dcDown, Kind.optional)
  const before = world.options.concurrentFencing ? fencings : fencings.slice(-1)
  for (const action of before) relate(action, dcDown, Kind.optional)
}

function shutDown(world: Unpacked, node: ClusterNode): Action {
  const action = clusterAction(world, `do_shutdown-${node.name}`, 'do_shutdown', node, false)
  setMeta(action, { op_no_wait: 'true' })
  // Everything stops there first.
  for (const other of world.actions) {
    if (other.node !== node || other.task !== 'stop') continue
    if (node.maintenance || other.rsc?.maintenance || (!other.rsc?.managed && !other.rsc?.blocked)) continue
    other.optional = false
    relate(other, action, Kind.optional | Kind.runnableLeft)
  }
  return action
}

/** A guest is "fenced" by stopping its virtual machine: a mark in the graph for what comes after. */
function fenceGuest(world: Unpacked, node: ClusterNode): void {
  const container = node.remoteResource?.container
  const stop = container ? firstAction(container, 'stop') : undefined
  const how = container && firstAction(container, 'start') ? 'reboot' : 'off'
  const fencing = fenceAction(world, node, how, false, 'guest is unclean')
  fencing.runnable = true
  fencing.pseudo = true
  const implied = Kind.runnableLeft | Kind.impliesThen
  if (stop?.pseudo && stop.node) relate(fenceAction(world, stop.node, undefined, false, undefined), fencing, implied)
  else if (stop) relate(stop, fencing, implied)
  else if (node.remoteResource) relate(firstAction(node.remoteResource, 'stop'), fencing, Kind.optional)
  orderAroundFencing(world, fencing)
}

const anyManaged = (list: readonly Resource[]): boolean => list.some(rsc => rsc.managed || anyManaged(rsc.children))

export function orderAroundFencing(world: Unpacked, fencing: Action): void {
  for (const rsc of world.roots) around(world, rsc, fencing)
}

function around(world: Unpacked, rsc: Resource, fencing: Action): void {
  for (const child of rsc.children) around(world, child, fencing)
  if (rsc.kind !== 'primitive' || !rsc.managed) return
  orderStarts(rsc, fencing)
  orderStops(world, rsc, fencing)
}

function orderStarts(rsc: Resource, fencing: Action): void {
  const target = fencing.node
  for (const action of rsc.actions) {
    if (action.needs === 'fencing') relate(fencing, action, Kind.optional)
    else if (action.needs === 'quorum' && action.task === 'start' && target) {
      if (rsc.discovery[target.index] !== 0 && rsc.known[target.index] === 0)
        relate(fencing, action, Kind.optional | Kind.runnableLeft)
    }
  }
}

function orderStops(world: Unpacked, rsc: Resource, fencing: Action): void {
  const target = fencing.node
  if (!target) return
  const implied = rsc.needsFencing || isGuest(target)
  const stops = actionsOf(rsc, 'stop', target)
  const wholeStop = stops.length > 0 ? firstAction(uberParent(rsc), 'stop') : undefined
  for (const action of stops) {
    action.pseudo = true
    action.runnable = true
    if (implied) {
      action.impliedByFencing = true
      if (!isBundled(rsc)) relate(fencing, action, Kind.preserve)
      relate(fencing, wholeStop, Kind.preserve)
    }
    if (rsc.notify) announceFencing(world, rsc, action, fencing)
  }
  for (const action of actionsOf(rsc, 'demote', target)) {
    if (action.node?.online && !action.node.unclean && !rsc.failed) continue
    action.pseudo = true
    action.runnable = true
    if (!isBundled(rsc) && implied) relate(fencing, action, Kind.preserve | Kind.optional)
  }
}
