// Random histories of faults: drawn by a seed, run under all oracles, counted; a failing one is shrunk to the smallest
// that still fails. A history is named by its seed, and its seed replays it.
import { prng } from '../base/prng.ts'
import { nodeName } from '../base/units.ts'
import type { Fault } from '../drill/world.ts'
import { boot, everyoneServed, fork, settled } from './boot.ts'
import type { Bugs } from './bugs.ts'
import { noBugs } from './bugs.ts'
import { adjust } from './drbd/device.ts'
import type { Durations } from './durations.ts'
import { inject, runsOn } from './faults.ts'
import type { Timed } from './incidents.ts'
import { drawHistory } from './incidents.ts'
import type { Entry } from './journal.ts'
import { remembering } from './memo.ts'
import { watcher } from './oracles/all.ts'
import { coordinatorOf, wantedAtRest } from './oracles/decision-at-rest.ts'
import type { Violation } from './oracles/oracle.ts'
import { failedAt, recheckInterval } from './pacemaker/coordinator.ts'
import type { SimPlan } from './plan.ts'
import { quickly, type Sim, type SimOptions } from './sim.ts'
import { lostRows } from './world.ts'

export interface HistoryOptions {
  readonly histories: number
  /** The first seed; the others follow it. */
  readonly seed: number
  readonly durations?: Durations
  readonly bugs?: Bugs
  readonly schedule?: SimOptions['schedule']
  /** Only incidents of these families. */
  readonly families?: readonly string[]
  /** Stop at the first violation. */
  readonly stopAtViolation?: boolean
}

export interface HistoryResult {
  readonly seed: number
  readonly incidents: readonly Timed[]
  readonly violation: Violation | undefined
  /** Longest stretch without an acknowledgement, per client, in milliseconds. */
  readonly outages: readonly number[]
  readonly journal: readonly Entry[]
  readonly simulated: number
  /** Acknowledged rows, of which only one copy existed at that time, that the service does not hold in the end. */
  readonly soleCopies: number
}

export interface HistoriesReport {
  readonly histories: number
  readonly firstSeed: number
  readonly byFamily: ReadonlyMap<string, number>
  readonly violations: readonly { readonly seed: number; readonly violation: Violation }[]
  /** The first violation, made as small as it gets. */
  readonly smallest: HistoryResult | undefined
  /** Milliseconds; of the longest outage of each history. */
  readonly outage: {
    readonly median: number
    readonly p90: number
    readonly p99: number
    readonly worst: number
    readonly worstSeed: number
  }
  readonly simulatedMilliseconds: number
  /** Histories after which rows are missing that had only one copy: no invariant promises them, a person should know. */
  readonly soleCopyLosses: readonly { readonly seed: number; readonly rows: number }[]
}

/** All histories begin with the same boot, so that a seed alone names one. */
const bootSeed = 1

/** A booted cluster, ready to be forked for each history. */
export function prepare(plan: SimPlan, options: Omit<HistoryOptions, 'histories'>): Sim {
  return boot(plan, simOptions(options, bootSeed)).sim
}

const simOptions = (options: Omit<HistoryOptions, 'histories'>, seed: number): SimOptions => ({
  seed,
  bugs: options.bugs ?? noBugs,
  ...(options.durations ? { durations: options.durations } : {}),
  ...(options.schedule ? { schedule: options.schedule } : {}),
})

/** What a stretch of histories, one seed after the other, came to: plain data, so that stretches can run anywhere. */
export interface Tally {
  readonly firstSeed: number
  /** The longest outage of each history, in milliseconds. */
  readonly outages: readonly number[]
  readonly byFamily: ReadonlyMap<string, number>
  readonly violations: HistoriesReport['violations']
  readonly soleCopyLosses: HistoriesReport['soleCopyLosses']
  readonly simulatedMilliseconds: number
}

/** Runs histories on one booted cluster; the scheduler is asked once for each state that it can tell apart. */
export function teller(plan: SimPlan, asked: Omit<HistoryOptions, 'histories'>) {
  const options = { ...asked, schedule: remembering(asked.schedule ?? quickly) }
  const booted = prepare(plan, options)
  return {
    tally: (firstSeed: number, count: number): Tally => tally(booted, firstSeed, count, options),
    /** Plays the history of a seed that is violated again, and makes it as small as it gets. */
    smallest: (seed: number): HistoryResult => shrink(booted, history(booted, seed, options), options),
  }
}

function tally(booted: Sim, firstSeed: number, count: number, options: Omit<HistoryOptions, 'histories'>): Tally {
  const byFamily = new Map<string, number>()
  const violations: { seed: number; violation: Violation }[] = []
  const soleCopyLosses: { seed: number; rows: number }[] = []
  const outages: number[] = []
  let simulatedMilliseconds = 0
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const result = history(booted, seed, options)
    simulatedMilliseconds += result.simulated
    for (const { family } of result.incidents) byFamily.set(family, (byFamily.get(family) ?? 0) + 1)
    outages.push(Math.max(0, ...result.outages))
    if (result.soleCopies > 0) soleCopyLosses.push({ seed, rows: result.soleCopies })
    if (!result.violation) continue
    violations.push({ seed, violation: result.violation })
    if (options.stopAtViolation) break
  }
  return { firstSeed, outages, byFamily, violations, soleCopyLosses, simulatedMilliseconds }
}

export function histories(plan: SimPlan, options: HistoryOptions): HistoriesReport {
  const { tally: run, smallest } = teller(plan, options)
  const told = run(options.seed, options.histories)
  const violated = told.violations[0]
  return reportOf([told], violated && smallest(violated.seed))
}

/** Stretches that follow one another, as one report. */
export function reportOf(tallies: readonly Tally[], smallest: HistoryResult | undefined): HistoriesReport {
  const byFamily = new Map<string, number>()
  for (const t of tallies) for (const [name, n] of t.byFamily) byFamily.set(name, (byFamily.get(name) ?? 0) + n)
  const worst = tallies.flatMap(t => t.outages.map((outage, index) => ({ outage, seed: t.firstSeed + index })))
  return {
    histories: worst.length,
    firstSeed: tallies[0]?.firstSeed ?? 0,
    byFamily: new Map([...byFamily].sort(([a], [b]) => (a < b ? -1 : 1))),
    violations: tallies.flatMap(t => t.violations),
    smallest,
    outage: percentiles(worst),
    simulatedMilliseconds: tallies.reduce((sum, t) => sum + t.simulatedMilliseconds, 0),
    soleCopyLosses: tallies.flatMap(t => t.soleCopyLosses),
  }
}

function percentiles(worst: { outage: number; seed: number }[]): HistoriesReport['outage'] {
  const sorted = [...worst].sort((a, b) => a.outage - b.outage)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.outage ?? 0
  const last = sorted.at(-1)
  return { median: at(0.5), p90: at(0.9), p99: at(0.99), worst: last?.outage ?? 0, worstSeed: last?.seed ?? 0 }
}

export function history(booted: Sim, seed: number, options: Omit<HistoryOptions, 'histories'>): HistoryResult {
  const active = new Map<string, string>()
  for (const service of booted.state.plan.services) {
    const node = runsOn(booted, service)
    if (node !== undefined) active.set(service.name, node)
  }
  return replay(booted, seed, drawHistory(booted.state.plan, active, prng(seed), options.families), options)
}

/** Failures expire after ten minutes; what they kept away has to start then. */
const recovery = 900_000

/** Runs given incidents with the dice of a seed. */
export function replay(
  booted: Sim,
  seed: number,
  incidents: readonly Timed[],
  options: Omit<HistoryOptions, 'histories'>,
): HistoryResult {
  const sim = fork(booted, simOptions(options, seed))
  const started = sim.now()
  const from = sim.state.journal.length
  const watch = watcher(sim)
  const unhealed: Fault[] = []
  const result = (violation: Violation | undefined): HistoryResult => ({
    seed,
    incidents,
    violation,
    outages: sim.state.clients.map(c =>
      longestGap(
        c.acknowledged.map(a => a.at).filter(at => at >= started),
        started,
      ),
    ),
    journal: sim.state.journal.slice(from),
    simulated: sim.now() - started,
    soleCopies: sim.state.clients.reduce((sum, c) => sum + (lostRows(sim, c)?.length ?? 0), 0),
  })
  for (const { at, incident, heals } of timetable(incidents)) {
    const violation = watch.advance(started + at)
    if (violation) return result(violation)
    const fault = heals ? incident.heal : incident.fault
    if (fault && !inject(sim, fault).ok && heals) unhealed.push(fault)
  }
  for (const fault of lastHelp(sim)) inject(sim, fault)
  if (unhealed.length > 0 || detached(sim).length > 0) {
    const violation = rest(sim, watch, false)
    if (violation) return result(violation)
    for (const fault of unhealed) inject(sim, fault)
  }
  for (const { res, node } of detached(sim)) adjust(sim.drbd, res, node)
  const violation = rest(sim, watch, true) ?? looksAgain(sim, watch)
  return result(violation ?? watch.end())
}

/**
 * A failure that is still remembered may ask for something that nothing has asked the scheduler about: Pacemaker does not
 * take a demotion for the end of a failed promotion (as crm_simulate shows). The cluster finds it with its next recheck.
 */
function looksAgain(sim: Sim, watch: ReturnType<typeof watcher>): Violation | undefined {
  const stack = coordinatorOf(sim)
  if (!stack || failedAt(stack).length === 0 || wantedAtRest(sim) === undefined) return undefined
  return watch.advance(sim.now() + recheckInterval(stack)) ?? rest(sim, watch, true)
}

/** Faults and their ends, by time. */
const timetable = (incidents: readonly Timed[]): { at: number; incident: Timed; heals: boolean }[] =>
  incidents
    .flatMap(incident => [
      { at: incident.at, incident, heals: false },
      { at: incident.at + incident.lasts, incident, heals: true },
    ])
    .sort((a, b) => a.at - b.at)

/** What an administrator does when all faults are over: machines that are off are switched on, a dead Corosync restarted. */
function lastHelp(sim: Sim): Fault[] {
  return sim.state.plan.nodes.flatMap((name): Fault[] => {
    const m = sim.state.machines.get(name)
    const node = nodeName(name)
    if (m?.power === 'off' || m?.power === 'crashed') return [{ kind: 'power', node, action: 'on' }]
    const dead = m?.power === 'running' && sim.state.membership.nodes.get(name)?.up === false
    return dead ? [{ kind: 'power', node, action: 'reset' }] : []
  })
}

/** Disks that an I/O error detached: they work again, and it takes a person to attach them. */
const detached = (sim: Sim): { res: string; node: string }[] =>
  [...sim.state.drbd.resources].flatMap(([res, { replicas }]) =>
    [...replicas.values()].filter(r => r.up && !r.diskless && r.disk === 'Diskless').map(r => ({ res, node: r.node })),
  )

/** Lets the cluster come to rest under the oracles' eyes. */
function rest(sim: Sim, watch: ReturnType<typeof watcher>, untilServed: boolean): Violation | undefined {
  const until = sim.now() + recovery + ahead(sim)
  let calm = 0
  let seen = sim.state.journal.length
  while (sim.now() < until && (calm < 40 || (untilServed && !everyoneServed(sim)))) {
    const violation = watch.advance(sim.now() + 1_000)
    if (violation) return violation
    const quiet = settled(sim) && sim.state.journal.length === seen
    calm = quiet ? calm + 1 : 0
    seen = sim.state.journal.length
  }
  return undefined
}

/** How far the newest failure lies in the future of the coordinator's clock: a clock that had jumped has dated it, and it
 *  expires so much later, on machines as well. */
function ahead(sim: Sim): number {
  const stack = coordinatorOf(sim)
  return stack ? Math.max(0, ...failedAt(stack).map(at => at - sim.pacemaker.ports.instant(stack.node))) : 0
}

/** From an ascending list of instants: the longest distance between two. */
export function longestGap(times: readonly number[], from: number, to?: number): number {
  let longest = 0
  let last = from
  for (const at of to === undefined ? times : [...times, to]) {
    longest = Math.max(longest, at - last)
    last = at
  }
  return longest
}

/** Leaves out incidents, and shortens them, as long as the same oracle still complains. */
export function shrink(booted: Sim, failing: HistoryResult, options: Omit<HistoryOptions, 'histories'>): HistoryResult {
  let best = failing
  const tries = (candidate: readonly Timed[]): boolean => {
    const result = replay(booted, failing.seed, candidate, options)
    if (result.violation?.oracle !== failing.violation?.oracle) return false
    best = result
    return true
  }
  for (let index = best.incidents.length - 1; index >= 0; index -= 1)
    tries(best.incidents.filter((_, other) => other !== index))
  for (let index = 0; index < best.incidents.length; index += 1)
    for (const lasts of [1_000, 10_000, 30_000]) {
      const incident = best.incidents[index]
      if (
        incident &&
        incident.lasts > lasts &&
        tries(best.incidents.map((i, other) => (other === index ? { ...i, lasts } : i)))
      )
        break
    }
  return best
}
