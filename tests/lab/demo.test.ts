// The first command of the README, as a user types it: machines, cluster, plug, report.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { found } from '../../src/core/base/assert.ts'
import { readReport } from '../../src/core/drill/read-report.ts'
import { labDirectory } from '../../src/io/lab/paths.ts'
import { agreed, scenarios, verdictsOf } from '../both/both.ts'
import { holdfast, noLab, shown, testCluster } from './machines.ts'

test('demo: a PostgreSQL survives a pulled plug, and no acknowledged row is lost', { skip: noLab }, async () => {
  using cluster = testCluster('postgresql-pair', 'test-demo')
  const folder = join(cluster.folder, 'report')
  const ran = await holdfast(['demo', cluster.file, '--report', folder], 25)
  assert.equal(ran.status, 0, shown(ran))
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
  assert.equal(report.verdict, 'passed')
  const [service] = report.services
  assert.equal(service.lost, 0)
  assert.ok(service.acknowledged > 50, `${service.acknowledged} rows`)
  assert.ok(service.outages.length >= 1, 'pulling the plug was not felt')
  const phases = service.outages[0].split.map((part: { phase: string }) => part.phase)
  for (const phase of ['fencing', 'promotion', 'recovery', 'address'])
    assert.ok(phases.includes(phase), `${phase} in ${phases}`)
  assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /<svg/)
  assert.equal(existsSync(labDirectory('test-demo')), false, 'the lab was left behind')
  const scenario = found(
    scenarios.find(({ name }) => name === 'power-loss'),
    'power-loss',
  )
  assert.equal(verdictsOf(scenario, report.steps), agreed('power-loss'))
  const saved = join(folder, 'report.json')
  const compared = await holdfast(['drill', cluster.file, 'power-loss', '--compare', '--measured', saved], 2)
  assert.match(compared.stdout, /^AGREES /, shown(compared))
})

test('demo of two load balancers that share the work: the address of the lost one moves, and goes home', {
  skip: noLab,
}, async () => {
  using cluster = testCluster('haproxy-active-active', 'test-balancers')
  const folder = join(cluster.folder, 'report')
  const ran = await holdfast(['demo', cluster.file, '--report', folder], 25)
  assert.equal(ran.status, 0, shown(ran))
  const read = readReport(readFileSync(join(folder, 'report.json'), 'utf8'))
  assert.ok(read.ok, shown(ran))
  const [web] = read.value.services
  assert.ok(web && web.acknowledged > 50, shown(ran))
  const phases = web.outages.map(({ split }) => split.map(({ phase }) => phase))
  assert.ok(
    phases.some(outage => outage.includes('fencing') && outage.includes('address')),
    JSON.stringify(phases),
  )
})
