// Generation identifiers: what two replicas make of each other when they meet. Pure: two sets of metadata in, a verdict
// with its reason out. Does not know roles, policies or connections; split-brain policies come after.
// Source: DRBD 9 User's Guide, "Generation Identifiers": "How DRBD uses generation identifiers".
import type { Meta } from './types.ts'

export type Verdict =
  | { readonly kind: 'equal'; readonly why: string }
  /** `source`: which of the two has the newer data. `full`: every block, since no bitmap tells the difference. */
  | { readonly kind: 'sync'; readonly source: 'left' | 'right'; readonly full: boolean; readonly why: string }
  | { readonly kind: 'split-brain'; readonly why: string }
  | { readonly kind: 'unrelated'; readonly why: string }

export interface Side {
  readonly node: string
  readonly meta: Meta
  /** It was Primary when it crashed, and has not been Primary or in sync since. */
  readonly crashedPrimary: boolean
}

const sync = (source: 'left' | 'right', full: boolean, why: string): Verdict => ({ kind: 'sync', source, full, why })

/** The rules in the order in which they are asked; the first that applies decides. */
export function compare(left: Side, right: Side): Verdict {
  const [l, r] = [left.meta, right.meta]
  const [lBitmap, rBitmap] = [l.bitmap.get(right.node) ?? 0, r.bitmap.get(left.node) ?? 0]
  if (l.current === 0 && r.current === 0) return { kind: 'equal', why: 'both are new' }
  if (l.current === 0) return sync('right', true, `${left.node} is new`)
  if (r.current === 0) return sync('left', true, `${right.node} is new`)
  if (l.current === r.current) return sameGeneration(left, right)
  if (l.current === rBitmap) return sync('right', false, `${right.node} went on from the generation of ${left.node}`)
  if (rBitmap === 0 && r.history.includes(l.current))
    return sync('right', true, `${left.node} has a generation that ${right.node} has left behind`)
  if (r.current === lBitmap) return sync('left', false, `${left.node} went on from the generation of ${right.node}`)
  if (lBitmap === 0 && l.history.includes(r.current))
    return sync('left', true, `${right.node} has a generation that ${left.node} has left behind`)
  if (r.history.includes(l.current)) return sync('right', true, `${left.node} has an older generation`)
  if (l.history.includes(r.current)) return sync('left', true, `${right.node} has an older generation`)
  if (lBitmap !== 0 && lBitmap === rBitmap)
    return { kind: 'split-brain', why: 'both went on from the same generation, each on its own' }
  const ancestors = [lBitmap, ...l.history].filter(g => g !== 0)
  if (ancestors.some(g => g === rBitmap || r.history.includes(g)))
    return { kind: 'split-brain', why: 'both went on from a common ancestor, each on its own' }
  return { kind: 'unrelated', why: 'no generation in common' }
}

function sameGeneration(left: Side, right: Side): Verdict {
  if (left.crashedPrimary && !right.crashedPrimary)
    return sync('left', false, `${left.node} crashed as Primary: its activity log is copied`)
  if (right.crashedPrimary && !left.crashedPrimary)
    return sync('right', false, `${right.node} crashed as Primary: its activity log is copied`)
  if (left.crashedPrimary && right.crashedPrimary)
    return sync(left.node < right.node ? 'left' : 'right', false, 'both crashed as Primary')
  return { kind: 'equal', why: 'the same generation' }
}

/** A Primary begins a generation of its own: peers out of reach will be compared by the old one. */
export function newGeneration(meta: Meta, generation: number, outOfReach: readonly string[]): void {
  if (meta.current !== 0) {
    for (const peer of outOfReach) if ((meta.bitmap.get(peer) ?? 0) === 0) meta.bitmap.set(peer, meta.current)
    remember(meta, meta.current)
  }
  meta.current = generation
}

const historyLength = 8

function remember(meta: Meta, generation: number): void {
  if (generation === 0 || meta.history.includes(generation)) return
  meta.history = [generation, ...meta.history].slice(0, historyLength)
}

/** After a resync both have the source's generation, and nothing differs between the two. */
export function joinGenerations(source: Side, target: Side): void {
  const [s, t] = [source.meta, target.meta]
  remember(s, s.bitmap.get(target.node) ?? 0)
  s.bitmap.set(target.node, 0)
  remember(t, t.current)
  t.current = s.current
  t.history = [...new Set([...s.history, ...t.history])].slice(0, historyLength)
  for (const [peer, generation] of s.bitmap) if (peer !== target.node) t.bitmap.set(peer, generation)
  t.bitmap.set(source.node, 0)
}
