// From a client's ledger to what the client saw: every stretch without an acknowledgement, and where its time went.
// The client writes at a steady pace whether or not it is answered (open loop), so a gap is an outage, not a pause of its own.
import { elapsed, type Instant, instant, type Milliseconds, milliseconds } from '../base/units.ts'
import type { Outage, ServiceReport } from './report.ts'
import type { Ledger, Phase, WorldEvent } from './world.ts'

/** A gap counts as an outage from three of the client's usual intervals on, and never below this. */
const shortestOutage: Milliseconds = milliseconds(500)

export function serviceReport(
  ledger: Ledger,
  started: Instant,
  ended: Instant,
  events: readonly WorldEvent[],
): ServiceReport {
  const marks = events.filter(event => event.mark && (event.mark.service ?? ledger.service) === ledger.service)
  const outages = gaps(ledger, started, ended).map(gap => ({ ...gap, split: split(gap, marks) }))
  outages.sort((a, b) => elapsed(b.from, b.to) - elapsed(a.from, a.to) || a.from - b.from)
  return {
    service: ledger.service,
    ...(ledger.asks === undefined ? {} : { asks: ledger.asks }),
    acknowledged: ledger.acknowledged.length,
    refused: ledger.failed.length,
    ...(ledger.lost ? { lost: ledger.lost.length } : {}),
    outages,
    rate: ratePerSecond(ledger, started, ended),
  }
}

interface Gap {
  readonly from: Instant
  readonly to: Instant
}

function gaps(ledger: Ledger, started: Instant, ended: Instant): Gap[] {
  const times = ledger.acknowledged.map(entry => entry.at).filter(at => at >= started && at <= ended)
  const limit = Math.max(shortestOutage, 3 * usualInterval(times))
  const ends = [...times, ended]
  return ends.flatMap((to, index) => {
    const from = ends[index - 1] ?? started
    return to - from > limit ? [{ from, to }] : []
  })
}

/** The median distance between two acknowledgements. */
function usualInterval(times: readonly Instant[]): number {
  const distances = times.slice(1).map((at, index) => at - (times[index] ?? at))
  distances.sort((a, b) => a - b)
  return distances[Math.floor((distances.length - 1) / 2)] ?? 0
}

/** A journal may tell that an address is up when the client has used it already. */
const belated: Milliseconds = milliseconds(2_000)

/**
 * Cuts the outage at the first mark of each phase inside it. Phases that end out of order are left out rather than shown with a
 * negative length; what remains after the last mark is the client's own way back.
 */
function split(gap: Gap, marks: readonly WorldEvent[]): Outage['split'] {
  const order: readonly Phase[] = ['detection', 'fencing', 'promotion', 'mount', 'recovery', 'address']
  const parts: { phase: Phase | 'client'; took: Milliseconds }[] = []
  let reached = gap.from
  for (const phase of order) {
    const mark = marks.find(event => event.mark?.phase === phase && event.at >= reached && event.at <= gap.to + belated)
    if (!mark) continue
    const ended = instant(Math.min(mark.at, gap.to))
    parts.push({ phase, took: elapsed(reached, ended) })
    reached = ended
  }
  return parts.length === 0 ? [] : [...parts, { phase: 'client', took: elapsed(reached, gap.to) }]
}

function ratePerSecond(ledger: Ledger, started: Instant, ended: Instant): number[] {
  const rate = Array.from({ length: Math.max(0, Math.ceil((ended - started) / 1_000)) }, () => 0)
  for (const { at } of ledger.acknowledged) {
    const second = Math.floor((at - started) / 1_000)
    if (second >= 0 && second < rate.length) rate[second] = (rate[second] ?? 0) + 1
  }
  return rate
}
