// Colocation, once the primary has its node: what that means for the dependent's scores, or for its promotion.
// Source: "Pacemaker Explained" 2.1, "Placing Resources Relative to other Resources".
import { add, INFINITY, MINUS_INFINITY, score } from '../../base/score.ts'
import { type ClusterNode, type ColocationRule, Discovery, type Resource, Role } from '../model.ts'
import type { Source } from '../trace.ts'
import { roleName } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { assignTo } from './assign.ts'
import { anyAvailable, attributeOf, copyScores } from './spread.ts'
import { nodeNext, nodeNow, roleNext } from './state.ts'
import { compareNodes } from './weigh.ts'

/** Applies the rule to `dependent`, which is `rule.dependent` or one of what it consists of. */
export function applyToDependent(world: Unpacked, dependent: Resource, primary: Resource, rule: ColocationRule): void {
  if (dependent.kind === 'group') {
    if (dependent.group?.colocated) {
      const first = dependent.children[0]
      if (first) applyToDependent(world, first, primary, rule)
    } else if (rule.score < INFINITY) {
      for (const member of dependent.children) applyToDependent(world, member, primary, rule)
    }
    return
  }
  withPrimary(world, dependent, primary, rule)
}

export function withPrimary(world: Unpacked, dependent: Resource, primary: Resource, rule: ColocationRule): void {
  switch (primary.kind) {
    case 'primitive':
      withPrimitive(world, dependent, primary, rule)
      return
    case 'group':
      withGroup(world, dependent, primary, rule)
      return
    case 'clone':
      withClone(world, dependent, primary, rule)
      return
    case 'bundle':
      withBundle(world, dependent, primary, rule)
      return
    default:
      primary.kind satisfies never
  }
}

/** A mandatory colocation needs all of the group, so that its last member tells; otherwise the first one does. */
function withGroup(world: Unpacked, dependent: Resource, primary: Resource, rule: ColocationRule): void {
  if (primary.provisional) return
  if (primary.group?.colocated) {
    const member = rule.score >= INFINITY ? primary.children.at(-1) : primary.children[0]
    if (member) withPrimary(world, dependent, member, rule)
  } else if (rule.score < INFINITY) {
    for (const member of primary.children) withPrimary(world, dependent, member, rule)
  }
}

type Effect = 'nothing' | 'location' | 'role'

export function effectOf(dependent: Resource, primary: Resource, rule: ColocationRule, preview = false): Effect {
  if (!preview && primary.provisional) return 'nothing'
  if (rule.dependentRole >= Role.unpromoted && dependent.parent?.promotable && !dependent.provisional) return 'role'
  if (!preview && !dependent.provisional) return 'nothing'
  const differs = (role: Role, next: Role): boolean => role !== Role.unknown && role !== next
  const same = (role: Role, next: Role): boolean => role !== Role.unknown && role === next
  const test = rule.score > 0 ? differs : same
  if (rule.score === 0) return 'location'
  if (test(rule.dependentRole, dependent.nextRole) || test(rule.primaryRole, primary.nextRole)) return 'nothing'
  return 'location'
}

function withPrimitive(world: Unpacked, dependent: Resource, primary: Resource, rule: ColocationRule): void {
  const effect = effectOf(dependent, primary, rule)
  if (effect === 'role') changePriority(world, dependent, primary, rule)
  else if (effect === 'location') changeScores(world, dependent, primary, rule)
}

function changeScores(world: Unpacked, dependent: Resource, primary: Resource, rule: ColocationRule): void {
  const node = primary.assigned
  if (!node && rule.score < 0) return
  const value = node ? attributeOf(node, rule.nodeAttribute) : undefined
  const work = copyScores({ values: dependent.scores, has: dependent.discovery })
  const opposite = score(-rule.score)
  for (const one of world.nodes) {
    const i = one.index
    if (work.has[i] === Discovery.none) continue
    const present = score(work.values[i] ?? 0)
    if (value === undefined) work.values[i] = add(opposite, present)
    else if (attributeOf(one, rule.nodeAttribute) === value) {
      if (rule.score < INFINITY) work.values[i] = add(rule.score, present)
    } else if (rule.score >= INFINITY) work.values[i] = add(opposite, present)
  }
  const mandatory = rule.score <= MINUS_INFINITY || rule.score >= INFINITY
  if (!mandatory && !anyAvailable(world, work)) return
  dependent.scores.set(work.values)
  world.trace?.note(dependent, world.nodes, 'colocation', sourceOf(rule, primary))
}

const sourceOf = (rule: ColocationRule, primary: Resource): Source => ({
  by: rule.id,
  other: primary.id,
  weight: rule.score,
  ...(rule.primaryRole === Role.unknown ? {} : { otherRole: roleName(rule.primaryRole) }),
})

function changePriority(world: Unpacked, dependent: Resource, primary: Resource, rule: ColocationRule): void {
  const [here, there] = [dependent.assigned, primary.assigned]
  if (!here || !there) return
  if (attributeOf(here, rule.nodeAttribute) !== attributeOf(there, rule.nodeAttribute)) {
    if (rule.score === INFINITY && rule.dependentRole === Role.promoted) {
      dependent.priority = MINUS_INFINITY
      if (world.trace) world.trace.promotion(dependent, here, MINUS_INFINITY, 'colocation', sourceOf(rule, primary))
    }
    return
  }
  if (rule.primaryRole !== Role.unknown && rule.primaryRole !== primary.nextRole) return
  const sign = rule.dependentRole === Role.unpromoted ? -1 : 1
  dependent.priority = add(score(sign * rule.score), score(dependent.priority))
  if (world.trace) world.trace.promotion(dependent, here, sign * rule.score, 'colocation', sourceOf(rule, primary))
}

function withClone(world: Unpacked, dependent: Resource, primary: Resource, rule: ColocationRule): void {
  if (primary.provisional) return
  if (primary.promotable && rule.primaryRole !== Role.unknown) {
    withPromotable(world, dependent, primary, rule)
    return
  }
  if (interleaves(rule)) {
    const instance = compatibleInstance(world, dependent, primary, Role.unknown)
    if (instance) applyToDependent(world, dependent, instance, rule)
    else if (rule.score >= INFINITY) assignTo(world, dependent, undefined, true)
    return
  }
  if (rule.score >= INFINITY) {
    const nodes = new Set<ClusterNode>()
    for (const instance of primary.children) {
      const node = nodeNext(instance)
      if (node && !isBlocked(instance)) nodes.add(node)
    }
    excludeOthers(world, dependent, nodes, rule)
    return
  }
  for (const instance of primary.children) withPrimary(world, dependent, instance, rule)
}

export const isBlocked = (rsc: Resource): boolean => rsc.blocked || rsc.children.some(isBlocked)

function interleaves({ dependent, primary }: ColocationRule): boolean {
  const [each, perNode] = dependent.bundle
    ? [dependent.meta.get('interleave') === 'true', dependent.bundle.replicasPerHost]
    : [dependent.clone?.interleave === true, dependent.clone?.nodeMax]
  return each && perNode === primary.clone?.nodeMax
}

export function excludeOthers(
  world: Unpacked,
  dependent: Resource,
  nodes: ReadonlySet<ClusterNode>,
  rule: ColocationRule,
): void {
  for (const node of world.nodes) {
    if (nodes.has(node) || dependent.discovery[node.index] === Discovery.none) continue
    dependent.scores[node.index] = MINUS_INFINITY
    world.trace?.add(dependent, node, MINUS_INFINITY, 'colocation', sourceOf(rule, rule.primary))
  }
}

/** The instance that is (or will be) where the other one is, or else on the best node for it. */
export function compatibleInstance(
  world: Unpacked,
  local: Resource,
  clone: Resource,
  role: Role,
  now = false,
): Resource | undefined {
  const node = now ? nodeNow(local) : nodeNext(local)
  if (node) return instanceOn(clone, node, role, now)
  const nodes = world.nodes.filter(one => local.discovery[one.index] !== Discovery.none)
  nodes.sort(compareNodes(world, one => local.scores[one.index] ?? 0, undefined))
  for (const one of nodes) {
    const found = instanceOn(clone, one, role, now)
    if (found) return found
  }
  return undefined
}

export function instanceOn(clone: Resource, node: ClusterNode, role: Role, now = false): Resource | undefined {
  for (const instance of clone.children) {
    if (isBlocked(instance)) continue
    if ((now ? nodeNow(instance) : nodeNext(instance)) !== node) continue
    if (role === Role.unknown || roleNext(instance) === role) return instance
  }
  return undefined
}

function withPromotable(world: Unpacked, dependent: Resource, primary: Resource, rule: ColocationRule): void {
  if (dependent.provisional) {
    const affected = new Map<ClusterNode, number>()
    for (const instance of primary.children) {
      const node = nodeNext(instance)
      if (!node || roleNext(instance) !== rule.primaryRole) continue
      if (rule.score < INFINITY) addWhereEqual(world, dependent, node, rule)
      affected.set(node, leaf(instance).assignedScore)
    }
    const both = rule.dependentRole === Role.promoted && rule.primaryRole === Role.promoted
    if (rule.score >= INFINITY && !both) keepOnly(world, dependent, affected, rule)
  } else if (rule.dependentRole === Role.promoted) {
    const instance = compatibleInstance(world, dependent, primary, rule.primaryRole)
    if (!instance && rule.score < INFINITY) return
    const points = instance ? rule.score : MINUS_INFINITY
    dependent.priority = add(score(dependent.priority), points)
    const node = nodeNext(dependent)
    if (node && world.trace) world.trace.promotion(dependent, node, points, 'colocation', sourceOf(rule, primary))
  }
}

const leaf = (rsc: Resource): Resource => rsc.children[0] ?? rsc

function addWhereEqual(world: Unpacked, dependent: Resource, node: ClusterNode, rule: ColocationRule): void {
  const value = attributeOf(node, rule.nodeAttribute)
  for (const one of world.nodes) {
    if (dependent.discovery[one.index] === Discovery.none || attributeOf(one, rule.nodeAttribute) !== value) continue
    dependent.scores[one.index] = add(score(dependent.scores[one.index] ?? 0), rule.score)
    world.trace?.add(dependent, one, rule.score, 'colocation', sourceOf(rule, rule.primary))
  }
}

function keepOnly(
  world: Unpacked,
  dependent: Resource,
  affected: ReadonlyMap<ClusterNode, number>,
  rule: ColocationRule,
): void {
  for (const node of world.nodes) {
    const i = node.index
    if (dependent.discovery[i] === Discovery.none) continue
    const points = affected.get(node)
    dependent.scores[i] = points === undefined ? MINUS_INFINITY : add(score(dependent.scores[i] ?? 0), score(points))
    world.trace?.add(dependent, node, points ?? MINUS_INFINITY, 'colocation', sourceOf(rule, rule.primary))
  }
}

/** With a bundle: with its containers. */
function withBundle(world: Unpacked, dependent: Resource, primary: Resource, rule: ColocationRule): void {
  if (primary.provisional) return
  const replicas = primary.bundle?.replicas ?? []
  if (rule.dependent.kind === 'clone' || rule.dependent.kind === 'bundle') {
    const containers = { ...primary, children: replicas.map(replica => replica.container) }
    const container = compatibleInstance(world, dependent, containers, Role.unknown)
    if (container) applyToDependent(world, dependent, container, rule)
    else if (rule.score >= INFINITY) assignTo(world, dependent, undefined, true)
    return
  }
  const nodes = new Set<ClusterNode>()
  for (const replica of replicas) {
    if (rule.score < INFINITY) {
      withPrimary(world, dependent, replica.container, rule)
      continue
    }
    const node = nodeNext(replica.container)
    if (!node || replica.container.blocked) continue
    if (rule.primaryRole >= Role.promoted && (!replica.child || replica.child.nextRole < rule.primaryRole)) continue
    nodes.add(node)
  }
  if (rule.score >= INFINITY) excludeOthers(world, dependent, nodes, rule)
}
