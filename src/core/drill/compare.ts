// Predicted beside measured: two reports of one scenario, of which one was simulated. What has to agree is every verdict
// and the state in the end; the order of events and the parts of the outage are shown, so that a person sees how good the
// prediction was, and what a calibration would have to change.
// Not compared: rows per second, and events that only one world tells (a real journal knows more).
import { elapsed, type Instant, type Milliseconds, milliseconds } from '../base/units.ts'
import { type Milestone, milestonesOf } from './milestones.ts'
import type { DrillReport, Lane, Outage, StepReport } from './report.ts'

export interface Pair<T> {
  readonly predicted?: T
  readonly measured?: T
}

export interface Comparison {
  readonly schema: 1
  readonly cluster: string
  readonly scenario: string
  /** All verdicts and the whole end state. */
  readonly agrees: boolean
  readonly steps: readonly (Pair<StepReport['verdict']> & { readonly line: number; readonly text: string })[]
  readonly end: readonly (Pair<string> & { readonly subject: string })[]
  readonly services: readonly ServiceComparison[]
  /** Times since the first fault, in the order of the prediction; what only the other run knows stands at its time. */
  readonly order: readonly (Pair<Milliseconds> & { readonly what: string; readonly outOfOrder: boolean })[]
}

export interface ServiceComparison {
  readonly service: string
  readonly lost: Pair<number>
  /** Each outage whose parts are known, oldest first; where there is none, the longest. */
  readonly outages: readonly OutageComparison[]
}

export interface OutageComparison {
  readonly whole: Pair<Milliseconds>
  readonly parts: readonly (Pair<Milliseconds> & { readonly phase: Outage['split'][number]['phase'] })[]
}

export function compare(predicted: DrillReport, measured: DrillReport): Comparison {
  const steps = measured.steps.map(step => {
    const twin = predicted.steps.find(s => s.line === step.line)
    return { line: step.line, text: step.text, ...pair(twin?.verdict, step.verdict) }
  })
  const end = ends(predicted, measured)
  return {
    schema: 1,
    cluster: measured.cluster,
    scenario: measured.scenario,
    agrees: [...steps, ...end].every(row => row.predicted === row.measured),
    steps,
    end,
    services: measured.services.map(({ service }) => compareService(service, predicted, measured)),
    order: order(milestonesOf(predicted), milestonesOf(measured)),
  }
}

const pair = <T>(predicted: T | undefined, measured: T | undefined): Pair<T> => ({
  ...(predicted === undefined ? {} : { predicted }),
  ...(measured === undefined ? {} : { measured }),
})

function ends(predicted: DrillReport, measured: DrillReport): Comparison['end'] {
  const [before, now] = [endOf(predicted), endOf(measured)]
  return [...new Set([...before.keys(), ...now.keys()])].map(subject => ({
    subject,
    ...pair(before.get(subject), now.get(subject)),
  }))
}

const endOf = ({ lanes }: DrillReport): Map<string, string> =>
  new Map(lanes.map(lane => [nameOf(lane.subject), lane.spans.findLast(isNoBlink)?.state ?? 'unknown']))

/** One look that nobody answered in time says nothing. */
const isNoBlink = ({ state, from, to }: Lane['spans'][number]): boolean => state !== 'unknown' || to - from >= moment

function nameOf(subject: Lane['subject']): string {
  if (subject.kind === 'service') return `${subject.service} runs on`
  return subject.kind === 'node' ? subject.node : `${subject.resource} on ${subject.node}`
}

function compareService(name: string, predicted: DrillReport, measured: DrillReport): ServiceComparison {
  const of = (report: DrillReport) => report.services.find(s => s.service === name)
  const [before, now] = [told(of(predicted)?.outages ?? []), told(of(measured)?.outages ?? [])]
  const count = Math.max(before.length, now.length)
  return {
    service: name,
    lost: pair(of(predicted)?.lost, of(measured)?.lost),
    outages: Array.from({ length: count }, (_, i) => compareOutage(before[i], now[i])),
  }
}

/** Outages arrive longest first. */
function told(outages: readonly Outage[]): Outage[] {
  const split = outages.filter(o => o.split.length > 0)
  return (split.length > 0 ? split : outages.slice(0, 1)).toSorted((a, b) => a.from - b.from)
}

const phases = ['detection', 'fencing', 'promotion', 'mount', 'recovery', 'address', 'client'] as const

function compareOutage(predicted: Outage | undefined, measured: Outage | undefined): OutageComparison {
  const whole = (o: Outage | undefined) => o && elapsed(o.from, o.to)
  const took = (o: Outage | undefined, phase: string) => o?.split.find(part => part.phase === phase)?.took
  const parts = phases.map(phase => ({ phase, ...pair(took(predicted, phase), took(measured, phase)) }))
  return {
    whole: pair(whole(predicted), whole(measured)),
    parts: parts.filter(part => part.predicted !== undefined || part.measured !== undefined),
  }
}

/** Two things that are nearer than this come in no order: what a watcher sees comes some seconds later than a journal. */
const moment = 5_000

function order(predicted: readonly Milestone[], measured: readonly Milestone[]): Comparison['order'] {
  const [before, now] = [numbered(predicted), numbered(measured)]
  const known = [...before].map(([what, at]) => ({ what, ...pair<Milliseconds>(at, now.get(what)) }))
  const extra = [...now].filter(([what]) => !before.has(what)).map(([what, measured]) => ({ what, measured }))
  const strays = outOfOrder(known)
  const rows = [...known, ...extra].map(row => ({ ...row, outOfOrder: strays.has(row.what) }))
  return rows.toSorted((a, b) => place(a) - place(b))
}

const place = ({ predicted, measured }: Pair<Milliseconds>): number => predicted ?? measured ?? 0

/** Times since the first; what happens again gets a number. */
function numbered(milestones: readonly Milestone[]): Map<string, Milliseconds> {
  const start: Instant | undefined = milestones[0]?.at
  const out = new Map<string, Milliseconds>()
  for (const { what, at } of milestones) {
    let name = what
    for (let again = 2; out.has(name); again += 1) name = `${what} (${again})`
    out.set(name, start === undefined ? milliseconds(0) : elapsed(start, at))
  }
  return out
}

/** The fewest that have to be taken out for the rest to come in the same order in both runs. */
function outOfOrder(rows: readonly (Pair<Milliseconds> & { readonly what: string })[]): Set<string> {
  const both = rows.filter(row => row.predicted !== undefined && row.measured !== undefined)
  const chains: number[][] = []
  for (const [i, row] of both.entries()) {
    const fits = chains
      .slice(0, i)
      .filter(chain => chain.every(j => (both[j]?.measured ?? 0) <= (row.measured ?? 0) + moment))
      .toSorted((a, b) => b.length - a.length)[0]
    chains.push([...(fits ?? []), i])
  }
  const longest = new Set(chains.toSorted((a, b) => b.length - a.length)[0] ?? [])
  return new Set(both.filter((_, i) => !longest.has(i)).map(row => row.what))
}
