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
  rsc.merging = true
  const result =
    rsc.kind === 'group'
      ? spreadGroup(world, rsc, start, attribute, factor, how)
      : spreadOne(world, rsc, start, attribute, factor, how)
  rsc.merging = false
  return result
}

/** A group speaks through a member; those who want to be with its last one count once more, as with the group. */
function spreadGroup(
  world: Unpacked,
  group: Resource,
  start: Scores | undefined,
  attribute: string,
  factor: number,
  how: Spread,
): Scores | undefined {
  const [first, last] = [group.children[0], group.children.at(-1)]
  const member = start ? first : last
  if (!member || !last) return start
  const work = spread(world, member, start, attribute, factor, how)
  return work && passOn(world, how.thisWith ? group : last, start, work, factor, how)
}

function spreadOne(
  world: Unpacked,
  rsc: Resource,
  start: Scores | undefined,
  attribute: string,
  factor: number,
  how: Spread,
): Scores | undefined {
  const work = copyScores(start ?? scoresOf(rsc))
  if (start) addMatching(world, work, rsc, attribute, factor, how.onlyPositive === true)
  return passOn(world, rsc, start, work, factor, how)
}

/** What those think of the nodes who are tied to `rsc`, each weakened by its own score alone. */
function passOn(
  world: Unpacked,
  rsc: Resource,
  start: Scores | undefined,
  begun: Scores,
  factor: number,
  how: Spread,
): Scores | undefined {
  let work = begun
  if (anyAvailable(world, work)) {
    const further = how.active ? how : { ...how, active: true }
    for (const rule of how.thisWith ? rsc.thisWith : rsc.withThis) {
      if (!how.thisWith && !hasInfluence(rule)) continue
      const other = how.thisWith ? rule.primary : rule.dependent
      const next = (factor < 0 ? -rule.score : rule.score) / INFINITY
      work = spread(world, other, work, rule.nodeAttribute, next, further) ?? work
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
  const byName = attribute === '#uname' && world.nodes.every(hasName)
  const best = byName ? undefined : bestByValue(world, rsc, attribute)
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

/** Those without a name are all alike. */
export const attributeOf = (node: ClusterNode, attribute: string): string =>
  attribute === '#uname' && hasName(node) ? node.lowerName : (node.attributes.get(attribute)?.toLowerCase() ?? '\u0000')

const hasName = (node: ClusterNode): boolean => node.attributes.has('#uname')

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
