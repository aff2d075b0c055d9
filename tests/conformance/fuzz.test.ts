// A slice of freshly generated clusters against the installed crm_simulate, the seed printed. The bar is no difference
// at all in placements, fencing and final state; until it is reached, floor.json says what share must agree per level.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isInstalled } from './crm-simulate.ts'
import { fuzz, replay, strict } from './fuzz.ts'
import { levels } from './parts/draw.ts'

const states = Number(process.env['HOLDFAST_FUZZ_STATES'] ?? 150)
const seed = Math.floor(Date.now() / 1000) % 1e8
const skip = isInstalled() ? false : 'crm_simulate is not installed (package pacemaker-cli-utils)'
const floor: { readonly fuzz: readonly number[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'floor.json'), 'utf8'),
)

for (const level of levels) {
  test(`level ${level}, seed ${seed}: ${states} generated states agree with crm_simulate`, { skip }, async t => {
    const plan = { seed, count: states, levels: [level], groups: strict, shrinks: false, stopAfter: states }
    const { cases, invalid, found } = await fuzz(plan)
    for (const one of found) t.diagnostic(replay(one, strict))
    t.diagnostic(`${cases} states, ${invalid} refused by crm_simulate, ${found.length} differ`)
    const share = 1 - found.length / Math.max(1, cases - invalid)
    assert.ok(share >= (floor.fuzz[level - 1] ?? 1), `only ${(100 * share).toFixed(1)} % agree`)
  })
}
