// A read-only map of a start tag's attributes, in the order they were written. One flat list of names and values:
// elements have few attributes, and a large CIB has a million elements, so that a hash table each would not fit.

export class Attributes implements ReadonlyMap<string, string> {
  readonly #flat: readonly string[]

  /** Names and values by turns. */
  constructor(flat: readonly string[]) {
    this.#flat = flat
  }

  get size(): number {
    return this.#flat.length >> 1
  }

  get(name: string): string | undefined {
    const flat = this.#flat
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === name) return flat[i + 1]
    return undefined
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  forEach(visit: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this) visit(value, name, this)
  }

  *entries(): MapIterator<[string, string]> {
    for (let i = 0; i < this.#flat.length; i += 2) yield [this.#flat[i] ?? '', this.#flat[i + 1] ?? '']
  }

  *keys(): MapIterator<string> {
    for (let i = 0; i < this.#flat.length; i += 2) yield this.#flat[i] ?? ''
  }

  *values(): MapIterator<string> {
    for (let i = 1; i < this.#flat.length; i += 2) yield this.#flat[i] ?? ''
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries()
  }
}
