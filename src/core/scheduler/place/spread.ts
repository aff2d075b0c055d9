// Colocation, before anything is decided: the wishes of those who want to be with a resource count among its own scores.
// A wish passes on through chains, weakened by every score on the way that is less than INFINITY.
// Source: "Pacemaker Explained" 2.1, "Colocation Properties"; `crm_simulate -s` on chains of colocations.
import { add, INFINITY, MINUS_INFINITY, score } from '../../base/score.ts'
import { type ClusterNode, type ColocationRule, Discovery, type Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { isAvailable } from './weigh.ts'

/** Scores of some nodes; `has` says of which. */
export interface Scores {
  readonly values: Int32Array
  readonly has: Uint8Array
}

export const scoresOf = (rsc: Resource): Scores => ({ values: rsc.scores, has: rsc.discovery })
export const copyScores = ({ values, has }: Scores): Scores => ({ values: values.slice(), has })

export interface Spread {
  /** Follow "this with" instead of "with this". */
  readonly thisWith?: boolean
  /** A negative sum makes a node unusable instead of negative. */
  readonly onlyPositive?: boolean
  /** Give up where no node would be left. */
  readonly active?: boolean
}

const unusable = -100_000_000

export function anyAvailable(world: Unpacked, { values, has }: Scores): boolean {
  return world.nodes.some(node => has[node.index] !== 0 && (values[node.index] ?? 0) >= 0 && isAvailable(node))
}

/** What a group passes on through its first or last member, and an instance of a clone through its clone. */
export function withThis(rsc: Resource): readonly ColocationRule[] {
  const { parent } = rsc
  if (parent?.kind !== 'group' || parent.children.at(-1) !== rsc || parent.withThis.length === 0) return rsc.withThis
  return [...rsc.withThis, ...parent.withThis]
}

export function thisWith(rsc: Resource): readonly ColocationRule[] {
  const { parent } = rsc
  if (parent?.kind !== 'group' || parent.children[0] !== rsc || parent.thisWith.length === 0) return rsc.thisWith
  return [...rsc.thisWith, ...parent.thisWith]
}

/** Whether the dependent's wishes count for the primary. */
export function hasInfluence(rule: ColocationRule, primary: Resource = rule.primary): boolean {
  const inBundle =
    rule.dependent.isRemoteConnection && rule.dependent.isInternal && rule.dependent.container !== undefined
  if (inBundle && !primary.failed && primary.runningOn.length === 1 && rule.dependent.parent?.kind === 'bundle')
    return false
  return rule.influence || primary.runningOn.length === 0
}

/** Adds what `rsc` (and who wants to be with it) thinks of the nodes. `start` undefined: begin with its own scores. */
export function spread(
  world: Unpacked,
  rsc: Resource,
  start: Scores | undefined,
  attribute: string,
  factor: number,
  how: Spread,
): Scores | undefined {
  if (rsc.merging) return start
  if (rsc.kind === 'group') {
    const member = start ? rsc.children[0] : rsc.children.at(-1)
    if (!member) return start
    rsc.merging = true
    const result = spread(world, member, start, attribute, factor, how)
    rsc.merging = false
    return result
  }
  rsc.merging = true
  const result = spreadOne(world, rsc, start, attribute, factor, how)
  rsc.merging = false
  return result
}

function spreadOne(
  world: Unpacked,
  rsc: Resource,
  start: Scores | undefined,
  attribute: string,
  factor: number,
  how: Spread,
): Scores | undefined {
  let work = copyScores(start ?? scoresOf(rsc))
  if (start) addMatching(world, work, rsc, attribute, factor, how.onlyPositive === true)
  if (anyAvailable(world, work)) {
    for (const rule of how.thisWith ? thisWith(rsc) : withThis(rsc)) {
      if (!how.thisWith && !hasInfluence(rule)) continue
      const other = how.thisWith ? rule.primary : rule.dependent
      const next = (factor * rule.score) / INFINITY
      work = spread(world, other, work, rule.nodeAttribute, next, { ...how, active: true }) ?? work
    }
  } else if (how.active) return start
  if (how.onlyPositive) {
    for (const node of world.nodes) if (work.values[node.index] === unusable) work.values[node.index] = 1
  }
  return work
}

/** Per node, the best score of `rsc` on a node with the same value of the attribute, times the factor. */
function addMatching(
  world: Unpacked,
  work: Scores,
  rsc: Resource,
  attribute: string,
  factor: number,
  onlyPositive: boolean,
): void {
  const best = attribute === '#uname' ? undefined : bestByValue(world, rsc, attribute)
  for (const node of world.nodes) {
    const i = node.index
    if (work.has[i] === 0) continue
    const wish = best ? (best.get(attributeOf(node, attribute)) ?? MINUS_INFINITY) : ownScore(rsc, node)
    if (factor < 0 && wish < 0) continue
    const present = work.values[i] ?? 0
    if (present === unusable) continue
    const exact = factor * wish
    let points = Math.trunc(exact < 0 ? exact - 0.5 : exact + 0.5)
    if (points === 0 && wish !== 0) points = factor > 0 ? 1 : factor < 0 ? -1 : 0
    const sum = add(score(present), score(points))
    if (onlyPositive && sum < 0) {
      if (present > 0) work.values[i] = unusable
      if (present >= 0) continue
    }
    work.values[i] = sum
  }
}

function ownScore(rsc: Resource, node: ClusterNode): number {
  if (rsc.discovery[node.index] === Discovery.none || !isAvailable(node)) return MINUS_INFINITY
  return Math.max(MINUS_INFINITY, rsc.scores[node.index] ?? 0)
}

export const attributeOf = (node: ClusterNode, attribute: string): string =>
  (attribute === '#uname' ? node.name : (node.attributes.get(attribute) ?? '\u0000')).toLowerCase()

function bestByValue(world: Unpacked, rsc: Resource, attribute: string): Map<string, number> {
  const best = new Map<string, number>()
  for (const node of world.nodes) {
    const points = ownScore(rsc, node)
    const value = attributeOf(node, attribute)
    const known = best.get(value)
    if (points > MINUS_INFINITY && (known === undefined || points > known)) best.set(value, points)
  }
  return best
}
