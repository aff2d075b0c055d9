// Preferences and bans that the engine itself makes: after hard failures, for orphans, for what is not managed.
import { add, MINUS_INFINITY, type Score, score } from '../../base/score.ts'
import { type ClusterNode, Discovery, type Resource } from '../model.ts'
import type { Source } from '../trace.ts'
import { uberParent } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'

/** A score for one node, or for every node; for all that is inside as well. */
export function ban(
  world: Unpacked,
  rsc: Resource,
  node: ClusterNode | undefined,
  points: Score,
  why: string,
  source?: Source,
): void {
  if (node) {
    prefer(world, rsc, node, points, why, source)
    return
  }
  for (const one of world.nodes) {
    prefer(world, rsc, one, points, why, source)
  }
  if (points === MINUS_INFINITY && rsc.assigned) rsc.assigned = undefined
}

export function prefer(
  world: Unpacked,
  rsc: Resource,
  node: ClusterNode,
  points: Score,
  why: string,
  source?: Source,
): void {
  for (const child of rsc.children) prefer(world, child, node, points, why, source)
  if (rsc.discovery[node.index] === Discovery.none) rsc.discovery[node.index] = firstDiscovery(node)
  rsc.scores[node.index] = add(score(rsc.scores[node.index] ?? 0), points)
  world.trace?.add(rsc, node, points, why, source)
}

/** What is inside of a bundle is asked only about what belongs there. */
export const firstDiscovery = (node: ClusterNode): number =>
  node.remoteResource?.parent?.kind === 'bundle' ? Discovery.never : Discovery.always

/** A failure after which the resource (and where it is an anonymous clone, all of it) shall not come up again. */
export function banFromAll(world: Unpacked, rsc: Resource, source?: Source): void {
  const top = uberParent(rsc)
  const banned = rsc.parent && top.kind === 'clone' && !top.unique ? top : rsc
  banned.scores.fill(MINUS_INFINITY)
  banned.discovery.fill(Discovery.always)
  for (const node of world.nodes) world.trace?.add(banned, node, MINUS_INFINITY, 'failed-everywhere', source)
}
