// Scores of a resource on the nodes: how they are compared, and which node is best.
// Source: "Pacemaker Explained" 2.1, "How Resource Placement is Decided", "Utilization and Placement Strategy".
import { MINUS_INFINITY } from '../../base/score.ts'
import { type ClusterNode, Discovery, type Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'

/** Whether anything may start there. */
export function isAvailable(node: ClusterNode): boolean {
  return node.online && !node.shutdown && !node.unclean && !node.standby && !node.maintenance
}

export const allowedNodes = (world: Unpacked, rsc: Resource): ClusterNode[] =>
  world.nodes.filter(node => rsc.discovery[node.index] !== Discovery.none)

/** Best first: availability and score, then (by strategy) capacity, then how much is there, then the name. */
export function compareNodes(
  world: Unpacked,
  scoreOf: (node: ClusterNode) => number,
  active: ClusterNode | undefined,
): (a: ClusterNode, b: ClusterNode) => number {
  const { placement } = world.options
  return (a, b) => {
    const [left, right] = [effective(scoreOf(a), a), effective(scoreOf(b), b)]
    if (left !== right) return right - left
    if (placement !== 'minimal') {
      if (placement === 'balanced') {
        const capacity = compareCapacity(a, b)
        if (capacity !== 0) return capacity
      }
      if (a.assignedCount !== b.assignedCount) return a.assignedCount - b.assignedCount
      if (a === active) return -1
      if (b === active) return 1
    }
    return compareNames(a.name, b.name)
  }
}

const effective = (points: number, node: ClusterNode): number => (isAvailable(node) ? points : MINUS_INFINITY)

export const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Positive where b has more left. */
export function compareCapacity(a: ClusterNode, b: ClusterNode): number {
  let result = 0
  for (const name of new Set([...a.free.keys(), ...b.free.keys()])) {
    result += Math.sign((b.free.get(name) ?? 0) - (a.free.get(name) ?? 0))
  }
  return result
}
