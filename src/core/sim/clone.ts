// A deep copy of plain data with arrays, Maps and Sets: how a booted world is forked for each row of a table.
// What is frozen is shared: configurations, CIBs and decisions are immutable values. Not for cycles or class instances.
// Everything is copied whole and then looked through, so that a copy has the shape of its original: what runs fast on
// the one runs fast on the other.

export function clone<T>(value: T): T
export function clone(value: unknown): unknown {
  return isShared(value) ? value : copyOf(value)
}

const isShared = (value: unknown): boolean => typeof value !== 'object' || value === null || Object.isFrozen(value)

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.slice()
    for (let index = 0; index < items.length; index += 1)
      if (!isShared(items[index])) items[index] = copyOf(items[index])
    return items
  }
  if (value instanceof Map) {
    const entries: Map<unknown, unknown> = new Map(value)
    for (const [key, item] of entries) if (!isShared(item)) entries.set(key, copyOf(item))
    return entries
  }
  if (value instanceof Set) return new Set(value)
  if (typeof value !== 'object') return value
  const fields: Record<string, unknown> = { ...value }
  for (const name in fields) if (!isShared(fields[name])) fields[name] = copyOf(fields[name])
  return fields
}

/** All of a value becomes unchangeable, and is shared by its copies from now on. */
export function frozen<T>(value: T): T {
  if (isShared(value)) return value
  Object.freeze(value)
  if (value instanceof Map) for (const item of value.values()) frozen(item)
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) frozen(item)
  return value
}
