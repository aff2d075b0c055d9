// A run as a short list of what happened and when, in words that are the same in every world: faults, the ends of a
// failover's phases, machines lost and back, copies whole again, services that moved. Two runs are compared by it.
// Left out: what a watcher only sees in passing (joining, attaching, a look that nobody answered).
import type { Instant } from '../base/units.ts'
import type { DrillReport, Lane } from './report.ts'

export interface Milestone {
  readonly what: string
  readonly at: Instant
}

/** Oldest first; nothing before the first fault. */
export function milestonesOf(report: DrillReport): Milestone[] {
  const faults = report.events.filter(e => e.source === 'fault').map(({ at, text }) => ({ what: text, at }))
  const began = faults[0]?.at ?? report.started
  const ends = report.events.filter(e => e.mark).map(({ at, text }) => ({ what: text, at }))
  const all = [...faults, ...ends, ...report.lanes.flatMap(turns), ...silence(report)]
  return withoutEchoes(all.filter(m => m.at >= began).sort((a, b) => a.at - b.at))
}

/** The states of a lane that say something, each with the last one before it. */
function turns({ subject, spans }: Lane): Milestone[] {
  const said = spans.filter(s => !passing.has(s.state))
  return said.slice(1).flatMap((now, index) => {
    const before = said[index]?.state ?? ''
    const what = before === now.state ? undefined : turn(subject, before, now.state)
    return what === undefined ? [] : [{ what, at: now.from }]
  })
}

const passing = new Set(['unknown', 'pending'])

function turn(subject: Lane['subject'], before: string, now: string): string | undefined {
  switch (subject.kind) {
    case 'node':
      if (now === 'online') return before === 'standby' ? `${subject.node} leaves standby` : `${subject.node} is back`
      if (now === 'standby') return `${subject.node} goes to standby`
      return before === 'online' || before === 'standby' ? `${subject.node} counts as lost` : undefined
    case 'replica':
      return !before.endsWith(' UpToDate') && now.endsWith(' UpToDate')
        ? `${subject.resource} is UpToDate again on ${subject.node}`
        : undefined
    case 'service':
      return now === 'stopped' ? undefined : `${subject.service} runs on ${now}`
    default:
      return subject satisfies never
  }
}

/** The client's longest wait: where it began and where it ended. */
const silence = (report: DrillReport): Milestone[] =>
  report.services.flatMap(({ service, outages: [longest] }) =>
    longest === undefined
      ? []
      : [
          { what: `the client of ${service} gets no answer`, at: longest.from },
          ...(longest.to < report.ended
            ? [{ what: `the client of ${service} is answered again`, at: longest.to }]
            : []),
        ],
  )

const echo = 10_000

/** Two machines tell of the same thing: once is enough. */
function withoutEchoes(sorted: readonly Milestone[]): Milestone[] {
  const kept: Milestone[] = []
  for (const next of sorted) if (!kept.some(m => m.what === next.what && next.at - m.at < echo)) kept.push(next)
  return kept
}
