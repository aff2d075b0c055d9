// A deep copy of plain data with arrays, Maps and Sets: how a booted world is forked for each row of a table.
// What is frozen is shared: configurations, CIBs and decisions are immutable values. Not for cycles or class instances.

export function clone<T>(value: T): T
export function clone(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (Array.isArray(value)) return value.map(item => clone<unknown>(item))
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, clone<unknown>(item)]))
  if (value instanceof Set) return new Set(value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clone<unknown>(item)]))
}
