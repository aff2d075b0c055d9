// The order in which the instances of a clone are given their nodes: those that run well first, those that failed or do
// not run last.
import { INFINITY, MINUS_INFINITY } from '../../base/score.ts'
import { type ClusterNode, Discovery, type Resource } from '../model.ts'
import { naturally } from '../unpack/names.ts'
import type { Unpacked } from '../world.ts'
import { hasInfluence, type Scores, spread } from './spread.ts'
import { locationsNow, nodeNow } from './state.ts'
import { isAvailable } from './weigh.ts'

type Comparison = (a: Resource, b: Resource) => number

export function compareInstances(world: Unpacked): Comparison {
  return (a, b) => {
    const [nodesA, nodesB] = [locationsNow(a).length, locationsNow(b).length]
    if (nodesA > 0 && nodesB > 0 && nodesA !== nodesB) return nodesA - nodesB
    const [hereA, hereB] = [nodeNow(a), nodeNow(b)]
    const [nodeA, nodeB] = [allowedHere(a, hereA), allowedHere(b, hereB)]
    const [lostA, lostB] = [hereA !== undefined && !nodeA, hereB !== undefined && !nodeB]
    if (lostA !== lostB) return lostA ? 1 : -1
    if (a.priority !== b.priority) return b.priority - a.priority
    if (!nodeA && !nodeB) return 0
    if (nodeA !== nodeB) {
      if (!nodeA) return 1
      if (!nodeB) return -1
    }
    return compareRunning(world, a, b, nodeA, nodeB)
  }
}

function allowedHere(rsc: Resource, node: ClusterNode | undefined): ClusterNode | undefined {
  if (!node || rsc.discovery[node.index] === Discovery.none || (rsc.scores[node.index] ?? 0) < 0) return undefined
  return node
}

function compareRunning(
  world: Unpacked,
  a: Resource,
  b: Resource,
  nodeA: ClusterNode | undefined,
  nodeB: ClusterNode | undefined,
): number {
  const [canA, canB] = [nodeA !== undefined && isAvailable(nodeA), nodeB !== undefined && isAvailable(nodeB)]
  if (canA !== canB) return canA ? -1 : 1
  const [countA, countB] = [countOn(a, nodeA), countOn(b, nodeB)]
  if (countA !== countB) return countA - countB
  const [failedA, failedB] = [didFail(a), didFail(b)]
  if (failedA !== failedB) return failedA ? 1 : -1
  return byWishes(world, a, b) || byId(a, b)
}

const countOn = (rsc: Resource, node: ClusterNode | undefined): number =>
  node ? (rsc.parent?.clone?.counts[node.index] ?? rsc.parent?.bundle?.counts[node.index] ?? 0) : 0

const didFail = (rsc: Resource): boolean => rsc.failed || rsc.children.some(didFail)

/** What those who are colocated with the clone think of the nodes. */
function byWishes(world: Unpacked, a: Resource, b: Resource): number {
  const { parent } = a
  const [hereA, hereB] = [nodeNow(a), nodeNow(b)]
  if (!parent || !hereA || !hereB) return 0
  if (parent.thisWith.length === 0 && parent.withThis.length === 0) return 0
  const [scoresA, scoresB] = [wishes(world, a, hereA), wishes(world, b, hereB)]
  const [left, right] = [scoresA.values[hereA.index] ?? MINUS_INFINITY, scoresB.values[hereB.index] ?? MINUS_INFINITY]
  return right - left
}

function wishes(world: Unpacked, rsc: Resource, node: ClusterNode): Scores {
  const { parent } = rsc
  const values = new Int32Array(world.nodes.length)
  const has = new Uint8Array(world.nodes.length)
  has[node.index] = 1
  let scores: Scores = { values, has }
  for (const rule of parent?.thisWith ?? []) {
    scores = spread(world, rule.primary, scores, rule.nodeAttribute, rule.score / INFINITY, {}) ?? scores
  }
  for (const rule of parent?.withThis ?? []) {
    if (!hasInfluence(rule, rsc)) continue
    const how = { onlyPositive: true }
    scores = spread(world, rule.dependent, scores, rule.nodeAttribute, rule.score / INFINITY, how) ?? scores
  }
  return scores
}

/** Instance 2 before instance 10. */
const byId = (a: Resource, b: Resource): number => naturally(a.id, b.id)
