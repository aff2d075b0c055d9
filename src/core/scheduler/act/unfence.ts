// Unfencing: a node must be let back to the storage before anything that needs it starts there.
// Source: "Pacemaker Explained" 2.1, "Unfencing".
import type { Action, ClusterNode, Resource } from '../model.ts'
import { relate } from '../order/relate.ts'
import { allowedNodes } from '../place/weigh.ts'
import type { Unpacked } from '../world.ts'
import { fenceAction } from './fence-node.ts'

export const isUnfenceDevice = (rsc: Resource): boolean => rsc.fenceDevice && rsc.meta.get('provides') === 'unfencing'

export function isUnfenced(node: ClusterNode): boolean {
  const value = node.attributes.get('#node-unfenced')
  return value !== undefined && value !== '' && value !== '0'
}

/** Orders the action behind the unfencing of its node; where the node was never unfenced, that is required. */
export function orderAfterUnfencing(
  world: Unpacked,
  rsc: Resource,
  node: ClusterNode,
  action: Action,
  type: number,
): void {
  if (!rsc.needsUnfencing && !(rsc.fenceDevice && world.options.unfencing)) return
  const unfence = fenceAction(world, node, 'on', true, undefined)
  relate(unfence, action, type)
  if (!isUnfenced(node)) requireUnfencing(world, node, `required by ${rsc.id} ${action.task}`)
}

const canBeUnfenced = (node: ClusterNode): boolean => node.online && !node.unclean && !node.shutdown

function requireUnfencing(world: Unpacked, node: ClusterNode, reason: string): void {
  if (!world.options.unfencing || !canBeUnfenced(node)) return
  fenceAction(world, node, 'on', false, reason)
}

/** A fence device that changed may no longer know whom it let in: the node that told, or where that is lost, any other. */
export function unfenceAgain(world: Unpacked, rsc: Resource, node: ClusterNode, reason: string): void {
  if (!rsc.fenceDevice) return
  const nodes = canBeUnfenced(node) ? [node] : allowedNodes(world, rsc)
  for (const one of nodes) requireUnfencing(world, one, reason)
}
