// Pacemaker's score arithmetic: ±INFINITY is ±1,000,000, and it absorbs.
// Source: Pacemaker Explained, "Scores": any value + INFINITY = INFINITY; any value − INFINITY = −INFINITY;
// INFINITY − INFINITY = −INFINITY.

declare const brand: unique symbol
/** An integer in [−1,000,000, 1,000,000]. */
export type Score = number & { readonly [brand]: 'Score' }

export const INFINITY: Score = 1_000_000 as Score
export const MINUS_INFINITY: Score = -1_000_000 as Score
export const ZERO: Score = 0 as Score

export const isInfinite = (s: Score): boolean => s === INFINITY || s === MINUS_INFINITY

/** Clamps to the range; a fraction is cut off. */
export function score(n: number): Score {
  if (n >= INFINITY) return INFINITY
  if (n <= MINUS_INFINITY) return MINUS_INFINITY
  return Math.trunc(n) as Score
}

/** −INFINITY wins over everything, then INFINITY; finite sums are clamped. */
export function add(a: Score, b: Score): Score {
  if (a === MINUS_INFINITY || b === MINUS_INFINITY) return MINUS_INFINITY
  if (a === INFINITY || b === INFINITY) return INFINITY
  return score(a + b)
}

export const show = (s: Score): string => (s === INFINITY ? 'INFINITY' : s === MINUS_INFINITY ? '-INFINITY' : String(s))
