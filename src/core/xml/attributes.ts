// A read-only map of a start tag's attributes, in the order they were written. A large CIB has a million elements but few
// ways of writing them: which name stands where is one table that all elements written alike share, beside its own values.

/** The names of a start tag's attributes, in order: a list that grows by its last name, and is made once. */
export class Names {
  readonly #before: Names | undefined
  readonly #last: string
  readonly #longer = new Map<string, Names>()
  #places: ReadonlyMap<string, number> | undefined
  /** The last name as it is written: ` id="`. */
  readonly opening: string
  /** The value that stood here last: the same attribute very often has the same value again. */
  lastValue = ''
  /** The list with the name that followed last time. */
  next: Names | undefined

  constructor(before?: Names, last = '') {
    this.#before = before
    this.#last = last
    this.opening = ` ${last}="`
  }

  with(name: string): Names {
    const known = this.#longer.get(name)
    const longer = known ?? new Names(this, name)
    if (!known) this.#longer.set(name, longer)
    this.next = longer
    return longer
  }

  get last(): string {
    return this.#last
  }

  has(name: string): boolean {
    for (let one: Names | undefined = this; one; one = one.#before) if (one.#last === name) return true
    return false
  }

  /** Each name with its place, in order. */
  get places(): ReadonlyMap<string, number> {
    this.#places ??= this.#collect()
    return this.#places
  }

  #collect(): ReadonlyMap<string, number> {
    const names: string[] = []
    for (let one: Names = this; one.#before; one = one.#before) names.push(one.#last)
    return new Map(names.reverse().map((name, place) => [name, place]))
  }
}

export class Attributes implements ReadonlyMap<string, string> {
  readonly #places: ReadonlyMap<string, number>
  readonly #values: readonly string[]

  constructor(places: ReadonlyMap<string, number>, values: readonly string[]) {
    this.#places = places
    this.#values = values
  }

  get size(): number {
    return this.#values.length
  }

  get(name: string): string | undefined {
    const place = this.#places.get(name)
    return place === undefined ? undefined : this.#values[place]
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  forEach(visit: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this) visit(value, name, this)
  }

  *entries(): MapIterator<[string, string]> {
    for (const [name, place] of this.#places) yield [name, this.#values[place] ?? '']
  }

  keys(): MapIterator<string> {
    return this.#places.keys()
  }

  *values(): MapIterator<string> {
    for (const value of this.#values) yield value
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries()
  }
}
