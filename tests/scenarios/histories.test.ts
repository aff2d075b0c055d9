// A slice of random histories under all oracles: none is violated; and the same seed gives the same bytes. The long run
// is `node bench/sim.ts 100000`.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { found } from '../../src/core/base/assert.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { platforms } from '../../src/core/compile/platforms.ts'
import { planFrom } from '../../src/core/sim/from-artifacts.ts'
import { histories, history, prepare } from '../../src/core/sim/histories.ts'
import { showEntries } from '../../src/core/sim/journal.ts'
import type { SimPlan } from '../../src/core/sim/plan.ts'
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

test('the same seed gives the same bytes, another seed others', () => {
  const plan = planOf('postgresql-pair')
  const run = (seed: number): string => {
    const options = { seed }
    return showEntries(history(prepare(plan, options), seed, options).journal)
  }
  assert.equal(run(5), run(5))
  assert.notEqual(run(5), run(6))
})
