// What every part of the generator draws with: the seeded generator, the level, and numbers for ids.
import type { Prng } from '../../../src/core/base/prng.ts'
import { el, type Tree } from '../tree.ts'

/**
 * 1: primitives and locations; 2: groups, colocations, orders, sets; 3: clones; 4: promotable clones;
 * 5: failures, standby, maintenance, utilization, migration, fencing; 6: tickets, templates, remote and guest nodes,
 * bundles; 7: mostly bundles, with what goes wrong on their hosts, in their containers and with their connections;
 * 8: level 6 with rules everywhere, dates, defaults by type and operation, unfencing (extras.ts).
 */
export const levels = [1, 2, 3, 4, 5, 6, 7, 8] as const
export type Level = (typeof levels)[number]

export interface Draw {
  readonly random: Prng
  readonly level: Level
  /** True with this many percent. */
  percent(chance: number): boolean
  /** From `low` to `high`, both included. */
  between(low: number, high: number): number
  pick<T>(items: readonly T[]): T
  sample<T>(items: readonly T[], count: number): T[]
  /** `name` with that many percent, or nothing. */
  maybe<T>(chance: number, value: T): T | undefined
  /** "r1", "r2" … */
  fresh(prefix: string): string
}

export function drawer(random: Prng, level: Level): Draw {
  const counters = new Map<string, number>()
  const self: Draw = {
    random,
    level,
    percent: chance => random.next() * 100 < chance,
    between: (low, high) => low + random.below(high - low + 1),
    pick: items => random.pick(items),
    maybe: (chance, value) => (self.percent(chance) ? value : undefined),
    sample: (items, count) => {
      const rest = [...items]
      return Array.from({ length: Math.min(count, rest.length) }, () =>
        rest.splice(random.below(rest.length), 1),
      ).flat()
    },
    fresh: prefix => {
      const next = (counters.get(prefix) ?? 0) + 1
      counters.set(prefix, next)
      return `${prefix}${next}`
    },
  }
  return self
}

/** A set of name-value pairs, or nothing where there are none. */
export function pairs(tag: string, id: string, values: Readonly<Record<string, string | undefined>>): Tree[] {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  if (given.length === 0) return []
  return [
    el(
      tag,
      { id },
      ...given.map(([name, value]) => el('nvpair', { id: `${id}-${name.replaceAll('#', '')}`, name, value })),
    ),
  ]
}
