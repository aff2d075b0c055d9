import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { found } from '../../core/base/assert.ts'
import { compile } from '../../core/compile/compile.ts'
import { platforms } from '../../core/compile/platforms.ts'
import { planFrom } from '../../core/sim/from-artifacts.ts'
import { histories } from '../../core/sim/histories.ts'
import { survivability } from '../../core/sim/survivability.ts'
import { readCluster } from '../../core/spec/read.ts'
import { everyFault, tellHistories } from './run.ts'

const file = new URL('../../../examples/haproxy-active-passive.yaml', import.meta.url)
const cluster = found(readCluster(readFileSync(file, 'utf8'), 'pair').value, 'the example')
const plan = found(planFrom(compile(cluster, platforms.debian13), {}).value, 'its plan')

test('the table is the same from this thread, from two others, and from the pure function', async () => {
  const options = { seed: 1, pairs: false, budgets: {} }
  const expected = survivability(plan, options)
  const counts: number[] = []
  assert.deepEqual(await everyFault(plan, options, 1, done => counts.push(done)), expected)
  const all = expected.singles.length
  assert.deepEqual(await everyFault(plan, options, 2, () => undefined), expected)
  assert.deepEqual(
    counts,
    Array.from({ length: Math.ceil(all / 7) }, (_, index) => Math.min(all, 7 * (index + 1))),
  )
})

test('histories are the same from this thread, from two others, and from the pure function', async () => {
  const options = { histories: 60, seed: 7 }
  const expected = histories(plan, options)
  assert.equal(expected.histories, 60)
  assert.deepEqual(await tellHistories(plan, options, 1, () => undefined), expected)
  assert.deepEqual(await tellHistories(plan, options, 2, () => undefined), expected)
})
