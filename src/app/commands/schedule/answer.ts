// From a CIB's text and events to the policy engine's answer: the one way in for the command, the conformance suite
// and the benchmark.
import { type Checked, hasErrors, type Problem } from '../../../core/base/result.ts'
import { type Instant, instant } from '../../../core/base/units.ts'
import { parseCib } from '../../../core/cib/parse.ts'
import type { Cib } from '../../../core/cib/types.ts'
import { type Canonical, canonical } from '../../../core/scheduler/canonical.ts'
import type { Decision, Placement } from '../../../core/scheduler/decision.ts'
import { type Event, inject } from '../../../core/scheduler/inject.ts'
import { schedule } from '../../../core/scheduler/schedule.ts'
import { simulate } from '../../../core/scheduler/simulate.ts'

export interface Asked {
  /** In the order given; the engine applies them in crm_simulate's order. */
  readonly events?: readonly Event[]
  /** RSC_OP_INTERVAL@NODE=RC: operations that fail when the transition is simulated. */
  readonly failures?: readonly string[]
  /** Wins over the CIB's own `execution-date`. */
  readonly now?: Instant | undefined
  /** What "now" is where nothing else says it. */
  readonly clock: Instant
  readonly simulate?: boolean
  readonly trace?: boolean
  /** The allocation scores; true unless said otherwise. */
  readonly scores?: boolean
}

export interface Answered {
  /** As decided upon: events applied. */
  readonly cib: Cib
  /** The state as given, where events changed it afterwards. */
  readonly before?: Decision
  readonly decision: Decision
  /** The instant of the decision. */
  readonly now: Instant
  /** The state after the simulated transition, and what would be decided then. */
  readonly later?: Cib
  readonly after?: Decision
}

export function answer(text: string, file: string, asked: Asked): Checked<Answered> {
  const parsed = parseCib(text, file)
  if (!parsed.value || hasErrors(parsed.problems)) return { problems: parsed.problems }
  const given = parsed.value
  const now = asked.now ?? executionDate(given) ?? asked.clock
  const events = asked.events ?? []
  const injected = events.length > 0 ? inject(given, events, asked.clock) : { value: given, problems: [] }
  const problems: Problem[] = [...parsed.problems, ...injected.problems]
  if (!injected.value) return { problems }
  const decision = schedule(injected.value, now, { trace: asked.trace ?? false, scores: asked.scores ?? true })
  const before = events.length > 0 ? { before: schedule(given, now) } : {}
  if (!asked.simulate) return { value: { cib: injected.value, now, ...before, decision }, problems }
  const later = simulate(injected.value, decision, {
    failures: asked.failures ?? [],
    listsNodes: events.some(event => event.kind === 'node-up'),
    now: asked.clock,
  })
  return { value: { cib: injected.value, now, ...before, decision, later, after: schedule(later, now) }, problems }
}

/** A CIB that was saved from a transition says when that was. */
function executionDate(cib: Cib): Instant | undefined {
  const seconds = Number(cib.attributes.get('execution-date') ?? Number.NaN)
  return Number.isFinite(seconds) ? instant(seconds * 1_000) : undefined
}

/** As crm_simulate reports it: the nodes, and what the cluster leaves alone, are those before the events. */
export function canonicalAnswer({ before, decision, after }: Answered): Canonical {
  const form = canonical(
    before ? { ...decision, placements: withUnmanaged(before, decision) } : decision,
    after?.current,
  )
  return before ? { ...form, nodes: canonical(before).nodes } : form
}

function withUnmanaged(before: Decision, decision: Decision): Decision['placements'] {
  const key = ({ rsc, instance }: Placement): string => `${rsc} ${instance}`
  const left = new Set(decision.placements.filter(place => place.unmanaged).map(key))
  const managed = decision.placements.filter(place => !place.unmanaged)
  return [...managed, ...before.current.filter(place => left.has(key(place)))]
}
