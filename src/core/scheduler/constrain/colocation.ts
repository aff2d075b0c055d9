// Colocation constraints: which resources run together, or apart; plain and in sets.
// Source: "Pacemaker Explained" 2.1, "Placing Resources Relative to other Resources", "Resource Sets".
import { MINUS_INFINITY, type Score } from '../../base/score.ts'
import { holds } from '../../cib/rules.ts'
import type { Colocation, ResourceSet } from '../../cib/types.ts'
import { asBoolean, asScore } from '../../cib/values.ts'
import { type ColocationRule, type Resource, Role } from '../model.ts'
import { roleNamed } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { expand, isCollection, resolve } from './find.ts'

export interface NewColocation {
  readonly id: string
  readonly nodeAttribute?: string | undefined
  readonly score: Score
  readonly dependent: Resource
  readonly primary: Resource
  readonly dependentRole?: string | undefined
  readonly primaryRole?: string | undefined
  readonly influence: boolean
}

export function colocate(all: ColocationRule[], made: NewColocation): void {
  const { dependent, primary } = made
  if (made.score === 0) return
  const rule: ColocationRule = {
    id: made.id,
    dependent,
    primary,
    score: made.score,
    nodeAttribute: made.nodeAttribute ?? '#uname',
    dependentRole: placingRole(made.dependentRole),
    primaryRole: placingRole(made.primaryRole),
    influence: made.influence,
  }
  all.push(rule)
  addThisWith(dependent, rule)
  addWithThis(primary, rule)
}

export const addThisWith = (rsc: Resource, rule: ColocationRule): void =>
  insertByPriority(rsc.thisWith, rule, byPrimary)
export const addWithThis = (rsc: Resource, rule: ColocationRule): void =>
  insertByPriority(rsc.withThis, rule, byDependent)

/** "Started" is every active role. */
function placingRole(text: string | undefined): Role {
  const role = roleNamed(text)
  return role === Role.started ? Role.unknown : role
}

const rank: Readonly<Record<Resource['kind'], number>> = { primitive: 1, group: 2, clone: 3, bundle: 4 }

function compareResources(a: Resource, b: Resource): number {
  if (a.priority !== b.priority) return b.priority - a.priority
  if (a.kind !== b.kind) return rank[b.kind] - rank[a.kind]
  if (a.kind === 'clone' && a.promotable !== b.promotable) return a.promotable ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
const byPrimary = (a: ColocationRule, b: ColocationRule): number => compareResources(a.primary, b.primary)
const byDependent = (a: ColocationRule, b: ColocationRule): number => compareResources(a.dependent, b.dependent)

function insertByPriority(
  list: ColocationRule[],
  rule: ColocationRule,
  compare: (a: ColocationRule, b: ColocationRule) => number,
): void {
  let at = 0
  while (at < list.length) {
    const there = list[at]
    if (there && compare(rule, there) <= 0) break
    at += 1
  }
  list.splice(at, 0, rule)
}

/** Whether the dependent resource may push the primary: by default only where it is critical. */
function influences(colocation: Colocation, rsc: Resource): boolean {
  if (colocation.influence !== undefined) return asBoolean(colocation.influence, true)
  return rsc.critical
}

export function constrainColocations(world: Unpacked, all: ColocationRule[], colocation: Colocation): void {
  if (colocation.lifetime && !holds(colocation.lifetime, world.rules)) return
  const points = asScore(colocation.score)
  if (colocation.sets.length === 0) {
    pairs(world, all, colocation, points)
    return
  }
  let last: ResourceSet | undefined
  for (const written of colocation.sets) {
    const set = { ...written, members: written.members.flatMap(id => expand(world, id)) }
    withinSet(world, all, colocation, set, points)
    if (last) betweenSets(world, all, colocation, set, last, points)
    last = set
  }
}

function pairs(world: Unpacked, all: ColocationRule[], colocation: Colocation, points: Score): void {
  const { rsc, withRsc } = colocation
  if (rsc === undefined || withRsc === undefined) return
  // Which of one collection is to be with which of the other cannot be told.
  if (isCollection(world, rsc) && isCollection(world, withRsc)) return
  for (const dependentId of expand(world, rsc)) {
    for (const primaryId of expand(world, withRsc)) {
      const [dependent, primary] = [
        instanceOf(world, dependentId, colocation.rscInstance),
        instanceOf(world, primaryId, colocation.withInstance),
      ]
      if (!dependent || !primary) continue
      const made = {
        id: colocation.id,
        nodeAttribute: colocation.nodeAttribute,
        score: points,
        dependentRole: colocation.rscRole,
        primaryRole: colocation.withRole,
      }
      colocate(all, { ...made, dependent, primary, influence: influences(colocation, dependent) })
      if (asBoolean(colocation.symmetrical)) {
        colocate(all, {
          ...made,
          dependent: primary,
          primary: dependent,
          dependentRole: colocation.withRole,
          primaryRole: colocation.rscRole,
          influence: influences(colocation, primary),
        })
      }
    }
  }
}

function instanceOf(world: Unpacked, id: string, instance: string | undefined): Resource | undefined {
  return instance === undefined ? resolve(world, id) : world.byId.get(`${id}:${instance}`)
}

/** A sequential set: each member with the one before it. */
function withinSet(
  world: Unpacked,
  all: ColocationRule[],
  colocation: Colocation,
  set: ResourceSet,
  whole: Score,
): void {
  const points = set.score === undefined ? whole : asScore(set.score)
  const make = (dependent: Resource, primary: Resource): void =>
    colocate(all, {
      id: set.id,
      score: points,
      dependent,
      primary,
      dependentRole: set.role,
      primaryRole: set.role,
      influence: influences(colocation, dependent),
    })
  const members = set.members.flatMap(id => resolve(world, id) ?? [])
  if (points === 0 || !asBoolean(set.sequential, true)) return
  for (const [i, member] of members.entries()) {
    // To keep all apart, each is kept apart from every one before it.
    if (points < 0) for (const other of members.slice(0, i)) make(member, other)
    const before = members[i - 1]
    if (points < 0 || !before) continue
    if (set.ordering === 'listed') make(before, member)
    else make(member, before)
  }
}

/** Each set depends on the one after it. */
function betweenSets(
  world: Unpacked,
  all: ColocationRule[],
  colocation: Colocation,
  set1: ResourceSet,
  set2: ResourceSet,
  points: Score,
): void {
  const first = set2.members.flatMap(id => resolve(world, id) ?? [])
  const second = set1.members.flatMap(id => resolve(world, id) ?? [])
  const make = (dependent: Resource, primary: Resource): void =>
    colocate(all, {
      id: colocation.id,
      nodeAttribute: colocation.nodeAttribute,
      score: points,
      dependent,
      primary,
      dependentRole: set2.role,
      primaryRole: set1.role,
      influence: influences(colocation, dependent),
    })
  const [sequential1, sequential2] = [asBoolean(set2.sequential, true), asBoolean(set1.sequential, true)]
  const dependents = sequential1 ? first.slice(0, 1) : first
  const primaries = sequential2 ? second.slice(-1) : second
  if (points === MINUS_INFINITY && !sequential1 && !sequential2) {
    for (const dependent of first) for (const primary of second) make(dependent, primary)
    return
  }
  for (const dependent of dependents) for (const primary of primaries) make(dependent, primary)
}
