// Which instances of a promotable clone are promoted: by promotion scores that agents set as node attributes, by location
// constraints on the promoted role, and by who wants to be with the promoted one.
// Source: "Pacemaker Explained" 2.1, "Promotable Clones" and "Determining Which Instance is Promoted".
import { mergeSortInPlace } from '../../base/merge-sort.ts'
import { add, INFINITY, MINUS_INFINITY, type Score, score } from '../../base/score.ts'
import { asScore } from '../../cib/values.ts'
import { ban } from '../constrain/bans.ts'
import { type ClusterNode, type ColocationRule, Discovery, type LocationRule, type Resource, Role } from '../model.ts'
import { applyToDependent } from '../place/colocate.ts'
import { compareInstances } from '../place/compare-instances.ts'
import { hasInfluence, type Spread, scoresOf, spread } from '../place/spread.ts'
import { nodeNext, roleNext, roleNow } from '../place/state.ts'
import { isAvailable } from '../place/weigh.ts'
import type { Source } from '../trace.ts'
import { isGuest } from '../unpack/nodes.ts'
import { setNextRole, uberParent } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'

/** Promotion scores are wishes for placement, too, so that an instance gets where it may be promoted. */
export function addPromotionScores(world: Unpacked, clone: Resource): void {
  if (clone.clone?.promotionSorted) return
  if (clone.clone) clone.clone.promotionSorted = true
  for (const instance of clone.children) {
    for (const node of world.nodes) {
      if (instance.discovery[node.index] === Discovery.none || !isAvailable(node)) continue
      // Where it may not run, it will not be promoted either.
      if ((instance.scores[node.index] ?? 0) < 0) continue
      const points = promotionScore(world, instance, node) ?? 0
      if (points > 0) {
        instance.scores[node.index] = add(score(instance.scores[node.index] ?? 0), score(points))
        world.trace?.add(instance, node, points, 'promotion-score')
      }
      if (points > instance.priority) instance.priority = points
    }
  }
}

/** Undefined where none is set. */
function promotionScore(world: Unpacked, rsc: Resource, node: ClusterNode): number | undefined {
  if (rsc.children.length > 0) {
    const scores = rsc.children.map(child => promotionScore(world, child, node))
    const present = scores.filter(one => one !== undefined)
    return present.length === 0 ? undefined : present.reduce((a, b) => a + b, 0)
  }
  if (!applies(rsc, node)) return undefined
  const byName = scoreAttribute(node, rsc.historyId ?? rsc.id, rsc)
  const value = byName ?? (rsc.unique ? undefined : scoreAttribute(node, rsc.baseId, rsc))
  return value === undefined ? undefined : asScore(value)
}

function scoreAttribute(node: ClusterNode, name: string, rsc: Resource): string | undefined {
  const source = rsc.meta.get('container-attribute-target') === 'host' ? hostOf(node) : node
  return source?.attributes.get(`master-${name}`)
}

function hostOf(node: ClusterNode): ClusterNode | undefined {
  const container = node.remoteResource?.container
  return container ? container.runningOn[0] : node
}

/** A score speaks for an instance that is, or may be, on that node. */
function applies(rsc: Resource, node: ClusterNode): boolean {
  if (!rsc.unique) {
    const top = uberParent(rsc)
    const active = findActive(top, rsc.baseId, node)
    if (active === rsc) return true
    if (!active && isKnown(top, rsc.baseId, node)) return true
  }
  if (rsc.runningOn.length === 0 && !rsc.known.includes(1)) return true
  return rsc.known[node.index] === 1 || rsc.runningOn.includes(node)
}

function findActive(parent: Resource, baseId: string, node: ClusterNode): Resource | undefined {
  for (const child of parent.children) {
    const found = child.kind === 'primitive' ? child : child.children.find(member => member.baseId === baseId)
    if (found && found.baseId === baseId && found.runningOn.includes(node)) return found
  }
  return undefined
}

function isKnown(parent: Resource, baseId: string, node: ClusterNode): boolean {
  return parent.children.some(child => {
    const found = child.kind === 'primitive' ? child : child.children.find(member => member.baseId === baseId)
    return found?.known[node.index] === 1
  })
}

export function choosePromoted(world: Unpacked, clone: Resource): void {
  const data = clone.clone
  if (!data) return
  data.counts.fill(0)
  for (const instance of clone.children) prioritize(world, clone, instance)
  sortInstances(world, clone)
  for (const instance of clone.children) {
    const node = nodeNext(instance)
    if (node) world.trace?.listPromotion(instance, node, score(instance.sortIndex))
    world.promotionLines.push([instance.id, node?.name ?? '', score(instance.sortIndex)])
    const mayBe = instance.sortIndex >= 0 && (data.promotedCount < data.promotedMax || !clone.managed)
    const chosen = mayBe ? promotionNode(world, instance) : undefined
    const frozen = instance.role < Role.promoted && !world.options.quorate && world.options.quorumPolicy === 'freeze'
    if (!chosen || frozen) setUnpromoted(instance)
    else {
      data.counts[chosen.index] = (data.counts[chosen.index] ?? 0) + 1
      setPromoted(instance)
      data.promotedCount += 1
    }
  }
}

function prioritize(world: Unpacked, clone: Resource, instance: Resource): void {
  const node = nodeNext(instance)
  if (roleNow(instance) === Role.started) setCurrentUnpromoted(instance)
  if (!node) return
  const next = roleNext(instance)
  if (next === Role.started || next === Role.unknown) {
    const points = promotionScore(world, instance, node)
    instance.priority = points ?? -1
    world.trace?.promotion(
      instance,
      node,
      points ?? -1,
      points === undefined ? 'no-promotion-score' : 'promotion-score',
    )
  } else if (next === Role.unpromoted || next === Role.stopped) {
    instance.priority = MINUS_INFINITY
    world.trace?.promotion(instance, node, MINUS_INFINITY, 'target-role')
  } else world.trace?.promotion(instance, node, instance.priority, 'promotion-score')
  for (const rule of [...instance.locations, ...clone.locations]) applyPromoted(world, instance, rule, node)
  // A group has handed its colocations on to its members, which are not asked for their promotion.
  for (const rule of instance.kind === 'group' ? [] : instance.thisWith) {
    applyToDependent(world, instance, rule.primary, rule)
  }
  instance.sortIndex = next === Role.promoted ? INFINITY : instance.priority
}

function applyPromoted(world: Unpacked, instance: Resource, rule: LocationRule, node: ClusterNode): void {
  if (rule.role !== Role.promoted) return
  const at = rule.nodes.indexOf(node)
  if (at < 0) return
  const points: Score = rule.scores[at] ?? score(0)
  instance.priority = add(score(instance.priority), points)
  world.trace?.promotion(instance, node, points, 'location', { by: rule.origin?.id ?? rule.id, at: rule.origin?.at })
}

function setCurrentUnpromoted(rsc: Resource): void {
  for (const child of rsc.children) setCurrentUnpromoted(child)
  if (rsc.role === Role.started) rsc.role = Role.unpromoted
}

function setUnpromoted(rsc: Resource): void {
  for (const child of rsc.children) setUnpromoted(child)
  setNextRole(rsc, nodeNext(rsc) ? Role.unpromoted : Role.stopped, 'unpromoted instance')
}

function setPromoted(rsc: Resource): void {
  if (rsc.nextRole === Role.unknown) setNextRole(rsc, Role.promoted, 'promoted instance')
  for (const child of rsc.children) setPromoted(child)
}

/** Best candidate first. */
function sortInstances(world: Unpacked, clone: Resource): void {
  clone.merging = true
  for (const instance of clone.children) {
    const node = nodeNext(instance)
    if (!node || instance.sortIndex < 0) continue
    world.trace?.promotion(instance, node, clone.scores[node.index] ?? 0, 'whole', { other: clone.id })
    clone.scores[node.index] = add(score(clone.scores[node.index] ?? 0), score(instance.sortIndex))
  }
  for (const rule of clone.thisWith) {
    if (rule.dependentRole === Role.promoted) hear(world, clone, rule.primary, rule, { active: rule.score < INFINITY })
  }
  for (const rule of clone.withThis) {
    if (rule.primaryRole === Role.promoted && hasInfluence(rule)) {
      hear(world, clone, rule.dependent, rule, { active: true, onlyPositive: true })
    }
  }
  for (const { role, ticket } of clone.tickets) {
    if (role === Role.promoted && (!ticket.granted || ticket.standby)) {
      if (world.trace) traceLost(world, clone, ticket.id)
      ban(world, clone, undefined, MINUS_INFINITY, '__stateful_without_ticket__')
    }
  }
  for (const instance of clone.children) {
    const node = nodeNext(instance)
    if (!instance.managed && roleNext(instance) === Role.promoted) instance.sortIndex = INFINITY
    else if (node && instance.sortIndex >= 0) instance.sortIndex = clone.scores[node.index] ?? 0
  }
  world.trace?.note(clone, world.nodes, 'promotion-score')
  const other = compareInstances(world)
  mergeSortInPlace(clone.children, (a, b) => b.sortIndex - a.sortIndex || roleNow(b) - roleNow(a) || other(a, b))
  clone.merging = false
}

function hear(world: Unpacked, clone: Resource, other: Resource, rule: ColocationRule, how: Spread): void {
  const result = spread(world, other, scoresOf(clone), rule.nodeAttribute, rule.score / INFINITY, how)
  if (!result) return
  if (world.trace) traceHeard(world, clone, result.values, { by: rule.id, other: other.id, weight: rule.score })
  clone.scores.set(result.values)
}

function traceLost(world: Unpacked, clone: Resource, ticket: string): void {
  for (const instance of clone.children) {
    const node = nodeNext(instance)
    if (node && instance.sortIndex >= 0)
      world.trace?.promotion(instance, node, MINUS_INFINITY, '__stateful_without_ticket__', { by: ticket })
  }
}

function traceHeard(world: Unpacked, clone: Resource, next: Int32Array, source: Source): void {
  for (const instance of clone.children) {
    const node = nodeNext(instance)
    const difference = node ? (next[node.index] ?? 0) - (clone.scores[node.index] ?? 0) : 0
    if (node && difference !== 0 && instance.sortIndex >= 0)
      world.trace?.promotion(instance, node, difference, 'dependents', source)
  }
}

/** A guest node is only where its container has a place. */
function willBeThere(node: ClusterNode): boolean {
  const container = node.remoteResource?.container
  return !isGuest(node) || !container || nodeNext(container) !== undefined
}

function promotionNode(world: Unpacked, rsc: Resource): ClusterNode | undefined {
  if (rsc.children.some(child => !promotionNode(world, child))) return undefined
  const node = nodeNext(rsc)
  if (!node) return undefined
  if (!rsc.managed) {
    if (roleNow(rsc) !== Role.promoted) return undefined
  } else if (rsc.priority < 0 || !isAvailable(node) || !willBeThere(node)) return undefined
  const clone = uberParent(rsc)
  const full = (clone.clone?.counts[node.index] ?? 0) >= (clone.clone?.promotedNodeMax ?? 1)
  if (clone.discovery[node.index] === Discovery.none || (full && rsc.managed)) return undefined
  return node
}
