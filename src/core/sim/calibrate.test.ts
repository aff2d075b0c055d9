// A calibration brings the simulated outage to the measured one, part by part; its file is read as it was printed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { found } from '../base/assert.ts'
import { compile } from '../compile/compile.ts'
import { platforms } from '../compile/platforms.ts'
import { readReport } from '../drill/read-report.ts'
import { readCluster } from '../spec/read.ts'
import { changes } from '../view/changes.ts'
import { calibrate, stretches } from './calibrate.ts'
import { parseCalibration, printCalibration } from './calibration.ts'
import { calibrated, defaultDurations, typical } from './durations.ts'
import { planFrom } from './from-artifacts.ts'
import { runScenario } from './scenario.ts'

const root = new URL('../../../', import.meta.url)
const read = readReport(readFileSync(new URL('src/core/drill/testdata/power-loss-lab.json', root), 'utf8'))
const measured = found(read.ok ? read.value : undefined, 'the saved report')
const cluster = found(
  readCluster(readFileSync(new URL('examples/postgresql-pair.yaml', root), 'utf8'), 'pair').value,
  'the pair',
)
const plan = found(planFrom(compile(cluster, platforms.debian13), {}).value, 'a plan')

/** Some stretches jump with a duration, because another machine joins just then. */
const near = (target: number): number => 200 + 0.15 * target

test('simulated with what was measured, every part of the outage is as long as it was measured', async () => {
  const durations = typical(calibrated(await calibrate(plan, [measured], defaultDurations, changes)))
  const { value } = await runScenario(plan, measured.text, measured.scenario, { seed: 1, durations, changes })
  const [wanted, got] = [stretches(measured), stretches(found(value, 'a run').report)]
  for (const [name, target] of wanted)
    assert.ok(Math.abs((got.get(name) ?? 0) - target) < near(target), `${name}: ${got.get(name)} for ${target}`)
})

test('a calibration file is read as it was printed; wrong names and ranges are refused', () => {
  const file = { about: 'measured', durations: { mount: [420, 650.5], fenceOff: [1_000, 2_000] } } as const
  assert.deepEqual(parseCalibration(printCalibration(file)), { ok: true, value: file })
  const wrong = {
    '{': /not JSON/,
    '{"mount": [1, 2]}': /expected \{ "about"/,
    '{"durations": {"mout": [1, 2]}}': /no duration "mout". Did you mean "mount"\?/,
    '{"durations": {"mount": [2, 1]}}': /mount: expected \[low, high\]/,
    '{"durations": {"mount": "soon"}}': /mount: expected \[low, high\]/,
  }
  for (const [text, why] of Object.entries(wrong)) {
    const parsed = parseCalibration(text)
    assert.match(parsed.ok ? '' : parsed.failure, why)
  }
})
