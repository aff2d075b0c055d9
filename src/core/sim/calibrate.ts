// Durations as a lab run measured them: the same scenario is simulated with what is typical, each stretch of time that
// stands in both reports is laid side by side, and the duration that fills it is corrected by the difference. What the
// model adds around it (decisions, delays of fencing) so stays where it is. A few rounds settle it.
// Not calibrated: what no report shows on its own (elections, monitors, disk writes), and a resync, whose rate is configured.
import { elapsed } from '../base/units.ts'
import type { DrillReport } from '../drill/report.ts'
import type { Phase } from '../drill/world.ts'
import type { Calibration, Durations, Range } from './durations.ts'
import { typical } from './durations.ts'
import type { SimPlan } from './plan.ts'
import { runScenario } from './scenario.ts'
import type { Changes } from './world.ts'

const rounds = 12
const shortest = 1
/** A run is a throw of the dice: the range is so wide around what was measured, or around the median of several runs. */
const spread = 0.2

export async function calibrate(
  plan: SimPlan,
  measured: readonly DrillReport[],
  base: Durations,
  changes: Changes,
): Promise<Calibration> {
  const found = new Map<keyof Durations, number[]>()
  for (const report of measured)
    for (const [name, value] of await fit(plan, report, base, changes))
      found.set(name, [...(found.get(name) ?? []), value])
  const out: Partial<Record<keyof Durations, Range>> = {}
  for (const [name, values] of found) {
    const middle = medianOf(values)
    out[name] = [Math.round(middle * (1 - spread)), Math.round(middle * (1 + spread))]
  }
  return out
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = (sorted.length - 1) / 2
  return ((sorted[Math.floor(half)] ?? 0) + (sorted[Math.ceil(half)] ?? 0)) / 2
}

type Guesses = Map<keyof Durations, number>

async function fit(plan: SimPlan, report: DrillReport, base: Durations, changes: Changes): Promise<Guesses> {
  const wanted = stretches(report)
  const errors: Guesses = new Map()
  const steps: Guesses = new Map()
  let guesses: Guesses = new Map()
  let best: { readonly guesses: Guesses; readonly off: number } | undefined
  for (let round = 0; round < rounds; round += 1) {
    const durations = withGuesses(typical(base), guesses)
    const options = { seed: 1, durations, changes, ...startOf(report) }
    const run = await runScenario(plan, report.text, report.scenario, options)
    const got = run.value ? stretches(run.value.report) : new Map<keyof Durations, number>()
    const known = [...wanted].filter(([name]) => got.has(name))
    const off = known.reduce((sum, [name, target]) => sum + Math.abs(target - (got.get(name) ?? 0)) / target, 0)
    if (round > 0 && off < (best?.off ?? Number.POSITIVE_INFINITY)) best = { guesses, off }
    guesses = new Map()
    for (const [name, target] of known) {
      const error = target - (got.get(name) ?? 0)
      // By the whole error, and half as far each time that it was too far: some stretches jump, as when another machine joins.
      const step = (steps.get(name) ?? 1) * ((errors.get(name) ?? 0) * error < 0 ? 0.5 : 1)
      steps.set(name, step)
      errors.set(name, error)
      guesses.set(name, Math.max(shortest, durations[name][0] + step * error))
    }
  }
  return best?.guesses ?? new Map()
}

/** Where the first service ran when the measured run began. */
export function startOf({ lanes }: DrillReport): { startOn?: string } {
  const lane = lanes.find(l => l.subject.kind === 'service')
  const state = lane?.spans[0]?.state
  return state === undefined || state === 'stopped' || state.includes(',') ? {} : { startOn: state }
}

function withGuesses(durations: Durations, guesses: Guesses): Durations {
  const given: Partial<Record<keyof Durations, Range>> = {}
  for (const [name, value] of guesses) given[name] = [value, value]
  return { ...durations, ...given }
}

/** Which duration fills which phase of an outage after a fault that nobody planned. */
const phases: readonly (readonly [Phase | 'client', keyof Durations])[] = [
  ['fencing', 'fenceOff'],
  ['promotion', 'drbdPromote'],
  ['mount', 'mount'],
  ['recovery', 'postgresStart'],
  ['address', 'addressStart'],
  ['client', 'clientReconnect'],
]

/** The stretches of a report, each named by the duration that decides about it. */
export function stretches(report: DrillReport): Map<keyof Durations, number> {
  const out = new Map<keyof Durations, number>()
  const outage = report.services.flatMap(s => s.outages).find(o => o.split.some(part => part.phase === 'fencing'))
  const isWhole = outage?.split.some(part => part.phase === 'address') ?? false
  for (const [phase, name] of phases) {
    // Without the address's own part, its time would count as the client's.
    if (phase === 'client' && !isWhole) continue
    const part = outage?.split.find(p => p.phase === phase)
    if (part && part.took > 0) out.set(name, part.took)
  }
  const fault = report.events.findIndex(e => e.source === 'fault')
  const since = fault < 0 ? [] : report.events.slice(fault)
  /** `$1` of the second is what the first one captured: the same node. */
  const between = (name: keyof Durations, from: RegExp, to: string): void => {
    const first = since.find(e => from.test(e.text))
    if (!first) return
    const wanted = first.text.replace(from, to)
    const then = since.find(e => e.at > first.at && e.text.includes(wanted))
    if (then) out.set(name, elapsed(first.at, then.at))
  }
  between('boot', /^(\S+) is fenced \(reboot\)$/, '$1 answers us again')
  between('pacemakerStart', /^(\S+) answers us again$/, '$1 is online')
  between('drbdStart', /^(\S+) answers us again$/, '-drbd started on $1')
  between('addressStop', /^switchover .*$/, '-ip stopped on ')
  between('postgresStop', /^\S+-ip stopped on (\S+)$/, '-postgresql stopped on $1')
  between('unmount', /^\S+-postgresql stopped on (\S+)$/, '-fs stopped on $1')
  between('drbdDemote', /^\S+-fs stopped on (\S+)$/, '-drbd demoted on $1')
  return out
}
