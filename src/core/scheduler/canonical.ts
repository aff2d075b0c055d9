// A decision in the canonical form in which schedules are compared: fixed keys, sorted lists, anonymous clone
// instances without number. Equal schedules give equal text.
import { type Score, show } from '../base/score.ts'
import type { Decision, GraphAction, NodeView, Placement } from './decision.ts'

export type CanonicalAction = Readonly<Record<string, string | number>>
export type CanonicalPlacement = Pick<Placement, 'rsc' | 'instance' | 'node' | 'role'>

export interface Canonical {
  readonly nodes: readonly NodeView[]
  readonly placements: readonly CanonicalPlacement[]
  readonly fencing: Decision['fencing']
  readonly actions: readonly CanonicalAction[]
  readonly edges: readonly (readonly [number, number])[]
  readonly scores: readonly (readonly string[])[]
  readonly promotion: readonly (readonly (string | null)[])[]
  readonly final?: readonly CanonicalPlacement[]
}

/** `final`: where everything is after the transition was simulated (`Decision.current` of the new state). */
export function canonical(decision: Decision, final?: readonly Placement[]): Canonical {
  const order = decision.actions.map(action => ({ id: action.id, form: canonicalAction(action) }))
  const keyed = order.map(({ id, form }) => ({ id, form, key: sortKey(form) }))
  keyed.sort((a, b) => compare(a.key, b.key))
  const position = new Map(keyed.map(({ id }, index) => [id, index]))
  const edges = new Map<string, readonly [number, number]>()
  for (const [before, after] of decision.edges) {
    const pair = [position.get(before) ?? -1, position.get(after) ?? -1] as const
    edges.set(pair.join(), pair)
  }
  return {
    nodes: sorted(decision.nodes),
    placements: sorted(listed(decision.placements).flatMap(numbered).map(bare)),
    fencing: sorted(
      decision.fencing.map(({ node, container, op, reason }) => ({
        node: container === undefined ? node : `${node} (resource: ${container})`,
        op,
        reason,
      })),
    ),
    actions: keyed.map(({ form }) => form),
    edges: [...edges.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    scores: decision.scores.map(([phase, rsc, node, value]) => [phase, rsc, node, shown(value)]),
    promotion: decision.promotion.map(([rsc, node, value]) => [rsc, node === '' ? null : node, shown(value)]),
    ...(final ? { final: sorted(listed(final.filter(place => !place.forgotten)).map(bare)) } : {}),
  }
}

const shown = (value: Score): string => show(value)

const listed = (placements: readonly Placement[]): readonly Placement[] => placements.filter(place => !place.unlisted)
const bare = ({ rsc, instance, node, role }: Placement): CanonicalPlacement => ({ rsc, instance, node, role })

/** A leftover of a clone that is gone is still told by name and number; where nobody manages it, not at all. */
function numbered(place: Placement): readonly Placement[] {
  const match = place.instance === null ? /^(.*):(\d+)$/.exec(place.rsc) : undefined
  if (!match) return [place]
  return place.unmanaged ? [] : [{ ...place, rsc: match[1] ?? place.rsc, instance: Number(match[2]) }]
}

function canonicalAction(action: GraphAction): CanonicalAction {
  const form: Record<string, string | number> = { kind: action.kind, op: action.op }
  if (action.rsc !== undefined) form['rsc'] = action.rsc
  else if (action.kind !== 'cluster') form['key'] = action.key
  if (action.instance !== undefined) form['instance'] = action.instance
  if (action.node !== undefined) form['node'] = action.node
  if (action.interval > 0) form['interval'] = action.interval
  if (action.fence !== undefined) form['fence'] = action.fence
  if (action.cancels !== undefined) form['cancel'] = action.cancels
  if (action.notification !== undefined) form['what'] = action.notification
  return form
}

/** JSON with sorted keys, spaced as Python's json.dumps spaces it: what the lists are sorted by. */
function sortKey(value: object): string {
  const pairs = Object.entries(value).sort(([a], [b]) => compare(a, b))
  return `{${pairs.map(([name, inner]) => `"${name}": ${JSON.stringify(inner)}`).join(', ')}}`
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function sorted<T extends object>(items: readonly T[]): readonly T[] {
  return items
    .map(item => ({ item, key: sortKey(item) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ item }) => item)
}
