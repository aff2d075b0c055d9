// The other drills on one running pair: nothing acknowledged is lost, and a volume never has two Primaries (each scenario
// says so itself). Every line has the verdict that it has in the simulator, too (tests/both), and the simulated run, from the
// same start, ends in the same state. Between them the cluster has to be whole again.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readReport } from '../../src/core/drill/read-report.ts'
import { agreed, scenarios, verdictsOf } from '../both/both.ts'
import { holdfast, noLab, shown, testCluster } from './machines.ts'

const cluster = testCluster('postgresql-pair', 'test-drills')

before(async () => {
  if (noLab) return
  const up = await holdfast(['lab', 'up', cluster.file], 15)
  assert.equal(up.status, 0, shown(up))
  const applied = await holdfast(['apply', cluster.file, '--in', 'lab', '--yes'], 15)
  assert.equal(applied.status, 0, shown(applied))
})

after(async () => {
  if (!noLab) await holdfast(['lab', 'down', cluster.file], 5)
  cluster[Symbol.dispose]()
})

// The one of the catalog that is missing here is the demonstration's.
for (const scenario of scenarios.filter(({ name }) => name !== 'power-loss')) {
  test(`drill ${scenario.name}, measured and predicted`, { skip: noLab }, async () => {
    const folder = join(cluster.folder, scenario.name)
    const ran = await holdfast(['drill', cluster.file, scenario.argument, '--compare', '--report', folder], 20)
    const read = readReport(readFileSync(join(folder, 'report.json'), 'utf8'))
    assert.ok(read.ok, shown(ran))
    const report = read.value
    assert.equal(verdictsOf(scenario, report.steps), agreed(scenario.name), shown(ran))
    assert.equal(report.services[0]?.lost, 0)
    assert.match(ran.stdout, /^AGREES /, shown(ran))
  })
}

test('apply attaches the disk that failed in the last drill, and it catches up', { skip: noLab }, async () => {
  const status = await holdfast(['status', cluster.file, '--in', 'lab'], 5)
  assert.match(status.stdout, /is Diskless\n.*holdfast apply attaches it again/, shown(status))
  const ran = await holdfast(['apply', cluster.file, '--in', 'lab', '--yes'], 10)
  assert.equal(ran.status, 0, shown(ran))
})

test('after all of that a plan finds nothing to do', { skip: noLab }, async () => {
  const ran = await holdfast(['plan', cluster.file, '--in', 'lab', '--exit-code'], 5)
  assert.equal(ran.status, 0, shown(ran))
})
