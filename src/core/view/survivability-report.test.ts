// The survivability report and its matrix: the verdict in words, one field per pair that can happen, and every name escaped.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds } from '../base/units.ts'
import type { Outcome, Survivability, Verdict } from '../sim/survivability.ts'
import { matrix } from './matrix.ts'
import { survivabilityReport } from './survivability-report.ts'

const outcome = (verdict: Verdict): Outcome => ({
  service: 'db',
  endsOn: ['beta'],
  gone: milliseconds(verdict === 'unharmed' ? 0 : 12_000),
  lost: 0,
  verdict,
  why: 'a <reason>',
})
const table = (verdict: Verdict): Survivability => ({
  cluster: 'shop',
  services: ['db'],
  singles: [
    { faults: ['alpha <dies>'], outcomes: [outcome('survived')] },
    { faults: ['beta dies'], outcomes: [outcome(verdict)] },
  ],
  pairs: [{ faults: ['alpha <dies>', 'beta dies'], outcomes: [outcome('down')] }],
  stories: [],
  before: [outcome('unharmed')],
  complete: true,
})

test('the verdict in words', () => {
  assert.match(survivabilityReport(table('unharmed')), /Each of 2 single faults is survived within the budget/)
  assert.match(survivabilityReport(table('late')), /1 of 2 single faults cost a service more than its budget/)
  assert.match(survivabilityReport(table('late')), /A simulation: no machine took part/)
})

test('one field for each single fault and for each pair that can happen, with its title; names are escaped', () => {
  const svg = matrix(table('late'))
  assert.equal(svg.match(/gone for/g)?.length, 3)
  assert.match(svg, /alpha &lt;dies&gt;, then beta dies: db stays down, gone for 12 s/)
  assert.doesNotMatch(svg + survivabilityReport(table('late')), /<dies>|<reason>/)
})
