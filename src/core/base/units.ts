// Quantities that must not be mixed up: branded numbers and names, each built by one constructor.
// The unit is in the type, so it is not repeated in variable names; plain numbers with a unit in the name
// (`timeoutMs`) occur only at the edges, where a foreign API wants them.

declare const brand: unique symbol
type Brand<T, B extends string> = T & { readonly [brand]: B }

/** A span of time in milliseconds. */
export type Milliseconds = Brand<number, 'Milliseconds'>
/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Brand<number, 'Instant'>
/** A size in bytes. */
export type Bytes = Brand<number, 'Bytes'>
/** The name of a cluster node, as Corosync and Pacemaker know it. */
export type NodeName = Brand<string, 'NodeName'>

export const milliseconds = (n: number): Milliseconds => n as Milliseconds
export const seconds = (n: number): Milliseconds => (n * 1_000) as Milliseconds
export const minutes = (n: number): Milliseconds => (n * 60_000) as Milliseconds
export const instant = (millisecondsSinceEpoch: number): Instant => millisecondsSinceEpoch as Instant
export const bytes = (n: number): Bytes => n as Bytes
export const kibibytes = (n: number): Bytes => (n * 2 ** 10) as Bytes
export const mebibytes = (n: number): Bytes => (n * 2 ** 20) as Bytes
export const gibibytes = (n: number): Bytes => (n * 2 ** 30) as Bytes
/** The caller has checked the name's grammar (see `isNodeName`). */
export const nodeName = (name: string): NodeName => name as NodeName

/** Starts with a letter or digit, never with `-`, and holds nothing a shell or a path could read otherwise. */
export const isNodeName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)

/** The span from `earlier` to `later`; negative where they are swapped. */
export const elapsed = (earlier: Instant, later: Instant): Milliseconds => (later - earlier) as Milliseconds
export const after = (start: Instant, span: Milliseconds): Instant => (start + span) as Instant

/** "350 ms", "1.3 s", "2 min 5 s": for people. */
export function showDuration(span: Milliseconds): string {
  if (span < 1_000) return `${Math.round(span)} ms`
  if (span < 60_000) return `${Number((span / 1_000).toFixed(1))} s`
  const wholeSeconds = Math.round(span / 1_000)
  const rest = wholeSeconds % 60
  const wholeMinutes = Math.floor(wholeSeconds / 60)
  return rest === 0 ? `${wholeMinutes} min` : `${wholeMinutes} min ${rest} s`
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** "512 MiB", "1.5 GiB": for people. */
export function showBytes(size: Bytes): string {
  let value: number = size
  let unit = 0
  while (value >= 1_024 && unit < byteUnits.length - 1) {
    value /= 1_024
    unit += 1
  }
  return `${Number(value.toFixed(1))} ${byteUnits[unit]}`
}
