// What each action of a resource waits for: the real actions before it; points that only mark the order are left out, and
// recurring monitors, which begin when their resource has started.
import { found } from '../../base/assert.ts'
import type { Constraint } from '../../cib/types.ts'
import { asScore } from '../../cib/values.ts'
import type { Decision, GraphAction, Placement } from '../decision.ts'
import { type About, chainOf, writtenAt } from './about.ts'
import type { Wait } from './explanation.ts'
import { comma } from './words.ts'

export function waits(about: About, { id }: Placement): readonly Wait[] {
  const { decision } = about
  const own = decision.actions.filter(
    a => a.kind !== 'pseudo' && a.rscId === id && a.op !== 'notify' && !(a.op === 'monitor' && a.interval > 0),
  )
  if (own.length === 0) return []
  own.sort((a, b) => rank(a) - rank(b))
  const before = predecessors(decision)
  return own.flatMap(action => {
    const first = realBefore(decision, before, action)
    const waitsFor = [...new Set(first.map(one => `${showAction(one)}${why(about, one, action)}`))]
    return waitsFor.length === 0 ? [] : [{ action: showAction(action), waitsFor }]
  })
}

const ranks = ['monitor', 'demote', 'stop', 'migrate_to', 'migrate_from', 'start', 'promote']
const rank = (action: GraphAction): number => ranks.indexOf(action.op)

/** Which rule of the configuration, or of the engine, puts the one before the other. */
function why(about: About, first: GraphAction, then: GraphAction): string {
  const [a, b] = [first.rscId, then.rscId]
  if (a === undefined || b === undefined || a === b) return ''
  const [chainA, chainB] = [chainOf(about, a).map(r => r.id), chainOf(about, b).map(r => r.id)]
  const constraint = about.cib.configuration.constraints.find(c => ties(c, chainA, chainB))
  if (constraint)
    return ` (${constraint.kind === 'order' ? 'order' : 'colocation'} "${constraint.id}"${comma(writtenAt(about, constraint.id, constraint.at))})`
  const group = chainOf(about, a).find(r => r.kind === 'group' && chainB.includes(r.id))
  return group ? ` (they are in the group ${group.id})` : ''
}

/** One end is (part of) the one resource, the other end of the other. */
function ties(constraint: Constraint, a: readonly string[], b: readonly string[]): boolean {
  if (constraint.kind !== 'order' && constraint.kind !== 'colocation') return false
  if (constraint.kind === 'colocation' && asScore(constraint.score) >= 0) return false
  const plain =
    constraint.kind === 'order' ? [constraint.firstRsc, constraint.thenRsc] : [constraint.rsc, constraint.withRsc]
  const ends = [...plain, ...constraint.sets.flatMap(set => set.members)].filter(id => id !== undefined)
  const isOf = (own: readonly string[], other: readonly string[]): boolean =>
    ends.some(id => own.includes(id) && !other.includes(id))
  return isOf(a, b) && isOf(b, a)
}

function predecessors({ actions, edges }: Decision): readonly (readonly number[])[] {
  const before: number[][] = actions.map(() => [])
  for (const [first, then] of edges) before[then]?.push(first)
  return before
}

/** The nearest ones: what those wait for in turn is not said again, but for fencing, which everything hangs on. */
function realBefore(decision: Decision, before: readonly (readonly number[])[], action: GraphAction): GraphAction[] {
  const near = nearest(decision, before, action.id)
  for (const id of reached(before, action.id)) if (decision.actions[id]?.fence !== undefined) near.add(id)
  const implied = new Set<number>()
  for (const one of near) for (const far of reached(before, one)) implied.add(far)
  return [...near]
    .filter(id => !implied.has(id) || decision.actions[id]?.fence !== undefined)
    .sort((a, b) => a - b)
    .map(id => found(decision.actions[id], 'an action of the graph'))
}

/** Through what runs nowhere and through notifications to the actions behind them. */
function nearest(decision: Decision, before: readonly (readonly number[])[], from: number): Set<number> {
  const isPassed = (id: number): boolean => {
    const { kind, op } = found(decision.actions[id], 'an action of the graph')
    return kind === 'pseudo' || op === 'notify'
  }
  return new Set([...reached(before, from, isPassed)].filter(id => !isPassed(id)))
}

/** What comes before, as far as one may go on through it. */
function reached(before: readonly (readonly number[])[], from: number, isPassed = (_: number) => true): Set<number> {
  const seen = new Set<number>()
  const todo = [...(before[from] ?? [])]
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    if (isPassed(id)) todo.push(...(before[id] ?? []))
  }
  return seen
}

export function showAction(action: GraphAction): string {
  const on = action.node === undefined ? '' : ` on ${action.node}`
  if (action.fence !== undefined) return `fencing of ${action.node} (${action.fence})`
  if (action.op === 'do_shutdown') return `shutdown${on}`
  const rsc = action.rscId === undefined ? '' : ` of ${action.rscId}`
  if (action.op === 'monitor' && action.interval === 0) return `look whether ${action.rscId} runs${on}`
  if (action.cancels !== undefined) return `end of the ${action.cancels}${rsc}${every(action)}${on}`
  return `${action.op}${rsc}${every(action)}${on}`
}

const every = (action: GraphAction): string => (action.interval > 0 ? ` every ${action.interval / 1_000} s` : '')
