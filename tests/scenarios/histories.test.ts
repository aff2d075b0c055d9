// A slice of random histories under all oracles: none is violated; and the same seed gives the same bytes. The long run
// is `node bench/sim.ts 100000`.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { found } from '../../src/core/base/assert.ts'
import type { Instant } from '../../src/core/base/units.ts'
import type { Cib } from '../../src/core/cib/types.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { platforms } from '../../src/core/compile/platforms.ts'
import type { Decision } from '../../src/core/scheduler/decision.ts'
import { planFrom } from '../../src/core/sim/from-artifacts.ts'
import { histories, history, prepare } from '../../src/core/sim/histories.ts'
import { showEntries } from '../../src/core/sim/journal.ts'
import { remembering } from '../../src/core/sim/memo.ts'
import type { SimPlan } from '../../src/core/sim/plan.ts'
import { quickly } from '../../src/core/sim/sim.ts'
import { readCluster } from '../../src/core/spec/read.ts'

function planOf(example: string): SimPlan {
  const file = new URL(`../../examples/${example}.yaml`, import.meta.url)
  const cluster = found(readCluster(readFileSync(file, 'utf8'), example).value, example)
  return found(planFrom(compile(cluster, platforms.debian13), {}).value, example)
}

for (const example of ['postgresql-pair', 'haproxy-active-active', 'haproxy-active-passive'])
  test(`${example}: sixty random histories, no violation`, () => {
    const report = histories(planOf(example), { histories: 60, seed: 1 })
    const told = report.violations.map(v => `seed ${v.seed}: ${v.violation.oracle}: ${v.violation.what}`)
    assert.deepEqual(told, [])
    assert.equal(report.histories, 60)
    assert.ok(report.byFamily.size > 8)
  })

test('an answer that was kept is the one that asking anew gives', () => {
  const plan = planOf('postgresql-pair')
  let asked = 0
  const shown = ({ actions, edges }: Decision): string =>
    JSON.stringify([actions.map(a => [a.key, a.node, a.interval, a.timeout, a.expected, a.waitsForever]), edges])
  const keeps = remembering(quickly)
  const both = (cib: Cib, now: Instant): Decision => {
    const kept = keeps(cib, now)
    asked += 1
    assert.equal(shown(kept), shown(quickly(cib, now)))
    return kept
  }
  const options = { seed: 1, schedule: both }
  const booted = prepare(plan, options)
  for (let seed = 1; seed <= 60; seed += 1) history(booted, seed, options)
  assert.ok(asked > 300, `asked ${asked} times`)
})

test('the same seed gives the same bytes, another seed others', () => {
  const plan = planOf('postgresql-pair')
  const run = (seed: number): string => {
    const options = { seed }
    return showEntries(history(prepare(plan, options), seed, options).journal)
  }
  assert.equal(run(5), run(5))
  assert.notEqual(run(5), run(6))
})
