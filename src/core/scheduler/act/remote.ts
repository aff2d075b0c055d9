// Remote and guest nodes: what their connections' fate means for what runs there.
// Source: "Pacemaker Remote".
import { type Action, type ClusterNode, type Resource, Role } from '../model.ts'
import { order, orderTasks } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { isGuest, isRemote } from '../unpack/nodes.ts'
import type { Unpacked } from '../world.ts'
import { keyOf } from './actions.ts'
import { fenceNode } from './fence-node.ts'

export type RemoteState = 'unknown' | 'alive' | 'resting' | 'failed' | 'stopped'

/** Whether the node behind a connection can be worked with. */
export function remoteState(node: ClusterNode): RemoteState {
  const connection = node.remoteResource
  if (!connection) return 'unknown'
  const host = connection.runningOn[0]
  const canStart = connection.nextRole === Role.started && connection.assigned !== undefined
  if (!connection.assigned || connection.nextRole !== Role.started) {
    if (connection.role === Role.started && connection.nextRole !== Role.started) {
      return connection.failed ? 'failed' : 'stopped'
    }
  }
  if (host?.unclean) {
    // Its host is lost: what runs behind it lives on if the connection comes up elsewhere.
    if (!canStart || connection.assigned === host) return 'failed'
  }
  if (
    connection.assigned &&
    connection.nextRole === Role.started &&
    host &&
    connection.assigned !== host &&
    !host.unclean
  ) {
    return 'resting'
  }
  if (!connection.assigned) {
    if (connection.failed) return 'failed'
    return 'stopped'
  }
  if (connection.remoteReconnect > 0 && connection.failed) return 'failed'
  return host && !connection.failed
    ? 'alive'
    : connection.role !== connection.nextRole && connection.nextRole === Role.started
      ? 'resting'
      : 'alive'
}

export function orderRemoteActions(world: Unpacked): void {
  if (!world.haveRemoteNodes) return
  for (const action of [...world.actions]) {
    const { rsc } = action
    if (!rsc) continue
    if (rsc.isRemoteConnection && action.task === 'clear_failcount') {
      // The count is cleared before the connection is tried again.
      orderTasks(world, rsc, 'clear_failcount', rsc, 'start', Kind.optional)
      continue
    }
    const { node } = action
    if (!node || !isRemote(node) || !node.remoteResource || action.pseudo) continue
    if (isGuest(node)) orderGuest(world, action, node, node.remoteResource)
    else orderRemote(world, action, node, node.remoteResource)
  }
}

function orderGuest(world: Unpacked, action: Action, node: ClusterNode, connection: Resource): void {
  const { rsc, task } = action
  const container = connection.container
  if (!rsc || !container) return
  if (container.failed) fenceNode(world, node, 'container failed', false)
  if (task === 'start' || task === 'promote') {
    before(world, container, 'start', action, Kind.impliesThen | Kind.runnableLeft)
    before(world, connection, 'start', action, Kind.impliesThen | Kind.runnableLeft)
  } else if (task === 'stop' || task === 'demote') {
    if (container.failed || node.remoteRequiresReset) {
      // Implied by the container's stop.
    } else after(world, action, connection, 'stop', Kind.impliesFirst)
  } else if (action.interval > 0) before(world, connection, 'start', action, Kind.impliesThen)
  else
    before(
      world,
      connection,
      'start',
      action,
      task === 'monitor' ? Kind.impliesThen | Kind.runnableLeft : Kind.impliesThen | Kind.runnableLeft,
    )
}

function orderRemote(world: Unpacked, action: Action, node: ClusterNode, connection: Resource): void {
  const { rsc, task } = action
  if (!rsc) return
  const state = remoteState(node)
  if (task === 'start' || task === 'promote') {
    const type = state === 'failed' ? Kind.optional | Kind.runnableLeft : Kind.impliesThen | Kind.runnableLeft
    before(world, connection, 'start', action, type)
  } else if (task === 'stop') {
    if (state === 'alive') after(world, action, connection, 'stop', Kind.impliesFirst)
    else if (state === 'failed') {
      fenceNode(world, node, 'resources are active but connection is unrecoverable', false)
      after(world, action, connection, 'stop', Kind.impliesFirst)
    } else if (state === 'resting')
      before(
        world,
        connection,
        'start',
        action,
        connection.nextRole === Role.stopped || !connection.assigned ? Kind.none : Kind.runnableLeft,
      )
    else after(world, action, connection, 'stop', Kind.impliesFirst)
  } else if (task === 'demote') {
    if (state === 'resting' || state === 'unknown') before(world, connection, 'start', action, Kind.optional)
  } else if (action.interval > 0) before(world, connection, 'start', action, Kind.impliesThen | Kind.runnableLeft)
  else if (task === 'monitor' && state === 'failed' && rsc.knownOn.has(node)) {
    fenceNode(world, node, 'resources are in unknown state and connection is unrecoverable', false)
  } else before(world, connection, 'start', action, Kind.impliesThen | Kind.runnableLeft)
}

function before(world: Unpacked, connection: Resource, task: string, action: Action, type: number): void {
  if (type === Kind.none) return
  order(world, {
    firstRsc: connection,
    firstKey: keyOf(connection.id, task, 0),
    thenAction: action,
    type: Kind.preserve | type,
  })
}

function after(world: Unpacked, action: Action, connection: Resource, task: string, type: number): void {
  order(world, {
    firstAction: action,
    thenRsc: connection,
    thenKey: keyOf(connection.id, task, 0),
    type: Kind.preserve | type,
  })
}
