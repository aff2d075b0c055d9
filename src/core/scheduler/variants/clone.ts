// A clone's instances: as many as possible stay where they are, the rest are spread over the nodes.
// Source: "Pacemaker Explained" 2.1, "Clones - Resources That Can Have Multiple Active Instances".

import { mergeSortInPlace } from '../../base/merge-sort.ts'
import { INFINITY, MINUS_INFINITY } from '../../base/score.ts'
import { prefer as addEverywhere, ban } from '../constrain/bans.ts'
import { addThisWith, addWithThis } from '../constrain/colocation.ts'
import { type ClusterNode, Discovery, type Resource } from '../model.ts'
import { unassign } from '../place/assign.ts'
import { compareInstances } from '../place/compare-instances.ts'
import { logScores } from '../place/log.ts'
import { hasInfluence, scoresOf, spread } from '../place/spread.ts'
import { locationsNow, nodeNext, nodeNow } from '../place/state.ts'
import { isAvailable } from '../place/weigh.ts'
import type { Unpacked } from '../world.ts'
import { addPromotionScores, choosePromoted } from './promotable.ts'

export function assignClone(
  world: Unpacked,
  clone: Resource,
  prefer: ClusterNode | undefined,
): ClusterNode | undefined {
  const data = clone.clone
  if (!data || !clone.provisional || clone.allocating) return undefined
  clone.allocating = true
  if (clone.promotable) addPromotionScores(world, clone)
  for (const rule of clone.thisWith) world.assign(world, rule.primary, prefer)
  for (const rule of clone.withThis) {
    if (!hasInfluence(rule)) continue
    const how = { onlyPositive: true, active: true }
    const result = spread(world, rule.dependent, scoresOf(clone), rule.nodeAttribute, rule.score / INFINITY, how)
    if (result) clone.scores.set(result.values)
    world.trace?.note(clone, world.nodes, 'dependents', { by: rule.id, other: rule.dependent.id, weight: rule.score })
  }
  logScores(world, 'pcmk__clone_allocate', clone)
  mergeSortInPlace(clone.children, compareInstances(world))
  distribute(world, clone, clone.children, data.counts, data.max, data.nodeMax)
  if (clone.promotable) choosePromoted(world, clone)
  clone.provisional = false
  clone.allocating = false
  return undefined
}

/** `counts` is how many instances each node has so far. */
export function distribute(
  world: Unpacked,
  parent: Resource,
  instances: readonly Resource[],
  counts: Int32Array,
  max: number,
  nodeMax: number,
): void {
  counts.fill(0)
  const available = world.nodes.filter(
    node => parent.discovery[node.index] !== Discovery.none && isAvailable(node),
  ).length
  const optimal = Math.max(1, available > 0 ? Math.trunc(max / available) : 0)
  const all = max < available
  let done = 0
  // A group whose member failed is asked to stay like any other: only primitives fail themselves.
  for (const instance of instances) {
    if (done >= max) break
    if (locationsNow(instance).length === 0 || !instance.provisional || instance.failed) continue
    const node = nodeNow(instance)
    if (!node || !isAvailable(node) || parent.discovery[node.index] === Discovery.none) continue
    if ((counts[node.index] ?? 0) >= optimal) continue
    if (assignInstance(world, parent, instance, counts, nodeMax, node, all)) done += 1
  }
  for (const instance of instances) {
    if (!instance.provisional) continue
    if (done >= max) ban(world, instance, undefined, MINUS_INFINITY, 'clone:limit_reached')
    if (done >= max) assignNowhere(world, parent, instance, counts, nodeMax, all)
    else if (assignInstance(world, parent, instance, counts, nodeMax, undefined, all)) done += 1
  }
}

/** An instance too many: it gets no node, by the ordinary way. */
function assignNowhere(
  world: Unpacked,
  parent: Resource,
  instance: Resource,
  counts: Int32Array,
  nodeMax: number,
  all: boolean,
): void {
  void counts
  void nodeMax
  void all
  void parent
  world.assign(world, instance, undefined)
}

function assignInstance(
  world: Unpacked,
  parent: Resource,
  instance: Resource,
  counts: Int32Array,
  nodeMax: number,
  prefer: ClusterNode | undefined,
  all: boolean,
): boolean {
  if (!instance.provisional) return nodeNext(instance) !== undefined
  if (instance.allocating) return false
  inheritColocations(parent, instance, all)
  if (prefer && (instance.discovery[prefer.index] === Discovery.none || (instance.scores[prefer.index] ?? 0) < 0))
    return false
  for (const node of world.nodes) closeWhereFull(world, parent, instance, node, counts, nodeMax)
  const [kept, mark] = [instance.scores.slice(), world.trace?.mark(instance) ?? 0]
  const chosen = world.assign(world, instance, prefer) ?? nodeNext(instance)
  if (chosen && prefer && chosen !== prefer) {
    // Only a primitive can be asked once more; the members of a group stay where they were put.
    if (instance.kind === 'primitive') {
      instance.scores.set(kept)
      world.trace?.takeBack(instance, mark)
      unassign(instance)
    }
    return false
  }
  if (!chosen) return false
  counts[chosen.index] = (counts[chosen.index] ?? 0) + 1
  return true
}

function closeWhereFull(
  world: Unpacked,
  parent: Resource,
  instance: Resource,
  node: ClusterNode,
  counts: Int32Array,
  nodeMax: number,
): void {
  if (instance.discovery[node.index] === Discovery.none) return
  const close = (why: string): void =>
    addEverywhere(world, instance, node, MINUS_INFINITY, why, world.trace && { other: parent.id })
  if (!isAvailable(node)) close('node-unavailable')
  else if (instance.orphan || parent.discovery[node.index] === Discovery.none) close('not-here')
  else {
    if ((parent.scores[node.index] ?? 0) < 0) close('whole')
    else if ((counts[node.index] ?? 0) >= nodeMax) close('node-full')
  }
}

/** The clone's colocations become each instance's, once more each time it is asked; mild wishes only where not every node gets an instance. */
function inheritColocations(parent: Resource, instance: Resource, all: boolean): void {
  for (const rule of parent.thisWith) {
    if (all || rule.score < 0 || rule.score === INFINITY) addThisWith(instance, rule)
  }
  for (const rule of parent.withThis) {
    if (hasInfluence(rule, instance) && (all || rule.score < 0)) addWithThis(instance, rule)
  }
}
