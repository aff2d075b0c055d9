// Deciding that a node must be fenced, and whether it can be.
// Source: "Pacemaker Explained" 2.1, "Fencing".
import type { Action, ClusterNode } from '../model.ts'
import { isGuest, isRemote } from '../unpack/nodes.ts'
import type { Unpacked } from '../world.ts'
import { clusterAction, setMeta } from './blank.ts'

export function canFence(world: Unpacked, node: ClusterNode | undefined): boolean {
  if (node && isGuest(node)) {
    const hosts = node.remoteResource?.container?.runningOn ?? []
    return hosts.every(host => host.online || canFence(world, host))
  }
  const { options } = world
  if (!options.fencing || (!world.haveFenceDevice && !watchdogFencing(world))) return false
  if (options.quorate || options.quorumPolicy === 'ignore') return true
  return node?.online ?? false
}

const watchdogFencing = (world: Unpacked): boolean => world.options.watchdog && world.options.watchdogTimeout > 0

/** Marks the node unclean and remembers why; whether it is really fenced is decided when everything is known. */
export function fenceNode(world: Unpacked, node: ClusterNode, reason: string, priorityDelay: boolean): void {
  const connection = node.remoteResource
  if (isGuest(node)) {
    const container = connection?.container
    if (container && !container.failed && container.managed) {
      node.remoteRequiresReset = true
      container.failed = true
      container.mustStop = true
    }
    return
  }
  if (isDangling(node)) {
    if (connection) {
      connection.failed = true
      connection.mustStop = true
    }
    return
  }
  if (isRemote(node)) {
    if (connection && !connection.managed) return
    node.remoteRequiresReset = true
    node.unclean = true
    fenceAction(world, node, undefined, true, reason)
    return
  }
  node.unclean = true
  fenceAction(world, node, undefined, true, reason, priorityDelay)
}

/** The connection of a guest whose virtual machine is gone from the configuration. */
export const isDangling = (node: ClusterNode): boolean =>
  isRemote(node) &&
  node.remoteResource !== undefined &&
  node.remoteResource.container === undefined &&
  node.remoteResource.orphan &&
  node.remoteResource.isRemoteConnection

export function fenceAction(
  world: Unpacked,
  node: ClusterNode,
  operation: string | undefined,
  optional: boolean,
  reason: string | undefined,
  _priorityDelay = false,
): Action {
  const how = operation ?? world.options.fencingAction
  const key = `stonith-${node.name}-${how}`
  const action = clusterAction(world, key, 'stonith', node, true)
  setMeta(action, { stonith_action: how })
  if (!optional && canFence(world, node)) {
    action.optional = false
    if (reason !== undefined) action.reason ??= reason
  } else if (reason !== undefined) action.reason ??= reason
  return action
}

/** Whether the node is bound to be fenced. */
export const willBeFenced = (world: Unpacked, node: ClusterNode): boolean => node.unclean && canFence(world, node)
