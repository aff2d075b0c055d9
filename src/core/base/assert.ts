// Defects: what can only be wrong if this program is wrong. Thrown at once, never caught midway.

export class Defect extends Error {
  override readonly name: string = 'Defect'
}

export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Defect(what)
}

/** For an index or a lookup that this program has made sure of. */
export function found<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Defect(`not found: ${what}`)
  return value
}
