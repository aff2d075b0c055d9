// The other drills on one running pair: nothing acknowledged is lost, and a volume never has two Primaries (each scenario
// says so itself). Between them the cluster has to be whole again.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
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

for (const scenario of ['switchover', 'cut-replication-link', 'partition', 'kill-service', 'pause-node']) {
  test(`drill ${scenario}`, { skip: noLab }, async () => {
    const folder = join(cluster.folder, scenario)
    const ran = await holdfast(['drill', cluster.file, scenario, '--in', 'lab', '--report', folder], 20)
    assert.equal(ran.status, 0, shown(ran))
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
    assert.equal(report.services[0].lost, 0)
  })
}

test('after all of that a plan finds nothing to do', { skip: noLab }, async () => {
  const ran = await holdfast(['plan', cluster.file, '--in', 'lab', '--exit-code'], 5)
  assert.equal(ran.status, 0, shown(ran))
})
