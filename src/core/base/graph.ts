// Directed graphs over string keys: what plans, orderings and cycles need, in a defined order.

export type Graph = ReadonlyMap<string, readonly string[]>

export type Sorted =
  | { readonly kind: 'sorted'; readonly order: readonly string[] }
  | { readonly kind: 'cycle'; readonly path: readonly string[] }

/** Predecessors first; among the ready ones, insertion order. A cycle is returned as its path, first = last. */
export function topologicalSort(graph: Graph): Sorted {
  const state = new Map<string, 'open' | 'done'>()
  const order: string[] = []
  const trail: string[] = []
  const visit = (key: string): readonly string[] | undefined => {
    if (state.get(key) === 'done') return undefined
    if (state.get(key) === 'open') return [...trail.slice(trail.indexOf(key)), key]
    state.set(key, 'open')
    trail.push(key)
    for (const before of graph.get(key) ?? []) {
      const cycle = visit(before)
      if (cycle) return cycle
    }
    trail.pop()
    state.set(key, 'done')
    order.push(key)
    return undefined
  }
  for (const key of graph.keys()) {
    const path = visit(key)
    if (path) return { kind: 'cycle', path }
  }
  return { kind: 'sorted', order }
}
