// Predicted beside measured, on a real report: what `demo` wrote on emulated virtual machines on 2026-11-22.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { found } from '../base/assert.ts'
import { after, type Instant, seconds } from '../base/units.ts'
import { compare } from './compare.ts'
import { milestonesOf } from './milestones.ts'
import { readReport } from './read-report.ts'
import type { DrillReport } from './report.ts'

const text = readFileSync(new URL('testdata/power-loss-lab.json', import.meta.url), 'utf8')
const read = readReport(text)
const measured = found(read.ok ? read.value : undefined, 'the saved report')

/** Everything of the report that happens after `since` happens later by so much. */
function later(report: DrillReport, since: Instant, by: number): DrillReport {
  const move = (at: Instant): Instant => (at > since ? after(at, seconds(by)) : at)
  return {
    ...report,
    ended: move(report.ended),
    events: report.events.map(e => ({ ...e, at: move(e.at) })),
    services: report.services.map(s => ({
      ...s,
      outages: s.outages.map(o => ({ ...o, from: move(o.from), to: move(o.to) })),
    })),
    lanes: report.lanes.map(l => ({
      ...l,
      spans: l.spans.map(s => ({ ...s, from: move(s.from), to: move(s.to) })),
    })),
  }
}

test('a saved report is read as it was written, and what is none is refused with the place', () => {
  assert.deepEqual(measured, JSON.parse(text))
  const without = readReport(text.replace('"verdict":"passed"', '"verdict":"splendid"'))
  assert.match(without.ok ? '' : without.failure, /^it is no drill report: verdict/)
  assert.deepEqual(readReport('{'), { ok: false, failure: 'it is not JSON' })
})

test('a run agrees with itself in everything', () => {
  const c = compare(measured, measured)
  assert.equal(c.agrees, true)
  assert.deepEqual(
    c.order.filter(row => row.outOfOrder || row.predicted !== row.measured),
    [],
  )
  const [service] = c.services
  assert.deepEqual(service?.lost, { predicted: 0, measured: 0 })
  assert.deepEqual(
    service?.outages[0]?.parts.map(part => part.phase),
    ['detection', 'fencing', 'promotion', 'mount', 'recovery', 'address', 'client'],
  )
})

test('the story in short: once each, and nothing of what a watcher only sees in passing', () => {
  assert.deepEqual(
    milestonesOf(measured).map(m => m.what),
    [
      'power off alpha',
      'a node left the membership',
      'alpha counts as lost',
      'alpha is fenced (reboot)',
      'pgdata-drbd promoted on beta',
      'alpha is back',
      'pgdata-fs started on beta',
      'db-postgresql started on beta',
      'db-ip started on beta',
      'the client of db is answered again',
      'db runs on beta',
      'power on alpha',
      'pgdata is UpToDate again on alpha',
    ],
  )
})

test('another verdict, and another end, are no agreement', () => {
  const failed = {
    ...measured,
    steps: measured.steps.map(s => (s.line === 5 ? { ...s, verdict: 'failed' as const } : s)),
  }
  const one = compare(measured, failed)
  assert.equal(one.agrees, false)
  assert.deepEqual(
    one.steps.filter(s => s.predicted !== s.measured).map(s => [s.line, s.predicted, s.measured]),
    [[5, 'met', 'failed']],
  )
  const elsewhere: DrillReport = {
    ...measured,
    lanes: measured.lanes.map(l =>
      l.subject.kind === 'service' ? { ...l, spans: l.spans.map(s => ({ ...s, state: 'alpha' })) } : l,
    ),
  }
  const other = compare(elsewhere, measured)
  assert.equal(other.agrees, false)
  assert.deepEqual(
    other.end.filter(row => row.predicted !== row.measured),
    [{ subject: 'db runs on', predicted: 'alpha', measured: 'beta' }],
  )
})

test('what is only slower keeps its order; what overtakes is told, and only that', () => {
  const promoted = found(measured.events.find(e => e.mark?.phase === 'promotion')?.at, 'the promotion')
  assert.deepEqual(
    compare(later(measured, promoted, 100), measured).order.filter(row => row.outOfOrder),
    [],
  )
  const returned = measured.lanes.map(l =>
    l.subject.kind === 'node' && l.subject.node === 'alpha'
      ? { ...l, spans: l.spans.map(s => (s.state === 'online' ? { ...s, from: after(s.from, seconds(300)) } : s)) }
      : l,
  )
  assert.deepEqual(
    compare({ ...measured, lanes: returned }, measured)
      .order.filter(row => row.outOfOrder)
      .map(row => row.what),
    ['alpha is back'],
  )
})
