// The canonical form of a scheduler's answer, in which Holdfast's engine and Pacemaker's crm_simulate are compared.
// Anonymous clone instances have no number, lists are sorted, so equal schedules give equal text.

export interface NodeState {
  readonly node: string
  readonly online: boolean
  readonly unclean: boolean
  readonly pending: boolean
  readonly standby: boolean
  readonly maintenance: boolean
  readonly type: string
}

export interface Placement {
  readonly rsc: string
  /** Only instances of unique clones have a number. */
  readonly instance: number | null
  readonly node: string | null
  readonly role: string
}

export interface Fencing {
  readonly node: string
  readonly op: string
  readonly reason: string | null
}

/**
 * One action of the transition graph; a key is absent where it does not apply: kind (rsc, pseudo, cluster), op, rsc,
 * instance, node, interval; what (a notification's occasion, as `pre-start`, or what a pseudo-action announces);
 * fence (on, off, reboot); cancel (the operation that is cancelled); key (the operation key, where it names no resource).
 */
export type Action = Readonly<Record<string, string | number>>

/** Indexes into `actions`: the first before the second. */
export type Edge = readonly [number, number]

export interface Answer {
  readonly nodes: readonly NodeState[]
  readonly placements: readonly Placement[]
  readonly fencing: readonly Fencing[]
  readonly actions: readonly Action[]
  readonly edges: readonly Edge[]
  /** Step, resource, node, score. */
  readonly scores: readonly (readonly string[])[]
  /** Instance, node if it is placed, promotion score. */
  readonly promotion: readonly (readonly (string | null)[])[]
  readonly final: readonly Placement[] | null
}

/** Text by which lists are sorted: JSON with sorted keys, as Python's `json.dumps(…, sort_keys=True)` writes it. */
export function sortKey(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortKey).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, v]) => v !== undefined)
  const sorted = fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${sorted.map(([k, v]) => `${JSON.stringify(k)}: ${sortKey(v)}`).join(', ')}}`
}

/** Sorted by `sortKey` of what `by` takes from each; equal ones keep their order. */
export function canonical<T>(items: readonly T[], by: (item: T) => unknown = item => item): T[] {
  const keyed = items.map(item => [sortKey(by(item)), item] as const)
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item)
}
