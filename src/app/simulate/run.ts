// The survivability table and random histories on all processors, with word of how far they are.
import { availableParallelism } from 'node:os'
import { assert } from '../../core/base/assert.ts'
import { type HistoriesReport, type HistoryOptions, reportOf, teller } from '../../core/sim/histories.ts'
import type { SimPlan } from '../../core/sim/plan.ts'
import { assemble, firstsOf, type Survivability, type SurvivabilityOptions } from '../../core/sim/survivability.ts'
import { type Answer, answering, type Job, type Piece } from './answer.ts'
import { crew } from './crew.ts'

/** Told how many of how many pieces are done. */
export type Told = (done: number, of: number) => void

/** A thread costs a fifth of a second and a boot of its own: so many faults, or histories, are worth it. */
const worthIt = { faults: 100, histories: 100 }

const threadsFor = (work: number, worth: number, threads: number | undefined): number =>
  Math.max(1, threads ?? Math.min(availableParallelism(), Math.floor(work / worth)))

const stretch = 50
/** Single faults that are given to one thread together. */
const together = 7

const stretches = (all: number, most: number): [from: number, count: number][] =>
  Array.from({ length: Math.ceil(all / most) }, (_, index) => [index * most, Math.min(most, all - index * most)])

export async function tellHistories(
  plan: SimPlan,
  options: HistoryOptions,
  threads: number | undefined,
  told: Told,
): Promise<HistoriesReport> {
  const { histories, ...own } = options
  const pieces: Piece[] = stretches(histories, stretch).map(([from, count]) => ({
    kind: 'stretch',
    firstSeed: options.seed + from,
    count,
  }))
  const size = threadsFor(histories, worthIt.histories, threads)
  await using hands = crew(plan, { kind: 'histories', options: own }, size)
  let done = 0
  const answers = await hands.work(pieces, answer => {
    if (answer.kind === 'stretch') done += answer.tally.outages.length
    told(done, histories)
  })
  const tallies = answers.flatMap(answer => (answer.kind === 'stretch' ? [answer.tally] : []))
  const violated = tallies.flatMap(tally => tally.violations)[0]
  return reportOf(tallies, violated && teller(plan, own).smallest(violated.seed))
}

export async function everyFault(
  plan: SimPlan,
  options: SurvivabilityOptions,
  threads: number | undefined,
  told: Told,
): Promise<Survivability> {
  const job: Job = { kind: 'table', options }
  const own = answering(plan, job)
  const framed = own({ kind: 'frame' })
  assert(framed.kind === 'frame', 'a frame')
  const { frame } = framed
  const count = frame.titles.length
  await using hands = crew(plan, job, threadsFor(count, worthIt.faults, threads), own)
  const all = options.pairs ? 2 * count : count
  let done = 0
  const tick = (answer: Answer): void => {
    done += answer.kind === 'singles' ? answer.singles.length : 1
    told(done, all)
  }
  const singles = (
    await hands.work(
      stretches(count, together).map(([from, length]) => ({ kind: 'singles', from, count: length })),
      tick,
    )
  ).flatMap(answer => (answer.kind === 'singles' ? answer.singles : []))
  const firsts = options.pairs ? firstsOf(singles) : []
  const pairs = (
    await hands.work(
      firsts.map(first => ({ kind: 'pairs', first })),
      tick,
    )
  ).flatMap(answer => (answer.kind === 'pairs' ? [answer.pairs] : []))
  return assemble(plan, frame, singles, pairs)
}
