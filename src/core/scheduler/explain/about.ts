// What the explanations look up: the decision, its trace and the configuration behind it.
import type { Span } from '../../base/result.ts'
import type { Instant } from '../../base/units.ts'
import type { Cib, Constraint, Pair, PairSet, Resource } from '../../cib/types.ts'
import type { Change, Decision, Placement } from '../decision.ts'
import type { Contribution } from '../trace.ts'

export interface About {
  readonly cib: Cib
  readonly now: Instant
  /** Made with `trace: true`. */
  readonly decision: Decision
  /** Where a constraint is written in the cluster file, by id; empty where only the CIB is known. */
  readonly origins: ReadonlyMap<string, Span>
}

export const constraintOf = ({ cib }: About, id: string): Constraint | undefined =>
  cib.configuration.constraints.find(c => c.id === id)

/** Where it is written: in the cluster file where that is known, otherwise in the CIB. */
export const writtenAt = (about: About, id: string, inCib: Span | undefined): Span | undefined =>
  about.origins.get(id) ?? inCib ?? constraintOf(about, id)?.at

export const changesOf = ({ decision }: About, id: string): readonly Change[] =>
  decision.changes.filter(change => change.rsc === id && change.verb !== 'leave')

export const nowOf = ({ decision }: About, id: string): readonly Placement[] =>
  decision.current.filter(one => one.id === id && one.node !== null)

export const traced = ({ decision }: About, id: string, what: Contribution['about']): readonly Contribution[] =>
  (decision.trace ?? []).filter(part => part.rsc === id && part.about === what)

const inside = (rsc: Resource): readonly Resource[] =>
  rsc.kind === 'group'
    ? rsc.members
    : rsc.kind === 'clone'
      ? [rsc.child]
      : rsc.kind === 'bundle' && rsc.primitive
        ? [rsc.primitive]
        : []

/** Without the number of an instance. */
export const plainId = (id: string): string => id.replace(/:\d+$/, '')

/** From the outermost to the resource itself; instance numbers do not count. */
export function chainOf({ cib }: Pick<About, 'cib'>, id: string): readonly Resource[] {
  const plain = plainId(id)
  const search = (rsc: Resource): readonly Resource[] | undefined => {
    if (rsc.id === id || rsc.id === plain) return [rsc]
    for (const child of inside(rsc)) {
      const found = search(child)
      if (found) return [rsc, ...found]
    }
    return undefined
  }
  for (const rsc of cib.configuration.resources) {
    const found = search(rsc)
    if (found) return found
  }
  return []
}

/** The nearest place where the option of a resource is set: itself, what it is part of, the defaults. */
export function optionOf({ cib }: About, id: string, name: string): { pair: Pair; on: string } | undefined {
  const chain = [...chainOf({ cib }, id)].reverse()
  for (const rsc of chain) {
    const pair = pairIn(rsc.meta, name)
    if (pair) return { pair, on: rsc.id }
  }
  const pair = pairIn(cib.configuration.resourceDefaults, name)
  return pair && { pair, on: 'the resource defaults' }
}

export const clusterOption = ({ cib }: About, name: string): Pair | undefined => pairIn(cib.configuration.options, name)

function pairIn(sets: readonly PairSet[], name: string): Pair | undefined {
  for (const set of sets) for (const pair of set.pairs) if (pair.name === name) return pair
  return undefined
}
