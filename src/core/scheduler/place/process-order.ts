// With utilization, who goes first matters: by priority, then by the scores of the nodes.
// Source: "Pacemaker Explained" 2.1, "Allocation Details" of utilization.
import { mergeSortInPlace } from '../../base/merge-sort.ts'
import { MINUS_INFINITY } from '../../base/score.ts'
import type { Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { type Scores, scoresOf, spread } from './spread.ts'
import { currentNode, nodeNow } from './state.ts'
import { compareNodes } from './weigh.ts'

export function sortForUtilization(world: Unpacked): void {
  const nodes = [...world.nodes].sort(compareNodes(world, node => node.baseScore, undefined))
  const wishes = new Map<Resource, Scores>()
  for (const rsc of world.roots) {
    wishes.set(rsc, spread(world, rsc, undefined, '#uname', 1, { thisWith: true }) ?? scoresOf(rsc))
  }
  const at = (rsc: Resource, index: number | undefined): number => {
    const scores = wishes.get(rsc)
    if (index === undefined || !scores || scores.has[index] === 0) return MINUS_INFINITY
    return scores.values[index] ?? MINUS_INFINITY
  }
  const here = (rsc: Resource): number =>
    rsc.runningOn.length > 0
      ? at(rsc, (rsc.kind === 'primitive' ? currentNode(rsc) : nodeNow(rsc))?.index)
      : MINUS_INFINITY
  mergeSortInPlace(world.roots, (a, b) => {
    if (a.priority !== b.priority) return b.priority - a.priority
    const difference = here(b) - here(a)
    if (difference !== 0) return difference
    for (const node of nodes) {
      const points = at(b, node.index) - at(a, node.index)
      if (points !== 0) return points
    }
    return 0
  })
}
