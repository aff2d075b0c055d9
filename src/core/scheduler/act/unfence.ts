// Unfencing: a node must be let back to the storage before anything that needs it starts there.
// Source: "Pacemaker Explained" 2.1, "Unfencing".
import type { Action, ClusterNode, Resource } from '../model.ts'
import { relate } from '../order/relate.ts'
import type { Unpacked } from '../world.ts'
import { canFence, fenceAction } from './fence-node.ts'

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
  const needs = world.options.unfencing && rsc.needsUnfencing && !rsc.fenceDevice
  const isDevice = isUnfenceDevice(rsc)
  if (!world.options.unfencing || (!needs && !isDevice)) return
  const unfence = fenceAction(world, node, 'on', action.optional, undefined)
  relate(unfence, action, type)
  if (isUnfenced(node)) return
  unfence.reason = `required by ${action.rsc?.id ?? ''} ${action.task}`
  if (!action.optional && canFence(world, node)) unfence.optional = false
}
