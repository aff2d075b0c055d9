// The one seeded generator: a small, fast, well-tested 32-bit mixer (sfc32, Chris Doty-Humphrey's PractRand).
// The same seed gives the same numbers in Node and in the browser. Not for secrets.

export interface Prng {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, bound). */
  below(bound: number): number
  /** True with the given probability. */
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** An independent stream, for a part that must not disturb the others. */
  fork(): Prng
}

export function prng(seed: number): Prng {
  let a = 0x9e3779b9 | 0
  let b = 0x243f6a88 | 0
  let c = seed | 0
  let counter = Math.floor(seed / 2 ** 32) | 1
  const word = (): number => {
    const out = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + out
    return out >>> 0
  }
  for (let i = 0; i < 15; i += 1) word()
  const next = (): number => word() / 2 ** 32
  const self: Prng = {
    next,
    below: bound => Math.floor(next() * bound),
    chance: probability => next() < probability,
    pick: items => items[Math.floor(next() * items.length)] as (typeof items)[number],
    fork: () => prng(word()),
  }
  return self
}
