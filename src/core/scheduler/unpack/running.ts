// Noting that a resource runs on a node, and what follows where it runs on several.
// Source: "Pacemaker Explained" 2.1, multiple-active.
import { INFINITY, MINUS_INFINITY } from '../../base/score.ts'
import { ban } from '../constrain/bans.ts'
import { type ClusterNode, Discovery, type Resource, Role } from '../model.ts'
import type { Unpacked } from '../world.ts'

export function addRunning(world: Unpacked, rsc: Resource, node: ClusterNode): void {
  if (rsc.runningOn.includes(node)) return
  rsc.runningOn.push(node)
  if (rsc.kind === 'primitive') {
    node.running.push(rsc)
    addPriority(world, rsc, node)
    if (node.maintenance) {
      rsc.managed = false
      rsc.maintenance = true
      world.trace?.fact(rsc, node, 'node-in-maintenance')
    }
  }
  if (!rsc.managed) {
    ban(world, rsc, node, INFINITY, 'not_managed_default')
    for (let parent = rsc.parent; parent && node.online; parent = parent.parent) {
      if (!parent.runningOn.includes(node)) parent.runningOn.push(node)
    }
    return
  }
  if (rsc.kind === 'primitive' && rsc.runningOn.length > 1) handleSeveral(world, rsc)
  if (rsc.parent) addRunning(world, rsc.parent, node)
}

/** Priorities of what runs on a node add up, for priority-fencing-delay. */
function addPriority(_world: Unpacked, rsc: Resource, node: ClusterNode): void {
  if (rsc.priority === 0) return
  const points = rsc.role === Role.promoted ? rsc.priority + 1 : rsc.priority
  node.priority += points
}

function handleSeveral(world: Unpacked, rsc: Resource): void {
  if (rsc.recovery === 'stop_only') {
    rsc.scores.fill(MINUS_INFINITY)
    rsc.discovery.fill(Discovery.always)
    world.trace?.note(rsc, world.nodes, 'multiply-active')
  } else if (rsc.recovery === 'block') {
    rsc.managed = false
    rsc.blocked = true
    world.trace?.fact(rsc, undefined, 'active-on-several-nodes')
    const { parent } = rsc
    if (parent && (parent.kind === 'group' || parent.kind === 'bundle') && parent.recovery === 'block') {
      for (const sibling of parent.children) {
        sibling.managed = false
        sibling.blocked = true
      }
    }
  }
}
