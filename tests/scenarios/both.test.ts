// Scenarios that run in both worlds, in the simulator: every line has the verdict of tests/both/verdicts.txt, which the lab
// is held to as well; whatever node the service starts on, and with the durations of a server as with those of the lab.
// REWRITE=1 writes the file anew: only commit that if the lab agrees.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { planOf, readDurations, withOneFenceDevice } from '../../src/app/simulation.ts'
import { found } from '../../src/core/base/assert.ts'
import { runScenario, vocabularyOf } from '../../src/core/sim/scenario.ts'
import { readCluster } from '../../src/core/spec/read.ts'
import { vocabularyOf as vocabularyOfCluster } from '../../src/core/view/vocabulary.ts'
import { agreed, scenarios, verdictsFile, verdictsOf } from '../both/both.ts'

const root = new URL('../../', import.meta.url)
const clusterOf = (name: string) =>
  found(readCluster(readFileSync(new URL(`examples/${name}.yaml`, root), 'utf8'), name).value, name)
const plan = found(planOf(withOneFenceDevice(clusterOf('postgresql-pair')), 'debian13').value, 'a plan')

const tables = { 'a server': undefined, 'the lab': new URL('calibrations/lab.json', root).pathname }
const starts = ['alpha', 'beta']

for (const scenario of scenarios) {
  test(`in both worlds: ${scenario.name}`, async () => {
    const told = new Set<string>()
    for (const [whose, file] of Object.entries(tables))
      for (const startOn of starts) {
        const durations = found(readDurations(file), whose)
        const run = await runScenario(plan, scenario.text, scenario.name, {
          seed: 1,
          durations,
          service: 'db',
          startOn,
        })
        const { report } = found(run.value, JSON.stringify(run.problems))
        assert.equal(report.lanes.find(l => l.subject.kind === 'service')?.spans[0]?.state, startOn)
        told.add(verdictsOf(scenario, report.steps))
      }
    const [one] = told
    assert.deepEqual([...told], [one], 'the verdicts depend on the start, or on durations')
    if (process.env['REWRITE'] === '1') rewrite(scenario.name, found(one, 'verdicts'))
    assert.equal(one, agreed(scenario.name))
  })
}

const fresh = new Map<string, string>()
function rewrite(name: string, verdicts: string): void {
  fresh.set(name, verdicts)
  writeFileSync(verdictsFile, [...fresh.values()].join('\n'))
}

test('at least six of them, and one whose expectations do not hold', () => {
  assert.ok(scenarios.length >= 6)
  assert.match(
    agreed('meant-to-fail'),
    /failed expect within .*\n.*failed expect for .*\n.*failed expect within .*\n.*failed expect never /,
  )
})

test('both worlds give a scenario the same words, for every example', () => {
  const examples = ['postgresql-pair', 'witness-pair', 'haproxy-active-active', 'haproxy-active-passive', 'three-nodes']
  for (const name of examples) {
    const cluster = clusterOf(name)
    const compiled = planOf(cluster, name === 'three-nodes' ? 'debian13-drbd9' : 'debian13')
    assert.deepEqual(
      vocabularyOf(found(compiled.value, JSON.stringify(compiled.problems))),
      vocabularyOfCluster(cluster),
      name,
    )
  }
})
