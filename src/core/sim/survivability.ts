// The survivability table: every single fault, and every pair of them, on a cluster booted from its artifacts. For each
// service: where it ends up, how long it was gone, how many acknowledged writes are lost, and why.
// A fault of a single row stays; the second of a pair comes when the cluster has come to rest after the first.
import { found } from '../base/assert.ts'
import type { Milliseconds } from '../base/units.ts'
import { milliseconds, nodeName, showDuration } from '../base/units.ts'
import type { Fault } from '../drill/world.ts'
import { boot, everyoneServed, fork } from './boot.ts'
import type { ClientState } from './clients.ts'
import { serving } from './clients.ts'
import type { Durations } from './durations.ts'
import { defaultDurations, typical } from './durations.ts'
import { inject, runsOn } from './faults.ts'
import type { Incident } from './incidents.ts'
import { incidentsOf, serviceIncidents } from './incidents.ts'
import type { Entry, Phase } from './journal.ts'
import { remembering } from './memo.ts'
import type { ServicePlan, SimPlan } from './plan.ts'
import { restOf, stateKey } from './rest.ts'
import { quickly, type Sim, type SimOptions } from './sim.ts'
import { diskKey } from './state.ts'
import { lostRows } from './world.ts'

export interface SurvivabilityOptions {
  readonly seed: number
  readonly pairs: boolean
  readonly durations?: Durations
  readonly schedule?: SimOptions['schedule']
  /** The longest outage that one fault may cost, by service. */
  readonly budgets: Readonly<Record<string, Milliseconds>>
}

export type Verdict = 'unharmed' | 'survived' | 'late' | 'down' | 'lost'

export interface Outcome {
  readonly service: string
  /** Where clients reach it in the end. */
  readonly endsOn: readonly string[]
  readonly gone: Milliseconds
  /** Absent where the service is not back, so that nobody could read. */
  readonly lost?: number
  readonly verdict: Verdict
  readonly why: string
}

export interface SurvivabilityRow {
  readonly faults: readonly string[]
  readonly outcomes: readonly Outcome[]
}

export interface Survivability {
  readonly cluster: string
  readonly services: readonly string[]
  readonly singles: readonly SurvivabilityRow[]
  readonly pairs: readonly SurvivabilityRow[]
  /** Stories that need more than one step. */
  readonly stories: readonly SurvivabilityRow[]
  /** Where each service ran before. */
  readonly before: readonly Outcome[]
  readonly complete: boolean
}

/** The table in pieces, each of which can be worked out anywhere: every piece is the same wherever that happens. */
export interface Table {
  frame(): Frame
  /** One fault; first faults that leave the cluster in the same state have the same `state`. */
  single(index: number): Single
  /** The same fault, and then each of the others; undefined where the second one cannot happen any more. */
  pairs(first: number): (readonly Outcome[] | undefined)[]
}

/** What a table has besides its rows. */
export interface Frame extends Pick<Survivability, 'before' | 'complete' | 'stories'> {
  readonly titles: readonly string[]
}

export interface Single {
  readonly outcomes: readonly Outcome[]
  readonly state: string
}

/** Between two questions of a client; longer where there are many of them. */
const paceFor = (clients: number): number => Math.max(500, 20 * clients)

export function table(plan: SimPlan, options: SurvivabilityOptions): Table {
  const run: SimOptions = {
    seed: options.seed,
    schedule: remembering(options.schedule ?? quickly),
    durations: typical(options.durations ?? defaultDurations),
    doze: true,
  }
  const { sim, complete } = boot(plan, run)
  const pace = paceFor(sim.state.clients.length)
  sim.disturb()
  for (const c of sim.state.clients) c.pace = pace
  sim.advance(sim.now() + 2 * pace + 1_000)
  const incidents = incidentsFor(sim)
  const after = new Map<number, Sim>()
  const suffered = (index: number): Suffered => {
    const incident = found(incidents[index], `fault ${index}`)
    const result = suffer(sim, run, options, incident)
    if (options.pairs) after.set(index, result.after)
    return result
  }
  return {
    frame: () => ({
      titles: incidents.map(incident => incident.title),
      complete,
      before: outcomesOf(sim, options, sim.now(), sim.state.journal.length),
      stories: storiesOf(sim).map(s => ({ faults: [s.title], outcomes: tell(sim, run, options, s) })),
    }),
    single: index => {
      const result = suffered(index)
      return { outcomes: result.outcomes, state: options.pairs ? stateKey(result.after) : '' }
    },
    pairs: first => {
      const from = after.get(first) ?? suffered(first).after
      after.delete(first)
      return incidents.map(second => {
        const result = suffer(from, run, options, second)
        return result.possible ? result.outcomes : undefined
      })
    },
  }
}

export function survivability(plan: SimPlan, options: SurvivabilityOptions): Survivability {
  const t = table(plan, options)
  const frame = t.frame()
  const singles = frame.titles.map((_, index) => t.single(index))
  const pairs = options.pairs ? firstsOf(singles).map(first => t.pairs(first)) : []
  return assemble(plan, frame, singles, pairs)
}

/** Of first faults that leave the cluster in the same state one stands for all. */
export const firstsOf = (singles: readonly Single[]): number[] =>
  singles.flatMap(({ state }, index) => (singles.findIndex(s => s.state === state) === index ? [index] : []))

/** `pairs` has one entry for each of `firstsOf(singles)`. */
export function assemble(
  plan: SimPlan,
  { titles, before, complete, stories }: Frame,
  singles: readonly Single[],
  pairs: readonly ReturnType<Table['pairs']>[],
): Survivability {
  const firsts = pairs.length > 0 ? firstsOf(singles) : []
  const rows = (state: string) => pairs[firsts.findIndex(first => singles[first]?.state === state)] ?? []
  return {
    cluster: plan.cluster,
    services: plan.services.map(s => s.name),
    singles: singles.map(({ outcomes }, index) => ({ faults: [titles[index] ?? ''], outcomes })),
    pairs: singles.flatMap(({ state }, first) =>
      rows(state).flatMap((outcomes, second) =>
        outcomes && second !== first ? [{ faults: [titles[first] ?? '', titles[second] ?? ''], outcomes }] : [],
      ),
    ),
    stories,
    before,
    complete,
  }
}

function incidentsFor(sim: Sim): Incident[] {
  const services = sim.state.plan.services.flatMap(service => {
    const node = runsOn(sim, service)
    return node === undefined ? [] : serviceIncidents(service.name, node)
  })
  return [...incidentsOf(sim.state.plan), ...services]
}

interface Suffered {
  readonly after: Sim
  readonly outcomes: readonly Outcome[]
  readonly possible: boolean
}

function suffer(from: Sim, run: SimOptions, options: SurvivabilityOptions, { fault }: Incident): Suffered {
  const sim = fork(from, run)
  const started = sim.now()
  const journal = sim.state.journal.length
  const possible = inject(sim, fault).ok
  if (possible) comeToRest(sim)
  return { after: sim, outcomes: outcomesOf(sim, options, started, journal), possible }
}

const longest = 300_000
const calmFor = 3
/** A service that is gone gets more time to come back by itself: DRBD gives a mute peer up after 42 seconds. */
const hopeFor = 60

/** Who was answered before the fault, and is not since, must not count as served. */
const justNow = (c: ClientState): number => 1.5 * c.pace

/** Until nothing is under way or waits to be found, or for five minutes. */
function comeToRest(sim: Sim): void {
  const until = sim.now() + longest
  const atRest = restOf(sim)
  let calm = 0
  let seen = sim.state.journal.length
  sim.advance(sim.now() + 2_000)
  while (sim.now() < until && (calm < calmFor || (calm < hopeFor && !everyoneServed(sim, justNow)))) {
    sim.advance(sim.now() + 1_000)
    calm = sim.state.journal.length === seen && (calm > 0 || atRest()) ? calm + 1 : 0
    seen = sim.state.journal.length
  }
}

interface Story {
  readonly title: string
  readonly steps: readonly { readonly at: number; readonly fault: Fault }[]
}

/** Both machines lose their power one after the other, and the one with the older data comes back first. */
function storiesOf(sim: Sim): Story[] {
  const service = sim.state.plan.services.find(s => s.volumes.length > 0)
  const active = service && runsOn(sim, service)
  const volume = sim.state.plan.resources.find(r => r.name === service?.volumes[0])
  const peer = volume?.replicas.find(c => c.node !== active && !c.diskless)?.node
  if (active === undefined || peer === undefined || sim.state.plan.nodes.length !== 2) return []
  const power = (node: string, action: 'on' | 'off'): Fault => ({ kind: 'power', node: nodeName(node), action })
  return [
    {
      title: `${peer} and then ${active} lose their power; ${peer}, whose data is older, boots first`,
      steps: [
        { at: 0, fault: { kind: 'bmc', node: nodeName(peer), state: 'lying' } },
        { at: 1_000, fault: power(peer, 'off') },
        { at: 60_000, fault: power(active, 'off') },
        { at: 70_000, fault: power(peer, 'on') },
        { at: 190_000, fault: power(active, 'on') },
      ],
    },
  ]
}

function tell(from: Sim, run: SimOptions, options: SurvivabilityOptions, story: Story): readonly Outcome[] {
  const sim = fork(from, run)
  const started = sim.now()
  const journal = sim.state.journal.length
  for (const { at, fault } of story.steps) {
    sim.advance(started + at)
    inject(sim, fault)
  }
  comeToRest(sim)
  return outcomesOf(sim, options, started, journal)
}

function outcomesOf(sim: Sim, options: SurvivabilityOptions, since: number, journal: number): Outcome[] {
  sim.account()
  const entries = sim.state.journal.slice(journal)
  return sim.state.plan.services.map(service => outcomeOf(sim, options, service, since, entries))
}

function outcomeOf(
  sim: Sim,
  options: SurvivabilityOptions,
  service: ServicePlan,
  since: number,
  entries: readonly Entry[],
): Outcome {
  const clients = sim.state.clients.filter(c => c.service.name === service.name)
  const endsOn = [...new Set(clients.map(c => serving(sim.clients, c)).filter(node => node !== undefined))]
  const gaps = clients.map(c => gapOf(c.acknowledged, c.pace, since, sim.now()))
  const gone = Math.max(0, ...gaps.map(g => g.length))
  const open = gaps.some(g => g.open)
  const rows = clients.map(c => lostRows(sim, c))
  const lost = rows.some(r => r === undefined) ? undefined : rows.reduce((sum, r) => sum + (r?.length ?? 0), 0)
  const budget = options.budgets[service.name]
  const verdict: Verdict =
    (lost ?? 0) > 0
      ? 'lost'
      : open
        ? 'down'
        : gone === 0
          ? 'unharmed'
          : budget !== undefined && gone > budget
            ? 'late'
            : 'survived'
  return {
    service: service.name,
    endsOn,
    gone: milliseconds(gone),
    ...(lost === undefined ? {} : { lost }),
    verdict,
    why: stuckDisk(sim, service, verdict) ?? explain(verdict, service, entries, gone),
  }
}

interface Gap {
  readonly length: number
  /** It had not ended when the run did. */
  readonly open: boolean
}

/** The longest stretch without an acknowledgement; a few missed attempts are not noticed. */
function gapOf(acknowledged: readonly { readonly at: number }[], pace: number, since: number, now: number): Gap {
  const tolerance = 2.5 * pace
  let length = 0
  let last = since
  for (let index = acknowledged.length - 1; index >= 0; index -= 1) {
    const at = acknowledged[index]?.at ?? 0
    const next = acknowledged[index + 1]?.at ?? now
    length = Math.max(length, next - Math.max(at, since))
    if (index === acknowledged.length - 1) last = at
    if (at < since) break
  }
  const open = now - last > 20 * pace
  return { length: length > tolerance ? Math.round(length) : 0, open }
}

const order: readonly Phase[] = ['detection', 'fencing', 'promotion', 'mount', 'recovery', 'address']

/** The cluster sees nothing wrong, and yet nobody is answered. */
function stuckDisk(sim: Sim, service: ServicePlan, verdict: Verdict): string | undefined {
  const node = runsOn(sim, service)
  if (verdict !== 'down' || node === undefined) return undefined
  const health = service.volumes.map(volume => sim.state.disks.get(diskKey(node, volume))?.health)
  if (health.includes('hang')) return `runs on ${node}, but its disk does not answer, and no monitor notices`
  if (health.includes('full')) return `runs on ${node}, but its disk is full, and no monitor notices`
  return undefined
}

/** One sentence: where the time went, or what stands in the way. */
function explain(verdict: Verdict, service: ServicePlan, entries: readonly Entry[], gone: number): string {
  const alarm = entries.findLast(e => e.level === 'alarm')?.text
  if (verdict === 'unharmed') return alarm ?? 'no interruption'
  if (verdict === 'down' || verdict === 'lost')
    return alarm ?? entries.findLast(e => /no quorum|quorum lost|failed/.test(e.text))?.text ?? 'nobody may start it'
  const marks = entries.filter(
    e => e.mark && (e.mark.rsc === undefined || service.resources.includes(e.mark.rsc) || e.mark.phase === 'promotion'),
  )
  const phases = order.filter(phase => marks.some(e => e.mark?.phase === phase))
  return phases.length > 0 ? `${phases.join(' → ')}` : (alarm ?? `gone for ${showDuration(milliseconds(gone))}`)
}

/** A single fault must not lose anything, and must not cost more than the budget. */
export const acceptable = (table: Survivability): boolean =>
  table.singles.every(row => row.outcomes.every(o => o.verdict === 'unharmed' || o.verdict === 'survived')) &&
  table.stories.every(row => row.outcomes.every(o => o.verdict !== 'lost'))
