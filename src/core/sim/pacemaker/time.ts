// Times as Pacemaker writes them: "5s", "500ms", "2min", and "7" for seconds.
// Source: Pacemaker Explained, "Time intervals".

const factors = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['msec', 1],
  ['s', 1_000],
  ['sec', 1_000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['hr', 3_600_000],
])

/** 0 where it is not a time. */
export function milliseconds(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(text)
  return match ? Number(match[1]) * (factors.get(match[2] ?? '') ?? 1_000) : 0
}
