// Colocation in words: whom a resource follows or avoids, who follows it, and what in the end decides for all of them.
import { INFINITY, MINUS_INFINITY } from '../../base/score.ts'
import { primitivesOf } from '../inject.ts'
import type { Contribution } from '../trace.ts'
import { type About, chainOf, constraintOf, writtenAt } from './about.ts'
import { list, place } from './words.ts'

/** Without the instance number, and by the name of the clone where it is one. */
export const nameOf = (about: About, id: string): string =>
  chainOf(about, id).find(rsc => rsc.kind === 'clone' || rsc.kind === 'bundle')?.id ?? id

/** "must be with pgdata promoted, which will be promoted on alpha". */
export function bond(part: Contribution, about: About): string {
  const { by = '', other = '', otherRole, weight = 0, node } = part
  const role = otherRole === undefined ? '' : ` ${otherRole.toLowerCase()}`
  const name = nameOf(about, other)
  const subject = inSameGroup(part, about) ? `${name}, before it in the group` : `${name}${role}`
  const nodes = whereIs(about, other, otherRole)
  const where = nodes.includes(node) ? 'here' : nodes.length === 0 ? 'nowhere' : `on ${list(nodes)}`
  const id = constraintWords(about, by)
  return `${howStrongly(weight)} ${subject}, which will be${role} ${where}${id}`
}

function constraintWords(about: About, id: string): string {
  const constraint = constraintOf(about, id)
  return constraint === undefined ? '' : `: colocation "${id}"${place(writtenAt(about, id, constraint.at))}`
}

function howStrongly(weight: number): string {
  if (weight >= INFINITY) return 'must be with'
  if (weight > 0) return 'would like to be with'
  return weight > MINUS_INFINITY ? 'would rather not be with' : 'must not be with'
}

/** "the wishes of db, which must be with it". */
export function wishes(part: Contribution, about: About): string {
  const { by = '', other = '', weight = 0 } = part
  if (inSameGroup(part, about)) return `what follows it in the group, ${other} first`
  const tie = weight >= INFINITY ? 'must be with it' : weight > 0 ? 'would like to be with it' : 'keeps away from it'
  const id = constraintWords(about, by)
  return `the wishes of ${nameOf(about, other)}, which ${tie}${id}`
}

/** The ids of the primitives that it is or holds. */
export const leavesOf = (about: About, id: string): readonly string[] => {
  const rsc = chainOf(about, id).at(-1)
  return rsc ? primitivesOf([rsc]).map(one => one.id) : []
}

/** Where it will be; of a group, where its last member will be. */
function whereIs(about: About, id: string, role: string | undefined): readonly string[] {
  const last = leavesOf(about, id).at(-1)
  const instances = about.decision.placements.filter(one => one.id === id || one.rsc === last)
  const exact = instances.filter(one => one.id === id)
  const nodes = (exact.length > 0 ? exact : instances).filter(one => role === undefined || one.role === role)
  return [...new Set(nodes.flatMap(one => one.node ?? []))]
}

function inSameGroup({ rsc, other = '' }: Contribution, about: About): boolean {
  const group = (id: string): string | undefined => chainOf(about, id).find(one => one.kind === 'group')?.id
  return group(rsc) !== undefined && group(rsc) === group(other)
}

/**
 * The contribution of another resource that forbids the node and is no colocation itself; undefined where nothing forbids
 * it, and the others merely are somewhere else.
 */
export function rootOf(start: Contribution, about: About): Contribution | undefined {
  const seen = new Set([start.rsc])
  const todo = related(start, about)
  for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
    if (seen.has(id)) continue
    seen.add(id)
    for (const part of about.decision.trace ?? []) {
      if (part.rsc !== id || part.node !== start.node || part.dropped !== undefined) continue
      const promotes = part.about === 'promotion' && start.otherRole === 'Promoted' && part.score < 0
      if (!promotes && (part.about !== 'placement' || part.score > MINUS_INFINITY)) continue
      if (part.cause !== 'colocation' && part.cause !== 'dependents') {
        if (part.cause !== 'node-full' && part.cause !== 'whole') return part
      }
      todo.push(...related(part, about))
    }
  }
  return undefined
}

/** The other resource, with what it consists of, in the order in which it decides. */
function related({ other = '', rsc }: Contribution, about: About): string[] {
  const leaves = leavesOf(about, other)
  const own = chainOf(about, rsc).find(one => one.kind === 'group')
  const members = own ? primitivesOf([own]).map(one => one.id) : []
  const instances = about.decision.placements.filter(one => leaves.includes(one.rsc)).map(one => one.id)
  return [other, ...instances, ...members]
}
