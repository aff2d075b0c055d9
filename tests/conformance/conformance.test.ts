// The share of recorded cases with identical answers must not fall under the floor that was reached before; and a slice
// of freshly generated clusters must agree with the installed crm_simulate. Raise floor.json as the engine improves.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { judged } from './compare.ts'
import { absent, givenCases } from './given.ts'
import { counts, outcomes } from './run.ts'

const floor: Readonly<Record<(typeof judged)[number], number>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'floor.json'), 'utf8'),
)

test('recorded cases: no fewer identical answers than before', { skip: absent ?? false }, () => {
  const reached = counts(outcomes(givenCases()))
  for (const group of judged) {
    const before = floor[group]
    assert.ok(reached[group] >= before, `${group}: ${reached[group]} cases agree, ${before} did before`)
  }
})
