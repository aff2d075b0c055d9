// A read-only map of a start tag's attributes, in the order they were written. A large CIB has a million elements but few
// ways of writing them: which name stands where is one table that all elements written alike share, beside its own values.

/** The names of a start tag's attributes, in order: a list that grows by its last name, and is made once. */
export class Names {
  readonly #before: Names | undefined
  readonly #last: string
  readonly #longer = new Map<string, Names>()
  #places: ReadonlyMap<string, number> | undefined
  /** How often it was the whole list. */
  times = 0

  constructor(before?: Names, last = '') {
    this.#before = before
    this.#last = last
  }

  with(name: string): Names {
    const known = this.#longer.get(name)
    const longer = known ?? new Names(this, name)
    if (!known) this.#longer.set(name, longer)
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

/** The names that a reader of many elements looks for: where they stand is found once for all elements written alike. */
export class Columns {
  readonly names: readonly string[]
  readonly #found = new WeakMap<ReadonlyMap<string, number>, readonly number[]>()

  constructor(names: readonly string[]) {
    this.names = names
  }

  /** The values of all names, in their order. */
  of(attributes: ReadonlyMap<string, string>): readonly (string | undefined)[] {
    return attributes instanceof Attributes ? attributes.pick(this) : this.names.map(name => attributes.get(name))
  }

  /** The places in such a table; one behind all of them where the name is not in it. */
  in(places: ReadonlyMap<string, number>): readonly number[] {
    const known = this.#found.get(places)
    if (known) return known
    const made = this.names.map(name => places.get(name) ?? places.size + 1)
    this.#found.set(places, made)
    return made
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
    return this.#places.size
  }

  get(name: string): string | undefined {
    const place = this.#places.get(name)
    return place === undefined ? undefined : this.#values[place]
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  pick(columns: Columns): readonly (string | undefined)[] {
    return columns.in(this.#places).map(place => this.#values[place])
  }

  forEach(visit: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    this.#places.forEach((place, name) => {
      visit(this.#values[place] ?? '', name, this)
    })
  }

  *entries(): MapIterator<[string, string]> {
    for (const [name, place] of this.#places) yield [name, this.#values[place] ?? '']
  }

  keys(): MapIterator<string> {
    return this.#places.keys()
  }

  *values(): MapIterator<string> {
    for (const place of this.#places.values()) yield this.#values[place] ?? ''
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries()
  }
}
