// What a node's health is worth, by strategy. Found by comparing with crm_simulate 2.1.5.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { show } from '../../base/score.ts'
import { instant } from '../../base/units.ts'
import { parseCib } from '../../cib/parse.ts'
import { schedule } from '../schedule.ts'

function scoreWith(strategy: string, health: string): string | undefined {
  const option = (name: string, value: string): string => `<nvpair id="${name}" name="${name}" value="${value}"/>`
  const text = `<cib have-quorum="1"><configuration><crm_config><cluster_property_set id="o">
      ${option('stonith-enabled', 'false')}${option('node-health-strategy', strategy)}
      ${option('node-health-base', '50')}${option('node-health-yellow', '-7')}${option('node-health-green', '3')}
    </cluster_property_set></crm_config>
    <nodes><node id="1" uname="a"><instance_attributes id="i"><nvpair id="h" name="#health-disk" value="${health}"/></instance_attributes></node></nodes>
    <resources><primitive id="r" class="ocf" provider="pacemaker" type="Dummy"/></resources><constraints/>
  </configuration><status><node_state id="1" uname="a" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>`
  const { value, problems } = parseCib(text, 'cib.xml')
  assert.ok(value, problems.map(problem => problem.message).join('; '))
  const lines = schedule(value, instant(1_700_000_000_000)).scores
  const points = lines.find(([phase, rsc]) => phase === 'pcmk__primitive_assign' && rsc === 'r')?.[3]
  return points === undefined ? undefined : show(points)
}

test('the words are worth what the strategy says, numbers are worth themselves, and the sum counts', () => {
  const values = ['red', 'yellow', 'green', '-10', '10', '-INFINITY']
  const scores = (strategy: string) => values.map(value => scoreWith(strategy, value))
  assert.deepEqual(scores('none'), ['0', '0', '0', '0', '0', '0'])
  assert.deepEqual(scores('migrate-on-red'), ['-INFINITY', '0', '0', '-10', '10', '-INFINITY'])
  assert.deepEqual(scores('only-green'), ['-INFINITY', '-INFINITY', '0', '-10', '10', '-INFINITY'])
  assert.deepEqual(scores('progressive'), ['-INFINITY', '43', '53', '40', '60', '-INFINITY'])
  assert.deepEqual(scores('custom'), ['-INFINITY', '-7', '3', '-10', '10', '-INFINITY'])
})
