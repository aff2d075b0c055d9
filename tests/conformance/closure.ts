// The order that a transition graph imposes on its real actions: the transitive closure, with the pseudo-actions
// contracted. Two graphs that draw their edges differently but make the executor wait for the same things are equal here.
import { type Action, type Edge, sortKey } from './answer.ts'

/** "Stop d on n1": one line per kind of action; equal copies of an anonymous clone share it. */
export const label = (action: Action): string => {
  const { kind, op, rsc, instance, node, interval, what, fence, cancel, key } = action
  const name = rsc === undefined ? key : instance === undefined ? rsc : `${rsc}:${instance}`
  const parts = [kind === 'rsc' ? '' : kind, op, cancel, fence, what, name, interval, node && `on ${node}`]
  return parts.filter(part => part !== undefined && part !== '').join(' ')
}

export const isReal = (action: Action): boolean => action['kind'] !== 'pseudo'

/** Every ordered pair of real actions as text, sorted; a pair occurs as often as there are instances of it. */
export function orderings(actions: readonly Action[], edges: readonly Edge[]): string[] {
  const after: number[][] = actions.map(() => [])
  for (const [before, then] of edges) after[before]?.push(then)
  const pairs: string[] = []
  const names = actions.map(label)
  actions.forEach((action, start) => {
    if (!isReal(action)) return
    for (const end of reachable(after, start)) {
      const target = actions[end]
      if (target && isReal(target)) pairs.push(`${names[start]} → ${names[end]}`)
    }
  })
  return pairs.sort()
}

function reachable(after: readonly (readonly number[])[], start: number): Set<number> {
  const seen = new Set<number>()
  const open = [start]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const next of after[at] ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      open.push(next)
    }
  }
  return seen
}

/** The literal edges as text, for information. */
export function literalEdges(actions: readonly Action[], edges: readonly Edge[]): string[] {
  const names = actions.map(sortKey)
  return edges.map(([before, then]) => `${names[before]} → ${names[then]}`).sort()
}
