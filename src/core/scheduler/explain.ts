// Why here, why not there, why stopped, why fenced, why waiting: a decision's trace in words a person reads.
// A score is shown as the sum of what contributed to it; what is missing to the sum came from neighbours in a group or
// from colocated resources that were placed first, and is shown as such, not hidden.
import { found } from '../base/assert.ts'
import type { Span } from '../base/result.ts'
import { MINUS_INFINITY, type Score, score, show } from '../base/score.ts'
import type { Cib, Constraint } from '../cib/types.ts'
import type { Change, Decision, GraphAction, NodeView, Placement } from './decision.ts'
import type { Contribution } from './trace.ts'

export interface Question {
  /** A resource or one of its instances ("db", "db:0"), or a node: why it is fenced. */
  readonly rsc: string
  readonly node?: string
}

/** `cib`: where constraints are looked up, so that they can be named with what they are about. */
export function explain(decision: Decision, { rsc, node }: Question, cib?: Cib): readonly string[] {
  const fenced = decision.fencing.filter(f => f.node === rsc)
  if (decision.nodes.some(n => n.node === rsc)) return fenced.length > 0 ? fenced.map(showFencing) : [notFenced(rsc)]
  const instances = decision.placements.filter(place => place.rsc === rsc || place.id === rsc)
  return instances.flatMap((place, at) => [...(at === 0 ? [] : ['']), ...explainInstance(decision, place, node, cib)])
}

const showFencing = (f: Decision['fencing'][number]): string =>
  `${f.node}: ${f.op.toLowerCase()}, because: ${f.reason}.`
const notFenced = (node: string): string => `${node} is not fenced.`

function explainInstance(
  decision: Decision,
  place: Placement,
  only: string | undefined,
  cib: Cib | undefined,
): string[] {
  const nodes = decision.nodes.filter(n => n.type !== 'ping' && (only === undefined || n.node === only))
  const chosen = place.node === null ? undefined : scoreOf(decision, place.id, place.node)
  return [
    headline(decision, place),
    ...nodes.flatMap(node => explainNode(decision, place, node, chosen, cib)),
    ...waits(decision, place),
  ]
}

const changesOf = (decision: Decision, place: Placement): readonly Change[] =>
  decision.changes.filter(change => change.rsc === place.id && change.verb !== 'leave')

function headline(decision: Decision, place: Placement): string {
  const now = decision.current.filter(c => c.id === place.id && c.node !== null)
  const was = now.length === 0 ? 'not running' : now.map(c => `${c.role.toLowerCase()} on ${c.node}`).join(' and ')
  const next = place.node === null ? 'stopped' : `${place.role.toLowerCase()} on ${place.node}`
  const stays = now.length === 1 && now[0]?.node === place.node && now[0]?.role === place.role
  const changes = changesOf(decision, place)
  const why = changes.flatMap(change => change.reason ?? []).map(reason => `, because: ${reason}`)
  const blocked = changes.some(change => change.blocked) ? '; blocked: nothing is done to it until somebody helps' : ''
  const acts = changes.map(change => change.verb).join(' and ')
  if (stays && changes.length === 0) return `${place.id} is ${was} and stays there.`
  if (now.length === 0 && place.node === null)
    return `${place.id} is stopped and stays stopped${why.join('')}${blocked}.`
  return `${place.id} is ${was} and will be ${next}${acts === '' ? '' : ` (${acts})`}${why.join('')}${blocked}.`
}

/** The allocation score of an instance on a node, as it was when its node was chosen. */
const scoreOf = (decision: Decision, rsc: string, node: string): Score | undefined =>
  decision.scores.findLast(line => line[1] === rsc && line[2] === node)?.[3]

function explainNode(
  decision: Decision,
  place: Placement,
  view: NodeView,
  chosen: Score | undefined,
  cib: Cib | undefined,
): string[] {
  const total = scoreOf(decision, place.id, view.node)
  const parts = contributions(decision, place, view.node)
  const isHere = place.node === view.node
  const head = `  ${view.node}: ${total === undefined ? 'not considered' : `score ${show(total)}`}${isHere ? ', chosen' : ''}`
  const lines = parts.map(part => `    ${signed(part.score)}  ${cause(part, cib)}`)
  const wishes = isHere ? [] : remedies(view, parts, total, chosen, cib)
  return [head, ...lines, ...rest(parts, total), ...wishes.map(wish => `    to run here: ${wish}`)]
}

/** What was added to this instance and to what it is part of, each cause once. */
function contributions(decision: Decision, place: Placement, node: string): Contribution[] {
  const own = (decision.trace ?? []).filter(part => part.rsc === place.id && part.node === node && part.score !== 0)
  const merged = new Map<string, Contribution>()
  for (const part of own) {
    const key = `${part.cause} ${part.by}`
    const before = merged.get(key)
    merged.set(key, before ? { ...part, score: score(before.score + part.score) } : part)
  }
  return [...merged.values()].filter(part => part.score !== 0)
}

function rest(parts: readonly Contribution[], total: Score | undefined): string[] {
  if (total === undefined) return []
  const sum = parts.some(part => part.score <= MINUS_INFINITY)
    ? MINUS_INFINITY
    : score(parts.reduce((all, part) => all + part.score, 0))
  return sum === total ? [] : [`    ${signed(total - sum)}  from its group or colocated resources`]
}

const signed = (value: number): string => {
  const text = show(score(value)).replace('-', '−')
  return (value > 0 ? `+${text}` : text).padStart(9)
}

function cause(part: Contribution, cib: Cib | undefined): string {
  switch (part.cause) {
    case 'stickiness':
      return 'stickiness: it runs here now'
    case 'location':
      return `location constraint "${part.by}"${place(part.at)}`
    case 'colocation':
      return `${colocation(part.by, cib)}`
    case 'failure':
      return `${part.by === '' ? 'it' : part.by} failed here as often as migration-threshold allows`
    default:
      return `${part.cause}${part.by === '' ? '' : ` (${part.by})`}${place(part.at)}`
  }
}

const place = (at: Span | undefined): string => (at ? ` (${at.file}:${at.line})` : '')

function colocation(id: string, cib: Cib | undefined): string {
  const rule = constraint(id, cib)
  if (rule?.kind !== 'colocation') return `colocation "${id}"`
  const between =
    rule.rsc === undefined
      ? ''
      : ` of ${rule.rsc} with ${rule.withRsc}${rule.withRole ? ` ${rule.withRole.toLowerCase()}` : ''}`
  return `colocation "${id}"${between}${place(rule.at)}`
}

const constraint = (id: string, cib: Cib | undefined): Constraint | undefined =>
  cib?.configuration.constraints.find(c => c.id === id)

/** What would have to change for it to run on that node. */
function remedies(
  view: NodeView,
  parts: readonly Contribution[],
  total: Score | undefined,
  chosen: Score | undefined,
  cib: Cib | undefined,
): string[] {
  const state = [
    !view.online && 'the node has to be online',
    view.unclean && 'the node has to be fenced, or seen again',
    view.pending && 'the node has to finish joining',
    view.standby && 'end its standby (crm_standby --delete)',
    view.maintenance && 'end its maintenance',
  ].filter(wish => wish !== false)
  const bans = parts.filter(part => part.score <= MINUS_INFINITY).map(part => lift(part, cib))
  if (state.length + bans.length > 0) return [...state, ...bans]
  if (total === undefined || chosen === undefined || total <= MINUS_INFINITY || chosen <= MINUS_INFINITY) return []
  if (total === chosen) return ['nothing stands against it: of equal nodes, the one with less to do was chosen']
  return total < chosen ? [`${chosen - total + 1} more points than now, for instance by a location constraint`] : []
}

function lift(part: Contribution, cib: Cib | undefined): string {
  if (part.cause === 'location') return `remove or soften the location constraint "${part.by}"${place(part.at)}`
  if (part.cause === 'failure') return 'repair the cause, then clean up the failures (crm_resource --cleanup)'
  if (part.cause === 'colocation') return `${colocation(part.by, cib)} has to be met here`
  return `remove what forbids it: ${cause(part, cib)}`
}

/** For each action of the instance, the real actions it waits for; what only marks a point in the order is left out. */
function waits(decision: Decision, { id }: Placement): string[] {
  const own = decision.actions.filter(
    a => a.kind !== 'pseudo' && (a.rscId === id || a.key.startsWith(`${id}_${a.op}_`)),
  )
  const before = predecessors(decision)
  return own.flatMap(action => {
    const reasons = realBefore(decision, before, action).map(showAction)
    return reasons.length === 0 ? [] : [`  ${showAction(action)} waits for: ${reasons.join('; ')}`]
  })
}

function predecessors({ actions, edges }: Decision): readonly (readonly number[])[] {
  const before: number[][] = actions.map(() => [])
  for (const [first, then] of edges) before[then]?.push(first)
  return before
}

function realBefore(decision: Decision, before: readonly (readonly number[])[], action: GraphAction): GraphAction[] {
  const seen = new Set<number>()
  const result: GraphAction[] = []
  const visit = (id: number): void => {
    for (const first of before[id] ?? []) {
      if (seen.has(first)) continue
      seen.add(first)
      const one = found(decision.actions[first], 'an action of the graph')
      if (one.kind === 'pseudo') visit(first)
      else result.push(one)
    }
  }
  visit(action.id)
  return result.sort((a, b) => a.id - b.id)
}

const showAction = (action: GraphAction): string => {
  const what = action.fence ?? (action.op === 'do_shutdown' ? 'shutdown' : action.op)
  const recurring = action.interval > 0 ? ` every ${action.interval / 1_000} s` : ''
  return `${what}${action.rscId ? ` ${action.rscId}` : ''}${recurring}${action.node ? ` on ${action.node}` : ''}`
}
