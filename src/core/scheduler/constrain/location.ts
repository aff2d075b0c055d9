// Location constraints: which nodes a resource likes and dislikes, by score or by rule.
// Source: "Pacemaker Explained" 2.1, "Deciding Which Nodes a Resource Can Run On".
import { add, MINUS_INFINITY, type Score, score, ZERO } from '../../base/score.ts'
import { holds } from '../../cib/rules.ts'
import type { Location, Rule } from '../../cib/types.ts'
import { asScore } from '../../cib/values.ts'
import { type ClusterNode, Discovery, type LocationRule, type Resource, Role } from '../model.ts'
import { parametersOf } from '../unpack/resources.ts'
import { roleNamed } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { firstDiscovery } from './bans.ts'
import { expand, resolve } from './find.ts'

export function constrainLocations(world: Unpacked, location: Location): void {
  if (location.lifetime && !holds(location.lifetime, world.rules)) return
  for (const set of location.sets) {
    for (const member of set.members.flatMap(id => expand(world, id))) {
      const rsc = resolve(world, member)
      if (rsc) locate(world, rsc, location, set.role ?? location.role, set.score ?? location.score, [])
    }
  }
  if (location.rsc !== undefined) {
    for (const id of expand(world, location.rsc)) {
      const rsc = resolve(world, id)
      if (rsc) locate(world, rsc, location, location.role, location.score, [])
    }
  }
  if (location.rscPattern !== undefined) locateByPattern(world, location, location.rscPattern)
}

function locateByPattern(world: Unpacked, location: Location, written: string): void {
  const inverted = written.startsWith('!')
  let pattern: RegExp
  try {
    pattern = new RegExp(inverted ? written.slice(1) : written)
  } catch {
    return
  }
  for (const rsc of world.roots) {
    const match = pattern.exec(rsc.id)
    if (inverted !== (match !== null))
      locate(world, rsc, location, location.role, location.score, match ? [...match].map(part => part ?? '') : [])
  }
}

function locate(
  world: Unpacked,
  rsc: Resource,
  location: Location,
  role: string | undefined,
  points: string | undefined,
  captures: readonly string[],
): void {
  const discovery = discoveryOf(location.resourceDiscovery)
  if (location.node !== undefined && points !== undefined) {
    const node = world.nodeByName.get(location.node.toLowerCase())
    if (!node) return
    attach(rsc, {
      id: location.id,
      role: roleNamed(role),
      nodes: [node],
      scores: [asScore(points)],
      discovery,
      origin: location,
    })
    return
  }
  for (const rule of location.rules) {
    const found = byRule(world, rsc, rule, captures)
    attach(rsc, { id: rule.id, role: roleNamed(rule.role ?? role), ...found, discovery, origin: location })
  }
}

function attach(rsc: Resource, rule: LocationRule): void {
  // Exclusive even where no node matches: then there is no node for it at all.
  if (rule.discovery === Discovery.exclusive) rsc.exclusiveDiscovery = true
  // "Started" and "Unpromoted" mean nothing in particular: what is placed is started, what is promoted was unpromoted.
  const everyRole = rule.role === Role.started || rule.role === Role.unpromoted
  rsc.locations.push(everyRole ? { ...rule, role: Role.unknown } : rule)
}

function discoveryOf(text: string | undefined): number {
  return text === 'never' ? Discovery.never : text === 'exclusive' ? Discovery.exclusive : Discovery.always
}

/** The nodes a rule is about with their scores; with boolean-op "or", each node's own score is counted in. */
function byRule(
  world: Unpacked,
  rsc: Resource,
  rule: Rule,
  captures: readonly string[],
): { nodes: readonly ClusterNode[]; scores: readonly Score[] } {
  const nodes: ClusterNode[] = []
  const scores: Score[] = []
  const fixed = asScore(rule.score)
  for (const node of world.nodes) {
    const context = {
      ...world.rules,
      node: (name: string) => node.attributes.get(name),
      resource: { class: rsc.agentClass, provider: rsc.provider, type: rsc.agentType },
      parameter: (name: string) => parametersOf(world, rsc, node).get(name),
      meta: (name: string) => rsc.meta.get(name),
      captures,
    }
    if (!holds(rule, context)) continue
    let points = fixed
    if (rule.score === undefined && rule.scoreAttribute !== undefined) {
      const name = rule.scoreAttribute.replaceAll(/%(\d)/g, (_, digit) => captures[Number(digit)] ?? '')
      const value = node.attributes.get(name)
      points = value === undefined ? score(-1_000_000) : asScore(value)
    }
    nodes.push(node)
    scores.push(rule.booleanOp === 'or' ? add(ownScore(world, node), points) : points)
  }
  return { nodes, scores }
}

/** What a node is worth by itself; one that is in a bundle, or a member that is not there or leaves, nothing. */
function ownScore(world: Unpacked, node: ClusterNode): Score {
  const gone = world.hiddenNodes.has(node) || (node.kind !== 'remote' && (!node.online || node.shutdown))
  return gone ? MINUS_INFINITY : score(node.baseScore)
}

/** Adds a constraint's scores to a resource's. */
export function applyLocation(world: Unpacked, rsc: Resource, rule: LocationRule, withScores = true): void {
  if (rule.role > Role.unknown && rule.role !== rsc.nextRole) return
  for (const [i, node] of rule.nodes.entries()) {
    const points = withScores ? (rule.scores[i] ?? ZERO) : ZERO
    addScore(rsc, node, points)
    if (points !== 0) {
      world.trace?.add(rsc, node, points, 'location', { by: rule.origin?.id ?? rule.id, at: rule.origin?.at })
    }
    if (rsc.discovery[node.index] === Discovery.none) rsc.discovery[node.index] = firstDiscovery(node)
    const mode = rsc.discovery[node.index] ?? 0
    if (mode < rule.discovery) {
      rsc.discovery[node.index] = rule.discovery
      if (rule.discovery === Discovery.exclusive) rsc.exclusiveDiscovery = true
    }
  }
}

export function addScore(rsc: Resource, node: ClusterNode, points: number): void {
  rsc.scores[node.index] = add(scoreAt(rsc, node), score(points))
}

export const scoreAt = (rsc: Resource, node: ClusterNode): Score => score(rsc.scores[node.index] ?? 0)
