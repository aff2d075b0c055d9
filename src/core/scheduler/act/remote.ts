// Remote and guest nodes: everything that happens on one happens through its connection, so that the connection is up
// before, and goes down after. Where the connection is lost for good, the node must be fenced.
// Source: "Pacemaker Remote"; the graphs of `crm_simulate -G`.
import { type Action, type ClusterNode, type Resource, Role } from '../model.ts'
import { order } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { currentNode } from '../place/state.ts'
import { isRemote } from '../unpack/nodes.ts'
import type { Unpacked } from '../world.ts'
import { fenceNode } from './fence-node.ts'

/** alive: works; resting: comes back elsewhere; stopped: goes down in order; failed: lost; unknown: not yet up. */
export type RemoteState = 'unknown' | 'alive' | 'resting' | 'failed' | 'stopped'

export function remoteState(node: ClusterNode): RemoteState {
  const connection = node.remoteResource
  if (!connection) return 'unknown'
  const host = currentNode(connection)
  if (connection.nextRole === Role.stopped || !connection.assigned) {
    if (host?.unclean) return 'failed'
    if (!connection.failed) return 'stopped'
    const waits = connection.nextRole === Role.stopped && connection.remoteReconnect > 0 && node.remoteWasFenced
    return waits && !shutdownRequested(node) ? 'unknown' : 'failed'
  }
  if (!host) return 'unknown'
  if (host.unclean || !host.online) return 'resting'
  const migrating = connection.partialMigrationSource && connection.partialMigrationTarget
  return migrating && connection.runningOn.length > 1 ? 'resting' : 'alive'
}

function shutdownRequested(node: ClusterNode): boolean {
  const value = node.attributes.get('shutdown')
  return value !== undefined && value !== '0'
}

export function orderRemoteActions(world: Unpacked): void {
  if (!world.haveRemoteNodes) return
  for (const action of [...world.actions]) {
    const { rsc, node } = action
    if (!rsc) continue
    if (rsc.isRemoteConnection && action.task === 'clear_failcount') {
      order(world, { firstAction: action, thenRsc: rsc, thenTask: 'start', type: Kind.optional })
      continue
    }
    // To end a monitor needs no connection: if there is none, there is no monitor.
    if (!node || !isRemote(node) || !node.remoteResource || action.pseudo || action.cancelTask !== undefined) continue
    const connection = node.remoteResource
    if (action.task === 'start') leaveOldNodeLast(world, action, rsc, connection)
    if (connection.container) inGuest(world, action, node, connection, connection.container)
    else onRemote(world, action, node, connection)
  }
}

/** If the connection fails to start, the resource had better still run where it was. */
function leaveOldNodeLast(world: Unpacked, start: Action, rsc: Resource, connection: Resource): void {
  for (const stop of rsc.actions) {
    if (stop.task !== 'stop' || stop.node === start.node) continue
    order(world, {
      firstRsc: connection,
      firstTask: 'start',
      thenAction: stop,
      type: Kind.optional,
    })
  }
}

function inGuest(world: Unpacked, action: Action, node: ClusterNode, connection: Resource, container: Resource): void {
  if (container.failed) fenceNode(world, node, 'container failed', false)
  switch (action.task) {
    case 'start':
    case 'promote':
      afterStart(world, container, action, Kind.impliesThen)
      afterStart(world, connection, action)
      return
    case 'stop':
    case 'demote':
      // A container that fails takes along what is inside.
      if (!container.failed) beforeStop(world, action, connection)
      return
    default:
      afterStart(
        world,
        connection,
        action,
        action.interval > 0 && action.task === 'monitor' ? Kind.impliesThen : Kind.none,
      )
  }
}

function onRemote(world: Unpacked, action: Action, node: ClusterNode, connection: Resource): void {
  const state = remoteState(node)
  switch (action.task) {
    case 'start':
    case 'promote':
      afterStart(world, connection, action, state === 'failed' ? Kind.impliesThen : Kind.none)
      return
    case 'stop':
    case 'migrate_to':
    case 'migrate_from':
      if (state === 'alive') beforeStop(world, action, connection, Kind.impliesFirst)
      else if (state === 'failed') {
        fenceNode(world, node, 'resources are active but connection is unrecoverable', false)
      } else if (connection.nextRole === Role.stopped) beforeStop(world, action, connection, Kind.impliesFirst)
      else afterStart(world, connection, action)
      return
    case 'demote':
      if (state === 'resting' || state === 'unknown') afterStart(world, connection, action)
      return
    default:
      otherwise(world, action, node, connection, state)
  }
}

function otherwise(world: Unpacked, action: Action, node: ClusterNode, connection: Resource, state: RemoteState): void {
  if (action.interval > 0) {
    afterStart(world, connection, action, Kind.impliesThen)
    return
  }
  if (action.task === 'monitor' && state === 'failed') {
    fenceNode(world, node, 'resources are in unknown state and connection is unrecoverable', false)
  }
  // A connection that goes down for good stays until it is known that nothing runs behind it.
  if (currentNode(connection) && state === 'stopped') beforeStop(world, action, connection, Kind.runnableLeft)
  else afterStart(world, connection, action)
}

function afterStart(world: Unpacked, connection: Resource, action: Action, also: number = Kind.none): void {
  order(world, {
    firstRsc: connection,
    firstTask: 'start',
    thenAction: action,
    type: Kind.preserve | Kind.runnableLeft | also,
  })
}

function beforeStop(world: Unpacked, action: Action, connection: Resource, also: number = Kind.none): void {
  order(world, {
    firstAction: action,
    thenRsc: connection,
    thenTask: 'stop',
    type: Kind.preserve | also,
  })
}
